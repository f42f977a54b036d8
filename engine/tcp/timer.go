package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Timers are the deadlines of a socket but one: the timer of saved ACKs stands in Delack.
type Timers struct {
	XmitKind TimerKind // icsk_pending [state]: what the transmit timer will do.
	XmitAt   sim.Time  // transmit timer [timer]: when it fires.
	DelackAt sim.Time  // delayed-ACK timer [timer]: when a waiting ACK leaves at the latest.
	PaceAt   sim.Time  // pacing timer [timer]: when the next segment may leave.
	KeepAt   sim.Time  // keepalive timer [timer]: next keepalive probe, or end of FIN_WAIT_2.
}

var noTimers = Timers{XmitAt: sim.Never, DelackAt: sim.Never, PaceAt: sim.Never, KeepAt: sim.Never}

// armXmit sets the one transmit timer (tcp_reset_xmit_timer).
func (t *TCB) armXmit(x *Ctx, k TimerKind, d sim.Duration, how How, terms [3]int64) {
	t.XmitKind = k
	t.XmitAt = x.Now.Add(min(d, t.RTOMax))
	x.length(t.ID, k, t.XmitAt, how, terms)
}

// armRTO sets it to the retransmission timeout.
func (t *TCB) armRTO(x *Ctx) { t.armXmit(x, TimerRTO, t.RTO, t.rto.how, t.rto.terms) }

func (t *Timers) stopXmit() {
	t.XmitKind, t.XmitAt = NoTimer, sim.Never
}

var rtoStart = trace.Declare(trace.Rule{
	ID:    "rto.start",
	Says:  "Something is on its way, so the retransmission timer runs: if nothing is heard in time, the oldest segment is sent again.",
	RFC:   trace.Cites("RFC 6298 §5.1", "RFC 6298 §5.3"),
	Linux: "tcp_rearm_rto",
})

var rtoStop = trace.Declare(trace.Rule{
	ID:    "rto.stop",
	Says:  "Everything sent has been acknowledged, so the retransmission timer is switched off.",
	RFC:   trace.Cites("RFC 6298 §5.2"),
	Linux: "tcp_rearm_rto",
})

// rearmRTO starts the retransmission timer anew, or stops it (tcp_rearm_rto).
// After a probe the time that has passed since the oldest segment was sent counts.
func (c *Conn) rearmRTO(x *Ctx) {
	if c.rsk != nil {
		return // Linux: it is the SYN-ACK's, until the third segment
	}
	if c.PacketsOut == 0 {
		if c.XmitKind != NoTimer {
			defer x.Enter(rtoStop)()
			c.stopXmit()
		}
		return
	}
	if c.XmitKind == TimerTLP || c.XmitKind == TimerReo {
		c.resumeRTO(x)
		return
	}
	defer x.Enter(rtoStart)()
	c.armRTO(x)
}

var rtoResume = trace.Declare(trace.Rule{
	ID:    "rto.resume",
	Says:  "The timer goes back to what it stood in for: the rest of the timeout of the oldest segment, counted from when that was last sent.",
	RFC:   trace.Cites("RFC 8985 §8"),
	Linux: "tcp_rearm_rto",
})

// resumeRTO sets the timer to what is left of the oldest segment's timeout.
func (c *Conn) resumeRTO(x *Ctx) {
	defer x.Enter(rtoResume)()
	left := c.rtoDelta(x, c.RTO)
	c.armXmit(x, TimerRTO, max(left, jiffy), HowRest, dur(c.RTO, c.RTO-left)) // Linux: a timeout is at least one tick
}

// OnTimer handles a deadline of the socket: the second of its three doors.
func (c *Conn) OnTimer(x *Ctx, k TimerKind) {
	switch k {
	case TimerDelack:
		c.onDelack(x)
	case TimerKeep:
		c.onKeepalive(x)
	case TimerComp:
		c.onCompress(x)
	case TimerRTO:
		c.onRTO(x)
	case TimerTLP:
		c.onTLP(x)
	case TimerReo:
		c.onReo(x)
	case TimerProbe:
		c.onProbe(x)
	case TimerPace:
		c.onPace(x)
	}
}

var rtoFire = trace.Declare(trace.Rule{
	ID:    "rto.fire",
	Says:  "The oldest segment was not acknowledged in time: it is presumed lost and sent again.",
	RFC:   trace.Cites("RFC 6298 §5.4", "RFC 9293 §3.8.1"),
	Linux: "tcp_retransmit_timer",
})

var rtoBackoff = trace.Declare(trace.Rule{
	ID:    "rto.backoff",
	Says:  "The timeout is doubled: if the network is overloaded, asking more often would make it worse.",
	RFC:   trace.Cites("RFC 6298 §5.5"),
	Linux: "tcp_retransmit_timer",
})

