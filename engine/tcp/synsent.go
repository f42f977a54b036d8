package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var connectRule = trace.Declare(trace.Rule{
	ID: "syn.send",
	Says: "connect(): the client chooses an initial sequence number nobody can guess and sends a SYN with everything it can do: " +
		"MSS, window scaling, selective acknowledgments, timestamps.",
	RFC:   trace.Cites("RFC 9293 §3.10.1", "RFC 9293 §3.4.1"),
	Linux: "tcp_connect",
})

// Connect opens actively: the SYN leaves (tcp_connect). Tuple, ISS and TSOffset
// are set by the host.
func (c *Conn) Connect(x *Ctx, iss wire.Seq) {
	defer x.Enter(connectRule)()
	c.prepareSyn(x, iss)
	k := Skb{Seq: iss, End: iss + 1, Flags: wire.SYN | c.ecnAskSyn(x), Segs: 1}
	c.transmit(x, &k)
	c.Rtx = append(c.Rtx, k)
	c.awaitSynAck(x)
}

// ConnectFast opens actively with Fast Open: the SYN takes data along, or asks for
// a cookie. It returns how many bytes went with it.
func (c *Conn) ConnectFast(x *Ctx, iss wire.Seq, data string) int {
	defer x.Enter(connectRule)()
	c.FODefer = false
	c.prepareSyn(x, iss)
	n := c.sendSynData(x, &Skb{Seq: iss, End: iss + 1, Flags: wire.SYN | c.ecnAskSyn(x), Segs: 1}, data)
	c.awaitSynAck(x)
	return n
}

// prepareSyn sets what a SYN and its timer need (tcp_connect_init).
func (c *Conn) prepareSyn(x *Ctx, iss wire.Seq) {
	c.setState(x, SynSent)
	c.ISS = iss
	c.SndUna, c.SndNxt, c.SndMax, c.SndSml, c.SndUp, c.PushedSeq = iss, iss, iss, iss, iss, iss
	c.initTCB(x)
	c.chargeWrite(skbWriteCost(0)) // of the SYN
	c.PeerMSS = untoldMSS(c.Tuple) // until the peer has named one
	c.initMTUProbe(x, c.headers())
	c.syncMSS(x.Sys, pathMTU(x, c.Tuple.Remote.Addr, c.MTU))
	if x.Sys.Timestamps > 0 {
		c.MSS -= tsOptionLen // Linux: the SYN's own header counts already
	}
	c.AdvMSS = c.advertisedMSS(&x.Sys.Route, c.MTU, ipHeaderLen(c.Tuple))
	mss := uint32(c.AdvMSS)
	if c.TSStamp != 0 && x.Sys.Timestamps > 0 {
		mss -= tsOptionLen // Linux: taken over from TIME_WAIT, so there will be timestamps
	}
	if full := uint32(c.fullSpace()); c.RcvBufLock && (c.WindowClamp > full || c.WindowClamp == 0) {
		c.WindowClamp = full // Linux: a buffer that the application fixed also limits the scale
	}
	if c.WindowClamp == 0 {
		c.WindowClamp = x.Sys.Route.Window
	}
	c.RcvWnd, c.RcvWScale = initialWindow(x.Sys, c.fullSpace(), mss, &c.WindowClamp, x.Sys.WindowScaling)
	c.RcvSsthresh = c.RcvWnd
	c.RcvMSS = minRcvMSS // Linux: guessed before there was a window
	c.RetStamp = max(x.Now, 1)
	c.SndMax, c.PacketsOut = iss+1, 1
}

// awaitSynAck starts the timer of a SYN that has left.
func (c *Conn) awaitSynAck(x *Ctx) {
	c.SndNxt, c.PushedSeq = c.SndMax, c.SndMax
	x.Count(ActiveOpens)
	c.armRTO(x)
}

