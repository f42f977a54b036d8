package tcp

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var retransmit = trace.Declare(trace.Rule{
	ID:    "retransmit.segment",
	Says:  "A segment is sent again, from the copy that the sender keeps until it is acknowledged.",
	RFC:   trace.Cites("RFC 9293 §3.8.1"),
	Linux: "__tcp_retransmit_skb",
})

// retransmitSkb sends a buffer again because it is believed lost, and keeps the
// books of the episode (tcp_retransmit_skb).
func (c *Conn) retransmitSkb(x *Ctx, i int) bool {
	if !c.repeatSkb(x, i) {
		return false
	}
	k := &c.Rtx[i]
	if !k.Retrans {
		k.Retrans = true
		c.RetransOut++
	}
	if c.RetStamp == 0 {
		c.RetStamp = max(x.Now, 1)
	}
	if c.UndoRetrans < 0 {
		c.UndoRetrans = 0
	}
	c.UndoRetrans++
	return true
}

// repeatSkb sends a buffer again, as a probe too (__tcp_retransmit_skb). It reports
// whether it could: a segment beyond the peer's window is not repeated.
func (c *Conn) repeatSkb(x *Ctx, i int) bool {
	k := &c.Rtx[i]
	if k.Seq.Before(c.SndUna) {
		c.trimHead(k, c.SndUna)
	}
	room := c.sndEnd().Minus(k.Seq)
	if room <= 0 {
		if k.Seq != c.SndUna {
			return false
		}
		room = int32(c.currentMSS()) // Linux: the head is repeated as a window probe
	}
	size := min(uint32(room), c.currentMSS())
	if uint32(len(k.Data)) > size {
		c.splitRtx(i, size)
		k = &c.Rtx[i]
	}
	defer x.Enter(retransmit)()
	c.ecnClearSyn(x, k)
	c.transmit(x, k)
	k.EverRetx = true
	x.Count(RetransSegs)
	if k.Flags.Has(wire.SYN) {
		x.Count(TCPSynRetrans)
	}
	c.TotalRetrans++
	return true
}

// retransmitHead repeats the oldest segment.
func (c *Conn) retransmitHead(x *Ctx) {
	if len(c.Rtx) > 0 {
		c.retransmitSkb(x, 0)
	}
}

// trimHead forgets the part of a buffer that has been acknowledged (tcp_trim_head).
func (c *Conn) trimHead(k *Skb, to wire.Seq) {
	n := to.Minus(k.Seq)
	if k.Flags.Has(wire.SYN) && n > 0 {
		k.Flags &^= wire.SYN
		k.Seq++
		n--
	}
	n = min(n, int32(len(k.Data)))
	k.Data = k.Data[n:]
	k.Seq += wire.Seq(n)
}

// splitRtx cuts a sent buffer after n bytes (tcp_fragment).
func (c *Conn) splitRtx(i int, n uint32) {
	k := c.Rtx[i]
	rest := k
	k.Data, rest.Data = k.Data[:n], k.Data[n:]
	k.End = k.Seq + wire.Seq(n)
	rest.Seq = k.End
	k.Flags &^= wire.FIN | wire.PSH
	c.Rtx = append(c.Rtx, Skb{})
	copy(c.Rtx[i+2:], c.Rtx[i+1:])
	c.Rtx[i], c.Rtx[i+1] = k, rest
	c.PacketsOut++
	if k.Sacked {
		c.SackedOut++
	}
	if k.Lost {
		c.LostOut++
	}
	if k.Retrans {
		c.RetransOut++
	}
}

var enterLossRule = trace.Declare(trace.Rule{
	ID:      "rto.enter-loss",
	Says:    "A timeout means that feedback has stopped: everything outstanding is presumed lost, and the sender starts again slowly.",
	RFC:     trace.Cites("RFC 5681 §3.1", "RFC 6298 §5.4"),
	Linux:   "tcp_enter_loss",
	Differs: "RFC 5681 restarts from one segment; Linux from what is in flight plus one, the same once everything is marked lost.",
})

