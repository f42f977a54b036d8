package lessons

import (
	"fmt"
	"slices"
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
)

// strays reports whether the current branch holds something that the lesson
// did not ask for, or lacks something that led to where the step stands.
func (p *Player) strays(t *engine.Timeline) bool {
	if p.replaying(t) {
		return false
	}
	_, rest, ok := p.split(t)
	return !ok || slices.ContainsFunc(rest, func(iv engine.Intervention) bool { return !p.asked(t, iv) })
}

// history lists what people did on the way to the tip of a branch, in order,
// what it shares with its parents included.
func history(t *engine.Timeline, b engine.BranchID) []engine.Intervention {
	info := t.Branches()[b]
	var all []engine.Intervention
	if info.Parent >= 0 {
		for _, iv := range history(t, info.Parent) {
			if iv.AtStep < info.Step {
				all = append(all, iv)
			}
		}
	}
	return append(all, t.Interventions(b)...)
}

// split parts the moves of the current branch into those that led to the step
// and those made since; ok is false for a branch that did not come from there.
func (p *Player) split(t *engine.Timeline) (led, rest []engine.Intervention, ok bool) {
	h := p.home()
	all := history(t, t.Branch())
	for _, iv := range history(t, h.Branch) {
		if iv.AtStep < h.N {
			led = append(led, iv)
		}
	}
	if len(all) < len(led) {
		return nil, nil, false
	}
	for i, iv := range led {
		if all[i].AtStep != iv.AtStep || all[i].At != iv.At || !sameOp(all[i], iv) {
			return nil, nil, false
		}
	}
	return led, all[len(led):], true
}

func sameOp(a, b engine.Intervention) bool { return scene.FormatOp(a.Op) == scene.FormatOp(b.Op) }

// asked reports whether iv is a move of this step, or of a later one of this level that
// has been there already.
func (p *Player) asked(t *engine.Timeline, iv engine.Intervention) bool {
	for i := p.s.Step; i < len(p.l.Steps); i++ {
		if !p.s.Stands[i].Reached || p.l.Steps[i].On != p.step().On || !p.l.Steps[i].Has(p.s.Level) {
			continue
		}
		for _, m := range p.l.Steps[i].Do {
			if p.is(t, m, iv, i) {
				return true
			}
		}
	}
	return false
}

// mine reports whether iv is a move of this step.
func (p *Player) mine(t *engine.Timeline, iv engine.Intervention) bool {
	return slices.ContainsFunc(p.step().Do, func(m Move) bool { return p.is(t, m, iv, p.s.Step) })
}

// replays are the operations of the step's replay, which is its last move; nil: none.
func (s *Step) replays() []string {
	if n := len(s.Do); n > 0 {
		return s.Do[n-1].Replay
	}
	return nil
}

// made reports whether every move of this step has been made on this branch.
func (p *Player) made(t *engine.Timeline) bool { return p.missing(t) == 0 }

// missing is the first move of this step that has not been made on this branch, from 1.
func (p *Player) missing(t *engine.Timeline) int {
	return slices.Index(p.makes(t), false) + 1
}

// makes tells of each move of this step whether it has been made on this branch.
func (p *Player) makes(t *engine.Timeline) []bool {
	moves := p.step().Do
	if len(moves) == 0 {
		return nil
	}
	all := p.replaying(t)
	_, rest, _ := p.split(t)
	out := make([]bool, len(moves))
	for i, m := range moves {
		out[i] = all || slices.ContainsFunc(rest, func(iv engine.Intervention) bool { return p.is(t, m, iv, p.s.Step) })
	}
	return out
}

// is reports whether iv is the move m of step i. A call is a move only at its instant:
// when an application does something is most of what it does.
func (p *Player) is(t *engine.Timeline, m Move, iv engine.Intervention, i int) bool {
	if m.Act == "" {
		return false
	}
	if iv.Op.Kind == engine.OpCall && iv.At != p.homeTime(t, i).Add(m.After) {
		return false
	}
	got := scene.FormatOp(iv.Op)
	for _, text := range append([]string{m.Act}, m.Or...) {
		if op, err := p.resolve(t, text); err == nil && scene.FormatOp(op) == got {
			return true
		}
	}
	return false
}

