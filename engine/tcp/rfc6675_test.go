package tcp

import (
	"testing"

	"wirestep/engine/wire"
)

// RFC 6675 §4, SetPipe: every octet above HighACK counts that is neither selectively
// acknowledged nor lost, and once more if it was retransmitted. Linux counts segments.
func TestRFC6675Pipe(t *testing.T) {
	type block = wire.SackBlock
	for _, e := range []struct {
		says           string
		sack           []block
		pipe           uint32 // after the ACK, with what it lets out
		retransmitted  int
		ssthresh, cwnd uint32
	}{
		{"nothing is known: pipe is all that was sent", nil, 10, 0, infSsthresh, 10},
		{"one block of one segment: that one has left", []block{{Start: 1001, End: 2001}}, 9, 0, infSsthresh, 10},
		{"two: limited transmit has nothing new to send here", []block{{Start: 1001, End: 3001}}, 8, 0, infSsthresh, 10},
		{"three (DupThresh): the first is lost, §5 (4.1) halves, (4.3) repeats it", []block{{Start: 1001, End: 4001}}, 7, 1, 5, 7},
		{"six: the same, and pipe is lower", []block{{Start: 1001, End: 7001}}, 4, 1, 5, 4},
	} {
		l := newLab(t, 1)
		l.c.sampleRTT(&l.x, 100e6)
		l.write(10)
		l.x.Now += 100e6
		var out []wire.Segment
		if e.sack != nil {
			out = l.ack(1, e.sack...)
		}
		if len(out) != e.retransmitted || l.c.InFlight() != e.pipe || l.c.Ssthresh != e.ssthresh {
			t.Errorf("%s: pipe %d, %d repeated, ssthresh %d; expected %d, %d, %d", e.says, l.c.InFlight(), len(out), l.c.Ssthresh, e.pipe, e.retransmitted, e.ssthresh)
		}
		if len(out) > 0 && (out[0].Seq != 1 || l.c.CA != Recovery) {
			t.Errorf("%s: %d repeated in %s, expected the first segment in Recovery", e.says, out[0].Seq, l.c.CA)
		}
	}
}

// RFC 6675 §5 (5): recovery ends when RecoveryPoint is acknowledged, not before.
func TestRFC6675RecoveryPoint(t *testing.T) {
	l := newLab(t, 1)
	l.c.sampleRTT(&l.x, 100e6)
	l.write(10)
	l.x.Now += 100e6
	l.ack(1, wire.SackBlock{Start: 1001, End: 4001})
	for _, e := range []struct {
		ack wire.Seq
		ca  CAState
	}{{4001, Recovery}, {10000, Recovery}, {10001, Open}} {
		l.x.Now += 10e6
		if l.ack(e.ack); l.c.CA != e.ca {
			t.Errorf("after an ACK of %d of 10001: %s, expected %s", e.ack, l.c.CA, e.ca)
		}
	}
}
