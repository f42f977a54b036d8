package engine

import (
	"cmp"
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// remake is an intervention that is to be made once more in a future that left its
// own before it: at the same instant, on what is there the same segment.
type remake struct {
	Intervention
	order int          // how many events of that instant came before it
	what  Target       // the segment by what it is; Nth 0: it was sent before the futures parted
	after sim.Duration // how long the segment had been on its way
	rule  int          // the number of the standing rule that it set up; 0: none
}

// remakesAfter lists the interventions of a branch after event n, which is not made.
func (t *Timeline) remakesAfter(b BranchID, n StepNo) []remake {
	return t.remakesFrom(b, n-1, []StepNo{n})
}

// remakesFrom lists the interventions of a branch after its first events, without
// those that are not made; the futures part there.
func (t *Timeline) remakesFrom(b BranchID, parting StepNo, without []StepNo) []remake {
	var out []remake
	sent := sim.PacketID(-1)
	for k := parting; k < t.branches[b].info.Tip; k++ {
		m := t.move(b, k)
		if m == nil || slices.Contains(without, k+1) {
			continue
		}
		if sent < 0 {
			sent = t.rewind(b, parting).sent.n
		}
		r := remake{Intervention: *m}
		for i := k; i > 0 && t.Event(b, i).At == m.At; i-- {
			if !slices.Contains(without, i) {
				r.order++
			}
		}
		if id := m.Op.Target.Packet; m.Op.Kind <= OpEdit && id > sent {
			w := t.rewind(b, k)
			r.what, r.after = w.whichOne(id), m.At.Sub(w.sent.get(id).SentAt)
		}
		if m.Op.setsRule() {
			r.rule = t.rewind(b, k).nrule + 1
		}
		out = append(out, r)
	}
	return out
}

// setsRule reports whether an intervention goes on acting: a rule for segments to
// come, or many forged ones.
func (op *Op) setsRule() bool {
	return op.Kind <= OpEdit && op.Target.Packet == 0 || op.Kind == OpForge && op.Many.Count > 1
}

// whichOne names a packet by what it is: the so-and-so-manieth of its kind from its
// sender, counted from the start.
func (w *World) whichOne(id sim.PacketID) Target {
	p := w.sent.get(id)
	t := Target{Kind: p.Seg.Kind(), From: w.hosts[p.From].Name}
	for i := sim.PacketID(1); i <= id; i++ {
		if w.isOne(i, p.From, t.Kind) {
			t.Nth++
		}
	}
	t.Nth = max(t.Nth, 1)
	return t
}

func (w *World) isOne(id sim.PacketID, from sim.HostID, k wire.Kind) bool {
	p := w.sent.get(id)
	return p != nil && p.From == from && p.Seg.Kind() == k && p.CopyOf == 0
}

// theOne finds the packet that a target names; 0: it has not been sent yet.
func (w *World) theOne(t Target) sim.PacketID {
	from, n := w.hostNamed(t.From), 0
	for i := sim.PacketID(1); i <= w.sent.n; i++ {
		if w.isOne(i, from, t.Kind) {
			if n++; n == t.Nth {
				return i
			}
		}
	}
	return 0
}

// remaker makes interventions once more while a world goes on.
type remaker struct {
	list  []remake
	rules map[int]int // numbers of standing rules: there, here
	order int         // events of this instant so far
	now   sim.Time
	made  Intervention // the latest that was made, as it was then
}

// saw tells that an event happened at an instant.
func (r *remaker) saw(at sim.Time) {
	if at != r.now {
		r.now, r.order = at, 0
	}
	r.order++
}

// next returns the intervention that has to be made now, before anything else
// happens; nil: none. One that is due and not possible here is left out.
func (r *remaker) next(w *World) (*Op, sim.Time) {
	for {
		i, id, at := r.due(w)
		if i < 0 {
			return nil, 0
		}
		m := r.list[i]
		r.list = append(r.list[:i:i], r.list[i+1:]...)
		if op := r.make(&m, id); op != nil && w.Check(op) == nil {
			if m.rule > 0 {
				r.rules[m.rule] = w.nrule + 1
			}
			r.made = m.Intervention
			return op, at
		}
	}
}

// due finds the intervention that comes before the next event, its segment and its
// instant. What concerned a segment is due as long after that was sent as it was
// then; if it has not been sent by that instant, it is time for a rule.
func (r *remaker) due(w *World) (first int, id sim.PacketID, at sim.Time) {
	next := w.NextAt()
	first, at = -1, sim.Never
	for i := range r.list {
		m := &r.list[i]
		when, p := m.At, sim.PacketID(0)
		if m.what.Nth > 0 {
			if p = w.theOne(m.what); p != 0 {
				when = max(w.sent.get(p).SentAt.Add(m.after), w.now)
			}
		}
		late := next > when
		if !late && next == when { // of one instant: after as many events as then
			late = p != 0 && (m.after == 0 || when != m.At) || (m.what.Nth == 0 || p != 0) && r.sawAt(when) >= m.order
		}
		if late && when < at {
			first, id, at = i, p, when
		}
	}
	return first, id, max(at, w.now)
}

func (r *remaker) sawAt(at sim.Time) int {
	if r.now == at {
		return r.order
	}
	return 0
}

// make fits an intervention to a world; nil: it has nothing to act upon.
func (r *remaker) make(m *remake, id sim.PacketID) *Op {
	made := m.Op
	switch n, renamed := r.rules[made.Rule]; {
	case made.Kind == OpForget && renamed:
		made.Rule = n
	case m.what.Nth == 0:
	case id != 0:
		made.Target.Packet = id
	case made.Kind == OpRelease:
		return nil
	default:
		made.Target = m.what
	}
	return &made
}

// ReplayWithout begins a branch in which an intervention, event n of branch b, is
// not made, and goes on there until every later one has been made again: what
// concerned one segment to the same segment, everything else at the same instant.
// One that is not possible there is left out. The cursor stands after the last.
func (t *Timeline) ReplayWithout(b BranchID, n StepNo, label, by string) (BranchID, error) {
	if b < 0 || int(b) >= len(t.branches) {
		return 0, refuse("no branch has the number %d; there are %d", b, len(t.branches))
	}
	if n < 1 || n > t.branches[b].info.Tip || t.move(b, n-1) == nil {
		return 0, refuse("event %d of branch %d; expected one that somebody made happen", n, b)
	}
	r := &remaker{list: t.remakesAfter(b, n), rules: map[int]int{}}
	if gone := t.move(b, n-1); gone.Op.setsRule() {
		r.rules[t.rewind(b, n-1).nrule+1] = -1
	}
	return t.remakeIn(b, n-1, r, label, by)
}

// remakeIn begins a branch after n events of another one and makes interventions
// there once more. by is who makes them; "": who made them before.
func (t *Timeline) remakeIn(b BranchID, n StepNo, r *remaker, label, by string) (BranchID, error) {
	was, at := t.at, t.n
	if err := t.Switch(b, n); err != nil {
		return 0, err
	}
	for i := n; i > 0 && t.Event(b, i).At == t.world.now; i-- {
		r.saw(t.world.now)
	}
	id, err := t.Fork(label)
	if err != nil {
		_ = t.Switch(was, at)
		return 0, err
	}
	for len(r.list) > 0 {
		if op, at := r.next(t.world); op != nil {
			op.Text = t.spellAs(op)
			if _, err := t.Apply(*op, max(at, t.world.now), cmp.Or(by, r.made.By)); err != nil {
				return id, nil // the limit of events: what was left is not made
			}
			if r.made.Also {
				t.Join()
			}
		} else if len(r.list) == 0 {
			break
		} else if _, ok := t.Step(); !ok {
			break
		}
		r.saw(t.world.now)
	}
	return id, nil
}

// spellAs is the text of an intervention that may have got another target.
func (t *Timeline) spellAs(op *Op) string {
	if s := t.spell(op); s != "" && op.Kind != OpScene {
		return s
	}
	return op.Text
}
