package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// ackResult is what checkAck found out about a segment's acknowledgment.
type ackResult struct {
	bad           bool // the segment is to be discarded
	advanced      bool // SND.UNA moved
	windowed      bool // the window field was taken over
	sackedNew     bool
	dsack         bool
	ackedSegs     uint32 // segments that left the queue or were selectively acknowledged
	synAcked      bool
	retxAcked     bool
	rtt           sim.Duration // sample, or -1
	priorInFlight uint32
}

var ackFuture = trace.Declare(trace.Rule{
	ID:    "ack.unsent",
	Says:  "The segment acknowledges something that was never sent. It is answered with an ACK and discarded.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4", "RFC 5961 §5.2"),
	Linux: "tcp_ack",
})

var ackAncient = trace.Declare(trace.Rule{
	ID:    "ack.too-old",
	Says:  "The acknowledgment is older than the largest window that was ever open: it cannot come from the real peer.",
	RFC:   trace.Cites("RFC 5961 §5.2"),
	Linux: "tcp_ack",
	Drops: true,
})

var ackOld = trace.Declare(trace.Rule{
	ID:    "ack.old",
	Says:  "The acknowledgment lies behind what is already known. It says nothing new; the rest of the segment is still good.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_ack",
})

var ackTake = trace.Declare(trace.Rule{
	ID:    "ack.advance",
	Says:  "The acknowledgment covers data in flight: it is taken out of the retransmission queue, and SND.UNA moves up.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_ack",
})

// ack handles the acknowledgment of a segment (tcp_ack): validate, move SND.UNA
// and the window, clean the queue, judge what is lost, let cwnd grow.
func (c *Conn) ack(x *Ctx, s *wire.Segment) ackResult {
	r := ackResult{rtt: -1}
	prior := c.SndUna
	r.priorInFlight = c.inFlight()
	if s.Ack.Before(prior) {
		span := max(c.MaxWnd, 1)
		if s.Ack.Before(prior - wire.Seq(span)) {
			x.Drop(ackAncient)
			c.challenge(x)
			r.bad = true
			return r
		}
		x.When(ackOld, c.sndCheck("SEG.ACK", s.Ack, trace.OpLT, "SND.UNA", prior))
		if s.Opts.On(wire.HasSack) {
			c.tagSacks(x, s, prior, &r)
		}
		return r
	}
	if x.When(ackFuture, c.sndCheck("SEG.ACK", s.Ack, trace.OpGT, "SND.NXT", c.SndNxt)) {
		c.challenge(x)
		r.bad = true
		return r
	}
	if s.Ack.After(prior) {
		r.advanced = true
		c.Retries = 0
	}
	c.replaceTSRecent(x, s)
	c.updateWindow(x, s, &r)
	if s.Opts.On(wire.HasSack) {
		c.tagSacks(x, s, prior, &r)
	}
	c.LastAckAt = x.Now
	c.Soft = OK
	c.ProbesOut = 0
	if c.PacketsOut == 0 {
		if len(c.Wq) > 0 {
			c.ackProbe(x)
		}
		return r
	}
	moved := c.cleanQueue(x, s, prior, &r)
	c.tlpAck(x, s.Ack, &r)
	c.lossState(x, s, &r)
	if moved && !c.scheduleTLP(x, true) {
		c.rearmRTO(x)
	}
	if c.CA == Open || c.CA == Disorder || c.CA == Loss {
		if r.advanced && c.CA != Disorder {
			c.growCwnd(x, r.ackedSegs)
		}
	}
	if c.CA == Loss || c.CA == Recovery {
		c.retransmitQueue(x)
	}
	return r
}

// replaceTSRecent takes the timestamp of a segment that covers what was last
// acknowledged (RFC 7323 §4.3; tcp_replace_ts_recent).
func (c *Conn) replaceTSRecent(x *Ctx, s *wire.Segment) {
	if c.TSOK && s.Opts.On(wire.HasTS) && !s.Seq.After(c.RcvWup) && int32(s.Opts.TSVal-c.TSRecent) >= 0 {
		c.TSRecent, c.TSStamp = s.Opts.TSVal, x.Now
	}
}

var windowUpdate = trace.Declare(trace.Rule{
	ID:    "window.update",
	Says:  "The segment is newer than the one that last set the send window, so its window field is taken over, scaled as agreed.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4", "RFC 7323 §2.3"),
	Linux: "tcp_ack_update_window",
	Differs: "RFC 9293 compares SEG.SEQ and SEG.ACK with SND.WL1 and SND.WL2; Linux also takes any segment that acknowledges something new or " +
		"opens the window further.",
})

// updateWindow takes the window that the peer offers (tcp_ack_update_window).
func (c *Conn) updateWindow(x *Ctx, s *wire.Segment, r *ackResult) {
	wnd := uint32(s.Win)
	if !s.Flags.Has(wire.SYN) {
		wnd <<= c.WScale
	}
	if s.Ack.After(c.SndUna) || s.Seq.After(c.SndWl1) || (s.Seq == c.SndWl1 && (wnd > c.SndWnd || wnd == 0)) {
		r.windowed = true
		c.SndWl1 = s.Seq
		if c.SndWnd != wnd {
			defer x.Enter(windowUpdate)()
			c.SndWnd = wnd
			if len(c.Wq) > 0 {
				c.restartAfterIdle(x)
			}
			if wnd > c.MaxWnd {
				c.MaxWnd = wnd
				c.syncMSS(x.Sys, c.MTU)
			}
		}
	}
	if s.Ack != c.SndUna {
		c.BytesAcked += uint64(s.Ack - c.SndUna)
		c.SndUna = s.Ack
	}
}

