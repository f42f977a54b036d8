package tcp

import (
	"testing"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// stamped is a segment of the peer's with a timestamp.
func stamped(name byte, val uint32) wire.Segment {
	s := data(1000+100*wire.Seq(name-'A'), 100)
	s.Flags |= wire.PSH // a small segment, not a full one of a small MSS
	s.Opts.Has |= wire.HasTS
	s.Opts.TSVal = val
	return s
}

// RFC 7323 §4.3, the first figure: three segments in order, one delayed ACK. It
// echoes the earliest of their timestamps.
func TestRFC7323EchoOfDelayedACK(t *testing.T) {
	l := newLab(t, 1000)
	l.c.TSOK, l.c.Pingpong, l.c.ATO, l.c.TSRecent = true, 1, delackMin, 1
	for i, name := range []byte("ABC") {
		if out := l.arrives(stamped(name, uint32(i+1))); len(out) != 0 || l.c.TSRecent != 1 {
			t.Fatalf("%c: %d segments, TS.Recent %d; expected a delayed ACK and 1", name, len(out), l.c.TSRecent)
		}
	}
	if out := l.later(sim.Second); len(out) != 1 || out[0].Opts.TSEcr != 1 || out[0].Ack != 1300 {
		t.Fatalf("got %+v; expected one ACK(C), TSecr=1", out)
	}
}

// RFC 7323 §4.3, the second figure: segments out of order, each acknowledged.
func TestRFC7323EchoOutOfOrder(t *testing.T) {
	l := newLab(t, 1000)
	l.c.TSOK, l.c.Quick, l.c.TSRecent = true, 16, 1
	for _, e := range []struct {
		name   byte
		val    uint32
		recent uint32
		ack    byte // the last segment that the ACK covers
		ecr    uint32
	}{{'A', 1, 1, 'A', 1}, {'C', 3, 1, 'A', 1}, {'B', 2, 2, 'C', 2}, {'E', 5, 2, 'C', 2}, {'D', 4, 4, 'E', 4}} {
		out := l.arrives(stamped(e.name, e.val))
		want := 1100 + 100*wire.Seq(e.ack-'A')
		if len(out) != 1 || out[0].Ack != want || out[0].Opts.TSEcr != e.ecr || l.c.TSRecent != e.recent {
			t.Fatalf("<%c, TSval=%d>: got %+v, TS.Recent %d; expected <ACK(%c), TSecr=%d> and %d", e.name, e.val, out, l.c.TSRecent, e.ack, e.ecr, e.recent)
		}
	}
}

// RFC 7323 §5.3: what PAWS does with the timestamp of a segment in the window.
func TestRFC7323PAWS(t *testing.T) {
	for _, e := range []struct {
		rule  string
		val   uint32
		after sim.Duration // since TS.Recent was taken
		taken bool
	}{
		{"R1: older than TS.Recent: not acceptable", 90, sim.Second, false},
		{"R1: the same: good", 100, sim.Second, true},
		{"R3: newer: good", 101, sim.Second, true},
		{"R1: newer across the wrap of 32 bits: good", 100 + 1<<31 - 1, sim.Second, true},
		{"R1: older across the wrap: not acceptable", 100 + 1<<31 + 9, sim.Second, false},
		{"§5.5: TS.Recent is older than 24 days and says nothing any more", 90, 25 * 24 * 60 * sim.Minute, true},
	} {
		l := newLab(t, 1000)
		l.c.TSOK, l.c.TSRecent, l.c.TSStamp = true, 100, l.x.Now
		l.x.Now = l.x.Now.Add(e.after)
		s := stamped('A', e.val)
		if l.arrives(s); (l.c.RcvNxt == 1100) != e.taken {
			t.Errorf("%s: taken %t", e.rule, !e.taken)
		}
	}
}

// RFC 7323 §2.2: the shift count is at most 14, and the window of a SYN is not scaled.
func TestRFC7323WindowScale(t *testing.T) {
	for _, e := range []struct{ offered, taken uint8 }{{0, 0}, {7, 7}, {14, 14}, {15, 14}, {255, 14}} {
		l := newLab(t, 1)
		s := wire.Segment{Seq: 5, Flags: wire.SYN, Win: 1000}
		s.Opts.Has |= wire.HasWScale | wire.HasMSS
		s.Opts.WScale, s.Opts.MSS = e.offered, 1000
		l.c.acceptSyn(&l.x, &s)
		if l.c.WScale != e.taken || l.c.SndWnd != 1000 {
			t.Errorf("a shift of %d: taken as %d, window %d; expected %d and 1000", e.offered, l.c.WScale, l.c.SndWnd, e.taken)
		}
	}
}
