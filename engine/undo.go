package engine

import (
	"cmp"
	"slices"
)

// ReplayBut begins a branch that is another one without some of its interventions,
// the events off, and with some that had been left out of it. All others are made
// again: what concerned one segment to the same segment, everything else at the same
// instant. If that is a branch that is there already, the cursor goes to that one.
// It stands after the last intervention.
func (t *Timeline) ReplayBut(b BranchID, off []StepNo, on []MoveRef, label string) (BranchID, error) {
	if err := t.canReplayBut(b, off, on); err != nil {
		return 0, err
	}
	parting := t.branches[b].info.Tip
	for _, n := range off {
		parting = min(parting, n-1)
	}
	for _, m := range on {
		parting = min(parting, t.shared(b, m.Branch), m.Step-1)
	}
	r := &remaker{list: t.remakesFrom(b, parting, off), rules: map[int]int{}}
	for _, n := range off {
		if gone := t.move(b, n-1); gone.Op.setsRule() {
			r.rules[t.rewind(b, n-1).nrule+1] = -1
		}
	}
	for _, ref := range on {
		for _, m := range t.remakesFrom(ref.Branch, parting, nil) {
			if m.AtStep == ref.Step-1 {
				r.list = append(r.list, m)
			}
		}
	}
	slices.SortStableFunc(r.list, func(x, y remake) int {
		return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.order, y.order))
	})
	was, at := t.at, t.n
	id, err := t.remakeIn(b, parting, r, label, "")
	if err != nil {
		return 0, err
	}
	t.branches[id].info.Off = t.leftOut(b, off, on)
	if twin := t.twin(id); twin >= 0 {
		n := t.n
		t.Drop(id, was, at)
		return twin, t.Switch(twin, min(n, t.branches[twin].info.Tip))
	}
	return id, nil
}

// canReplayBut says why not.
func (t *Timeline) canReplayBut(b BranchID, off []StepNo, on []MoveRef) error {
	if b < 0 || int(b) >= len(t.branches) {
		return refuse("no branch has the number %d; there are %d", b, len(t.branches))
	}
	if len(off)+len(on) == 0 {
		return refuse("no intervention; expected one to leave out or to make again")
	}
	for _, n := range off {
		if n < 1 || n > t.branches[b].info.Tip || t.move(b, n-1) == nil {
			return refuse("event %d of branch %d; expected one that somebody made happen", n, b)
		}
	}
	for _, m := range on {
		if !slices.Contains(t.branches[b].info.Off, m) {
			return refuse("event %d of branch %d was not left out of branch %d; expected one that was", m.Step, m.Branch, b)
		}
	}
	return nil
}

// LeaveOut notes what was left out of a branch, when it is read from a text.
func (t *Timeline) LeaveOut(b BranchID, off []MoveRef) error {
	for _, m := range off {
		if m.Branch < 0 || m.Branch >= b || m.Step < 1 || m.Step > t.branches[m.Branch].info.Tip || t.move(m.Branch, m.Step-1) == nil {
			return refuse("it is without event %d of branch %d; expected one that somebody made happen", m.Step, m.Branch)
		}
	}
	t.branches[b].info.Off = off
	return nil
}

func (t *Timeline) leftOut(b BranchID, off []StepNo, on []MoveRef) (all []MoveRef) {
	for _, m := range t.branches[b].info.Off {
		if !slices.Contains(on, m) {
			all = append(all, m)
		}
	}
	for _, n := range off {
		all = append(all, MoveRef{b, n})
	}
	return all
}

// shared is how many events two branches have in common because one left the other,
// or both left a third.
func (t *Timeline) shared(a, b BranchID) StepNo {
	upTo := map[BranchID]StepNo{}
	n := t.branches[a].info.Tip
	for id := a; ; {
		upTo[id] = n
		info := &t.branches[id].info
		if info.Parent < 0 {
			break
		}
		n = min(n, info.Step)
		id = info.Parent
	}
	n = t.branches[b].info.Tip
	for id := b; ; {
		if k, ok := upTo[id]; ok {
			return min(n, k)
		}
		info := &t.branches[id].info
		n = min(n, info.Step)
		id = info.Parent
	}
}

// twin finds an older branch in which the same was done at the same steps, and the
// same left out; -1: there is none.
func (t *Timeline) twin(id BranchID) BranchID {
	mine := t.done(id)
	for b := BranchID(0); b < id; b++ {
		if slices.Equal(t.branches[b].info.Off, t.branches[id].info.Off) && slices.Equal(t.done(b), mine) {
			return b
		}
	}
	return -1
}

// deed is an intervention that can be compared.
type deed struct {
	at   StepNo
	when int64
	text string
}

func (t *Timeline) done(b BranchID) (all []deed) {
	for n := range t.branches[b].info.Tip {
		if m := t.move(b, n); m != nil {
			all = append(all, deed{n, int64(m.At), t.spellAs(&m.Op) + m.Op.Source})
		}
	}
	return all
}
