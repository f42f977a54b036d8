package scene

import (
	"net/netip"
	"strconv"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/wire"
)

// The interventions in tables: route, metrics, conntrack.

// routeWord is one attribute of a route.
type routeWord struct {
	name  string
	most  int64
	place func(e *host.RouteEntry) *uint32
}

var routeWords = []routeWord{
	{"initcwnd", 1 << 20, func(e *host.RouteEntry) *uint32 { return &e.Attr.InitCwnd }},
	{"initrwnd", 1 << 20, func(e *host.RouteEntry) *uint32 { return &e.Attr.InitRwnd }},
	{"advmss", 65535, func(e *host.RouteEntry) *uint32 { return &e.Attr.AdvMSS }},
	{"window", 1 << 30, func(e *host.RouteEntry) *uint32 { return &e.Attr.Window }},
	{"ssthresh", 1 << 20, func(e *host.RouteEntry) *uint32 { return &e.Attr.Ssthresh }},
	{"reordering", 1 << 20, func(e *host.RouteEntry) *uint32 { return &e.Attr.Reordering }},
	{"mtu", 65535, func(e *host.RouteEntry) *uint32 { return &e.MTU }},
}

// readRoute reads: client add 10.0.0.0/24 [via 10.0.0.254] [initcwnd 20] … .
func readRoute(l *line, op *engine.Op) {
	op.Host = l.host().Name
	op.Route.Do = engine.RouteDo(l.among("what happens to the route", engine.RouteDoNames))
	e := &op.Route.Route
	for i, n := range host.RouteKindNames {
		if n != "" && l.take(n) {
			e.Kind = host.RouteKind(i)
		}
	}
	e.Prefix = each(l, "a network such as 10.0.0.0/24, or default", parseRouted)
next:
	for l.more() {
		w := l.word("an attribute of a route")
		for _, k := range routeWords {
			if k.name == w {
				*k.place(e) = uint32(l.int("a number", 1, k.most))
				continue next
			}
		}
		switch w {
		case "via":
			e.Via = each(l, "an address", parseAddr)
		case "rto_min":
			e.RTOMin = l.span()
		case "quickack":
			e.Attr.QuickAck = l.int("1", 1, 1) == 1
		default:
			l.fail("%q is no attribute of a route, expected via, initcwnd, initrwnd, rto_min, mtu, advmss, window, ssthresh, reordering or quickack", w)
		}
	}
}

func parseRouted(s string) (netip.Prefix, error) {
	if s == "default" {
		return netip.PrefixFrom(netip.IPv4Unspecified(), 0), nil
	}
	return parsePrefix(s)
}

func formatRoute(r *engine.RouteOp) string {
	e := &r.Route
	s := " " + engine.RouteDoNames[r.Do]
	if e.Kind != host.Unicast {
		s += " " + host.RouteKindNames[e.Kind]
	}
	if e.Prefix.Bits() == 0 && e.Prefix.Addr().Is4() {
		s += " default"
	} else {
		s += " " + e.Prefix.String()
	}
	if e.Via.IsValid() {
		s += " via " + e.Via.String()
	}
	for _, k := range routeWords {
		if n := *k.place(e); n != 0 {
			s += " " + k.name + " " + strconv.Itoa(int(n))
		}
	}
	if e.RTOMin != 0 {
		s += " rto_min " + formatSpan(e.RTOMin)
	}
	if e.Attr.QuickAck {
		s += " quickack 1"
	}
	return s
}

// readQdisc reads: client > server netem delay 100ms loss 1% · client > server none.
func readQdisc(l *line, op *engine.Op) {
	readCable(l, op)
	kinds := append([]string{"none"}, engine.QdiscKinds...)
	if i := l.among("a queueing discipline", kinds); i > 0 {
		op.Qdisc = kinds[i]
		op.LinkHas = l.properties(&op.Link)
	}
}

// readMetrics reads: client flush · client delete 10.0.0.2.
func readMetrics(l *line, op *engine.Op) {
	op.Host = l.host().Name
	if l.among("what is forgotten", []string{"flush", "delete"}) == 1 {
		op.Peer = each(l, "an address", parseAddr)
	}
}

// readConntrack reads: nat1 flush · nat1 delete 192.168.0.2:40000 > 10.0.0.2:80 and … .
func readConntrack(l *line, op *engine.Op) {
	if op.Host = l.host().Name; l.among("what is deleted", []string{"flush", "delete"}) == 0 {
		return
	}
	for first := true; l.err == nil && (first || l.more()); first = false {
		if !first {
			l.need("and")
		}
		t := wire.Tuple{Local: each(l, "an address and a port", l.endpoint)}
		l.need(">")
		t.Remote = each(l, "the other address and port", l.endpoint)
		if len(op.Tuples) >= maxDestroyed {
			l.fail("there are %d flows already, expected no more", maxDestroyed)
		}
		op.Tuples = append(op.Tuples, t)
	}
}

func formatConntrack(list []wire.Tuple) string {
	if len(list) == 0 {
		return " flush"
	}
	return " delete" + formatTuples(list)
}

func formatMetrics(peer netip.Addr) string {
	if peer.IsValid() {
		return " delete " + peer.String()
	}
	return " flush"
}
