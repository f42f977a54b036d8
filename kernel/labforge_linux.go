package kernel

import (
	"time"

	"wirestep/engine"
	"wirestep/engine/wire"
)

// base is the first number that an end used towards another.
func (l *lab) base(src, dst wire.Endpoint) wire.Seq {
	for i := len(l.isns) - 1; i >= 0; i-- {
		if n := &l.isns[i]; n.src == src && n.dst == dst {
			return n.base
		}
	}
	return 0
}

// learn keeps the first number that a SYN says.
func (l *lab) learn(s *wire.Segment) {
	if s.Flags.Has(wire.SYN) && !s.ICMP.Set && (len(l.isns) == 0 || l.base(s.Src, s.Dst) != s.Seq) {
		l.isns = append(l.isns, firstNumber{s.Src, s.Dst, s.Seq})
	}
}

// edit changes a segment on its way. One that cannot be changed so stays as it is.
func (l *lab) edit(op *engine.Op, x *seen, b []byte) []byte {
	s := x.seg
	if engine.EditSegment(&s, l.base(s.Src, s.Dst), l.base(s.Dst, s.Src), op.Edits) != nil {
		return b
	}
	changed, err := wire.Encode(&s)
	if err != nil {
		return b
	}
	x.seg = s
	return changed
}

// latest finds the latest connection between two ends; a port that is given has
// to fit.
func (l *lab) latest(src, dst wire.Endpoint) (wire.Endpoint, wire.Endpoint) {
	fits := func(want, have wire.Endpoint) bool {
		return want.Addr == have.Addr && (want.Port == 0 || want.Port == have.Port)
	}
	for i := len(l.isns) - 1; i >= 0; i-- {
		n := &l.isns[i]
		if fits(src, n.src) && fits(dst, n.dst) {
			return n.src, n.dst
		}
		if fits(src, n.dst) && fits(dst, n.src) {
			return n.dst, n.src
		}
	}
	return src, dst
}

// forge puts a segment on the cable that nobody has sent.
func (l *lab) forge(op *engine.Op) error {
	s := op.Forge
	if s.Src.Port == 0 || s.Dst.Port == 0 {
		s.Src, s.Dst = l.latest(s.Src, s.Dst)
	}
	if s.ICMP.Set {
		s.Src, s.Dst = s.Dst, s.Src // the quoted header is of a segment that the receiver has sent
	}
	if op.Rel {
		s.Seq += l.base(s.Src, s.Dst)
		back := l.base(s.Dst, s.Src)
		if s.Flags.Has(wire.ACK) {
			s.Ack += back
		}
		for i := range s.Opts.Blocks() {
			s.Opts.Sack[i].Start += back
			s.Opts.Sack[i].End += back
		}
	}
	if s.Flags.Has(wire.SYN) && !s.ICMP.Set && l.base(s.Src, s.Dst) == 0 {
		l.isns = append(l.isns, firstNumber{s.Src, s.Dst, s.Seq})
	}
	b, err := wire.Encode(&s)
	if err != nil {
		return err
	}
	for _, c := range l.cables(op) {
		if l.hosts[c[1]].spec.Name == op.Link.To {
			x := seen{host: c[0], at: time.Since(l.start), seg: s, forged: true}
			l.put(c[0], c[1], &x, time.Now(), b)
			l.seen = append(l.seen, x)
			return nil
		}
	}
	return nil
}
