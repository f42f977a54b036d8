package shell

import (
	"strings"

	"wirestep/engine"
)

// runEthtool is ethtool -k and -K: segmentation offload of an interface.
func runEthtool(r *request) Answer {
	if len(r.args) < 2 || r.args[0] != "-k" && r.args[0] != "-K" && r.args[0] != "--show-features" && r.args[0] != "--features" {
		return fail("ethtool: only -k DEV and -K DEV { tso | gso } { on | off } are understood here")
	}
	if !r.hasDevice(r.args[1]) {
		return fail("netlink error: no device matches name (offset 24)\nnetlink error: No such device")
	}
	on := r.h.GSOSegs > 1
	if verb := r.args[0]; verb == "-k" || verb == "--show-features" {
		word := map[bool]string{true: "on", false: "off"}[on]
		r.print("Features for ", r.args[1], ":\ntcp-segmentation-offload: ", word, "\n\ttx-tcp-segmentation: ", word, "\ngeneric-segmentation-offload: ", word,
			"\ngeneric-receive-offload: off [fixed]\nlarge-receive-offload: off [fixed]\n")
		return r.said()
	}
	want, words := on, r.args[2:]
	for i := 0; i+1 < len(words); i += 2 {
		switch words[i] {
		case "tso", "gso", "tx-tcp-segmentation", "tcp-segmentation-offload", "generic-segmentation-offload":
			want = words[i+1] == "on"
		case "gro", "lro", "generic-receive-offload":
			if words[i+1] == "on" {
				return fail("ethtool: segments are not joined by a receiver here; expected tso or gso")
			}
			continue
		default:
			return fail("ethtool: bad command line argument(s): this shell knows tso and gso, on or off")
		}
		if words[i+1] != "on" && words[i+1] != "off" {
			return fail("ethtool: bad command line argument(s): expected on or off")
		}
	}
	switch {
	case len(words) == 0 || len(words)%2 != 0:
		return fail("ethtool: bad command line argument(s)")
	case want == on:
		return r.said()
	case want:
		return r.act(engine.Op{Kind: engine.OpOffload, Offload: engine.DefaultOffload})
	}
	return r.act(engine.Op{Kind: engine.OpOffload})
}

// instead refuses a command, and names the one that does the same here.
func instead(name, other string) Answer {
	return fail(name + ": not understood here; expected " + other)
}

func runIfconfig(r *request) Answer { return instead(r.name, "ip -s address") }
func runArp(r *request) Answer {
	if len(r.args) == 0 || strings.Trim(strings.Join(r.args, ""), "-ane") == "" {
		return r.neighbours(nil, false)
	}
	return instead(r.name, "ip neigh")
}
func runPing(r *request) Answer {
	return instead(r.name, "nc -z HOST PORT: ICMP echo is not modelled, only TCP and ICMP errors")
}
func runIP6tables(r *request) Answer {
	return instead(r.name, "iptables, whose rules match both families here")
}
