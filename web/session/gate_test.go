package session

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// Those who compute for long go on in turn, address by address: three of one address do not
// keep one of another waiting longer than one slice.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		g.free = 1
		var order []string
		for i, who := range []string{"class", "class", "class", "other"} {
			turn := &turn{gate: g, address: who}
			go func() {
				<-time.After(time.Duration(i+1) * time.Millisecond) // in this order
				turn.begin()
				defer turn.end()
				turn.long()
				for range 3 {
					order = append(order, who)
					<-time.After(slice + 1)
					turn.calls = 7
					turn.pace()
				}
			}()
		}
		<-time.After(time.Second)
		synctest.Wait()
		want := []string{"class", "class", "other", "class", "other", "class", "other", "class"}
		if len(order) != 12 || !slices.Equal(order[:len(want)], want) {
			t.Errorf("they went on in the order %v", order)
		}
		if g.free != 1 || len(g.order)+len(g.waiting) != 0 {
			t.Errorf("afterwards %d may enter, %d wait", g.free, len(g.order))
		}
	})
}

// Who only steps never waits for those who compute for long.
func TestStepDoesNotWait(t *testing.T) {
	g := newGate()
	g.free = 0
	turn := &turn{gate: g, address: "a"}
	turn.begin()
	for range 7 {
		turn.pace()
	}
	turn.end()
	if turn.inside || g.free != 0 {
		t.Error("a few events took a turn")
	}
}
