package engine

import (
	"slices"

	"wirestep/engine/host"
	"wirestep/engine/middlebox"
	"wirestep/engine/trace"
)

// A scene whose text was changed is run as a branch of the one before: its first event
// is that it says something else. Whoever looks on has the same hosts and links before
// him in all branches, so a text with others is another session.

// ErrOther is why a text cannot be run beside another one: it has other hosts or links.
var ErrOther = refuse("the text has other hosts, boxes or links; expected the same, with other contents")

func (w *World) checkScene(op *Op) error {
	if w.step > 0 {
		return refuse("the text of a scene changes before its first event; %d have happened", w.step)
	}
	if !w.alike(NewWorld(op.Scene)) {
		return ErrOther
	}
	return nil
}

// alike reports whether two worlds have the same hosts, boxes and links.
func (w *World) alike(o *World) bool {
	if len(w.hosts) != len(o.hosts) || len(w.cables) != len(o.cables) {
		return false
	}
	for i, h := range w.hosts {
		g, a, b := o.hosts[i], w.boxes[i], o.boxes[i]
		if h.Name != g.Name || !slices.Equal(h.Addrs, g.Addrs) || (h.Track == nil) != (g.Track == nil) || (a == nil) != (b == nil) || a != nil && a.Kind != b.Kind {
			return false
		}
	}
	for i, c := range w.cables {
		if d := o.cables[i]; c.ID != d.ID || c.From != d.From || c.To != d.To {
			return false
		}
	}
	return true
}

// beginAs makes the world, in which nothing has happened, that of another scene.
func (w *World) beginAs(x *host.Ctx, s *Scenario) {
	fresh := NewWorld(s)
	for i, h := range w.hosts {
		g := fresh.hosts[i]
		h.Watch(x)
		for j := range host.Sysctls {
			if was, is := settingOf(h, j), settingOf(g, j); was != is {
				x.Effect(trace.Effect{Kind: trace.Set, Host: h.Index, Text: host.Sysctls[j].Name, Was: was, Is: is})
			}
		}
		*h = *g
		if b := w.boxes[i]; b != nil {
			b.Watch(&middlebox.Ctx{Recorder: x.Recorder, Now: w.now, Host: h.Index, IDs: &w.ids})
			*b = *fresh.boxes[i]
		}
	}
	for i, c := range w.cables {
		c.Watch(x.Recorder)
		*c = *fresh.cables[i]
	}
	w.plan, w.planAt, w.routes = fresh.plan, 0, fresh.routes
}

// settingOf is the value of a setting, "-" where the kernel does not have it.
func settingOf(h *host.Host, j int) string {
	if !h.Kernel.Has(&host.Sysctls[j]) {
		return "-"
	}
	return h.Set.Values[j]
}