// cleanQueue takes what is acknowledged out of the retransmission queue
// (tcp_clean_rtx_queue). It reports whether the transmit timer is to be set anew.
func (c *Conn) cleanQueue(x *Ctx, s *wire.Segment, prior wire.Seq, r *ackResult) bool {
	if !r.advanced {
		return false
	}
	defer x.Enter(ackTake)()
	first := sim.Time(-1)
	n := 0
	for ; n < len(c.Rtx); n++ {
		k := &c.Rtx[n]
		if k.End.After(c.SndUna) {
			if k.Seq.Before(c.SndUna) {
				c.trimHead(k, c.SndUna)
			}
			break
		}
		if k.EverRetx {
			r.retxAcked = true
			if k.Retrans {
				c.RetransOut--
			}
		} else if !k.Sacked {
			if first < 0 {
				first = k.SentAt
			}
		}
		if k.Sacked {
			c.SackedOut--
		} else {
			c.Delivered++
		}
		if k.Lost {
			c.LostOut--
		}
		c.PacketsOut--
		if k.Flags.Has(wire.SYN) {
			r.synAcked = true
			c.RetStamp = 0
		} else {
			r.ackedSegs++
		}
		c.WMem -= min(c.WMem, skbWriteCost(len(k.Data)))
	}
	c.Rtx = c.Rtx[n:]
	if len(c.Rtx) == 0 {
		c.Rtx = nil
	}
	if first >= 0 && !r.retxAcked {
		r.rtt = x.Now.Sub(first)
	}
	c.ackRTT(x, s, r.rtt, r.retxAcked)
	return n > 0
}

// tlpAck learns what became of a tail loss probe (tcp_process_tlp_ack).
func (c *Conn) tlpAck(x *Ctx, ack wire.Seq, r *ackResult) {
	if c.TLPHigh == 0 || ack.Before(c.TLPHigh) {
		return
	}
	switch {
	case !c.TLPRetrans, r.dsack:
		c.TLPHigh = 0
	case ack.After(c.TLPHigh):
		c.TLPHigh = 0
		x.Count(TCPLossProbeRecovery)
	case !r.advanced && !r.sackedNew && !r.windowed:
		c.TLPHigh = 0
	}
}

var lossEnd = trace.Declare(trace.Rule{
	ID:    "loss.recovered",
	Says:  "Everything that was outstanding at the time of the loss has been acknowledged: the episode is over.",
	RFC:   trace.Cites("RFC 5681 §3.1", "RFC 6582 §3.2"),
	Linux: "tcp_try_undo_recovery",
})

// lossState leaves the Loss state once what was lost has arrived
// (tcp_fastretrans_alert).
func (c *Conn) lossState(x *Ctx, s *wire.Segment, r *ackResult) {
	if c.PacketsOut == 0 {
		c.LostOut, c.RetransOut, c.SackedOut = 0, 0, 0
	}
	if c.CA == Open || !c.SndUna.AtLeast(c.HighSeq) {
		return
	}
	if !c.SackOK && c.SndUna == c.HighSeq && c.CA == Loss {
		return // Linux: without SACK hold on until something above is acknowledged
	}
	defer x.Enter(lossEnd)()
	c.CA = Open
	c.UndoMarker = 0
	c.RetStamp = 0
}

// tagSacks marks what the peer holds out of order (tcp_sacktag_write_queue).
func (c *Conn) tagSacks(x *Ctx, s *wire.Segment, prior wire.Seq, r *ackResult) {
	if !c.SackOK {
		return
	}
	blocks := s.Opts.Blocks()
	if len(blocks) > 0 && isDsack(blocks, s.Ack) {
		r.dsack = true
		x.Count(TCPDSACKRecv)
		blocks = blocks[1:]
	}
	for _, b := range blocks {
		if b.End.AtMost(c.SndUna) || b.End.After(c.SndNxt) {
			continue
		}
		for i := range c.Rtx {
			k := &c.Rtx[i]
			if !k.Sacked && k.Seq.AtLeast(b.Start) && k.End.AtMost(b.End) {
				c.markSacked(k)
				r.sackedNew = true
				r.ackedSegs++
			}
		}
	}
}

func (c *Conn) markSacked(k *Skb) {
	if k.Retrans {
		k.Retrans = false
		c.RetransOut--
	}
	if k.Lost {
		k.Lost = false
		c.LostOut--
	}
	k.Sacked = true
	c.SackedOut++
	c.Delivered++
}

// isDsack reports whether the first block repeats what is already known (RFC 2883 §4).
func isDsack(b []wire.SackBlock, ack wire.Seq) bool {
	if b[0].Start.Before(ack) {
		return true
	}
	return len(b) > 1 && b[0].End.AtMost(b[1].End) && b[0].Start.AtLeast(b[1].Start)
}

// skbWriteCost is the send buffer space that written data takes.
//
// Simplified: one page fragment a segment.
func skbWriteCost(n int) uint32 { return uint32(n) + 1280 }
