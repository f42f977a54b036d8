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

// retransmitSkb sends up to segs segments of a buffer again because they are believed
// lost, and keeps the books of the episode (tcp_retransmit_skb).
func (c *Conn) retransmitSkb(x *Ctx, i int, segs uint32) bool {
	sent := c.repeatSkb(x, i, segs)
	k := &c.Rtx[i]
	if sent && !k.Retrans {
		k.Retrans = true
		c.RetransOut += uint32(k.Segs)
	}
	// Linux: the attempt counts, also one that the peer's window forbids.
	if c.RetStamp == 0 {
		c.RetStamp = max(x.Now, 1)
	}
	c.UndoRetrans = max(c.UndoRetrans, 0) + int32(k.Segs)
	return sent
}

// repeatSkb sends up to segs segments of a buffer again, as a probe too
// (__tcp_retransmit_skb). It reports whether it could: what lies beyond the peer's
// window is not repeated.
func (c *Conn) repeatSkb(x *Ctx, i int, segs uint32) bool {
	if c.stuck(x, &c.Rtx[i]) {
		return false
	}
	c.MTUProbe = 0 // Linux: what becomes of the probe would prove nothing any more
	k := &c.Rtx[i]
	if k.Seq.Before(c.SndUna) {
		k.trimHead(c.SndUna, &c.Buffers)
	}
	if x.Gate != nil {
		if err := x.Gate.Routed(c.Tuple); err != OK { // Linux: inet_sk_rebuild_header; not even an attempt
			x.Note(retransmitLost)
			c.Soft = err
			return false
		}
	}
	mss := c.currentMSS()
	room := c.sndEnd().Minus(k.Seq)
	if room <= 0 {
		if k.Seq != c.SndUna {
			return false
		}
		room = int32(mss) // Linux: the head is repeated as a window probe
	}
	size := mss * segs
	if wnd := uint32(room); size > wnd {
		if size = wnd; wnd > mss {
			size -= wnd % mss
		}
	}
	if uint32(len(k.Data)) > size {
		c.splitRtx(i, size, mss, c.books())
	} else {
		c.books().recount(k, mss)
		c.joinRetrans(x, i, min(uint32(room), mss))
	}
	k = &c.Rtx[i]
	defer x.Enter(retransmit)()
	c.ecnClearSyn(x, k)
	sent := c.transmit(x, k)
	if k.EverRetx = true; !sent {
		x.CountBy(TCPRetransFail, int(k.Segs))
	}
	x.CountBy(RetransSegs, int(k.Segs))
	if k.Flags.Has(wire.SYN) {
		x.Count(TCPSynRetrans)
	}
	c.TotalRetrans += uint32(k.Segs)
	c.Stats.BytesRetrans += uint64(len(k.Data))
	return sent
}

var retransmitLost = trace.Declare(trace.Rule{
	ID:    "retransmit.no-route",
	Says:  "No route leads to the peer any more: nothing is sent, and nothing is counted. The error waits; if the connection is given up, the application hears it instead of ETIMEDOUT.",
	RFC:   trace.Cites("RFC 1122 §4.2.3.9"),
	Linux: "__tcp_retransmit_skb",
})

var stillHere = trace.Declare(trace.Rule{
	ID:      "retransmit.still-here",
	Says:    "The segment has not even left: it waits in this host until the neighbour's link address is known. A second copy would help nobody.",
	Linux:   "skb_still_in_host_queue",
	Differs: "RFC 6298 knows nothing of the sender's own queue.",
})

// stuck reports whether a segment still waits in the host.
func (c *Conn) stuck(x *Ctx, k *Skb) bool {
	for i := range x.Waits {
		if s := &x.Waits[i]; s.Src == c.Tuple.Local && s.Dst == c.Tuple.Remote && s.Seq == k.Seq && s.Len() > 0 {
			x.Note(stillHere)
			x.Count(TCPSpuriousRtxHostQueues)
			return true
		}
	}
	return false
}

// retransmitHead repeats the oldest segment. false: the interface refused it.
func (c *Conn) retransmitHead(x *Ctx) bool {
	return len(c.Rtx) == 0 || c.retransmitSkb(x, 0, 1) || !x.Sys.crowded()
}

var retransCollapse = trace.Declare(trace.Rule{
	ID:    "retransmit.collapse",
	Says:  "Small segments, or a FIN, that follow the one to be repeated are joined to it as far as a full segment has room: one packet repeats them all.",
	RFC:   trace.Cites("RFC 1122 §4.2.2.15"),
	Linux: "tcp_retrans_try_collapse",
})

// joinRetrans joins the buffers behind one that is repeated to it, as long as all fit
// into so many bytes (tcp_retrans_try_collapse).
func (c *Conn) joinRetrans(x *Ctx, i int, space uint32) {
	k := &c.Rtx[i]
	if uint32(len(k.Data)) >= space || k.Flags.Has(wire.SYN) || k.Segs > 1 || k.Sacked || !x.Sys.RetransCollapse {
		return
	}
	for i+1 < len(c.Rtx) {
		next := &c.Rtx[i+1]
		if k.EOR || next.Segs > 1 || next.Sacked || len(k.Data)+len(next.Data) > int(space) || next.End.After(c.sndEnd()) {
			return
		}
		x.Note(retransCollapse)
		k.Data += next.Data
		k.End = next.End
		k.Flags |= next.Flags
		k.EverRetx, k.EOR = k.EverRetx || next.EverRetx, next.EOR
		c.books().adjust(next, -uint32(next.Segs))
		c.unchargeWrite(skbWriteCost(0))
		c.Rtx = append(c.Rtx[:i+1], c.Rtx[i+2:]...)
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
		c.Ssthresh = c.cc().ssthresh(x, c.ccSock())
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
		} else if i > 0 && k.SentAt.Add(c.Rack.RTT) > x.Now {
			continue
		}
		c.markLost(x, k)
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
	most := c.tsoSegs(x, c.currentMSS())
	for i := 0; i < len(c.Rtx); i++ {
		if c.paceWait(x) || c.inFlight() >= c.Cwnd || c.RetransOut >= c.LostOut {
			break
		}
		if k := &c.Rtx[i]; k.Sacked || k.Retrans || !k.Lost {
			continue
		}
		if !c.retransmitSkb(x, i, min(c.Cwnd-c.inFlight(), most)) {
			break
		}
		segs := uint32(c.Rtx[i].Segs)
		if c.CA != Loss {
			x.CountBy(TCPFastRetrans, int(segs))
		} else {
			x.CountBy(TCPSlowStartRetrans, int(segs))
		}
		if c.inReduction() {
			c.Prr.Out += segs
		}
		if i == 0 && c.XmitKind != TimerReo {
			rearm = true
		}
	}
	if rearm {
		c.armRTO(x)
	}
}
