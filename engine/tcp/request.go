package tcp

import (
	_ "embed"
	"unsafe"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

//go:embed request.go
var requestSource string

// RequestSchema describes the variables of a half-open request.
var RequestSchema = trace.NewSchema("request", RequestVars{}, requestSource, map[string][]string{"State": StateNames, "ECNMode": ECNModeNames})

// RequestVars are the numbers of a half-open request.
type RequestVars struct {
	State    State        // state [state]: SYN_RECV.
	ISS      wire.Seq     // snt_isn [seq:snd]: our initial sequence number.
	IRS      wire.Seq     // rcv_isn [seq:rcv]: the client's initial sequence number.
	RcvNxt   wire.Seq     // RCV.NXT [seq:rcv]: next sequence number expected.
	RcvWnd   uint32       // rsk_rcv_wnd [bytes]: window offered in the SYN-ACK.
	Clamp    uint32       // rsk_window_clamp [bytes]: no larger window will be offered.
	SndWnd   uint16       // SEG.WND [bytes]: window of the SYN.
	MSS      uint16       // mss [bytes]: the MSS that the client announced.
	AdvMSS   uint16       // advmss [bytes]: the MSS that we announce.
	WScale   uint8        // snd_wscale [shift]: scale of the windows that the client sends.
	RcvScale uint8        // rcv_wscale [shift]: scale of ours.
	WScaleOK bool         // wscale_ok [bool]: window scaling is agreed.
	SackOK   bool         // sack_ok [bool]: selective acknowledgments are agreed.
	TSOK     bool         // tstamp_ok [bool]: timestamps are agreed.
	TSRecent uint32       // ts_recent [count]: timestamp to echo.
	TSOffset uint32       // ts_off [count]: secret added to our timestamps.
	TSFirst  uint32       // snt_tsval_first [count]: timestamp of the first SYN-ACK.
	TSLast   uint32       // snt_tsval_last [count]: timestamp of the latest SYN-ACK.
	ECN      ECNMode      // ecn mode [state]: what is agreed about congestion marks.
	TOS      uint8        // tos [flags]: traffic class of the SYN-ACK.
	TSStamp  sim.Time     // ts_recent_stamp [time]: when it was taken.
	Timeouts uint8        // num_timeout [count]: expired SYN-ACK timers.
	Retrans  uint8        // num_retrans [count]: SYN-ACKs sent again, for whatever reason.
	Acked    bool         // acked [bool]: the third segment came but could not be used yet.
	Timeout  sim.Duration // timeout [duration]: first SYN-ACK timeout, doubled by each.
	SynAckAt sim.Time     // SYN-ACK timer [timer]: when the SYN-ACK is sent again.
	SentAt   sim.Time     // snt_synack [time]: when the first SYN-ACK left.
	LastOOW  sim.Time     // last_oow_ack_time [time]: when a bad segment was last answered; 0: never.
}

// Request is a connection that has had one segment: the SYN (struct
// tcp_request_sock). It is small on purpose: an attacker can make many.
type Request struct {
	RequestVars
	ID       sim.SubjectID
	Flow     sim.FlowID
	Tuple    wire.Tuple
	Armed    Armed
	Listener sim.SubjectID
	Cookie   uint8 // a SYN cookie: not kept, only made to answer with or to make a socket of
	Filed    Filed
}

// Watch lets the recorder measure the request.
func (q *Request) Watch(x *Ctx) { x.Watch(RequestSchema, q.ID, unsafe.Pointer(&q.RequestVars)) }

// Made describes the request to a reader of the trace.
func (q *Request) Made() trace.Made {
	return trace.Made{Schema: RequestSchema, Flow: q.Flow, Tuple: q.Tuple, Values: q.Values()}
}

// Values reads every variable, in the order of RequestSchema.
func (q *Request) Values() []int64 { return RequestSchema.Values(unsafe.Pointer(&q.RequestVars)) }

var synAckSend = trace.Declare(trace.Rule{
	ID:    "syn-ack.send",
	Says:  "The SYN-ACK acknowledges the client's number, brings the server's own, and agrees to those options that both can do.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.2"),
	Linux: "tcp_v4_send_synack",
})