// replayed remembers whether a branch is the replay that a step asks for: to find out
// takes a run from the start.
type replayed struct {
	step, moves int
	branch      engine.BranchID
	home        Spot
	is          bool
}

// replaying reports whether the current branch is the replay that this step asks
// for: it begins as the lesson's own would, and nothing foreign follows.
func (p *Player) replaying(t *engine.Timeline) bool {
	step := p.step()
	if step.replays() == nil {
		return false
	}
	now := replayed{step: p.s.Step, moves: len(history(t, t.Branch())), branch: t.Branch(), home: p.home(), is: p.copied.is}
	if now == p.copied {
		return now.is
	}
	own := t.Clone()
	now.is = own.Switch(now.home.Branch, now.home.N) == nil && p.replay(own, step.Do[len(step.Do)-1]) == nil &&
		slices.Equal(texts(history(own, own.Branch())), texts(history(t, t.Branch())))
	p.copied = now
	return now.is
}

// texts are operations as written, in an order that does not depend on who made
// them first: what comes before a replay comes all at once.
func texts(moves []engine.Intervention) []string {
	var out []string
	for _, iv := range moves {
		out = append(out, scene.FormatOp(iv.Op))
	}
	slices.Sort(out)
	return out
}

// Do makes the moves of this step for somebody who asks for it, from its place.
func (p *Player) Do(t *engine.Timeline) error {
	if p.away || !p.started() {
		if err := p.Return(t); err != nil {
			return err
		}
	}
	if p.missing(t) > 0 {
		if err := p.perform(t); err != nil {
			return err
		}
	}
	return p.Observe(t)
}

// perform makes the moves of this step that are not made yet, from its place.
func (p *Player) perform(t *engine.Timeline) error {
	step := &p.l.Steps[p.s.Step]
	for _, m := range step.Do {
		var err error
		if len(m.Replay) > 0 {
			err = p.replay(t, m)
		} else {
			err = p.act(t, m)
		}
		if err != nil {
			return p.l.wrong(m.path, "%s: %w", step, err)
		}
	}
	return nil
}

func (p *Player) act(t *engine.Timeline, m Move) error {
	_, rest, _ := p.split(t)
	if slices.ContainsFunc(rest, func(iv engine.Intervention) bool { return iv.AtStep < t.N() && p.is(t, m, iv, p.s.Step) }) {
		return nil
	}
	op, err := p.resolve(t, m.Act)
	if err != nil {
		return err
	}
	at := t.World().Now()
	if m.After > 0 {
		at = p.homeTime(t, p.s.Step).Add(m.After)
		if err := runTo(t, at); err != nil {
			return err
		}
	}
	_, err = t.Apply(op, at, byLesson)
	return err
}

func (p *Player) replay(t *engine.Timeline, m Move) error {
	var ops []engine.Op
	for _, text := range m.Replay {
		op, err := scene.ParseOp(text, p.sc)
		if err != nil {
			return err
		}
		ops = append(ops, op)
	}
	_, err := t.Replay(ops, shortly(m.Replay), "")
	return err
}

// shortly names a branch by the settings that make it different.
func shortly(ops []string) string {
	var out []string
	for _, op := range ops {
		if name, value, ok := strings.Cut(op, " = "); ok {
			op = name[strings.LastIndexAny(name, ". ")+1:] + " = " + value
		}
		out = append(out, op)
	}
	return strings.Join(out, ", ")
}

// resolve reads an operation whose braces name segments by what they are.
func (p *Player) resolve(t *engine.Timeline, text string) (engine.Op, error) {
	var wrong error
	text = braceRE.ReplaceAllStringFunc(text, func(b string) string {
		sel, err := ParseSelector(b[1 : len(b)-1])
		if err != nil {
			wrong = err
			return b
		}
		pk, ok := p.nthSent(t, sel)
		if !ok {
			wrong = fmt.Errorf("%s has not been sent so far", b)
			return b
		}
		return fmt.Sprintf("packet %d", pk.ID)
	})
	if wrong != nil {
		return engine.Op{}, wrong
	}
	return scene.ParseOp(text, p.sc)
}

// runTo runs through everything that happens until at.
func runTo(t *engine.Timeline, at sim.Time) error {
	for {
		if next, ok := t.NextAt(); !ok || next > at {
			return nil
		}
		if _, ok := t.Step(); !ok {
			return t.Err()
		}
	}
}
