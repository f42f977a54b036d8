package tcp

import (
	"encoding/binary"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// FastOpen is how a connection, or a listener, stands to Fast Open.
type FastOpen struct {
	FOMax        uint32 // fastopenq.max_qlen [count]: connections made by their SYN that may wait for their third segment; 0: none are made.
	FOQ          uint32 // fastopenq.qlen [count]: those that wait, and those whose reset is not forgotten.
	FOConnect    bool   // fastopen_connect [bool]: TCP_FASTOPEN_CONNECT: connect() leaves the SYN to the first write.
	WritePending bool   // sk_write_pending [bool]: a call waits for the connection to write: its data will bring the third segment.
	FODefer      bool   // defer_connect [bool]: connect() has returned, the SYN has not been sent.
	FONoCookie   bool   // fastopen_no_cookie [bool]: TCP_FASTOPEN_NO_COOKIE: data goes, or is taken, without a cookie.
	FOChild      bool   // syn_fastopen_child [bool]: the connection was made by its SYN.
	FOFail       uint8  // fastopen_client_fail [count]: why Fast Open failed: 1 no cookie, 2 data not acknowledged, 3 SYN retransmitted.
	SynFO        bool   // syn_fastopen [bool]: the SYN had a Fast Open option.
	SynFOExp     bool   // syn_fastopen_exp [bool]: the Fast Open option of the SYN was the experimental one.
	SynFOCh      bool   // syn_fastopen_ch [bool]: Fast Open is tried again after a black hole.
	SynData      bool   // syn_data [bool]: the SYN carried data.
	SynDataAcked bool   // syn_data_acked [bool]: data that came with a SYN was taken.
}

// Bits of tcp_fastopen.
const (
	FastOpenClient         = 1 << 0  // sockets may ask for cookies, and send data with a SYN
	FastOpenServer         = 1 << 1  // listeners may take data out of a SYN
	fastOpenClientNoCookie = 1 << 2  // data goes with a SYN even without a cookie
	fastOpenServerNoCookie = 1 << 9  // and is taken without one
	fastOpenEveryListener  = 1 << 10 // listeners do so without TCP_FASTOPEN
)

// cookieOf is the Fast Open option of a SYN or SYN-ACK.
func cookieOf(o *wire.Options) Cookie {
	if !o.On(wire.HasFastOpen) {
		return Cookie{N: noCookie}
	}
	return Cookie{N: int8(o.FOCookieN), Exp: o.FOExp, Val: o.FOCookie}
}

// put writes a cookie, or the wish for one, into the options of a segment.
func (k *Cookie) put(o *wire.Options) {
	if k != nil && k.N >= 0 {
		o.Has |= wire.HasFastOpen
		o.FOCookieN, o.FOExp, o.FOCookie = uint8(k.N), k.Exp, k.Val
	}
}

var fastOpenGrant = trace.Declare(trace.Rule{
	ID: "fastopen.grant",
	Says: "The client asks for a cookie. It is a hash of the two addresses under the server's secret key: " +
		"whoever shows it later has proved that it can receive at its address.",
	RFC:   trace.Cites("RFC 7413 §4.1.2", "RFC 7413 §4.2.1"),
	Linux: "tcp_fastopen_cookie_gen",
})

var fastOpenBadCookie = trace.Declare(trace.Rule{
	ID: "fastopen.bad-cookie",
	Says: "The cookie is not the one that this client would have been given, perhaps because the key has changed. The data in the SYN is not taken; " +
		"the handshake goes on as usual, and the SYN-ACK brings the right cookie.",
	RFC:   trace.Cites("RFC 7413 §4.2.2"),
	Linux: "tcp_try_fastopen",
})

var fastOpenBackup = trace.Declare(trace.Rule{
	ID:    "fastopen.backup-key",
	Says:  "The cookie was made with the backup key, the one of before. It is still good, and the SYN-ACK brings one made with the new key.",
	RFC:   trace.Cites("RFC 7413 §4.1.2"),
	Linux: "tcp_try_fastopen",
})

var fastOpenFull = trace.Declare(trace.Rule{
	ID: "fastopen.full",
	Says: "As many connections as TCP_FASTOPEN allows wait for their third segment. Until one completes, no SYN's data is taken: " +
		"sources that are forged must not cost the server more than a usual flood would.",
	RFC:   trace.Cites("RFC 7413 §5.1"),
	Linux: "tcp_fastopen_queue_check",
})

// tryFastOpen decides whether a SYN makes a connection at once, and which cookie
// its SYN-ACK brings (tcp_try_fastopen).
func (c *Conn) tryFastOpen(x *Ctx, q *Request, s *wire.Segment) (reply Cookie, now bool) {
	none, got := Cookie{N: noCookie}, cookieOf(&s.Opts)
	if got.N == 0 {
		x.Count(TCPFastOpenCookieReqd)
	}
	if x.Sys.FastOpen&FastOpenServer == 0 || (len(s.Payload) == 0 && got.N < 0) || !c.fastOpenRoom(x) {
		return none, false
	}
	keys := c.fastOpenKeys(x.Sys)
	switch {
	case x.Sys.FastOpen&fastOpenServerNoCookie != 0 || c.FONoCookie || x.Sys.Route.NoCookie:
		return none, true
	case got.N < 0 || len(keys) == 0:
		return none, false
	}
	reply = FastOpenCookie(keys[0], s.Src.Addr, s.Dst.Addr)
	reply.Exp = got.Exp
	switch {
	case got.N == 0:
		x.Note(fastOpenGrant)
		return reply, false
	case got == reply:
		return none, true
	case len(keys) > 1 && got.Val == FastOpenCookie(keys[1], s.Src.Addr, s.Dst.Addr).Val && got.N == ownCookieLen:
		x.Note(fastOpenBackup)
		x.Count(TCPFastOpenPassiveAltKey)
		return reply, true
	}
	x.Note(fastOpenBadCookie)
	x.Count(TCPFastOpenPassiveFail)
	return reply, false
}

// fastOpenKeys are the keys of a listener: its own, else those of the host.
func (c *Conn) fastOpenKeys(sys *Sysctls) []FastOpenKey {
	if len(c.FOKeys) > 0 {
		return c.FOKeys
	}
	return sys.FastOpenKeys[:sys.FastOpenKeyN]
}

// fastOpenRoom: the listener takes part in Fast Open and has room for one more
// (tcp_fastopen_queue_check). A place that a reset held is free after a minute.
func (c *Conn) fastOpenRoom(x *Ctx) bool {
	if c.FOMax == 0 {
		return false
	}
	if !x.When(fastOpenFull, trace.Ge("pending Fast Open connections", c.FOQ, "TCP_FASTOPEN", c.FOMax)) {
		return true
	}
	if len(c.foResets) == 0 || c.foResets[0] > x.Now {
		x.Count(TCPFastOpenListenOverflow)
		return false
	}
	c.foResets = c.foResets[1:]
	c.FOQ--
	return true
}

var fastOpenTake = trace.Declare(trace.Rule{
	ID: "fastopen.take",
	Says: "The SYN is as good as a third segment: the socket is made at once and waits in the accept queue, what came with the SYN can be read, " +
		"and answers may leave before the handshake is complete. That saves a round trip.",
	RFC:   trace.Cites("RFC 7413 §4.2.2", "RFC 7413 §3"),
	Linux: "tcp_fastopen_create_child",
})

// NewFastOpenChild makes the socket of a SYN that is good enough
// (tcp_fastopen_create_child), and sends the SYN-ACK.
func (c *Conn) NewFastOpenChild(x *Ctx, n *Conn, q *Request, s *wire.Segment, reply Cookie) {
	defer x.Enter(fastOpenTake)()
	c.fillChild(x, n, q, s)
	n.SndWnd = uint32(s.Win) // RFC 7323 §2.2: not scaled in a SYN
	n.MaxWnd = n.SndWnd
	n.rsk, n.FOChild = q, true
	n.armXmit(x, TimerRTO, q.Timeout, HowSynAck, q.sum())
	n.initTransfer(x)
	n.SegsIn = 1
	n.takeSynData(x, s)
	q.RcvNxt, n.RcvWup = n.RcvNxt, n.RcvNxt
	c.FOQ++
	x.Count(TCPFastOpenPassive)
	q.sendSynAck(x, false, &reply)
}

// passiveFastOpen: the connection was made by its SYN, and the third segment is
// still missing (tcp_passive_fastopen).
func (c *Conn) passiveFastOpen() bool { return c.State == SynRecv && c.rsk != nil }

// canSend: the application may hand over data.
func (c *Conn) canSend() bool { return c.State.canSend() || c.passiveFastOpen() }

// HalfOpen: the third segment of a Fast Open connection is still missing.
func (c *Conn) HalfOpen() bool { return c.rsk != nil }

// checkHalfOpen judges a segment by the request that its connection began with,
// while the third segment is missing (tcp_check_req). A false answer: the segment
// is done with.
func (c *Conn) checkHalfOpen(x *Ctx, s *wire.Segment) bool {
	q, f := c.rsk, s.Flags
	paws := q.pawsReject(x, s)
	if s.Seq == q.IRS && f&(wire.SYN|wire.ACK|wire.RST) == wire.SYN && !paws {
		if !limited(x, &q.LastOOW, TCPACKSkippedSynRecv) {
			defer x.Enter(reqDupSyn)()
			c.repeatSynAck(x)
		}
		return false
	}
	if paws || !inWindow(s.Seq, s.End(), q.RcvNxt, q.RcvNxt+wire.Seq(q.RcvWnd)) {
		q.outside(x, s, paws, false)
		return false
	}
	if s.Seq == q.IRS {
		f &^= wire.SYN
	}
	switch {
	case f.Has(wire.RST) && s.Seq != q.RcvNxt:
		x.Drop(resetChallenge)
		if !limited(x, &q.LastOOW, TCPACKSkippedSynRecv) {
			x.Count(TCPChallengeACK)
			q.sendAck(x)
		}
	case f.Has(wire.RST):
		x.Count(AttemptFails)
		c.leaveHalfOpen(x, true)
		c.reset(x)
	case f.Has(wire.SYN):
		x.Count(AttemptFails)
		x.Drop(synChallenge)
		ReplyReset(x, s)
	case !f.Has(wire.ACK):
		x.Drop(ackMissing)
	default:
		return true
	}
	return false
}

// repeatSynAck sends the SYN-ACK of a Fast Open connection again; it never brings
// a cookie.
func (c *Conn) repeatSynAck(x *Ctx) {
	c.rsk.sendSynAck(x, true, nil)
	c.TotalRetrans++
}

var fastOpenSynAckTimeout = trace.Declare(trace.Rule{
	ID: "fastopen.syn-ack-timeout",
	Says: "The third segment has not come. This connection has its socket already, so the SYN-ACK goes out again on the socket's own timer; " +
		"data that was sent meanwhile is not repeated before the handshake is complete.",
	RFC:   trace.Cites("RFC 7413 §4.2.2", "RFC 6298 §5.5"),
	Linux: "tcp_fastopen_synack_timer",
})

var fastOpenGiveUp = trace.Declare(trace.Rule{
	ID:    "fastopen.give-up",
	Says:  "After one repetition more than tcp_synack_retries the connection is given up. Its application may hold it already, and hears ETIMEDOUT.",
	RFC:   trace.Cites("RFC 9293 §3.8.3"),
	Linux: "tcp_fastopen_synack_timer",
})

// onSynAckTimer is the retransmission timer of a connection whose third segment is
// missing (tcp_fastopen_synack_timer).
func (c *Conn) onSynAckTimer(x *Ctx) {
	q := c.rsk
	x.Count(TCPTimeouts)
	most := int(x.Sys.SynackRetries) + 1
	if c.SynCnt > 0 {
		most = int(c.SynCnt)
	}
	if x.When(fastOpenGiveUp, trace.Ge("SYN-ACK timeouts", q.Timeouts, "tcp_synack_retries + 1", most)) {
		c.writeError(x)
		return
	}
	defer x.Enter(fastOpenSynAckTimeout)()
	if c.Retries == 1 {
		c.enterLoss(x)
	}
	c.repeatSynAck(x)
	q.Timeouts++
	c.Stats.timedOut(x, c.Retries == 0)
	c.Retries++
	if c.RetStamp == 0 {
		c.RetStamp = max(x.Now, 1)
	}
	c.armXmit(x, TimerRTO, q.nextTimeout(x), HowSynAck, q.sum())
}

// completeHalfOpen: the third segment has come at last (tcp_rcv_synrecv_state_fastopen).
func (c *Conn) completeHalfOpen(x *Ctx, s *wire.Segment) {
	if c.CA == Loss && c.PacketsOut == 0 {
		c.tryUndoRecovery(x, s)
	}
	c.Stats.recovered(x)
	c.Retries = 0
	if !c.anyRetransDone(c.RetransOut) {
		c.RetStamp = 0
	}
	c.leaveHalfOpen(x, false)
	c.rearmRTO(x)
}

// leaveHalfOpen lets the request go; the host tells the listener, whose place it
// held (reqsk_fastopen_remove).
func (c *Conn) leaveHalfOpen(x *Ctx, reset bool) {
	c.left = &FastOpenLeft{Listener: c.rsk.Listener, Reset: reset}
	c.rsk = nil
}

// FastOpenLeft says that a connection no longer counts among those whose third
// segment a listener waits for.
type FastOpenLeft struct {
	Listener sim.SubjectID
	Reset    bool // by a RST
}

// TakeLeft returns that once.
func (c *Conn) TakeLeft() *FastOpenLeft {
	l := c.left
	c.left = nil
	return l
}

var fastOpenPenalty = trace.Declare(trace.Rule{
	ID: "fastopen.reset-penalty",
	Says: "A RST ended a connection that an application had already taken. Its place stays occupied for 60 s: whoever sends SYNs with a stolen cookie " +
		"and a victim's address provokes such RSTs, and soon finds Fast Open switched off.",
	RFC:   trace.Cites("RFC 7413 §5.1"),
	Linux: "reqsk_fastopen_remove",
})

var fastOpenDone = trace.Declare(trace.Rule{
	ID:    "fastopen.done",
	Says:  "The third segment of a Fast Open connection is not waited for any more: its place among those that TCP_FASTOPEN allows is free.",
	RFC:   trace.Cites("RFC 7413 §5.1"),
	Linux: "reqsk_fastopen_remove",
})

// FastOpenLeave frees a place among the pending Fast Open connections. taken: the
// application had accepted it.
func (c *Conn) FastOpenLeave(x *Ctx, reset, taken bool) {
	if reset && taken && c.State == Listen {
		defer x.Enter(fastOpenPenalty)()
		c.foResets = append(c.foResets[:len(c.foResets):len(c.foResets)], x.Now.Add(sim.Minute))
		return
	}
	if c.FOQ > 0 {
		defer x.Enter(fastOpenDone)()
		c.FOQ--
	}
}

// TuneFastOpen is TCP_FASTOPEN on a listener, or on a socket that will be one
// (fastopen_queue_tune).
func (t *TCB) TuneFastOpen(sys *Sysctls, n int64) bool {
	if n < 0 || t.State != Closed && t.State != Listen {
		return false
	}
	t.FOMax = uint32(min(n, int64(sys.Somaxconn)))
	return true
}

// SetFastOpenKey is TCP_FASTOPEN_KEY: one key of 16 bytes, or two.
func (c *Conn) SetFastOpenKey(b string) bool {
	if len(b) != 16 && len(b) != 32 {
		return false
	}
	var keys []FastOpenKey
	for ; b != ""; b = b[16:] {
		keys = append(keys, FastOpenKey{binary.LittleEndian.Uint64([]byte(b)), binary.LittleEndian.Uint64([]byte(b[8:]))})
	}
	c.FOKeys = keys
	return true
}
