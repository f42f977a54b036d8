package shell

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

const routeUsage = `Usage: ip route { show | get ADDRESS }
       ip route { add | change | replace | del } [ unreachable | blackhole | prohibit ] { default | NETWORK } [ via ADDRESS ] [ dev NAME ]
                [ initcwnd N ] [ initrwnd N ] [ rto_min TIME ] [ mtu N ] [ advmss N ] [ window N ] [ ssthresh N ] [ reordering N ] [ quickack 1 ]
`

// route is ip route.
func (r *request) route(args []string, family int) Answer {
	verb := "show"
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	switch verb {
	case "show", "list", "ls", "l":
		return r.routes(args, family)
	case "get":
		return r.routeGet(args)
	case "add", "change", "replace", "del", "delete":
		return r.setRoute(verb, args)
	}
	return fail("Command \"" + verb + "\" is unknown here; expected:\n" + routeUsage)
}

// setRoute reads what follows add, change, replace or del.
func (r *request) setRoute(verb string, args []string) Answer {
	if verb == "delete" {
		verb = "del"
	}
	var e host.RouteEntry
	if len(args) > 0 {
		if i := slices.Index(host.RouteKindNames, args[0]); i > 0 {
			e.Kind, args = host.RouteKind(i), args[1:]
		}
	}
	if len(args) == 0 {
		return fail("\"ip route " + verb + "\" requires arguments.\n" + routeUsage)
	}
	if args[0] == "default" {
		e.Prefix = netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	} else if p, err := hostOrNet(args[0]); err == "" {
		e.Prefix = p
	} else {
		return fail("Error: inet prefix is expected rather than \"" + args[0] + "\".")
	}
	if err := r.routeWords(&e, args[1:]); err != "" {
		return fail(err)
	}
	op := engine.Op{Kind: engine.OpRoute, Host: r.h.Name, Route: engine.RouteOp{Do: engine.RouteDo(slices.Index(engine.RouteDoNames, verb)), Route: e}}
	there := slices.ContainsFunc(r.w.Routes(r.h), func(o engine.Route) bool { return o.Prefix == e.Prefix })
	switch {
	case verb == "add" && there:
		return Answer{Text: "RTNETLINK answers: File exists\n", Failed: true}
	case verb == "del" && !there:
		return Answer{Text: "RTNETLINK answers: No such process\n", Failed: true}
	case verb == "change" && !there:
		return Answer{Text: "RTNETLINK answers: No such file or directory\n", Failed: true}
	}
	if err := r.w.Check(&op); err != nil {
		if e.Via.IsValid() {
			return fail("Error: Nexthop has invalid gateway.")
		}
		return fail("ip route: " + err.Error())
	}
	return r.act(op)
}

// routeWords reads the attributes of a route.
func (r *request) routeWords(e *host.RouteEntry, args []string) (err string) {
	for i := 0; i < len(args); i++ {
		w := args[i]
		if i+1 == len(args) {
			return "Command line is not complete. Try option \"help\""
		}
		i++
		v := args[i]
		if v == "lock" && i+1 < len(args) {
			i++
			v = args[i]
		}
		n, bad := strconv.ParseUint(v, 10, 31)
		place := routePlace(e, w)
		switch {
		case place != nil && bad != nil:
			return "Error: argument \"" + v + "\" is wrong: \"" + w + "\" value is invalid"
		case place != nil:
			*place = uint32(n)
		case w == "quickack":
			e.Attr.QuickAck = v == "1"
		case w == "rto_min":
			ms, ok := strings.CutSuffix(v, "ms")
			if s, sec := strings.CutSuffix(v, "s"); sec && !ok {
				ms = s + "000"
			}
			k, bad := strconv.ParseUint(ms, 10, 24)
			if bad != nil {
				return "Error: argument \"" + v + "\" is wrong: \"rto_min\" value is invalid"
			}
			e.RTOMin = sim.Duration(k) * sim.Millisecond
		case w == "via":
			a, bad := netip.ParseAddr(v)
			if bad != nil {
				return "Error: inet address is expected rather than \"" + v + "\"."
			}
			e.Via = a
		case w == "dev":
			if !r.hasDevice(v) {
				return "Cannot find device \"" + v + "\""
			}
		case w == "proto", w == "scope", w == "src", w == "metric":
			if w == "metric" && v != "0" {
				return "ip route: several routes to one network are not understood here; expected no metric"
			}
		default:
			return "ip route: \"" + w + "\" is not understood here; expected:\n" + routeUsage
		}
	}
	return ""
}

