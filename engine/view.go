package engine

import (
	"sort"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Planned is something that will happen if nobody intervenes.
type Planned struct {
	At      sim.Time
	Kind    trace.Kind
	Host    sim.HostID // -1: the network, or a person
	Subject sim.SubjectID
	Packet  sim.PacketID
	Name    string // of a timer; a call or an intervention as written
}

// Planned lists what is scheduled, in order, at most limit of it.
func (w *World) Planned(limit int) []Planned {
	var out []Planned
	for _, s := range w.plan[w.planAt:] {
		out = append(out, Planned{At: s.At, Kind: trace.Act, Host: -1, Name: s.Op.Text})
	}
	for i := range w.rules {
		if r := &w.rules[i]; r.op.Kind == OpForge {
			out = append(out, Planned{At: r.at, Kind: trace.Act, Host: -1, Name: r.op.Text})
		}
	}
	for _, s := range w.later {
		out = append(out, Planned{At: s.At, Kind: trace.Act, Host: -1, Name: s.Op.Text})
	}
	for _, c := range w.cables {
		if c.Backlog.Packets > 0 {
			out = append(out, Planned{At: c.FreeAt, Kind: trace.Link, Host: -1, Name: QueueEvent})
		}
		if n := c.asking(); n != nil {
			out = append(out, Planned{At: n.askAt, Kind: trace.Timer, Host: c.From, Name: NeighbourTimer})
		}
		for _, f := range c.flight[:min(len(c.flight), limit)] {
			out = append(out, Planned{At: f.at, Kind: trace.Arrive, Host: c.To, Packet: f.id})
		}
	}
	for i, h := range w.hosts {
		for j := range h.Procs {
			p := &h.Procs[j]
			if p.RunAt != sim.Never {
				out = append(out, Planned{At: p.RunAt, Kind: trace.Call, Host: sim.HostID(i), Name: p.NextLine()})
			}
		}
	}
	for i, h := range w.hosts {
		for _, d := range h.NextDeadlines(limit) {
			out = append(out, Planned{At: d.At, Kind: trace.Timer, Host: sim.HostID(i), Subject: d.Subject, Name: d.Kind.String()})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].At < out[j].At })
	return out[:min(len(out), limit)]
}

// Link is one direction of a cable, as it is now.
type Link struct {
	From, To sim.HostID
	MTU      uint32
	Down     bool
}

// Links lists the directions of all cables, in the order of the scene.
func (w *World) Links() (all []Link) {
	for _, c := range w.cables {
		if c.ID != 0 {
			all = append(all, Link{c.From, c.To, c.MTU, c.Down})
		}
	}
	return all
}
