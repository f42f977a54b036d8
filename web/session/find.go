package session

import (
	"cmp"
	"strings"

	"wirestep/engine"
	"wirestep/engine/find"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
	"wirestep/web/proto"
)

const (
	findSlice  = 4_000     // events that one "find" may run: others of this session wait for no longer
	findEvents = 1_000_000 // of a whole search
	maxAlso    = 20
	maxWays    = 200
	maxReach   = 8 // operations
)

// finding is a search that a session is at. It goes on for as long as the same is asked.
type finding struct {
	asked  string
	search *find.Search
	done   bool
}

// doFind looks for the shortest moves that lead to a condition, a slice at a time: who
// asks again goes on, who does not has ended it.
func (st *State) doFind(_ *Subscriber, c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err == nil {
		err = Between("n", c.N, 0, int32(st.tipOf(b)))
	}
	if err != nil {
		return proto.Done{}, err
	}
	if c.Moves == nil {
		return proto.Done{}, Cannot("op", "what", "find without moves, expected what may be done")
	}
	asked := string(encodeJSON([]any{b, c.N, c.Cond, c.Moves}))
	if st.finding == nil || st.finding.asked != asked {
		s, err := st.startFinding(b, engine.StepNo(c.N), c)
		if err != nil {
			return proto.Done{}, err
		}
		st.finding = &finding{asked: asked, search: s}
	}
	f := st.finding
	f.done = f.search.Run(findSlice)
	w := encodeWays(f)
	w.Branch, w.N = int32(b), c.N
	return proto.Done{Ways: w}, nil
}

func (st *State) startFinding(b engine.BranchID, n engine.StepNo, c proto.Command) (*find.Search, error) {
	sc := st.T.Scenario()
	goal, err := find.ParseGoal(c.Cond, sc)
	if err != nil {
		return nil, Cannot("cond", "what", err.Error())
	}
	m := c.Moves
	if err := Between("most", int32(m.Most), 1, find.MaxMoves); err != nil {
		return nil, err
	}
	if len(m.Kinds) == 0 {
		return nil, Cannot("find-nothing")
	}
	set, err := find.ParseSet(sc, strings.Join(m.Kinds, ","), m.On, m.Calls, m.Settings)
	if err != nil {
		return nil, Cannot("op", "what", err.Error())
	}
	s, err := find.New(sc, st.worldAt(b, n), goal, nil, set, find.Limits{Moves: m.Most, Events: findEvents})
	if err != nil {
		return nil, Cannot("op", "what", err.Error())
	}
	return s, nil
}

func encodeWays(f *finding) *proto.Ways {
	r, now := f.search.Result(), f.search.Now()
	t := r.Total()
	w := &proto.Ways{Done: f.done, Futures: t.Futures, Events: t.Events, Cut: t.Cut, Moves: now.Moves, Proved: r.Proved, More: r.More, Groups: []proto.Way{}}
	if !f.done {
		w.Futures, w.Events = t.Futures+now.Futures, t.Events+now.Events
		return w
	}
	for _, g := range r.Groups() {
		if len(w.Groups) == maxWays {
			w.More = true
			break
		}
		way := proto.Way{Alike: len(g.Solutions), First: solution(&g.Solutions[0]), Also: []string{}}
		for i := range g.Solutions[1:min(len(g.Solutions), maxAlso+1)] {
			way.Also = append(way.Also, strings.Join(solution(&g.Solutions[i+1]).Ops, "; "))
		}
		w.Groups = append(w.Groups, way)
	}
	return w
}

func solution(s *find.Solution) proto.Solution {
	out := proto.Solution{Ops: []string{}, At: int64(s.At)}
	for i := range s.Moves {
		out.Ops = append(out.Ops, s.Moves[i].Setup().Text)
	}
	return out
}

// doReach makes moves after an event, on a branch of its own, and goes to where they
// lead.
func (st *State) doReach(w *Subscriber, c proto.Command) (proto.Done, error) {
	label, err := name(c.Text)
	if err != nil {
		return proto.Done{}, err
	}
	goal, err := find.ParseGoal(c.Cond, &st.File.Scenario)
	if err != nil {
		return proto.Done{}, Cannot("cond", "what", err.Error())
	}
	b, err := st.branchOf(c)
	if err = cmp.Or(err, Between("n", c.N, 0, int32(st.tipOf(b))), Between("ops", int32(len(c.Ops)), 0, maxReach)); err != nil {
		return proto.Done{}, err
	}
	if len(st.T.Branches()) >= maxBranches {
		return proto.Done{}, Cannot("many-branches", "max", maxBranches)
	}
	var ops []engine.Op
	for _, text := range c.Ops {
		op, err := scene.ParseOp(text, &st.File.Scenario)
		if err != nil {
			return proto.Done{}, Cannot("op", "what", err.Error())
		}
		ops = append(ops, op)
	}
	st.GoTo(b, engine.StepNo(c.N))
	if _, err := st.T.Fork(label); err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	for i, op := range ops {
		e, err := st.T.Apply(op, st.T.World().Now(), w.actor())
		if err != nil {
			st.T.Drop(st.T.Branch(), b, engine.StepNo(c.N))
			return proto.Done{}, Cannot("op", "what", err.Error())
		}
		if i > 0 {
			st.T.Join()
		}
		st.recordFrame(st.T.World(), e)
	}
	found := st.reachGoal(goal)
	st.observe()
	return proto.Done{Found: &found}, nil
}

// reachGoal runs on to where a goal is reached.
func (st *State) reachGoal(goal *find.Goal) bool {
	if !goal.AtEnd {
		return st.runTo(goal.Holds, 1, false)
	}
	st.runTo(func(*engine.World, *trace.Event) bool { return false }, 1, false)
	return st.T.AtEnd() && goal.Holds(st.T.World(), nil)
}
