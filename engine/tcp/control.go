package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Bits of Shut.
const (
	shutRead  = 1
	shutWrite = 2
)

// done ends the socket (tcp_done): state CLOSED, every timer off. What was
// received stays readable until the application closes the descriptor.
func (c *Conn) done(x *Ctx) {
	if c.State == SynSent || c.State == SynRecv {
		x.Count(AttemptFails)
	}
	c.setState(x, Closed)
	c.judgeHole(x)
	if c.rsk != nil {
		c.leaveHalfOpen(x, false)
	}
	c.releasePort()
	c.stopXmit()
	c.DelackAt, c.KeepAt, c.CompAt, c.PaceAt = sim.Never, sim.Never, sim.Never, sim.Never
	c.AckPending = 0
	c.Shut = shutRead | shutWrite
}

// releasePort gives the port back at the end of a connection, unless the
// application has named it.
func (c *Conn) releasePort() {
	if c.Hold != HoldLocked {
		c.Hold = HoldNone
	}
}

// purge forgets everything unsent and unacknowledged (tcp_write_queue_purge).
func (c *Conn) purge(x *Ctx) {
	c.Rtx, c.Wq = nil, nil
	c.PacketsOut = 0 // what was counted as lost, repeated or SACKed stays for TCP_INFO
	c.unchargeWrite(c.WMem)
	c.Backoff = 0
	c.Stats.Time.stop(x, chronoBusy, c.idle())
}

// Gone reports whether nothing holds the socket any more.
func (l *Life) Gone() bool { return l.State == Closed && l.Dead }

// finTime is how long FIN_WAIT_2 may last: tcp_fin_timeout or TCP_LINGER2, but
// at least three and a half timeouts (tcp_fin_time).
func (o *Options) finTime(x *Ctx, rto sim.Duration) sim.Duration {
	t := x.Sys.FinTimeout
	if o.Linger2 > 0 {
		t = sim.Duration(o.Linger2) * sim.Second
	}
	return max(t, rto*4-rto/2)
}

var icmpHard = trace.Declare(trace.Rule{
	ID:    "icmp.refused",
	Says:  "The network says that the destination cannot be reached. During the handshake that ends the attempt at once.",
	RFC:   trace.Cites("RFC 9293 §3.9.2.2", "RFC 5461 §4"),
	Linux: "tcp_v4_err",
})

var icmpSoft = trace.Declare(trace.Rule{
	ID:    "icmp.soft",
	Says:  "The network reports a problem that may pass. It is only remembered: should the connection time out, this is the error the application gets.",
	RFC:   trace.Cites("RFC 9293 §3.9.2.2", "RFC 1122 §4.2.3.9"),
	Linux: "tcp_v4_err",
})

var icmpTold = trace.Declare(trace.Rule{
	ID:      "icmp.told",
	Says:    "The application has set IP_RECVERR: the next call fails with what the network reports, at once. The connection itself goes on.",
	RFC:     trace.Cites("RFC 1122 §4.2.4.1"),
	Linux:   "tcp_v4_err",
	Differs: "RFC 1122 asks for a way to report such errors, and says that it may be switched off; here it is off until it is asked for.",
})

var icmpIgnored = trace.Declare(trace.Rule{
	ID:    "icmp.outside",
	Says:  "The quoted sequence number is not one in flight: the message is old, or forged.",
	RFC:   trace.Cites("RFC 5927 §4"),
	Linux: "tcp_v4_err",
	Drops: true,
})

// OnICMP handles an ICMP error about a segment that this socket sent (tcp_v4_err).
func (c *Conn) OnICMP(x *Ctx, s *wire.Segment) {
	una := c.SndUna
	if c.rsk != nil {
		una = c.rsk.ISS
	}
	if c.State != Listen && !s.Seq.Between(una, c.SndNxt) {
		x.Drop(icmpIgnored)
		return
	}
	err := icmpErrno(s.ICMP)
	if err == OK {
		if mtu := smallerMTU(s.ICMP); mtu > 0 && c.IP.believesMTU() && c.State != Listen && c.State != Closed {
			c.mtuReduced(x, mtu)
		}
		return
	}
	if x.Busy {
		c.lockDropped(x, err)
		return
	}
	if c.rsk == nil {
		c.revertBackoff(x, s)
	}
	if c.State == Closed {
		return // the timeout that was over was the last one
	}
	if c.State == SynSent || c.State == SynRecv && (c.rsk == nil || c.Parent != 0) { // Linux: an accepted Fast Open connection counts as established
		defer x.Enter(icmpHard)()
		c.Err = err
		c.purge(x)
		c.done(x)
		return
	}
	if c.IP.RecvErr {
		defer x.Enter(icmpTold)()
		c.Err = err
		return
	}
	defer x.Enter(icmpSoft)()
	c.Soft = err
}

var icmpLocked = trace.Declare(trace.Rule{
	ID: "icmp.locked",
	Says: "The error comes while the call that sent the segment still holds the socket, as it does where the way takes no time: it cannot end the attempt, " +
		"and is only remembered. The next copy of the segment will bring another one.",
	Linux:   "tcp_v4_err",
	Differs: "RFC 9293 §3.9.2.2 would end the attempt at once.",
})

// lockDropped takes an error that comes while a call holds the socket.
func (l *Life) lockDropped(x *Ctx, err Errno) {
	defer x.Enter(icmpLocked)()
	x.Count(LockDroppedIcmps)
	l.Soft = err
}

