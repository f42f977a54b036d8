package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Delack is what decides when an acknowledgment leaves (struct inet_connection_sock, icsk_ack).
type Delack struct {
	AckPending  uint8        // ack.pending [flags]: 1 an ACK is due, 2 the timer runs, 4 data was pushed, 8 pushed twice, 16 at once, 32 for want of memory.
	Quick       uint8        // ack.quick [count]: ACKs that will still be sent at once.
	Pingpong    uint8        // ack.pingpong [count]: how much the connection looks like question and answer.
	ATO         sim.Duration // ack.ato [duration]: the delay of an ACK.
	LastRecv    sim.Time     // lrcvtime [time]: when data last came.
	RcvMSS      uint16       // rcv_mss [bytes]: what the peer's full segments seem to carry.
	LastSeg     uint16       // last_seg_size [bytes]: size of the last smaller segment, to be believed when it comes again.
	DupAckCnt   uint8        // dup_ack_counter [count]: duplicate ACKs sent in a row.
	CompSeq     wire.Seq     // compressed_ack_rcv_nxt [seq:rcv]: RCV.NXT while those duplicate ACKs are counted.
	CompAcks    uint8        // compressed_ack [count]: ACKs saved since the last one left.
	CompAt      sim.Time     // compressed_ack_timer [timer]: when an ACK for them leaves.
	LastOOW     sim.Time     // last_oow_ack_time [time]: when an ACK for an unacceptable segment was last sent; 0: never.
	ChallengeAt sim.Time     // challenge_timestamp [time]: when the last challenge ACK left.
}

// Bits of AckPending, as in Linux' icsk_ack.pending.
const (
	ackSched   = 1
	ackTimer   = 2
	ackPushed  = 4
	ackPushed2 = 8
	ackAtOnce  = 16
	ackNoMem   = 32
)

const (
	maxQuickAcks = 16
	minRcvMSS    = 88 // Linux: TCP_MIN_MSS
)

var quickMode = trace.Declare(trace.Rule{
	ID:    "ack.quick",
	Says:  "Quick-ACK mode: the sender is starting or recovering and needs every acknowledgment, so the next ones are not delayed.",
	RFC:   trace.Cites("RFC 5681 §4.2"),
	Linux: "tcp_enter_quickack_mode",
})

// increaseQuick allows more ACKs at once (tcp_incr_quickack).
func (d *Delack) increaseQuick(most uint32, wnd uint32) {
	n := uint32(2)
	if d.RcvMSS > 0 && wnd/(2*uint32(d.RcvMSS)) > 0 {
		n = wnd / (2 * uint32(d.RcvMSS))
	}
	n = min(n, most)
	if n > uint32(d.Quick) {
		d.Quick = uint8(n)
	}
}

// enterQuickAck acknowledges up to so many of the next segments at once
// (tcp_enter_quickack_mode).
func (d *Delack) enterQuickAck(x *Ctx, most uint32, wnd uint32) {
	defer x.Enter(quickMode)()
	d.increaseQuick(most, wnd)
	d.Pingpong = 0
	d.ATO = delackMin
}

func (d *Delack) inQuickAck(x *Ctx) bool {
	return x.Sys.Route.QuickAck || d.Quick > 0 && !d.inPingpong(x)
}

func (d *Delack) inPingpong(x *Ctx) bool { return d.Pingpong >= x.Sys.PingpongThresh }

func (d *Delack) incPingpong(x *Ctx) {
	if d.Pingpong < 255 {
		d.Pingpong++
	}
}

// dataRecv notes that data came: it measures the rhythm that decides how long an
// ACK may wait (tcp_event_data_recv).
func (c *Conn) dataRecv(x *Ctx, s *wire.Segment, b *Block) {
	c.AckPending |= ackSched
	c.measureRcvMSS(s, b)
	c.measureRcvRTT(x, &c.RecvSeq)
	if c.ATO == 0 {
		c.increaseQuick(maxQuickAcks, c.RcvWnd)
		c.ATO = delackMin
	} else {
		m := ticks(c.LastRecv, x.Now)
		switch {
		case m <= delackMin/2:
			c.ATO = c.ATO/2/jiffy*jiffy + delackMin/2
		case m < c.ATO:
			c.ATO = min(c.ATO/2/jiffy*jiffy+m, c.RTO)
		case m > c.RTO:
			c.increaseQuick(maxQuickAcks, c.RcvWnd) // Linux: a long gap, so the sender restarts slowly
		}
	}
	c.LastRecv = x.Now
	c.ecnData(x, s, &c.Delack, c.RcvWnd)
	if n := len(s.Payload); n >= 128 {
		cost := b.Cost
		if b.Pages > 0 {
			cost = b.Pages // Linux: the data area can be given back when buffers are joined
		}
		c.growWindow(x, n, cost, &c.Delack, c.AdvMSS)
	}
}

