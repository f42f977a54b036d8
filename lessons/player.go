package lessons

import (
	"fmt"

	"wirestep/engine"
	"wirestep/engine/scene"
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
	Step    int      `json:"step"`
	Homes   []Spot   `json:"homes"` // where the steps reached so far stand
	Goals   []bool   `json:"goals"` // which of them are done
	Answers []Answer `json:"answers"`
}

// Answer is what a person said to the question of a step, and what is right.
type Answer struct {
	Choice string `json:"choice,omitempty"`
	Right  string `json:"right,omitempty"`
	Why    int32  `json:"why,omitempty"`
}

// Predicted is the engine's answer to a question, run ahead on a fork.
type Predicted struct {
	Choice string
	Right  string
	Why    engine.StepNo // the event that decides, in the branch as it will be
	Answer string        // as the engine put it: "1s", "ACK from server"

	Verdict string // on the choice: one of the verdicts
	Belief  string // the key of the belief that it belongs to
	Left    int    // tries
}

// Status is what a page shows of a lesson.
type Status struct {
	Slug   string
	Step   int
	Steps  int
	Done   bool
	Away   bool
	Asked  bool
	Choice string
	Right  string

	Level      string
	Lacks      int // the move that has to be made before the run goes on, from 1
	Hints      int
	Tried      []string
	Verdict    string
	Belief     string
	Candidates []engine.StepNo // of a question for the cause
	Cause      *WhyAsked
	Values     map[string]string          // of this step, those that are known
	Branches   map[string]engine.BranchID // by step
}

// WhyAsked is the question which event caused what a step asked about.
type WhyAsked struct {
	Of         engine.StepNo
	Candidates []engine.StepNo
	Choice     engine.StepNo
	Right      []engine.StepNo
}

// Player leads one session through a lesson. It holds no timeline: whoever owns
// one hands it in, and gets it back with the cursor moved.
type Player struct {
	l    *Lesson
	sc   *engine.Scenario
	s    State
	away bool
	seen Spot // the last place observed

	last   *engine.World // at the tip of a branch: it knows every segment of it
	lastAt Spot
}

// NewPlayer returns a player that has not started. The lesson has been loaded
// without an error.
func NewPlayer(l *Lesson) *Player { return Resume(l, State{}) }

// Resume returns a player that remembers s. A state that does not fit the
// lesson, which may have been rewritten since, starts it anew.
func Resume(l *Lesson, s State) *Player {
	n := len(s.Homes)
	if s.Step < 0 || s.Step >= max(n, 1) || n > len(l.Steps) || len(s.Goals) != n || len(s.Answers) != n {
		s = State{}
	}
	return &Player{l: l, sc: l.sc, s: s}
}

// State returns what is to be kept; the player does not share it.
func (p *Player) State() State {
	s := p.s
	s.Homes = append([]Spot(nil), s.Homes...)
	s.Goals = append([]bool(nil), s.Goals...)
	s.Answers = append([]Answer(nil), s.Answers...)
	return s
}

// Status says where the person stands.
func (p *Player) Status() Status {
	st := Status{Level: p.l.Level, Slug: p.l.Slug, Step: p.s.Step, Steps: len(p.l.Steps), Away: p.away}
	if p.s.Step < len(p.s.Homes) {
		a := p.s.Answers[p.s.Step]
		st.Done = p.s.Goals[p.s.Step]
		st.Asked, st.Choice, st.Right = a.Choice != "", a.Choice, a.Right
	}
	return st
}

// Asking reports whether the step waits for a prediction: what comes next is then not shown.
func (p *Player) Asking() bool {
	return !p.away && p.s.Step < len(p.s.Homes) && p.l.Steps[p.s.Step].Predict != nil && p.s.Answers[p.s.Step].Choice == ""
}

// Start goes to the first step and forgets every answer. Branches stay.
func (p *Player) Start(t *engine.Timeline) error {
	if len(p.s.Homes) == 0 {
		if err := t.Switch(0, 0); err != nil {
			return err
		}
		return p.arrive(t, 0)
	}
	p.s.Homes, p.s.Goals, p.s.Answers = p.s.Homes[:1], p.s.Goals[:1], p.s.Answers[:1]
	p.s.Step, p.s.Goals[0], p.s.Answers[0] = 0, false, Answer{}
	return p.Return(t)
}

