package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// sackState collects what the SACK blocks of one segment tell (struct
// tcp_sacktag_state).
type sackState struct {
	reord           wire.Seq // lowest number that filled a hole late
	firstAt, lastAt sim.Time // when the first and last newly reported segments were sent; firstAt −1: none
	delivered       uint32
	priorDelivered  uint32 // Delivered when the latest of them was sent
	rate            rateSample
}

var sackMark = trace.Declare(trace.Rule{
	ID:    "sack.mark",
	Says:  "A SACK block names what the peer holds above a hole. Those segments are marked: they need not be sent again.",
	RFC:   trace.Cites("RFC 2018 §5", "RFC 6675 §4"),
	Linux: "tcp_sacktag_write_queue",
})

var dsackTake = trace.Declare(trace.Rule{
	ID:    "sack.duplicate-received",
	Says:  "The first block repeats something that was acknowledged already: the peer got it twice. A retransmission was needless.",
	RFC:   trace.Cites("RFC 2883 §4", "RFC 3708 §2"),
	Linux: "tcp_check_dsack",
})

// tagSacks marks what the peer holds out of order (tcp_sacktag_write_queue).
func (c *Conn) tagSacks(x *Ctx, s *wire.Segment, prior wire.Seq, st *sackState, f *ackFlags) {
	if !c.SackOK || s.Opts.SackN == 0 {
		return
	}
	defer x.Enter(sackMark)()
	blocks := s.Opts.Blocks()
	dup := c.checkDsack(x, s, prior, st, f)
	if s.Ack.Before(prior - wire.Seq(c.MaxWnd)) {
		return
	}
	if c.PacketsOut > 0 {
		var good [4]wire.SackBlock
		n := 0
		for i, b := range blocks {
			if isDup := dup && i == 0; !c.validBlock(isDup, b, &c.SendSeq) {
				c.countBadBlock(x, s, isDup, b, c.SndUna)
			} else if b.End.After(prior) {
				good[n] = b
				n++
			}
		}
		sortBlocks(good[:n])
		for _, b := range good[:n] {
			c.tagBlock(x, b, dup && b == blocks[0], st, f)
		}
		if c.CA != Loss || c.UndoMarker != 0 {
			c.checkSackReordering(x, st.reord, false)
		}
	}
}

// sortBlocks puts blocks in the order of the queue: else a segment above a hole would
// seem to have come before those that the other blocks name.
func sortBlocks(b []wire.SackBlock) {
	for i := 1; i < len(b); i++ {
		for j := i; j > 0 && b[j].Start.Before(b[j-1].Start); j-- {
			b[j], b[j-1] = b[j-1], b[j]
		}
	}
}

func (k *Sender) countBadBlock(x *Ctx, s *wire.Segment, dup bool, b wire.SackBlock, una wire.Seq) {
	switch {
	case dup && k.UndoMarker == 0:
		x.Count(TCPDSACKIgnoredNoUndo)
	case dup:
		x.Count(TCPDSACKIgnoredOld)
	case s.Ack == una || b.End.After(una):
		x.Count(TCPSACKDiscard)
	}
}

// validBlock refuses blocks that cannot be true (tcp_is_sackblock_valid).
func (s *Sender) validBlock(dup bool, b wire.SackBlock, q *SendSeq) bool {
	if b.End.After(q.SndNxt) || !b.Start.Before(b.End) || !b.Start.Before(q.SndNxt) {
		return false
	}
	if b.Start.After(q.SndUna) {
		return true
	}
	if !dup || s.UndoMarker == 0 || b.End.After(q.SndUna) {
		return false
	}
	if !b.Start.Before(s.UndoMarker) {
		return true
	}
	return b.End.After(s.UndoMarker) && !b.Start.Before(b.End-wire.Seq(q.MaxWnd))
}

// checkDsack reports whether the first block is a D-SACK, and counts it
// (tcp_check_dsack).
func (c *Conn) checkDsack(x *Ctx, s *wire.Segment, prior wire.Seq, st *sackState, f *ackFlags) bool {
	b := s.Opts.Blocks()
	switch {
	case b[0].Start.Before(s.Ack):
		x.Count(TCPDSACKRecv)
	case len(b) > 1 && !b[0].End.After(b[1].End) && !b[0].Start.Before(b[1].Start):
		x.Count(TCPDSACKOfoRecv)
	default:
		return false
	}
	n := c.dsackSeen(b[0], st, f)
	if n == 0 {
		return false
	}
	defer x.Enter(dsackTake)()
	if c.UndoMarker != 0 && c.UndoRetrans > 0 && !b[0].End.After(prior) && b[0].End.After(c.UndoMarker) {
		c.UndoRetrans = max(0, c.UndoRetrans-int32(n))
	}
	return true
}

// dsackSeen says how many segments a D-SACK stands for; 0: it is not believed
// (tcp_dsack_seen).
func (c *Conn) dsackSeen(b wire.SackBlock, st *sackState, f *ackFlags) uint32 {
	if !b.Start.Before(b.End) {
		return 0
	}
	size, n := uint32(b.End-b.Start), uint32(1)
	if size > c.MaxWnd {
		return 0
	}
	tlp := false
	if size > uint32(c.MSS) {
		n = (size + uint32(c.MSS) - 1) / uint32(c.MSS)
	} else {
		tlp = c.TLPHigh != 0 && c.TLPHigh == b.End
	}
	c.DsackDups += n
	if c.DsackDups > c.TotalRetrans {
		return 0
	}
	f.dsackTLP = f.dsackTLP || tlp
	if c.ReordSeen > 0 && !tlp {
		c.Rack.Dsack = true
	}
	f.dsack = true
	st.delivered += n
	return n
}

