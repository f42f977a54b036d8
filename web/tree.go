package web

import (
	"cmp"
	"encoding/json"

	"wirestep/engine"
	"wirestep/engine/trace"
	"wirestep/web/proto"
)

// What the commands ask of the tree of futures.

func (st *stage) info(b engine.BranchID) engine.BranchInfo { return st.t.Branches()[b] }

func (st *stage) knows(b engine.BranchID) bool { return b >= 0 && int(b) < len(st.t.Branches()) }

func (st *stage) tipOf(b engine.BranchID) engine.StepNo { return st.info(b).Tip }

// leftAt is the step up to which a branch shares the events of its parent.
func (st *stage) leftAt(b engine.BranchID) engine.StepNo { return st.info(b).Step }

// go to a place that has been computed.
func (st *stage) goTo(b engine.BranchID, n engine.StepNo) {
	if err := st.t.Switch(b, n); err != nil {
		panic("web: a computed place is not there: " + err.Error())
	}
}

// by is who did what an event is, if somebody did.
func (st *stage) by(b engine.BranchID, e *trace.Event) string {
	if e.Kind != trace.Act {
		return ""
	}
	for _, v := range st.t.Interventions(b) {
		if v.AtStep == e.ID-1 {
			return v.By
		}
	}
	return "scene"
}

// diff is where two branches part.
func (st *stage) diff(a, b engine.BranchID) *proto.Diff {
	d := st.t.Diff(a, b)
	p := &proto.Diff{A: int32(d.A), B: int32(d.B), Shared: int32(d.Shared), At: int64(d.At), What: cmp.Or(d.What, "same")}
	return p
}

// walkThrough visits every event of the current branch up to the cursor, each
// with the world right after it.
func (st *stage) walkThrough(visit func(*engine.World, *trace.Event)) {
	b, n := st.t.Branch(), st.t.N()
	defer st.goTo(b, n)
	st.goTo(b, 0)
	for st.t.N() < n {
		e, ok := st.t.Step()
		if !ok {
			panic("web: a computed event is not there")
		}
		visit(st.t.World(), e)
	}
}

// run is what happened up to the cursor, for pages that do not move.
func (st *stage) run(most int) run {
	h := st.hello("", 0)
	r := run{title: h.Title, hosts: h.Hosts}
	n := st.t.N()
	shown := min(n, engine.StepNo(most))
	for _, b := range st.framesOf(st.t.Branch(), 0, shown) {
		var f proto.Frame
		if err := json.Unmarshal(b, &f); err != nil {
			panic("web: a frame of ours is not JSON: " + err.Error())
		}
		r.frames = append(r.frames, f)
	}
	r.more = int(n - shown)
	return r
}
