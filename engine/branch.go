package engine

import (
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Apply makes an intervention at the cursor: one more event. Before the tip it
// begins a branch, and the old future stays. at is the instant, from that of the
// last event to that of the next.
func (t *Timeline) Apply(op Op, at sim.Time, by string) (*trace.Event, error) {
	if err := t.world.Check(&op); err != nil {
		return nil, err
	}
	if at < t.world.now {
		return nil, refuse("an intervention at %s s; the last event was at %s s", at.Seconds(), t.world.now.Seconds())
	}
	if next := t.world.NextAt(); at > next {
		return nil, refuse("an intervention at %s s; the next event is at %s s", at.Seconds(), next.Seconds())
	}
	if t.n >= t.limit {
		return nil, refuse("the limit of %d events is reached; go back and try something else", t.limit)
	}
	if t.n < t.Tip() {
		if _, err := t.Fork(""); err != nil {
			return nil, err
		}
	}
	b := t.branches[t.at]
	b.moves = append(b.moves, Intervention{AtStep: t.n, At: at, By: by, Op: op})
	t.own()
	t.world.Act(t.rec, &op, at)
	ev := t.record()
	b.marks = append(b.marks, mark{t.n, t.world.Clone()})
	return ev, nil
}

// Join makes the intervention at the cursor one act with the one before it: they
// are undone together.
func (t *Timeline) Join() {
	b := t.branches[t.at]
	if n := len(b.moves); n > 0 && b.moves[n-1].AtStep == t.n-1 {
		b.moves[n-1].Also = true
	}
}

// Drop takes back the latest branch, which nothing has left, and puts the cursor at
// event n of another one.
func (t *Timeline) Drop(latest, b BranchID, n StepNo) {
	if int(latest) == len(t.branches)-1 && latest > 0 && b != latest {
		t.branches = t.branches[:latest]
	}
	_ = t.Switch(b, n)
}

// Fork begins a branch at the cursor and moves there.
func (t *Timeline) Fork(label string) (BranchID, error) {
	if len(t.branches) >= MaxBranches {
		return 0, refuse("the limit of %d branches is reached", MaxBranches)
	}
	t.own() // from another branch it could not be told that it is a checkpoint of this one
	parent := t.at
	for t.branches[parent].info.Parent >= 0 && t.n < t.branches[parent].info.Step {
		parent = t.branches[parent].info.Parent // what lies before a fork belongs to the parent
	}
	id := BranchID(len(t.branches))
	b := &branch{info: BranchInfo{ID: id, Parent: parent, Step: t.n, Label: label, Tip: t.n}}
	b.marks = []mark{{t.n, t.world.Clone()}}
	b.info.End = t.world.NextAt() == sim.Never
	t.branches = append(t.branches, b)
	t.at = id
	return id, nil
}

// Replay begins a branch at the very start in which ops come first, and then
// everything that people did in the cursor's branch is done again: what concerned
// one segment to the same segment counted from the start, everything else at the
// same instant. The cursor stands after ops.
func (t *Timeline) Replay(ops []Op, label, by string) (BranchID, error) {
	again := t.movesAgain()
	was, n := t.at, t.n
	if err := t.Switch(t.at, 0); err != nil {
		return 0, err
	}
	b, err := t.Fork(label)
	if err != nil {
		_ = t.Switch(was, n)
		return 0, err
	}
	for _, op := range inOrder(again, ops) {
		if _, err := t.Apply(op, 0, by); err != nil {
			t.branches = t.branches[:len(t.branches)-1]
			t.at, t.n = was, 0
			_ = t.Switch(was, n)
			return 0, err
		}
	}
	return b, nil
}

// inOrder puts a new text of the scene before all else; it takes the place of one
// that was made before.
func inOrder(again, ops []Op) []Op {
	isScene := func(op Op) bool { return op.Kind == OpScene }
	if i := slices.IndexFunc(ops, isScene); i >= 0 {
		again = append([]Op{ops[i]}, slices.DeleteFunc(again, isScene)...)
		ops = slices.Delete(slices.Clone(ops), i, i+1)
	}
	return append(again, ops...)
}

// movesAgain lists the interventions up to the tip of the cursor's branch in a
// form that can be set up before anything has happened.
func (t *Timeline) movesAgain() []Op {
	var out []Op
	before := true // nothing but interventions so far: they are made again as they are
	for n := StepNo(0); n < t.Tip(); n++ {
		m := t.move(t.at, n)
		if m == nil {
			before = false
			continue
		}
		op := m.Op
		switch {
		case op.Kind <= OpEdit && op.Target.Packet != 0:
			if op.Kind == OpRelease {
				continue
			}
			op.Target = t.nth(n, op.Target.Packet)
			op.Text = t.spell(&op)
		case !before && op.Kind != OpLater:
			then := op
			op = Op{Kind: OpLater, When: m.At, Then: &then}
			op.Text = t.spell(&op)
		}
		out = append(out, op)
	}
	return out
}

func (t *Timeline) spell(op *Op) string {
	if t.Spell == nil {
		return ""
	}
	return t.Spell(op)
}

// nth names a packet by what it is: the so-and-so-manieth of its kind from its
// sender, counted from the start.
func (t *Timeline) nth(before StepNo, id sim.PacketID) Target {
	w := t.rewind(t.at, before)
	p := w.sent.get(id)
	k := p.Seg.Kind()
	count := 0
	for i := sim.PacketID(1); i <= id; i++ {
		if q := w.sent.get(i); q.From == p.From && q.Seg.Kind() == k && q.CopyOf == 0 {
			count++
		}
	}
	return Target{Kind: k, From: w.hosts[p.From].Name, Nth: max(count, 1)}
}

// Difference is where two branches part.
type Difference struct {
	Shared      StepNo       // events up to this one are the same
	Left, Right *trace.Event // the first that differ; nil: there is none, as far as computed
	What        string       // "none" "end" "time" "kind" "host" "segment" "state" "rules"
}

// Diff finds the first event in which two branches differ, as far as both have
// been computed.
func (t *Timeline) Diff(a, b BranchID) (Difference, error) {
	for _, id := range [...]BranchID{a, b} {
		if id < 0 || int(id) >= len(t.branches) {
			return Difference{}, refuse("no branch has the number %d; there are %d", id, len(t.branches))
		}
	}
	top := max(t.branches[a].info.Tip, t.branches[b].info.Tip)
	for n := StepNo(1); n <= top; n++ {
		l, r := t.Event(a, n), t.Event(b, n)
		if l == nil || r == nil {
			return Difference{n - 1, l, r, "end"}, nil
		}
		if what := differ(l, r); what != "" {
			return Difference{n - 1, l, r, what}, nil
		}
	}
	return Difference{Shared: top, What: "none"}, nil
}

// differ says in what two events differ first; "" when they are the same.
func differ(l, r *trace.Event) string {
	switch {
	case l.Kind != r.Kind:
		return "kind"
	case l.At != r.At:
		return "time"
	case l.Host != r.Host || l.Subject != r.Subject || l.Name != r.Name:
		return "host"
	case !sameEffects(l.Effects, r.Effects) || l.Packet != r.Packet:
		return "segment"
	case !same(l.Changes, r.Changes) || !same(l.Counts, r.Counts):
		return "state"
	case !same(l.Spans, r.Spans):
		return "rules"
	}
	return ""
}

func same[T comparable](a, b []T) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func sameEffects(a, b []trace.Effect) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		if (x.Made == nil) != (y.Made == nil) || (x.Made != nil && !same(x.Made.Values, y.Made.Values)) {
			return false
		}
		x.Made, y.Made, x.Before, y.Before = nil, nil, nil, nil
		if x != y {
			return false
		}
	}
	return true
}