// Prev goes to where the step before stands.
func (p *Player) Prev(t *engine.Timeline) error {
	if p.s.Step == 0 {
		return p.Return(t)
	}
	p.s.Step--
	return p.Return(t)
}

// Return goes to where the step stands. If the future there holds foreign moves,
// it goes on a branch of its own.
func (p *Player) Return(t *engine.Timeline) error {
	if len(p.s.Homes) == 0 {
		return p.Start(t)
	}
	h := p.home()
	if err := t.Switch(h.Branch, h.N); err != nil {
		return err
	}
	if p.strays(t) {
		if _, err := t.Fork(p.l.Steps[p.s.Step].ID); err != nil {
			return err
		}
		p.s.Homes[p.s.Step] = Spot{t.Branch(), t.N()}
	}
	return p.Observe(t)
}

// Next goes to where the next step stands. What the person has not done it
// does: it makes the moves of this step, on the lesson's own run.
func (p *Player) Next(t *engine.Timeline) error {
	if len(p.s.Homes) == 0 {
		return p.Start(t)
	}
	if p.s.Step == len(p.l.Steps)-1 {
		return p.Observe(t)
	}
	if err := p.Observe(t); err != nil {
		return err
	}
	step := &p.l.Steps[p.s.Step]
	replays := len(step.Do) > 0 && len(step.Do[len(step.Do)-1].Replay) > 0
	if replays || p.away || !p.made(t) {
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
	if err := t.Seek(min(n, t.Tip())); err != nil {
		return err
	}
	return p.arrive(t, p.s.Step+1)
}

// arrive looks for the place of step i from the cursor on, and stands there.
func (p *Player) arrive(t *engine.Timeline, i int) error {
	step := &p.l.Steps[i]
	if err := p.find(t, step.At); err != nil {
		return fmt.Errorf("%s/lesson.yaml:%d: %s: %w", p.l.dir, step.line, step, err)
	}
	spot := Spot{t.Branch(), t.N()}
	if i < len(p.s.Homes) {
		p.s.Homes[i] = spot
	} else {
		p.s.Homes = append(p.s.Homes, spot)
		p.s.Goals = append(p.s.Goals, false)
		p.s.Answers = append(p.s.Answers, Answer{})
	}
	p.s.Step = i
	return p.Return(t) // the step may stand earlier than moves of the one before
}

// Observe looks at the timeline after the person did something with it.
func (p *Player) Observe(t *engine.Timeline) error {
	if len(p.s.Homes) == 0 {
		return nil
	}
	p.away = p.strays(t)
	now := Spot{t.Branch(), t.N()}
	step := &p.l.Steps[p.s.Step]
	open := step.Goal == "" && step.Predict != nil && p.s.Answers[p.s.Step].Choice == ""
	if !p.away && !open && !p.s.Goals[p.s.Step] && p.made(t) {
		ok, err := p.reached(t, step.Goal)
		if err != nil {
			return err
		}
		p.s.Goals[p.s.Step] = ok
	}
	p.seen = now
	return nil
}

// reached reports whether cond holds at the cursor or did since the step's
// place; a page may have run many events before it is observed.
func (p *Player) reached(t *engine.Timeline, cond string) (bool, error) {
	if cond == "" {
		return true, nil
	}
	c, err := scene.Compile(cond, p.sc)
	if err != nil {
		return false, err
	}
	if holds(t, c) {
		return true, nil
	}
	from := engine.StepNo(1)
	if h := p.home(); !p.replaying(t) {
		from = h.N + 1
	}
	if p.seen.Branch == t.Branch() && p.seen.N >= from {
		from = p.seen.N + 1
	}
	if t.N() <= from {
		return false, nil
	}
	ahead := t.Clone()
	if err := ahead.Seek(from); err != nil {
		return false, err
	}
	for {
		if holds(ahead, c) {
			return true, nil
		}
		if ahead.N() >= t.N() {
			return false, nil
		}
		if _, ok := ahead.Step(); !ok {
			return false, ahead.Err()
		}
	}
}

func (p *Player) home() Spot { return p.s.Homes[p.s.Step] }

// homeTime is the instant at which step i stands.
func (p *Player) homeTime(t *engine.Timeline, i int) sim.Time {
	h := p.s.Homes[i]
	if ev := t.Event(h.Branch, h.N); ev != nil {
		return ev.At
	}
	return 0
}
