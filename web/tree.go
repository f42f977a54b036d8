package web

import (
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

// diff is where two branches part, with what each does there.
func (st *stage) diff(a, b engine.BranchID) (*proto.Diff, error) {
	d, err := st.t.Diff(a, b)
	if err != nil {
		return nil, err
	}
	p := &proto.Diff{A: int32(a), B: int32(b), Shared: int32(d.Shared), What: d.What}
	side := func(b engine.BranchID, e *trace.Event) *proto.Frame {
		if e == nil {
			return nil
		}
		f := st.decoded(b, d.Shared, d.Shared+1)[0]
		if p.At == 0 || f.At < p.At {
			p.At = f.At
		}
		return &f
	}
	p.Left, p.Right = side(a, d.Left), side(b, d.Right)
	return p, nil
}

// decoded returns frames as values, for those few who look into them here.
func (st *stage) decoded(b engine.BranchID, from, to engine.StepNo) []proto.Frame {
	var all []proto.Frame
	for _, raw := range st.framesOf(b, from, to) {
		var f proto.Frame
		if err := json.Unmarshal(raw, &f); err != nil {
			panic("web: a frame of ours is not JSON: " + err.Error())
		}
		all = append(all, f)
	}
	return all
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
	if v := st.veil(); v != nil {
		schemas := st.schemasAt(st.t.Branch(), shown)
		for _, f := range st.decoded(st.t.Branch(), 0, shown) {
			v.frame(&f, schemas)
			r.frames = append(r.frames, f)
		}
	} else {
		r.frames = st.decoded(st.t.Branch(), 0, shown)
	}
	r.more = int(n - shown)
	return r
}
