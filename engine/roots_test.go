package engine_test

import (
	"testing"
	"time"

	"wirestep/engine"
)

// From whatever number of whatever scene one begins, the event that set it leads
// back to a person, a call or the scene. How long the two questions take is printed,
// not asserted.
func TestEveryNumberLeadsToARoot(t *testing.T) {
	asked, slow, worst := 0, 0, time.Duration(0)
	goldenRuns(t, 400, func(name string, tl *engine.Timeline) {
		seen := map[engine.StepNo]bool{}
		for _, s := range tl.World().Subjects() {
			for f := range s.Values {
				h, err := tl.History(tl.Branch(), tl.N(), &engine.Number{Subject: s.ID, Fields: []uint16{uint16(f)}, Counter: -1})
				must(t, err)
				if len(h.Changes) == 0 || seen[h.Changes[0].N] {
					continue
				}
				n := h.Changes[0].N
				seen[n] = true
				from := time.Now()
				c, err := tl.Why(tl.Branch(), n)
				must(t, err)
				took := time.Since(from)
				if asked++; took > 50*time.Millisecond {
					slow++
				}
				worst = max(worst, took)
				if len(c.Links) > 0 && !c.Links[len(c.Links)-1].Root || len(c.Links) == 0 && tl.Event(tl.Branch(), n).Cause != 0 {
					t.Errorf("%s: the chain of event %d does not end in a person, a call or the scene", name, n)
				}
			}
		}
	})
	t.Logf("%d events asked why; %d took more than 50 ms, the longest %v", asked, slow, worst)
	if asked < 300 {
		t.Errorf("%d events asked; expected 300 at least", asked)
	}
}
