package engine

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// A shadow is a future that is only run to see what does not happen in it: one in
// which a single event of a branch was left out, or a single segment was spared.
// Whether an event would have happened without another one is answered by running
// the engine, never by argument.

// ifNot names a shadow of a branch.
type ifNot struct {
	event StepNo             // the future parts right before this event
	spare sim.PacketID       // which happens, but does not take this packet; 0: it does not happen
	more  [maxInstead]StepNo // events of that future that do not happen either
}

const maxInstead = 12

// leaves reports whether an event of the shadow is left out.
func (k *ifNot) leaves(n StepNo) bool {
	for _, m := range k.more {
		if m == n {
			return true
		}
	}
	return false
}

// stand is an event of a shadow as far as it has to be known again.
type stand struct {
	at   sim.Time
	kind trace.Kind
	host sim.HostID
}

// shadow is one such future, as far as it has been run.
type shadow struct {
	k    ifNot
	w    *World
	rec  *trace.Recorder
	r    remaker
	seen map[uint64]StepNo // what happened in it, signed, and the recorded cause of that
	log  []stand           // its events after the parting
	same instantCount
	upTo sim.Time // everything before this instant has happened
}

// instantCount tells events of one instant apart that look the same.
type instantCount struct {
	at   sim.Time
	sums []uint64
}

// mark returns the signature of an event, made its own among those of its instant.
func (c *instantCount) mark(at sim.Time, sum uint64) uint64 {
	if c.at != at {
		c.at, c.sums = at, c.sums[:0]
	}
	n := 0
	for _, o := range c.sums {
		if o == sum {
			n++
		}
	}
	c.sums = append(c.sums, sum)
	s := signer(sum)
	s.num(int64(n))
	return uint64(s)
}

// whyBudget bounds what one question may run, in events, and what is kept.
const (
	whyBudget  = 8_000
	maxShadows = 96
	maxSeen    = 60_000 // events of all shadows together
)

// futures keeps the shadows of one branch, and the signatures of its own events.
type futures struct {
	branch BranchID
	of     *branch
	list   map[ifNot]*shadow
	old    []ifNot // in order of making
	blocks map[StepNo][]uint64
	kept   int
	facts  facts
}

// futuresOf returns the shadows of a branch. What was computed stays true: a branch
// only grows, and a new branch is another one.
func (t *Timeline) futuresOf(b BranchID) *futures {
	if t.whys == nil {
		t.whys = map[BranchID]*futures{}
	}
	f := t.whys[b]
	if f == nil || f.of != t.branches[b] { // the number of a branch that was dropped is used again
		if len(t.whys) >= 4 {
			clear(t.whys) // a map's order is no matter here: all of it goes
		}
		f = &futures{branch: b, of: t.branches[b], list: map[ifNot]*shadow{}, blocks: map[StepNo][]uint64{}}
		t.whys[b] = f
	}
	return f
}

const signBlock = 128 // events that are signed together

// signed returns the signature of event n of a branch.
func (t *Timeline) signed(f *futures, n StepNo, budget *int) (uint64, bool) {
	first := (n - 1) / signBlock * signBlock
	block := f.blocks[first]
	if want := min(t.branches[f.branch].info.Tip-first, signBlock); StepNo(len(block)) < want {
		if *budget <= 0 {
			return 0, false
		}
		block = t.signBlock(f.branch, first, want, budget)
		f.blocks[first] = block
	}
	return block[n-first-1], true
}

// signBlock runs a stretch of a branch again and signs its events. It begins early
// enough to count those of the first instant.
func (t *Timeline) signBlock(b BranchID, first, want StepNo, budget *int) []uint64 {
	from := first
	for e := t.Event(b, first+1); from > 0 && t.Event(b, from).At == e.At; {
		from--
	}
	w, rec := t.rewind(b, from), trace.NewRecorder()
	out := make([]uint64, 0, want)
	var same instantCount
	for w.step < first+want && t.advance(rec, w, b) {
		e := rec.End()
		*budget--
		if sum := same.mark(e.At, sign(w, &e)); e.ID > first {
			out = append(out, sum)
		}
	}
	return out
}

// without reports whether event n of a branch happens in a shadow too. known is
// false when the answer is beyond the budget.
func (t *Timeline) without(b BranchID, n StepNo, k ifNot, budget *int) (happens, known bool) {
	_, _, happens, known = t.lookWithout(b, n, k, budget)
	return happens, known
}

