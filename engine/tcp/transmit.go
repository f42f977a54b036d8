package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// header starts a segment of this connection: ports, acknowledgment, window and
// the options of every segment after the handshake.
func (c *Conn) header(x *Ctx, flags wire.Flags, seq wire.Seq) wire.Segment {
	s := wire.Segment{Src: c.Tuple.Local, Dst: c.Tuple.Remote, Seq: seq, Flags: flags, TOS: c.TOS, TTL: c.ttl()}
	if flags.Has(wire.ACK) {
		s.Ack = c.RcvNxt
	}
	if flags.Has(wire.SYN) {
		s.Win = uint16(min(c.RcvWnd, maxSegWindow)) // RFC 7323 §2.2: never scaled
		return s
	}
	s.Flags |= c.ecnFlags(x)
	s.Win = c.selectWindow(x)
	c.markUrgent(&s)
	if c.TSOK {
		s.Opts.Has |= wire.HasTS
		s.Opts.TSVal = x.tsClock() + c.TSOffset
		s.Opts.TSEcr = c.TSRecent
	}
	c.addSack(&s.Opts, c.optionLen(), c.SackOK)
	if c.ECN == ECNAcc {
		c.addAccECN(x, &s.Opts, c.optionLen(), c.srtt())
		if !c.acc.Failed {
			s.ECN = wire.ECT0
		}
	}
	return s
}

// addSack reports the duplicate at hand and what waits out of order, as far as
// there is room (RFC 2018 §4, RFC 2883 §4).
func (l *SackList) addSack(o *wire.Options, opts uint32, sackOK bool) {
	n := l.sackBlocks(opts)
	if !sackOK || n == 0 {
		return
	}
	o.Has |= wire.HasSack
	if l.Dsack != (wire.SackBlock{}) {
		o.Sack[0] = l.Dsack
		o.SackN = 1
	}
	for i := 0; uint32(o.SackN) < n; i++ {
		o.Sack[o.SackN] = l.Sacks[i]
		o.SackN++
	}
	l.Dsack = wire.SackBlock{}
}

// synOptions are the options of a SYN of our own (tcp_syn_options). The SYN-ACK
// of a simultaneous open has them too, whatever the peer's SYN offered.
func (c *Conn) synOptions(x *Ctx, o *wire.Options) {
	o.Has |= wire.HasMSS
	o.MSS = c.advertisedMSS(&x.Sys.Route, c.MTU, ipHeaderLen(c.Tuple))
	if x.Sys.Timestamps > 0 {
		o.Has |= wire.HasTS
		o.TSVal, o.TSEcr = x.tsClock()+c.TSOffset, c.TSRecent
	}
	if x.Sys.WindowScaling {
		o.Has |= wire.HasWScale
		o.WScale = c.RcvWScale
	}
	if x.Sys.Sack {
		o.Has |= wire.HasSackOK
	}
	c.synCookie.put(o)
}

// resourceProbe is how long a sender waits after its own interface has refused a packet
// (TCP_RESOURCE_PROBE_INTERVAL).
const resourceProbe = 500 * sim.Millisecond

// send hands a segment to the interface. That its queue is full is congestion, close
// at hand (tcp_enter_cwr).
func (c *Conn) send(x *Ctx, s wire.Segment, retx uint16) bool {
	if x.Send(s, retx) {
		return true
	}
	if x.Sys.crowded() {
		c.enterCWR(x)
	}
	return false
}

// transmit puts one buffer on the wire (tcp_transmit_skb). What does not leave the host
// counts as an attempt, but neither as sent nor for pacing.
func (c *Conn) transmit(x *Ctx, k *Skb) bool {
	s := c.header(x, k.Flags|c.ackFlag(), k.Seq)
	s.Payload = k.Data
	if k.Segs > 1 {
		s.Flags |= wire.PSH // Linux: a packet of several segments is always pushed
		s.Size = k.Size
	}
	if k.Flags.Has(wire.SYN) {
		c.synOptions(x, &s.Opts)
	}
	c.ecnMark(x, &s, c.SndNxt)
	k.SentAt = x.Now
	goes := x.Send(s, k.Sent)
	if goes {
		c.Rack.XmitNo++
		if k.No = c.Rack.XmitNo; k.Sent == 0 {
			k.FirstAt = x.Now
		}
		k.Sent++
		k.Judged = false
		c.rateSent(x, k)
	}
	prior := c.WStamp
	c.WStamp = max(c.WStamp, x.Now)
	c.SegsOut += uint32(k.Segs)
	c.LastAck = c.RcvNxt
	if s.Flags.Has(wire.ACK) {
		c.ackSent(x)
	}
	if len(k.Data) > 0 {
		c.dataSent(x, k)
	}
	switch {
	case goes:
		c.paceNext(len(k.Data), prior, c.Stats.DataOut)
	case x.Sys.crowded():
		c.enterCWR(x)
	}
	return goes
}

