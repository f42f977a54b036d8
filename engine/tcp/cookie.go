package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// SYN cookies (RFC 4987 §3.6): a server whose SYN queue is full remembers nothing
// of a SYN. What it has to know when the third segment comes it hides in its own
// initial number, which that segment acknowledges:
//
//	cookie = H₁(four-tuple) + client's number + minute·2²⁴ + (H₂(four-tuple, minute) + MSS index) mod 2²⁴
//
// and, if there are timestamps, in the low six bits of the one that it sends.

// CookieKey is a secret function of a four-tuple, as the server sees it, and a minute.
type CookieKey func(t wire.Tuple, minute uint32) uint32

// The two lives of a cookie in a Request that is not kept.
const (
	cookieSent uint8 = 1 + iota
	cookieBack
)

const (
	cookieBits   = 24
	cookieMask   = 1<<cookieBits - 1
	cookieMaxAge = 2 // minutes that began, the present one included
)

// The MSS values that a cookie can say.
var (
	cookieMSS4 = [...]uint16{536, 1300, 1440, 1460}
	cookieMSS6 = [...]uint16{1220, 1420, 1440, 8940}
)

func cookieTable(t wire.Tuple) *[4]uint16 {
	if t.Local.Addr.Is4() {
		return &cookieMSS4
	}
	return &cookieMSS6
}

func cookieMinute(now sim.Time) uint32 { return uint32(now / sim.Time(sim.Minute)) }

// cookieISN hides which MSS was announced in an initial number (secure_tcp_syn_cookie).
func cookieISN(key CookieKey, t wire.Tuple, irs wire.Seq, minute, index uint32) wire.Seq {
	return wire.Seq(key(t, 0)+uint32(irs)+minute<<cookieBits) + wire.Seq((key(t, minute+1)+index)&cookieMask)
}

// readCookie finds the index again (check_tcp_syn_cookie); false: it is too old. A
// number that is no cookie gives any index.
func readCookie(key CookieKey, t wire.Tuple, cookie, irs wire.Seq, minute uint32) (index uint32, young bool) {
	n := uint32(cookie-irs) - key(t, 0)
	age := (minute - n>>cookieBits) & 0xff
	if age >= cookieMaxAge {
		return 0, false
	}
	return (n - key(t, minute-age+1)) & cookieMask, true
}

var cookieAlways = trace.Declare(trace.Rule{
	ID:      "syn-cookie.always",
	Says:    "tcp_syncookies = 2: every SYN is answered with a cookie, however empty the SYN queue is.",
	Linux:   "tcp_conn_request",
	Differs: "RFC 4987 §3.6 uses cookies only under attack; this setting is for testing.",
})

var floodWarning = trace.Declare(trace.Rule{
	ID:      "syn-queue.warning",
	Says:    "The kernel logs, once for each listener, that its port may be under a SYN flood.",
	Linux:   "tcp_syn_flood_action",
	Differs: "Not part of TCP.",
})

// floodAction decides what a full SYN queue means for a SYN: a cookie or nothing
// (tcp_syn_flood_action).
func (l *Backlogs) floodAction(x *Ctx) (cookie bool) {
	cookie = x.Sys.Syncookies != 0
	if cookie {
		x.Count(TCPReqQFullDoCookies)
	} else {
		x.Count(TCPReqQFullDrop)
	}
	if !l.Warned && x.Sys.Syncookies != 2 {
		defer x.Enter(floodWarning)()
		l.Warned = true
	}
	return cookie
}

var cookieSend = trace.Declare(trace.Rule{
	ID: "syn-cookie.send",
	Says: "No place in the SYN queue, so nothing is remembered of this SYN. The SYN-ACK's own number is a cookie: " +
		"only who has received it can acknowledge it. It is never sent again.",
	RFC:   trace.Cites("RFC 4987 §3.6"),
	Linux: "cookie_init_sequence",
})

var cookieRounds = trace.Declare(trace.Rule{
	ID:    "syn-cookie.mss",
	Says:  "Two bits of the cookie tell the client's MSS, so it is rounded down to one of four values.",
	RFC:   trace.Cites("RFC 4987 §3.6"),
	Linux: "__cookie_v4_init_sequence",
})

var cookieBare = trace.Declare(trace.Rule{
	ID:    "syn-cookie.no-options",
	Says:  "Without timestamps there is no place to note window scaling, selective acknowledgments and ECN in: the connection does without them.",
	RFC:   trace.Cites("RFC 4987 §3.6"),
	Linux: "tcp_conn_request",
})

var cookieHides = trace.Declare(trace.Rule{
	ID:      "syn-cookie.timestamp",
	Says:    "The client will echo the timestamp of the SYN-ACK: its low six bits carry the client's window scale, and whether it can do SACK and ECN.",
	Linux:   "cookie_init_timestamp",
	RFC:     trace.Cites("RFC 4987 §3.6"),
	Differs: "The clock in that timestamp is up to 64 ms slow for it.",
})

// AnswerCookie answers a SYN without remembering it (tcp_conn_request). q is only a
// place to work in.
func (c *Conn) AnswerCookie(x *Ctx, q *Request, s *wire.Segment, tsOffset uint32, key CookieKey) {
	defer x.Enter(cookieSend)()
	c.fillRequest(x, q, s, 0, tsOffset)
	q.Cookie = cookieSent
	if q.TSOK {
		x.Note(cookieHides)
	} else if q.SackOK || q.WScaleOK || q.ECN != ECNOff {
		x.Note(cookieBare)
		q.SackOK, q.WScaleOK, q.WScale, q.ECN = false, false, 0, ECNOff
	}
	table := cookieTable(q.Tuple)
	i := len(table) - 1
	for i > 0 && q.MSS < table[i] {
		i--
	}
	x.When(cookieRounds, trace.Ge("MSS of the SYN", q.MSS, "one of four", table[i]).In(trace.UnitBytes))
	q.MSS = table[i]
	if now := max(x.Now, 1); c.Overflow == 0 || now.Sub(c.Overflow) > sim.Second {
		c.Overflow = now
	}
	x.Count(SyncookiesSent)
	q.ISS = cookieISN(key, q.Tuple, s.Seq, cookieMinute(x.Now), uint32(i))
	c.openingWindow(x, q)
	q.sendSynAck(x, false, nil)
}

