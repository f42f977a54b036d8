package engine

import (
	"net/netip"
	"strconv"
	"strings"

	"wirestep/engine/wire"
)

// EditSegment changes fields of a segment; nothing is changed when one is wrong. Numbers
// without a sign count from the initial ones of its two ends.
func EditSegment(s *wire.Segment, seq, ack wire.Seq, edits []Edit) error {
	n := *s
	for _, e := range edits {
		if err := editField(&n, seq, ack, e); err != nil {
			return err
		}
	}
	*s = n
	return nil
}

func editField(s *wire.Segment, seq, ack wire.Seq, e Edit) error {
	switch e.Field {
	case "seq":
		return editSeq(&s.Seq, seq, e)
	case "ack":
		return editSeq(&s.Ack, ack, e)
	case "win":
		return editNum(&s.Win, e)
	case "urg":
		return editNum(&s.Urg, e)
	case "sport":
		return editNum(&s.Src.Port, e)
	case "dport":
		return editNum(&s.Dst.Port, e)
	case "mss":
		s.Opts.Has |= wire.HasMSS
		return editNum(&s.Opts.MSS, e)
	case "wscale":
		s.Opts.Has |= wire.HasWScale
		return editNum(&s.Opts.WScale, e)
	case "tsval":
		s.Opts.Has |= wire.HasTS
		return editNum(&s.Opts.TSVal, e)
	case "tsecr":
		s.Opts.Has |= wire.HasTS
		return editNum(&s.Opts.TSEcr, e)
	case "sackok":
		s.Opts.Has &^= wire.HasSackOK
		if e.Value == "1" {
			s.Opts.Has |= wire.HasSackOK
		} else if e.Value != "0" {
			return refuse("sackok=%s; expected 0 or 1", e.Value)
		}
	case "fo":
		if err := s.Opts.SetFastOpen(e.Value); err != nil {
			return refuse("%s", err)
		}
	case "payload":
		s.Payload = e.Value
	case "flags":
		f, err := wire.ParseFlags(e.Value)
		if err != nil {
			return refuse("flags=%s; expected letters such as S, S., P. or R", e.Value)
		}
		s.Flags = f
	case "ecn":
		n, ok := wire.ParseECN(e.Value)
		if !ok {
			return refuse("ecn=%s; expected noecn, ect0, ect1 or ce", e.Value)
		}
		s.ECN = n
	case "src":
		return editAddr(&s.Src.Addr, e)
	case "dst":
		return editAddr(&s.Dst.Addr, e)
	default:
		return refuse("no field is named %q; expected seq, ack, win, flags, ecn, urg, mss, wscale, sackok, fo, tsval, tsecr, payload, src, dst, sport or dport", e.Field)
	}
	return nil
}

// editSeq: a number with a sign is added, one without counts from the ISN.
func editSeq(q *wire.Seq, base wire.Seq, e Edit) error {
	n, err := strconv.ParseInt(e.Value, 10, 64)
	if err != nil || n > 1<<32-1 || n < -(1<<32-1) {
		return refuse("%s=%s; expected a sequence number, or one with a sign to be added", e.Field, e.Value)
	}
	if strings.HasPrefix(e.Value, "+") || strings.HasPrefix(e.Value, "-") {
		*q += wire.Seq(n)
	} else {
		*q = base + wire.Seq(n)
	}
	return nil
}

func editNum[T uint8 | uint16 | uint32](v *T, e Edit) error {
	n, err := strconv.ParseInt(e.Value, 10, 64)
	if err == nil && (strings.HasPrefix(e.Value, "+") || strings.HasPrefix(e.Value, "-")) {
		n += int64(*v)
	}
	if top := int64(^T(0)); err != nil || n < 0 || n > top {
		return refuse("%s=%s; expected a number from 0 to %d", e.Field, e.Value, top)
	}
	*v = T(n)
	return nil
}

func editAddr(a *netip.Addr, e Edit) error {
	n, err := netip.ParseAddr(e.Value)
	if err != nil || n.Is4() != a.Is4() {
		return refuse("%s=%s; expected an address of the same family as %s", e.Field, e.Value, a)
	}
	*a = n
	return nil
}

// fillForged completes a forged segment: ports from the latest connection
// between the two hosts, numbers relative to its initial ones.
func (w *World) fillForged(s *wire.Segment, op *Op, c *cable) {
	if s.TTL == 0 {
		s.TTL = 64
	}
	if s.Src.Port == 0 || s.Dst.Port == 0 {
		if src, dst, ok := w.latest(s.Src, s.Dst); ok {
			s.Src, s.Dst = src, dst
		}
	}
	if s.ICMP.Set {
		s.Src, s.Dst = s.Dst, s.Src // the quoted header is of a segment that the receiver has sent
	}
	if !op.Rel {
		return
	}
	s.Seq += w.base(s.Src, s.Dst)
	back := w.base(s.Dst, s.Src)
	if s.Flags.Has(wire.ACK) {
		s.Ack += back
	}
	for i := range s.Opts.Sack[:s.Opts.SackN] {
		s.Opts.Sack[i].Start += back
		s.Opts.Sack[i].End += back
	}
}

// latest finds the latest connection between two addresses; a port that is given
// has to fit.
func (w *World) latest(src, dst wire.Endpoint) (wire.Endpoint, wire.Endpoint, bool) {
	fits := func(want, have wire.Endpoint) bool {
		return want.Addr == have.Addr && (want.Port == 0 || want.Port == have.Port)
	}
	for i := len(w.isns) - 1; i >= 0; i-- {
		n := w.isns[i]
		if fits(src, n.src) && fits(dst, n.dst) {
			return n.src, n.dst, true
		}
		if fits(src, n.dst) && fits(dst, n.src) {
			return n.dst, n.src, true
		}
	}
	return src, dst, false
}
