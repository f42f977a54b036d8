package tcp

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// sndEnd is the right edge of what the peer allows: SND.UNA + SND.WND (tcp_wnd_end).
func (c *Conn) sndEnd() wire.Seq { return c.SndUna + wire.Seq(c.SndWnd) }

var sendData = trace.Declare(trace.Rule{
	ID:    "send.data",
	Says:  "Both windows have room, so the next segment leaves.",
	RFC:   trace.Cites("RFC 9293 §3.8.6", "RFC 5681 §3.1"),
	Linux: "tcp_write_xmit",
})

var sendFin = trace.Declare(trace.Rule{
	ID:    "send.fin",
	Says:  "Everything written before has left, so the FIN follows. It takes one sequence number and is retransmitted like data.",
	RFC:   trace.Cites("RFC 9293 §3.6", "RFC 9293 §3.10.4"),
	Linux: "tcp_send_fin",
})

var cwndRoom = trace.Declare(trace.Rule{
	ID:    "send.cwnd",
	Says:  "The congestion window limits how many segments may be in the network at once.",
	RFC:   trace.Cites("RFC 5681 §3.1"),
	Linux: "tcp_cwnd_test",
})

var rwndRoom = trace.Declare(trace.Rule{
	ID:    "send.rwnd",
	Says:  "The peer's window limits how far the sequence numbers may go.",
	RFC:   trace.Cites("RFC 9293 §3.8.6"),
	Linux: "tcp_snd_wnd_test",
})

var nagleRule = trace.Declare(trace.Rule{
	ID: "send.nagle",
	Says: "A segment that is not full waits while an earlier small one is unacknowledged: " +
		"so a sender of single bytes puts at most one small segment per round trip on the network.",
	RFC:     trace.Cites("RFC 9293 §3.7.4", "RFC 896"),
	Linux:   "tcp_nagle_test",
	Differs: "RFC 896 waits for any unacknowledged data; Linux, after Minshall, only for an unacknowledged small segment.",
})

// writeXmit sends what may be sent (tcp_write_xmit). push is how the last,
// partial segment is treated: pushOnce sends exactly one segment whatever cwnd
// says (a probe), pushAll ignores Nagle. It reports whether the sender is stuck:
// nothing is in flight, and something waits.
func (c *Conn) writeXmit(x *Ctx, mss uint32, push pushKind) bool {
	sent := 0
	limit := LimitApp
	for len(c.Wq) > 0 {
		k := &c.Wq[0]
		quota := c.cwndQuota()
		if quota == 0 && push != pushOnce {
			x.When(cwndRoom, trace.Lt("in flight", c.inFlight(), "cwnd", c.Cwnd).In(trace.UnitSegments))
			limit = LimitCwnd
			break
		}
		c.growHead(mss) // before the window is asked: what has grown must fit as well
		end := k.End
		if end.Minus(k.Seq) > int32(mss) {
			end = k.Seq + wire.Seq(mss)
		}
		if end.After(c.sndEnd()) {
			x.When(rwndRoom, c.sndCheck("SEG.END", end, trace.OpLE, "SND.UNA + SND.WND", c.sndEnd()))
			limit = LimitRwnd
			break
		}
		last := len(c.Wq) == 1
		if uint32(len(k.Data)) <= mss && !c.nagleAllows(x, k, mss, last, push) {
			limit = LimitNagle
			if c.Cork {
				limit = LimitCork
			}
			break
		}
		head := c.takeWq(mss)
		c.minshall(head.End, len(head.Data), mss)
		c.sendHead(x, head)
		sent++
		if push == pushOnce {
			break
		}
	}
	c.Limit = limit
	c.chronoLimit(x, limit)
	if sent > 0 {
		if c.CA == CWR || c.CA == Recovery {
			c.PrrOut += uint32(sent)
		}
		if push != pushOnce {
			c.scheduleTLP(x, false)
		}
		c.validateCwnd(x, c.PacketsOut >= c.Cwnd)
		return false
	}
	return c.PacketsOut == 0 && len(c.Wq) > 0
}

type pushKind uint8

const (
	pushNagle pushKind = iota // Nagle decides
	pushAll                   // TCP_NODELAY for this time
	pushOnce                  // exactly one segment
)

// cwndQuota is how many more segments cwnd allows (tcp_cwnd_test).
func (c *Conn) cwndQuota() uint32 {
	f := c.inFlight()
	if f >= c.Cwnd {
		return 0
	}
	return c.Cwnd - f
}