// initTCB sets what every connection starts with (tcp_init_sock, tcp_connect_init).
func (c *Conn) initTCB(x *Ctx) {
	c.setTimeout(min(max(x.Sys.firstRTO(), c.rtoMin(x)), c.RTOMax), HowInitial, dur(x.Sys.firstRTO()))
	c.MDev = uint32(x.Sys.firstRTO() / sim.Microsecond)
	c.Cwnd = initCwnd
	c.CwndClamp = ^uint32(0)
	c.Ssthresh = infSsthresh
	c.MSS = defaultMSS
	c.AppLimited, c.rate.AppLimited = ^uint32(0), true
	c.PeerMSS = 65495
	if c.Scaling == 0 {
		c.Scaling = scalingHalf
	}
	c.syncMSS(x.Sys, c.MTU)
}

// initialRcvMSS is the first guess at what the peer's segments carry
// (tcp_initialize_rcv_mss).
func (t *TCB) initialRcvMSS() uint16 {
	hint := min(uint32(t.AdvMSS), uint32(t.MSS), t.RcvWnd/2, defaultMSS)
	return uint16(max(hint, minRcvMSS))
}

var synAckTake = trace.Declare(trace.Rule{
	ID: "syn-ack.take",
	Says: "The SYN-ACK acknowledges our SYN and brings the server's own number: both directions are synchronized. " +
		"For the client the connection is established now, half a round trip before the server knows.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.3"),
	Linux: "tcp_rcv_synsent_state_process",
})

var synAckBad = trace.Declare(trace.Rule{
	ID: "syn-sent.bad-ack",
	Says: "It acknowledges something that this SYN did not send: an old duplicate, or a peer that remembers another connection. " +
		"RST, and because the peer may have been cleared by that, the SYN is sent again soon.",
	RFC:     trace.Cites("RFC 9293 §3.10.7.3", "RFC 9293 §3.5.1"),
	Linux:   "tcp_rcv_synsent_state_process",
	Differs: "The quick second SYN is Linux' own; the RFC waits for the timeout.",
	Drops:   true,
})

var synAckOldEcho = trace.Declare(trace.Rule{
	ID: "syn-sent.old-echo",
	Says: "It echoes a timestamp that none of this connection's SYNs carried: an answer to an older connection. " +
		"RST; the timer of the SYN runs on.",
	RFC:   trace.Cites("RFC 7323 §5.2", "RFC 9293 §3.10.7.3"),
	Linux: "tcp_rcv_synsent_state_process",
	Drops: true,
})

var synSentIgnore = trace.Declare(trace.Rule{
	ID:    "syn-sent.ignore",
	Says:  "Neither a SYN nor a RST that answers ours: in SYN_SENT nothing else means anything.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.3"),
	Linux: "tcp_rcv_synsent_state_process",
	Drops: true,
})

var synSentAckCheck = trace.Declare(trace.Rule{
	ID:    "syn-sent.ack-check",
	Says:  "The acknowledgment has to cover exactly our SYN.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.3"),
	Linux: "tcp_rcv_synsent_state_process",
})

// synSent is SEGMENT ARRIVES in SYN_SENT (tcp_rcv_synsent_state_process).
func (c *Conn) synSent(x *Ctx, s *wire.Segment) {
	if s.Flags.Has(wire.ACK) {
		ok := x.When(synSentAckCheck, c.sndCheck("SEG.ACK", s.Ack, trace.OpGT, "SND.UNA", c.SndUna)) &&
			x.When(synSentAckCheck, c.sndCheck("SEG.ACK", s.Ack, trace.OpLE, "SND.NXT", c.SndNxt))
		if !ok {
			defer x.Enter(synAckBad)()
			x.Effect(trace.Effect{Kind: trace.Dropped, Host: x.Host, Packet: x.Event.Packet})
			if c.Retries == 0 {
				c.armXmit(x, TimerRTO, tcpTimeoutMin, HowBadAck, dur(tcpTimeoutMin))
			}
			ReplyReset(x, s)
			return
		}
		if s.Opts.On(wire.HasTS) && s.Opts.TSEcr != 0 && c.echoUnknown(x, s.Opts.TSEcr, c.RetStamp) {
			defer x.Enter(synAckOldEcho)()
			x.Count(PAWSActive)
			x.Effect(trace.Effect{Kind: trace.Dropped, Host: x.Host, Packet: x.Event.Packet})
			ReplyReset(x, s)
			return
		}
		if s.Flags.Has(wire.RST) {
			c.reset(x)
			return
		}
		if !s.Flags.Has(wire.SYN) {
			c.Stats.drop(x, synSentIgnore)
			return
		}
		c.establishActive(x, s)
		return
	}
	if s.Flags.Has(wire.RST) || !s.Flags.Has(wire.SYN) {
		c.Stats.drop(x, synSentIgnore)
		return
	}
	c.crossedSyn(x, s)
}

