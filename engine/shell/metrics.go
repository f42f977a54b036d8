package shell

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// metrics is ip tcp_metrics: what connections have left to those that come.
func (r *request) metrics(args []string) Answer {
	var only netip.Addr
	if len(args) > 0 && (args[0] == "flush" || args[0] == "delete" || args[0] == "del") {
		return r.forgetMetrics(args[0], args[1:])
	}
	for _, a := range args {
		switch a {
		case "show", "list", "ls":
			continue
		}
		var err error
		if only, err = netip.ParseAddr(a); err != nil {
			return fail("Error: inet prefix is expected rather than \"" + a + "\".")
		}
	}
	for i := range r.h.Mem.Metrics {
		if m := &r.h.Mem.Metrics[i]; !only.IsValid() || m.Remote == only {
			r.print(metricsLine(m, r.w.Now()), "\n")
		}
	}
	if only.IsValid() && r.out.Len() == 0 {
		return fail("RTNETLINK answers: No such process")
	}
	return r.said()
}

// forgetMetrics is ip tcp_metrics flush, or delete.
func (r *request) forgetMetrics(verb string, args []string) Answer {
	op := engine.Op{Kind: engine.OpMetrics}
	if len(args) > 0 {
		a, err := netip.ParseAddr(args[0])
		if err != nil {
			return fail("Error: inet prefix is expected rather than \"" + args[0] + "\".")
		}
		op.Peer = a
	}
	known := false
	for i := range r.h.Mem.Metrics {
		known = known || !op.Peer.IsValid() || r.h.Mem.Metrics[i].Remote == op.Peer
	}
	switch {
	case verb != "flush" && !op.Peer.IsValid():
		return fail("Command line is not complete. Try option \"help\"")
	case verb != "flush" && !known:
		return Answer{Text: "RTNETLINK answers: No such process\n", Failed: true}
	case !known:
		return r.said() // there is nothing to forget
	}
	return r.act(op)
}

// metricsLine prints an entry as iproute2 does.
func metricsLine(m *tcp.Metrics, now sim.Time) string {
	var b strings.Builder
	num := func(name string, n uint32, unit string) {
		if n != 0 {
			b.WriteString(" " + name + " " + strconv.FormatUint(uint64(n), 10) + unit)
		}
	}
	b.WriteString(m.Remote.String() + " age " + thousandths(now.Sub(m.At)) + "sec")
	num("ssthresh", m.Ssthresh, "")
	num("cwnd", m.Cwnd, "")
	num("reordering", m.Reordering, "")
	num("rtt", m.RTT>>3, "us")
	num("rttvar", m.RTTVar>>2, "us")
	num("fo_mss", uint32(m.MSS), "")
	if m.SynLost > 0 {
		num("fo_syn_drops", uint32(m.SynLost), "/"+thousandths(now.Sub(m.SynLostAt))+"sec ago")
	}
	if n := m.Cookie.N; n > 0 {
		b.WriteString(" fo_cookie " + hex.EncodeToString(m.Cookie.Val[:n]))
	}
	b.WriteString(" source " + m.Local.String())
	return b.String()
}

func thousandths(d sim.Duration) string {
	ms := int64(d / sim.Millisecond)
	return strconv.FormatInt(ms/1000, 10) + "." + strconv.FormatInt(ms%1000+1000, 10)[1:]
}
