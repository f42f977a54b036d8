package packetdrill

import (
	"slices"
	"strconv"
	"strings"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine/host"
	"wirestep/engine/packetdrill/setup"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// What shell lines set on the host of a script.

func (r *runner) odd(text string) {
	if !slices.Contains(r.res.Odd, text) {
		r.res.Odd = append(r.res.Odd, text)
	}
}

// command carries out a shell command. As in packetdrill the script ends if it fails.
func (r *runner) command(text string) *failure {
	if status := r.machine().Run(text); status != 0 {
		return failf("a command that succeeds", "status %d", status)
	}
	return nil
}

// Variables are definitions as a shell's variables.
func Variables(defs []script.Define) (vars []setup.Var) {
	for _, d := range defs {
		vars = append(vars, setup.Var(d))
	}
	return vars
}

// machine is the host as shell lines see it.
func (r *runner) machine() *setup.Shell {
	return &setup.Shell{Read: r.cfg.Read, Dir: r.cfg.Dir, Vars: Variables(r.cfg.Defines), Odd: r.odd,
		Sysctl: func(name, value string) error { return r.h.SetSysctl(name, value) },
		Get: func(name string) (string, bool) {
			i := slices.IndexFunc(host.Sysctls[:], func(d host.Sysctl) bool { return d.Name == name })
			if i < 0 {
				return "", false
			}
			return r.h.Set.Values[i], true
		},
		Route: r.route, Link: r.link, Tool: r.tool, Forget: func() { r.h.Mem = tcp.Memory{} }, Sleep: func(d sim.Duration) { r.advance(r.Now.Add(d)) }}
}

// tool reads tc and ethtool.
func (r *runner) tool(w []string) bool {
	switch {
	case w[0] == "ethtool" && len(w) > 3 && (w[1] == "-K" || w[1] == "--features" || w[1] == "--offload"):
		return r.features(w[3:])
	case w[0] == "ethtool":
		return len(w) > 1 && w[1] == "-k"
	case len(w) > 2 && (w[2] == "show" || w[2] == "ls" || w[2] == "list"):
		return true
	}
	q, ok := setup.ReadQdisc(w)
	same := q.Kind == r.qdisc && (q.Verb == "change" || q.Verb == "replace")
	limit := uint32(q.Limit + 1)
	switch {
	case q.Verb == "del" || q.Verb == "delete":
		q.Kind, limit = "", 0
	case !ok && q.Kind != "fq" && q.Kind != "fq_codel":
		return false
	case q.Kind == "pfifo":
		if limit = 0; q.Limit == 0 {
			limit = 1 // no packet has room
		}
		same = same && q.Limit < 0
	case q.Kind == "bfifo": // in bytes
		same = same && q.Limit < 0
	case slices.Contains([]string{"pfifo_fast", "noqueue", "fq", "fq_codel", "mq"}, q.Kind): // the interface takes at once what they let go
		limit = 0
	default:
		return false
	}
	if r.qdisc = q.Kind; !same {
		r.h.Sys.TxLimit = limit
	}
	return true
}

// features switches what the interface does by itself: without segmentation, or what that
// needs, Linux builds its packets as with it, and cuts them when they leave.
func (r *runner) features(w []string) bool {
	known := len(w) > 1
	for i := 0; i+1 < len(w); i += 2 {
		switch w[i] {
		case "tso", "tcp-segmentation-offload", "sg", "scatter-gather", "tx", "tx-checksumming":
			r.cuts = w[i+1] == "off"
		case "tx-tcp-segmentation", "tx-tcp6-segmentation":
			if (w[i] == "tx-tcp6-segmentation") == r.Local.Is6() {
				r.cuts = w[i+1] == "off"
			}
		case "gso", "generic-segmentation-offload", "gro", "generic-receive-offload", "lro", "large-receive-offload", "rx", "rx-checksumming", "ufo":
		default:
			known = false
		}
	}
	return known
}

// route sets an attribute of the route.
func (r *runner) route(attr, value string) bool {
	switch attr {
	case "features":
		r.h.Sys.Route.ECN = r.h.Sys.Route.ECN || value == "ecn"
		return value == "ecn"
	case "congctl":
		return r.h.SetSysctl("net.ipv4.tcp_congestion_control", value) == nil
	}
	attr, lock := strings.CutSuffix(attr, " lock")
	d, n, ok := routeValue(value)
	if !ok {
		return false
	}
	sys := &r.h.Sys
	to := &sys.Route
	switch attr {
	case "initcwnd":
		to.InitCwnd = n
	case "initrwnd":
		to.InitRwnd = n
	case "rto_min":
		to.RTOMin = d
	case "mtu":
		if n < 68 || n > 65535 {
			return false
		}
		r.setMTU(n)
	case "rtt":
		to.RTT, to.RTTLock = uint32(8*d/sim.Microsecond), lock
	case "rttvar":
		to.RTTVar, to.RTTVarLock = uint32(4*d/sim.Microsecond), lock
	case "ssthresh":
		to.Ssthresh, to.SsthreshLock = n, lock
	case "cwnd":
		to.Cwnd, to.CwndLock = n, lock
	case "reordering":
		to.Reordering, to.ReorderingLock = n, lock
	case "fastopen_no_cookie":
		to.NoCookie = n != 0
	case "quickack":
		to.QuickAck = n != 0
	case "advmss":
		to.AdvMSS = n
	case "window":
		to.Window = n
	case "hoplimit":
	default:
		return false
	}
	return true
}

// routeValue reads a number, and what it is as a time: milliseconds unless it
// says otherwise.
func routeValue(value string) (sim.Duration, uint32, bool) {
	unit := sim.Millisecond
	digits := strings.TrimRight(value, "mus")
	switch value[len(digits):] {
	case "", "ms":
	case "s":
		unit = sim.Second
	case "us":
		unit = sim.Microsecond
	default:
		return 0, 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	return sim.Duration(n) * unit, uint32(n), err == nil && n < 1<<31
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
		if n < 68 || n > 65535 {
			return false
		}
		r.setMTU(uint32(n))
	default:
		return attr == "gro_max_size" || attr == "gro_flush_timeout" || attr == "napi_defer_hard_irqs" || attr == "txqueuelen"
	}
	return true
}
