package tcp

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// sndEnd is the right edge of what the peer allows: SND.UNA + SND.WND (tcp_wnd_end).
func (q *SendSeq) sndEnd() wire.Seq { return q.SndUna + wire.Seq(q.SndWnd) }

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

// writeXmit sends what may be sent (tcp_write_xmit). push is how the last, partial
// segment is treated. It reports whether the sender is stuck: nothing is in flight,
// and something waits.
func (c *Conn) writeXmit(x *Ctx, mss uint32, push pushKind) bool {
	if len(x.Out) > 0 {
		x.Now = x.Now.Add(x.Tick) // Linux: tcp_mstamp_refresh
	}
	limit, most := LimitApp, c.tsoSegs(x, mss)
	sent, wait := c.tryMTUProbe(x, mss, push)
	if wait {
		return false
	}
	for len(c.Wq) > 0 {
		quota, l := c.mayLeave(x, most, push)
		if l != LimitNone {
			limit = l
			break
		}
		c.growHead(quota*mss, &c.Buffers) // before the window is asked: what has grown must fit as well
		k := &c.Wq[0]
		segs := k.count(mss)
		if !c.windowFits(k, mss) {
			x.When(rwndRoom, c.sndCheck("SEG.END", k.firstEnd(mss), trace.OpLE, "SND.UNA + SND.WND", c.sndEnd()))
			limit = LimitRwnd
			break
		}
		size := mss
		if segs == 1 {
			if !c.nagleAllows(x, k, mss, len(c.Wq) == 1, push) {
				limit = LimitNagle
				if c.Cork {
					limit = LimitCork
				}
				break
			}
		} else {
			if push < pushFirst {
				if l := c.deferTSO(x, k, most); l != LimitNone {
					limit = l
					break
				}
			}
			size = c.splitPoint(k, mss, quota, push)
		}
		head := c.takeWq(size, mss, &c.Buffers)
		if !c.sendHead(x, head) {
			break
		}
		sent += uint32(head.Segs)
		c.minshall(&head, mss)
		if push >= pushFirst {
			break
		}
	}
	c.Limit = limit
	c.Stats.Time.limited(x, limit, c.idle())
	full := limit == LimitCwnd || c.inFlight() >= c.Cwnd
	if sent > 0 || full {
		c.validateCwnd(x, full)
	}
	if sent > 0 {
		if c.inReduction() {
			c.Prr.Out += sent
		}
		if push != pushProbe {
			c.scheduleTLP(x, false)
		}
		return false
	}
	return c.PacketsOut == 0 && len(c.Wq) > 0
}

// mayLeave is how many segments may leave at once now, most at the utmost, or what
// stops them: pacing (tcp_pacing_check) or cwnd (tcp_cwnd_test).
func (c *Conn) mayLeave(x *Ctx, most uint32, push pushKind) (quota uint32, limit Limit) {
	if c.paceWait(x) {
		return 0, LimitPacing
	}
	switch quota = min(c.cwndQuota(), most); {
	case quota == 0 && push == pushProbe:
		return 1, LimitNone
	case quota == 0:
		x.When(cwndRoom, trace.Lt("in flight", c.inFlight(), "cwnd", c.Cwnd).In(trace.UnitSegments))
		return 0, LimitCwnd
	}
	return quota, LimitNone
}

// windowFits: the peer's window has room for the first segment of a buffer
// (tcp_snd_wnd_test).
func (q *SendSeq) windowFits(k *Skb, mss uint32) bool {
	return !k.firstEnd(mss).After(q.sndEnd())
}

// firstEnd is the end of the first segment of a buffer.
func (k *Skb) firstEnd(mss uint32) wire.Seq {
	if uint32(len(k.Data)) > mss {
		return k.Seq + wire.Seq(mss)
	}
	return k.End
}

type pushKind uint8

const (
	pushNagle pushKind = iota // Nagle decides
	pushAll                   // TCP_NODELAY for this time
	pushFirst                 // only the first buffer, while the application still writes (tcp_push_one)
	pushProbe                 // exactly one segment, whatever cwnd says: a probe
)

// cwndQuota is how many segments cwnd allows in the next packet (tcp_cwnd_test): not
// more than half of it, so that two packets at least are on their way.
func (s *Sender) cwndQuota() uint32 {
	f := s.inFlight()
	if f >= s.Cwnd {
		return 0
	}
	return min(max(s.Cwnd/2, 1), s.Cwnd-f)
}

// nagleAllows decides about a segment that is not full (tcp_nagle_test).
func (t *TCB) nagleAllows(x *Ctx, k *Skb, mss uint32, last bool, push pushKind) bool {
	if !last || push != pushNagle || k.Flags.Has(wire.FIN) || uint32(len(k.Data)) >= mss || t.SndUp != t.SndUna {
		return true
	}
	if t.Cork {
		return false
	}
	if t.NoDelay || t.PacketsOut == 0 {
		return true
	}
	return !x.When(nagleRule, trace.Is("an earlier small segment is unacknowledged", t.smallOut()))
}

// smallOut: a segment that was not full is unacknowledged (tcp_minshall_check).
func (q *SendSeq) smallOut() bool { return q.SndSml.After(q.SndUna) && !q.SndSml.After(q.SndNxt) }

// minshall remembers the end of the last segment that was not full.
func (q *SendSeq) minshall(k *Skb, mss uint32) {
	if uint32(len(k.Data)) < uint32(k.Segs)*mss {
		q.SndSml = k.End
	}
}

// sendHead sends a buffer for the first time (tcp_event_new_data_sent). One that the
// interface refuses goes back to where it was taken from.
func (c *Conn) sendHead(x *Ctx, k Skb) bool {
	rule := sendData
	if k.Flags.Has(wire.FIN) && len(k.Data) == 0 {
		rule = sendFin
	}
	defer x.Enter(rule)()
	if !c.transmit(x, &k) {
		c.Wq = append([]Skb{k}, c.Wq...)
		return false
	}
	c.Rtx = append(c.Rtx, k)
	prior := c.PacketsOut
	c.SndNxt = k.End
	c.PacketsOut += uint32(k.Segs)
	if len(k.Data) > 0 {
		x.CountBy(TCPOrigDataSent, int(k.Segs))
	}
	if prior == 0 || c.XmitKind == TimerTLP {
		c.rearmRTO(x)
	}
	c.checkSpace(x)
	return true
}

// pop takes the first element off a queue. The last one leaves its place to the next.
func pop[T any](q []T) []T {
	if len(q) > 1 {
		return q[1:]
	}
	clear(q)
	return q[:0]
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
	c.checkSpace(x)
}

// sndCheck records a comparison of send sequence numbers, relative to ISS.
func (q *SendSeq) sndCheck(l string, a wire.Seq, op trace.Op, r string, b wire.Seq) trace.Check {
	return seqCheck(l, a, op, r, b, q.ISS)
}

// rcvCheck records a comparison of receive sequence numbers, relative to IRS.
func (q *RecvSeq) rcvCheck(l string, a wire.Seq, op trace.Op, r string, b wire.Seq) trace.Check {
	return seqCheck(l, a, op, r, b, q.IRS)
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
