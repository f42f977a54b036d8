package kernel

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"wirestep/engine/host"
	"wirestep/engine/packetdrill"
	"wirestep/engine/packetdrill/script"
	shell "wirestep/engine/packetdrill/setup"
)

// defaults are settings that a namespace takes from the machine, where somebody
// may have changed them. Those of tcp_rmem and tcp_wmem are the engine's.
var defaults = [][2]string{
	{"net.ipv4.conf.all.rp_filter", "0"}, {"net.ipv4.conf.default.rp_filter", "0"},
	{"net.ipv6.conf.all.accept_dad", "0"}, {"net.ipv6.conf.default.accept_dad", "0"},
	{"net.ipv6.conf.all.router_solicitations", "0"}, {"net.ipv6.conf.default.router_solicitations", "0"},
}

func init() {
	for _, s := range host.Sysctls {
		if s.Name == "net.ipv4.tcp_rmem" || s.Name == "net.ipv4.tcp_wmem" {
			defaults = append(defaults, [2]string{s.Name, s.Default})
		}
	}
}

const defaultControl = "cubic"

// v6Settles is how long a kernel may take until an address of IPv6 is its own: it
// is added by a work queue, not by the call.
const v6Settles = 100 * time.Millisecond

// setup is what a script asks for before anything happens.
type setup struct {
	local, remote netip.Addr
	bits          int
	v6, mapped    bool
	mtu           int
	mss           uint16 // of the segments that a packet of the script is taken for; 0: it is one
	tolerance     time.Duration
	percent       float64
	bind, connect uint16
	control       string // congestion control to set on each socket, where the namespace may not have it as its default
	route         []string
	scripts       []string
	notes         []string
	dir           string
	defines       []script.Define
}

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

// newSetup reads the options of a script.
func newSetup(s *script.Script) (*setup, error) {
	u := &setup{local: addr("192.168.0.1"), remote: addr("192.0.2.1"), bits: 16, mtu: 1500, tolerance: 4 * time.Millisecond,
		bind: 8080, connect: 8080, dir: filepath.Dir(s.File)}
	for _, o := range s.Options {
		if o.Name == "ip_version" {
			u.v6, u.mapped = o.Value == "ipv6", strings.Contains(o.Value, "mapped")
		}
	}
	if u.v6 {
		u.local, u.remote, u.bits = addr("fd3d:a0b:17d6::1"), addr("fd3d:fa7b:d17d::1"), 64
	}
	for _, o := range s.Options {
		bad := func(want string) error {
			return &script.Error{File: s.File, Line: o.Line, Text: fmt.Sprintf("--%s=%s: expected %s", o.Name, o.Value, want)}
		}
		n, err := strconv.Atoi(o.Value)
		switch o.Name {
		case "local_ip", "remote_ip":
			a, err := netip.ParseAddr(o.Value)
			if err != nil || a.Unmap().Is6() != u.v6 {
				return nil, bad("an address of the family of the script")
			}
			if o.Name == "local_ip" {
				u.local = a.Unmap()
			} else {
				u.remote = a.Unmap()
			}
		case "tolerance_usecs", "mtu", "mss", "bind_port", "connect_port":
			if err != nil || n < 1 {
				return nil, bad("a number")
			}
			u.number(o.Name, n)
		case "tolerance_percent":
			if u.percent, err = strconv.ParseFloat(o.Value, 64); err != nil || u.percent < 0 {
				return nil, bad("a percentage")
			}
		case "init_scripts":
			u.scripts = append(u.scripts, strings.Split(o.Value, ",")...)
		case "define", "D":
			if name, value, ok := strings.Cut(o.Value, "="); ok {
				u.defines = append(u.defines, script.Define{Name: name, Value: value})
			}
		}
	}
	return u, s.CheckICMP(u.v6)
}

func (u *setup) number(name string, n int) {
	switch name {
	case "tolerance_usecs":
		u.tolerance = time.Duration(n) * time.Microsecond
	case "mtu":
		u.mtu = n
	case "mss":
		u.mss = uint16(n)
	case "bind_port":
		u.bind = uint16(n)
	case "connect_port":
		u.connect = uint16(n)
	}
}

// prepare brings the interface up with its addresses, and takes what a fresh
// host has for settings. to is the network behind the interface.
func (u *setup) prepare(s *space, to string) error {
	for _, d := range defaults {
		if err := s.sysctl(d[0], d[1]); err != nil && !strings.Contains(d[0], "ipv6") {
			return fmt.Errorf("%s: %w", d[0], err)
		}
	}
	if err := u.sysctl(s, "net.ipv4.tcp_congestion_control", defaultControl); err != nil {
		return err
	}
	extra := ""
	if u.v6 {
		extra = " nodad"
	}
	err := s.ip("link set lo up",
		fmt.Sprintf("link set dev tun0 mtu %d up", u.mtu),
		fmt.Sprintf("addr add %s/%d dev tun0%s", u.local, u.bits, extra),
		"route add "+to+" dev tun0")
	if u.v6 {
		time.Sleep(v6Settles)
	}
	return err
}

// net is the network of the remote end.
func (u *setup) net() string {
	bits := 24
	if u.v6 {
		bits = 64
	}
	return netip.PrefixFrom(u.remote, bits).Masked().String()
}

// sysctl makes a setting. A congestion control that the host does not allow as
// the default of a namespace is set on each socket instead, as root may.
func (u *setup) sysctl(s *space, name, value string) error {
	err := s.sysctl(name, value)
	if name != "net.ipv4.tcp_congestion_control" {
		return err
	}
	u.control = ""
	if err == nil {
		return nil
	}
	if err := s.allows(value); err != nil {
		return refuse("the congestion control %s is not to be had here: %v; allow it with: sysctl net.ipv4.tcp_allowed_congestion_control", value, err)
	}
	u.control = value
	return nil
}

// shell makes the settings of a shell command in the namespace.
func (u *setup) shell(s *space, text string) error {
	var refused error
	sh := shell.Shell{Read: os.ReadFile, Dir: u.dir, Vars: packetdrill.Variables(u.defines),
		Sysctl: func(name, value string) error {
			err := u.sysctl(s, name, value)
			if r, is := err.(*Refusal); is {
				refused = r
				return nil
			}
			return err
		},
		Route: func(attr, value string) bool {
			u.route = append(append(u.route, strings.Fields(attr)...), value)
			family := "-4"
			if u.v6 {
				family = "-6"
			}
			return s.tool("", "ip", append([]string{family, "route", "change", u.net(), "dev", "tun0"}, u.route...)...) == nil
		},
		Link: func(attr, value string) bool {
			return s.tool("", "ip", "link", "set", "dev", "tun0", attr, value) == nil
		},
		Forget: func() { _ = s.tool("", "ip", "tcp_metrics", "flush", "all") }, // there may be none
		Get:    s.setting,
		Tool:   s.act,
		Odd:    func(text string) { u.notes = append(u.notes, "not done: "+text) }}
	sh.Run(text)
	return refused
}
