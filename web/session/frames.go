package session

import (
	"encoding/json"
	"slices"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/web/proto"
)

// frames keeps the latest events of each branch as they go over the wire, so that
// each is encoded once, however many watch and however often they come back.
// What is not kept is encoded again by walking there: an encoded frame needs the
// world right after its event.
type frames struct {
	of    map[engine.BranchID]*segment
	bytes int
	made  int // since somebody counted
}

// segment is a part of a branch without gaps: the events after From.
type segment struct {
	from  engine.StepNo
	list  []json.RawMessage
	rules []proto.Standing // after the last of them
}

func (s *segment) to() engine.StepNo { return s.from + engine.StepNo(len(s.list)) }

// recordFrame encodes the event that the cursor has just been moved over, if it is new.
func (st *State) recordFrame(w *engine.World, e *trace.Event) {
	b := st.T.Branch()
	s := st.frames.of[b]
	switch {
	case s == nil || e.ID > s.to()+1:
		s = &segment{from: e.ID - 1, rules: encodeRules(st.worldAt(b, e.ID-1))}
		st.keep(b, s)
	case e.ID <= s.to():
		return
	}
	st.encode(s, b, w, e)
}

func (st *State) keep(b engine.BranchID, s *segment) {
	if st.frames.of == nil {
		st.frames.of = map[engine.BranchID]*segment{}
	}
	if old := st.frames.of[b]; old != nil {
		st.frames.bytes -= sizeOf(old.list)
	}
	st.frames.of[b] = s
	st.frames.bytes += sizeOf(s.list)
}

// encode adds the event after a stretch.
func (st *State) encode(s *segment, b engine.BranchID, w *engine.World, e *trace.Event) {
	f := encodeFrame(&st.File.Scenario, w, e, st.T.Move(b, e.ID), func(id sim.PacketID) *engine.Packet { return st.worldAt(b, e.ID-1).Packet(id) })
	now := encodeRules(w)
	if !slices.Equal(s.rules, now) {
		f.Rules = &proto.RulesChange{Old: s.rules, New: now}
	}
	text := encodeJSON(f)
	s.list, s.rules = append(s.list, text), now
	if st.frames.of[b] == s {
		st.frames.bytes += len(text)
	}
	st.frames.made++
}

// FramesOf returns the frames of a branch after from, up to to.
func (st *State) FramesOf(b engine.BranchID, from, to engine.StepNo) []json.RawMessage {
	if left := st.leftAt(b); from < left {
		first := st.FramesOf(st.info(b).Parent, from, min(to, left))
		if to <= left {
			return first
		}
		return slices.Concat(first, st.FramesOf(b, left, to))
	}
	s := st.frames.of[b]
	switch {
	case from == to:
		return []json.RawMessage{}
	case s == nil:
		s = st.walk(b, &segment{from: from}, to)
		st.keep(b, s)
	case from < s.from:
		return slices.Concat(st.walk(b, &segment{from: from}, min(to, s.from)).list, st.FramesOf(b, min(to, s.from), to))
	case to > s.to():
		s = st.walk(b, s, to)
	}
	return s.list[from-s.from : to-s.from : to-s.from]
}

// walk continues a stretch of a branch up to `to`.
func (st *State) walk(b engine.BranchID, s *segment, to engine.StepNo) *segment {
	back, n := st.T.Branch(), st.T.N()
	defer st.GoTo(back, n)
	st.GoTo(b, s.to())
	if len(s.list) == 0 {
		s.rules = encodeRules(st.T.World())
	}
	for st.T.N() < to {
		e, ok := st.T.Step()
		if !ok {
			panic("session: a computed event is not there")
		}
		st.encode(s, b, st.T.World(), e)
	}
	return s
}

// trim forgets frames when they take too much: those of other branches, and the
// older half of this one.
func (st *State) trim() {
	if st.frames.bytes <= maxCachedFrames {
		return
	}
	s := st.frames.of[st.T.Branch()]
	st.frames.of, st.frames.bytes = nil, 0
	if s != nil {
		half := len(s.list) / 2
		st.keep(st.T.Branch(), &segment{from: s.from + engine.StepNo(half), list: slices.Clone(s.list[half:]), rules: s.rules})
	}
}

func sizeOf(list []json.RawMessage) (n int) {
	for _, f := range list {
		n += len(f)
	}
	return n
}

// worldAt is the world at another place, for a look.
func (st *State) worldAt(b engine.BranchID, n engine.StepNo) *engine.World {
	t := st.T.Clone()
	if err := t.Switch(b, n); err != nil {
		panic("session: a computed place is not there: " + err.Error())
	}
	return t.World()
}
