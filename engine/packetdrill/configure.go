package packetdrill

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

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
	for _, opt := range append(append([]Option{}, r.script.Options...), r.cfg.Options...) {
		want := r.basics(&opt, &o)
		if want == "?" {
			want = r.tolerances(&opt)
		}
		if want != "" {
			return &Error{r.script.File, opt.Line, fmt.Sprintf("--%s=%s: expected %s", opt.Name, opt.Value, want)}
		}
	}
	if err := r.addresses(o.version, o.own, o.other); err != nil {
		return &Error{r.script.File, 1, err.Error()}
	}
	r.ids = 1
	r.h = host.New(1, 0, "kernel", []netip.Addr{r.local}, seed)
	r.h.Offload(gsoSegs, gsoSize)
	r.rec = &trace.Recorder{}
	if r.cfg.Trace {
		r.rec = trace.NewRecorder()
	}
	for _, d := range r.cfg.Defines {
		if d.Name == "init_scripts" {
			for _, f := range strings.Split(d.Value, ",") {
				r.shell("source " + f)
			}
		}
	}
	return nil
}

// given is what options say about addresses.
type given struct{ version, own, other string }

// basics takes an option about addresses, ports and words. It returns what was
// expected instead, "?" for an option that is about something else.
func (r *runner) basics(o *Option, g *given) string {
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
			r.bindPort = uint16(n)
		} else {
			r.connectPort = uint16(n)
		}
	case "init_scripts":
		r.cfg.Defines = append(r.cfg.Defines, Define{"init_scripts", o.Value})
	case "define", "D":
		if name, value, ok := strings.Cut(o.Value, "="); ok {
			r.cfg.Defines = append(r.cfg.Defines, Define{name, value})
		}
	default:
		return "?"
	}
	return ""
}

// tolerances takes an option about what is compared, and how.
func (r *runner) tolerances(o *Option) string {
	n, err := strconv.Atoi(o.Value)
	switch o.Name {
	case "tolerance_usecs":
		if err != nil || n < 0 {
			return "a number of microseconds"
		}
		r.tol = sim.Duration(n) * sim.Microsecond
	case "tolerance_percent":
		f, err := strconv.ParseFloat(o.Value, 64)
		if err != nil || f < 0 || f > 1e6 {
			return "a percentage"
		}
		r.percent = f
	case "tcp_ts_tick_usecs":
		if err != nil || n < 0 {
			return "a number of microseconds"
		}
		r.tsTick = sim.Duration(n) * sim.Microsecond
	case "strict_segments":
		r.strict = true
	case "mtu", "mss":
		if err != nil || n < 68 || n > 65535 {
			return "a number of bytes from 68 to 65535"
		}
		if o.Name == "mtu" && n != 1500 {
			r.odd("--mtu=" + o.Value + " (every interface has 1500)")
		}
	case "netmask_ip", "gateway_ip", "speed", "verbose", "v", "non_fatal", "send_omit_free", "tcp_ts_ecr_scaled", "is_anyip", "debug", "psp_udp_port",
		"code_command", "code_format", "code_sockopt", "remote_port", "dry_run":
	default:
		r.odd("--" + o.Name + "=" + o.Value)
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
	r.local, r.remote = netip.MustParseAddr("192.168.0.1"), netip.MustParseAddr("192.0.2.1")
	if v6 {
		r.local, r.remote = netip.MustParseAddr("fd3d:a0b:17d6::1"), netip.MustParseAddr("fd3d:fa7b:d17d::1")
	}
	for _, a := range []struct {
		text string
		to   *netip.Addr
	}{{own, &r.local}, {other, &r.remote}} {
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

func (r *runner) odd(text string) { r.res.Odd = append(r.res.Odd, text) }

// shell makes the settings of a shell command.
func (r *runner) shell(text string) {
	s := &shell{read: r.cfg.Read, dir: r.cfg.Dir, vars: r.cfg.Defines, odd: r.odd,
		sysctl: func(name, value string) error { return r.h.SetSysctl(name, value) },
		route:  r.route, link: r.link, sleep: func(d sim.Duration) { r.advance(r.now.Add(d)) }}
	s.run(text)
}

// route sets an attribute of the route.
func (r *runner) route(attr, value string) bool {
	if attr == "features" && value == "ecn" {
		r.h.Sys.Route.ECN = true
		return true
	}
	ms, isTime := strings.CutSuffix(value, "ms")
	if !isTime {
		ms = strings.TrimSuffix(value, "s")
	}
	n, err := strconv.Atoi(ms)
	if err != nil || n < 0 {
		return false
	}
	sys := &r.h.Sys
	switch attr {
	case "initcwnd":
		sys.Route.InitCwnd = uint32(n)
	case "initrwnd":
		sys.Route.InitRwnd = uint32(n)
	case "rto_min":
		unit := sim.Millisecond
		if !isTime && strings.HasSuffix(value, "s") {
			unit = sim.Second
		}
		sys.RTOMin = sim.Duration(n) * unit
	default:
		return false
	}
	return true
}

// link sets an attribute of the interface.
func (r *runner) link(attr, value string) bool {
	n, err := strconv.ParseUint(value, 10, 32)
	sys := &r.h.Sys
	switch {
	case err != nil:
		return false
	case attr == "gso_max_segs" && n >= 1 && n <= 65535:
		r.h.Offload(uint32(n), sys.GSOMaxSize)
	case attr == "gso_max_size" && n <= 65536 || attr == "gso_ipv4_max_size" && n <= 65536:
		r.h.Offload(sys.GSOMaxSegs, uint32(n))
	case attr == "mtu":
		return n == 1500
	default:
		return attr == "gro_max_size" || attr == "gro_flush_timeout" || attr == "napi_defer_hard_irqs" || attr == "txqueuelen"
	}
	return true
}
