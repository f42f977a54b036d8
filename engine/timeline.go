package engine

import (
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// Limits of one timeline.
const (
	DefaultLimit   = 200_000 // events in a branch
	MaxBranches    = 256
	maxTime        = sim.Time(24 * 60 * sim.Minute)
	checkpointEach = 384
)

// Timeline is a scene being played: the tree of its futures, and a cursor.
type Timeline struct {
	Spell func(*Op) string // how an intervention that Replay makes up is written; nil: not at all
	Pace  func()           // called before each event, so that whoever runs many timelines can let another go on; nil: not at all

	scenario *Scenario
	branches []*branch
	at       BranchID
	n        StepNo
	world    *World // at the cursor; read only when it is also a checkpoint
	rec      *trace.Recorder
	store    store
	limit    StepNo
	whys     map[BranchID]*futures // what was run to answer why; not shared
	err      error
}

// branch is one future. Events and interventions up to Step are its parent's.
type branch struct {
	info   BranchInfo
	moves  []Intervention // its own, in order
	events []trace.Event  // event Step+1+i at i
	marks  []mark         // in order
}

type mark struct {
	n StepNo
	w *World // never stepped: clone it first
}

// NewTimeline puts the cursor before the first event of a scenario.
func NewTimeline(scenario Scenario) (*Timeline, error) {
	s := &scenario
	if err := s.Validate(); err != nil {
		return nil, err
	}
	t := &Timeline{scenario: s, rec: trace.NewRecorder(), limit: DefaultLimit}
	w := NewWorld(s)
	t.branches = []*branch{{info: BranchInfo{Parent: -1, Label: ""}, marks: []mark{{0, w}}}}
	t.world = w // copied when it is first moved: most sessions are looked at and left
	return t, nil
}

// Scenario returns what is being played on the cursor's branch.
func (t *Timeline) Scenario() *Scenario {
	if m := t.move(t.at, 0); m != nil && m.Op.Kind == OpScene {
		return m.Op.Scene
	}
	return t.scenario
}

// SetLimit bounds the events of a branch.
func (t *Timeline) SetLimit(n int) { t.limit = StepNo(n) }

// Limit is the bound on the events of a branch.
func (t *Timeline) Limit() int { return int(t.limit) }

// Err says why Step or Seek could not go on; nil when the scene is simply over.
func (t *Timeline) Err() error { return t.err }

// Branch is the branch that the cursor is in.
func (t *Timeline) Branch() BranchID { return t.at }

// N is how many events lie before the cursor.
func (t *Timeline) N() StepNo { return t.n }

// Tip is how far the cursor's branch has been computed.
func (t *Timeline) Tip() StepNo { return t.branches[t.at].info.Tip }

// World is the world at the cursor, to be read.
func (t *Timeline) World() *World { return t.world }

// NextAt is the instant of the next event; false when nothing is scheduled.
func (t *Timeline) NextAt() (sim.Time, bool) {
	at := t.world.NextAt()
	return at, at != sim.Never
}

// AtEnd reports whether nothing is scheduled after the cursor.
func (t *Timeline) AtEnd() bool { return t.n == t.Tip() && t.world.NextAt() == sim.Never }

// Branches lists the futures; a branch's number is its index.
func (t *Timeline) Branches() []BranchInfo {
	out := make([]BranchInfo, len(t.branches))
	for i, b := range t.branches {
		out[i] = b.info
	}
	return out
}

// Label names a branch.
func (t *Timeline) Label(b BranchID, label string) error {
	if int(b) >= len(t.branches) || b < 0 {
		return refuse("no branch has the number %d", b)
	}
	t.branches[b].info.Label = label
	return nil
}

// Interventions lists what people did in a branch itself, without what it shares
// with its parent.
func (t *Timeline) Interventions(b BranchID) []Intervention { return t.branches[b].moves }

// Events returns the events from to to of a branch, both included, as far as they
// have been computed. They are shared: read only.
func (t *Timeline) Events(b BranchID, from, to StepNo) []trace.Event {
	from, to = max(from, 1), min(to, t.branches[b].info.Tip)
	if from > to {
		return nil
	}
	br := t.branches[b]
	start := br.info.Step
	if from > start {
		return br.events[from-start-1 : to-start]
	}
	out := append([]trace.Event(nil), t.Events(br.info.Parent, from, min(to, start))...)
	if to > start {
		out = append(out, br.events[:to-start]...)
	}
	return out
}

// Event returns one event of a branch, or nil.
func (t *Timeline) Event(b BranchID, n StepNo) *trace.Event {
	if e := t.Events(b, n, n); len(e) == 1 {
		return &e[0]
	}
	return nil
}

// move returns the intervention that is event n+1 of a branch, or nil.
func (t *Timeline) move(b BranchID, n StepNo) *Intervention {
	br := t.branches[b]
	for br.info.Parent >= 0 && n < br.info.Step {
		br = t.branches[br.info.Parent]
	}
	for i := range br.moves {
		if br.moves[i].AtStep == n {
			return &br.moves[i]
		}
	}
	return nil
}

// Move returns the intervention that is event n of a branch, or nil.
func (t *Timeline) Move(b BranchID, n StepNo) *Intervention { return t.move(b, n-1) }

// advance makes event n+1 happen in w.
func (t *Timeline) advance(rec *trace.Recorder, w *World, b BranchID) bool {
	t.pace()
	if m := t.move(b, w.step); m != nil {
		w.Act(rec, &m.Op, m.At)
		return true
	}
	return w.Step(rec)
}

// Step goes one event forward. It reports false at the end of the scene, and when
// a limit is reached: then Err says which.
func (t *Timeline) Step() (*trace.Event, bool) {
	b := t.branches[t.at]
	t.err = nil
	if t.n < b.info.Tip {
		t.own()
		t.advance(&trace.Recorder{}, t.world, t.at)
		t.n++
		return t.Event(t.at, t.n), true
	}
	if t.n >= t.limit {
		if t.err = t.spinning(); t.err == nil {
			t.err = refuse("the limit of %d events is reached; go back and try something else", t.limit)
		}
		return nil, false
	}
	switch at := t.world.NextAt(); {
	case at == sim.Never:
		b.info.End = true
		return nil, false
	case at > maxTime:
		t.err = refuse("the limit of 24 hours of virtual time is reached")
		return nil, false
	}
	t.own()
	t.pace()
	t.world.Step(t.rec)
	return t.record(), true
}

func (t *Timeline) pace() {
	if t.Pace != nil {
		t.Pace()
	}
}

// own makes sure that the cursor's world is not a checkpoint.
func (t *Timeline) own() {
	for _, m := range t.branches[t.at].marks {
		if m.w == t.world {
			t.world = t.world.Clone()
			return
		}
	}
}

// record keeps the event that the tip has just been moved over.
func (t *Timeline) record() *trace.Event {
	b := t.branches[t.at]
	b.events = append(b.events, t.store.keep(t.rec.End()))
	t.n++
	b.info.Tip = t.n
	b.info.End = t.world.NextAt() == sim.Never
	if t.n%checkpointEach == 0 {
		b.marks = append(b.marks, mark{t.n, t.world.Clone()})
	}
	return &b.events[len(b.events)-1]
}

// store is where the parts of recorded events lie: close together, in chunks that
// are never written again where an event has been put.
type store struct {
	spans   []trace.Span
	checks  []trace.Check
	changes []trace.Change
	effects []trace.Effect
	counts  []trace.Count
	lengths []trace.Length
}

// keep copies an event out of the recorder's buffers.
func (s *store) keep(e trace.Event) trace.Event {
	e.Spans = put(&s.spans, e.Spans)
	e.Checks = put(&s.checks, e.Checks)
	e.Changes = put(&s.changes, e.Changes)
	e.Effects = put(&s.effects, e.Effects)
	e.Counts = put(&s.counts, e.Counts)
	e.Lengths = put(&s.lengths, e.Lengths)
	return e
}

// put copies a slice into what is left of a chunk, or into a new one, which is larger the
// more there is: most runs are short, and thousands are held at once.
func put[T any](chunk *[]T, s []T) []T {
	const least, most = 8, 512
	if cap(*chunk)-len(*chunk) < len(s) {
		*chunk = make([]T, 0, max(len(s), min(most, max(least, 2*cap(*chunk)))))
	}
	n := len(*chunk)
	*chunk = append(*chunk, s...)
	return (*chunk)[n:len(*chunk):len(*chunk)]
}

// Back goes one event back.
func (t *Timeline) Back() bool {
	if t.n == 0 {
		return false
	}
	return t.Seek(t.n-1) == nil
}

// Seek moves the cursor to after n events of its branch, computing them if need be.
func (t *Timeline) Seek(n StepNo) error {
	if n < 0 {
		return refuse("step %d; expected 0 or more", n)
	}
	if n < t.n {
		t.world = t.rewind(t.at, n)
		t.n = n
		return nil
	}
	for t.n < n {
		if _, ok := t.Step(); !ok {
			if t.err != nil {
				return t.err
			}
			return refuse("step %d; the scene ends after %d", n, t.n)
		}
	}
	return nil
}

// rewind builds the world after n events of a branch: the nearest checkpoint
// before, and the rest again.
func (t *Timeline) rewind(b BranchID, n StepNo) *World {
	w := t.nearest(b, n).Clone()
	off := &trace.Recorder{}
	for w.step < n {
		if !t.advance(off, w, b) {
			panic("engine: a run that was computed does not repeat") // never, unless two worlds share memory
		}
	}
	return w
}

func (t *Timeline) nearest(b BranchID, n StepNo) *World {
	br := t.branches[b]
	for i := len(br.marks) - 1; i >= 0; i-- {
		if br.marks[i].n <= n {
			return br.marks[i].w
		}
	}
	return t.nearest(br.info.Parent, n)
}

// Switch moves the cursor to another branch.
func (t *Timeline) Switch(b BranchID, n StepNo) error {
	if int(b) >= len(t.branches) || b < 0 {
		return refuse("no branch has the number %d; there are %d", b, len(t.branches))
	}
	if n < 0 || n > t.branches[b].info.Tip {
		return refuse("step %d of branch %d; expected 0 to %d", n, b, t.branches[b].info.Tip)
	}
	t.err = nil
	if b != t.at || n != t.n {
		t.at, t.n = b, n
		t.world = t.rewind(b, n)
	}
	return nil
}

// RunUntil steps until cond holds after an event, at most limit events. It
// reports whether cond came true.
func (t *Timeline) RunUntil(cond func(*World, *trace.Event) bool, limit int) bool {
	for range limit {
		ev, ok := t.Step()
		if !ok {
			return false
		}
		if cond(t.world, ev) {
			return true
		}
	}
	return false
}

// Clone returns a timeline that can go its own way; events and checkpoints are
// shared.
func (t *Timeline) Clone() *Timeline {
	n := *t
	n.branches = make([]*branch, len(t.branches))
	for i, b := range t.branches {
		c := *b
		c.moves = b.moves[:len(b.moves):len(b.moves)]
		c.events = b.events[:len(b.events):len(b.events)]
		c.marks = b.marks[:len(b.marks):len(b.marks)]
		n.branches[i] = &c
	}
	n.world = t.world.Clone()
	n.rec = trace.NewRecorder()
	n.store = store{} // what is left of the chunks is the other's
	n.whys = nil
	return &n
}

// Counters are the names of a host's counters, by number.
func Counters() []string { return tcp.CounterNames }
