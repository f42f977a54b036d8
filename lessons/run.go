package lessons

import (
	"fmt"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// ahead bounds how many events a place is looked for: lessons are short.
const ahead = 50_000

// find moves the cursor to the first event that fits the place: for a condition
// from the cursor on, for everything else from the start of the branch.
func (p *Player) find(t *engine.Timeline, at Place) error {
	switch at.Kind {
	case AtStart:
		return t.Seek(0)
	case AtCond, AtFirst:
		if at.Kind == AtFirst {
			if err := t.Seek(0); err != nil {
				return err
			}
		}
		c, err := scene.Compile(at.Cond, p.sc)
		if err != nil {
			return err
		}
		for range ahead {
			if holds(t, c) {
				return nil
			}
			if _, ok := t.Step(); !ok {
				break
			}
		}
		return notFound(t, at)
	case AtEnd:
		for range ahead {
			if _, ok := t.Step(); !ok {
				return t.Err()
			}
		}
		return notFound(t, at)
	}
	if err := t.Seek(0); err != nil {
		return err
	}
	left := at.Seg.Nth
	for range ahead {
		ev, ok := t.Step()
		if !ok {
			break
		}
		if left -= len(packetsIn(t, ev, effectOf[at.Kind], at.Seg)); left <= 0 {
			return nil
		}
	}
	return notFound(t, at)
}

var effectOf = map[PlaceKind]trace.EffectKind{AtSent: trace.Sent, AtArrives: trace.Delivered, AtLost: trace.Lost}

func notFound(t *engine.Timeline, at Place) error {
	if err := t.Err(); err != nil {
		return err
	}
	return fmt.Errorf("%q is never reached; the run stands at %s s", at.Text, t.World().Now().Seconds())
}

// holds reports whether a condition is true at the cursor.
func holds(t *engine.Timeline, c scene.Cond) bool {
	return c(t.World(), current(t))
}

// current is the event that the cursor stands after; an empty one at the start.
func current(t *engine.Timeline) *trace.Event {
	if t.N() == 0 {
		return &trace.Event{Host: -1}
	}
	return t.Event(t.Branch(), t.N())
}

// packetsIn lists the segments that fit sel and that an event sent, or delivered,
// or lost.
func packetsIn(t *engine.Timeline, ev *trace.Event, kind trace.EffectKind, sel Selector) []*engine.Packet {
	var out []*engine.Packet
	for i := range ev.Effects {
		if ev.Effects[i].Kind != kind {
			continue
		}
		pk := t.World().Packet(ev.Effects[i].Packet)
		if pk != nil && sel.matches(pk.Seg.Kind(), hostName(t.World(), pk.From)) {
			out = append(out, pk)
		}
	}
	return out
}

// nthSent finds the segment that sel names among all that this branch sent. Its
// number holds everywhere on the branch, before it was sent as well.
func (p *Player) nthSent(t *engine.Timeline, sel Selector) (*engine.Packet, bool) {
	if tip := (Spot{t.Branch(), t.Tip()}); p.last == nil || p.lastAt != tip {
		far := t.Clone()
		if far.Seek(tip.N) != nil {
			return nil, false
		}
		p.last, p.lastAt = far.World(), tip
	}
	left := sel.Nth
	for id := sim.PacketID(1); id <= p.last.LastPacket(); id++ {
		pk := p.last.Packet(id)
		if pk != nil && pk.CopyOf == 0 && sel.matches(pk.Seg.Kind(), hostName(p.last, pk.From)) {
			if left--; left == 0 {
				return pk, true
			}
		}
	}
	return nil, false
}

func hostName(w *engine.World, id sim.HostID) string {
	if id < 0 || int(id) >= len(w.Hosts()) {
		return ""
	}
	return w.Hosts()[id].Name
}
