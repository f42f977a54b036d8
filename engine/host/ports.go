package host

import (
	"net/netip"

	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var portInUse = trace.Declare(trace.Rule{
	ID:      "port.in-use",
	Says:    "Another socket holds the port, and not both allow it to be shared.",
	Linux:   "inet_csk_get_port",
	Differs: "RFC 9293 leaves ports to the system.",
})

var bindExhausted = trace.Declare(trace.Rule{
	ID:      "port.bind-exhausted",
	Says:    "A port that bind() takes is taken for every destination, for nobody knows yet whom it will be used with. None is left.",
	Linux:   "inet_csk_find_open_port",
	Differs: "RFC 9293 leaves ports to the system.",
})

var bindChosen = trace.Declare(trace.Rule{
	ID:      "port.bind-any",
	Says:    "bind() to port 0: any free port will do. The other half of the range than connect() likes is tried first, so that the two stay out of each other's way.",
	Linux:   "inet_csk_find_open_port",
	RFC:     trace.Cites("RFC 6056 §3.3"),
	Differs: "Linux starts at a random place, here it follows from the seed of the scene.",
})

var tupleInUse = trace.Declare(trace.Rule{
	ID:    "port.tuple-in-use",
	Says:  "A connection with exactly these two addresses and ports exists already, or has not been over for long enough.",
	RFC:   trace.Cites("RFC 9293 §3.9.1"),
	Linux: "__inet_check_established",
})

var portChosen = trace.Declare(trace.Rule{
	ID:      "port.ephemeral",
	Says:    "The application did not ask for a port, so the kernel takes one out of ip_local_port_range, or of the part that IP_LOCAL_PORT_RANGE leaves of it, that is free towards this destination.",
	RFC:     trace.Cites("RFC 6056 §3.3"),
	Linux:   "__inet_hash_connect",
	Differs: "Linux starts at a secret place of each destination and moves it a little by chance; here both follow from the seed of the scene.",
})

var portsExhausted = trace.Declare(trace.Rule{
	ID:      "port.exhausted",
	Says:    "Every port of ip_local_port_range, or of the part that IP_LOCAL_PORT_RANGE leaves of it, is taken for this destination.",
	Linux:   "__inet_hash_connect",
	RFC:     trace.Cites("RFC 6056 §3.3"),
	Differs: "The limit is per destination: the same port may be used towards another address or port.",
})

// bind gives a socket its local end (__inet_bind).
func (h *Host) bind(x *Ctx, c *tcp.Conn, e wire.Endpoint) tcp.Errno {
	if e.Addr.IsValid() && !e.Addr.IsUnspecified() && !h.Has(e.Addr) && !c.IP.Nonlocal && !x.Sys.NonlocalBind {
		return tcp.EADDRNOTAVAIL
	}
	if c.Hold != tcp.HoldNone || c.State != tcp.Closed {
		return tcp.EINVAL
	}
	if !e.Addr.IsValid() {
		e.Addr = netip.IPv4Unspecified()
	}
	if e.Port == 0 && c.NoPort {
		h.name(x, c, wire.Endpoint{Addr: e.Addr}, tcp.HoldNone)
		return tcp.OK
	}
	return h.getPort(x, c, e)
}

// name gives a socket a local end.
func (h *Host) name(x *Ctx, c *tcp.Conn, e wire.Endpoint, hold tcp.PortHold) {
	before := c.Made()
	c.Tuple.Local, c.Hold = e, hold
	h.named(x, c, before)
}

// getPort takes the port that is asked for, or any (inet_csk_get_port).
func (h *Host) getPort(x *Ctx, c *tcp.Conn, e wire.Endpoint) tcp.Errno {
	if e.Port != 0 {
		if h.conflict(c, e, true, true) {
			x.Note(portInUse)
			return tcp.EADDRINUSE
		}
		h.name(x, c, e, tcp.HoldLocked)
		return tcp.OK
	}
	relax := false
	if e.Port = h.anyPort(x, c, e.Addr, relax); e.Port == 0 && x.Sys.AutobindReuse {
		e.Port = h.anyPort(x, c, e.Addr, !relax)
	}
	if e.Port == 0 {
		x.Note(bindExhausted)
		return tcp.EADDRINUSE
	}
	x.Note(bindChosen)
	h.name(x, c, e, tcp.HoldBound)
	return tcp.OK
}

// listen turns a socket into a listener (inet_listen).
func (h *Host) listen(x *Ctx, c *tcp.Conn, backlog int64) tcp.Errno {
	limit := min(backlog, int64(x.Sys.Somaxconn))
	if backlog < 0 {
		limit = int64(x.Sys.Somaxconn) // Linux: a negative backlog is a very large unsigned one
	}
	if c.State == tcp.Listen {
		defer x.Enter(listenAgain)()
		c.Backlog = uint32(limit)
		return tcp.OK
	}
	if c.State != tcp.Closed || c.Hold != tcp.HoldNone && c.Tuple.Remote.Port != 0 {
		return tcp.EINVAL
	}
	if c.Hold == tcp.HoldNone {
		if !c.Tuple.Local.Addr.IsValid() || c.Tuple.Remote.Port != 0 {
			h.rename(c, wire.Tuple{Local: wire.Endpoint{Addr: netip.IPv4Unspecified()}})
		}
		if err := h.getPort(x, c, wire.Endpoint{Addr: c.Tuple.Local.Addr}); err != tcp.OK {
			return err
		}
	} else if h.conflict(c, c.Tuple.Local, true, true) { // asked again: others may have begun to listen
		x.Note(portInUse)
		return tcp.EADDRINUSE
	}
	c.StartListen(&x.Ctx, uint32(limit))
	return tcp.OK
}

// connect chooses what is missing of the four-tuple and sends the SYN, unless the
// first write is to do that (tcp_v4_connect).
func (h *Host) connect(x *Ctx, c *tcp.Conn, to wire.Endpoint) tcp.Errno {
	iss, err := h.choose(x, c, to)
	if err != tcp.OK {
		return err
	}
	switch {
	case !c.FOConnect:
		c.Connect(&x.Ctx, iss)
	case !c.DeferConnect(&x.Ctx, iss):
		c.ConnectFast(&x.Ctx, iss, "")
	}
	return tcp.OK
}

// choose completes the four-tuple of a socket that is to be connected, and says with
// which number it begins.
func (h *Host) choose(x *Ctx, c *tcp.Conn, to wire.Endpoint) (wire.Seq, tcp.Errno) {
	switch c.State {
	case tcp.Closed:
	case tcp.SynSent, tcp.SynRecv:
		return 0, tcp.EALREADY
	default:
		return 0, tcp.EISCONN
	}
	t := wire.Tuple{Local: c.Tuple.Local, Remote: to}
	if !t.Local.Addr.IsValid() || t.Local.Addr.IsUnspecified() {
		t.Local.Addr = h.addrFor(to.Addr)
	}
	if !t.Local.Addr.IsValid() || !h.Has(t.Local.Addr) && !c.IP.Transparent { // Linux: no route begins at an address that is not the host's
		return 0, tcp.ENETUNREACH
	}
	if err := h.via(x, to.Addr); err != tcp.OK {
		x.Note(routeMissing)
		return 0, err
	}
	if err := h.hashConnect(x, c, &t); err != tcp.OK {
		return 0, err
	}
	isn := h.isn(t, x.Now)
	if w := h.twFor(t); w != nil {
		isn = h.recycle(x, c, w)
	}
	before := c.Made()
	h.rename(c, t)
	c.Flow = h.newFlow()
	h.named(x, c, before)
	c.TSOffset = h.tsOffset(t)
	return isn, tcp.OK
}

// hashConnect chooses the port, if bind() has not, and makes sure that the
// four-tuple may be used (inet_hash_connect).
func (h *Host) hashConnect(x *Ctx, c *tcp.Conn, t *wire.Tuple) tcp.Errno {
	if c.Hold != tcp.HoldNone {
		free := h.unique(x, c, *t)
		if w := h.twFor(*t); w != nil {
			h.mayReuse(x, c, w)
		}
		if !free {
			x.Note(tupleInUse)
			return tcp.EADDRNOTAVAIL
		}
		return tcp.OK
	}
	port, old := h.ephemeral(x, c, *t)
	if t.Local.Port = port; port == 0 {
		if old != nil {
			h.mayReuse(x, c, old)
		}
		x.Note(portsExhausted)
		return tcp.EADDRNOTAVAIL
	}
	if w := h.twFor(*t); w != nil {
		h.mayReuse(x, c, w)
	}
	x.Note(portChosen)
	c.Hold = tcp.HoldAuto
	return tcp.OK
}

// addrFor returns the own address from which dst is reached.
func (h *Host) addrFor(dst netip.Addr) netip.Addr {
	if dst.IsLoopback() || h.Has(dst) {
		return dst
	}
	for _, a := range h.Addrs {
		if a.Is4() == dst.Is4() {
			return a
		}
	}
	return netip.Addr{}
}

// stopListening ends what waits in the queues of a listener (inet_csk_listen_stop);
// the socket may stay.
func (h *Host) stopListening(x *Ctx, l *tcp.Conn, stays bool) {
	defer x.Enter(listenStop)()
	for _, q := range h.Reqs {
		if q.Listener == l.ID {
			if n := h.heir(x, l, q.Tuple); n != nil {
				l.PassRequest(&x.Ctx, n, h.editReq(x, q))
			}
		}
	}
	for _, c := range h.Live {
		if c.Parent != l.ID {
			continue
		}
		c = h.edit(x, c)
		if n := h.heir(x, l, c.Tuple); n != nil {
			l.PassChild(&x.Ctx, n, c)
			continue
		}
		c.Parent = 0
		l.AcceptQ--
		c.AbortUnaccepted(&x.Ctx)
	}
	if stays {
		l.Unlisten(&x.Ctx)
	}
}

// heir is the listener that takes what waits in the queues of another of its group,
// or nil (reuseport_migrate_sock).
func (h *Host) heir(x *Ctx, l *tcp.Conn, t wire.Tuple) *tcp.Conn {
	if !x.Sys.MigrateReq || !l.ReusePort {
		return nil
	}
	var group []*tcp.Conn
	for _, id := range h.listens {
		if c := h.Conn(id); c != nil && c.ID != l.ID && c.State == tcp.Listen && c.ReusePort && c.Tuple.Local == l.Tuple.Local {
			group = append(group, c)
		}
	}
	if len(group) == 0 {
		return nil
	}
	return h.edit(x, group[h.hash(t, 4)%uint64(len(group))])
}
