package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var persistStart = trace.Declare(trace.Rule{
	ID: "persist.start",
	Says: "Something waits, and nothing is in flight that could bring an answer: the peer's window is closed, or this host lets nothing out. " +
		"The persist timer starts: the update that opens the window may be lost.",
	RFC:   trace.Cites("RFC 9293 §3.8.6.1"),
	Linux: "tcp_check_probe_timer",
})

var persistFire = trace.Declare(trace.Rule{
	ID: "persist.probe",
	Says: "A window probe: a segment without data, numbered one below what the peer expects. It is unacceptable on purpose, " +
		"so the peer has to answer with its present window.",
	RFC:     trace.Cites("RFC 9293 §3.8.6.1"),
	Linux:   "tcp_write_wakeup",
	Differs: "RFC 9293 sends one byte of new data; Linux sends none when not even that fits.",
})

var persistBackoff = trace.Declare(trace.Rule{
	ID:    "persist.backoff",
	Says:  "The time to the next probe doubles, up to tcp_rto_max_ms. Answered probes may go on for ever.",
	RFC:   trace.Cites("RFC 9293 §3.8.6.1", "RFC 1122 §4.2.2.17"),
	Linux: "tcp_send_probe0",
})

var persistOver = trace.Declare(trace.Rule{
	ID:    "persist.fire",
	Says:  "The persist timer is over: still nothing has been heard of an open window.",
	RFC:   trace.Cites("RFC 9293 §3.8.6.1"),
	Linux: "tcp_probe_timer",
})

// probeInterval is the time to the next probe (tcp_probe0_when).
func (r *RTT) probeInterval(x *Ctx, o *Options) sim.Duration {
	d := max(r.RTO, o.rtoMin(x))
	for i := uint8(0); i < r.Backoff && d < o.RTOMax; i++ {
		d *= 2
	}
	return min(d, o.RTOMax)
}

// checkProbe starts the persist timer when the sender is stuck (tcp_check_probe_timer).
func (t *TCB) checkProbe(x *Ctx) {
	if t.PacketsOut > 0 || t.XmitKind != NoTimer {
		return
	}
	defer x.Enter(persistStart)()
	t.armXmit(x, TimerProbe, max(t.RTO, t.rtoMin(x)), HowProbe, t.probeSum(x, 0, &t.Options)) // Linux: tcp_probe0_base, without back-off
}

var persistStop = trace.Declare(trace.Rule{
	ID:    "persist.stop",
	Says:  "The window is open far enough for the next segment: there is nothing to probe for any more.",
	RFC:   trace.Cites("RFC 9293 §3.8.6.1"),
	Linux: "tcp_ack_probe",
})

var persistAnswered = trace.Declare(trace.Rule{
	ID:    "persist.answered",
	Says:  "The peer is there, but its window is still too small for the next segment: the wait for the next probe begins anew.",
	RFC:   trace.Cites("RFC 9293 §3.8.6.1", "RFC 1122 §4.2.2.17"),
	Linux: "tcp_ack_probe",
})

// ackProbe looks after the persist timer when an ACK arrives and nothing is in
// flight (tcp_ack_probe).
func (c *Conn) ackProbe(x *Ctx) {
	if len(c.Wq) == 0 {
		return
	}
	if !c.Wq[0].End.After(c.sndEnd()) {
		defer x.Enter(persistStop)()
		c.Backoff = 0
		c.ProbesAt = 0
		c.stopXmit()
		return
	}
	defer x.Enter(persistAnswered)()
	c.armProbe(x)
}

func (r *RTT) probeSum(x *Ctx, doubled uint8, o *Options) [3]int64 {
	return [3]int64{int64(max(r.RTO, o.rtoMin(x))), int64(doubled), int64(o.RTOMax)}
}

// armProbe starts the wait for the next probe.
func (t *TCB) armProbe(x *Ctx) {
	d := t.probeInterval(x, &t.Options)
	if e := t.clampProbe(x, d); e < d {
		t.armXmit(x, TimerProbe, e, HowUser, dur(t.UserTO, d))
		return
	}
	t.armXmit(x, TimerProbe, d, HowProbe, t.probeSum(x, t.Backoff, &t.Options))
}

func (o *Options) clampProbe(x *Ctx, d sim.Duration) sim.Duration {
	if o.UserTO == 0 || o.ProbesAt == 0 {
		return d
	}
	return min(d, max(o.UserTO-x.Now.Sub(o.ProbesAt), sim.Millisecond))
}