func routePlace(e *host.RouteEntry, w string) *uint32 {
	a := &e.Attr
	switch w {
	case "initcwnd":
		return &a.InitCwnd
	case "initrwnd":
		return &a.InitRwnd
	case "advmss":
		return &a.AdvMSS
	case "window":
		return &a.Window
	case "ssthresh":
		return &a.Ssthresh
	case "reordering":
		return &a.Reordering
	case "mtu":
		return &e.MTU
	}
	return nil
}

// routes is ip route show.
func (r *request) routes(args []string, family int) Answer {
	var only netip.Prefix
	for i, a := range args {
		switch {
		case a == "dev", a == "to", a == "exact", a == "match", i > 0 && args[i-1] == "dev" && r.hasDevice(a), a == "table", a == "main":
		case a == "default":
			only = netip.PrefixFrom(netip.IPv4Unspecified(), 0)
		default:
			p, err := hostOrNet(a)
			if err != "" {
				return fail("Error: inet prefix is expected rather than \"" + a + "\".")
			}
			only = p
		}
	}
	devs := r.devices()
	for _, o := range r.w.Routes(r.h) {
		if o.Prefix.Addr().Is4() != (family != 6) || only.IsValid() && only != o.Prefix {
			continue
		}
		line := host.RouteKindNames[o.Kind]
		if line != "" {
			line += " "
		}
		switch {
		case o.Prefix.Bits() == 0:
			line += "default"
		case o.Prefix.IsSingleIP():
			line += o.Prefix.Addr().String()
		default:
			line += o.Prefix.String()
		}
		if o.Via.IsValid() {
			line += " via " + o.Via.String()
		}
		for _, d := range devs {
			if d.peer == o.Peer && o.Kind == host.Unicast {
				line += " dev " + d.name
				if !d.up {
					line += " linkdown"
				}
				break
			}
		}
		if o.Kernel && o.Attr == (tcp.Route{}) && o.RTOMin == 0 && o.MTU == 0 {
			line += " proto kernel scope link src " + r.source(o.Prefix.Addr()).String()
		} else if !o.Via.IsValid() && o.Kind == host.Unicast {
			line += " scope link"
		}
		r.print(line, routeAttributes(&o.RouteEntry), " \n")
	}
	return r.said()
}

func routeAttributes(e *host.RouteEntry) (s string) {
	for _, w := range [...]string{"mtu", "window", "ssthresh", "reordering", "advmss", "initcwnd", "initrwnd"} {
		if n := *routePlace(e, w); n > 0 {
			s += " " + w + " " + strconv.Itoa(int(n))
		}
	}
	if e.RTOMin > 0 {
		s += " rto_min " + strconv.Itoa(int(e.RTOMin/sim.Millisecond)) + "ms"
	}
	if e.Attr.QuickAck {
		s += " quickack 1"
	}
	return s
}

// routeGet is ip route get.
func (r *request) routeGet(args []string) Answer {
	if len(args) != 1 {
		return fail("need at least a destination address")
	}
	to, err := netip.ParseAddr(args[0])
	if err != nil {
		return fail("Error: inet address is expected rather than \"" + args[0] + "\".")
	}
	if r.h.Has(to) {
		r.print("local ", to.String(), " dev lo src ", to.String(), " uid 0 \n    cache <local> \n")
		return r.said()
	}
	var best *engine.Route
	all := r.w.Routes(r.h)
	for i := range all {
		if all[i].Prefix.Contains(to) && (best == nil || all[i].Prefix.Bits() >= best.Prefix.Bits()) {
			best = &all[i]
		}
	}
	switch {
	case best == nil:
		return Answer{Text: "RTNETLINK answers: Network is unreachable\n", Failed: true}
	case best.Kind == host.Unreachable:
		return Answer{Text: "RTNETLINK answers: No route to host\n", Failed: true}
	case best.Kind == host.Blackhole:
		return Answer{Text: "RTNETLINK answers: Invalid argument\n", Failed: true}
	case best.Kind == host.Prohibit:
		return Answer{Text: "RTNETLINK answers: Permission denied\n", Failed: true}
	}
	line := to.String()
	if best.Via.IsValid() {
		line += " via " + best.Via.String()
	}
	for _, d := range r.devices() {
		if d.peer == best.Peer {
			line += " dev " + d.name
			break
		}
	}
	r.print(line, " src ", r.source(to).String(), " uid 0 \n    cache", routeAttributes(&best.RouteEntry), " \n")
	return r.said()
}
