package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Backlogs are the queues of a listener.
type Backlogs struct {
	Backlog   uint32   // sk_max_ack_backlog [count]: limit of the accept queue: min(backlog, somaxconn).
	AcceptQ   uint32   // sk_ack_backlog [count]: established connections that wait for accept().
	SynQ      uint32   // SYN queue [count]: half-open requests.
	SynQYoung uint32   // young [count]: half-open requests whose SYN-ACK was sent only once.
	Overflow  sim.Time // synq_overflow_ts [time]: when a SYN cookie was last sent, to the second; 0: never.
	Warned    bool     // synflood_warned [bool]: the kernel has logged that this port is being flooded.
}

var listenAck = trace.Declare(trace.Rule{
	ID:    "listen.ack",
	Says:  "A listener has sent nothing that could be acknowledged. RST.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.2"),
	Linux: "tcp_rcv_state_process",
	Drops: true,
})

var listenIgnore = trace.Declare(trace.Rule{
	ID:    "listen.ignore",
	Says:  "Only a SYN, and only one without FIN, means anything to a listener.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.2"),
	Linux: "tcp_rcv_state_process",
	Drops: true,
})

// ListenVerdict is what a listener decides about a segment.
type ListenVerdict uint8

// The verdicts.
const (
	ListenDone   ListenVerdict = iota // nothing more to do
	ListenCreate                      // admit a half-open request
	ListenCookie                      // answer with a SYN cookie, and forget
	ListenChild                       // a SYN cookie has come back: make a socket of it, if there is room
)

// Caller is what the host knows of somebody who sends a segment to a listener.
type Caller struct {
	Reopens bool      // the SYN ends a TIME_WAIT entry of the same four-tuple
	Proven  bool      // a connection with this address came to a good end
	Key     CookieKey // the host's secrets
}

// Arrives handles a segment for a listener that has no request or socket yet.
func (c *Conn) Arrives(x *Ctx, s *wire.Segment, who *Caller) ListenVerdict {
	switch {
	case s.Flags.Has(wire.RST) && !s.Flags.Has(wire.ACK):
		x.Drop(listenIgnore)
	case s.Flags.Has(wire.ACK):
		if c.cookieReturns(x, s, who.Key) {
			return ListenChild
		}
		x.Drop(listenAck)
		ReplyReset(x, s)
	case s.Flags&(wire.RST|wire.FIN) != 0 || !s.Flags.Has(wire.SYN):
		x.Drop(listenIgnore)
	default:
		return c.admit(x, who)
	}
	return ListenDone
}

var synQueueFull = trace.Declare(trace.Rule{
	ID:      "syn-queue.full",
	Says:    "A SYN queue that holds more half-open requests than the listener's backlog takes no more.",
	RFC:     trace.Cites("RFC 4987 §2.1"),
	Linux:   "inet_csk_reqsk_queue_is_full",
	Differs: "One more than the backlog fits: Linux asks for more than, not for at least.",
})

var acceptQueueFull = trace.Declare(trace.Rule{
	ID:      "accept-queue.full",
	Says:    "A full accept queue means that the application is not taking connections fast enough: no further one is let in.",
	Linux:   "sk_acceptq_is_full",
	Differs: "One more than min(backlog, somaxconn) fits.",
	Refuses: true,
})

var synDropped = trace.Declare(trace.Rule{
	ID:      "syn.dropped",
	Says:    "No room: the SYN is dropped in silence. The client will try again.",
	RFC:     trace.Cites("RFC 4987 §2.1"),
	Linux:   "tcp_conn_request",
	Drops:   true,
	Refuses: true,
})

var synReserve = trace.Declare(trace.Rule{
	ID:    "syn-queue.reserve",
	Says:  "Without SYN cookies the last quarter of tcp_max_syn_backlog is kept for peers that have proven themselves.",
	Linux: "tcp_conn_request",
	RFC:   trace.Cites("RFC 4987 §3.3"),
})

