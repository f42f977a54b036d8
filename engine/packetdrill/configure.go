package packetdrill

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// seed of a run: scripts do not depend on it.
const seed = 1

// What the interface of a script takes as one packet, as a TUN device does.
const gsoSegs, gsoSize = 65535, 65536

// configure reads the options of the script and makes the host.
func (r *runner) configure() error {
	o := given{version: r.cfg.IP}
	for _, opt := range append(append([]script.Option{}, r.script.Options...), r.cfg.Options...) {
		want := r.basics(&opt, &o)
		if want == "?" {
			want = r.tolerances(&opt)
		}
		if want != "" {
			return &script.Error{File: r.script.File, Line: opt.Line, Text: fmt.Sprintf("--%s=%s: expected %s", opt.Name, opt.Value, want)}
		}
	}
	if err := r.addresses(o.version, o.own, o.other); err != nil {
		return &script.Error{File: r.script.File, Line: 1, Text: err.Error()}
	}
	if err := r.script.CheckICMP(r.Local.Is6()); err != nil {
		return err
	}
	r.ids = 1
	r.h = host.New(1, 0, "kernel", []netip.Addr{r.Local}, seed, &host.Profiles[0])
	if r.mtu == 0 && r.cfg.IP == "ipv6" {
		r.mtu = mtuFor6
	}
	r.setMTU(r.mtu)
	r.h.Offload(gsoSegs, gsoSize)
	r.rec = &trace.Recorder{}
	if r.cfg.Trace {
		r.rec = trace.NewRecorder()
	}
	for _, d := range r.cfg.Defines {
		if d.Name == "init_scripts" {
			for _, f := range strings.Split(d.Value, ",") {
				r.machine().Source(f)
			}
		}
	}
	return nil
}

// mtuFor6 is the MTU with which a script written for IPv4 is run over IPv6: its
// segments then carry as much.
const mtuFor6 = 1520

// setMTU gives the path an MTU; 0: the one that it has.
func (r *runner) setMTU(n uint32) {
	if n == 0 {
		return
	}
	r.h.Sys.PathMTU = n
	for _, c := range r.h.Live {
		c.SetMTU(&r.h.Sys, n)
	}
}

// given is what options say about addresses.
type given struct{ version, own, other string }

// basics takes an option about addresses, ports and words. It returns what was
// expected instead, "?" for an option that is about something else.
func (r *runner) basics(o *script.Option, g *given) string {
	n, err := strconv.Atoi(o.Value)
	switch o.Name {
	case "ip_version":
		if r.cfg.IP == "" {
			g.version = o.Value
		}
	case "local_ip":
		g.own = o.Value
	case "remote_ip":
		g.other = o.Value
	case "bind_port", "connect_port":
		if err != nil || n < 1 || n > 65535 {
			return "a port"
		}
		if o.Name == "bind_port" {
			r.BindPort = uint16(n)
		} else {
			r.connectPort = uint16(n)
		}
	case "init_scripts":
		r.cfg.Defines = append(r.cfg.Defines, script.Define{Name: "init_scripts", Value: o.Value})
	case "define", "D":
		if name, value, ok := strings.Cut(o.Value, "="); ok {
			r.cfg.Defines = append(r.cfg.Defines, script.Define{Name: name, Value: value})
		}
	default:
		return "?"
	}
	return ""
}

// tolerances takes an option about what is compared, and how.
func (r *runner) tolerances(o *script.Option) string {
	n, err := strconv.Atoi(o.Value)
	switch o.Name {
	case "tolerance_usecs":
		if err != nil || n < 1 {
			return "a number of microseconds above 0"
		}
		r.Tol = sim.Duration(n) * sim.Microsecond
	case "tolerance_percent":
		f, err := strconv.ParseFloat(o.Value, 64)
		if err != nil || !(f >= 0 && f <= 100) {
			return "a percentage from 0 to 100"
		}
		r.Percent = f
	case "tcp_ts_tick_usecs":
		if err != nil || n < 0 || n > 1_000_000 {
			return "a number of microseconds from 0 to 1000000"
		}
		r.TSTick = sim.Duration(n) * sim.Microsecond
	case "tcp_ts_ecr_scaled":
		r.Scaled = true
	case "strict_segments":
		r.Strict = true
	case "mtu":
		if err != nil || n < 68 || n > 65535 {
			return "a number of bytes from 68 to 65535"
		}
		r.mtu = uint32(n)
	case "mss":
		if err != nil || n < 1 || n > 65535 {
			return "a number of bytes from 1 to 65535"
		}
		r.mss = uint16(n)
	case "debug", "verbose", "gateway_ip", "netmask_ip", "send_omit_free": // they change nothing here
	default:
		r.odd(strings.TrimSuffix("--"+o.Name+"="+o.Value, "="))
	}
	return ""
}

func (r *runner) addresses(version, own, other string) error {
	v6 := false
	switch version {
	case "", "ipv4":
	case "ipv4-mapped-ipv6", "mapped", "ipv4_mapped_ipv6":
		r.mapped = true
	case "ipv6":
		v6 = true
	default:
		return fmt.Errorf("ip version %q; expected ipv4, ipv6 or mapped", version)
	}
	r.Local, r.Remote = script.Ends(v6)
	for _, a := range []struct {
		text string
		to   *netip.Addr
	}{{own, &r.Local}, {other, &r.Remote}} {
		if a.text == "" {
			continue
		}
		ip, err := netip.ParseAddr(a.text)
		if err != nil {
			return fmt.Errorf("%q is not an address", a.text)
		}
		if ip = ip.Unmap(); ip.Is6() == v6 {
			*a.to = ip
		}
	}
	return nil
}
