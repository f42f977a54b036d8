package web

import (
	"encoding/json"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// frames keeps events as they go over the wire, so that each is encoded once,
// however many watch and however often they come back. What is missing is
// encoded again by walking there: an encoded frame needs the world right after it.
type frames struct {
	of    map[engine.BranchID][]json.RawMessage // of a branch: events after it left its parent
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
	if st.frames.bytes > maxCachedFrames {
		st.frames = frames{made: st.frames.made}
	}
	if st.frames.of == nil {
		st.frames.of = map[engine.BranchID][]json.RawMessage{}
	}
	f := encodeJSON(encodeFrame(w, e, st.by(b, e), func(id sim.PacketID) *engine.Packet {
		t := st.t.Clone()
		if err := t.Switch(b, e.ID-1); err != nil {
			return nil
		}
		return t.World().Packet(id)
	}))
	st.frames.of[b] = append(st.frames.of[b], f)
	st.frames.bytes += len(f)
	st.frames.made++
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
