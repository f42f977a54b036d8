package tcp

import (
	"testing"

	"wirestep/engine/wire"
)

// RFC 2018 §7: eight segments of 500 bytes from 5000 on, of which some are lost.
// Each that arrives has to bring the ACK and the blocks of the RFC's tables.
func TestRFC2018Examples(t *testing.T) {
	type step struct {
		seq  wire.Seq // the triggering segment
		ack  wire.Seq
		sack string
	}
	for _, e := range []struct {
		name  string
		steps []step
	}{
		{"case 1: the last four are lost", []step{{5000, 5500, ""}, {5500, 6000, ""}, {6000, 6500, ""}, {6500, 7000, ""}}},
		{"case 2: the first is lost", []step{{5500, 5000, "5500-6000"}, {6000, 5000, "5500-6500"}, {6500, 5000, "5500-7000"}, {7000, 5000, "5500-7500"},
			{7500, 5000, "5500-8000"}, {8000, 5000, "5500-8500"}, {8500, 5000, "5500-9000"}}},
		{"case 3: the second, fourth, sixth and eighth are lost", []step{{5000, 5500, ""}, {6000, 5500, "6000-6500"}, {7000, 5500, "7000-7500 6000-6500"},
			{8000, 5500, "8000-8500 7000-7500 6000-6500"}}},
		{"case 3, then the fourth comes late, and the second", []step{{5000, 5500, ""}, {6000, 5500, "6000-6500"}, {7000, 5500, "7000-7500 6000-6500"},
			{8000, 5500, "8000-8500 7000-7500 6000-6500"}, {6500, 5500, "6000-7500 8000-8500"}, {5500, 7500, "8000-8500"}}},
	} {
		t.Run(e.name, func(t *testing.T) {
			l := newLab(t, 5000)
			l.c.Quick = 16 // every segment is acknowledged, as in the RFC
			for _, s := range e.steps {
				out := l.arrives(data(s.seq, 500))
				if len(out) != 1 || out[0].Ack != s.ack || edges(&out[0]) != s.sack {
					t.Fatalf("%d brings %d segments %+v; expected one ACK of %d with blocks %q", s.seq, len(out), out, s.ack, s.sack)
				}
			}
		})
	}
}
