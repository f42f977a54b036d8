package tcp

import "wirestep/engine/wire"

// tagBlock marks the segments that one block covers whole, and joins them to those
// before that are marked already (tcp_sacktag_walk).
func (c *Conn) tagBlock(x *Ctx, b wire.SackBlock, dup bool, st *sackState, f *ackFlags) {
	for i := 0; i < len(c.Rtx); i++ {
		k := &c.Rtx[i]
		if !k.Seq.Before(b.End) {
			break
		}
		if !k.End.After(b.Start) || k.Sacked && !dup {
			continue
		}
		in, part := !k.Seq.Before(b.Start) && !k.End.After(b.End), false
		if !in && k.Segs > 1 {
			n := len(c.Rtx)
			in = c.splitAtBlock(i, b, c.books())
			part = len(c.Rtx) > n
		}
		shift := c.canShift(i, dup, c.SndUna)
		if in {
			c.tagOne(x, &c.Rtx[i], dup, st, f)
			c.rate.delivered(&c.Rtx[i], &st.rate)
		}
		switch {
		case !in || !shift:
			x.Count(TCPSackShiftFallback)
		case part:
			x.Count(TCPSackShifted)
			c.Rtx[i].joinSacked(&c.Buffers)
		default:
			x.Count(TCPSackMerged)
			c.Rtx[i].joinSacked(&c.Buffers)
			if i+1 < len(c.Rtx) && c.Rtx[i+1].Sacked && !c.Rtx[i+1].Retrans && !c.Rtx[i+1].Joined && c.Rtx[i].each() == c.Rtx[i+1].each() {
				x.Count(TCPSackMerged)
				c.Rtx[i+1].joinSacked(&c.Buffers) // a hole between two blocks is filled
			}
		}
	}
}

// each is what a segment of a buffer carries (tcp_skb_seglen).
func (k *Skb) each() int {
	if k.Segs == 1 {
		return len(k.Data)
	}
	return int(k.Size)
}
