package host

import (
	"strconv"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// Version is a release of Linux, to be compared with < : 3.10 is V(3, 10, 0).
type Version uint32

// V makes a version of its parts; 2.6.32 has three of them.
func V(major, minor, patch uint32) Version { return Version(major<<16 | minor<<8 | patch) }

func (v Version) String() string {
	s := strconv.Itoa(int(v>>16)) + "." + strconv.Itoa(int(v>>8&255))
	if p := v & 255; p != 0 {
		s += "." + strconv.Itoa(int(p))
	}
	return s
}

// Profile is a kernel that a host may run. The first was measured; of the others
// only what makes them famous is modelled, from their sources and documentation.
type Profile struct {
	Name    string
	Version Version
	other   []setting          // where its defaults are not those of 6.18
	rules   func(*tcp.Sysctls) // what no sysctl tells
}

type setting struct{ name, value string }

// Profiles are the kernels. A setting that a kernel does not have is given the
// value that makes the engine do without what it turns on.
var Profiles = [...]Profile{
	{Name: "linux-6.18", Version: V(6, 18, 0), rules: func(*tcp.Sysctls) {}},
	{Name: "linux-3.10", Version: V(3, 10, 0), other: []setting{
		{"net.core.somaxconn", "128"}, {"net.ipv4.tcp_syn_linear_timeouts", "0"}, {"net.ipv4.tcp_tw_reuse", "0"}, {"net.ipv4.tcp_recovery", "0"},
		{"net.ipv4.tcp_rmem", "4096 87380 6291456"}, {"net.ipv4.tcp_max_syn_backlog", "1024"}, {"net.ipv4.tcp_challenge_ack_limit", "100"},
		{"net.ipv4.tcp_invalid_ratelimit", "0"}, {"net.ipv4.ip_local_port_range", "32768 61000"}, {"net.ipv4.tcp_fack", "1"},
		{"net.ipv4.tcp_fastopen", "0"}, {"net.ipv4.tcp_comp_sack_nr", "0"}, {"net.ipv4.tcp_autocorking", "0"},
	}, rules: func(s *tcp.Sysctls) { s.RSTExact, s.PlainTS, s.Route.InitRwnd = true, true, 10 }},
	{Name: "linux-2.6.32", Version: V(2, 6, 32), other: []setting{
		{"net.core.somaxconn", "128"}, {"net.ipv4.tcp_syn_linear_timeouts", "0"}, {"net.ipv4.tcp_tw_reuse", "0"}, {"net.ipv4.tcp_recovery", "0"},
		{"net.ipv4.tcp_rmem", "4096 87380 4194304"}, {"net.ipv4.tcp_max_syn_backlog", "1024"}, {"net.ipv4.tcp_syn_retries", "5"},
		{"net.ipv4.tcp_early_retrans", "0"}, {"net.ipv4.tcp_invalid_ratelimit", "0"}, {"net.ipv4.ip_local_port_range", "32768 61000"},
		{"net.ipv4.tcp_fack", "1"}, {"net.ipv4.tcp_syncookies", "0"}, {"net.ipv4.tcp_fastopen", "0"}, {"net.ipv4.tcp_comp_sack_nr", "0"},
		{"net.ipv4.tcp_autocorking", "0"},
	}, rules: func(s *tcp.Sysctls) {
		s.RSTExact, s.PlainTS, s.RSTInWindow, s.InitialRTO, s.Route.InitCwnd, s.Route.InitRwnd = true, true, true, 3*sim.Second, 3, 4
	}},
}

// FindProfile returns a profile by its name, or nil. "" is the first.
func FindProfile(name string) *Profile {
	for i := range Profiles {
		if Profiles[i].Name == name || name == "" {
			return &Profiles[i]
		}
	}
	return nil
}

// ProfileNames are the names of all kernels.
func ProfileNames() (names []string) {
	for i := range Profiles {
		names = append(names, Profiles[i].Name)
	}
	return names
}

// Default is what a setting has in this kernel.
func (p *Profile) Default(i int) string {
	for _, o := range p.other {
		if o.name == Sysctls[i].Name {
			return o.value
		}
	}
	return Sysctls[i].Default
}

// Has reports whether a kernel has a setting.
func (p *Profile) Has(d *Sysctl) bool {
	return p.Version >= d.Since && (d.Until == 0 || p.Version < d.Until)
}

// Changed is a setting that is not what it was.
type Changed struct{ Name, Was, Is string }

// Install makes another kernel the host's. What had been set stays set, if the new
// one has such a setting. It must be followed by a restart.
func (h *Host) Install(p *Profile) (all []Changed) {
	was := h.Kernel
	h.Kernel = p
	route, segs, size := h.Sys.Route, h.Sys.GSOMaxSegs, h.Sys.GSOMaxSize
	h.Sys = tcp.Sysctls{}
	for i := range Sysctls {
		d := &Sysctls[i]
		old := h.Set.Values[i]
		value := old
		if was == nil || old == was.Default(i) || !was.Has(d) || !p.Has(d) {
			value = p.Default(i)
		}
		h.Set.Values[i] = value
		c := Changed{d.Name, old, value}
		switch {
		case !p.Has(d) && (was == nil || !was.Has(d)):
			continue
		case !p.Has(d):
			c.Is = "-"
		case was != nil && !was.Has(d):
			c.Was = "-"
		}
		if c.Was != c.Is {
			all = append(all, c)
		}
	}
	h.Set.apply(&h.Sys)
	h.Sys.Route, h.Sys.GSOMaxSegs, h.Sys.GSOMaxSize = route, segs, size
	if was != nil {
		h.Sys.Route.InitCwnd, h.Sys.Route.InitRwnd = 0, 0
	}
	p.rules(&h.Sys)
	h.fastOpenSecret()
	return all
}
