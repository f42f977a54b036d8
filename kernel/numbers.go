package kernel

import "wirestep/engine/wire"

// numbering gives segments the numbers that they are shown with, on the engine and on
// the kernel alike: each end's own first ones. Two connections of one four-tuple may be
// under way at the same time, where one end has begun anew and the other has not: what an
// end sends counts from what that end knows.
type numbering struct {
	said  map[[2]wire.Endpoint]wire.Seq    // by the last SYN, from one end to the other
	knows map[[2]wire.Endpoint][2]wire.Seq // what an end counts from towards the other: its own, the peer's
}

func newNumbering() *numbering {
	return &numbering{map[[2]wire.Endpoint]wire.Seq{}, map[[2]wire.Endpoint][2]wire.Seq{}}
}

// bases are the numbers from which those of a segment are counted, once all before it
// have been counted. A RST in answer to a segment without ACK has the number 0, which is
// nobody's.
func (n *numbering) bases(s *wire.Segment) (seq, ack wire.Seq) {
	own, peers := [2]wire.Endpoint{s.Src, s.Dst}, [2]wire.Endpoint{s.Dst, s.Src}
	if s.ICMP.Set {
		return n.said[own], n.said[peers]
	}
	switch s.Flags & (wire.SYN | wire.ACK) {
	case wire.SYN:
		n.said[own] = s.Seq
		delete(n.knows, own)
		return s.Seq, n.said[peers]
	case wire.SYN | wire.ACK:
		n.said[own] = s.Seq
		n.knows[own] = [2]wire.Seq{s.Seq, s.Ack - 1}
	}
	if s.Flags.Has(wire.RST|wire.ACK) && s.Seq == 0 {
		return 0, n.said[peers]
	}
	if k, ok := n.knows[own]; ok {
		return k[0], k[1]
	}
	if k, ok := n.knows[peers]; ok { // whatever it answers speaks in the peer's numbers
		if !s.Flags.Has(wire.RST) {
			n.knows[own] = [2]wire.Seq{k[1], k[0]}
		}
		return k[1], k[0]
	}
	return n.said[own], n.said[peers]
}