var synProven = trace.Declare(trace.Rule{
	ID:      "syn-queue.proven",
	Says:    "A peer with whom a connection came to a good end is known to exist: its address is not spoofed, and the last quarter is for it.",
	Linux:   "tcp_peer_is_proven",
	Differs: "No RFC asks for it. Linux asks its memory of the destination, tcp_metrics.",
})

var synReopens = trace.Declare(trace.Rule{
	ID:      "syn-queue.reopens",
	Says:    "The SYN takes the place of a TIME_WAIT entry: its sender is real, and has only just been here. Neither the SYN queue's limit nor SYN cookies stand in its way.",
	Linux:   "tcp_conn_request",
	Differs: "No RFC asks for it.",
})

// admit asks whether there is room for one more half-open request (tcp_conn_request).
func (c *Conn) admit(x *Ctx, who *Caller) ListenVerdict {
	cookie := false
	if who.Reopens {
		x.Note(synReopens)
	} else if x.Sys.Syncookies == 2 && x.When(cookieAlways, trace.Eq("tcp_syncookies", x.Sys.Syncookies, "always", 2)) ||
		x.When(synQueueFull, trace.Gt("SYN queue", c.SynQ, "backlog", c.Backlog)) {
		if cookie = c.floodAction(x); !cookie {
			return c.dropSyn(x)
		}
	}
	if x.When(acceptQueueFull, trace.Gt("accept queue", c.AcceptQ, "backlog", c.Backlog)) {
		x.Count(ListenOverflows)
		return c.dropSyn(x)
	}
	if cookie {
		return ListenCookie
	}
	if x.Sys.Syncookies == 0 && !who.Reopens {
		left := int64(x.Sys.MaxSynBacklog) - int64(c.SynQ)
		if x.When(synReserve, trace.Lt("tcp_max_syn_backlog − SYN queue", left, "a quarter of it", x.Sys.MaxSynBacklog>>2)) &&
			!x.When(synProven, trace.Is("proven", who.Proven)) {
			return c.dropSyn(x)
		}
	}
	return ListenCreate
}

// SynLimit is how many half-open requests of strangers a listener keeps.
func (l *Backlogs) SynLimit(sys *Sysctls) uint32 {
	if sys.Syncookies != 0 {
		return l.Backlog + 1
	}
	return min(l.Backlog, sys.MaxSynBacklog-sys.MaxSynBacklog>>2) + 1
}

func (c *Conn) dropSyn(x *Ctx) ListenVerdict {
	x.Count(ListenDrops)
	x.Drop(synDropped)
	return ListenDone
}

var synTake = trace.Declare(trace.Rule{
	ID: "listen.syn",
	Says: "A SYN for a listening socket: a small half-open request goes into the SYN queue, and a SYN-ACK is the answer. " +
		"The listener itself stays as it is.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.2"),
	Linux: "tcp_conn_request",
})

// NewRequest makes a half-open request from a SYN (tcp_conn_request). The host
// has set Flow; isn and tsOffset come from its secrets. now: Fast Open, the host
// is to make a socket of it at once, and the SYN-ACK brings the cookie.
func (c *Conn) NewRequest(x *Ctx, q *Request, s *wire.Segment, isn wire.Seq, tsOffset uint32) (cookie Cookie, now bool) {
	defer x.Enter(synTake)()
	c.fillRequest(x, q, s, isn, tsOffset)
	c.openingWindow(x, q)
	if cookie, now = c.tryFastOpen(x, q, s); now {
		return cookie, true
	}
	c.SynQ++
	c.SynQYoung++
	q.arm(x, q.Timeout)
	q.sendSynAck(x, false, &cookie)
	return cookie, false
}

