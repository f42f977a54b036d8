package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var errorTaken = trace.Declare(trace.Rule{
	ID:    "call.error",
	Says:  "The call reports the error that was waiting on the socket, and takes it away: it is told once.",
	RFC:   trace.Cites("RFC 9293 §3.9.1"),
	Linux: "sock_error",
})

// takeErr returns the pending error and clears it (sock_error).
func (l *Life) takeErr(x *Ctx) Errno {
	e := l.Err
	if e != OK {
		defer x.Enter(errorTaken)()
		l.Err = OK
	}
	return e
}

// TakeError returns the pending error, and clears it.
func (c *Conn) TakeError(x *Ctx) Errno { return c.takeErr(x) }

// AskError is SO_ERROR: the pending error, else one that may pass; cleared by
// asking (sk_getsockopt).
func (l *Life) AskError(x *Ctx) Errno {
	if e := l.takeErr(x); e != OK {
		return e
	}
	e := l.Soft
	if e != OK {
		defer x.Enter(errorTaken)()
		l.Soft = OK
	}
	return e
}

var callShutdown = trace.Declare(trace.Rule{
	ID:    "call.shutdown",
	Says:  "shutdown(SHUT_WR): this side will send no more, but still reads. After the last byte goes a FIN: a half close.",
	RFC:   trace.Cites("RFC 9293 §3.6.1", "RFC 9293 §3.10.4"),
	Linux: "tcp_shutdown",
})

// Shutdown closes one or both directions (inet_shutdown).
func (c *Conn) Shutdown(x *Ctx, how uint8) Errno {
	if c.State == Closed || c.State == TimeWaitState {
		return ENOTCONN
	}
	if how&shutWrite != 0 {
		defer x.Enter(callShutdown)()
	}
	c.Shut |= how
	if c.State == SynSent {
		c.purge(x)
		c.done(x)
		c.Err, c.Shut, c.FODefer = ECONNRESET, 0, false // Linux: the socket is as new, but for the error
		return OK
	}
	if how&shutWrite != 0 && c.State != SynRecv { // Linux: it is remembered until the handshake is complete
		c.startClose(x)
	}
	return OK
}

// startClose moves to the state that follows a close of the sending half, and
// sends the FIN (tcp_close_state, tcp_send_fin).
func (c *Conn) startClose(x *Ctx) {
	switch c.State {
	case Established, SynRecv:
		c.setState(x, FinWait1)
	case CloseWait:
		c.setState(x, LastAck)
	default:
		return
	}
	c.queueFin(x)
}

// queueFin puts the FIN behind everything written (tcp_send_fin).
func (c *Conn) queueFin(x *Ctx) {
	if n := len(c.Wq); n > 0 {
		k := &c.Wq[n-1]
		k.Flags |= wire.FIN
		k.End++
	} else {
		c.Stats.Time.start(x, chronoBusy)
		c.Wq = append(c.Wq, Skb{Seq: c.SndMax, End: c.SndMax + 1, Flags: wire.FIN})
		c.chargeWrite(skbWriteCost(0))
	}
	c.SndMax++
	c.pushPending(x, c.currentMSS(), pushAll)
}

var callClose = trace.Declare(trace.Rule{
	ID:    "call.close",
	Says:  "close(): the application lets go of the socket. What it wrote is still delivered, then a FIN; the kernel carries on alone with an orphan.",
	RFC:   trace.Cites("RFC 9293 §3.10.4"),
	Linux: "__tcp_close",
})

var closeUnread = trace.Declare(trace.Rule{
	ID: "close.unread-data",
	Says: "Data is here that the application never read. A FIN would let the sender believe that it was delivered, " +
		"so the connection is reset instead.",
	RFC:   trace.Cites("RFC 1122 §4.2.2.13", "RFC 2525 §2.17"),
	Linux: "__tcp_close",
})

var closeLinger0 = trace.Declare(trace.Rule{
	ID:    "close.linger-zero",
	Says:  "SO_LINGER with 0 s: close() throws away what is unsent and resets the connection. There will be no TIME_WAIT.",
	RFC:   trace.Cites("RFC 9293 §3.10.5"),
	Linux: "tcp_disconnect",
})

// Close lets go of the socket (__tcp_close). The returned TimeWait, if any,
// takes over at once.
func (c *Conn) Close(x *Ctx) *TimeWait {
	defer x.Enter(callClose)()
	c.Shut = shutRead | shutWrite
	unread := c.InQueue > 0
	for i := range c.Rcv {
		c.uncharge(c.Rcv[i].Cost)
	}
	c.Rcv, c.InQueue = nil, 0
	switch {
	case c.State == Closed || c.State == Listen:
		c.Dead = true
		c.setState(x, Closed)
		return nil
	case c.State == SynSent:
		c.purge(x)
		c.done(x)
		c.Dead = true
		return nil
	case unread:
		x.Count(TCPAbortOnClose)
		defer x.Enter(closeUnread)()
		c.sendReset(x)
		c.purge(x)
		c.done(x)
		c.Dead = true
		return nil
	case c.Linger && c.LingerT == 0:
		x.Count(TCPAbortOnData)
		defer x.Enter(closeLinger0)()
		if c.needsReset() {
			c.sendReset(x)
			c.Err = ECONNRESET
		}
		c.purge(x)
		c.done(x)
		c.Dead = true
		return nil
	}
	c.startClose(x)
	c.Dead = true
	if c.State == FinWait2 {
		return c.closeFinWait2(x)
	}
	return nil
}

// needsReset: in these states the peer believes in a connection (tcp_need_reset).
func (l *Life) needsReset() bool {
	switch l.State {
	case Established, CloseWait, FinWait1, FinWait2, SynRecv:
		return true
	}
	return false
}

// closeFinWait2: the descriptor of a half-closed socket is closed.
func (c *Conn) closeFinWait2(x *Ctx) *TimeWait {
	if c.Linger2 < 0 {
		c.sendReset(x)
		x.Count(TCPAbortOnLinger)
		c.done(x)
		return nil
	}
	t := c.finTime(x, c.RTO)
	if t > timeWaitLen {
		c.armKeep(x, t-timeWaitLen, HowFinWait, dur(t, timeWaitLen))
		return nil
	}
	return c.timeWait(x, FinWait2, t)
}

// ArmUser keeps deadlines honest after a socket option changed one of them.
func (c *Conn) ArmUser(x *Ctx) {
	if c.KeepOn && c.KeepAt == sim.Never {
		c.armKeepalive(x)
	} else if !c.KeepOn && c.State != FinWait2 {
		c.KeepAt = sim.Never
	}
}

// SetKeepIdle is TCP_KEEPIDLE: what has passed of the idle time counts
// (tcp_sock_set_keepidle_locked).
func (c *Conn) SetKeepIdle(x *Ctx, d sim.Duration) {
	c.KeepIdle = d
	if c.KeepOn && c.State != Closed && c.State != Listen {
		c.armKeep(x, max(d-c.quiet(x, c.LastAckAt), 0), HowKeepIdle, dur(d, c.quiet(x, c.LastAckAt)))
	}
}

// Flush sends what TCP_NODELAY, or the end of TCP_CORK, sets free. A socket with
// TCP_NODELAY sends even what is not a full segment.
func (c *Conn) Flush(x *Ctx) {
	if !c.canSend() || len(c.Wq) == 0 {
		return
	}
	push := pushNagle
	if c.NoDelay {
		push = pushAll
	}
	c.pushPending(x, c.currentMSS(), push)
}
