package host

import (
	"net/netip"

	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Which port: what is in the way of a port, and in which order ports are tried.

// conflict reports whether another socket keeps c from binding to e
// (inet_csk_bind_conflict, inet_bind_conflict). Sharing needs SO_REUSEADDR on both,
// and that the other does not listen; or SO_REUSEPORT on both. A search for any port
// shares nothing, unless it is relaxed.
func (h *Host) conflict(c *tcp.Conn, e wire.Endpoint, relax, group bool) (found bool) {
	bad := func(a netip.Addr, addr, port, listens bool) bool {
		if a != e.Addr && !a.IsUnspecified() && !e.Addr.IsUnspecified() {
			return false
		}
		if c.ReuseAddr && addr && !listens {
			return !relax || !group && c.ReusePort && port
		}
		return !group || !c.ReusePort || !port
	}
	h.onPort(e.Port, func(o *tcp.Conn) bool {
		found = o != c && bad(o.Tuple.Local.Addr, o.ReuseAddr, o.ReusePort, o.State == tcp.Listen)
		return !found
	})
	if !found {
		h.twOnPort(e.Port, func(w *tcp.TimeWait) bool {
			found = bad(w.Tuple.Local.Addr, w.Reuse, w.ReusePort, false)
			return !found
		})
	}
	return found
}

// place is where a search among n ports starts.
//
// Simplified: Linux keeps a place for each of 65536 groups of destinations and adds
// some chance; here one number for the host moves on with each choice.
func (h *Host) place(t wire.Tuple, salt byte, n int) int {
	return int((h.hash(t, salt) + h.perturb) % uint64(n))
}

// ephemeral finds a port for a destination: those of the parity of the range's start
// first (__inet_hash_connect). 0: there is none; old is an entry that was in the way.
func (h *Host) ephemeral(x *Ctx, c *tcp.Conn, t wire.Tuple) (found uint16, old *tcp.TimeWait) {
	low, high, own := portRange(x, c)
	n := high - low
	step := 2
	if own { // Linux: whoever has a range of his own gets its ports one after the other
		step = 1
	} else if n > 1 {
		n &^= 1 // Linux: the last port of an odd range is never tried
	}
	t.Local.Port = 0
	offset := h.place(t, 3, n)
	offset -= offset % step
	for odd := range min(n, step) {
		port := low + offset + odd
		for i := 0; i < n; i += step {
			if port >= high {
				port -= n
			}
			t.Local.Port = uint16(port)
			if !h.reserved(t.Local.Port) && !h.bound(t.Local.Port) {
				if h.unique(x, c, t) {
					h.perturb += uint64(i + step)
					return t.Local.Port, nil
				}
				if w := h.twFor(t); w != nil {
					old = w
				}
			}
			port += step
		}
	}
	return 0, old
}

// portRange is where a socket looks for a port, the end not included: ip_local_port_range,
// or what IP_LOCAL_PORT_RANGE leaves of it. An end outside of that is passed over
// (inet_sk_get_local_port_range).
func portRange(x *Ctx, c *tcp.Conn) (low, high int, own bool) {
	low, high = int(x.Sys.PortLow), int(x.Sys.PortHigh)
	l, r := int(c.IP.PortLow), int(c.IP.PortHigh)
	first, last := low, high
	if l >= low && l <= high {
		first = l
	}
	if r >= low && r <= high {
		last = r
	}
	return first, last + 1, l != 0 || r != 0
}

// anyPort finds a port for bind() to port 0 (inet_csk_find_open_port): those of the
// other parity first, and with SO_REUSEADDR in the lower half of the range. 0: there
// is none.
func (h *Host) anyPort(x *Ctx, c *tcp.Conn, a netip.Addr, relax bool) uint16 {
	low, high, _ := portRange(x, c)
	ranges := [][2]int{{low, high}}
	if c.ReuseAddr && high-low >= 4 {
		half := low + (high-low)>>2<<1
		ranges = [][2]int{{low, half}, {half, high}}
	}
	for _, r := range ranges {
		n := r[1] - r[0]
		if n > 1 {
			n &^= 1
		}
		offset := h.place(wire.Tuple{Local: wire.Endpoint{Addr: a}}, 5, n) | 1
		for even := range 2 {
			port := r[0] + offset - even
			for i := 0; i < n; i += 2 {
				if port >= r[1] {
					port -= n
				}
				if e := (wire.Endpoint{Addr: a, Port: uint16(port)}); !h.reserved(e.Port) && !h.conflict(c, e, relax, false) {
					h.perturb += uint64(i) + 2
					return e.Port
				}
				port += 2
			}
		}
	}
	return 0
}

// bound reports whether bind() or listen() has taken a port, also for what came of
// it: connect() does not share such a one.
func (h *Host) bound(port uint16) (found bool) {
	h.onPort(port, func(o *tcp.Conn) bool {
		found = o.Hold > tcp.HoldAuto
		return !found
	})
	if !found {
		h.twOnPort(port, func(w *tcp.TimeWait) bool {
			found = w.Hold > tcp.HoldAuto
			return !found
		})
	}
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

var twReuse = trace.Declare(trace.Rule{
	ID: "time-wait.reuse",
	Says: "connect() may take over a four-tuple in TIME_WAIT: tcp_tw_reuse allows it (2: on the loopback only), the connection had timestamps, which keep its old segments out, " +
		"and it has been in TIME_WAIT for longer than tcp_tw_reuse_delay.",
	RFC:   trace.Cites("RFC 6191 §2", "RFC 1122 §4.2.2.13"),
	Linux: "tcp_twsk_unique",
})

var twReuseBound = trace.Declare(trace.Rule{
	ID:      "time-wait.reuse-bound",
	Says:    "The application has bound this very port: connect() takes over the four-tuple in TIME_WAIT at once if the old connection had timestamps, whatever tcp_tw_reuse says.",
	RFC:     trace.Cites("RFC 6191 §2"),
	Linux:   "tcp_twsk_unique",
	Differs: "RFC 6191 speaks of the receiver of a SYN only.",
})

// unique reports whether a socket may use a four-tuple: nobody does, or only a
// TIME_WAIT entry that may be taken over (__inet_check_established).
func (h *Host) unique(x *Ctx, c *tcp.Conn, t wire.Tuple) bool {
	if o := h.connFor(t); o != nil && o != c || h.reqFor(t) != nil {
		return false
	}
	w := h.twFor(t)
	return w == nil || h.reuseCheck(x, c, w).OK
}

// reuseCheck is the question whether a TIME_WAIT entry may be taken over (tcp_twsk_unique).
func (h *Host) reuseCheck(x *Ctx, c *tcp.Conn, w *tcp.TimeWait) trace.Check {
	local := w.Tuple.Local.Addr.IsLoopback() || w.Tuple.Remote.Addr.IsLoopback()
	switch {
	case !w.TSOK || c.Hold != tcp.HoldNone:
		return trace.Is("timestamps", w.TSOK)
	case w.State != tcp.TimeWaitState:
		return trace.Is("in TIME_WAIT", false)
	case x.Sys.TWReuse == 0 || x.Sys.TWReuse == 2 && !local:
		return trace.Is("tcp_tw_reuse allows it", false)
	}
	return trace.Dur("time in TIME_WAIT", x.Now.Sub(w.EnteredAt), trace.OpGT, "tcp_tw_reuse_delay", x.Sys.TWReuseDelay)
}

// mayReuse asks it for the record.
func (h *Host) mayReuse(x *Ctx, c *tcp.Conn, w *tcp.TimeWait) bool {
	rule := twReuse
	if c.Hold != tcp.HoldNone {
		rule = twReuseBound
	}
	return x.When(rule, h.reuseCheck(x, c, w))
}

// recycle lets a new connection begin where one in TIME_WAIT has ended. It returns
// the new initial number.
func (h *Host) recycle(x *Ctx, c *tcp.Conn, w *tcp.TimeWait) wire.Seq {
	defer x.Enter(twTakeOver)()
	x.Count(tcp.TWRecycled)
	isn := w.Above()
	c.TSRecent, c.TSStamp = w.TSRecent, w.TSStamp
	h.dropTimeWait(x, w)
	return isn
}

var twTakeOver = trace.Declare(trace.Rule{
	ID:    "time-wait.taken-over",
	Says:  "The entry is gone. The new connection starts 65537 above the last number of the old one, and goes on with its timestamps.",
	RFC:   trace.Cites("RFC 1122 §4.2.2.13"),
	Linux: "tcp_twsk_unique",
})
