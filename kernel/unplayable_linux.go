package kernel

import (
	"fmt"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/sim"
)

// unplayable says what of a scene cannot be played on real hosts, "" if all can. It is
// asked before anything happens.
func unplayable(sc *engine.Scenario) string {
	for i := range sc.Hosts {
		switch h := &sc.Hosts[i]; {
		case h.Box != nil:
			return "boxes between hosts"
		case sc.KernelOf(h) != engine.DefaultKernel:
			return "another kernel than the one underneath"
		case len(h.Filter)+len(h.Output) > 0:
			return "a firewall on a host"
		case h.Offload != engine.Offload{}:
			return "segmentation offload"
		case !h.Addr.Is4():
			return "hosts whose first address is of IPv6"
		}
	}
	for _, k := range sc.Links {
		if k.Jitter+sim.Duration(k.LossPPM+k.DupPPM+k.ReorderPPM+k.MarkPPM) > 0 || k.Rate+uint64(k.Queue) > 0 || k.MTU != 0 && k.MTU != 1500 {
			return "links with chance, a rate or another MTU"
		}
	}
	for i := range sc.Script {
		if why := unplayableOp(&sc.Script[i].Op); why != "" {
			return why
		}
	}
	for i := range sc.Programs {
		for j := range sc.Programs[i].Lines {
			if why := unplayableLine(&sc.Programs[i].Lines[j]); why != "" {
				return why
			}
		}
	}
	return ""
}

// unplayedOps are interventions that the testbed does not make.
var unplayedOps = map[engine.OpKind]string{
	engine.OpCall: "call", engine.OpRelease: "release", engine.OpReboot: "reboot", engine.OpPowerOff: "poweroff", engine.OpPowerOn: "poweron",
	engine.OpDestroy: "kill of a socket from outside", engine.OpFilter: "a firewall on a host", engine.OpStart: "start", engine.OpOffload: "segmentation offload",
	engine.OpQdisc: "a queueing discipline", engine.OpRoute: "changes of routes", engine.OpMetrics: "tcp_metrics", engine.OpConntrack: "conntrack",
}

func unplayableOp(op *engine.Op) string {
	for op.Kind == engine.OpLater {
		op = op.Then
	}
	switch {
	case unplayedOps[op.Kind] != "":
		return unplayedOps[op.Kind]
	case op.Target.Packet != 0:
		return "an intervention on a packet by its number"
	case op.Kind == engine.OpForge && op.Many.Count > maxMany:
		return fmt.Sprintf("more than %d forged segments from one line", maxMany)
	case op.Kind == engine.OpLink && op.LinkHas != engine.LinkDelay:
		return "a link that changes more than its delay"
	}
	return ""
}

// unplayableLine says what of a line of a program the judge does not spell.
func unplayableLine(in *host.Instr) string {
	if in.Kind != host.InstrCall {
		return ""
	}
	for i := range in.Args {
		a := &in.Args[i]
		switch {
		case a.Kind == host.ArgAddr && a.Addr.Addr.Is6(), a.Kind == host.ArgWord && a.Text == "AF_INET6":
			return "addresses of IPv6"
		case a.Kind == host.ArgWord && strings.HasPrefix(a.Text, "IPV6_"):
			return a.Text + " on hosts of IPv4"
		case a.Kind == host.ArgNum && a.Num > maxBuffer && host.MovesBytes(in.Name):
			return fmt.Sprintf("a call that moves more than %d MiB: %s", maxBuffer>>20, in.Text)
		}
	}
	return ""
}
