package trace

import (
	"unsafe"

	"wirestep/engine/sim"
)

// Recorder collects what one event does. Between events it holds nothing but
// its buffers. The zero value is off: it answers questions and records nothing.
type Recorder struct {
	On    bool
	Event Event

	cur     int16 // innermost open span
	top     int16 // the last span that was opened inside none
	watched []watch
	exit    func()
	quiet   func()
}

type watch struct {
	schema  *Schema
	subject sim.SubjectID
	ptr     unsafe.Pointer
	mark    []byte
}

// NewRecorder returns a recorder that records.
func NewRecorder() *Recorder { return &Recorder{On: true} }

// Begin starts an event, in the buffers of the one before.
func (r *Recorder) Begin(e Event) {
	if !r.On {
		r.Event.ID = e.ID
		return
	}
	old := &r.Event
	e.Spans, e.Checks, e.Changes, e.Effects, e.Counts = old.Spans[:0], old.Checks[:0], old.Changes[:0], old.Effects[:0], old.Counts[:0]
	e.Lengths = old.Lengths[:0]
	e.Head = -1
	r.Event, r.cur, r.top = e, -1, -1
	r.watched = r.watched[:0]
}

// End closes the event and returns it; its slices are good until the next Begin.
func (r *Recorder) End() Event {
	r.flush()
	r.watched = r.watched[:0]
	return r.Event
}

// Watch attributes changes of the struct at p, which s describes, to the spans
// that are open while they happen, until the event ends or Unwatch. Watching
// the same subject again is harmless.
func (r *Recorder) Watch(s *Schema, id sim.SubjectID, p unsafe.Pointer) {
	if !r.On {
		return
	}
	for i := range r.watched {
		if r.watched[i].subject == id && r.watched[i].schema == s {
			return
		}
	}
	r.flush()
	n := len(r.watched)
	if n < cap(r.watched) {
		r.watched = r.watched[:n+1]
	} else {
		r.watched = append(r.watched, watch{})
	}
	w := &r.watched[n]
	w.schema, w.subject, w.ptr = s, id, p
	w.mark = append(w.mark[:0], unsafe.Slice((*byte)(p), s.size)...)
}

// Unwatch measures a subject for the last time and stops watching it, because
// it is about to move or to go.
func (r *Recorder) Unwatch(id sim.SubjectID) {
	if !r.On {
		return
	}
	r.flush()
	for i := range r.watched {
		if r.watched[i].subject == id {
			last := len(r.watched) - 1
			r.watched[i], r.watched[last] = r.watched[last], r.watched[i]
			r.watched = r.watched[:last]
			return
		}
	}
}

// Enter opens a span under rule; call the result to close it:
//
//	defer x.Enter(rule)()
func (r *Recorder) Enter(rule *Rule) func() {
	if !r.On {
		if r.quiet == nil {
			r.quiet = func() {}
		}
		return r.quiet
	}
	r.flush()
	r.Event.Spans = append(r.Event.Spans, Span{Rule: rule, Parent: r.cur})
	if r.cur = int16(len(r.Event.Spans) - 1); r.Event.Spans[r.cur].Parent < 0 {
		r.top = r.cur
	}
	if r.exit == nil {
		r.exit = r.leave
	}
	return r.exit
}

func (r *Recorder) leave() {
	r.flush()
	r.cur = r.Event.Spans[r.cur].Parent
}

// Note records that a rule applied, without anything happening inside it.
func (r *Recorder) Note(rule *Rule) {
	if r.On {
		r.flush()
		r.Event.Spans = append(r.Event.Spans, Span{Rule: rule, Parent: r.cur})
	}
}

// When records the comparison that decides under rule, and returns its answer.
// Use it wherever a reader could ask "why?"; use a plain if for mechanics.
func (r *Recorder) When(rule *Rule, c Check) bool {
	if r.On {
		r.flush()
		r.Event.Checks = append(r.Event.Checks, c)
		r.Event.Spans = append(r.Event.Spans, Span{Rule: rule, Parent: r.cur, Asked: int16(len(r.Event.Checks))})
	}
	return c.OK
}

// Effect records something done, under the innermost open span.
func (r *Recorder) Effect(e Effect) {
	if r.On {
		if e.Span = r.cur; r.cur < 0 && e.Class() == ClassState {
			e.Span = r.top // a rule has decided that a subject comes or goes; its host does it afterwards
		}
		r.rank(e.Class(), e.Span)
		r.Event.Effects = append(r.Event.Effects, e)
	}
}

// Length records where the length of a timer came from; the last word of an event
// on a timer is what stays.
func (r *Recorder) Length(l Length) {
	if !r.On {
		return
	}
	for i := range r.Event.Lengths {
		if o := &r.Event.Lengths[i]; o.Subject == l.Subject && o.Timer == l.Timer {
			*o = l
			return
		}
	}
	r.Event.Lengths = append(r.Event.Lengths, l)
}

// Count records that a host's counter moved.
func (r *Recorder) Count(h sim.HostID, counter uint16, by int32) {
	if r.On {
		r.Event.Counts = append(r.Event.Counts, Count{Host: h, Counter: counter, Span: r.cur, By: by})
	}
}

// Span is the index of the innermost open span, or -1.
func (r *Recorder) Span() int16 { return r.cur }

// SetSpan makes span i the innermost one again: for effects that were decided
// there and are carried out later in the same event. It returns the one before.
func (r *Recorder) SetSpan(i int16) int16 {
	r.flush()
	old := r.cur
	r.cur = i
	return old
}

// flush attributes every change since the last mark to the innermost open span.
func (r *Recorder) flush() {
	for i := range r.watched {
		w := &r.watched[i]
		for _, s := range w.schema.stretches {
			now, old := unsafe.Slice((*byte)(w.ptr), w.schema.size)[s.from:s.to], w.mark[s.from:s.to]
			if string(now) != string(old) {
				r.compare(w, s)
				copy(old, now)
			}
		}
	}
}

// block is how many words are compared at once: in most, nothing has changed.
const block = 8

// compare goes over a stretch of a watched struct, some words at a time and then word by
// word, and looks at the fields of those words that differ.
func (r *Recorder) compare(w *watch, s stretch) {
	old, now := unsafe.Pointer(unsafe.SliceData(w.mark)), w.ptr
	off := s.from
	for ; off+8*block <= s.to; off += 8 * block {
		a, b := (*[block]uint64)(unsafe.Add(old, off)), (*[block]uint64)(unsafe.Add(now, off))
		if (a[0]^b[0])|(a[1]^b[1])|(a[2]^b[2])|(a[3]^b[3])|(a[4]^b[4])|(a[5]^b[5])|(a[6]^b[6])|(a[7]^b[7]) == 0 {
			continue
		}
		for i := range a {
			if a[i] != b[i] {
				r.changed(w, old, off/8+uintptr(i))
			}
		}
	}
	for word := off / 8; word*8 < s.to; word++ {
		r.changed(w, old, word)
	}
}

// changed looks at the fields of a word.
func (r *Recorder) changed(w *watch, old unsafe.Pointer, word uintptr) {
	for _, j := range w.schema.words[word] {
		f := &w.schema.Fields[j]
		if a, b := f.read(old), f.read(w.ptr); a != b {
			r.Event.Changes = append(r.Event.Changes, Change{Subject: w.subject, Field: j, Span: r.cur, Old: a, New: b})
			r.rank(f.class(b), r.cur)
		}
	}
}