func (l *Life) ackFlag() wire.Flags {
	if l.State == SynSent {
		return 0
	}
	return wire.ACK
}

// dataSent notes that data left: the rhythm of question and answer is judged by
// it (tcp_event_data_sent).
func (c *Conn) dataSent(x *Ctx, k *Skb) {
	c.BytesSent += uint64(len(k.Data))
	c.Stats.DataOut += uint32(k.Segs)
	if c.inFlight() == 0 {
		c.cc().txStart(x, c.ccSock())
	}
	if c.LastRecv > 0 && x.Now.Sub(c.LastRecv) < c.ATO {
		c.incPingpong(x)
	}
	c.LastSent = x.Now
}

// ackSent notes that an acknowledgment left: nothing is pending any more
// (tcp_event_ack_sent).
func (t *TCB) ackSent(x *Ctx) {
	if t.CompAcks > 0 {
		x.CountBy(TCPAckCompressed, int(t.CompAcks))
		t.CompAcks, t.CompAt = 0, sim.Never
	}
	if t.Quick > 0 && t.AckPending&ackSched != 0 { // Linux: only an ACK that was due counts
		t.Quick--
		if t.Quick == 0 {
			t.ATO = delackMin // leaving quick-ACK mode: deflate
		}
	}
	t.AckPending = 0
	t.DelackAt = sim.Never
}

var ackNow = trace.Declare(trace.Rule{
	ID:    "ack.send",
	Says:  "An acknowledgment is sent by itself, without data: it tells how far everything has arrived and how much more may come.",
	RFC:   trace.Cites("RFC 9293 §3.8.6.3", "RFC 5681 §4.2"),
	Linux: "tcp_send_ack",
})

// sendAck sends an acknowledgment without data (__tcp_send_ack).
func (c *Conn) sendAck(x *Ctx) {
	if c.State == Closed {
		return
	}
	defer x.Enter(ackNow)()
	s := c.header(x, wire.ACK, c.acceptableSeq(&c.Agreed))
	c.LastAck = c.RcvNxt
	c.WStamp = max(c.WStamp, x.Now)
	c.SegsOut++
	c.ackSent(x)
	c.send(x, s, 0)
}

// acceptableSeq is the sequence number of a segment without data: SND.NXT, or the
// end of the peer's window when it has been shrunk below (tcp_acceptable_seq).
func (q *SendSeq) acceptableSeq(a *Agreed) wire.Seq {
	end := q.SndUna + wire.Seq(q.SndWnd)
	if !end.Before(q.SndNxt) || (a.WScaleOK && uint32(q.SndNxt-end) < 1<<a.RcvWScale) {
		return q.SndNxt
	}
	return end
}

var resetSend = trace.Declare(trace.Rule{
	ID:    "reset.send",
	Says:  "A RST is sent: whatever this host knew about the connection is gone, and the other side must know.",
	RFC:   trace.Cites("RFC 9293 §3.5.2"),
	Linux: "tcp_send_active_reset",
})

// sendReset aborts the connection towards the peer (tcp_send_active_reset).
func (c *Conn) sendReset(x *Ctx) {
	defer x.Enter(resetSend)()
	s := c.header(x, wire.RST|wire.ACK, c.acceptableSeq(&c.Agreed))
	c.SegsOut++
	if !x.Send(s, 0) {
		x.Count(TCPAbortFailed)
	}
}

var resetReply = trace.Declare(trace.Rule{
	ID: "reset.reply",
	Says: "No connection here can have sent what this segment answers. The RST takes its sequence number from the segment's ACK, " +
		"or acknowledges the segment when it has none, so that the sender believes it.",
	RFC:   trace.Cites("RFC 9293 §3.5.2", "RFC 9293 §3.10.7.1"),
	Linux: "tcp_v4_send_reset",
})

// ReplyReset answers a segment that belongs to nothing (tcp_v4_send_reset).
// A RST is never answered.
func ReplyReset(x *Ctx, s *wire.Segment) {
	if s.Flags.Has(wire.RST) {
		return
	}
	defer x.Enter(resetReply)()
	r := wire.Segment{Src: s.Dst, Dst: s.Src, Flags: wire.RST, TTL: 64}
	if s.Flags.Has(wire.ACK) {
		r.Seq = s.Ack
	} else {
		r.Flags |= wire.ACK
		r.Ack = s.End()
	}
	x.Send(r, 0)
}
