package shell

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/sim"
)

// device is one interface: the host's end of a cable, or of one direction of it.
type device struct {
	name string
	peer sim.HostID
	mtu  uint32
	up   bool
}

// devices lists the interfaces of a host: one for each neighbour, in the order in
// which the scene joins them.
func (r *request) devices() (all []device) {
	for _, l := range r.w.Links() {
		peer := l.To
		if l.From != r.at {
			if peer = l.From; l.To != r.at {
				continue
			}
		}
		known := false
		for i := range all {
			if all[i].peer == peer {
				known = true
				all[i].up = all[i].up && !l.Down
			}
		}
		if !known {
			all = append(all, device{"eth" + strconv.Itoa(len(all)), peer, l.MTU, !l.Down})
		}
	}
	return all
}

// resolve finds an address by a host's name or in numbers.
func (r *request) resolve(s string) (a netip.Addr, name string, ok bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a, "", true
	}
	for _, h := range r.w.Hosts() {
		if h.Name == s && len(h.Addrs) > 0 {
			return h.Addrs[0], s, true
		}
	}
	return a, "", false
}

func runIP(r *request) Answer {
	args := r.args
	stats, family := false, 0
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-s", "-stats", "-statistics":
			stats = true
		case "-4":
			family = 4
		case "-6":
			family = 6
		default:
			return fail("Option \"" + args[0] + "\" is unknown, try \"ip -help\".")
		}
		args = args[1:]
	}
	if len(args) == 0 {
		return fail(ipUsage)
	}
	object, rest := args[0], args[1:]
	is := func(name string) bool { return strings.HasPrefix(name, object) && object != "" }
	switch {
	case is("link"):
		if len(rest) > 0 && rest[0] == "set" {
			return r.setLink(rest[1:])
		}
		return r.links(rest, stats, -1)
	case is("address"):
		return r.links(rest, stats, family)
	case is("neighbour") || is("neighbor") || object == "arp":
		return r.neighbours(rest, stats)
	case is("route"):
		return r.routes(family)
	case is("tcp_metrics") && len(object) > 1:
		return r.metrics(rest)
	}
	return fail("Object \"" + object + "\" is unknown, try \"ip help\".")
}

const ipUsage = `Usage: ip [ -s | -4 | -6 ] OBJECT { COMMAND | help }
       OBJECT := { link | address | route | tcp_metrics }
`

// deviceArg reads [show] [dev] NAME; "" is every interface.
func (r *request) deviceArg(args []string) (name string, err string) {
	for _, a := range args {
		if a != "show" && a != "dev" && a != "list" && a != "ls" {
			name = a
		}
	}
	if name == "" || name == "lo" {
		return name, ""
	}
	for _, d := range r.devices() {
		if d.name == name {
			return name, ""
		}
	}
	return "", "Device \"" + name + "\" does not exist."
}

// links prints interfaces; family is -1 for ip link, else the addresses that are
// asked for, 0 for all.
func (r *request) links(args []string, stats bool, family int) Answer {
	only, err := r.deviceArg(args)
	if err != "" {
		return fail(err)
	}
	all := append([]device{{name: "lo", peer: r.at, mtu: 65536, up: true}}, r.devices()...)
	for i, d := range all {
		if only != "" && d.name != only {
			continue
		}
		mode := " mode DEFAULT"
		if family >= 0 {
			mode = ""
		}
		flags, state := "BROADCAST,MULTICAST", "DOWN"
		switch {
		case i == 0:
			flags, state = "LOOPBACK,UP,LOWER_UP", "UNKNOWN"
		case d.up:
			flags, state = flags+",UP,LOWER_UP", "UP"
		}
		fmt.Fprintf(&r.out, "%d: %s: <%s> mtu %d qdisc noqueue state %s%s group default qlen 1000\n", i+1, d.name, flags, d.mtu, state, mode)
		switch {
		case family > 0:
		case i == 0:
			r.print("    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n")
		default:
			r.print("    link/ether ", etherOf(r.at, i), " brd ff:ff:ff:ff:ff:ff\n")
		}
		if family >= 0 {
			r.addresses(i == 0, d.name, family)
		}
		if stats {
			r.traffic(d)
		}
	}
	return r.said()
}

func (r *request) addresses(lo bool, dev string, family int) {
	line := func(a netip.Addr, bits int, scope string) {
		if a.Is4() && family == 6 || a.Is6() && family == 4 {
			return
		}
		word := "inet "
		if a.Is6() {
			word = "inet6 "
		}
		end := " " + dev
		if a.Is6() {
			end = " "
		}
		r.print("    ", word, a.String(), "/", strconv.Itoa(bits), " scope ", scope, end, "\n       valid_lft forever preferred_lft forever\n")
	}
	if lo {
		line(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 8, "host")
		line(netip.IPv6Loopback(), 128, "host")
		return
	}
	for _, a := range r.h.Addrs {
		line(a, a.BitLen(), "global")
	}
}

// traffic counts what went over an interface so far.
//
// Simplified: packets of TCP and ICMP only, without what a real machine says to
// itself and its neighbours.
func (r *request) traffic(d device) {
	var rx, tx, rxBytes, txBytes uint64
	for _, p := range r.seen(d) {
		n := uint64(len(p.Seg.Payload)) + uint64(p.Seg.Headers())
		if p.From == r.at {
			tx, txBytes = tx+1, txBytes+n
		} else {
			rx, rxBytes = rx+1, rxBytes+n
		}
	}
	if d.peer == r.at {
		rx, rxBytes = tx, txBytes
	}
	fmt.Fprintf(&r.out, "    RX:  bytes packets errors dropped  missed   mcast           \n%14d %7d      0       0       0       0 \n", rxBytes, rx)
	fmt.Fprintf(&r.out, "    TX:  bytes packets errors dropped carrier collsns           \n%14d %7d      0       0       0       0 \n", txBytes, tx)
}

func (r *request) routes(family int) Answer {
	for i, d := range r.devices() {
		if !d.up {
			continue
		}
		peer := r.w.Hosts()[d.peer]
		for _, a := range peer.Addrs {
			if a.Is4() == (family != 6) {
				r.print(a.String(), " dev ", d.name, " scope link src ", r.source(a).String(), " \n")
			}
		}
		if i == 0 && r.w.Box(d.peer) != nil && r.w.Box(r.at) == nil {
			for _, a := range peer.Addrs {
				if a.Is4() == (family != 6) {
					r.print("default via ", a.String(), " dev ", d.name, " \n")
				}
			}
		}
	}
	return r.said()
}

// source is the own address of the family of another.
func (r *request) source(a netip.Addr) netip.Addr {
	for _, o := range r.h.Addrs {
		if o.Is4() == a.Is4() {
			return o
		}
	}
	return netip.Addr{}
}

// setLink is ip link set: the cable of an interface is unplugged or plugged in.
func (r *request) setLink(args []string) Answer {
	var name, what string
	for _, a := range args {
		switch {
		case a == "dev":
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
		if what == "" || d.up == (what == "up") {
			return r.said()
		}
		op := engine.Op{Kind: engine.OpPlug, Link: engine.LinkSpec{From: r.h.Name, To: r.w.Hosts()[d.peer].Name}, Both: true}
		if what == "down" {
			op.Kind = engine.OpUnplug
		}
		return Answer{Act: &op}
	}
	return fail("Cannot find device \"" + name + "\"")
}