// fillRequest takes what the SYN says (tcp_openreq_init).
func (c *Conn) fillRequest(x *Ctx, q *Request, s *wire.Segment, isn wire.Seq, tsOffset uint32) {
	o := &s.Opts
	q.Tuple = s.Tuple()
	q.Listener = c.ID
	q.RequestVars = RequestVars{
		State: SynRecv, ISS: isn, IRS: s.Seq, RcvNxt: s.Seq + 1, SndWnd: s.Win, TSOffset: tsOffset,
		MSS: untoldMSS(q.Tuple), Timeout: min(x.Sys.firstRTO(), constRTOMax), SentAt: x.Now,
		SackOK: o.On(wire.HasSackOK) && x.Sys.Sack, TSOK: o.On(wire.HasTS) && x.Sys.Timestamps > 0,
		WScaleOK: o.On(wire.HasWScale) && x.Sys.WindowScaling, ECN: ecnRequested(x, s), TOS: c.TOS,
	}
	if x.Sys.ReflectTOS {
		q.TOS = s.TOS
	}
	if o.On(wire.HasMSS) && o.MSS != 0 {
		q.MSS = o.MSS
	}
	if c.UserMSS > 0 {
		q.MSS = min(q.MSS, c.UserMSS)
	}
	if q.WScaleOK {
		q.WScale = min(o.WScale, maxWScale)
	}
	if q.TSOK {
		q.TSRecent, q.TSStamp = o.TSVal, x.Now
	}
}

// openingWindow decides the window and its scale for a request (tcp_openreq_init_rwin).
func (c *Conn) openingWindow(x *Ctx, q *Request) {
	q.AdvMSS = uint16(x.Sys.Route.advMSS(pathMTU(x, q.Tuple.Remote.Addr, c.MTU) - ipHeaderLen(q.Tuple) - tcpHeader))
	if c.UserMSS > 0 {
		q.AdvMSS = min(q.AdvMSS, c.UserMSS)
	}
	mss := uint32(q.AdvMSS)
	if q.TSOK {
		mss -= tsOptionLen
	}
	if q.Cookie == cookieBack { // Linux: from what the peer can take, not from what we announce
		mss = uint32(q.MSS)
	}
	if q.Clamp = c.WindowClamp; q.Clamp == 0 {
		q.Clamp = x.Sys.Route.Window
	}
	if full := uint32(c.fullSpace()); c.RcvBufLock && (q.Clamp > full || q.Clamp == 0) {
		q.Clamp = full
	}
	q.RcvWnd, q.RcvScale = initialWindow(x.Sys, c.fullSpace(), mss, &q.Clamp, q.WScaleOK)
}

var childCreate = trace.Declare(trace.Rule{
	ID: "listen.child",
	Says: "The third segment has come: the request becomes a full socket, leaves the SYN queue and waits in the accept queue. " +
		"It can receive data before the application has called accept().",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_create_openreq_child",
})

var childNoRoom = trace.Declare(trace.Rule{
	ID: "accept-queue.overflow",
	Says: "The handshake is complete, but the accept queue is full. The third segment is ignored as if it had been lost: " +
		"the client believes that it is connected, and the SYN-ACK will be sent again.",
	Linux:   "tcp_check_req",
	RFC:     trace.Cites("RFC 9293 §3.10.7.4"),
	Drops:   true,
	Refuses: true,
})

var childAbort = trace.Declare(trace.Rule{
	ID:      "accept-queue.abort",
	Says:    "The handshake is complete, but the accept queue is full, and tcp_abort_on_overflow tells the client so with a RST.",
	Linux:   "tcp_check_req",
	RFC:     trace.Cites("RFC 9293 §3.10.7.4"),
	Drops:   true,
	Refuses: true,
})

// RoomForChild asks whether the accept queue takes one more; if not, it does what
// tcp_abort_on_overflow says. kill: the request goes.
func (l *Backlogs) RoomForChild(x *Ctx, q *Request, s *wire.Segment) (ok, kill bool) {
	if !x.When(acceptQueueFull, trace.Gt("accept queue", l.AcceptQ, "backlog", l.Backlog)) {
		return true, false
	}
	x.Count(ListenOverflows)
	x.Count(ListenDrops)
	if q.Cookie == cookieBack {
		x.Drop(cookieNoRoom)
		return false, true
	}
	if !x.Sys.AbortOnOverflow {
		q.Acked = true
		x.Drop(childNoRoom)
		return false, false
	}
	x.Count(EmbryonicRsts)
	x.Drop(childAbort)
	ReplyReset(x, s)
	return false, true
}

