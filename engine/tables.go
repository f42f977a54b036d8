package engine

import (
	"net/netip"
	"slices"

	"wirestep/engine/host"
	"wirestep/engine/middlebox"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// Interventions in the tables of a host: its routes, what it remembers of peers, its
// conntrack.

// RouteOp changes the routes of a host.
type RouteOp struct {
	Do    RouteDo
	Route host.RouteEntry
}

// RouteDo is what happens to a route.
type RouteDo uint8

// The changes, as ip route has them.
const (
	RouteAdd     RouteDo = iota // it must not be there
	RouteChange                 // it must be there
	RouteReplace                // whatever is there
	RouteDelete
)

// RouteDoNames holds the name of each, by number.
var RouteDoNames = []string{"add", "change", "replace", "del"}

const maxRoutes = 64 // that somebody has set, of one host

// Routes lists the routes of a host: those that follow from its links, with what somebody
// has changed.
func (w *World) Routes(h *host.Host) (all []Route) {
	add := func(r Route) {
		if !slices.ContainsFunc(all, func(o Route) bool { return o.Prefix == r.Prefix }) {
			all = append(all, r)
		}
	}
	for _, c := range w.cables {
		if c.From != h.Index || c.To == c.From {
			continue
		}
		for _, a := range w.hosts[c.To].Addrs {
			own := w.addrOf(h, a)
			r := Route{Peer: c.To, Kernel: true, RouteEntry: host.RouteEntry{Prefix: netip.PrefixFrom(a, a.BitLen())}}
			if own.IsValid() && sameNet(own, a) {
				r.Prefix, _ = a.Prefix(netBits(a))
			}
			add(r)
		}
	}
	if i := w.routes.gate[h.Index]; i >= 0 {
		c := w.cables[i]
		for _, a := range w.hosts[c.To].Addrs {
			zero := netip.IPv4Unspecified()
			if a.Is6() {
				zero = netip.IPv6Unspecified()
			}
			add(Route{Peer: c.To, RouteEntry: host.RouteEntry{Prefix: netip.PrefixFrom(zero, 0), Via: a}})
		}
	}
	for _, e := range h.Routes {
		i := slices.IndexFunc(all, func(o Route) bool { return o.Prefix == e.Prefix })
		switch {
		case e.Gone && i >= 0:
			all = slices.Delete(all, i, i+1)
		case e.Gone:
		case i >= 0:
			via := all[i].Via
			if all[i].RouteEntry = e; !e.Via.IsValid() {
				all[i].Via = via
			}
		default:
			c, _ := w.wayTo(h.Index, e.Prefix.Addr())
			if e.Via.IsValid() {
				c, _ = w.wayTo(h.Index, e.Via)
			}
			r := Route{RouteEntry: e, Peer: h.Index}
			if c != nil {
				r.Peer = c.To
			}
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b Route) int { return a.Prefix.Bits() - b.Prefix.Bits() })
	return all
}

// Route is one route of a host, as others see it.
type Route struct {
	host.RouteEntry
	Peer   sim.HostID // who is at the other end of its interface
	Kernel bool       // it follows from an address
}

// checkTables says why a table cannot be changed so.
func (w *World) checkTables(op *Op) error {
	at := w.hostNamed(op.Host)
	if at < 0 {
		return refuse("no host is named %q", op.Host)
	}
	h := w.hosts[at]
	if op.Kind == OpConntrack && w.conntrack(at) == nil {
		return refuse("%s has no conntrack", op.Host)
	}
	if op.Kind != OpRoute {
		return nil
	}
	e := &op.Route.Route
	there := slices.ContainsFunc(w.Routes(h), func(r Route) bool { return r.Prefix == e.Prefix })
	switch {
	case !e.Prefix.IsValid():
		return refuse("a route to nowhere; expected a network")
	case op.Route.Do == RouteAdd && there:
		return refuse("%s has a route to %s; expected change or replace", op.Host, e.Prefix)
	case (op.Route.Do == RouteChange || op.Route.Do == RouteDelete) && !there:
		return refuse("%s has no route to %s; expected one that it has", op.Host, e.Prefix)
	case len(h.Routes) >= maxRoutes:
		return refuse("%s has %d routes that somebody has set; expected fewer before another", op.Host, maxRoutes)
	case e.Via.IsValid():
		if c, hop := w.wayTo(at, e.Via); c == nil || hop != e.Via {
			return refuse("%s is no neighbour of %s; expected one that it is linked to", e.Via, op.Host)
		}
	}
	return nil
}

// changeTable does it.
func (w *World) changeTable(x *host.Ctx, op *Op) {
	at := w.hostNamed(op.Host)
	h := w.hosts[at]
	switch op.Kind {
	case OpRoute:
		e := op.Route.Route
		e.Gone = op.Route.Do == RouteDelete
		h.SetRoute(e)
	case OpMetrics:
		h.Mem.Metrics = slices.DeleteFunc(slices.Clone(h.Mem.Metrics), func(m tcp.Metrics) bool { return !op.Peer.IsValid() || m.Remote == op.Peer })
	case OpConntrack:
		b := w.conntrack(at)
		m := &middlebox.Ctx{Recorder: x.Recorder, Now: w.now, Host: at, IDs: &w.ids}
		if len(op.Tuples) == 0 {
			b.Flush(m)
		}
		for _, t := range op.Tuples {
			b.Delete(m, t)
		}
	}
}

func netBits(a netip.Addr) int {
	if a.Is6() {
		return 64
	}
	return 24
}