// measureRcvMSS guesses what the peer's full segments carry. A smaller size is
// believed when it comes twice in a row (tcp_measure_rcv_mss).
func (c *Conn) measureRcvMSS(s *wire.Segment, b *Block) {
	n, last := uint32(s.Each()), c.LastSeg
	c.LastSeg = 0
	if n >= uint32(c.RcvMSS) {
		if n != uint32(c.RcvMSS) {
			c.rescale(len(s.Payload), b.Cost, c.RcvWnd)
		}
		c.RcvMSS = uint16(min(n, uint32(c.AdvMSS)))
		if s.Flags.Has(wire.PSH) {
			c.AckPending |= ackPushed
		}
		return
	}
	whole := n + uint32(s.Opts.Len())
	if whole >= defaultMSS || whole >= minRcvMSS && s.Flags&(wire.FIN|wire.URG|wire.SYN|wire.PSH) == 0 {
		c.LastSeg = uint16(whole - c.optionLen())
		if c.LastSeg == last {
			c.RcvMSS = last
			return
		}
	}
	if c.AckPending&ackPushed != 0 {
		c.AckPending |= ackPushed2
	}
	c.AckPending |= ackPushed
}

var ackTwo = trace.Declare(trace.Rule{
	ID:    "ack.second-segment",
	Says:  "More than one full segment unacknowledged calls for an ACK at once: at least every second segment is acknowledged.",
	RFC:   trace.Cites("RFC 5681 §4.2", "RFC 9293 §3.8.6.3"),
	Linux: "__tcp_ack_snd_check",
})

var ackQuick = trace.Declare(trace.Rule{
	ID:    "ack.at-once",
	Says:  "Quick-ACK mode is on: this segment is acknowledged without waiting.",
	RFC:   trace.Cites("RFC 5681 §4.2"),
	Linux: "tcp_in_quickack_mode",
})

var ackGap = trace.Declare(trace.Rule{
	ID:    "ack.gap",
	Says:  "Something is missing, or a gap has just been filled: the sender must hear of it at once.",
	RFC:   trace.Cites("RFC 5681 §4.2", "RFC 2018 §4"),
	Linux: "__tcp_ack_snd_check",
})

var ackDelay = trace.Declare(trace.Rule{
	ID:      "ack.delay",
	Says:    "The ACK waits a little: the application may soon send data that can carry it, or another segment may come that it covers as well.",
	RFC:     trace.Cites("RFC 9293 §3.8.6.3", "RFC 5681 §4.2"),
	Linux:   "tcp_send_delayed_ack",
	Differs: "RFC 9293 allows up to 0.5 s; Linux waits 40 ms, and up to 200 ms when the peer sends slowly.",
})

// ackSndCheck decides about acknowledging what has just been taken
// (tcp_ack_snd_check).
func (c *Conn) ackSndCheck(x *Ctx) {
	if c.AckPending&ackSched == 0 {
		return
	}
	due := uint32(c.RcvNxt - c.RcvWup)
	if x.When(ackTwo, trace.Gt("not acknowledged", due, "rcv_mss", c.RcvMSS).In(trace.UnitBytes)) &&
		(uint32(c.RcvNxt-c.Copied) < c.lowat() || c.freeWindow(x) >= c.RcvWnd) {
		c.sendAck(x)
		return
	}
	if c.inQuickAck(x) {
		x.When(ackQuick, trace.Gt("ack.quick", c.Quick, "none", 0))
		c.sendAck(x)
		return
	}
	switch {
	case c.AckPending&ackAtOnce == 0 && len(c.Ofo) == 0:
		c.delayAck(x)
	case c.AckPending&ackAtOnce == 0 && c.compress(x):
	default:
		c.tellGap(x)
	}
}

// delayAck starts the delayed-ACK timer (tcp_send_delayed_ack).
func (c *Conn) delayAck(x *Ctx) {
	defer x.Enter(ackDelay)()
	ato := c.ATO
	if ato > delackMin {
		most := 500 * sim.Millisecond
		if c.inPingpong(x) || c.AckPending&ackPushed != 0 {
			most = delackMax
		}
		if c.SRTT > 0 {
			most = min(most, max(ceilJiffy(c.srtt()), delackMin))
		}
		ato = min(ato, most)
	}
	ato = min(ato, c.DelackMax, max(c.rtoMin(x), 2*jiffy)-jiffy)
	ato = max(ato, jiffy) // Linux: no delay measured yet means the next tick
	at := x.Now.Add(ato)
	if c.AckPending&ackTimer != 0 && c.DelackAt != sim.Never {
		if c.DelackAt <= x.Now.Add(ato/4) {
			c.sendAck(x)
			return
		}
		at = min(at, c.DelackAt)
	}
	c.AckPending |= ackSched | ackTimer
	c.DelackAt = at
	x.length(c.ID, TimerDelack, at, HowAto, dur(c.ATO, delackMax))
}

var delackFire = trace.Declare(trace.Rule{
	ID:    "ack.delay-over",
	Says:  "Nothing came that could have carried the ACK. It is sent now, and the guess about the next delay is corrected.",
	RFC:   trace.Cites("RFC 9293 §3.8.6.3"),
	Linux: "tcp_delack_timer_handler",
})

// onDelack is the delayed-ACK timer (tcp_delack_timer_handler).
func (c *Conn) onDelack(x *Ctx) {
	defer x.Enter(delackFire)()
	c.DelackAt = sim.Never
	if c.State == Closed || c.State == Listen || c.AckPending&ackSched == 0 {
		return
	}
	c.AckPending &^= ackTimer
	if !c.inPingpong(x) {
		c.ATO = min(c.ATO*2, c.RTO)
	} else {
		c.Pingpong = 0
		c.ATO = delackMin
	}
	c.sendAck(x)
	x.Count(DelayedACKs)
}
