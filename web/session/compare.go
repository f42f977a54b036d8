package session

import (
	"slices"

	"wirestep/engine"
	"wirestep/engine/outcome"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/web/proto"
)

// keptAhead is how many branches that were run ahead are kept, so that pages can
// ask for what happens in them.
const keptAhead = 2 * outcome.MaxSides

// doCompare runs branches ahead on forks and says how they end. Nobody is moved.
func (st *State) doCompare(w *Subscriber, c proto.Command) (proto.Done, error) {
	if n := int32(len(c.Branches)); n < 2 || n > outcome.MaxSides {
		return proto.Done{}, Cannot("range", "name", "branches", "value", n, "min", 2, "max", outcome.MaxSides)
	}
	ids := make([]engine.BranchID, len(c.Branches))
	for i, b := range c.Branches {
		ids[i] = engine.BranchID(b)
		if !st.knows(ids[i]) {
			return proto.Done{}, Cannot("branch", "branch", b)
		}
	}
	cmp, err := outcome.Compare(st.T, ids)
	if err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	st.keepAhead(cmp.Runs)
	p := (&sayer{lang: w.Lang, c: cmp}).compared()
	start := engine.NewWorld(&st.File.Scenario)
	p.World = encodeWorld(start, &st.File.Scenario)
	p.World.Next = encodePlanned(start)
	return proto.Done{Compare: p}, nil
}

// keepAhead keeps what was run last.
func (st *State) keepAhead(runs []*outcome.Run) {
	for _, r := range runs {
		st.ahead = slices.DeleteFunc(st.ahead, func(o *outcome.Run) bool { return o.Branch == r.Branch })
	}
	st.ahead = append(st.ahead, runs...)
	st.ahead = st.ahead[max(0, len(st.ahead)-keptAhead):]
}

// framesAhead answers with events of a branch as it was run ahead. They are no news
// of the branch itself, so they come with the answer.
func (st *State) framesAhead(c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err != nil {
		return proto.Done{}, err
	}
	i := slices.IndexFunc(st.ahead, func(r *outcome.Run) bool { return r.Branch == b })
	if i < 0 {
		return proto.Done{}, Cannot("not-ahead", "branch", b)
	}
	r := st.ahead[i]
	if err := Between("n", c.N, 1, int32(r.N)); err != nil {
		return proto.Done{}, err
	}
	if err := Between("to", c.To, c.N, min(int32(r.N), c.N+framesInOne-1)); err != nil {
		return proto.Done{}, err
	}
	return proto.Done{Frames: walkAhead(r, engine.StepNo(c.N-1), engine.StepNo(c.To))}, nil
}

// walkAhead encodes the events after from, up to to.
func walkAhead(r *outcome.Run, from, to engine.StepNo) []proto.Frame {
	t := r.Timeline().Clone()
	goTo(t, r.Branch, from)
	var all []proto.Frame
	rules := encodeRules(t.World())
	for t.N() < to {
		e, ok := t.Step()
		if !ok {
			panic("session: an event that was run ahead is not there")
		}
		before := func(id sim.PacketID) *engine.Packet {
			was := t.Clone()
			goTo(was, r.Branch, e.ID-1)
			return was.World().Packet(id)
		}
		f := encodeEvent(t.Scenario(), t.World(), e, t.Move(r.Branch, e.ID), before)
		if now := encodeRules(t.World()); !slices.Equal(rules, now) {
			f.Rules = &proto.RulesChange{Old: rules, New: now}
			rules = now
		}
		f.Next = []proto.Planned{} // it is looked at as a whole: what comes is there
		all = append(all, f)
	}
	return all
}

func goTo(t *engine.Timeline, b engine.BranchID, n engine.StepNo) {
	if err := t.Switch(b, n); err != nil {
		panic("session: a place that was run ahead is not there: " + err.Error())
	}
}

// alone lists each of several changes of the second side as a replay of the first.
func (s *sayer) alone() []proto.CompareAlone {
	if len(s.c.Runs) != 2 || s.c.Change.Rewritten() {
		return nil
	}
	of := int32(s.c.Runs[0].Branch)
	var all []proto.CompareAlone
	for _, set := range s.c.Change.Settings {
		op := engine.Op{Kind: engine.OpSysctl, Host: set.Host, Set: engine.Setting{Name: set.Name, Value: set.Values[1]}}
		all = append(all, proto.CompareAlone{Of: of, Text: shortSysctl(set.Name) + " = " + set.Values[1], Ops: []string{scene.FormatOp(op)}})
	}
	for _, k := range s.c.Change.Kernels {
		op := engine.Op{Kind: engine.OpReboot, Host: k.Host, Kernel: k.Values[1]}
		all = append(all, proto.CompareAlone{Of: of, Text: k.Values[1], Ops: []string{scene.FormatOp(op)}})
	}
	for _, m := range s.c.Change.Moves[1] {
		all = append(all, proto.CompareAlone{Of: of, Text: m.Text, Ops: []string{m.Text}})
	}
	if len(all)+len(s.c.Change.Moves[0]) < 2 {
		return nil
	}
	return all
}
