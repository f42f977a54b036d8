package host

import (
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var checksumBad = trace.Declare(trace.Rule{
	ID:      "segment.bad-checksum",
	Says:    "The checksum does not match: something changed on the way. The segment is discarded in silence, since not even its sender can be trusted.",
	RFC:     trace.Cites("RFC 9293 §3.1"),
	Linux:   "tcp_v4_rcv",
	Drops:   true,
	Filters: true,
})

var demux = trace.Declare(trace.Rule{
	ID:    "segment.for",
	Says:  "The four-tuple tells which connection the segment belongs to.",
	RFC:   trace.Cites("RFC 9293 §3.3.1"),
	Linux: "__inet_lookup_skb",
})

var noSocket = trace.Declare(trace.Rule{
	ID:    "segment.nobody",
	Says:  "No connection has this four-tuple, and nobody listens on the port.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.1"),
	Linux: "tcp_v4_rcv",
	Drops: true,
})

// OnSegment takes a segment from the network (tcp_v4_rcv).
func (h *Host) OnSegment(x *Ctx, s *wire.Segment) {
	h.Watch(x)
	if h.Off {
		x.Drop(offDrop)
		return
	}
	if (!h.In.Empty() || h.Track != nil) && !x.Spared && !h.filter(x, s) {
		return
	}
	if s.ICMP.Set {
		h.onICMP(x, s)
		return
	}
	x.Count(tcp.InNoECTPkts + tcp.Counter(s.ECN&3)) // Linux: ip_rcv, whatever becomes of the packet
	x.CountBy(tcp.InSegs, s.Segs())
	if s.BadSum && !x.Spared {
		x.Count(tcp.InCsumErrors)
		x.Count(tcp.InErrs)
		x.Drop(checksumBad)
		return
	}
	h.deliver(x, s)
	h.sweep(x)
}

var unsigned = trace.Declare(trace.Rule{
	ID: "segment.signature-unexpected",
	Says: "The segment carries a signature (the MD5 option of BGP), and this connection has no key to check it with: the two ends do not agree, " +
		"and the segment is discarded in silence.",
	RFC:   trace.Cites("RFC 2385 §2.0"),
	Linux: "tcp_inbound_hash",
	Drops: true,
})

var tooFar = trace.Declare(trace.Rule{
	ID:      "segment.min-ttl",
	Says:    "The segment has come further than IP_MINTTL of the socket lets it: its TTL is smaller. It is discarded in silence. BGP keeps strangers out so, who cannot send with a TTL that is still 255 when it arrives.",
	RFC:     trace.Cites("RFC 5082 §3"),
	Linux:   "tcp_v4_rcv",
	Drops:   true,
	Filters: true,
})

// expires discards a segment that has come too far for a socket.
func (h *Host) expires(x *Ctx, c *tcp.Conn, s *wire.Segment) bool {
	if !c.IP.Expires(s) || x.Spared {
		return false
	}
	x.Event.Subject = c.ID
	x.Count(tcp.TCPMinTTLDrop)
	x.Drop(tooFar)
	return true
}

func (h *Host) deliver(x *Ctx, s *wire.Segment) {
	t := s.Tuple()
	if c := h.connFor(t); c != nil && h.expires(x, c, s) {
		return
	}
	if s.Opts.On(wire.HasMD5) && h.twFor(t) == nil {
		x.Count(tcp.TCPMD5Unexpected)
		x.Drop(unsigned)
		return
	}
	if c := h.connFor(t); c != nil {
		h.toConn(x, c, s)
	} else if w := h.twFor(t); w != nil {
		h.toTimeWait(x, w, s)
	} else if q := h.reqFor(t); q != nil {
		h.toRequest(x, q, s)
	} else {
		h.toListener(x, s, nil)
	}
}

func (h *Host) toConn(x *Ctx, c *tcp.Conn, s *wire.Segment) {
	x.Event.Subject = c.ID
	c = h.edit(x, c)
	una := c.SndUna
	h.takeOver(x, c.OnSegment(&x.Ctx, s))
	if c.SndUna != una {
		x.Heard = s.Src.Addr
	}
}

