package shell

import (
	"slices"
	"strconv"

	"wirestep/engine"
	"wirestep/engine/host"
)

// setLink is ip link set: an interface goes down or up, or its MTU changes.
func (r *request) setLink(args []string) Answer {
	var name, what, mtu string
	size := r.offload()
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "dev" && name == "" && i+1 < len(args):
		case a == "mtu" && i+1 < len(args):
			i++
			mtu = args[i]
		case (a == "gso_max_segs" || a == "gso_max_size") && i+1 < len(args):
			i++
			if err := size.read(a, args[i]); err != "" {
				return fail(err)
			}
		case slices.Contains(otherWords, a):
			return fail("ip link set: \"" + a + "\" is not understood here; expected up, down, mtu, gso_max_segs or gso_max_size: " + linkWhy[a])
		case name == "":
			name = a
		case a == "up" || a == "down":
			what = a
		default:
			return fail("Error: either \"dev\" is duplicate, or \"" + a + "\" is a garbage.")
		}
	}
	if name == "" {
		return fail("Not enough information: \"dev\" argument is required.")
	}
	for _, d := range r.devices() {
		if d.name != name {
			continue
		}
		var ops []engine.Op
		spec := engine.LinkSpec{From: r.h.Name, To: r.w.Hosts()[d.peer].Name}
		if mtu != "" {
			n, err := strconv.ParseUint(mtu, 10, 16)
			if err != nil {
				return fail("Error: argument \"" + mtu + "\" is wrong: Invalid \"mtu\" value")
			}
			spec := spec
			spec.MTU = uint32(n)
			op := engine.Op{Kind: engine.OpLink, Link: spec, LinkHas: engine.LinkMTU}
			if r.w.Check(&op) != nil {
				return Answer{Text: "Error: mtu less than device minimum.\n", Failed: true}
			}
			ops = append(ops, op)
		}
		if size.Offload != r.offload().Offload {
			ops = append(ops, engine.Op{Kind: engine.OpOffload, Host: r.h.Name, Offload: size.Offload})
		}
		if what != "" && d.up != (what == "up") {
			ops = append(ops, r.switchLink(d, spec, what == "up")...)
		}
		if len(ops) == 0 {
			return r.said()
		}
		return Answer{Act: &ops[0], More: ops[1:]}
	}
	return fail("Cannot find device \"" + name + "\"")
}

// taken is what an interface takes as one packet.
type taken struct{ engine.Offload }

// offload is what the host's interface takes as one packet now; one segment is none.
func (r *request) offload() taken {
	if r.h.GSOSegs <= 1 {
		return taken{}
	}
	return taken{engine.Offload{Segs: r.h.GSOSegs, Size: r.h.GSOSize}}
}

// read takes gso_max_segs or gso_max_size. One segment a packet is what ethtool calls tso off.
func (t *taken) read(word, value string) string {
	n, err := strconv.ParseUint(value, 10, 32)
	if most := map[string]uint32{"gso_max_segs": engine.DefaultOffload.Segs, "gso_max_size": engine.DefaultOffload.Size}[word]; err != nil || n == 0 || uint32(n) > most || n > 1<<31 {
		return "Error: argument \"" + value + "\" is wrong: Invalid \"" + word + "\" value"
	}
	switch {
	case word == "gso_max_segs" && n == 1:
		t.Offload = engine.Offload{}
	case t.Offload == engine.Offload{}:
		return "ip link set: " + word + " of an interface without segmentation offload changes nothing; expected ethtool -K DEV tso on before"
	case word == "gso_max_segs":
		t.Segs = uint32(n)
	case n < engine.MinOffloadSize:
		return "ip link set: gso_max_size below " + strconv.Itoa(engine.MinOffloadSize) + " is not understood here; expected more, or gso_max_segs 1"
	default:
		t.Size = uint32(n)
	}
	return ""
}

// otherWords are what ip link set knows and this shell does not; linkWhy says why.
var otherWords = []string{"txqueuelen", "qlen", "multicast", "promisc", "address", "name", "netns"}

var linkWhy = map[string]string{
	"txqueuelen": "a queue before the cable is a discipline, tc qdisc … limit", "qlen": "a queue before the cable is a discipline, tc qdisc … limit",
	"multicast": "there is none", "promisc": "everything is seen here", "address": "addresses are the scene's", "name": "names are the scene's", "netns": "each host is one",
}

// switchLink takes an interface down: its cable carries nothing, and the routes over it are
// gone (fib_disable_ip). Up again it has those to its own networks, and no others
// (fib_add_ifaddr).
//
// Simplified: a network that another interface of the host also leads to keeps its route, and
// IPv6 addresses stay.
func (r *request) switchLink(d device, spec engine.LinkSpec, up bool) []engine.Op {
	change := func(do engine.RouteDo, e host.RouteEntry) engine.Op {
		return engine.Op{Kind: engine.OpRoute, Host: r.h.Name, Route: engine.RouteOp{Do: do, Route: e}}
	}
	ops := []engine.Op{{Kind: engine.OpUnplug, Link: spec, Both: true}}
	if up {
		ops[0].Kind = engine.OpPlug
		for _, e := range r.h.Routes {
			if e.Gone && e.Prefix.Bits() > 0 && r.leadsTo(d, e) {
				ops = append(ops, change(engine.RouteAdd, host.RouteEntry{Prefix: e.Prefix}))
			}
		}
		return ops
	}
	for _, o := range r.w.Routes(r.h) {
		if o.Kind != host.Unicast || o.Peer != d.peer {
			continue
		}
		if !slices.ContainsFunc(r.devices(), func(other device) bool {
			return o.Kernel && other.name != d.name && other.up && r.leadsTo(other, o.RouteEntry)
		}) {
			ops = append(ops, change(engine.RouteDelete, host.RouteEntry{Prefix: o.Prefix}))
		}
	}
	return ops
}

// leadsTo reports whether who is at the other end of an interface lies in the network of a route.
func (r *request) leadsTo(d device, e host.RouteEntry) bool {
	for _, a := range r.w.Hosts()[d.peer].Addrs {
		if e.Prefix.Contains(a) {
			return true
		}
	}
	return false
}
