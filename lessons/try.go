package lessons

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
)

// Try is one thing to try in a free scene: moves that are made as one, a place to
// go to, and what is to be seen there.
type Try struct {
	ID     string
	Title  map[string]string
	Text   map[string][]Span // one sentence before
	Says   map[string][]Span // one sentence after; {name} stands for a value
	Replay []string          // made first, at the start
	At     Place             // where Do is made
	Do     []string          // moves there; {NTH KIND from HOST} as in a lesson
	To     Place             // where the run goes on to
	Expect string            // a condition that holds there
	Values map[string]value

	file string
	line int
}

// value is a number that the run gives: an expression over the world at the place
// that the try leads to.
type value struct {
	text   string
	before bool // in the run as it is without the try
	unit   string
	ask    scene.Value
	at     *Place // asked there, which has been; nil: at the cursor
	of     string // the value of that step,
	name   string // of this name
}

// Tried is what a try came to.
type Tried struct {
	Branch engine.BranchID
	N      engine.StepNo
	Says   map[string][]Span
}

// Run makes a try on the scene's own run for somebody, on a branch of its own that is
// named label, and leaves the cursor at what it shows. What people did elsewhere stays
// there. On an error nothing has changed.
func (y *Try) Run(t *engine.Timeline, label, by string) (Tried, error) {
	p := &Player{sc: t.Scenario()}
	was, n := t.Branch(), t.N()
	before := len(t.Branches())
	if err := y.fork(p, t, label); err != nil {
		return Tried{}, err
	}
	err := y.perform(p, t, by)
	if err == nil {
		err = y.holds(t)
	}
	var said map[string][]Span
	if err == nil {
		said, err = y.told(p, t)
	}
	if err != nil {
		t.Drop(engine.BranchID(before), was, n)
		return Tried{}, err
	}
	return Tried{t.Branch(), t.N(), said}, nil
}

// fork begins the branch where the try parts from the scene's own run. Somebody may
// have interfered there before that; then it begins at the start.
func (y *Try) fork(p *Player, t *engine.Timeline, label string) error {
	at := engine.StepNo(0)
	if len(y.Replay) == 0 {
		own, err := engine.NewTimeline(*t.Scenario())
		if err != nil {
			return err
		}
		if err := p.find(own, y.At); err != nil {
			return y.wrong(err)
		}
		at = own.N()
		if moves := t.Interventions(0); len(moves) > 0 && moves[0].AtStep < at {
			at = 0
		}
	}
	was, n := t.Branch(), t.N()
	err := t.Switch(0, min(at, t.Branches()[0].Tip))
	if err == nil {
		err = t.Seek(at)
	}
	if err == nil {
		_, err = t.Fork(label)
	}
	if err != nil {
		_ = t.Switch(was, n)
	}
	return err
}

// perform makes the moves and goes to the place.
func (y *Try) perform(p *Player, t *engine.Timeline, by string) error {
	made := 0
	apply := func(list []string) error {
		for _, text := range list {
			op, err := p.resolve(t, text)
			if err != nil {
				return err
			}
			if _, err := t.Apply(op, t.World().Now(), by); err != nil {
				return err
			}
			if made++; made > 1 {
				t.Join()
			}
		}
		return nil
	}
	if err := apply(y.Replay); err != nil {
		return y.wrong(err)
	}
	if len(y.Replay) > 0 || y.At.Kind != AtStart {
		if err := p.find(t, y.At); err != nil {
			return y.wrong(err)
		}
	}
	if err := apply(y.Do); err != nil {
		return y.wrong(err)
	}
	if err := p.find(t, y.To); err != nil {
		return y.wrong(err)
	}
	return nil
}

func (y *Try) wrong(err error) error {
	return fmt.Errorf("%s:%d: try %q: %w", y.file, y.line, y.ID, err)
}

// holds checks what the try claims.
func (y *Try) holds(t *engine.Timeline) error {
	c, err := scene.Compile(y.Expect, t.Scenario())
	if err != nil {
		return y.wrong(err)
	}
	if !holds(t, c) {
		return y.wrong(fmt.Errorf("at %s s this does not hold: %s", t.World().Now().Seconds(), y.Expect))
	}
	return nil
}

// told fills the sentence after with the numbers of this run.
func (y *Try) told(p *Player, t *engine.Timeline) (map[string][]Span, error) {
	numbers := map[string]string{}
	var without *engine.Timeline
	for name, v := range y.Values {
		from := t
		if v.before {
			if without == nil {
				own, err := engine.NewTimeline(*t.Scenario())
				if err != nil {
					return nil, err
				}
				if err := p.find(own, y.To); err != nil {
					return nil, y.wrong(fmt.Errorf("without the try: %w", err))
				}
				without = own
			}
			from = without
		}
		got, err := v.ask(from.World(), current(from))
		if err != nil {
			return nil, y.wrong(fmt.Errorf("%s: %w", v.text, err))
		}
		numbers[name] = spell(got, v.unit)
	}
	out := map[string][]Span{}
	for lang, list := range y.Says {
		out[lang] = fill(list, numbers)
	}
	return out, nil
}

// spell writes a number as people read it; seconds in the unit that fits.
func spell(v any, unit string) string {
	x, ok := v.(float64)
	switch n := v.(type) {
	case int:
		x, ok = float64(n), true
	case string:
		return n
	case bool:
		return strconv.FormatBool(n)
	}
	switch {
	case !ok:
		return fmt.Sprint(v)
	case unit == "seconds" && x > 0 && x < 1:
		return three(x*1000) + " ms"
	case unit == "seconds":
		return three(x) + " s"
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// three writes three digits that matter, and no zeros behind them.
func three(x float64) string {
	digits := 2 - int(math.Floor(math.Log10(math.Max(math.Abs(x), 1))))
	s := strconv.FormatFloat(x, 'f', max(digits, 0), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Button is the catalogue key of what its button says: try.KEY.
func (y *Try) Button() string {
	switch {
	case len(y.Do) > 0:
		verb, _, _ := strings.Cut(y.Do[0], " ")
		return verb
	case len(y.Replay) > 0:
		return "replay"
	}
	return "go"
}

var errNoTry = errors.New("this scene has no such thing to try")

// Find returns the try with this id.
func Find(all []Try, id string) (*Try, error) {
	for i := range all {
		if all[i].ID == id {
			return &all[i], nil
		}
	}
	return nil, errNoTry
}