// NewChild makes the socket of a completed handshake (tcp_create_openreq_child,
// tcp_v4_syn_recv_sock). The host then lets it handle the segment at hand.
func (c *Conn) NewChild(x *Ctx, n *Conn, q *Request, s *wire.Segment) {
	defer x.Enter(childCreate)()
	c.fillChild(x, n, q, s)
	n.TotalRetrans = uint32(q.Retrans)
	n.SegsIn = 1 // the SYN
	if q.Timeouts > 0 {
		n.Stats.RTOs, n.Stats.RTOEpisodes, n.Stats.RTOTime = uint32(q.Timeouts), 1, x.Now.Sub(q.SentAt)
		n.UndoMarker, n.RetStamp = q.ISS, max(q.SentAt, 1)
	}
	if rtt := n.handshakeRTT(x, q, s); rtt > 0 {
		n.sampleRTT(x, rtt)
		n.updateMinRTT(x, rtt, false)
	}
	if q.Cookie == 0 {
		c.DropRequest(q)
	}
}

// fillChild gives a new socket what the listener has set and the request has
// agreed on, and a place in the accept queue.
func (c *Conn) fillChild(x *Ctx, n *Conn, q *Request, s *wire.Segment) {
	id, flow := n.ID, n.Flow
	n.TCB = TCB{
		Options: Options{
			NoDelay: c.NoDelay, Cork: c.Cork, Linger: c.Linger, LingerT: c.LingerT, Linger2: c.Linger2, RTOMax: c.RTOMax, RTOMin: c.RTOMin, DelackMax: c.DelackMax,
			UserTO: c.UserTO, KeepOn: c.KeepOn, KeepIdle: c.KeepIdle, KeepIntvl: c.KeepIntvl, KeepCnt: c.KeepCnt, ReuseAddr: c.ReuseAddr, ReusePort: c.ReusePort,
		},
		Sizes:    Sizes{UserMSS: c.UserMSS, MTU: pathMTU(x, q.Tuple.Remote.Addr, c.MTU)},
		Buffers:  Buffers{RcvBuf: c.RcvBuf, RcvBufLock: c.RcvBufLock, SndBuf: c.SndBuf, SndBufLock: c.SndBufLock, Scaling: c.Scaling},
		Sender:   Sender{Reordering: c.Reordering, NotsentLowat: c.NotsentLowat, Pacing: Pacing{PacingRate: c.PacingRate, PacingMax: c.PacingMax, Paced: c.Paced}},
		Urgency:  Urgency{OOBInline: c.OOBInline},
		RcvLowat: c.RcvLowat, CC: c.CC, CCSet: c.CCSet,
		Timers: noTimers, Delack: Delack{CompAt: sim.Never},
	}
	n.IP = c.IP
	n.ID, n.Flow, n.Tuple, n.Parent, n.Hold = id, flow, q.Tuple, c.ID, HoldBound
	n.State = SynRecv
	if !c.CCSet {
		n.CC = x.Sys.CongestionControl // Linux: that of now, not that of listen()
	}
	n.initTCB(x)
	n.ISS, n.SndUna = q.ISS, q.ISS+1
	n.SndNxt, n.SndMax, n.SndSml, n.SndUp, n.PushedSeq = q.ISS+1, q.ISS+1, q.ISS+1, q.ISS+1, q.ISS+1
	n.IRS = q.IRS
	n.LastRecv = x.Now // Linux: so that the first data of a connection does not seem to follow a long pause
	n.RcvNxt, n.RcvWup, n.Copied = q.RcvNxt, q.RcvNxt, q.RcvNxt
	n.RcvWnd, n.RcvWScale, n.WindowClamp = q.RcvWnd, q.RcvScale, q.Clamp
	n.RcvSsthresh = q.RcvWnd
	n.RcvMaxEnd = q.RcvNxt + wire.Seq(q.RcvWnd)
	n.WScale, n.WScaleOK, n.SackOK, n.TSOK = q.WScale, q.WScaleOK, q.SackOK, q.TSOK
	if !n.WScaleOK {
		n.WScale, n.RcvWScale = 0, 0
		n.WindowClamp = min(n.WindowClamp, maxSegWindow)
	}
	n.ECN, n.TOS = q.ECN, q.TOS
	n.TSRecent, n.TSStamp, n.TSOffset = q.TSRecent, q.TSStamp, q.TSOffset
	n.SndWnd = uint32(s.Win) << n.WScale
	n.MaxWnd = n.SndWnd
	n.PeerMSS = q.MSS
	n.AdvMSS = q.AdvMSS
	n.syncMSS(x.Sys, n.MTU)
	n.RcvMSS = n.initialRcvMSS()
	c.AcceptQ++
	x.Count(PassiveOpens)
}