// sendSynAck sends the SYN-ACK (tcp_make_synack).
func (q *Request) sendSynAck(x *Ctx, again bool, fo *Cookie) {
	defer x.Enter(synAckSend)()
	s := wire.Segment{Src: q.Tuple.Local, Dst: q.Tuple.Remote, Seq: q.ISS, Ack: q.RcvNxt,
		Flags: wire.SYN | wire.ACK, Win: uint16(min(q.RcvWnd, maxSegWindow)), TOS: q.TOS, TTL: 64}
	if q.ECN == ECNClassic {
		s.Flags |= wire.ECE
	}
	o := &s.Opts
	o.Has |= wire.HasMSS
	o.MSS = q.AdvMSS
	if q.TSOK {
		o.Has |= wire.HasTS
		o.TSVal, o.TSEcr = x.tsClock()+q.TSOffset, q.TSRecent
		if q.Cookie == cookieSent {
			o.TSVal = q.cookieStamp(x.tsClock()) + q.TSOffset
		}
		if q.TSLast = o.TSVal; !again {
			q.TSFirst = o.TSVal
		}
	}
	if q.WScaleOK {
		o.Has |= wire.HasWScale
		o.WScale = q.RcvScale
	}
	if q.SackOK {
		o.Has |= wire.HasSackOK
	}
	fo.put(o)
	n := q.Retrans
	if again {
		n++
	}
	if x.Send(s, uint16(n)) && again { // Linux: one that does not leave the host counts as none
		q.Retrans = n
		x.Count(RetransSegs)
		x.Count(TCPSynRetrans)
	}
}

// ReqVerdict is what becomes of a segment that meets a half-open request.
type ReqVerdict uint8

// The verdicts.
const (
	ReqKeep   ReqVerdict = iota // handled, the request stays
	ReqKill                     // the request goes
	ReqAccept                   // the third segment: make a socket, if there is room
)

var reqDupSyn = trace.Declare(trace.Rule{
	ID: "syn-recv.duplicate-syn",
	Says: "The same SYN again: the SYN-ACK was lost, or is late. It is sent again at once, and the timer starts anew; " +
		"that does not use up one of the retries.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_check_req",
})

var reqBadAck = trace.Declare(trace.Rule{
	ID:    "syn-recv.bad-ack",
	Says:  "The third segment has to acknowledge exactly the SYN-ACK; otherwise the answer is a RST, and the request waits on.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_check_req",
	Drops: true,
})

var reqWindow = trace.Declare(trace.Rule{
	ID:    "syn-recv.outside-window",
	Says:  "The segment lies outside the window that the SYN-ACK offered. An ACK says what is expected; the request waits on.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_check_req",
	Drops: true,
})

var reqReset = trace.Declare(trace.Rule{
	ID:    "syn-recv.reset",
	Says:  "A RST, or a different SYN, ends the half-open request. The listener is not touched.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_check_req",
	Drops: true,
})

var reqDefer = trace.Declare(trace.Rule{
	ID:      "syn-recv.defer-accept",
	Says:    "TCP_DEFER_ACCEPT: the application wants to be woken by data, not by an empty handshake. The bare ACK is ignored; the first data completes it.",
	Linux:   "tcp_check_req",
	RFC:     trace.Cites("RFC 9293 §3.10.7.4"),
	Drops:   true,
	Differs: "Not in any RFC: by RFC 9293 the connection is established by the bare ACK.",
	Refuses: true,
})