// lookWithout also returns the shadow, and the cause that the event has there.
func (t *Timeline) lookWithout(b BranchID, n StepNo, k ifNot, budget *int) (s *shadow, cause StepNo, happens, known bool) {
	f := t.futuresOf(b)
	sum, ok := t.signed(f, n, budget)
	if !ok {
		return nil, 0, false, false
	}
	s = f.list[k]
	if s == nil {
		if *budget <= 0 {
			return nil, 0, false, false
		}
		*budget -= int(checkpointEach / 8) // what it takes to get there
		s = t.newShadow(b, k)
		f.keep(k, s)
	}
	was := len(s.seen)
	done := s.runTo(t.Event(b, n).At, budget)
	f.kept += len(s.seen) - was
	f.trim(k)
	if !done {
		return s, 0, false, false
	}
	cause, happens = s.seen[sum]
	return s, cause, happens, true
}

func (f *futures) keep(k ifNot, s *shadow) {
	f.list[k] = s
	f.kept += len(s.seen)
	f.old = append(f.old, k)
}

// trim forgets the oldest shadows when they hold too much; never the one in use.
func (f *futures) trim(use ifNot) {
	for len(f.old) > 1 && (len(f.old) > maxShadows || f.kept > maxSeen) {
		k := f.old[0]
		f.old = f.old[1:]
		if k == use {
			f.old = append(f.old, k)
			continue
		}
		f.kept -= len(f.list[k].seen)
		delete(f.list, k)
	}
}

// newShadow parts from a branch right before an event.
func (t *Timeline) newShadow(b BranchID, k ifNot) *shadow {
	n := k.event
	s := &shadow{k: k, w: t.rewind(b, n-1), rec: trace.NewRecorder(), seen: map[uint64]StepNo{}}
	s.r = remaker{list: t.remakesAfter(b, n), rules: map[int]int{}}
	for i := n - 1; i > 0 && t.Event(b, i).At == s.w.now; i-- {
		s.r.saw(s.w.now)
	}
	if k.spare != 0 {
		s.w.spare = k.spare
	}
	f := t.futuresOf(b)
	budget := signBlock
	for i := n - 1; i > 0 && t.Event(b, i).At == s.w.now; i-- { // those of the same instant were there
		if sum, ok := t.signed(f, i, &budget); ok {
			s.seen[sum] = 0
		}
	}
	s.same = t.sums(b, n-1, s.w.now)
	m := t.move(b, n-1)
	switch {
	case k.spare != 0 && m == nil:
		s.step()
	case k.spare != 0: // the intervention itself is made
		s.act(&m.Op, m.At)
	case m != nil:
		s.w.step++
		if m.Op.setsRule() {
			s.r.rules[s.w.nrule+1] = -1
		}
	default:
		s.w.skip()
	}
	return s
}

// sums counts the events of an instant up to n, as signed.
func (t *Timeline) sums(b BranchID, n StepNo, at sim.Time) (c instantCount) {
	from := n
	for from > 0 && t.Event(b, from).At == at {
		from--
	}
	if from == n {
		return c
	}
	w, rec := t.rewind(b, from), trace.NewRecorder()
	for w.step < n && t.advance(rec, w, b) {
		e := rec.End()
		c.mark(e.At, sign(w, &e))
	}
	return c
}

// runTo lets everything happen up to an instant and including it, unless the budget
// ends before.
func (s *shadow) runTo(at sim.Time, budget *int) bool {
	for s.upTo <= at {
		if *budget <= 0 {
			return false
		}
		if op, when := s.r.next(s.w); op != nil {
			s.act(op, when)
			*budget--
			continue
		}
		next := s.w.NextAt()
		if s.upTo = next; next > at {
			break
		}
		s.step()
		*budget--
	}
	return true
}

func (s *shadow) step() {
	if s.k.leaves(s.w.step + 1) {
		s.w.skip()
		s.log = append(s.log, stand{})
		return
	}
	s.w.Step(s.rec)
	s.note()
}

// stands returns an event of the shadow.
func (s *shadow) stands(n StepNo) stand {
	if i := n - s.k.event - 1; i >= 0 && int(i) < len(s.log) {
		return s.log[i]
	}
	return stand{host: -2}
}

func (s *shadow) act(op *Op, at sim.Time) {
	s.w.Act(s.rec, op, at)
	s.note()
}

func (s *shadow) note() {
	e := s.rec.End()
	s.seen[s.same.mark(e.At, sign(s.w, &e))] = e.Cause
	if e.ID > s.k.event {
		s.log = append(s.log, stand{e.At, e.Kind, e.Host})
	}
	s.r.saw(e.At)
}
