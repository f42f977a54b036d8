package lessons

import (
	"fmt"
	"maps"
	"slices"

	"wirestep/engine"
	"wirestep/engine/sim"
)

// byLesson is who makes the moves that the person did not make.
const byLesson = "lesson"

// Spot is a place that was found: after so many events of a branch.
type Spot struct {
	Branch engine.BranchID `json:"branch"`
	N      engine.StepNo   `json:"n"`
}

// State is all that a player remembers; everything else it reads off the
// timeline. It is small and plain, so that a journal may keep it.
type State struct {
	Level  string  `json:"level"`
	Step   int     `json:"step"`
	Stands []Stand `json:"stands"` // by step
}

// Stand is what is known of one step.
type Stand struct {
	Reached bool              `json:"reached,omitempty"`
	Home    Spot              `json:"home"`
	Done    bool              `json:"done,omitempty"`
	Replay  *engine.BranchID  `json:"replay,omitempty"` // the branch that its replay made
	Hints   int               `json:"hints,omitempty"`
	Answer  Answer            `json:"answer"`
	Values  map[string]string `json:"values,omitempty"` // asked where it stands
	After   map[string]string `json:"after,omitempty"`  // asked afterwards
}

// Answer is what a person said to the question of a step, and what is right.
type Answer struct {
	Choice  string          `json:"choice,omitempty"` // the last
	Tried   []string        `json:"tried,omitempty"`  // wrong ones, where there are several tries
	Verdict string          `json:"verdict,omitempty"`
	Belief  string          `json:"belief,omitempty"`
	Right   string          `json:"right,omitempty"` // "" as long as it is open
	Why     engine.StepNo   `json:"why,omitempty"`
	Offered []engine.StepNo `json:"offered,omitempty"` // events to choose a cause from
	Chain   []engine.StepNo `json:"chain,omitempty"`   // those of them that are causes
	Cause   engine.StepNo   `json:"cause,omitempty"`   // the one that was chosen
}

// Status is what a page shows of a lesson.
type Status struct {
	Slug   string
	Level  string
	Step   int
	Steps  int
	Done   bool
	Away   bool
	Lacks  int    // the move that has to be made before the run goes on, from 1
	Made   []bool // which of the step's moves have been made, on this branch
	Hints  int
	Asked  bool // the question is decided
	Choice string
	Right  string

	Tried      []string
	Verdict    string
	Belief     string
	Candidates []engine.StepNo // of a question for the cause
	Cause      *WhyAsked
	Values     map[string]string          // of this step, those that are known
	Branches   map[string]engine.BranchID // by step
}

// Player leads one session through a lesson. It holds no timeline: whoever owns
// one hands it in, and gets it back with the cursor moved.
type Player struct {
	l     *Lesson
	sc    *engine.Scenario
	s     State
	away  bool
	moved []bool // of the step's moves, those that have been made on this branch
	lacks int
	seen  Spot // the last place observed

	shadow bool // it only looks ahead for another, and offers nothing itself

	last   *engine.World // at the tip of a branch: it knows every segment of it
	lastAt Spot
	copied replayed
}

// NewPlayer returns a player that has not started. The lesson has been loaded
// without an error.
func NewPlayer(l *Lesson) *Player { return Resume(l, State{}) }

// Resume returns a player that remembers s. A state that does not fit the
// lesson, which may have been rewritten since, starts it anew.
func Resume(l *Lesson, s State) *Player {
	if s.Step < 0 || s.Step >= len(l.Steps) || len(s.Stands) != len(l.Steps) || !s.Stands[s.Step].Reached || !slices.Contains(Levels, s.Level) {
		s = State{Level: l.Level, Stands: make([]Stand, len(l.Steps))}
	}
	return &Player{l: l, sc: l.sc, s: s}
}

// Recompute runs each branch to where a step stands in it: whoever rebuilds a timeline from
// moves has its branches, but not yet the events of all of them.
func (p *Player) Recompute(t *engine.Timeline) error {
	b, n := t.Branch(), t.N()
	for _, d := range p.s.Stands {
		if !d.Reached || int(d.Home.Branch) >= len(t.Branches()) {
			continue
		}
		tip := t.Branches()[d.Home.Branch].Tip
		if d.Home.N <= tip {
			continue
		}
		if err := t.Switch(d.Home.Branch, tip); err != nil {
			return err
		}
		if err := t.Seek(d.Home.N); err != nil {
			return err
		}
	}
	return t.Switch(b, n)
}

// State returns what is to be kept; the player does not share it.
func (p *Player) State() State {
	s := p.s
	s.Stands = slices.Clone(s.Stands)
	for i := range s.Stands {
		d := &s.Stands[i]
		d.Values, d.After, d.Answer.Tried = maps.Clone(d.Values), maps.Clone(d.After), slices.Clone(d.Answer.Tried)
	}
	return s
}

