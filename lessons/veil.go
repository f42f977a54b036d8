package lessons

import (
	"slices"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Open reports whether the question of this step waits for its answer, wherever the
// person has gone meanwhile.
func (p *Player) Open() bool { return p.started() && p.open() }

// Horizon is the last event of the current branch that may be seen while a question is
// open: where the step stands, and the moves that it asks for, made right there.
func (p *Player) Horizon(t *engine.Timeline) engine.StepNo {
	b, h := t.Branch(), p.home()
	var n engine.StepNo
	if p.replaying(t) {
		for n < t.Tip() && t.Event(b, n+1).Kind == trace.Act && t.Event(b, n+1).At == 0 {
			n++
		}
		return n
	}
	n = min(h.N, shared(t, b, h.Branch))
	for n < t.Tip() {
		iv := t.Move(b, n+1)
		if iv == nil || !p.asked(t, *iv) {
			break
		}
		n++
	}
	return n
}

// shared is up to which event two branches are the same because one left the other.
func shared(t *engine.Timeline, a, b engine.BranchID) engine.StepNo {
	all := t.Branches()
	until := map[engine.BranchID]engine.StepNo{}
	for n := all[a].Tip; ; a = all[a].Parent {
		until[a] = n
		if all[a].Parent < 0 {
			break
		}
		n = min(n, all[a].Step)
	}
	n := all[b].Tip
	for {
		if up, ok := until[b]; ok {
			return min(n, up)
		}
		n, b = min(n, all[b].Step), all[b].Parent
	}
}

// Missing lists, by their place in the step, the moves that it asks for and that are not
// made on the current branch; none while the person is elsewhere on purpose.
func (p *Player) Missing(t *engine.Timeline) []int {
	if !p.started() || p.away || p.stand().Done || p.made(t) {
		return nil
	}
	var out []int
	for i, made := range p.makes(t) {
		if !made {
			out = append(out, i)
		}
	}
	return out
}

// Before reports whether the cursor stands before the place of the step, from where the
// run may go on up to it.
func (p *Player) Before(t *engine.Timeline) bool {
	return t.N() < min(p.home().N, shared(t, t.Branch(), p.home().Branch))
}

// Wants reports whether an operation at an instant is a move that this step asks for.
func (p *Player) Wants(t *engine.Timeline, op engine.Op, at sim.Time) bool {
	for _, m := range p.l.Steps[p.s.Step].Do {
		if p.is(t, m, engine.Intervention{Op: op, At: at}, p.s.Step) {
			return true
		}
	}
	return false
}

// WantsReplay reports whether the step asks for the same moves again with these made first.
func (p *Player) WantsReplay(ops []string) bool {
	for _, m := range p.l.Steps[p.s.Step].Do {
		if len(m.Replay) > 0 && slices.Equal(m.Replay, ops) {
			return true
		}
	}
	return false
}
