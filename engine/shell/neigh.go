package shell

import (
	"fmt"
	"net/netip"
	"strconv"

	"wirestep/engine"
	"wirestep/engine/sim"
)

// neighbours is ip neigh: whom a host knows on its links.
func (r *request) neighbours(args []string, stats bool) Answer {
	var only netip.Addr
	dev := ""
	for i := 0; i < len(args); i++ {
		switch a := args[i]; a {
		case "show", "list", "ls", "to":
		case "dev":
			if i++; i == len(args) {
				return fail("Command line is not complete. Try option \"help\"")
			}
			if dev = args[i]; !r.hasDevice(dev) {
				return fail("Cannot find device \"" + dev + "\"")
			}
		default:
			var err error
			if only, err = netip.ParseAddr(a); err != nil {
				return fail("ip neigh: \"" + a + "\" is not understood here; expected show, an address, or dev and an interface. Entries come and go by themselves")
			}
		}
	}
	devs := r.devices()
	for _, n := range r.w.Neighbours(r.at) {
		for _, d := range devs {
			if d.peer == n.Peer && (dev == "" || dev == d.name) && (!only.IsValid() || only == n.Addr) {
				r.neighbour(&n, d.name, stats)
			}
		}
	}
	return r.said()
}

func (r *request) neighbour(n *engine.Neighbour, dev string, stats bool) {
	r.print(n.Addr.String(), " dev ", dev, " ")
	if n.Own && n.NUD >= engine.NudReachable && n.NUD != engine.NudFailed {
		r.print("lladdr ", r.linkAddress(n.Peer, r.at), " ")
	}
	if stats {
		since := func(t sim.Time) int64 { return int64(r.w.Now().Sub(t) / sim.Second) }
		fmt.Fprintf(&r.out, "used %d/%d/%d ", since(n.Used), since(n.Conf), since(n.At))
		if n.Asks > 0 {
			r.print("probes ", strconv.Itoa(int(n.Asks)), " ")
		}
	}
	r.print(n.NUD.String(), " \n")
}

// linkAddress is that of the interface with which a host sees another.
func (r *request) linkAddress(at, peer sim.HostID) string {
	o := request{w: r.w, h: r.w.Hosts()[at], at: at}
	for i, d := range o.devices() {
		if d.peer == peer {
			return etherOf(at, i+1)
		}
	}
	return etherOf(at, 0)
}

// etherOf is the link address of the i-th interface of a host, lo counted.
func etherOf(at sim.HostID, i int) string { return fmt.Sprintf("02:00:00:00:%02x:%02x", int(at), i) }

func (r *request) hasDevice(name string) bool {
	for _, d := range r.devices() {
		if d.name == name {
			return true
		}
	}
	return name == "lo"
}
