package trace

import (
	"reflect"
	"testing"
	"unsafe"

	"wirestep/engine/sim"
)

type door struct {
	Open  bool   // OPEN []: whether one can walk through.
	Color uint16 // colour [count]: how red it is.
	Due   int64  // due [timer]: when it shuts.
}

const doorSource = `
type door struct {
	Open  bool   // OPEN []: whether one can walk through.
	Color uint16 // colour [count]: how red it is.
	Due   int64  // due [timer]: when it shuts.
}
`

var (
	doorSchema = NewSchema("door", door{}, doorSource, nil)
	outer      = Declare(Rule{ID: "test.outer", Says: "The outer one applies.", RFC: Cites("RFC 1 §1")})
	inner      = Declare(Rule{ID: "test.inner", Says: "The inner one applies.", RFC: Cites("RFC 1 §2")})
	question   = Declare(Rule{ID: "test.question", Says: "It asks.", RFC: Cites("RFC 1 §3")})
)

func paint(r *Recorder, d *door) {
	defer r.Enter(inner)()
	d.Color++
}

func TestChangesGoToTheInnermostOpenRule(t *testing.T) {
	r, d := NewRecorder(), &door{}
	r.Begin(Event{ID: 1})
	d.Due = 3 // before it is watched: nobody's business
	r.Watch(doorSchema, 7, unsafe.Pointer(d))
	d.Due = 4
	func() {
		defer r.Enter(outer)()
		d.Open = true
		paint(r, d)
		if r.When(question, Gt("colour", d.Color, "none", 0)) {
			d.Due = 5
		}
	}()
	d.Due = 6
	e := r.End()

	spans := []Span{
		{Rule: outer, Parent: -1},
		{Rule: inner, Parent: 0},
		{Rule: question, Parent: 0, Asked: 1},
	}
	if !reflect.DeepEqual(e.Spans, spans) {
		t.Errorf("spans %+v\nwant  %+v", e.Spans, spans)
	}
	if c := e.Check(e.Spans[2]); c == nil || *c != (Check{L: "colour", A: 1, Op: OpGT, R: "none", B: 0, OK: true}) || e.Check(e.Spans[1]) != nil {
		t.Errorf("checks %+v", e.Checks)
	}
	changes := []Change{
		{Subject: 7, Field: 2, Span: -1, Old: 3, New: 4},
		{Subject: 7, Field: 0, Span: 0, Old: 0, New: 1},
		{Subject: 7, Field: 1, Span: 1, Old: 0, New: 1},
		{Subject: 7, Field: 2, Span: 0, Old: 4, New: 5},
		{Subject: 7, Field: 2, Span: -1, Old: 5, New: 6},
	}
	if !reflect.DeepEqual(e.Changes, changes) {
		t.Errorf("changes %+v\nwant    %+v", e.Changes, changes)
	}
}

func TestWatchedTwiceIsRecordedOnce(t *testing.T) {
	r, a, b := NewRecorder(), &door{}, &door{}
	r.Begin(Event{})
	r.Watch(doorSchema, 1, unsafe.Pointer(a))
	r.Watch(doorSchema, 1, unsafe.Pointer(a))
	r.Watch(doorSchema, 2, unsafe.Pointer(b))
	a.Color, b.Color = 1, 2
	if e := r.End(); len(e.Changes) != 2 {
		t.Errorf("changes %+v, want one a subject", e.Changes)
	}
}

func TestUnwatchMeasuresForTheLastTime(t *testing.T) {
	r, a, b := NewRecorder(), &door{}, &door{}
	r.Begin(Event{})
	r.Watch(doorSchema, 1, unsafe.Pointer(a))
	r.Watch(doorSchema, 2, unsafe.Pointer(b))
	a.Color = 1
	r.Unwatch(1)
	r.Unwatch(99) // never watched: harmless
	a.Color, b.Color = 2, 3
	want := []Change{{Subject: 1, Field: 1, Span: -1, New: 1}, {Subject: 2, Field: 1, Span: -1, New: 3}}
	if e := r.End(); !reflect.DeepEqual(e.Changes, want) {
		t.Errorf("changes %+v, want %+v", e.Changes, want)
	}
}