func (p *Player) stand() *Stand { return &p.s.Stands[p.s.Step] }
func (p *Player) step() *Step   { return &p.l.Steps[p.s.Step] }
func (p *Player) started() bool { return len(p.s.Stands) > 0 && p.stand().Reached }
func (p *Player) home() Spot    { return p.stand().Home }

// open reports whether the step's question waits for an answer.
func (p *Player) open() bool { return p.step().Predict != nil && p.stand().Answer.Right == "" }

// Status says where the person stands.
func (p *Player) Status() Status {
	st := Status{Slug: p.l.Slug, Level: p.s.Level, Step: p.s.Step, Steps: len(p.l.Steps), Away: p.away}
	if !p.started() {
		return st
	}
	d, a := p.stand(), &p.stand().Answer
	st.Done, st.Lacks, st.Made, st.Hints = d.Done, p.lacks, p.moved, d.Hints
	st.Asked, st.Choice, st.Right = a.Right != "", a.Choice, a.Right
	st.Tried, st.Verdict, st.Belief = a.Tried, a.Verdict, a.Belief
	if q := p.step().Predict; q != nil && q.Ask == "cause" {
		st.Candidates = a.Offered
	} else if len(a.Offered) > 0 {
		st.Cause = &WhyAsked{Of: a.Why, Candidates: a.Offered, Choice: a.Cause}
		if a.Cause != 0 {
			st.Cause.Right = a.Chain
		}
	}
	st.Values = maps.Clone(d.Values)
	if st.Asked || p.step().Predict == nil && d.Done {
		if st.Values == nil {
			st.Values = map[string]string{}
		}
		maps.Copy(st.Values, d.After)
	}
	st.Branches = map[string]engine.BranchID{}
	for i := range p.s.Stands {
		if s := &p.s.Stands[i]; s.Replay != nil {
			st.Branches[p.l.Steps[i].ID] = *s.Replay
		} else if s.Reached {
			st.Branches[p.l.Steps[i].ID] = s.Home.Branch
		}
	}
	return st
}

// Asking reports whether the step waits for a prediction: what comes next is then not shown.
func (p *Player) Asking() bool { return !p.away && p.started() && p.open() }

// Hint notes that one more hint was asked for.
func (p *Player) Hint() {
	if p.started() {
		p.stand().Hints = min(p.stand().Hints+1, len(p.l.Texts[Langs[0]].Steps[p.s.Step].Hints))
	}
}

// beside returns the nearest step that the level has, in the direction of by; -1: none.
func (p *Player) beside(i, by int) int {
	for i += by; i >= 0 && i < len(p.l.Steps); i += by {
		if p.l.Steps[i].Has(p.s.Level) {
			return i
		}
	}
	return -1
}

// Start goes to the first step and forgets every answer. Branches stay.
func (p *Player) Start(t *engine.Timeline) error {
	first := p.beside(-1, 1)
	if first < 0 {
		return fmt.Errorf("%s: no step at the level %s", p.l.dir, p.s.Level)
	}
	was := p.s.Stands[first]
	p.s.Step, p.s.Stands = first, make([]Stand, len(p.l.Steps))
	if was.Reached {
		*p.stand() = Stand{Reached: true, Home: was.Home, Values: was.Values}
		return p.Return(t)
	}
	if err := t.Switch(0, 0); err != nil {
		return err
	}
	return p.arrive(t, first)
}

// SetLevel changes the level of detail. A step that it does not have is left for the
// nearest one before that it has, or the first.
func (p *Player) SetLevel(t *engine.Timeline, level string) error {
	if !slices.Contains(Levels, level) {
		return fmt.Errorf("level %q; expected one of %v", level, Levels)
	}
	p.s.Level = level
	if !p.started() {
		return nil
	}
	was, first := p.s.Step, p.beside(-1, 1)
	to := p.s.Step
	if !p.step().Has(level) {
		to = max(p.beside(p.s.Step, -1), first)
	}
	from := first // the last before which this level has been everywhere
	for next := p.beside(from, 1); next >= 0 && next <= to && p.s.Stands[next].Reached; next = p.beside(from, 1) {
		from = next
	}
	if from == was {
		return p.Observe(t)
	}
	p.s.Step = from
	if !p.stand().Reached {
		if err := t.Switch(0, 0); err != nil {
			return err
		}
		if len(t.Interventions(0)) > 0 { // what was done at the other level is no part of this one
			if _, err := t.Fork(""); err != nil {
				return err
			}
		}
		if err := p.arrive(t, from); err != nil {
			return err
		}
	}
	for p.s.Step != to { // by the moves of this level
		if err := p.Next(t); err != nil {
			return err
		}
	}
	return p.Return(t)
}