var rtoLinear = trace.Declare(trace.Rule{
	ID:      "rto.linear",
	Says:    "The first tcp_syn_linear_timeouts timeouts of a SYN are not doubled: a lost SYN says little about congestion, and waiting is dear.",
	Linux:   "tcp_retransmit_timer",
	Differs: "RFC 6298 §5.5 doubles every time. Linux since 6.5 keeps the first four timeouts of a SYN at 1 s.",
})

// onRTO is the retransmission timeout (tcp_retransmit_timer).
func (c *Conn) onRTO(x *Ctx) {
	if c.rsk != nil {
		c.onSynAckTimer(x)
		return
	}
	defer x.Enter(rtoFire)()
	c.stopXmit()
	if c.PacketsOut == 0 {
		return
	}
	if c.SndWnd == 0 && c.State.Synchronized() && !c.Dead {
		if c.windowClosedTimeout(x) {
			return
		}
	} else {
		c.turnWheel()
		if c.writeTimeout(x) {
			return
		}
		if c.Retries == 0 {
			c.countTimeout(x, c.SackOK)
		}
		x.Count(TCPTimeouts)
		c.enterLoss(x)
		c.Stats.Rehash++
		c.Stats.timedOut(x, c.Retries == 0)
		c.Retries++
		if !c.retransmitHead(x) {
			c.armXmit(x, TimerRTO, resourceProbe, HowResource, dur(resourceProbe))
			return
		}
	}
	c.backOff(x)
}

// countTimeout moves the counter that says in which state the first timeout of
// an episode met the sender.
func (s *Sender) countTimeout(x *Ctx, sackOK bool) {
	switch {
	case s.CA == Recovery && sackOK:
		x.Count(TCPSackRecoveryFail)
	case s.CA == Recovery:
		x.Count(TCPRenoRecoveryFail)
	case s.CA == Loss:
		x.Count(TCPLossFailures)
	case (s.CA == Disorder || s.SackedOut > 0) && sackOK:
		x.Count(TCPSackFailures)
	case s.CA == Disorder || s.SackedOut > 0:
		x.Count(TCPRenoFailures)
	}
}

var rtoThin = trace.Declare(trace.Rule{
	ID: "rto.thin",
	Says: "Less than four segments are in flight: too little for fast retransmit, so every loss costs a timeout. " +
		"With tcp_thin_linear_timeouts the first six of them are not doubled.",
	Linux:   "tcp_stream_is_thin",
	Differs: "RFC 6298 §5.5 doubles every time.",
})

// thin: few segments are in flight, and for such a stream timeouts are not doubled.
func (t *TCB) thin(x *Ctx) bool {
	return t.State == Established && (t.ThinLinear || x.Sys.ThinLinear) && t.PacketsOut < 4 && t.Ssthresh < infSsthresh && t.Retries <= 6
}

// backOff doubles the timeout and starts the timer again.
func (c *Conn) backOff(x *Ctx) {
	switch {
	case c.State == SynSent && c.Retries <= x.Sys.SynLinearTimeouts:
		defer x.Enter(rtoLinear)()
		c.setTimeout(min(initialRTO, c.RTOMax), HowLinear, [3]int64{int64(initialRTO), int64(c.Retries), int64(x.Sys.SynLinearTimeouts)})
	case c.thin(x):
		defer x.Enter(rtoThin)()
		c.Backoff = 0
		c.setTimeout(min(max(c.computed(), c.rtoMin(x)), c.RTOMax), HowThin, c.estimate(x, &c.Options))
	default:
		defer x.Enter(rtoBackoff)()
		c.Backoff++
		c.setTimeout(min(c.RTO*2, c.RTOMax), HowDoubled, [3]int64{int64(c.RTO), int64(c.Backoff), int64(c.RTOMax)})
	}
	if d := c.clampToUser(x, c.RTO, c.UserTO, c.RetStamp); d < c.RTO {
		c.armXmit(x, TimerRTO, d, HowUser, dur(c.UserTO, c.RTO))
		return
	}
	c.armRTO(x)
}

var rtoGiveUp = trace.Declare(trace.Rule{
	ID: "rto.give-up",
	Says: "The sender asks whether it has tried for long enough. The limit counts retransmissions only in appearance: " +
		"it stands for the time that so many doublings would take, and that time has to pass.",
	RFC:     trace.Cites("RFC 9293 §3.8.3", "RFC 1122 §4.2.3.5"),
	Linux:   "retransmits_timed_out",
	Differs: "RFC 1122 asks for at least 100 s, R2; Linux turns tcp_retries2 = 15 into 924.6 s at the smallest timeout.",
})

