package host

import (
	"net/netip"
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

var routeMissing = trace.Declare(trace.Rule{
	ID:    "connect.no-route",
	Says:  "No route leads to this address: it lies in no network of this host, and there is no router. connect() fails at once, and nothing is sent.",
	RFC:   trace.Cites("RFC 1122 §3.3.1"),
	Linux: "ip_route_output_key_hash_rcu",
})

var routeGone = trace.Declare(trace.Rule{
	ID:    "output.no-route",
	Says:  "No route leads to the peer any more: the segment does not leave the host, and TCP knows (EHOSTUNREACH). New data stays in the send queue and is tried by the probe timer.",
	RFC:   trace.Cites("RFC 1122 §4.2.3.9"),
	Linux: "__ip_queue_xmit",
})

// RouteKind is what a route does.
type RouteKind uint8

// The kinds.
const (
	Unicast     RouteKind = iota
	Unreachable           // EHOSTUNREACH
	Blackhole             // EINVAL, and silence
	Prohibit              // EACCES
)

// RouteKindNames holds the name of each, by number.
var RouteKindNames = []string{"", "unreachable", "blackhole", "prohibit"}

// RouteEntry is a route that somebody has set, or taken away.
type RouteEntry struct {
	Prefix netip.Prefix
	Kind   RouteKind
	Via    netip.Addr
	Gone   bool
	Attr   tcp.Route    // what connections over it begin with
	MTU    uint32       // 0: the interface's
	RTOMin sim.Duration // 0: tcp_rto_min_us
}

// SetRoute puts a route in the place of what there is for the same network.
func (h *Host) SetRoute(e RouteEntry) {
	h.Routes = slices.DeleteFunc(slices.Clone(h.Routes), func(o RouteEntry) bool { return o.Prefix == e.Prefix })
	h.Routes = append(h.Routes, e)
}

// ethernetMTU is what an interface takes unless the scene says otherwise.
const ethernetMTU = 1500

// routeTo is the most specific route that somebody has set for an address, or nil.
func (h *Host) routeTo(to netip.Addr) (best *RouteEntry) {
	for i := range h.Routes {
		if e := &h.Routes[i]; e.Prefix.Contains(to) && (best == nil || e.Prefix.Bits() > best.Prefix.Bits()) {
			best = e
		}
	}
	return best
}

// Barred says why nothing may be sent to an address: bits is how specific the route is
// that follows from the links.
func (h *Host) Barred(to netip.Addr, bits int) tcp.Errno {
	if len(h.Routes) == 0 || h.Has(to) {
		return tcp.OK
	}
	e := h.routeTo(to)
	switch {
	case e == nil || e.Prefix.Bits() < bits:
	case e.Gone:
		return tcp.ENETUNREACH
	case e.Kind == Unreachable:
		return tcp.EHOSTUNREACH
	case e.Kind == Blackhole:
		return tcp.EINVAL
	case e.Kind == Prohibit:
		return tcp.EACCES
	}
	return tcp.OK
}

// via looks up the route to an address for the connection at hand: what it begins with,
// and whether there is one.
func (h *Host) via(x *Ctx, to netip.Addr) tcp.Errno {
	x.RouteMTU = 0
	if x.Net == nil || !to.IsValid() {
		return tcp.OK
	}
	h.attributes(x, to)
	mtu, bits, ok := x.Net.Route(h.Index, to)
	if ok && mtu != ethernetMTU {
		x.RouteMTU = min(mtu, 65535) // Linux: IP_MAX_MTU
	}
	if e := h.routeTo(to); e != nil && e.MTU > 0 {
		x.RouteMTU = e.MTU
	}
	if err := h.Barred(to, bits); err != tcp.OK || ok {
		return err
	}
	return tcp.ENETUNREACH
}

// attributes gives the event at hand the settings of the route to an address.
func (h *Host) attributes(x *Ctx, to netip.Addr) {
	if len(h.Routes) == 0 {
		return
	}
	x.Sys = &h.Sys
	e := h.routeTo(to)
	if e == nil || e.Gone || e.Attr == (tcp.Route{}) && e.RTOMin == 0 {
		return
	}
	own := h.Sys
	if own.Route = e.Attr; e.RTOMin > 0 {
		own.RTOMin = e.RTOMin
	}
	x.Sys = &own
}
