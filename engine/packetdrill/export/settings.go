package export

import (
	"fmt"
	"net/netip"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/packetdrill/compare"
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// What stands before and behind what happened: the settings, and the state at the end.

// head writes what the script begins with: addresses, tolerances and settings.
func (x *exporter) head(t *engine.Timeline) {
	s := t.Scenario()
	x.comment("%s: what %s did, as the kernel under test; %s is the script.", s.Name, x.h.Name, x.remote.Addr)
	if x.count > 1 {
		x.comment("Connection %d of %d, %s to %s: each is a script of its own.", x.which, x.count, ends(x.local), ends(x.remote))
	}
	x.before()
	x.comment("Times with + count from the line before; numbers and timestamps begin small.")
	if x.local.Addr.Is6() {
		x.out = append(x.out, "--ip_version=ipv6")
	}
	x.out = append(x.out, fmt.Sprintf("--tolerance_usecs=%d", exportTolerance/sim.Microsecond))
	x.scaled = len(x.out)
	var set []string
	x.set, x.control = x.settings(), x.h.Set.Values[host.FindSysctl(control)]
	for i, d := range host.Sysctls {
		always := d.Name == "net.ipv4.tcp_rmem" || d.Name == "net.ipv4.tcp_wmem"
		if x.set[i] != "" && (x.h.Set.Values[i] != d.Default || always) {
			set = append(set, x.set[i])
		}
	}
	for _, s := range x.set[len(host.Sysctls):] {
		if s != plainRoute(x.local.Addr.Is6()) {
			set = append(set, s)
		}
	}
	if x.h.Sys.FastOpen&tcp.FastOpenServer != 0 && x.h.Sys.FastOpenKeyN == 1 {
		k := x.h.Sys.FastOpenKeys[0]
		set = append(set, fmt.Sprintf("sysctl -q net.ipv4.tcp_fastopen_key=%08x-%08x-%08x-%08x", uint32(k[0]), k[0]>>32, uint32(k[1]), k[1]>>32))
	}
	x.out = append(x.out, "`"+strings.Join(set, "\n ")+"`", "")
}

// plainRoute changes the route to the script's peer, and gives it no attributes.
func plainRoute(v6 bool) string {
	_, remote := script.Ends(v6)
	if v6 {
		return "ip -6 route change " + netip.PrefixFrom(remote, 64).Masked().String() + " dev tun0"
	}
	return "ip route change " + netip.PrefixFrom(remote, 24).Masked().String() + " dev tun0"
}

// settings are the commands that set what the host has set: a setting each, then interface
// and route.
func (x *exporter) settings() (set []string) {
	for i := range host.Sysctls {
		if host.Sysctls[i].Name == control { // each socket is told: a namespace may not be allowed to have it as its default
			set = append(set, "")
			continue
		}
		set = append(set, "sysctl -q "+host.Sysctls[i].Name+"='"+x.h.Set.Values[i]+"'")
	}
	r := x.h.Sys.Route
	bits := -1
	for _, e := range x.h.Routes {
		if e.Prefix.Contains(x.remote.Addr) && e.Prefix.Bits() > bits {
			r, bits = e.Attr, e.Prefix.Bits()
			r.RTOMin = e.RTOMin
		}
	}
	route := plainRoute(x.local.Addr.Is6())
	if r.InitCwnd > 0 {
		route += fmt.Sprintf(" initcwnd %d", r.InitCwnd)
	}
	if r.InitRwnd > 0 {
		route += fmt.Sprintf(" initrwnd %d", r.InitRwnd)
	}
	if r.RTOMin > 0 {
		route += fmt.Sprintf(" rto_min %dms", r.RTOMin/sim.Millisecond)
	}
	return append(set, fmt.Sprintf("ip link set dev tun0 gso_max_segs %d", max(x.h.Sys.GSOMaxSegs, 1)), route)
}

// control is the setting that a socket gets its congestion control from.
const control = "net.ipv4.tcp_congestion_control"

// controls tells a socket which congestion control it has.
func (x *exporter) controls(at sim.Time, fd int64) {
	name := x.h.Set.Values[host.FindSysctl(control)]
	x.line(at, fmt.Sprintf("setsockopt(%d, SOL_TCP, TCP_CONGESTION, %q, %d) = 0", fd, name, len(name)))
}

// changed writes what somebody has set since the line before.
func (x *exporter) changed(at sim.Time) {
	if now := x.h.Set.Values[host.FindSysctl(control)]; now != x.control {
		x.control = now
		for _, f := range x.fds {
			if c := x.h.Conn(f.conn); f.open && c != nil && c.State == tcp.Listen {
				x.controls(at, f.fd)
			}
		}
	}
	now := x.settings()
	for i := range now {
		if now[i] != x.set[i] {
			x.line(at, "`"+now[i]+"`")
		}
	}
	x.set = now
}

func ends(e wire.Endpoint) string { return netip.AddrPortFrom(e.Addr, e.Port).String() }

// pinned are the variables of TCP_INFO that the last line compares.
var pinned = []string{"tcpi_state", "tcpi_ca_state", "tcpi_snd_cwnd", "tcpi_snd_ssthresh", "tcpi_unacked", "tcpi_retransmits"}

// foot writes how the connection stands at the end.
func (x *exporter) foot(w *engine.World) {
	if x.waiting != nil {
		x.unwait(w.Now(), "...")
	}
	if x.others > 0 {
		x.comment("%d packets of other connections are left out.", x.others)
	}
	for _, f := range x.fds {
		c := w.Hosts()[x.index].Conn(f.conn)
		if !f.open || f.fd < x.made && x.active || c == nil || c.State == tcp.Listen || c.Tuple.Remote != x.remote || c.Tuple.Local != x.local {
			continue
		}
		var asserts []string
		pins := pinned
		if c.State == tcp.Closed { // connect() that has failed leaves nothing of the connection: tcp_disconnect
			pins = pinned[:1]
		}
		for _, i := range c.Info(w.Now(), &x.h.Sys) {
			for _, name := range pins {
				if i.Name == name {
					asserts = append(asserts, fmt.Sprintf("assert %s == %d, %s", name, i.Value, name))
				}
			}
		}
		after := sim.Millisecond
		if c.State == tcp.Closed { // a timer may have ended it, and be late on a kernel
			after += compare.Coarse(w.Now().Sub(max(x.last, 0)))
		}
		x.line(w.Now().Add(after), "%{\n"+strings.Join(asserts, "\n")+"\n}%")
		return
	}
}