var synGiveUp = trace.Declare(trace.Rule{
	ID: "syn.give-up",
	Says: "A SYN is given up when it has been sent often enough, or for long enough: tcp_syn_retries counts the doublings, " +
		"and the linear timeouts before them come on top.",
	RFC:   trace.Cites("RFC 9293 §3.8.3", "RFC 1122 §4.2.3.5"),
	Linux: "tcp_write_timeout",
})

var orphanGiveUp = trace.Declare(trace.Rule{
	ID:      "orphan.give-up",
	Says:    "A socket that nobody holds gets tcp_orphan_retries doublings of time to say goodbye; then it vanishes without a word.",
	Linux:   "tcp_write_timeout",
	Differs: "tcp_orphan_retries = 0, the default, means 8. It is a span of time, not a count of retransmissions.",
})

// writeTimeout decides at a timeout whether to give up, and does (tcp_write_timeout).
func (c *Conn) writeTimeout(x *Ctx) bool {
	expired := false
	if c.State == SynSent || c.State == SynRecv {
		retries := int(x.Sys.SynRetries)
		if c.SynCnt > 0 {
			retries = int(c.SynCnt)
		}
		most := retries
		if c.State == SynSent {
			most += int(x.Sys.SynLinearTimeouts)
		}
		if x.When(synGiveUp, trace.Ge("retransmits", c.Retries, "tcp_syn_retries + tcp_syn_linear_timeouts", most)) {
			expired = true
		} else {
			expired = c.timedOut(x, synGiveUp, "tcp_syn_retries", retries, c.UserTO)
		}
	} else {
		c.suspectBlackHole(x)
		retries := int(x.Sys.Retries2)
		rule, name := rtoGiveUp, "tcp_retries2"
		if c.Dead {
			rule, name = orphanGiveUp, "tcp_orphan_retries"
			retries = c.orphanRetries(x)
		}
		expired = c.timedOut(x, rule, name, retries, c.UserTO)
	}
	c.suspectHole(x, expired)
	if expired {
		c.writeError(x)
	}
	return expired
}

// orphanRetries is how many doublings an orphan gets (tcp_orphan_retries).
func (t *TCB) orphanRetries(x *Ctx) int {
	n := int(x.Sys.OrphanRetries)
	alive := t.RTO < t.RTOMax
	if t.Soft != OK && !alive {
		n = 0 // Linux: an ICMP error was heard; nothing is to be hoped for
	}
	if n == 0 && alive {
		n = 8
	}
	return n
}

// timedOut reports whether this episode has lasted as long as n doublings would
// (retransmits_timed_out).
func (c *Conn) timedOut(x *Ctx, rule *trace.Rule, name string, n int, limit sim.Duration) bool {
	if c.Retries == 0 {
		return false
	}
	start, late := c.RetStamp, sim.Duration(0)
	if start == 0 {
		if len(c.Rtx) == 0 {
			return false
		}
		start = c.Rtx[0].FirstAt
	}
	if limit == 0 {
		base := c.rtoMin(x)
		if c.State == SynSent || c.State == SynRecv {
			base = initialRTO
		}
		limit = modelTimeout(n, base, c.RTOMax)
		if c.RetStamp != 0 {
			late = c.late
		}
	}
	return x.When(rule, trace.Dur("time since the first retransmission", since(x, start)+late, trace.OpGE, name, limit))
}

// since is the time since a stamp of which 0 means none: one taken in the very
// first instant of a scene is a nanosecond late, and Linux counts in microseconds.
func since(x *Ctx, stamp sim.Time) sim.Duration {
	return x.Now.Sub(stamp / sim.Time(sim.Microsecond) * sim.Time(sim.Microsecond))
}

// modelTimeout is how long n doublings of base take, each at most top
// (tcp_model_timeout).
func modelTimeout(n int, base, top sim.Duration) sim.Duration {
	total := sim.Duration(0)
	for step := base; n >= 0; n-- {
		total += step
		step = min(step*2, top)
	}
	return total
}

var giveUp = trace.Declare(trace.Rule{
	ID:    "conn.timed-out",
	Says:  "The connection is given up. Whoever waits on it gets ETIMEDOUT, or the error that was heard from the network on the way.",
	RFC:   trace.Cites("RFC 9293 §3.8.3", "RFC 9293 §3.10.8"),
	Linux: "tcp_write_err",
})

// writeError ends the connection after too many timeouts (tcp_write_err).
func (c *Conn) writeError(x *Ctx) {
	defer x.Enter(giveUp)()
	x.Count(TCPAbortOnTimeout)
	err := c.Soft
	if err == OK {
		err = ETIMEDOUT
	}
	c.Err = err
	c.purge(x)
	c.done(x)
}
