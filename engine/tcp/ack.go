package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// ackFlags is what an acknowledgment has turned out to be (the FLAG_ bits of
// tcp_input.c).
type ackFlags struct {
	bad         bool // the segment is to be discarded
	data        bool // it carries data
	window      bool // it updated the send window
	dataAcked   bool // it acknowledged data …
	synAcked    bool // … or our SYN
	retransAckd bool // something retransmitted was among it
	origAcked   bool // something never retransmitted, from before the episode, was among it
	sacked      bool // it selectively acknowledged something new
	advanced    bool // SND.UNA moved
	dsack       bool // it reports a duplicate …
	dsackTLP    bool // … of the tail loss probe
	reneging    bool // the queue now begins with something the peer once held
	lostRetrans bool // it shows that a retransmission was lost
	setTimer    bool // the transmit timer is to be set anew
	ece         bool // it echoes congestion (RFC 3168)
	tsAdvanced  bool // its timestamp is newer than the one before
}

// notDup: it says more than "I am still waiting" (FLAG_NOT_DUP).
func (f *ackFlags) notDup() bool { return f.data || f.window || f.dataAcked || f.synAcked }

func (f *ackFlags) acked() bool { return f.dataAcked || f.synAcked }

// rexmit is what is to be sent once cwnd has been adjusted.
type rexmit uint8

const (
	rexmitNone rexmit = iota
	rexmitLost        // what is marked lost
	rexmitNew         // new data first: F-RTO
)

var ackFuture = trace.Declare(trace.Rule{
	ID:    "ack.unsent",
	Says:  "An acknowledgment of something that was never sent is answered with an ACK, and the segment is discarded.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4", "RFC 5961 §5.2"),
	Linux: "tcp_ack",
	Drops: true,
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
	Says:  "An acknowledgment behind what is already known says nothing new; the rest of the segment is still good.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_ack",
})

var ackTake = trace.Declare(trace.Rule{
	ID:    "ack.advance",
	Says:  "The acknowledgment covers data in flight: it is taken out of the retransmission queue, and SND.UNA moves up.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_ack",
})

var ackSame = trace.Declare(trace.Rule{
	ID: "ack.same",
	Says: "The acknowledgment number is the one known already, while segments are in flight. " +
		"What else the segment says may still be news: a window, SACK blocks, or that something arrived out of order.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4", "RFC 5681 §2"),
	Linux: "tcp_ack",
})

// ack handles the acknowledgment of a segment (tcp_ack): check it, move SND.UNA
// and the window, mark what is selectively acknowledged, clean the queue, judge
// what is lost, adjust cwnd, and retransmit.
func (c *Conn) ack(x *Ctx, s *wire.Segment) ackFlags {
	var f ackFlags
	prior, priorFack := c.SndUna, c.highestSack(c.SndUna, c.SackOK)
	delivered, lost := c.Delivered, c.Lost
	if done := c.checkAckRange(x, s, &f); done {
		return f
	}
	switch {
	case s.Ack.After(prior):
		defer x.Enter(ackTake)()
		f.advanced = true
		c.Retries = 0
	case c.PacketsOut > 0:
		defer x.Enter(ackSame)()
	}
	f.tsAdvanced = c.replaceTSRecent(x, s, c.RcvWup)
	f.data = s.Len() > 0
	switch {
	case c.fast && f.advanced:
		x.Count(TCPHPAcks)
	case !f.data:
		x.Count(TCPPureAcks)
	}
	c.updateWindow(x, s, &f)
	sack := sackState{reord: c.SndNxt, firstAt: -1}
	sack.rate.inFlight, sack.rate.rtt = c.inFlight(), -1
	if s.Opts.On(wire.HasSack) {
		c.tagSacks(x, s, prior, &sack, &f)
	}
	f.ece = c.ecnAck(x, s, &c.Delack)
	c.Delivered += sack.delivered
	c.LastAckAt = x.Now
	c.Soft = OK
	c.ProbesOut = 0
	again := rexmitNone
	if c.PacketsOut == 0 {
		if f.dsack {
			c.fastRetransAlert(x, s, prior, 0, &f, &again)
		}
		c.ackProbe(x)
		c.tlpAck(x, s.Ack, &f)
		c.accAck(x, s, 0, &sack, &f)
		return f
	}
	c.cleanQueue(x, s, prior, priorFack, &sack, &f)
	c.accAck(x, s, c.Delivered-delivered, &sack, &f)
	c.Rack.updateReoWnd(x, sack.priorDelivered, c.Delivered)
	c.tlpAck(x, s.Ack, &f)
	if !f.notDup() || f.sacked || f.ece || f.dsack || c.CA != Open {
		dup := uint32(0)
		if !f.advanced && !f.notDup() && !f.dsack {
			dup = 1
		}
		c.fastRetransAlert(x, s, prior, dup, &f, &again)
	}
	if f.setTimer && !c.scheduleTLP(x, true) {
		c.rearmRTO(x)
	}
	if n := int(c.Delivered - delivered); n > 0 {
		x.CountBy(TCPDelivered, n)
	}
	c.ecnDelivered(x, c.Delivered-delivered, &f)
	c.rateGen(x, &sack.rate, c.Delivered-delivered, c.Lost-lost)
	c.congControl(x, c.Delivered-delivered, c.Lost-lost, &sack.rate, &f)
	c.xmitRecovery(x, again)
	return f
}