// OnSegment handles a segment for a half-open request (tcp_check_req).
func (q *Request) OnSegment(x *Ctx, s *wire.Segment, deferred uint8) ReqVerdict {
	f := s.Flags
	paws := q.pawsReject(x, s)
	if s.Seq == q.IRS && f&(wire.SYN|wire.ACK|wire.RST) == wire.SYN && !paws { // Linux: a FIN in it does not matter
		if !limited(x, &q.LastOOW, TCPACKSkippedSynRecv) {
			defer x.Enter(reqDupSyn)()
			q.sendSynAck(x, true, nil)
			q.arm(x, q.nextTimeout(x))
		}
		return ReqKeep
	}
	if f.Has(wire.ACK) && !f.Has(wire.RST) && // Linux: a RST is judged by its sequence number alone
		!x.When(reqBadAck, seqCheck("SEG.ACK", s.Ack, trace.OpEQ, "snt_isn + 1", q.ISS+1, q.ISS)) {
		x.Drop(reqBadAck)
		ReplyReset(x, s)
		return ReqKeep
	}
	if echo := q.strangeEcho(s); paws || echo || !inWindow(s.Seq, s.End(), q.RcvNxt, q.RcvNxt+wire.Seq(q.RcvWnd)) {
		q.outside(x, s, paws, echo)
		return ReqKeep
	}
	if s.Seq == q.IRS {
		f &^= wire.SYN
	}
	if f.Has(wire.RST) && s.Seq != q.RcvNxt {
		x.Drop(resetChallenge)
		if !limited(x, &q.LastOOW, TCPACKSkippedSynRecv) {
			x.Count(TCPChallengeACK)
			q.sendAck(x)
		}
		return ReqKeep
	}
	if f&(wire.RST|wire.SYN) != 0 {
		x.Count(AttemptFails)
		x.Count(EmbryonicRsts)
		x.Drop(reqReset)
		ReplyReset(x, s)
		return ReqKill
	}
	if !f.Has(wire.ACK) {
		x.Drop(ackMissing)
		return ReqKeep
	}
	if q.Timeouts < deferred && s.End() == q.RcvNxt {
		q.Acked = true
		x.Count(TCPDeferAcceptDrop)
		x.Drop(reqDefer)
		return ReqKeep
	}
	return ReqAccept
}

var reqEcho = trace.Declare(trace.Rule{
	ID:    "syn-recv.bad-echo",
	Says:  "The segment echoes a timestamp that none of the SYN-ACKs carried: whoever sent it has not seen them. An ACK says what is expected; the request waits on.",
	RFC:   trace.Cites("RFC 7323 §3.2"),
	Linux: "tcp_check_req",
	Drops: true,
})

// strangeEcho: the echoed timestamp is not between those of the first and the
// latest SYN-ACK.
func (q *Request) strangeEcho(s *wire.Segment) bool {
	return q.TSOK && s.Opts.On(wire.HasTS) && s.Opts.TSEcr != 0 && q.TSLast-q.TSFirst < s.Opts.TSEcr-q.TSFirst
}

// outside answers a segment that cannot complete the handshake, and drops it.
func (q *Request) outside(x *Ctx, s *wire.Segment, paws, echo bool) {
	switch {
	case paws:
		x.Count(PAWSEstab)
		x.Drop(reqWindow)
	case echo:
		x.Count(TSEcrRejected)
		x.Drop(reqEcho)
	default:
		x.Drop(reqWindow)
	}
	if !s.Flags.Has(wire.RST) && (s.Len() > 0 && !s.Flags.Has(wire.SYN) || !limited(x, &q.LastOOW, TCPACKSkippedSynRecv)) {
		q.sendAck(x)
	}
}

func (q *Request) pawsReject(x *Ctx, s *wire.Segment) bool {
	if !q.TSOK || !s.Opts.On(wire.HasTS) || q.TSRecent == 0 {
		return false
	}
	return !x.When(pawsCheck, trace.Le("TS.Recent − SEG.TSval", int32(q.TSRecent-s.Opts.TSVal), "slack", 0))
}