// nagleAllows decides about a segment that is not full (tcp_nagle_test).
func (c *Conn) nagleAllows(x *Ctx, k *Skb, mss uint32, last bool, push pushKind) bool {
	if !last || push != pushNagle || k.Flags.Has(wire.FIN) || uint32(len(k.Data)) >= mss {
		return true
	}
	if c.Cork {
		return false
	}
	if c.NoDelay || c.PacketsOut == 0 {
		return true
	}
	small := c.SndSml.After(c.SndUna) && !c.SndSml.After(c.SndNxt)
	return !x.When(nagleRule, trace.Is("an earlier small segment is unacknowledged", small))
}

// minshall remembers the end of the last segment that was not full.
func (c *Conn) minshall(end wire.Seq, n int, mss uint32) {
	if uint32(n) < mss {
		c.SndSml = end
	}
}

// sendHead sends a buffer for the first time (tcp_event_new_data_sent).
func (c *Conn) sendHead(x *Ctx, k Skb) {
	rule := sendData
	if k.Flags.Has(wire.FIN) && len(k.Data) == 0 {
		rule = sendFin
	}
	defer x.Enter(rule)()
	c.transmit(x, &k)
	c.Rtx = append(c.Rtx, k)
	prior := c.PacketsOut
	c.SndNxt = k.End
	c.PacketsOut++
	if len(k.Data) > 0 {
		x.Count(TCPOrigDataSent)
	}
	if prior == 0 || c.XmitKind == TimerTLP {
		c.rearmRTO(x)
	}
}

// growHead fills a buffer that is not full from the one behind it, so that no
// small segment leaves while more waits (tcp_grow_skb).
func (c *Conn) growHead(mss uint32) {
	if len(c.Wq) < 2 || uint32(len(c.Wq[0].Data)) >= mss {
		return
	}
	k, next := &c.Wq[0], &c.Wq[1]
	n := min(int(mss)-len(k.Data), len(next.Data))
	k.Data += next.Data[:n]
	k.End += wire.Seq(n)
	next.Data, next.Seq = next.Data[n:], next.Seq+wire.Seq(n)
	if next.Data == "" {
		k.Flags |= next.Flags
		k.End = next.End
		c.WMem -= min(c.WMem, skbWriteCost(0))
		copy(c.Wq[1:], c.Wq[2:])
		c.Wq = c.Wq[:len(c.Wq)-1]
	}
}

// takeWq takes the first unsent buffer, or its first n bytes when it has more
// (tso_fragment).
func (c *Conn) takeWq(n uint32) Skb {
	k := c.Wq[0]
	if uint32(len(k.Data)) <= n {
		if c.Wq = c.Wq[1:]; len(c.Wq) == 0 {
			c.Wq = nil
		}
		return k
	}
	rest := &c.Wq[0]
	k.Data, rest.Data = k.Data[:n], k.Data[n:]
	k.End = k.Seq + wire.Seq(n)
	rest.Seq = k.End
	k.Flags &^= wire.FIN | wire.PSH
	return k
}

// pushPending sends what may be sent, and starts the persist timer when nothing
// may (__tcp_push_pending_frames).
func (c *Conn) pushPending(x *Ctx, mss uint32, push pushKind) {
	if c.State == Closed {
		return
	}
	if c.writeXmit(x, mss, push) {
		c.checkProbe(x)
	}
}

// dataSndCheck sends what an arriving ACK has made possible (tcp_data_snd_check).
func (c *Conn) dataSndCheck(x *Ctx) {
	if len(c.Wq) > 0 {
		c.pushPending(x, c.currentMSS(), pushNagle)
	}
}

// sndCheck records a comparison of send sequence numbers, relative to ISS.
func (c *Conn) sndCheck(l string, a wire.Seq, op trace.Op, r string, b wire.Seq) trace.Check {
	return seqCheck(l, a, op, r, b, c.ISS)
}

// rcvCheck records a comparison of receive sequence numbers, relative to IRS.
func (c *Conn) rcvCheck(l string, a wire.Seq, op trace.Op, r string, b wire.Seq) trace.Check {
	return seqCheck(l, a, op, r, b, c.IRS)
}

func seqCheck(l string, a wire.Seq, op trace.Op, r string, b, base wire.Seq) trace.Check {
	k := trace.Check{L: l, Op: op, R: r, A: int64(a.Minus(base)), B: int64(b.Minus(base)), Unit: trace.UnitCount}
	d := a.Minus(b)
	switch op {
	case trace.OpEQ:
		k.OK = d == 0
	case trace.OpNE:
		k.OK = d != 0
	case trace.OpLT:
		k.OK = d < 0
	case trace.OpLE:
		k.OK = d <= 0
	case trace.OpGT:
		k.OK = d > 0
	case trace.OpGE:
		k.OK = d >= 0
	}
	return k
}
