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
			in = c.splitAtBlock(i, b)
			part = len(c.Rtx) > n
		}
		shift := c.canShift(i, dup)
		if in {
			c.tagOne(x, &c.Rtx[i], dup, st, f)
			c.rate.delivered(&c.Rtx[i], &st.rate)
		}
		switch {
		case !in || !shift:
			x.Count(TCPSackShiftFallback)
		case part:
			x.Count(TCPSackShifted)
			c.joinSacked(&c.Rtx[i])
		default:
			x.Count(TCPSackMerged)
			c.joinSacked(&c.Rtx[i])
			if i+1 < len(c.Rtx) && c.Rtx[i+1].Sacked && !c.Rtx[i+1].Retrans && !c.Rtx[i+1].Joined && c.Rtx[i].each() == c.Rtx[i+1].each() {
				x.Count(TCPSackMerged)
				c.joinSacked(&c.Rtx[i+1]) // a hole between two blocks is filled
			}
		}
	}
}

// splitAtBlock cuts a buffer of several segments where a block begins or ends in it,
// between segments (tcp_match_skb_to_sack). It reports whether its first part is covered.
func (c *Conn) splitAtBlock(i int, b wire.SackBlock) (in bool) {
	k := &c.Rtx[i]
	mss := uint32(k.Size)
	n := uint32(0)
	if in = !k.Seq.Before(b.Start); in {
		n = uint32(b.End-k.Seq) / mss * mss
	} else {
		n = max((uint32(b.Start-k.Seq)+mss-1)/mss*mss, mss)
	}
	if n == 0 || n >= uint32(len(k.Data)) {
		return in && n > 0
	}
	c.splitRtx(i, n, mss)
	return in
}

// each is what a segment of a buffer carries (tcp_skb_seglen).
func (k *Skb) each() int {
	if k.Segs == 1 {
		return len(k.Data)
	}
	return int(k.Size)
}

// canShift: a buffer that is about to be marked may be joined to the one before, which
// the peer holds already. Linux keeps no more buffers than there are holes
// (tcp_shift_skb_data).
func (c *Conn) canShift(i int, dup bool) bool {
	if i == 0 || !dup && c.Rtx[i].Retrans && !c.Rtx[i].Lost {
		return false
	}
	prev, k := &c.Rtx[i-1], &c.Rtx[i]
	return prev.Sacked && !prev.Retrans && k.End.After(c.SndUna) && prev.each() == k.each() && len(k.Data) > 0 && int(prev.Segs)+int(k.Segs) <= 65535
}

// joinSacked notes that a buffer has become a part of the one before, and gives back the
// room of its descriptor (tcp_shifted_skb).
//
// Simplified: the buffers stay apart; nothing else would show that they are one.
func (c *Conn) joinSacked(k *Skb) {
	k.Joined = true
	c.unchargeWrite(skbWriteCost(0))
}
