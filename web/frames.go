package web

import (
	"encoding/json"
	"slices"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/web/proto"
)

// frames keeps events as they go over the wire, so that each is encoded once,
// however many watch and however often they come back. What is missing is
// encoded again by walking there: an encoded frame needs the world right after it.
type frames struct {
	of    map[engine.BranchID][]json.RawMessage // of a branch: events after it left its parent
	rules map[engine.BranchID][]proto.Standing  // after the last of them
	bytes int
	made  int // since somebody counted
}

// here encodes the event that has just happened, if it continues what is kept.
func (st *stage) here(w *engine.World, e *trace.Event) {
	b := st.t.Branch()
	if int(e.ID) == int(st.leftAt(b))+len(st.frames.of[b])+1 {
		st.keep(b, w, e)
	}
}

func (st *stage) keep(b engine.BranchID, w *engine.World, e *trace.Event) {
	if st.frames.of == nil {
		st.frames.of, st.frames.rules = map[engine.BranchID][]json.RawMessage{}, map[engine.BranchID][]proto.Standing{}
	}
	f := encodeFrame(w, e, st.t.Move(b, e.ID), func(id sim.PacketID) *engine.Packet { return st.worldAt(b, e.ID-1).Packet(id) })
	was, known := st.frames.rules[b]
	if !known {
		was = encodeRules(st.worldAt(b, e.ID-1))
	}
	now := encodeRules(w)
	if st.frames.rules[b] = now; !slices.Equal(was, now) {
		f.Rules = &proto.RulesChange{Old: was, New: now}
	}
	text := encodeJSON(f)
	st.frames.of[b] = append(st.frames.of[b], text)
	st.frames.bytes += len(text)
	st.frames.made++
}

// trim forgets every frame when they take too much; what is needed is made again.
func (st *stage) trim() {
	if st.frames.bytes > maxCachedFrames {
		st.frames = frames{made: st.frames.made}
	}
}

// worldAt is the world at another place, for a look.
func (st *stage) worldAt(b engine.BranchID, n engine.StepNo) *engine.World {
	t := st.t.Clone()
	if err := t.Switch(b, n); err != nil {
		panic("web: a computed place is not there: " + err.Error())
	}
	return t.World()
}

// framesOf returns the frames of a branch after from, up to to.
func (st *stage) framesOf(b engine.BranchID, from, to engine.StepNo) []json.RawMessage {
	out := make([]json.RawMessage, 0, to-from)
	for i := from + 1; i <= to; i++ {
		out = append(out, st.frame(b, i, to))
	}
	return out
}

// frame returns one; when it has to be made, those up to `to` are made with it.
func (st *stage) frame(b engine.BranchID, i, to engine.StepNo) json.RawMessage {
	for i <= st.leftAt(b) {
		to = min(to, st.leftAt(b))
		b = st.info(b).Parent
	}
	at := int(i-st.leftAt(b)) - 1
	if at >= len(st.frames.of[b]) {
		st.walk(b, to)
	}
	return st.frames.of[b][at]
}

// walk encodes the events of a branch that are not kept yet, up to `to`.
func (st *stage) walk(b engine.BranchID, to engine.StepNo) {
	back, n := st.t.Branch(), st.t.N()
	defer st.goTo(back, n)
	st.goTo(b, st.leftAt(b)+engine.StepNo(len(st.frames.of[b])))
	for st.t.N() < to {
		e, ok := st.t.Step()
		if !ok {
			panic("web: a computed event is not there")
		}
		st.keep(b, st.t.World(), e)
	}
}
