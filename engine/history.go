package engine

import (
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Number names a number that a page shows: variables of a subject, a counter or a
// setting of a host.
type Number struct {
	Subject sim.SubjectID // of Fields
	Fields  []uint16      // one, or several that make up one number; none: that it is there at all
	Host    sim.HostID    // of Counter or Sysctl
	Counter int           // -1: it is none
	Sysctl  string        // its full name
}

// Change is one change of a number.
type Change struct {
	N        StepNo
	At       sim.Time
	Field    uint16
	Old, New int64
	Made     bool          // the subject came into being with New
	Was, Is  string        // of a setting
	Length   *trace.Length // of a timer: where its length came from; nil: it was stopped
}

// History is what a number went through.
type History struct {
	Changes []Change // the latest first
	More    bool     // there were more, earlier
}

const maxChanges = 20

// History tells which events of a branch, up to event n, set a number. One that no
// event has set has the value that the scene, or the kernel, gave it.
func (t *Timeline) History(b BranchID, n StepNo, x *Number) (h History, err error) {
	if b < 0 || int(b) >= len(t.branches) || n < 0 || n > t.branches[b].info.Tip {
		return h, refuse("event %d of branch %d; expected one that has happened", n, b)
	}
	at := int64(0)
	if x.Counter >= 0 {
		w := t.rewind(b, n)
		if int(x.Host) >= len(w.hosts) || x.Host < 0 || x.Counter >= len(w.hosts[x.Host].MIB) {
			return h, refuse("counter %d of host %d; expected one that there is", x.Counter, x.Host)
		}
		at = int64(w.hosts[x.Host].MIB[x.Counter])
	}
	for n > 0 {
		list := t.stretchBefore(b, n)
		for i := len(list) - 1; i >= 0; i-- {
			was := len(h.Changes)
			h.take(&list[i], x, &at)
			if len(h.Changes) > maxChanges {
				h.Changes, h.More = h.Changes[:maxChanges], true
				return h, nil
			}
			if len(h.Changes) > was && h.Changes[len(h.Changes)-1].Made {
				return h, nil // it was not there before
			}
		}
		n -= StepNo(len(list))
	}
	return h, nil
}

// stretchBefore returns the recorded events of a branch up to n that stand together.
func (t *Timeline) stretchBefore(b BranchID, n StepNo) []trace.Event {
	br := t.branches[b]
	for br.info.Parent >= 0 && n <= br.info.Step {
		br = t.branches[br.info.Parent]
	}
	return br.events[:n-br.info.Step]
}

// take adds what an event did to a number. value is that of a counter after it, and
// before it afterwards.
func (h *History) take(e *trace.Event, x *Number, value *int64) {
	c := Change{N: e.ID, At: e.At}
	switch {
	case x.Counter >= 0:
		by := int64(0)
		for _, k := range e.Counts {
			if k.Host == x.Host && int(k.Counter) == x.Counter {
				by += int64(k.By)
			}
		}
		if by != 0 {
			c.Old, c.New = *value-by, *value
			*value -= by
			h.Changes = append(h.Changes, c)
		}
	case x.Sysctl != "":
		for i := range e.Effects {
			if s := &e.Effects[i]; s.Kind == trace.Set && s.Host == x.Host && s.Text == x.Sysctl {
				c.Was, c.Is = s.Was, s.Is
				h.Changes = append(h.Changes, c)
			}
		}
	default:
		h.takeFields(e, x, c)
	}
}

// takeFields joins the changes of a variable within an event to one.
func (h *History) takeFields(e *trace.Event, x *Number, c Change) {
	for i := range e.Effects {
		if m := &e.Effects[i]; m.Kind == trace.Created && m.Subject == x.Subject && m.Made != nil {
			if len(x.Fields) == 0 {
				c.Made = true
				h.Changes = append(h.Changes, c)
			}
			for _, f := range x.Fields {
				if int(f) < len(m.Made.Values) {
					c.Field, c.Made, c.New = f, true, m.Made.Values[f]
					c.Length = lengthOf(e, x.Subject, c.New)
					h.Changes = append(h.Changes, c)
				}
			}
			return
		}
	}
	for _, f := range x.Fields {
		first := true
		for _, d := range e.Changes {
			if d.Subject == x.Subject && d.Field == f {
				if first {
					c.Old, first = d.Old, false
				}
				c.New = d.New
			}
		}
		if !first && c.Old != c.New {
			c.Field, c.Length = f, lengthOf(e, x.Subject, c.New)
			h.Changes = append(h.Changes, c)
		}
	}
}

// lengthOf finds where the length of a timer came from that an event set to an
// instant.
func lengthOf(e *trace.Event, id sim.SubjectID, at int64) *trace.Length {
	i := slices.IndexFunc(e.Lengths, func(l trace.Length) bool { return l.Subject == id && int64(l.At) == at })
	if i < 0 {
		return nil
	}
	return &e.Lengths[i]
}

// Walk goes over the events of a branch after from, up to to, with the world right
// after each, until f returns false.
func (t *Timeline) Walk(b BranchID, from, to StepNo, f func(*World, *trace.Event) bool) {
	w, off := t.rewind(b, from), &trace.Recorder{}
	for w.step < to && t.advance(off, w, b) {
		if !f(w, t.Event(b, w.step)) {
			return
		}
	}
}
