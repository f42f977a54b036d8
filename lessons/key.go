package lessons

import (
	"errors"
	"strings"
)

// Answered is what a step comes to when somebody does all that it asks for.
type Answered struct {
	Step   int
	Right  string            // the answer as one would give it: the key of an option, a number in the question's unit, keys joined by commas
	Values map[string]string // what {=name} stands for in the step's texts
}

// Key plays the lesson at one level and says what each of its steps comes to: the key of
// a worksheet, made by running and never written.
func (l *Lesson) Key(level string) ([]Answered, error) {
	t, err := l.timeline(*l.sc)
	if err != nil {
		return nil, err
	}
	p := NewPlayer(l)
	p.s.Level = level
	if err := p.Start(t); err != nil {
		return nil, err
	}
	var all []Answered
	for {
		a := Answered{Step: p.s.Step}
		errs := p.playStep(t, func(_, _ string, got Predicted) {
			a.Right = got.Right
			if q := p.step().Predict; q.how() == asNumber || q.how() == asAxis {
				a.Right = q.spoken(got.Answer)
			}
		})
		if err := errors.Join(errs...); err != nil {
			return nil, err
		}
		a.Values = p.Status().Values
		all = append(all, a)
		if p.beside(p.s.Step, 1) < 0 {
			return all, nil
		}
		if err := p.Next(t); err != nil {
			return nil, err
		}
	}
}

// Keys are those of an answer that names several, or one.
func (a Answered) Keys() []string { return strings.Split(a.Right, ",") }
