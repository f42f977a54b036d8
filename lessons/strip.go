package lessons

import (
	"fmt"
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
)

// Strip is what a question comes to with each value of a parameter: a row of cells, or
// a grid.
type Strip struct {
	Name   string
	Second string // "": a row
	Cells  []Cell
}

// Cell is one run.
type Cell struct {
	Value, Second string
	Answer        string // as the engine puts it; "" when the run failed
	Wrong         string // why it failed
}

// Strip runs every cell of a step's parameter. It depends on the lesson alone.
func (l *Lesson) Strip(id string) (Strip, error) {
	for i := range l.Steps {
		s := &l.Steps[i]
		if s.ID != id || s.Param == nil {
			continue
		}
		doc := paramDoc(s.Param, &StepText{})
		out := Strip{Name: doc.Name}
		second := []string{""}
		if doc.Second != nil {
			out.Second, second = doc.Second.Name, doc.Second.Cells
		}
		for _, b := range second {
			for _, a := range doc.Cells {
				out.Cells = append(out.Cells, l.cell(s, a, b))
			}
		}
		return out, nil
	}
	return Strip{}, fmt.Errorf("%s: no step %q with a parameter", l.Slug, id)
}

func (l *Lesson) cell(s *Step, a, b string) Cell {
	c := Cell{Value: a, Second: b}
	r, err := l.run(s, a, b)
	if err == nil {
		var got Predicted
		if got, err = r.p.decide(r.t, s.Param.Ask); err == nil {
			c.Answer = got.Answer
		}
	}
	if err != nil {
		c.Wrong = err.Error()
	}
	return c
}

// ran is a run of a scene with some values, at the place where its question is asked.
type ran struct {
	p     *Player
	t     *engine.Timeline
	scene string
}

// run makes the run of a cell: the scene with the values in it, what is set first, and
// what is done at the place.
func (l *Lesson) run(s *Step, a, b string) (ran, error) {
	p := s.Param
	values := map[string]string{p.Name: a}
	set := p.Set
	if p.Second != nil {
		values[p.Second.Name] = b
		set = append(append([]string(nil), set...), p.Second.Set...)
	}
	var do []Move
	for _, m := range p.Do {
		m.Act, m.After = fillIn(m.Act, values), fillIn(m.After, values)
		do = append(do, m.move())
	}
	at := orElse(p.At, s.At.Text)
	return l.runWith(l.dir+"/"+l.file, l.source, values, fillAll(set, values), at, do)
}

// runWith runs a scene that has placeholders.
func (l *Lesson) runWith(file, source string, values map[string]string, set []string, place string, do []Move) (ran, error) {
	text := fillIn(source, values)
	f, err := scene.Parse(file, text)
	if err != nil {
		return ran{}, err
	}
	t, err := l.timeline(f.Scenario)
	if err != nil {
		return ran{}, err
	}
	r := ran{p: &Player{sc: &f.Scenario}, t: t, scene: text}
	for _, one := range set {
		op, err := scene.ParseOp(one, &f.Scenario)
		if err == nil {
			_, err = t.Apply(op, 0, byLesson)
		}
		if err != nil {
			return r, fmt.Errorf("%q: %w", one, err)
		}
	}
	if place != "" && place != "start" {
		if err := r.p.findText(t, place); err != nil {
			return r, err
		}
	}
	return r, r.make(do)
}

// make makes moves at the place where the run stands, and stands there again.
func (r *ran) make(do []Move) error {
	n, now := r.t.N(), r.t.World().Now()
	for _, m := range do {
		op, err := r.p.resolve(r.t, m.Act)
		if err != nil {
			return fmt.Errorf("%q: %w", m.Act, err)
		}
		if err := runTo(r.t, now.Add(m.After)); err != nil {
			return err
		}
		if _, err := r.t.Apply(op, now.Add(m.After), byLesson); err != nil {
			return fmt.Errorf("%q: %w", m.Act, err)
		}
	}
	return r.t.Seek(n)
}

// playParams runs every cell of every parameter: none may fail, and not all may say
// the same.
func (l *Lesson) playParams() (errs []error) {
	for i := range l.Steps {
		s := &l.Steps[i]
		if s.Param == nil {
			continue
		}
		strip, err := l.Strip(s.ID)
		if err != nil {
			return append(errs, err)
		}
		say := func(format string, args ...any) {
			errs = append(errs, l.wrong(s.path+".param.ask", "%s: param: %s", s, fmt.Sprintf(format, args...)))
		}
		answers := map[string]bool{}
		for _, c := range strip.Cells {
			if c.Wrong != "" {
				say("with %s: %s", strings.TrimSpace(c.Value+" "+c.Second), c.Wrong)
				break
			}
			answers[c.Answer] = true
		}
		if len(answers) == 1 {
			say("every cell says %s; expected a range with an edge in it", strip.Cells[0].Answer)
		}
	}
	return errs
}
