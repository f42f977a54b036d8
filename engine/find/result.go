package find

import (
	"cmp"
	"slices"
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
)

// Move is one intervention of a solution.
type Move struct {
	Kind Kind
	Op   engine.Op
	At   sim.Time // when it acts: the segment is sent, the call is made
	like string   // what it has in common with moves on equivalent segments
}

// Setup is the operation that makes the move, when it is made before the start: a
// call waits for its instant.
func (m *Move) Setup() engine.Op {
	if m.Kind != Call {
		return m.Op
	}
	then := m.Op
	op := engine.Op{Kind: engine.OpLater, When: m.At, Then: &then}
	op.Text = scene.FormatOp(op)
	return op
}

// Statement is the move as a statement of a scene.
func (m *Move) Statement() string {
	at := "0s"
	if m.Kind == Call {
		return m.Setup().Text
	}
	return "at " + at + " " + m.Op.Text
}

// Solution is moves that reach the goal.
type Solution struct {
	Moves []Move
	At    sim.Time      // when the goal is reached
	N     engine.StepNo // after so many events, with the moves made at the very start
}

// like is what solutions have in common that differ only in an equivalent segment.
func (s *Solution) like() string {
	var all []string
	for i := range s.Moves {
		all = append(all, s.Moves[i].like)
	}
	return strings.Join(all, "; ")
}

// Level is what was tried with so many moves.
type Level struct {
	Moves   int  `json:"moves"`
	Futures int  `json:"futures"`
	Events  int  `json:"events"`
	Cut     int  `json:"cut,omitempty"` // futures that were not run to their end
	Whole   bool `json:"whole"`         // every future of the level was tried
}

// Result is what a search has found, or proven.
type Result struct {
	Found  []Solution // all of one length, the one that is reached first at the front
	More   bool       // there may be more of that length: a limit was reached
	Proved int        // no future with so many moves or fewer reaches the goal; -1: not even without any
	Levels []Level
}

// Group is solutions that differ only in an equivalent segment: one of the same kind
// from the same host.
type Group struct {
	Like      string
	Solutions []Solution
}

// Groups puts solutions together that are alike.
func (r *Result) Groups() (out []Group) {
	for _, s := range r.Found {
		like := s.like()
		i := slices.IndexFunc(out, func(g Group) bool { return g.Like == like })
		if i < 0 {
			out = append(out, Group{Like: like})
			i = len(out) - 1
		}
		out[i].Solutions = append(out[i].Solutions, s)
	}
	return out
}

// Total sums up what was tried.
func (r *Result) Total() (t Level) {
	t.Whole = true
	for _, l := range r.Levels {
		t.Moves = l.Moves
		t.Futures += l.Futures
		t.Events += l.Events
		t.Cut += l.Cut
		t.Whole = t.Whole && l.Whole
	}
	return t
}

// Merge puts together what searches found that shared the work. None has stopped
// before the least number of moves with which any has found something.
func Merge(parts []*Result) *Result {
	out := *parts[0]
	out.Levels, out.Found = slices.Clone(out.Levels), slices.Clone(out.Found)
	for _, p := range parts[1:] {
		out.join(p)
	}
	slices.SortStableFunc(out.Found, bySooner)
	if len(out.Found) > 0 {
		n := len(out.Found[0].Moves)
		out.Levels = slices.DeleteFunc(out.Levels, func(l Level) bool { return l.Moves > n })
		out.Proved = min(out.Proved, n-1)
	}
	return &out
}

func (r *Result) join(p *Result) {
	r.Proved = min(r.Proved, p.Proved)
	r.More = r.More || p.More
	for i, l := range p.Levels {
		switch {
		case i == len(r.Levels):
			r.Levels = append(r.Levels, l)
		case i > 0: // without a move there is one future, which each has run
			a := &r.Levels[i]
			a.Futures += l.Futures
			a.Events += l.Events
			a.Cut += l.Cut
			a.Whole = a.Whole && l.Whole
		}
	}
	mine, theirs := fewest(r.Found), fewest(p.Found)
	switch {
	case len(p.Found) == 0 || mine < theirs:
	case theirs < mine:
		r.Found = slices.Clone(p.Found)
	case mine > 0:
		r.Found = append(r.Found, p.Found...)
	}
}

func fewest(found []Solution) int {
	if len(found) == 0 {
		return MaxMoves + 1
	}
	return len(found[0].Moves)
}

// bySooner puts first what reaches the goal sooner; of equals the order of the text.
func bySooner(a, b Solution) int {
	return cmp.Or(cmp.Compare(a.At, b.At), strings.Compare(a.text(), b.text()))
}

func (s *Solution) text() string {
	var all []string
	for i := range s.Moves {
		all = append(all, s.Moves[i].Op.Text)
	}
	return strings.Join(all, "\n")
}
