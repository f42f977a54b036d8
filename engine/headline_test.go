package engine_test

import (
	"testing"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// consequence is what a change means to a reader, said once more by hand.
func consequence(f *trace.Field, now int64) trace.Class {
	switch {
	case f.Name == "State":
		return trace.ClassState
	case f.Name == "Err" && now != 0:
		return trace.ClassRefusal
	case (f.Name == "SndWnd" || f.Name == "RcvWnd") && now == 0:
		return trace.ClassRepeat
	case f.Unit == trace.UnitDeadline:
		return trace.ClassTimer
	}
	return trace.ClassBytes
}

// In every golden scene the rule that heads an event is the one whose consequence is
// the greatest of all that applied, and of equal ones the last.
func TestHeadlineHasTheGreatestConsequence(t *testing.T) {
	seen := map[trace.Class]int{}
	goldenRuns(t, 0, func(name string, tl *engine.Timeline) {
		schemas := map[sim.SubjectID]*trace.Schema{}
		for _, s := range tl.World().Subjects() {
			schemas[s.ID] = s.Schema
		}
		for range 400 {
			e, ok := tl.Step()
			if !ok {
				break
			}
			class, head := trace.ClassNone, int16(-1)
			rank := func(c trace.Class, span int16) {
				if span >= 0 && (c > class || c == class && span > head) {
					class, head = c, span
				}
			}
			for _, x := range e.Effects {
				if x.Made != nil && x.Made.Schema != nil {
					schemas[x.Subject] = x.Made.Schema
				}
				switch {
				case x.Kind == trace.Created || x.Kind == trace.Destroyed:
					rank(trace.ClassState, x.Span)
				case x.Kind == trace.Lost || x.Kind == trace.Dropped || x.Errno != "":
					rank(trace.ClassRefusal, x.Span)
				case x.Kind == trace.Sent && tl.World().Packet(x.Packet).Seg.Kind().String() == "RST":
					rank(trace.ClassRefusal, x.Span)
				case x.Kind == trace.Sent && tl.World().Packet(x.Packet).Retx > 0:
					rank(trace.ClassRepeat, x.Span)
				default:
					rank(trace.ClassBytes, x.Span)
				}
			}
			for _, c := range e.Changes {
				if s := schemas[c.Subject]; s != nil {
					rank(consequence(&s.Fields[c.Field], c.New), c.Span)
				}
			}
			seen[e.Class]++
			if e.Class != class || e.Head != head {
				t.Errorf("%s: event %d is headed by span %d (%v), expected %d (%v)", name, e.ID, e.Head, e.Class, head, class)
			}
		}
	})
	for c := trace.ClassNone; c <= trace.ClassState; c++ {
		if seen[c] < 20 {
			t.Errorf("%d events have the class %v, expected 20 at least", seen[c], c)
		}
	}
}

// What the old headline hid: a FIN is headed by the state that it leads to, and the
// read() that meets it by the end of file.
func TestHeadlineOfAFin(t *testing.T) {
	p := play(t, greets)
	heads := map[string]bool{}
	for p.step() {
		if p.last.Head >= 0 {
			heads[p.last.Spans[p.last.Head].Rule.ID] = true
		}
	}
	for _, id := range [...]string{"close.fin-received", "call.read-eof", "listen.syn", "close.last-ack", "syn-recv.established"} {
		if !heads[id] {
			t.Errorf("no event is headed by %s", id)
		}
	}
}
