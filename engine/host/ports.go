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

var portChosen = trace.Declare(trace.Rule{
	ID:    "port.ephemeral",
	Says:  "The application did not ask for a port, so the kernel takes a free one out of ip_local_port_range.",
	RFC:   trace.Cites("RFC 6056 §3.3"),
	Linux: "__inet_hash_connect",
})

var portsExhausted = trace.Declare(trace.Rule{
	ID:      "port.exhausted",
	Says:    "Every port of ip_local_port_range is taken for this destination.",
	Linux:   "__inet_hash_connect",
	RFC:     trace.Cites("RFC 6056 §3.3"),
	Differs: "The limit is per destination: the same port may be used towards another address or port.",
})

// bind gives a socket its local end (inet_csk_get_port).
func (h *Host) bind(x *Ctx, c *tcp.Conn, e wire.Endpoint) tcp.Errno {
	if c.Tuple.Local.Port != 0 || c.State != tcp.Closed {
		return tcp.EINVAL
	}
	if e.Addr.IsValid() && !e.Addr.IsUnspecified() && !h.Has(e.Addr) {
		return tcp.EADDRNOTAVAIL
	}
	if !e.Addr.IsValid() {
		e.Addr = netip.IPv4Unspecified()
	}
	if e.Port == 0 {
		for p := int(x.Sys.PortLow) | 1; p <= int(x.Sys.PortHigh); p += 2 {
			if !h.conflict(c, wire.Endpoint{Addr: e.Addr, Port: uint16(p)}) {
				e.Port = uint16(p)
				break
			}
		}
		if e.Port == 0 {
			x.Note(portsExhausted)
			return tcp.EADDRINUSE
		}
	}
	if h.conflict(c, e) {
		x.Note(portInUse)
		return tcp.EADDRINUSE
	}
	before := c.Made()
	c.Tuple.Local = e
	c.BindPort = true
	h.named(x, c, before)
	return tcp.OK
}

// conflict reports whether another socket keeps c from binding to e
// (inet_csk_bind_conflict): both need SO_REUSEADDR, and neither may listen; or
// both need SO_REUSEPORT.
func (h *Host) conflict(c *tcp.Conn, e wire.Endpoint) bool {
	same := func(a netip.Addr) bool { return a == e.Addr || a.IsUnspecified() || e.Addr.IsUnspecified() }
	found := false
	h.onPort(e.Port, func(o *tcp.Conn) bool {
		free := o == c || !same(o.Tuple.Local.Addr) || (o.ReuseAddr && c.ReuseAddr && o.State != tcp.Listen) || (o.ReusePort && c.ReusePort)
		found = !free
		return free
	})
	if !found {
		h.twOnPort(e.Port, func(w *tcp.TimeWait) bool {
			found = same(w.Tuple.Local.Addr) && !(w.Reuse && c.ReuseAddr)
			return !found
		})
	}
	return found
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
	if c.State != tcp.Closed || c.Tuple.Remote.Port != 0 {
		return tcp.EINVAL
	}
	if c.Tuple.Local.Port == 0 {
		if err := h.bind(x, c, wire.Endpoint{}); err != tcp.OK {
			return err
		}
	}
	for _, o := range h.Live {
		if o != c && o.State == tcp.Listen && o.Tuple.Local == c.Tuple.Local && !(o.ReusePort && c.ReusePort) {
			return tcp.EADDRINUSE
		}
	}
	c.StartListen(&x.Ctx, uint32(limit))
	return tcp.OK
}

// connect chooses what is missing of the four-tuple and sends the SYN, unless the
// first write is to do that (tcp_v4_connect).
func (h *Host) connect(x *Ctx, c *tcp.Conn, to wire.Endpoint) tcp.Errno {
	err := h.choose(x, c, to)
	if err != tcp.OK {
		return err
	}
	iss := h.isn(c.Tuple, x.Now)
	switch {
	case !c.FOConnect:
		c.Connect(&x.Ctx, iss)
	case !c.DeferConnect(&x.Ctx, iss):
		c.ConnectFast(&x.Ctx, iss, "")
	}
	return tcp.OK
}

