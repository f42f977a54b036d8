package tcp

import (
	"testing"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// The figures of RFC 6937 §3.1, which RFC 9937 takes over: cwnd = FlightSize = 20, Reno,
// so ssthresh is 10; segment 0 is lost, or 0 to 14 are. For each ACK: what is sent, N
// new and R again.
//
// The figure for one loss lets its last two leave at ack# 18 and 19. By the formula,
// CEIL(prr_delivered · ssthresh / RecoverFS) − prr_out with RecoverFS 20, the eighth
// leaves at ack# 17, when 15 are delivered, and it is the last: 10 are in flight.
func TestRFC9937Examples(t *testing.T) {
	for _, e := range []struct {
		name string
		lost int // the first so many
		sent []string
	}{
		{"one loss", 1, []string{"N", "N", "R", "", "N", "", "N", "", "N", "", "N", "", "N", "", "N", "", "N", "", ""}},
		{"fifteen losses", 15, []string{"N", "N", "R", "R", "R"}},
	} {
		t.Run(e.name, func(t *testing.T) {
			l := newLab(t, 1)
			c := l.c
			c.sampleRTT(&l.x, 100*sim.Millisecond)
			c.updateMinRTT(&l.x, 100*sim.Millisecond, false)
			c.CC, c.Cwnd, c.Ssthresh = Reno, 20, 20
			l.write(50)
			first := wire.Seq(1 + 1000*e.lost)
			for i, want := range e.sent {
				l.x.Now = l.x.Now.Add(sim.Millisecond)
				got := ""
				for _, s := range l.ack(1, wire.SackBlock{Start: first, End: first + 1000*wire.Seq(i+1)}) {
					if s.Seq.Before(20001) {
						got += "R"
					} else {
						got += "N"
					}
				}
				if got != want {
					t.Errorf("ack# %d sends %q, expected %q (in flight %d, cwnd %d, %s)", e.lost+i, got, want, c.InFlight(), c.Cwnd, c.CA)
				}
			}
			if e.lost == 1 && c.InFlight() != c.Ssthresh {
				t.Errorf("at the end %d are in flight, expected ssthresh, %d", c.InFlight(), c.Ssthresh)
			}
		})
	}
}