func TestAnEventIsNotTouchedByTheNext(t *testing.T) {
	r, d := NewRecorder(), &door{}
	r.Begin(Event{ID: 1})
	r.Watch(doorSchema, 1, unsafe.Pointer(d))
	paint(r, d)
	first := r.End()
	d.Due = 9 // between events nobody is watched
	r.Begin(Event{ID: 2})
	r.Watch(doorSchema, 1, unsafe.Pointer(d))
	d.Open = true
	second := r.End()
	if first.ID != 1 || len(first.Spans) != 1 || len(first.Changes) != 1 || first.Changes[0].New != 1 {
		t.Errorf("the first event became %+v", first)
	}
	if len(second.Spans) != 0 || len(second.Changes) != 1 || second.Changes[0].Field != 0 {
		t.Errorf("the second event is %+v", second)
	}
}

func TestEffectsAndCountsCarryTheirSpan(t *testing.T) {
	r := NewRecorder()
	r.Begin(Event{})
	r.Effect(Effect{Kind: Sent, Packet: 1})
	func() {
		defer r.Enter(outer)()
		r.Count(2, 5, 1)
		r.Note(inner)
		r.Effect(Effect{Kind: Dropped, Packet: 2})
		old := r.SetSpan(-1)
		r.Effect(Effect{Kind: Woke, N: 3})
		r.SetSpan(old)
	}()
	e := r.End()
	var spans []int16
	for _, f := range e.Effects {
		spans = append(spans, f.Span)
	}
	if !reflect.DeepEqual(spans, []int16{-1, 0, -1}) || r.Span() != -1 {
		t.Errorf("effects under spans %v, then %d", spans, r.Span())
	}
	if want := []Count{{Host: 2, Counter: 5, Span: 0, By: 1}}; !reflect.DeepEqual(e.Counts, want) {
		t.Errorf("counts %+v, want %+v", e.Counts, want)
	}
	if len(e.Spans) != 2 || e.Spans[1].Parent != 0 {
		t.Errorf("spans %+v", e.Spans)
	}
}

func TestOffItAnswersAndAllocatesNothing(t *testing.T) {
	r, d := &Recorder{}, &door{}
	work := func() {
		r.Begin(Event{})
		r.Watch(doorSchema, 1, unsafe.Pointer(d))
		paint(r, d)
		if !r.When(question, Is("always", true)) || r.When(question, Lt("a", 2, "b", 1)) {
			t.Error("a recorder that is off answers wrongly")
		}
		r.Note(inner)
		r.Count(1, 1, 1)
		r.Effect(Effect{Kind: Sent})
		r.Unwatch(1)
		r.End()
	}
	work()
	if n := testing.AllocsPerRun(100, work); n != 0 {
		t.Errorf("an event allocates %v times", n)
	}
	if e := r.End(); len(e.Spans)+len(e.Changes)+len(e.Effects)+len(e.Counts) != 0 {
		t.Errorf("recorded %+v", e)
	}
}

func TestWatchingAllocatesNothingOnceWarm(t *testing.T) {
	r, d := NewRecorder(), &door{}
	work := func() {
		r.Begin(Event{})
		r.Watch(doorSchema, 1, unsafe.Pointer(d))
		r.End()
	}
	work()
	if n := testing.AllocsPerRun(100, work); n != 0 {
		t.Errorf("an event without news allocates %v times", n)
	}
}

func TestChecks(t *testing.T) {
	for _, c := range []struct {
		check Check
		ok    bool
		op    string
	}{
		{Eq("a", 1, "b", uint8(1)), true, "="}, {Ne("a", 1, "b", 1), false, "≠"}, {Lt("a", int8(-1), "b", 0), true, "<"},
		{Le("a", 1, "b", 1), true, "≤"}, {Gt("a", 1, "b", 1), false, ">"}, {Ge("a", 1, "b", 1), true, "≥"},
		{Is("a", false), false, ""}, {Eq("a", uint32(1<<31), "b", int64(1<<31)), true, "="},
		{Dur("a", sim.Second, OpLT, "b", sim.Minute), true, "<"}, {Dur("a", sim.Second, OpLE, "b", sim.Second), true, "≤"},
		{Dur("a", sim.Second, OpGT, "b", sim.Minute), false, ">"}, {Dur("a", sim.Second, OpGE, "b", sim.Minute), false, "≥"},
		{Dur("a", sim.Second, OpNE, "b", sim.Second), false, "≠"}, {Dur("a", sim.Second, OpEQ, "b", sim.Second), true, "="},
	} {
		if c.check.OK != c.ok || c.check.Op.String() != c.op {
			t.Errorf("%s %d %s %s %d is %v", c.check.L, c.check.A, c.check.Op, c.check.R, c.check.B, c.check.OK)
		}
	}
	if u := Eq("a", 1, "b", 1).In(UnitBytes).Unit; u != UnitBytes {
		t.Errorf("unit %q", u)
	}
}