// echoUnknown: the echoed timestamp is not one that this SYN carried.
func (a *Agreed) echoUnknown(x *Ctx, ecr uint32, sent sim.Time) bool {
	first := uint32(sent/sim.Time(sim.Millisecond)) + a.TSOffset
	now := x.tsClock() + a.TSOffset
	return now-first < ecr-first
}

// establishActive completes an active open.
func (c *Conn) establishActive(x *Ctx, s *wire.Segment) {
	defer x.Enter(synAckTake)()
	c.SndWl1 = s.Seq
	c.SackOK = s.Opts.On(wire.HasSackOK) && x.Sys.Sack // the acknowledgment is judged with these already
	c.TSOK = s.Opts.On(wire.HasTS) && x.Sys.Timestamps > 0
	c.takePeerMSS(&s.Opts, c.Tuple)
	c.undoSpuriousSyn(s)
	c.ecnTakeSynAck(x, s)
	c.ack(x, s)
	c.acceptSyn(x, s)
	if c.TSOK {
		c.AdvMSS -= tsOptionLen
	}
	c.MaxWnd = max(c.MaxWnd, c.SndWnd)
	if !c.WScaleOK {
		c.WScale, c.RcvWScale = 0, 0
		c.WindowClamp = min(c.WindowClamp, maxSegWindow)
	}
	c.syncMSS(x.Sys, c.MTU)
	c.RcvMSS = c.initialRcvMSS()
	c.setState(x, Established)
	c.LastRecv = x.Now
	c.initTransfer(x)
	c.FastPath = c.WScale == 0
	c.Retries = 0
	c.RetStamp = 0
	c.armKeepalive(x)
	waiting := c.WritePending
	c.WritePending = false
	if (c.SynFO || c.SynData) && c.fastOpenAnswer(x, s) {
		return
	}
	if waiting || c.DeferAccept > 0 || (c.inPingpong(x) && c.Pingpong > 0) {
		c.AckPending |= ackSched | ackTimer // Linux: save one ACK, data will carry it
		c.enterQuickAck(x, maxQuickAcks, c.RcvWnd)
		c.DelackAt = x.Now.Add(delackMax)
		x.length(c.ID, TimerDelack, c.DelackAt, HowAckMax, dur(delackMax))
		return
	}
	c.sendAck(x)
}

// undoSpuriousSyn: the answer echoes the timestamp of the very first SYN or
// SYN-ACK, so nothing was lost, only late (tcp_try_undo_spurious_syn).
func (t *TCB) undoSpuriousSyn(s *wire.Segment) {
	if t.UndoMarker != 0 && t.RetStamp != 0 && t.TSOK && s.Opts.On(wire.HasTS) &&
		s.Opts.TSEcr-t.TSOffset == uint32(t.RetStamp/sim.Time(sim.Millisecond)) {
		t.UndoMarker = 0
	}
}

// acceptSyn takes over what a SYN or SYN-ACK offers, as far as we offered it too.
func (c *Conn) acceptSyn(x *Ctx, s *wire.Segment) {
	c.IRS = s.Seq
	c.RcvNxt, c.RcvWup, c.Copied = s.Seq+1, s.Seq+1, s.Seq+1
	c.RcvMaxEnd = c.RcvNxt + wire.Seq(c.RcvWnd)
	c.SndWnd = uint32(s.Win)
	c.SndWl1 = s.Seq
	o := &s.Opts
	c.takePeerMSS(o, c.Tuple)
	c.SackOK = o.On(wire.HasSackOK) && x.Sys.Sack
	c.WScaleOK = o.On(wire.HasWScale) && x.Sys.WindowScaling
	if c.WScaleOK {
		c.WScale = min(o.WScale, maxWScale)
	}
	c.TSOK = o.On(wire.HasTS) && x.Sys.Timestamps > 0
	if c.TSOK {
		c.TSRecent, c.TSStamp = o.TSVal, x.Now
	}
}