// checkAckRange sorts out acknowledgments from the past and the future. An old
// one may still bring news in its SACK blocks.
func (c *Conn) checkAckRange(x *Ctx, s *wire.Segment, f *ackFlags) (done bool) {
	prior := c.SndUna
	if s.Ack.Before(prior) {
		span := uint32(min(uint64(c.MaxWnd), c.BytesAcked))
		if s.Ack.Before(prior - wire.Seq(span)) {
			c.Stats.drop(x, ackAncient)
			c.challenge(x)
			f.bad = true
			return true
		}
		x.When(ackOld, c.sndCheck("SEG.ACK", s.Ack, trace.OpLT, "SND.UNA", prior))
		if s.Opts.On(wire.HasSack) {
			sack := sackState{reord: c.SndNxt, firstAt: -1}
			again := rexmitNone
			c.tagSacks(x, s, prior, &sack, f)
			c.Delivered += sack.delivered
			c.fastRetransAlert(x, s, prior, 0, f, &again)
			c.xmitRecovery(x, again)
		}
		return true
	}
	if x.When(ackFuture, c.sndCheck("SEG.ACK", s.Ack, trace.OpGT, "SND.NXT", c.SndNxt)) {
		c.Stats.drop(x, ackFuture)
		c.challenge(x)
		f.bad = true
		return true
	}
	return false
}

