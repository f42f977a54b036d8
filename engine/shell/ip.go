package shell

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

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
	stats, brief, family := false, false, 0
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-s", "-stats", "-statistics":
			stats = true
		case "-br", "-brief":
			brief = true
		case "-c", "-color", "-color=auto":
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
	case brief && (is("link") || is("address")):
		return r.brief(rest, is("link"), family)
	case is("link"):
		if len(rest) > 0 && rest[0] == "set" {
			return r.setLink(rest[1:])
		}
		return r.links(rest, stats, -1)
	case is("address"):
		if len(rest) > 0 && (rest[0] == "add" || rest[0] == "del" || rest[0] == "flush" || rest[0] == "change" || rest[0] == "replace") {
			return fail("ip address " + rest[0] + ": the addresses of this host are the scene's; expected ip address show. The scene names others with host NAME ADDRESS ADDRESS6")
		}
		return r.links(rest, stats, family)
	case is("neighbour") || is("neighbor") || object == "arp":
		return r.neighbours(rest, stats)
	case is("route"):
		return r.route(rest, family)
	case is("tcp_metrics") && len(object) > 1:
		return r.metrics(rest)
	}
	return fail("Object \"" + object + "\" is unknown, try \"ip help\".")
}

const ipUsage = `Usage: ip [ -s | -4 | -6 ] OBJECT { COMMAND | help }
       OBJECT := { link | address | route | neigh | tcp_metrics }
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
		if bits == 24 {
			p, _ := a.Prefix(24)
			last := p.Addr().As4()
			last[3] = 255
			word2 := " brd " + netip.AddrFrom4(last).String()
			r.print("    ", word, a.String(), "/24", word2, " scope ", scope, end, "\n       valid_lft forever preferred_lft forever\n")
			return
		}
		r.print("    ", word, a.String(), "/", strconv.Itoa(bits), " scope ", scope, end, "\n       valid_lft forever preferred_lft forever\n")
	}
	if lo {
		line(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 8, "host")
		line(netip.IPv6Loopback(), 128, "host")
		return
	}
	for _, a := range r.h.Addrs {
		bits := 24 // scenes name no networks: they are of this size
		if a.Is6() {
			bits = 64
		}
		line(a, bits, "global")
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

// source is the own address of the family of another.
func (r *request) source(a netip.Addr) netip.Addr {
	for _, o := range r.h.Addrs {
		if o.Is4() == a.Is4() {
			return o
		}
	}
	return netip.Addr{}
}

// brief is ip -br link, or address: a line for each interface.
func (r *request) brief(args []string, link bool, family int) Answer {
	only, err := r.deviceArg(args)
	if err != "" {
		return fail(err)
	}
	all := append([]device{{name: "lo", peer: r.at, mtu: 65536, up: true}}, r.devices()...)
	for i, d := range all {
		if only != "" && only != d.name {
			continue
		}
		state, rest := map[bool]string{true: "UP", false: "DOWN"}[d.up], ""
		switch {
		case link && i == 0:
			rest = "00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP> "
		case link:
			rest = etherOf(r.at, i) + " <BROADCAST,MULTICAST" + map[bool]string{true: ",UP,LOWER_UP"}[d.up] + "> "
		case i == 0:
			rest = map[int]string{0: "127.0.0.1/8 ::1/128 ", 4: "127.0.0.1/8 ", 6: "::1/128 "}[family]
		default:
			for _, a := range r.h.Addrs {
				if a.Is4() && family != 6 {
					rest += a.String() + "/24 "
				} else if a.Is6() && family != 4 {
					rest += a.String() + "/64 "
				}
			}
		}
		if i == 0 {
			state = "UNKNOWN"
		}
		r.print(pad(d.name, 16), " ", pad(state, 14), " ", rest, "\n")
	}
	return r.said()
}