// handshakeRTT is what the handshake tells of the round trip; 0: nothing
// (tcp_synack_rtt_meas). When a SYN cookie left is not known.
func (c *Conn) handshakeRTT(x *Ctx, q *Request, s *wire.Segment) sim.Duration {
	switch {
	case q.Cookie != 0:
		return 0
	case q.Retrans == 0:
		return max(x.Now.Sub(q.SentAt), 1)
	}
	return c.echoRTT(x, s)
}

// DropRequest takes a request that was not completed out of the queue.
func (l *Backlogs) DropRequest(q *Request) {
	if l.SynQ > 0 {
		l.SynQ--
	}
	if q.Timeouts == 0 && l.SynQYoung > 0 {
		l.SynQYoung--
	}
}

var listenStart = trace.Declare(trace.Rule{
	ID:      "call.listen",
	Says:    "listen(): the socket takes no part in any connection; it waits for SYNs. Its backlog, cut to somaxconn, limits both of its queues.",
	RFC:     trace.Cites("RFC 9293 §3.10.1"),
	Linux:   "inet_csk_listen_start",
	Differs: "RFC 9293 knows no queues.",
})

// StartListen opens passively.
func (c *Conn) StartListen(x *Ctx, backlog uint32) {
	defer x.Enter(listenStart)()
	c.Backlog = backlog
	if on := uint32(FastOpenServer | fastOpenEveryListener); x.Sys.FastOpen&on == on && c.FOMax == 0 {
		c.TuneFastOpen(x.Sys, int64(backlog))
	}
	c.setState(x, Listen)
}

// Unlisten ends the waiting for SYNs; the socket stays.
func (c *Conn) Unlisten(x *Ctx) {
	c.setState(x, Closed)
	c.releasePort()
}

var listenMigrate = trace.Declare(trace.Rule{
	ID:      "listen.migrate",
	Says:    "tcp_migrate_req: another listener of the same SO_REUSEPORT group takes over what waits in the queues of this one, and the clients notice nothing.",
	Linux:   "reuseport_migrate_sock",
	Differs: "Not part of TCP. Linux moves half-open requests when their next segment or timer comes; here they move at once.",
})

// PassRequest gives a half-open request to another listener.
func (c *Conn) PassRequest(x *Ctx, n *Conn, q *Request) {
	defer x.Enter(listenMigrate)()
	c.DropRequest(q)
	q.Listener = n.ID
	n.SynQ++
	if q.Timeouts == 0 {
		n.SynQYoung++
	}
	x.Count(TCPMigrateReqSuccess)
}

// PassChild gives a connection that waits for accept() to another listener.
func (c *Conn) PassChild(x *Ctx, n, child *Conn) {
	defer x.Enter(listenMigrate)()
	c.AcceptQ--
	child.Parent = n.ID
	n.AcceptQ++
	x.Count(TCPMigrateReqSuccess)
}

var unacceptedAbort = trace.Declare(trace.Rule{
	ID:    "listen.closed",
	Says:  "The listener is closed while this connection waits for accept(): nobody can ever take it, so it is reset.",
	RFC:   trace.Cites("RFC 9293 §3.10.4"),
	Linux: "inet_csk_listen_stop",
})

// AbortUnaccepted resets a connection that will never be accepted.
func (c *Conn) AbortUnaccepted(x *Ctx) {
	defer x.Enter(unacceptedAbort)()
	if c.needsReset() {
		c.sendReset(x)
	}
	c.purge(x)
	c.done(x)
	c.Dead = true
}
