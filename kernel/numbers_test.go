package kernel

import (
	"net/netip"
	"testing"

	"wirestep/engine/wire"
)

// Where one end begins anew and the other still holds the old connection, each counts
// from what it knows, however the first numbers fall.
func TestNumbersOfTwoFlowsOfOneTuple(t *testing.T) {
	a := wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.1"), Port: 40000}
	b := wire.Endpoint{Addr: netip.MustParseAddr("10.0.0.2"), Port: 80}
	for _, first := range []wire.Seq{100, 4000000000} { // the client's second number is above or below its first
		n := newNumbering()
		for i, x := range []struct {
			src, dst wire.Endpoint
			flags    wire.Flags
			seq, ack wire.Seq
			rel      [2]wire.Seq
		}{
			{a, b, wire.SYN, first, 0, [2]wire.Seq{0, 0}},
			{b, a, wire.SYN | wire.ACK, 7000, first + 1, [2]wire.Seq{0, 1}},
			{a, b, wire.ACK, first + 1, 7001, [2]wire.Seq{1, 1}},
			{a, b, wire.FIN | wire.ACK, first + 1, 7001, [2]wire.Seq{1, 1}},
			{b, a, wire.ACK, 7001, first + 2, [2]wire.Seq{1, 2}},
			{a, b, wire.SYN, 2000, 0, [2]wire.Seq{0, 0}},         // anew
			{b, a, wire.ACK, 7001, first + 2, [2]wire.Seq{1, 2}}, // a challenge, about the old one
			{a, b, wire.RST, first + 2, 0, [2]wire.Seq{2, 0}},    // and the answer to that
			{a, b, wire.SYN, 2000, 0, [2]wire.Seq{0, 0}},         // again
			{b, a, wire.SYN | wire.ACK, 9000, 2001, [2]wire.Seq{0, 1}},
			{a, b, wire.ACK, 2001, 9001, [2]wire.Seq{1, 1}},
		} {
			s := wire.Segment{Src: x.src, Dst: x.dst, Flags: x.flags, Seq: x.seq, Ack: x.ack}
			seq, ack := n.bases(&s)
			got := [2]wire.Seq{s.Seq - seq, s.Ack - ack}
			if !s.Flags.Has(wire.ACK) {
				got[1] = 0
			}
			if got != x.rel {
				t.Errorf("first number %d, segment %d: counted as %d, expected %d", first, i, got, x.rel)
			}
		}
	}
}