// replaceTSRecent takes the timestamp of a segment that covers what was last
// acknowledged (RFC 7323 §4.3; tcp_replace_ts_recent).
func (a *Agreed) replaceTSRecent(x *Ctx, s *wire.Segment, wup wire.Seq) (newer bool) {
	if a.TSOK && s.Opts.On(wire.HasTS) && !s.Seq.After(wup) && int32(s.Opts.TSVal-a.TSRecent) >= 0 {
		newer = s.Opts.TSVal != a.TSRecent
		a.TSRecent, a.TSStamp = s.Opts.TSVal, x.Now
	}
	return newer
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
func (c *Conn) updateWindow(x *Ctx, s *wire.Segment, f *ackFlags) {
	wnd := uint32(s.Win)
	if !s.Flags.Has(wire.SYN) {
		wnd <<= c.WScale
	}
	if s.Ack.After(c.SndUna) || s.Seq.After(c.SndWl1) || (s.Seq == c.SndWl1 && (wnd > c.SndWnd || wnd == 0)) {
		f.window = true
		c.SndWl1 = s.Seq
		if c.SndWnd != wnd {
			defer x.Enter(windowUpdate)()
			c.SndWnd = wnd
			c.FastPath = false
			c.checkFastPath(c.Ofo)
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
// (tcp_clean_rtx_queue).
func (c *Conn) cleanQueue(x *Ctx, s *wire.Segment, prior, priorFack wire.Seq, sack *sackState, f *ackFlags) {
	first, last := sim.Time(-1), sim.Time(-1)
	reord := c.SndNxt
	n, gone, wasSacked := 0, uint32(0), c.SackedOut
	for ; n < len(c.Rtx); n++ {
		k := &c.Rtx[n]
		segs, whole := uint32(k.Segs), !k.End.After(c.SndUna)
		if !whole {
			if segs = k.partAcked(c.SndUna, &c.Buffers); segs == 0 {
				break
			}
		}
		switch {
		case k.EverRetx:
			if k.Retrans {
				c.RetransOut -= segs
			}
			f.retransAckd = true
		case !k.Sacked:
			last = k.SentAt
			if first < 0 {
				first = last
			}
			if k.Seq.Before(reord) {
				reord = k.Seq
			}
			if !k.End.After(c.HighSeq) {
				f.origAcked = true
			}
		}
		c.uncount(x, s, k, segs)
		gone += segs
		c.rate.delivered(k, &sack.rate)
		sack.priorDelivered = max(sack.priorDelivered, k.Delivered)
		if k.Flags.Has(wire.SYN) {
			f.synAcked = true
			c.RetStamp = 0
		} else {
			f.dataAcked = true
		}
		if !whole {
			break
		}
		c.free(k, n+1, &c.Buffers)
	}
	if c.Rtx = c.Rtx[n:]; len(c.Rtx) == 0 {
		c.Rtx = nil
		c.Stats.Time.stop(x, chronoBusy, c.idle())
	} else {
		f.reneging = c.Rtx[0].Sacked
	}
	if c.SndUp.Between(prior, c.SndUna) {
		c.SndUp = c.SndUna
	}
	sack.rate.ackDelayed = gone == 1 && n == 1 && wasSacked == 0 && sack.rate.maybeDelayed(uint32(c.SndUna-prior), uint32(c.MSS), c.Delivered, f)
	c.timeAck(x, s, first, last, sack, f)
	if f.acked() {
		f.setTimer = true
		c.mtuProbeAcked(x)
		c.orderAck(x, gone, reord, priorFack, f)
	}
}

// uncount takes acknowledged segments of a buffer out of the counts.
func (c *Conn) uncount(x *Ctx, s *wire.Segment, k *Skb, segs uint32) {
	if k.Sacked {
		c.SackedOut -= segs
	} else if c.SackOK {
		c.Delivered += segs
		if !c.spuriousRetrans(s, k) {
			c.Rack.advance(x, k, c.MinRTT)
		}
	}
	if k.Lost {
		c.LostOut -= segs
	}
	c.PacketsOut -= segs
}

// orderAck learns from an acknowledgment how far segments overtake each other.
func (c *Conn) orderAck(x *Ctx, n uint32, reord, priorFack wire.Seq, f *ackFlags) {
	if !c.SackOK {
		c.removeRenoSacks(x, n)
		if f.retransAckd {
			f.origAcked = false
		}
	} else if reord.Before(priorFack) {
		c.checkSackReordering(x, reord, false)
	}
}

// timeAck takes the round-trip samples of an acknowledgment.
func (c *Conn) timeAck(x *Ctx, s *wire.Segment, first, last sim.Time, sack *sackState, f *ackFlags) {
	rtt, ca := sim.Duration(-1), sim.Duration(-1)
	if first >= 0 && !f.retransAckd {
		rtt, ca = x.Now.Sub(first), x.Now.Sub(last)
	}
	if sack.firstAt >= 0 {
		ca = x.Now.Sub(sack.lastAt)
		if rtt < 0 {
			rtt = x.Now.Sub(sack.firstAt)
		}
	}
	took := c.ackRTT(x, s, rtt, ca, &sack.rate, f)
	if !f.acked() && len(c.Rtx) > 0 && took && sack.firstAt >= 0 && x.Now.Sub(sack.firstAt) > x.Now.Sub(c.Rtx[0].SentAt) {
		f.setTimer = true // Linux: the sample is from before the head was last sent
	}
}

// spuriousRetrans: the echoed timestamp shows that the original arrived, not the
// copy (tcp_skb_spurious_retrans).
func (a *Agreed) spuriousRetrans(s *wire.Segment, k *Skb) bool {
	return k.EverRetx && a.echoBefore(s, k.SentAt)
}

// echoBefore: the segment echoes a timestamp from before an instant
// (tcp_tsopt_ecr_before).
func (a *Agreed) echoBefore(s *wire.Segment, at sim.Time) bool {
	if s == nil || !a.TSOK || !s.Opts.On(wire.HasTS) || s.Opts.TSEcr == 0 {
		return false
	}
	return int32(s.Opts.TSEcr-a.TSOffset-uint32(at/sim.Time(sim.Millisecond))) < 0
}

var tlpLoss = trace.Declare(trace.Rule{
	ID: "tlp.loss",
	Says: "The probe repaired a loss at the end of the data. A loss is a sign of congestion even when nobody had to wait for a timeout: " +
		"cwnd is lowered.",
	RFC:   trace.Cites("RFC 8985 §7.4"),
	Linux: "tcp_process_tlp_ack",
})

var tlpNoLoss = trace.Declare(trace.Rule{
	ID:    "tlp.no-loss",
	Says:  "Both the original and the probe arrived: nothing had been lost.",
	RFC:   trace.Cites("RFC 8985 §7.4.2"),
	Linux: "tcp_process_tlp_ack",
})

// tlpAck learns what became of a tail loss probe (tcp_process_tlp_ack).
func (c *Conn) tlpAck(x *Ctx, ack wire.Seq, f *ackFlags) {
	if c.TLPHigh == 0 || ack.Before(c.TLPHigh) {
		return
	}
	switch {
	case !c.TLPRetrans, f.dsackTLP, !ack.After(c.TLPHigh) && !f.advanced && !f.notDup() && !f.sacked:
		defer x.Enter(tlpNoLoss)()
		c.TLPHigh = 0
	case ack.After(c.TLPHigh):
		defer x.Enter(tlpLoss)()
		c.initReduction(x)
		c.setCA(x, CWR)
		c.endReduction(x)
		c.tryKeepOpen(x, c.anyRetransDone(c.RetransOut))
		x.Count(TCPLossProbeRecovery)
	}
}

// skbWriteCost is the send buffer space that written data takes: the bytes and one
// descriptor with room for headers.
func skbWriteCost(n int) uint32 { return uint32(n) + 832 }
