package find

import (
	"slices"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Limits bound a search.
type Limits struct {
	Moves       int  // futures with so many at most
	Future      int  // events of one future; those that go on are cut there
	Events      int  // of all futures together
	First       bool // one solution is enough
	Part, Parts int  // of several searches that share the work: this one is Part of Parts
}

// The limits that a search has when it is given none, and the largest.
const (
	DefaultMoves  = 2
	MaxMoves      = 3
	DefaultFuture = 1_000
	DefaultEvents = 5_000_000
	MaxFound      = 2_000
	maxTime       = sim.Time(24 * 60 * sim.Minute)
)

// Search goes through the futures of a scene. It is run in slices.
type Search struct {
	goal  *Goal
	fail  *Goal // nil: nothing fails
	set   Set
	limit Limits
	links []engine.LinkSpec
	names []string // of the hosts
	start *engine.World
	rec   *trace.Recorder

	res    Result
	level  Level
	stack  []*future
	turn   int // candidates at the start so far
	events int
	done   bool
}

// future is one that is being run, and what may be done in it.
type future struct {
	w     *engine.World
	moves []Move
	todo  []candidate
	order int    // of the segment, of the event at hand, on which the last move acts
	n     int    // events
	held  []held // what is to be let go when all else is over
	let   int    // so many were: an event each, where a delay needs none
	last  *trace.Event
}

type held struct {
	move int
	id   sim.PacketID // 0: the one that the move's rule meets
}

// New prepares a search from a world of a scene, which stays as it is. fail, if it is
// not nil, ends a future that it comes true in.
func New(sc *engine.Scenario, from *engine.World, goal, fail *Goal, set Set, limit Limits) (*Search, error) {
	if err := set.Valid(); err != nil {
		return nil, err
	}
	if limit.Moves < 0 {
		limit.Moves = DefaultMoves
	}
	limit.Moves = min(limit.Moves, MaxMoves)
	if limit.Future <= 0 {
		limit.Future = DefaultFuture
	}
	if limit.Events <= 0 {
		limit.Events = DefaultEvents
	}
	limit.Parts = max(limit.Parts, 1)
	s := &Search{goal: goal, fail: fail, set: set, limit: limit, links: sc.Links, start: from.Clone(), rec: &trace.Recorder{}}
	if goal.looks || fail != nil && fail.looks {
		s.rec = trace.NewRecorder()
	}
	for _, h := range s.start.Hosts() {
		s.names = append(s.names, h.Name)
	}
	s.res.Proved = -1
	s.begin(0)
	return s, nil
}

// Result is what has been found so far.
func (s *Search) Result() *Result { return &s.res }

// Now is how far the search is: the level at hand, counted as far as it goes.
func (s *Search) Now() Level { return s.level }

// begin goes through the futures with so many moves.
func (s *Search) begin(moves int) {
	s.level, s.turn = Level{Moves: moves, Whole: true}, 0
	f := &future{w: s.start.Clone()}
	if moves > 0 {
		f.todo = s.opening(f.w, 0, 0)
		s.share(f)
		f.w = f.w.Clone()
	} else {
		s.level.Futures = 1
	}
	s.stack = append(s.stack[:0], f)
}

// Run makes so many events in all and reports whether the search is over.
func (s *Search) Run(events int) (done bool) {
	stop := s.events + events
	for !s.done && s.events < stop {
		if s.events >= s.limit.Events {
			s.level.Whole = false
			s.endLevel()
			s.done = true
			break
		}
		f := s.stack[len(s.stack)-1]
		switch {
		case len(f.todo) > 0:
			c := f.todo[0]
			f.todo = f.todo[1:]
			s.enter(f, c)
		case !s.step(f):
			s.leave()
		}
	}
	return s.done
}

// leave ends a future; with the last one the level ends.
func (s *Search) leave() {
	if s.stack = s.stack[:len(s.stack)-1]; len(s.stack) > 0 {
		return
	}
	s.endLevel()
	if len(s.res.Found) > 0 || s.level.Moves >= s.limit.Moves {
		s.done = true
		return
	}
	s.begin(s.level.Moves + 1)
}

func (s *Search) endLevel() {
	s.res.Levels = append(s.res.Levels, s.level)
	switch {
	case len(s.res.Found) > 0:
		s.res.More = s.res.More || !s.level.Whole
		slices.SortStableFunc(s.res.Found, bySooner)
	case s.level.Whole && s.res.Proved == s.level.Moves-1:
		s.res.Proved = s.level.Moves
	}
}

// enter begins the future in which a candidate is made.
func (s *Search) enter(f *future, c candidate) {
	n := &future{w: c.world.Clone(), order: c.order, n: f.n, let: f.let}
	n.moves = append(slices.Clip(slices.Clone(f.moves)), c.move)
	n.held = slices.Clone(f.held)
	op := c.move.Op
	n.w.Act(s.rec, &op, c.act)
	if c.move.Kind == Hold {
		n.held = append(n.held, held{move: len(n.moves) - 1, id: op.Target.Packet})
	}
	switch {
	case !s.deepens(n):
	case c.move.Kind == Setting:
		n.todo = s.opening(n.w, c.order, 0)
	case op.Target.Packet != 0:
		n.todo = s.opening(n.w, len(s.set.Settings), c.order)
	}
	if c.move.Kind == Setting || op.Target.Packet != 0 {
		n.order = 0
	}
	if len(n.moves) == s.level.Moves {
		s.level.Futures++
	}
	if len(n.todo) > 0 {
		n.w = n.w.Clone()
	}
	s.stack = append(s.stack, n)
}

// deepens reports whether a future has moves to come at the level at hand.
func (s *Search) deepens(f *future) bool { return len(f.moves) < s.level.Moves }

// step makes one event in a future, and lists what may be done about it.
func (s *Search) step(f *future) bool {
	next := f.w.NextAt()
	switch {
	case next == sim.Never && len(f.held) > 0:
		s.release(f)
		return true
	case next == sim.Never:
		s.over(f)
		return false
	case f.n >= s.limit.Future || next > maxTime:
		if !s.deepens(f) {
			s.level.Cut++
		}
		return false
	}
	var before *engine.World
	if s.deepens(f) {
		before = f.w.Clone()
	}
	s.events++
	s.level.Events++
	f.n++
	f.w.Step(s.rec)
	f.last = nil
	if s.rec.On {
		e := s.rec.End()
		f.last = &e
	}
	if before != nil {
		s.offer(f, before)
	}
	f.order = 0
	return !s.judge(f)
}

// offer lists the moves on what the event sent, and the calls before the next event.
func (s *Search) offer(f *future, before *engine.World) {
	f.todo = s.segments(place{before, f.w, f.order})
	if calls := s.calls(f.w); len(calls) > 0 {
		f.todo = append(f.todo, calls...)
	}
	if len(f.todo) > 0 {
		s.share(f)
		here := f.w
		f.w = here.Clone() // the candidates keep the other one
	}
}

// share leaves to other searches what is theirs.
func (s *Search) share(f *future) {
	if s.limit.Parts == 1 || len(f.moves) > 0 {
		return
	}
	f.todo = slices.DeleteFunc(f.todo, func(candidate) bool {
		s.turn++
		return s.turn%s.limit.Parts != s.limit.Part
	})
}

// judge asks after an event whether a future is decided.
func (s *Search) judge(f *future) bool {
	if s.fail != nil && !s.fail.AtEnd && s.fail.Holds(f.w, f.last) {
		return true
	}
	if s.deepens(f) || s.goal.AtEnd || !s.goal.Holds(f.w, f.last) {
		return false
	}
	if len(f.held) > 0 && s.set.Has(Drop) {
		return true // a drop is the simpler move
	}
	return s.found(f)
}

// over asks at the end of a future, when nothing is scheduled any more.
func (s *Search) over(f *future) {
	if s.deepens(f) || !s.goal.AtEnd || s.fail != nil && s.fail.Holds(f.w, f.last) || !s.goal.Holds(f.w, f.last) {
		return
	}
	s.found(f)
}

// found keeps a solution.
func (s *Search) found(f *future) bool {
	if s.limit.First && len(s.res.Found) > 0 || len(s.res.Found) >= MaxFound {
		s.res.More = true
	} else {
		s.res.Found = append(s.res.Found, Solution{Moves: slices.Clone(f.moves), At: f.w.Now(), N: f.w.N() - engine.StepNo(f.let)})
	}
	if s.limit.First {
		s.res.More, s.level.Whole = true, false
		s.endLevel()
		s.done = true
	}
	return true
}