// choose completes the four-tuple of a socket that is to be connected.
func (h *Host) choose(x *Ctx, c *tcp.Conn, to wire.Endpoint) tcp.Errno {
	switch c.State {
	case tcp.Closed:
	case tcp.SynSent, tcp.SynRecv:
		return tcp.EALREADY
	default:
		return tcp.EISCONN
	}
	src := c.Tuple.Local
	if !src.Addr.IsValid() || src.Addr.IsUnspecified() {
		src.Addr = h.addrFor(to.Addr)
	}
	if !src.Addr.IsValid() {
		return tcp.ENETUNREACH
	}
	if src.Port == 0 {
		if src.Port = h.ephemeral(x, src.Addr, to); src.Port == 0 {
			x.Note(portsExhausted)
			return tcp.EADDRNOTAVAIL
		}
		x.Note(portChosen)
	} else if h.taken(wire.Tuple{Local: src, Remote: to}, c) {
		return tcp.EADDRNOTAVAIL
	}
	t := wire.Tuple{Local: src, Remote: to}
	before := c.Made()
	h.rename(c, t)
	c.Flow = h.newFlow()
	h.named(x, c, before)
	c.TSOffset = h.tsOffset(t)
	return tcp.OK
}

// addrFor returns the own address from which dst is reached.
func (h *Host) addrFor(dst netip.Addr) netip.Addr {
	for _, a := range h.Addrs {
		if a.Is4() == dst.Is4() {
			return a
		}
	}
	return netip.Addr{}
}

// ephemeral takes a free port for a destination: those of the parity of the
// range's start first, from a secret place on (__inet_hash_connect).
func (h *Host) ephemeral(x *Ctx, src netip.Addr, to wire.Endpoint) uint16 {
	low, n := int(x.Sys.PortLow), int(x.Sys.PortHigh)-int(x.Sys.PortLow)+1
	start := int(h.hash(wire.Tuple{Local: wire.Endpoint{Addr: src}, Remote: to}, 3)%uint64(n)) &^ 1
	for odd := range 2 {
		for i := 0; i < n; i += 2 {
			p := low + (start+i)%max(n&^1, 1) + odd
			if p > int(x.Sys.PortHigh) {
				continue
			}
			e := wire.Endpoint{Addr: src, Port: uint16(p)}
			if !h.reserved(e.Port) && !h.taken(wire.Tuple{Local: e, Remote: to}, nil) && !h.boundElsewhere(e.Port) {
				return e.Port
			}
		}
	}
	return 0
}

// boundElsewhere: a port that bind() chose is not shared by connect().
func (h *Host) boundElsewhere(port uint16) bool {
	found := false
	h.onPort(port, func(o *tcp.Conn) bool {
		found = o.BindPort || o.State == tcp.Listen
		return !found
	})
	return found
}

func (h *Host) reserved(port uint16) bool {
	for _, r := range h.Set.Reserved {
		if port >= r.Low && port <= r.High {
			return true
		}
	}
	return false
}

// taken reports whether a four-tuple is in use (__inet_check_established).
//
// Simplified: tcp_tw_reuse is not modelled here yet; TIME_WAIT always counts.
func (h *Host) taken(t wire.Tuple, c *tcp.Conn) bool {
	if o := h.connFor(t); o != nil && o != c {
		return true
	}
	return h.twFor(t) != nil || h.reqFor(t) != nil
}

// stopListening ends what waits in the queues of a listener (inet_csk_listen_stop);
// the socket may stay.
func (h *Host) stopListening(x *Ctx, l *tcp.Conn, stays bool) {
	defer x.Enter(listenStop)()
	for i := len(h.Reqs) - 1; i >= 0; i-- {
		if q := h.Reqs[i]; q.Listener == l.ID {
			h.dropRequest(x, q, l)
		}
	}
	for _, c := range h.Live {
		if c.Parent == l.ID {
			c = h.edit(x, c)
			c.Parent = 0
			l.AcceptQ--
			c.AbortUnaccepted(&x.Ctx)
		}
	}
	if stays {
		l.Unlisten(&x.Ctx)
	}
}