// listenersFor returns those whom a segment to this end may open a connection with:
// of the address itself, or else of any. There are several only with SO_REUSEPORT.
func (h *Host) listenersFor(local wire.Endpoint) []*tcp.Conn {
	var exact, any []*tcp.Conn
	for _, id := range h.listens {
		c := h.Conn(id)
		switch {
		case c == nil || c.State != tcp.Listen || c.Tuple.Local.Port != local.Port:
		case c.Tuple.Local.Addr == local.Addr:
			exact = append(exact, c)
		case c.Tuple.Local.Addr.IsUnspecified():
			any = append(any, c)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return any
}

var listenGroup = trace.Declare(trace.Rule{
	ID:      "listen.group",
	Says:    "Several sockets listen on this port, because each has SO_REUSEPORT. A hash of the four-tuple chooses one, so that all segments of a connection come to the same.",
	Linux:   "reuseport_select_sock",
	Differs: "Not part of TCP. Linux hashes with a secret of each boot; here it follows from the seed of the scene.",
})

// listenerFor returns the listener that a segment goes to, or nil.
func (h *Host) listenerFor(x *Ctx, s *wire.Segment) *tcp.Conn {
	switch all := h.listenersFor(s.Dst); len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	default:
		x.Note(listenGroup)
		return all[h.hash(s.Tuple(), 4)%uint64(len(all))]
	}
}

// toListener gives a segment to the listener of its port. isn, if any, is where
// the new connection has to start, because it replaces one in TIME_WAIT.
func (h *Host) toListener(x *Ctx, s *wire.Segment, isn *wire.Seq) {
	l := h.listenerFor(x, s)
	if l == nil {
		x.Drop(noSocket)
		tcp.ReplyReset(&x.Ctx, s)
		return
	}
	if h.expires(x, l, s) {
		return
	}
	x.Event.Subject = l.ID
	l = h.edit(x, l)
	h.via(x, s.Src.Addr)
	t := s.Tuple()
	warned := l.Warned
	verdict := l.Arrives(&x.Ctx, s, &tcp.Caller{Reopens: isn != nil, Proven: h.Mem.Proven(t), Key: h.cookieKey})
	if l.Warned != warned {
		h.logFlood(x, l)
	}
	switch verdict {
	case tcp.ListenCreate:
		if isn == nil && h.refusedByStamp(x, s) {
			return
		}
		q := &tcp.Request{Flow: h.newFlow()}
		n := h.isn(t, x.Now)
		if isn != nil {
			n = *isn
		}
		if cookie, now := l.NewRequest(&x.Ctx, q, s, n, h.tsOffset(t)); now {
			c := h.newConn(x)
			c.Flow = q.Flow
			l.NewFastOpenChild(&x.Ctx, c, q, s, cookie)
			h.created(x, c.ID)
			return
		}
		q.ID = x.newID()
		q.TellLength(&x.Ctx)
		h.addReq(x, q)
		h.created(x, q.ID)
	case tcp.ListenCookie:
		l.AnswerCookie(&x.Ctx, &tcp.Request{}, s, h.tsOffset(t), h.cookieKey)
	case tcp.ListenChild:
		q := &tcp.Request{}
		if !l.ReadCookie(&x.Ctx, q, s, h.tsOffset(t), h.cookieKey) {
			return
		}
		if ok, _ := l.RoomForChild(&x.Ctx, q, s); ok {
			q.Flow = h.newFlow()
			c := h.child(x, q, l, s)
			h.created(x, c.ID)
			h.toConn(x, c, s)
		}
	}
}

// requestError gives an ICMP error to a request (tcp_req_err).
func (h *Host) requestError(x *Ctx, q *tcp.Request, s *wire.Segment) {
	x.Event.Subject = q.ID
	if q = h.editReq(x, q); q.OnICMP(&x.Ctx, s) {
		h.dropRequest(x, q)
	}
}

var listenOrphan = trace.Declare(trace.Rule{
	ID:      "listen.orphan",
	Says:    "The listener of this half-open request is gone. Nobody has told the request; it goes now, with its next segment or timer.",
	Linux:   "reqsk_timer_handler",
	Differs: "RFC 9293 would forget it when the listener closes.",
})

// ownerOf returns the listener of a request, to be written to; nil: it listens no
// more, and the request is gone with it.
func (h *Host) ownerOf(x *Ctx, q *tcp.Request) *tcp.Conn {
	if l := h.Conn(q.Listener); l != nil && l.State == tcp.Listen {
		return h.edit(x, l)
	}
	defer x.Enter(listenOrphan)()
	h.dropRequest(x, q)
	return nil
}

func (h *Host) toRequest(x *Ctx, q *tcp.Request, s *wire.Segment) {
	x.Event.Subject = q.ID
	q = h.editReq(x, q)
	h.via(x, s.Src.Addr)
	l := h.ownerOf(x, q)
	if l == nil {
		h.toListener(x, s, nil)
		return
	}
	switch q.OnSegment(&x.Ctx, s, l.DeferAccept) {
	case tcp.ReqKill:
		h.dropRequest(x, q)
	case tcp.ReqAccept:
		ok, kill := l.RoomForChild(&x.Ctx, q, s)
		switch {
		case kill:
			h.dropRequest(x, q)
		case ok:
			h.accept(x, q, l, s)
		}
	}
}

// accept turns a request into a socket and lets it take the segment at hand.
func (h *Host) accept(x *Ctx, q *tcp.Request, l *tcp.Conn, s *wire.Segment) {
	h.removeReq(q)
	c := h.child(x, q, l, s)
	h.destroyed(x, q.ID, q.Made)
	h.created(x, c.ID)
	h.toConn(x, c, s)
}

// child makes the socket of a completed handshake.
func (h *Host) child(x *Ctx, q *tcp.Request, l *tcp.Conn, s *wire.Segment) *tcp.Conn {
	c := h.newConn(x)
	c.Flow = q.Flow
	l.NewChild(&x.Ctx, c, q, s)
	return c
}

func (h *Host) dropRequest(x *Ctx, q *tcp.Request) {
	if l := h.Conn(q.Listener); l != nil {
		h.edit(x, l).DropRequest(q)
	}
	h.removeReq(q)
	h.destroyed(x, q.ID, q.Made)
}

func (h *Host) toTimeWait(x *Ctx, w *tcp.TimeWait, s *wire.Segment) {
	x.Event.Subject = w.ID
	w = h.editTW(x, w)
	v, isn := w.OnSegment(&x.Ctx, s, len(h.listenersFor(s.Dst)) > 0)
	if v == tcp.TWKeep {
		return
	}
	h.dropTimeWait(x, w)
	if v == tcp.TWSyn {
		h.toListener(x, s, &isn)
	}
}

func (h *Host) dropTimeWait(x *Ctx, w *tcp.TimeWait) {
	h.removeTW(w)
	h.destroyed(x, w.ID, w.Made)
}

var bucketOverflow = trace.Declare(trace.Rule{
	ID:      "time-wait.overflow",
	Says:    "A TIME_WAIT table with tcp_max_tw_buckets entries takes no more: the connection gets none, and stragglers will meet a host that knows nothing.",
	Linux:   "tcp_time_wait",
	Differs: "RFC 9293 knows no limit.",
})

// takeOver puts the entry that replaces a socket into the table.
func (h *Host) takeOver(x *Ctx, w *tcp.TimeWait) {
	if w == nil {
		return
	}
	if x.When(bucketOverflow, trace.Ge("entries", len(h.TWs), "tcp_max_tw_buckets", x.Sys.MaxTWBuckets)) {
		x.Count(tcp.TCPTimeWaitOverflow)
		return
	}
	w.ID = x.newID()
	w.TellLength(&x.Ctx)
	h.addTW(x, w)
	if w.ExpireAt.Sub(x.Now) <= 4*sim.Second {
		x.Count(tcp.TWKilled)
	} else {
		x.Count(tcp.TW)
	}
	h.created(x, w.ID)
	h.rememberStamp(x, w)
}

// onICMP gives an ICMP error to the socket whose segment it quotes.
func (h *Host) onICMP(x *Ctx, s *wire.Segment) {
	t := wire.Tuple{Local: s.Src, Remote: s.Dst}
	c := h.connFor(t)
	if c == nil {
		if q := h.reqFor(t); q != nil {
			h.requestError(x, q, s)
			return
		}
		x.Drop(noSocket)
		return
	}
	x.Event.Subject = c.ID
	c = h.edit(x, c)
	x.Note(demux)
	x.Busy = h.calledAt == x.Now && h.called == c.ID
	c.OnICMP(&x.Ctx, s)
	h.sweep(x)
}