// sendAck answers a segment that is out of place (tcp_v4_reqsk_send_ack).
func (q *Request) sendAck(x *Ctx) {
	defer x.Enter(ackNow)()
	s := wire.Segment{Src: q.Tuple.Local, Dst: q.Tuple.Remote, Seq: q.ISS + 1, Ack: q.RcvNxt, Flags: wire.ACK,
		Win: uint16(min(q.RcvWnd>>q.RcvScale, maxSegWindow)), TTL: 64}
	if q.TSOK {
		s.Opts.Has |= wire.HasTS
		s.Opts.TSVal, s.Opts.TSEcr = x.tsClock()+q.TSOffset, q.TSRecent
	}
	x.Send(s, 0)
}

func (q *Request) sum() [3]int64 {
	return [3]int64{int64(q.Timeout), int64(q.Timeouts), int64(constRTOMax)}
}

func (q *Request) arm(x *Ctx, d sim.Duration) {
	q.SynAckAt = x.Now.Add(d)
	if q.ID != 0 { // else the host has yet to number it
		q.TellLength(x)
	}
}

// TellLength records where the length of the SYN-ACK's timer came from.
func (q *Request) TellLength(x *Ctx) {
	x.length(q.ID, TimerSynAck, q.SynAckAt, HowSynAck, q.sum())
}

func (q *Request) nextTimeout(x *Ctx) sim.Duration {
	d := q.Timeout
	for range q.Timeouts {
		d = min(d*2, constRTOMax) // Linux: neither tcp_rto_max_ms nor TCP_RTO_MAX_MS reaches the timer of a SYN-ACK
	}
	return d
}

var synAckTimeout = trace.Declare(trace.Rule{
	ID:    "syn-ack.timeout",
	Says:  "The third segment has not come. The SYN-ACK is sent again, and the next wait is twice as long.",
	RFC:   trace.Cites("RFC 9293 §3.8.1", "RFC 6298 §5.5"),
	Linux: "reqsk_timer_handler",
})

var synAckGiveUp = trace.Declare(trace.Rule{
	ID:    "syn-ack.give-up",
	Says:  "After tcp_synack_retries repetitions without an answer the request is forgotten, and nobody is told.",
	RFC:   trace.Cites("RFC 9293 §3.8.3"),
	Linux: "reqsk_timer_handler",
})

var synQueueAging = trace.Declare(trace.Rule{
	ID:    "syn-queue.aging",
	Says:  "When more than half of the SYN queue is taken, old requests get fewer retries, so that room is kept for young ones.",
	Linux: "reqsk_timer_handler",
	RFC:   trace.Cites("RFC 4987 §3.3"),
})

// OnTimer sends the SYN-ACK again, or gives up (reqsk_timer_handler). It reports
// whether the request stays.
func (q *Request) OnTimer(x *Ctx, l *Conn) bool {
	most := x.Sys.SynackRetries
	if l.SynCnt > 0 {
		most = l.SynCnt
	}
	if x.When(synQueueAging, trace.Gt("2 × SYN queue", 2*l.SynQ, "backlog", max(8, l.Backlog))) {
		for young := 2 * l.SynQYoung; most > 2 && l.SynQ >= young; young *= 2 {
			most--
		}
	}
	expired, resend := q.Timeouts >= most, true
	if l.DeferAccept > 0 {
		expired = expired && (!q.Acked || q.Timeouts >= l.DeferAccept)
		resend = !q.Acked || q.Timeouts+1 >= l.DeferAccept
	}
	x.Count(TCPTimeouts)
	if x.When(synAckGiveUp, trace.Is("retries used up", expired)) {
		defer x.Enter(synAckGiveUp)()
		q.SynAckAt = sim.Never
		return false
	}
	defer x.Enter(synAckTimeout)()
	if resend {
		q.sendSynAck(x, true, nil)
	}
	if q.Timeouts == 0 && l.SynQYoung > 0 {
		l.SynQYoung--
	}
	q.Timeouts++
	q.arm(x, q.nextTimeout(x))
	return true
}
