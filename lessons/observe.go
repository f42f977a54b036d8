package lessons

import (
	"fmt"
	"slices"

	"wirestep/engine"
	"wirestep/engine/scene"
)

// Observe looks at the timeline after the person did something with it.
func (p *Player) Observe(t *engine.Timeline) error {
	if !p.started() {
		return nil
	}
	p.away = p.strays(t)
	now := Spot{t.Branch(), t.N()}
	step, d := p.step(), p.stand()
	p.moved, p.lacks = p.makes(t), 0
	if !p.away && !d.Done {
		p.lacks = slices.Index(p.moved, false) + 1
	}
	if !p.away && step.replays() != nil && p.replaying(t) {
		b := t.Branch()
		d.Replay = &b
	}
	if !p.away && p.lacks == 0 && !d.Done && !p.open() {
		at, err := p.reached(t, step.Goal)
		p.seen = now
		if err != nil {
			return err
		}
		d.Done = at != nil
		if at != nil && step.Predict == nil {
			if d.After, err = p.evaluate(at, step.After); err != nil {
				return p.complain("%v", err)
			}
		}
	}
	return p.offer(t)
}

// reached returns the timeline where cond holds, if it does at the cursor or did since
// the step's place; a page may have run many events before it is observed.
func (p *Player) reached(t *engine.Timeline, cond string) (*engine.Timeline, error) {
	if cond == "" {
		return t, nil
	}
	c, err := scene.Compile(cond, p.sc)
	if err != nil {
		return nil, err
	}
	if holds(t, c) {
		return t, nil
	}
	from := engine.StepNo(1)
	if h := p.home(); !p.replaying(t) {
		from = h.N + 1
	}
	if p.seen.Branch == t.Branch() && p.seen.N >= from {
		from = p.seen.N + 1
	}
	if t.N() <= from {
		return nil, nil
	}
	ahead := t.Clone()
	if err := ahead.Seek(from); err != nil {
		return nil, err
	}
	for {
		if holds(ahead, c) {
			return ahead, nil
		}
		if ahead.N() >= t.N() {
			return nil, nil
		}
		if _, ok := ahead.Step(); !ok {
			return nil, ahead.Err()
		}
	}
}

// evaluate asks values of the world at the cursor of t.
func (p *Player) evaluate(t *engine.Timeline, all map[string]value) (map[string]string, error) {
	if len(all) == 0 {
		return nil, nil
	}
	out := map[string]string{}
	for name, v := range all {
		if v.of != "" {
			out[name] = p.borrowed(v)
			continue
		}
		from, err := p.where(t, v)
		if err != nil {
			return nil, fmt.Errorf("{=%s}: %w", name, err)
		}
		got, err := v.ask(from.World(), current(from))
		if err != nil {
			return nil, fmt.Errorf("{=%s}: %w", name, err)
		}
		out[name] = spell(got, v.unit)
	}
	return out, nil
}

// where is the timeline at the place at which a value is asked: one that has been.
func (p *Player) where(t *engine.Timeline, v value) (*engine.Timeline, error) {
	if v.at == nil {
		return t, nil
	}
	past := t.Clone()
	if err := past.Seek(0); err != nil {
		return nil, err
	}
	if err := p.find(past, *v.at); err != nil {
		return nil, err
	}
	if past.N() > t.N() {
		return nil, fmt.Errorf("%q comes later; expected a place that has been", v.at.Text)
	}
	return past, nil
}

// borrowed is a value of an earlier step.
func (p *Player) borrowed(v value) string {
	for i := range p.l.Steps {
		if p.l.Steps[i].ID != v.of {
			continue
		}
		d := &p.s.Stands[i]
		if s, ok := d.Values[v.name]; ok {
			return s
		}
		return d.After[v.name]
	}
	return ""
}

// settle asks the values that are known afterwards when a step is left before that:
// a later one may speak of them.
func (p *Player) settle(t *engine.Timeline) error {
	step, d := p.step(), p.stand()
	if len(step.After) == 0 || d.After != nil {
		return nil
	}
	if step.Predict != nil {
		_, err := p.ask(t)
		return err
	}
	future, err := p.ahead(t)
	if err != nil {
		return err
	}
	if step.Goal != "" {
		if err := p.find(future, Place{Kind: AtCond, Cond: step.Goal, Text: step.Goal}); err != nil {
			return p.complain("goal: %v", err)
		}
	}
	if d.After, err = p.evaluate(future, step.After); err != nil {
		return p.complain("%v", err)
	}
	return nil
}

// ahead is a copy of the timeline that stands where the step does, with its moves made.
func (p *Player) ahead(t *engine.Timeline) (*engine.Timeline, error) {
	if err := p.l.mayRun(); err != nil {
		return nil, err
	}
	future := t.Clone()
	shadow := &Player{l: p.l, sc: p.sc, s: p.State(), shadow: true}
	if err := shadow.Return(future); err != nil {
		return nil, err
	}
	from := future.N()
	_, rest, _ := shadow.split(future)
	if slices.ContainsFunc(rest, func(iv engine.Intervention) bool { return !shadow.mine(future, iv) }) {
		if _, err := future.Fork(""); err != nil { // moves of a later step, which was been at before
			return nil, err
		}
		shadow.stand().Home = Spot{future.Branch(), from}
	}
	if err := shadow.perform(future); err != nil {
		return nil, err
	}
	if p.step().replays() != nil {
		from = engine.StepNo(len(future.Interventions(future.Branch())))
	}
	return future, future.Seek(min(from, future.Tip()))
}
