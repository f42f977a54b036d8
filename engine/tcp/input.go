package tcp

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// OnSegment handles an arriving segment: the first of the three doors of a
// socket. It is the ordered list of RFC 9293 §3.10.7.4 and nothing else; Linux
// splits it into tcp_rcv_established and tcp_rcv_state_process. A listener has
// its own door, in listen.go. The returned TimeWait, if any, takes over.
func (c *Conn) OnSegment(x *Ctx, s *wire.Segment) *TimeWait {
	c.SegsIn += uint32(s.Segs())
	if len(s.Payload) > 0 {
		c.Stats.DataIn += uint32(s.Segs())
	}
	switch c.State {
	case Closed:
		ReplyReset(x, s)
		return nil
	case SynSent:
		c.synSent(x, s)
		return nil
	}
	c.fast = c.predicted(s)
	defer func() { c.fast = false }()
	if c.rsk != nil && !c.checkHalfOpen(x, s) {
		return nil
	}
	if !c.checkSequence(x, s) || !c.checkReset(x, s) || !c.checkSyn(x, s) {
		return nil
	}
	if c.State == Established {
		c.accReceived(x, s, &c.Delack)
	}
	if c.fast {
		c.fastPath(x, s)
		return nil
	}
	if !c.checkAck(x, s) {
		return nil
	}
	tw, stop := c.closingStep(x, s)
	if stop {
		return tw
	}
	if c.State == Established {
		c.measureEcho(x, s)
	}
	c.checkUrgent(x, s)
	if tw = c.takeText(x, s); tw != nil {
		return tw
	}
	if c.State != Closed {
		c.dataSndCheck(x)
		c.ackSndCheck(x)
	}
	return nil
}

var ackMissing = trace.Declare(trace.Rule{
	ID:    "ack.missing",
	Says:  "Every segment after the handshake carries an acknowledgment. One without is discarded.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_rcv_state_process",
	Drops: true,
})

var synRecvBadAck = trace.Declare(trace.Rule{
	ID: "syn-recv.wrong-ack",
	Says: "Two SYNs have crossed, and this acknowledges something that ours did not send: it belongs to another connection. " +
		"RST, and this one waits on.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4", "RFC 9293 §3.5.2"),
	Linux: "tcp_rcv_state_process",
	Drops: true,
})

// checkAck is the fifth step: the ACK field.
func (c *Conn) checkAck(x *Ctx, s *wire.Segment) bool {
	if c.State == SynRecv && (s.Ack.Before(c.SndUna) || s.Ack.After(c.SndNxt)) {
		// Linux: not a challenge (FLAG_NO_CHALLENGE_ACK); tcp_v4_do_rcv sends the RST
		x.When(synRecvBadAck, c.sndCheck("SEG.ACK", s.Ack, trace.OpEQ, "SND.NXT", c.SndNxt))
		c.Stats.drop(x, synRecvBadAck)
		ReplyReset(x, s)
		return false
	}
	r := c.ack(x, s)
	if c.State == SynRecv {
		if r.bad {
			return false
		}
		c.establishPassive(x, s)
		return true
	}
	if c.rsk != nil && !r.bad {
		c.completeHalfOpen(x, s)
	}
	return !r.bad
}

var finAcked = trace.Declare(trace.Rule{
	ID:    "close.fin-acked",
	Says:  "Our FIN is acknowledged. In FIN_WAIT_1 that leaves the peer's half open: FIN_WAIT_2.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4", "RFC 9293 §3.6"),
	Linux: "tcp_rcv_state_process",
})

var lastAcked = trace.Declare(trace.Rule{
	ID:    "close.last-ack",
	Says:  "The peer has acknowledged our FIN, and its own was taken before: nothing is left to say, and the socket is gone.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_rcv_state_process",
})

// closingStep is what an acknowledged FIN brings about. stop: the segment is
// done with; the TimeWait, if any, takes over from the socket.
func (c *Conn) closingStep(x *Ctx, s *wire.Segment) (tw *TimeWait, stop bool) {
	if c.SndUna != c.SndMax || len(c.Wq) > 0 {
		return nil, false
	}
	switch c.State {
	case FinWait1:
		return c.finWait2(x, s)
	case Closing:
		return c.timeWait(x, TimeWaitState, 0), true
	case LastAck:
		defer x.Enter(lastAcked)()
		c.saveMetrics(x)
		c.done(x)
		return nil, true
	}
	return nil, false
}

func (c *Conn) finWait2(x *Ctx, s *wire.Segment) (*TimeWait, bool) {
	defer x.Enter(finAcked)()
	c.setState(x, FinWait2)
	if !c.Dead {
		return nil, false
	}
	if c.Linger2 < 0 {
		c.abortOnData(x, s)
		return nil, true
	}
	if s.Len() > 0 && (s.End() - finLen(s)).After(c.RcvNxt) {
		c.abortOnData(x, s)
		return nil, true
	}
	t := c.finTime(x, c.RTO)
	if t > timeWaitLen {
		c.armKeep(x, t-timeWaitLen, HowFinWait, dur(t, timeWaitLen)) // Linux: hence the quirk above 60 s
		return nil, false
	}
	if s.Flags.Has(wire.FIN) {
		c.armKeep(x, t, HowFinWait, dur(t))
		return nil, false
	}
	return c.timeWait(x, FinWait2, t), true
}

func finLen(s *wire.Segment) wire.Seq {
	if s.Flags.Has(wire.FIN) {
		return 1
	}
	return 0
}

var abortOnData = trace.Declare(trace.Rule{
	ID: "close.data-after-close",
	Says: "Data came for a socket that the application has closed. Nobody will ever read it, and the sender must not believe otherwise: " +
		"RST, and the socket is gone.",
	RFC:     trace.Cites("RFC 1122 §4.2.2.13", "RFC 9293 §3.6.1"),
	Linux:   "tcp_rcv_state_process",
	Differs: "RFC 9293 §3.10.7.4 would queue the data; RFC 1122 and Linux reset.",
	Drops:   true,
})

// abortOnData ends a socket that nobody reads from and that was sent data.
func (c *Conn) abortOnData(x *Ctx, s *wire.Segment) {
	defer x.Enter(abortOnData)()
	x.Count(TCPAbortOnData)
	switch {
	case c.Dead:
	case c.State == CloseWait:
		c.Err = EPIPE
	default:
		c.Err = ECONNRESET
	}
	c.purge(x)
	c.done(x)
	x.Effect(trace.Effect{Kind: trace.Dropped, Host: x.Host, Packet: x.Event.Packet})
	ReplyReset(x, s)
}

// takeText is the seventh and eighth step: the text, then the FIN, which
// dataQueue takes along because it has its place in the order of the bytes.
func (c *Conn) takeText(x *Ctx, s *wire.Segment) *TimeWait {
	switch c.State {
	case CloseWait, Closing, LastAck:
		if !s.Seq.Before(c.RcvNxt) {
			return nil // nothing can follow the peer's FIN
		}
	case Established, FinWait1, FinWait2:
	default:
		return nil
	}
	if c.State != Established && c.Shut&shutRead != 0 && s.Len() > 0 && (s.End() - finLen(s)).After(c.RcvNxt) {
		c.abortOnData(x, s)
		return nil
	}
	return c.dataQueue(x, s)
}