var newLossEpisode = trace.Declare(trace.Rule{
	ID:    "rto.new-episode",
	Says:  "Only the first timeout of an episode lowers ssthresh: losing the same window again is not new congestion.",
	RFC:   trace.Cites("RFC 5681 §3.1"),
	Linux: "tcp_enter_loss",
})

// enterLoss marks everything lost after a timeout (tcp_enter_loss).
func (c *Conn) enterLoss(x *Ctx) {
	defer x.Enter(enterLossRule)()
	fresh := c.CA < Recovery
	c.timeoutMarkLost(x)
	first := c.CA <= Disorder || !c.HighSeq.After(c.SndUna) || (c.CA == Loss && c.Retries == 0)
	if x.When(newLossEpisode, trace.Is("a new episode of loss", first)) {
		c.PriorSsthresh = c.currentSsthresh()
		c.PriorCwnd = c.Cwnd
		c.Ssthresh = c.ccSsthresh(x)
		c.initUndo()
	}
	c.Cwnd = c.inFlight() + 1
	c.CwndCnt = 0
	c.CwndStamp = x.Now
	if c.CA <= Disorder && c.SackedOut >= x.Sys.Reordering {
		c.Reordering = min(c.Reordering, x.Sys.Reordering)
	}
	c.setCA(x, Loss)
	c.HighSeq = c.SndNxt
	c.TLPHigh = 0
	c.ecnQueueCWR()
	c.Frto = x.Sys.Frto > 0 && (fresh || c.Retries > 0)
}

// timeoutMarkLost marks what a timeout shows to be lost: the head, and whatever
// was sent long enough ago (tcp_timeout_mark_lost).
func (c *Conn) timeoutMarkLost(x *Ctx) {
	if len(c.Rtx) == 0 {
		return
	}
	reneg := c.Rtx[0].Sacked
	if reneg {
		c.rate.Reneged = true
		x.Count(TCPSACKReneging)
		c.SackedOut = 0
	} else if !c.SackOK {
		c.SackedOut = 0
	}
	for i := range c.Rtx {
		k := &c.Rtx[i]
		if reneg {
			k.Sacked = false
		} else if i > 0 && k.SentAt.Add(c.RackRTT) > x.Now {
			continue
		}
		c.markLost(x, k)
	}
}

// markLost believes one segment lost; a copy of it in flight is lost as well
// (tcp_mark_skb_lost).
func (c *Conn) markLost(x *Ctx, k *Skb) {
	switch {
	case k.Sacked:
	case !k.Lost:
		k.Lost = true
		c.LostOut++
		c.Lost++
	case k.Retrans:
		k.Retrans = false
		c.RetransOut--
		c.Lost++
		x.Count(TCPLostRetransmit)
	}
}

var retransmitMore = trace.Declare(trace.Rule{
	ID:    "retransmit.more",
	Says:  "Acknowledgments are coming again, so as many of the lost segments follow as the congestion window allows.",
	RFC:   trace.Cites("RFC 5681 §4.3", "RFC 6675 §5"),
	Linux: "tcp_xmit_retransmit_queue",
})

// retransmitQueue repeats what is marked lost, as far as cwnd allows
// (tcp_xmit_retransmit_queue).
func (c *Conn) retransmitQueue(x *Ctx) {
	if c.PacketsOut == 0 || c.LostOut <= c.RetransOut {
		return
	}
	defer x.Enter(retransmitMore)()
	rearm := false
	for i := 0; i < len(c.Rtx); i++ {
		if c.inFlight() >= c.Cwnd || c.RetransOut >= c.LostOut {
			break
		}
		if k := &c.Rtx[i]; k.Sacked || k.Retrans || !k.Lost {
			continue
		}
		if !c.retransmitSkb(x, i) {
			break
		}
		if c.CA != Loss {
			x.Count(TCPFastRetrans)
		} else {
			x.Count(TCPSlowStartRetrans)
		}
		if c.inReduction() {
			c.PrrOut++
		}
		if i == 0 && c.XmitKind != TimerReo {
			rearm = true
		}
	}
	if rearm {
		c.armXmit(x, TimerRTO, c.RTO)
	}
}