// onProbe is the persist timer (tcp_probe_timer).
func (c *Conn) onProbe(x *Ctx) {
	defer x.Enter(persistOver)()
	c.stopXmit()
	if c.PacketsOut > 0 || len(c.Wq) == 0 {
		c.ProbesOut = 0
		c.ProbesAt = 0
		return
	}
	if c.ProbesAt == 0 {
		c.ProbesAt = x.Now
	} else if c.UserTO > 0 && x.When(rtoGiveUp, trace.Dur("time since the first probe", x.Now.Sub(c.ProbesAt), trace.OpGE, "TCP_USER_TIMEOUT", c.UserTO)) {
		c.writeError(x)
		return
	}
	most := int(x.Sys.Retries2)
	if c.Dead {
		alive := c.probeInterval(x, &c.Options) < c.RTOMax
		most = c.orphanRetries(x)
		if !alive && int(c.Backoff) >= most {
			c.writeError(x)
			return
		}
	}
	if x.When(rtoGiveUp, trace.Ge("probes without an answer", c.ProbesOut, "limit", most)) {
		c.writeError(x)
		return
	}
	c.sendProbe0(x)
}

// sendProbe0 probes and backs off (tcp_send_probe0).
func (c *Conn) sendProbe0(x *Ctx) {
	refused := !c.writeWakeup(x, TCPWinProbe)
	if c.PacketsOut > 0 || len(c.Wq) == 0 {
		c.ProbesOut = 0
		c.Backoff = 0
		c.ProbesAt = 0
		return
	}
	c.ProbesOut++
	if refused { // Linux: as probes fight for what is scarce on this host, not on the path
		d := c.clampProbe(x, resourceProbe)
		c.armXmit(x, TimerProbe, d, HowResource, dur(d))
		return
	}
	if c.Backoff < x.Sys.Retries2 {
		c.Backoff++
	}
	defer x.Enter(persistBackoff)()
	c.armProbe(x)
}

// writeWakeup sends what the window lets through, or an empty probe
// (tcp_write_wakeup). false: the queue of the interface was full.
func (c *Conn) writeWakeup(x *Ctx, counter Counter) bool {
	if c.State == Closed {
		return true
	}
	if len(c.Wq) > 0 && c.Wq[0].Seq.Before(c.sndEnd()) {
		mss := c.currentMSS()
		c.PushedSeq = wire.MaxSeq(c.PushedSeq, c.Wq[0].End)
		if n := min(uint32(c.sndEnd()-c.Wq[0].Seq), mss); uint32(len(c.Wq[0].Data)) > n {
			c.Wq[0].Flags |= wire.PSH // Linux: both parts are pushed
		}
		k := c.takeWq(min(uint32(c.sndEnd()-c.Wq[0].Seq), mss), mss, &c.Buffers)
		k.Flags |= wire.PSH
		return c.sendHead(x, k) || !x.Sys.crowded()
	}
	if c.SndUp.After(c.SndUna) && c.SndUp.Minus(c.SndUna) <= 0xffff {
		c.probeSegment(x, c.SndUna, counter)
	}
	return c.probeSegment(x, c.SndUna-1, counter) || !x.Sys.crowded()
}

func (c *Conn) probeSegment(x *Ctx, seq wire.Seq, counter Counter) bool {
	defer x.Enter(persistFire)()
	s := c.header(x, wire.ACK, seq)
	c.ackSent(x)
	c.SegsOut++
	x.Count(counter)
	return c.send(x, s, 0)
}

// windowClosedTimeout: data in flight timed out while the window is closed
// (tcp_retransmit_timer). It reports whether the connection was given up.
func (c *Conn) windowClosedTimeout(x *Ctx) bool {
	if len(c.Rtx) > 0 && c.probedEnough(x) {
		c.writeError(x)
		return true
	}
	c.enterLoss(x)
	c.retransmitHead(x)
	return false
}

// probedEnough: nobody has answered for too long, or, with TCP_USER_TIMEOUT,
// answered without taking anything (tcp_rtx_probe0_timed_out).
func (c *Conn) probedEnough(x *Ctx) bool {
	start := c.RetStamp
	if start == 0 {
		start = c.Rtx[0].SentAt
	}
	limit, tried := 2*c.RTOMax, since(x, start)
	if c.UserTO > 0 {
		// Linux asks for more than, but its timers are a tick late
		if x.When(rtoGiveUp, trace.Dur("time since the first retransmission", tried, trace.OpGE, "TCP_USER_TIMEOUT", c.UserTO)) {
			return true
		}
		limit = min(limit, c.UserTO)
	}
	return x.When(rtoGiveUp, trace.Dur("time since the last answer", x.Now.Sub(c.LastAckAt), trace.OpGT, "limit", limit)) &&
		x.When(rtoGiveUp, trace.Dur("time since the first retransmission", tried, trace.OpGT, "limit", limit))
}