// Prev goes to where the step before stands.
func (p *Player) Prev(t *engine.Timeline) error {
	for i := p.beside(p.s.Step, -1); i >= 0; i = p.beside(i, -1) {
		if p.s.Stands[i].Reached {
			p.s.Step = i
			break
		}
	}
	return p.Return(t)
}

// Return goes to where the step stands. If the future there holds foreign moves,
// it goes on a branch of its own.
func (p *Player) Return(t *engine.Timeline) error {
	if !p.started() {
		return p.Start(t)
	}
	h := p.home()
	if err := t.Switch(h.Branch, h.N); err != nil {
		return err
	}
	if p.strays(t) {
		if _, err := t.Fork(p.step().ID); err != nil {
			return err
		}
		p.stand().Home = Spot{t.Branch(), t.N()}
	}
	return p.Observe(t)
}

// Next goes to where the next step stands. What the person has not done it
// does: it makes the moves of this step, on the lesson's own run.
func (p *Player) Next(t *engine.Timeline) error {
	if !p.started() {
		return p.Start(t)
	}
	if err := p.Observe(t); err != nil {
		return err
	}
	next := p.beside(p.s.Step, 1)
	if next < 0 {
		return nil
	}
	if err := p.settle(t); err != nil {
		return err
	}
	on := p.l.Steps[next].On
	switch {
	case on == p.step().On:
		if err := p.leave(t); err != nil {
			return err
		}
	case on != "":
		if err := p.ontoReplay(t, on); err != nil {
			return err
		}
	default: // back to the lesson's own run
		for p.step().On != "" {
			p.s.Step = p.beside(p.s.Step, -1)
		}
		if err := p.leave(t); err != nil {
			return err
		}
	}
	return p.arrive(t, next)
}

// leave makes the moves of this step that are not made, and stands where the search
// for the next place begins.
func (p *Player) leave(t *engine.Timeline) error {
	replays := p.step().replays() != nil
	if p.away = p.strays(t); replays || p.away || !p.made(t) {
		if err := p.Return(t); err != nil {
			return err
		}
		if !replays && !p.made(t) {
			if err := p.perform(t); err != nil {
				return err
			}
		}
	}
	n := p.home().N
	if _, rest, _ := p.split(t); !replays {
		for _, iv := range rest { // a condition is looked for after the moves
			n = max(n, iv.AtStep+1)
		}
	}
	return t.Seek(min(n, t.Tip()))
}

// ontoReplay goes to the start of the branch that the replay of a step made, and makes
// it if nobody has.
func (p *Player) ontoReplay(t *engine.Timeline, id string) error {
	was := p.s.Step
	for i := range p.l.Steps {
		if p.l.Steps[i].ID == id {
			p.s.Step = i
		}
	}
	if !p.started() {
		p.s.Step = was
		return fmt.Errorf("%s: the step %q has not been reached", p.l.dir, id)
	}
	if p.stand().Replay == nil {
		err := p.Return(t)
		if err == nil {
			err = p.perform(t)
		}
		if err != nil {
			return err
		}
		b := t.Branch()
		p.stand().Replay = &b
	}
	b := *p.stand().Replay
	ops := engine.StepNo(len(p.step().replays()))
	p.s.Step = was
	return t.Switch(b, min(ops, t.Branches()[b].Tip))
}

// arrive looks for the place of step i from the cursor on, and stands there.
func (p *Player) arrive(t *engine.Timeline, i int) error {
	step := &p.l.Steps[i]
	if step.On == "" || step.At.Kind != AtStart {
		if err := p.find(t, step.At); err != nil {
			return p.l.wrong(step.path+".at", "%s: %w", step, err)
		}
	}
	d := &p.s.Stands[i]
	d.Reached, d.Home = true, Spot{t.Branch(), t.N()}
	p.s.Step = i
	var err error
	if d.Values, err = p.evaluate(t, step.Values); err != nil {
		return p.complain("%v", err)
	}
	return p.Return(t) // the step may stand earlier than moves of the one before
}

// homeTime is the instant at which step i stands.
func (p *Player) homeTime(t *engine.Timeline, i int) sim.Time {
	h := p.s.Stands[i].Home
	if ev := t.Event(h.Branch, h.N); ev != nil {
		return ev.At
	}
	return 0
}

func (p *Player) complain(format string, args ...any) error { return p.complainOf("", format, args...) }

// complainOf says what is wrong with a part of the step: ".goal".
func (p *Player) complainOf(part, format string, args ...any) error {
	return p.l.wrong(p.step().path+part, "%s: %w", p.step(), fmt.Errorf(format, args...))
}
