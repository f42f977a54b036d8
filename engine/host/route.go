package host

import (
	"net/netip"

	"wirestep/engine/trace"
)

var routeMissing = trace.Declare(trace.Rule{
	ID:    "connect.no-route",
	Says:  "No route leads to this address: it lies in no network of this host, and there is no router. connect() fails at once, and nothing is sent.",
	RFC:   trace.Cites("RFC 1122 §3.3.1"),
	Linux: "ip_route_output_key_hash_rcu",
})

// ethernetMTU is what an interface takes unless the scene says otherwise.
const ethernetMTU = 1500

// via looks up the route to an address for the connection at hand. It reports whether
// there is one.
func (h *Host) via(x *Ctx, to netip.Addr) bool {
	x.RouteMTU = 0
	if x.Net == nil || !to.IsValid() {
		return true
	}
	mtu, ok := x.Net.Route(h.Index, to)
	if ok && mtu != ethernetMTU {
		x.RouteMTU = min(mtu, 65535) // Linux: IP_MAX_MTU
	}
	return ok
}
