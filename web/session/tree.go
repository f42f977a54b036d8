package session

import (
	"encoding/json"

	"wirestep/engine"
	"wirestep/engine/trace"
	"wirestep/web/proto"
)

// What the commands ask of the tree of futures.

func (st *State) info(b engine.BranchID) engine.BranchInfo { return st.T.Branches()[b] }

func (st *State) knows(b engine.BranchID) bool { return b >= 0 && int(b) < len(st.T.Branches()) }

func (st *State) tipOf(b engine.BranchID) engine.StepNo { return st.info(b).Tip }

// leftAt is the step up to which a branch shares the events of its parent.
func (st *State) leftAt(b engine.BranchID) engine.StepNo { return st.info(b).Step }

// GoTo moves the cursor to a place that has been computed.
func (st *State) GoTo(b engine.BranchID, n engine.StepNo) {
	if err := st.T.Switch(b, n); err != nil {
		panic("session: a computed place is not there: " + err.Error())
	}
}

// diff is where two branches part, with what each does there.
func (st *State) diff(a, b engine.BranchID) (*proto.Diff, error) {
	d, err := st.T.Diff(a, b)
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
func (st *State) decoded(b engine.BranchID, from, to engine.StepNo) []proto.Frame {
	var all []proto.Frame
	for _, raw := range st.FramesOf(b, from, to) {
		var f proto.Frame
		if err := json.Unmarshal(raw, &f); err != nil {
			panic("session: a frame of ours is not JSON: " + err.Error())
		}
		all = append(all, f)
	}
	return all
}

// WalkThrough visits every event of the current branch up to the cursor, each
// with the world right after it.
func (st *State) WalkThrough(visit func(*engine.World, *trace.Event)) {
	b, n := st.T.Branch(), st.T.N()
	defer st.GoTo(b, n)
	st.GoTo(b, 0)
	for st.T.N() < n {
		e, ok := st.T.Step()
		if !ok {
			panic("session: a computed event is not there")
		}
		visit(st.T.World(), e)
	}
}

// Run is what happened on a branch so far, as far as a page shows it.
type Run struct {
	title  string
	Hosts  []proto.Host
	Frames []proto.Frame
	More   int // events that are not shown
}

// Run is what happened up to the cursor, for pages that do not move.
func (st *State) Run(most int) Run {
	h := st.hello("", 0)
	r := Run{title: h.Title, Hosts: h.Hosts}
	n := st.T.N()
	shown := min(n, engine.StepNo(most))
	if v := st.veil(); v != nil {
		schemas := st.schemasAt(st.T.Branch(), shown)
		for _, f := range st.decoded(st.T.Branch(), 0, shown) {
			v.frame(&f, schemas)
			r.Frames = append(r.Frames, f)
		}
	} else {
		r.Frames = st.decoded(st.T.Branch(), 0, shown)
	}
	r.More = int(n - shown)
	return r
}