// tagOne marks one segment as held by the peer (tcp_sacktag_one).
func (c *Conn) tagOne(x *Ctx, k *Skb, dup bool, st *sackState, f *ackFlags) {
	segs := uint32(k.Segs)
	if dup && k.EverRetx {
		if c.UndoMarker != 0 && c.UndoRetrans > 0 && k.End.After(c.UndoMarker) {
			c.UndoRetrans = max(0, c.UndoRetrans-int32(segs))
		}
		if k.Sacked && k.Seq.Before(st.reord) {
			st.reord = k.Seq
		}
	}
	if !k.End.After(c.SndUna) {
		return
	}
	if !k.Sacked {
		c.Rack.advance(x, k, c.MinRTT)
		if k.Retrans {
			if k.Lost {
				k.Lost, k.Retrans = false, false
				c.LostOut -= segs
				c.RetransOut -= segs
			}
		} else {
			if !k.EverRetx {
				if k.Seq.Before(c.highestSack(c.SndUna, c.SackOK)) && k.Seq.Before(st.reord) {
					st.reord = k.Seq
				}
				if !k.End.After(c.HighSeq) {
					f.origAcked = true
				}
				if st.firstAt < 0 {
					st.firstAt = k.SentAt
				}
				st.lastAt = k.SentAt
			}
			if k.Lost {
				k.Lost = false
				c.LostOut -= segs
			}
		}
		k.Sacked = true
		f.sacked = true
		first := c.SackedOut == 0
		c.SackedOut += segs
		st.delivered += segs
		st.priorDelivered = max(st.priorDelivered, k.Delivered)
		if first || k.End.After(c.SackHigh) {
			c.SackHigh = k.End
		}
	}
	if dup && k.Retrans {
		k.Retrans = false
		c.RetransOut -= segs
	}
}

// highestSack is the end of the highest segment that the peer is known to hold
// (tcp_highest_sack_seq).
func (s *Sender) highestSack(una wire.Seq, sackOK bool) wire.Seq {
	if !sackOK || s.SackedOut == 0 || s.SackHigh.Before(una) {
		return una
	}
	return s.SackHigh
}

var reorderSeen = trace.Declare(trace.Rule{
	ID: "reorder.seen",
	Says: "A hole was filled by a segment that had been sent only once: it was not lost, others had overtaken it. " +
		"From now on the sender waits a little longer before it calls a segment lost.",
	RFC:   trace.Cites("RFC 8985 §4.2", "RFC 4653 §1"),
	Linux: "tcp_check_sack_reordering",
})

// checkSackReordering learns how far segments overtake each other
// (tcp_check_sack_reordering).
func (c *Conn) checkSackReordering(x *Ctx, low wire.Seq, byTS bool) {
	fack := c.highestSack(c.SndUna, c.SackOK)
	if !low.Before(fack) {
		return
	}
	defer x.Enter(reorderSeen)()
	metric, mss := uint32(fack-low), uint32(c.MSS)
	if mss > 0 && metric > c.Reordering*mss {
		c.Reordering = min((metric+mss-1)/mss, x.Sys.MaxReordering)
	}
	c.ReordSeen++
	if byTS {
		x.Count(TCPTSReorder)
	} else {
		x.Count(TCPSACKReorder)
	}
}

var renoDup = trace.Declare(trace.Rule{
	ID:    "reno.duplicate-ack",
	Says:  "Without SACK a duplicate ACK says only that one more segment has left the network, not which.",
	RFC:   trace.Cites("RFC 6582 §3", "RFC 5681 §2"),
	Linux: "tcp_add_reno_sack",
})

// addRenoSack counts a duplicate ACK as one segment held by the peer.
func (s *Sender) addRenoSack(x *Ctx, n uint32) {
	if n == 0 {
		return
	}
	defer x.Enter(renoDup)()
	prior := s.SackedOut
	s.SackedOut += n
	s.checkRenoReordering(x, 0)
	if s.SackedOut > prior {
		s.Delivered += s.SackedOut - prior
	}
}

// removeRenoSacks forgets as many as an acknowledgment has covered
// (tcp_remove_reno_sacks).
func (s *Sender) removeRenoSacks(x *Ctx, acked uint32) {
	if acked > 0 {
		s.Delivered += uint32(max(int64(acked)-int64(s.SackedOut), 1))
		s.SackedOut -= min(s.SackedOut, acked-1)
	}
	s.checkRenoReordering(x, acked)
}

// checkRenoReordering: more duplicates than segments in flight means that they
// overtook each other (tcp_check_reno_reordering).
func (s *Sender) checkRenoReordering(x *Ctx, addend uint32) {
	holes := min(max(s.LostOut, 1), s.PacketsOut)
	if s.SackedOut+holes <= s.PacketsOut {
		return
	}
	s.SackedOut = s.PacketsOut - holes
	s.Reordering = min(s.PacketsOut+addend, x.Sys.MaxReordering)
	s.ReordSeen++
	x.Count(TCPRenoReorder)
}
