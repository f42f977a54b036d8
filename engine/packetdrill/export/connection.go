package export

import (
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// maxExported limits the connections of a host that are written down.
const maxExported = 64

// connection is one connection of a host, and the steps at which it lived.
type connection struct {
	local, remote wire.Endpoint
	born          int                    // the first step since the host was last switched on
	from, to      int                    // its first step, and the first that is not its own
	conns         map[sim.SubjectID]bool // its socket, and those that it came from
	known         bool                   // the host has named its initial number …
	isn           wire.Seq               // … which is this
	cookied       bool                   // its SYN has a Fast Open cookie of an earlier connection
	after         bool                   // there was one between the same ends before
}

// connections finds those of a host, in order: a packet between two ends begins one, and
// so does a SYN of the host with another number than before, or with the host itself
// switched off in between.
func connections(t *engine.Timeline, tip int, h *host.Host) []connection {
	var all []connection
	born, index := 1, h.Index
	parents := map[sim.SubjectID]sim.SubjectID{} // of each socket, the listener that it came from
	for n := 1; n <= tip; n++ {
		ev, ok := t.Step()
		if !ok {
			tip = n - 1
			break
		}
		if switched(ev, h.Name) {
			for i := range all {
				all[i].to = min(all[i].to, n)
			}
			born = n + 1
		}
		w := t.World()
		for i := range ev.Effects {
			e := &ev.Effects[i]
			if c := w.Hosts()[index].Conn(e.Subject); e.Made != nil && e.Host == index && c != nil && c.Parent != 0 {
				parents[e.Subject] = c.Parent
			}
			p := w.Packet(e.Packet)
			if p == nil || p.Seg.ICMP.Set {
				continue
			}
			switch s := &p.Seg; {
			case e.Kind == trace.Sent && p.From == index && p.Of == 0:
				all = meets(all, connection{local: s.Src, remote: s.Dst, born: born, from: n, to: tip + 1, known: s.Flags.Has(wire.SYN), isn: s.Seq,
					cookied: s.Flags&(wire.SYN|wire.ACK) == wire.SYN && s.Opts.On(wire.HasFastOpen) && s.Opts.FOCookieN > 0})
			case e.Kind == trace.Delivered && e.Host == index && w.Hosts()[index].Has(s.Dst.Addr):
				all = meets(all, connection{local: s.Dst, remote: s.Src, born: born, from: n, to: tip + 1})
			}
		}
	}
	if len(all) == 0 {
		all = []connection{{born: born, from: 1, to: tip + 1}}
	}
	for i := range all {
		all[i].sockets(t, index, min(tip, all[i].to-1), parents)
	}
	return all
}

// switched: the host is started anew, or goes off.
func switched(ev *trace.Event, name string) bool {
	w := strings.Fields(ev.Name)
	return ev.Kind == trace.Act && len(w) > 1 && w[1] == name && (w[0] == "reboot" || w[0] == "poweroff" || w[0] == "poweron")
}

// meets adds what a packet tells to the connections that are known.
func meets(all []connection, c connection) []connection {
	for i := len(all) - 1; i >= 0; i-- {
		o := &all[i]
		if o.local != c.local || o.remote != c.remote || o.to <= c.from {
			continue
		}
		if !c.known || o.known && o.isn == c.isn {
			return all
		}
		if !o.known {
			o.known, o.isn = true, c.isn
			return all
		}
		o.to, c.after = c.from, true
		break
	}
	if len(all) < maxExported {
		all = append(all, c)
	}
	return all
}

// sockets finds the sockets of the connection: listeners on its port, and what was made
// or named with its two ends while it lived.
func (c *connection) sockets(t *engine.Timeline, index sim.HostID, tip int, parents map[sim.SubjectID]sim.SubjectID) {
	c.conns = map[sim.SubjectID]bool{}
	heirs := map[sim.SubjectID]bool{}
	for n := c.born; n <= tip; n++ {
		ev := t.Event(t.Branch(), engine.StepNo(n))
		for i := range ev.Effects {
			e := &ev.Effects[i]
			if e.Made == nil || e.Host != index || e.Kind == trace.Destroyed {
				continue
			}
			listens := e.Made.Tuple.Local.Port == c.local.Port && !e.Made.Tuple.Remote.Addr.IsValid()
			own := n >= c.from && e.Made.Tuple.Local == c.local && e.Made.Tuple.Remote == c.remote
			c.conns[e.Subject] = c.conns[e.Subject] || listens || own
			if l := parents[e.Subject]; own && l != 0 {
				heirs[l] = true
			}
		}
	}
	c.keep(t, index, tip, heirs)
}

// keep leaves of several listeners on one port those that the connection came from.
func (c *connection) keep(t *engine.Timeline, index sim.HostID, tip int, parents map[sim.SubjectID]bool) {
	if len(parents) == 0 {
		return
	}
	for n := c.born; n <= tip; n++ {
		ev := t.Event(t.Branch(), engine.StepNo(n))
		for i := range ev.Effects {
			if e := &ev.Effects[i]; e.Made != nil && e.Host == index && !e.Made.Tuple.Remote.Addr.IsValid() && !parents[e.Subject] {
				delete(c.conns, e.Subject)
			}
		}
	}
}