// The bits of a cookie's timestamp.
const (
	cookieTSBits  = 6
	cookieNoScale = 0xf // in place of a window scale
	cookieTSSack  = 1 << 4
	cookieTSECN   = 1 << 5
)

// cookieStamp is a timestamp that says what was agreed (cookie_init_timestamp).
func (q *Request) cookieStamp(clock uint32) uint32 {
	bits := uint32(cookieNoScale)
	if q.WScaleOK {
		bits = uint32(q.WScale)
	}
	if q.SackOK {
		bits |= cookieTSSack
	}
	if q.ECN != ECNOff {
		bits |= cookieTSECN
	}
	ts := clock>>cookieTSBits<<cookieTSBits | bits
	if int32(ts-clock) > 0 {
		ts -= 1 << cookieTSBits
	}
	return ts
}

var cookieAwaited = trace.Declare(trace.Rule{
	ID:    "syn-cookie.awaited",
	Says:  "A listener believes a cookie only within two minutes after it has sent one: at other times nobody can have one, and guessing is pointless.",
	RFC:   trace.Cites("RFC 4987 §3.6"),
	Linux: "tcp_synq_no_recent_overflow",
})

var cookieCheck = trace.Declare(trace.Rule{
	ID:    "syn-cookie.check",
	Says:  "The number acknowledged less one is a cookie, if the server's secrets lead from it to one of four MSS values, and if it was made in this minute or the last.",
	RFC:   trace.Cites("RFC 4987 §3.6"),
	Linux: "check_tcp_syn_cookie",
})

var cookieAgreed = trace.Declare(trace.Rule{
	ID:    "syn-cookie.agreed",
	Says:  "What was agreed is read out of the timestamp that comes back; settings that have changed since make it void.",
	RFC:   trace.Cites("RFC 4987 §3.6"),
	Linux: "cookie_timestamp_decode",
})

var cookieNoRoom = trace.Declare(trace.Rule{
	ID: "syn-cookie.no-room",
	Says: "The cookie is right, but the accept queue is full: the segment is dropped, whatever tcp_abort_on_overflow says. No timer will send the SYN-ACK again; " +
		"the next segment of the client can still redeem the cookie.",
	Linux:   "tcp_v4_syn_recv_sock",
	Differs: "No RFC says what to do.",
	Drops:   true,
	Refuses: true,
})

// cookieReturns reports whether a segment brings a cookie back (cookie_v4_check).
func (l *Backlogs) cookieReturns(x *Ctx, s *wire.Segment, key CookieKey) bool {
	if x.Sys.Syncookies == 0 || s.Flags&(wire.SYN|wire.RST) != 0 {
		return false
	}
	recent := l.Overflow != 0 && x.Now.Sub(l.Overflow) <= cookieMaxAge*sim.Minute
	if !x.When(cookieAwaited, trace.Is("a cookie was sent lately", recent)) {
		return false
	}
	i, young := readCookie(key, s.Tuple(), s.Ack-1, s.Seq-1, cookieMinute(x.Now))
	if !x.When(cookieCheck, trace.Is("a cookie of ours", young && int(i) < len(cookieMSS4))) {
		x.Count(SyncookiesFailed)
		return false
	}
	x.Count(SyncookiesRecv)
	return true
}

// ReadCookie makes the request again that a cookie stands for (cookie_tcp_check,
// cookie_v4_check). false: it does not agree with the settings of now.
func (c *Conn) ReadCookie(x *Ctx, q *Request, s *wire.Segment, tsOffset uint32, key CookieKey) bool {
	i, _ := readCookie(key, s.Tuple(), s.Ack-1, s.Seq-1, cookieMinute(x.Now))
	q.Tuple, q.Listener, q.Cookie = s.Tuple(), c.ID, cookieBack
	q.RequestVars = RequestVars{State: SynRecv, ISS: s.Ack - 1, IRS: s.Seq - 1, RcvNxt: s.Seq, MSS: cookieTable(s.Tuple())[i],
		TSOffset: tsOffset, TSOK: s.Opts.On(wire.HasTS) && x.Sys.Timestamps > 0, SynAckAt: sim.Never, TOS: c.TOS}
	if q.TSOK {
		bits := s.Opts.TSEcr - tsOffset
		if s.Opts.TSEcr == 0 {
			bits = 0
		}
		q.TSRecent, q.TSStamp = s.Opts.TSVal, x.Now
		q.SackOK = bits&cookieTSSack != 0
		if q.WScaleOK = bits&cookieNoScale != cookieNoScale; q.WScaleOK {
			q.WScale = uint8(bits & cookieNoScale)
		}
		if bits&cookieTSECN != 0 && (x.Sys.ECN != 0 || x.Sys.Route.ECN) {
			q.ECN = ECNClassic
		}
		holds := (!q.SackOK || x.Sys.Sack) && (!q.WScaleOK || x.Sys.WindowScaling)
		if !x.When(cookieAgreed, trace.Is("still possible", holds)) {
			x.Drop(listenAck)
			ReplyReset(x, s)
			return false
		}
	}
	c.openingWindow(x, q)
	return true
}
