package tcp

import (
	"net/netip"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// PathMTU is what a router has said of the way to an address (struct fib_nh_exception).
type PathMTU struct {
	Remote netip.Addr
	MTU    uint32
	Until  sim.Time
}

const (
	mtuExpires = 10 * sim.Minute // Linux: net.ipv4.route.mtu_expires
	maxPaths   = 1024
)

// learnMTU keeps a path MTU for ten minutes (__ip_rt_update_pmtu).
func (m *Memory) learnMTU(x *Ctx, to netip.Addr, mtu uint32) {
	p := PathMTU{to, mtu, x.Now.Add(mtuExpires)}
	for i := range m.Paths {
		if m.Paths[i].Remote == to {
			m.Paths[i] = p
			return
		}
	}
	if len(m.Paths) >= maxPaths {
		m.Paths = m.Paths[1:]
	}
	m.Paths = append(m.Paths, p)
}

var mtuRemembered = trace.Declare(trace.Rule{
	ID: "mtu.remembered",
	Says: "Not long ago a router said that the way to this address takes no larger packets. The host remembers that for ten minutes, " +
		"so this connection starts with smaller segments, and announces a smaller MSS.",
	RFC:   trace.Cites("RFC 1191 §6.3", "RFC 8201 §4"),
	Linux: "__ip_rt_update_pmtu",
})

// pathMTU is the MTU with which a connection to an address starts: that of the
// interface, or what a router has said.
//
// Simplified: connections that are there already do not look; on Linux those to the
// same address lose a flight before they do, and all grow again after ten minutes.
func pathMTU(x *Ctx, to netip.Addr, own uint32) uint32 {
	if x.RouteMTU > 0 {
		own = x.RouteMTU
	}
	for i := range x.Mem.Paths {
		if p := &x.Mem.Paths[i]; p.Remote == to && p.Until > x.Now && x.When(mtuRemembered, trace.Lt("remembered MTU", p.MTU, "MTU of the interface", own).In(trace.UnitBytes)) {
			return p.MTU
		}
	}
	return own
}
