package tcp

import (
	"testing"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// RFC 8985 §3.4, "An Example of RACK-TLP in Action: Fast Recovery", event by event.
// P0 to P3 are the segments at 1, 1001, 2001 and 3001; P1 to P3 are lost.
//
// Linux: PRR lets one segment leave for one that has arrived. In the RFC's figure P1
// and P2 leave together, and P1 is lost again; here P2 waits for the answer to P1.
func TestRFC8985FastRecovery(t *testing.T) {
	const rtt = 100 * sim.Millisecond
	l := newLab(t, 1)
	l.c.sampleRTT(&l.x, rtt)
	l.c.updateMinRTT(&l.x, rtt, false)
	seqs := func(event string, out []wire.Segment, want ...wire.Seq) {
		t.Helper()
		if len(out) != len(want) {
			t.Fatalf("%s: %d segments sent, expected %d", event, len(out), len(want))
		}
		for i := range out {
			if out[i].Seq != want[i] {
				t.Fatalf("%s: %d sent, expected %d", event, out[i].Seq, want[i])
			}
		}
	}
	seqs("1. send P0, P1, P2, P3", l.write(4), 1, 1001, 2001, 3001)
	l.later(rtt)
	seqs("2. ACK of P0", l.ack(1001))
	seqs("3. two round trips later the probe repeats P3", l.later(2*rtt+jiffy), 3001)
	l.later(rtt)
	out := l.ack(1001, wire.SackBlock{Start: 3001, End: 4001})
	if l.c.LostOut != 2 {
		t.Errorf("5. SACK of P3: RACK marks %d lost, expected P1 and P2", l.c.LostOut)
	}
	seqs("5. and repeats P1", out, 1001)
	l.later(rtt)
	seqs("6. ACK of P1: P2 follows", l.ack(2001, wire.SackBlock{Start: 3001, End: 4001}), 2001)
	l.later(rtt)
	seqs("8. ACK of P3: nothing is left", l.ack(4001))
	if l.c.PacketsOut != 0 || l.c.TotalRetrans != 3 {
		t.Errorf("%d outstanding, %d retransmissions; expected 0 and 3", l.c.PacketsOut, l.c.TotalRetrans)
	}
}

// RFC 8985 §6.2, step 4: the reordering window.
func TestRFC8985ReorderingWindow(t *testing.T) {
	const min, srtt = 80 * sim.Millisecond, 100 * sim.Millisecond
	for _, e := range []struct {
		says   string
		seen   uint32
		sacked uint32
		steps  uint8
		ca     CAState
		want   sim.Duration
	}{
		{"no reordering seen, fewer than three held: a quarter of the smallest round trip", 0, 2, 1, Open, min / 4},
		{"no reordering seen, three held: none", 0, 3, 1, Open, 0},
		{"no reordering seen, in recovery: none", 0, 1, 1, Recovery, 0},
		{"reordering seen: a quarter, however many are held", 1, 5, 1, Open, min / 4},
		{"needless repeats widen it by a quarter each", 1, 5, 3, Open, 3 * min / 4},
		{"but never above the smoothed round trip", 1, 5, 200, Open, srtt},
	} {
		l := newLab(t, 1)
		l.c.sampleRTT(&l.x, srtt)
		l.c.MinRTT, l.c.ReordSeen, l.c.SackedOut, l.c.Rack.Steps, l.c.CA = min, e.seen, e.sacked, e.steps, e.ca
		if got := l.c.Rack.reoWnd(&l.x, &l.c.Sender); got != e.want {
			t.Errorf("%s: %s s, expected %s s", e.says, got.Seconds(), e.want.Seconds())
		}
	}
}

// RFC 8985 §7.2: when the probe is due.
func TestRFC8985ProbeTimeout(t *testing.T) {
	for _, e := range []struct {
		says string
		n    int
		srtt sim.Duration
		want sim.Duration
	}{
		{"several out: two round trips (Linux: and a tick)", 4, 100 * sim.Millisecond, 204 * sim.Millisecond},
		{"one out: the peer may delay its ACK (Linux: tcp_rto_min)", 1, 30 * sim.Millisecond, 260 * sim.Millisecond}, // but no later than RTO
		{"no round trip known: 1 s", 2, 0, sim.Second},
	} {
		l := newLab(t, 1)
		if e.srtt > 0 {
			l.c.sampleRTT(&l.x, e.srtt)
		}
		l.write(e.n)
		want := min(e.want, l.c.RTO)
		if at, kind := l.c.NextTimer(); kind != TimerTLP || at.Sub(l.x.Now) != want {
			t.Errorf("%s: %s in %s s, expected the probe in %s s", e.says, kind, at.Sub(l.x.Now).Seconds(), want.Seconds())
		}
	}
}