// takePeerMSS takes the MSS that the peer's SYN names, or what stands for none.
func (z *Sizes) takePeerMSS(o *wire.Options, t wire.Tuple) {
	z.PeerMSS = untoldMSS(t)
	if o.On(wire.HasMSS) && o.MSS != 0 {
		z.PeerMSS = o.MSS
	}
	if z.UserMSS > 0 {
		z.PeerMSS = min(z.PeerMSS, z.UserMSS)
	}
}

var synCross = trace.Declare(trace.Rule{
	ID: "syn.crossed",
	Says: "A SYN without ACK: the other side opened at the same moment, and the two SYNs crossed. " +
		"Both now answer with a SYN-ACK, and one connection comes of it.",
	RFC:     trace.Cites("RFC 9293 §3.5", "RFC 9293 §3.10.7.3"),
	Linux:   "tcp_rcv_synsent_state_process",
	Differs: "The RFC's figure has four segments; Linux answers the crossing SYN-ACKs with an ACK each, so six are seen.",
})

// crossedSyn is one half of a simultaneous open.
func (c *Conn) crossedSyn(x *Ctx, s *wire.Segment) {
	defer x.Enter(synCross)()
	c.setState(x, SynRecv)
	c.acceptSyn(x, s)
	c.MaxWnd = c.SndWnd
	c.syncMSS(x.Sys, c.MTU)
	c.RcvMSS = c.initialRcvMSS()
	ecn := c.ecnCrossed(x, s)
	if len(c.Rtx) > 0 {
		k := &c.Rtx[0]
		k.Flags = k.Flags&^(wire.ECE|wire.CWR|wire.AE) | wire.ACK | ecn
		k.Sent = 0 // it is a SYN-ACK now, sent for the first time
		c.transmit(x, k)
	}
}

var establishRule = trace.Declare(trace.Rule{
	ID:    "syn-recv.established",
	Says:  "Our SYN is acknowledged: both sides now know each other's numbers, and the connection is established.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_rcv_state_process",
})

// establishPassive completes a connection in SYN_RECV that has its own socket:
// a simultaneous open, or the child of a listener taking its first ACK.
func (c *Conn) establishPassive(x *Ctx, s *wire.Segment) {
	defer x.Enter(establishRule)()
	c.Delivered++
	c.timeSynAck(x, s)
	if c.TSOK {
		c.AdvMSS -= tsOptionLen
	}
	if c.rsk != nil {
		c.completeHalfOpen(x, s)
	} else {
		c.undoSpuriousSyn(s)
		c.RetStamp = 0
		c.initTransfer(x)
		c.Copied = c.RcvNxt
	}
	c.setState(x, Established)
	c.SndUna = s.Ack
	c.SndWnd = uint32(s.Win) << c.WScale // Linux: also when this is the SYN-ACK of a simultaneous open, whose window is not scaled
	c.SndWl1 = s.Seq
	c.MaxWnd = max(c.MaxWnd, c.SndWnd)
	if !c.cc().setsCwnd() {
		c.updatePacingRate(x, uint32(c.MSS))
	}
	c.LastSent = x.Now
	c.RcvMSS = c.initialRcvMSS()
	c.FastPath = true
	c.armKeepalive(x)
	if c.Shut&shutWrite != 0 {
		c.startClose(x)
	}
}

// timeSynAck takes the round trip of a SYN-ACK that nothing has timed yet, by the
// echoed timestamp when it was sent more than once (tcp_synack_rtt_meas).
func (c *Conn) timeSynAck(x *Ctx, s *wire.Segment) {
	if c.SRTT != 0 {
		return
	}
	rtt := sim.Duration(-1)
	if c.rsk != nil && c.rsk.Retrans == 0 {
		rtt = x.Now.Sub(c.rsk.SentAt)
	}
	c.ackRTT(x, s, rtt, rtt, &rateSample{}, &ackFlags{synAcked: true})
}