var keepFire = trace.Declare(trace.Rule{
	ID:    "keepalive.fire",
	Says:  "The keepalive timer looks whether the connection has been idle for long enough.",
	RFC:   trace.Cites("RFC 9293 §3.8.4"),
	Linux: "tcp_keepalive_timer",
})

var keepProbe = trace.Declare(trace.Rule{
	ID: "keepalive.probe",
	Says: "Nothing has been heard for the keepalive time. A probe with a sequence number already acknowledged makes a living peer answer; " +
		"a peer that has forgotten the connection answers with RST.",
	RFC:   trace.Cites("RFC 9293 §3.8.4", "RFC 1122 §4.2.3.6"),
	Linux: "tcp_keepalive_timer",
})

var keepGiveUp = trace.Declare(trace.Rule{
	ID:    "keepalive.give-up",
	Says:  "After so many probes without an answer the peer is taken to be gone: RST, and ETIMEDOUT for the application.",
	RFC:   trace.Cites("RFC 9293 §3.8.4"),
	Linux: "tcp_keepalive_timer",
})

var finWaitOver = trace.Declare(trace.Rule{
	ID:      "close.fin-wait-over",
	Says:    "The peer has not closed its side within the FIN_WAIT_2 time, and nobody here is waiting for it.",
	RFC:     trace.Cites("RFC 9293 §3.6"),
	Linux:   "tcp_keepalive_timer",
	Differs: "RFC 9293 sets no limit to FIN_WAIT_2; Linux ends it for orphans.",
})

func (o *Options) keepIdle(x *Ctx) sim.Duration  { return firstSet(o.KeepIdle, x.Sys.KeepaliveTime) }
func (o *Options) keepIntvl(x *Ctx) sim.Duration { return firstSet(o.KeepIntvl, x.Sys.KeepaliveIntvl) }

func firstSet(a, b sim.Duration) sim.Duration {
	if a > 0 {
		return a
	}
	return b
}

func (t *TCB) armKeepalive(x *Ctx) {
	if t.KeepOn && t.State != Closed && t.State != Listen && t.State != SynSent {
		t.armKeep(x, t.keepIdle(x), HowKeepIdle, dur(t.keepIdle(x)))
	}
}

// armKeep sets the keepalive timer, which FIN_WAIT_2 uses too.
func (t *TCB) armKeep(x *Ctx, d sim.Duration, how How, terms [3]int64) {
	t.KeepAt = x.Now.Add(d)
	x.length(t.ID, TimerKeep, t.KeepAt, how, terms)
}

// quiet is how long nothing has been heard (keepalive_time_elapsed).
func (d *Delack) quiet(x *Ctx, acked sim.Time) sim.Duration {
	return min(x.Now.Sub(d.LastRecv), x.Now.Sub(acked))
}

// onKeepalive serves keepalive and FIN_WAIT_2 (tcp_keepalive_timer).
func (c *Conn) onKeepalive(x *Ctx) {
	if c.State == FinWait2 && c.Dead {
		defer x.Enter(finWaitOver)()
		c.KeepAt = sim.Never
		if c.Linger2 >= 0 {
			if left := c.finTime(x, c.RTO) - timeWaitLen; left > 0 {
				c.handOver = c.timeWait(x, FinWait2, left)
				return
			}
		}
		c.sendReset(x)
		c.done(x)
		return
	}
	defer x.Enter(keepFire)()
	c.KeepAt = sim.Never
	if !c.KeepOn || c.State == Closed || c.State == SynSent {
		return
	}
	wait := c.keepIdle(x)
	if c.PacketsOut > 0 || len(c.Wq) > 0 {
		c.armKeep(x, wait, HowKeepIdle, dur(wait))
		return
	}
	idle := c.quiet(x, c.LastAckAt)
	if idle < wait {
		c.armKeep(x, wait-idle, HowKeepIdle, dur(wait, idle))
		return
	}
	c.keepaliveProbe(x, idle)
}

func (c *Conn) keepaliveProbe(x *Ctx, idle sim.Duration) {
	over := false
	if c.UserTO > 0 {
		over = idle >= c.UserTO && c.ProbesOut > 0
	} else {
		most := c.KeepCnt
		if most == 0 {
			most = x.Sys.KeepaliveProbes
		}
		over = x.When(keepGiveUp, trace.Ge("probes without an answer", c.ProbesOut, "tcp_keepalive_probes", most))
	}
	if over {
		defer x.Enter(keepGiveUp)()
		c.sendReset(x)
		c.writeError(x)
		return
	}
	defer x.Enter(keepProbe)()
	if !c.writeWakeup(x, TCPKeepAlive) { // Linux: lost on this host, so it is tried harder
		c.armKeep(x, resourceProbe, HowResource, dur(resourceProbe))
		return
	}
	c.ProbesOut++
	c.armKeep(x, c.keepIntvl(x), HowKeepIntvl, [3]int64{int64(c.keepIntvl(x)), int64(c.ProbesOut)})
}

// Destroy ends the socket from outside (tcp_abort): a peer that may still send is
// told by a RST.
func (c *Conn) Destroy(x *Ctx) {
	if c.needsReset() {
		c.sendReset(x)
	}
	c.Err = ECONNABORTED
	c.purge(x)
	c.done(x)
}
