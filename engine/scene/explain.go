package scene

import (
	"strconv"
	"strings"

	"wirestep/engine/trace"
)

// explain writes an event as a tree: cause, rules, comparisons, changes, effects.
func (p *Printer) explain(w lens, e *trace.Event) string {
	h := head(w, e)
	p.remember(e.ID, h)
	x := &explainer{w: w, e: e}
	x.line(0, "event "+strconv.Itoa(int(e.ID))+": "+h)
	if c := int(e.Cause); c > 0 && c < len(p.heads) {
		x.line(1, "because of event "+strconv.Itoa(c)+": "+p.heads[c])
	}
	x.under(-1, 1)
	return x.b.String()
}

type explainer struct {
	b strings.Builder
	w lens
	e *trace.Event
}

func (x *explainer) line(depth int, s string) {
	x.b.WriteString(strings.Repeat("  ", depth) + s + "\n")
}

// under writes what happened directly inside a span, and then the spans in it.
func (x *explainer) under(span int16, depth int) {
	for _, c := range x.e.Changes {
		if c.Span == span {
			x.change(c, depth)
		}
	}
	for _, c := range x.e.Counts {
		if c.Span == span {
			x.line(depth, "counted "+x.w.counter(c.Counter)+" +"+strconv.Itoa(int(c.By)))
		}
	}
	for i := range x.e.Effects {
		if f := &x.e.Effects[i]; f.Span == span {
			if s := effectText(x.w, x.e, f); s != "" {
				x.line(depth, s)
			}
		}
	}
	for i := range x.e.Spans {
		if s := &x.e.Spans[i]; s.Parent == span {
			x.span(s, depth)
			x.under(int16(i), depth+1)
		}
	}
}

func (x *explainer) span(s *trace.Span, depth int) {
	r := s.Rule
	if c := x.e.Check(*s); c != nil {
		x.line(depth, "? "+r.ID+": "+CheckText(*c))
	} else {
		x.line(depth, "* "+r.ID)
	}
	x.line(depth+1, r.Says)
	cite := strings.Join(r.RFC, ", ")
	if r.Linux != "" {
		if cite != "" {
			cite += "; "
		}
		cite += "Linux " + r.Linux
	}
	if cite != "" {
		x.line(depth+1, "["+cite+"]")
	}
	if r.Differs != "" {
		x.line(depth+1, "differs: "+r.Differs)
	}
}

func (x *explainer) change(c trace.Change, depth int) {
	s := x.w.subject(c.Subject)
	if s.schema == nil {
		return
	}
	f := &s.schema.Fields[c.Field]
	text := s.name + " " + f.Label + ": " + value(f, &s, c.Old) + " -> " + value(f, &s, c.New)
	switch f.Unit {
	case trace.UnitBytes, trace.UnitSegments:
		text += " " + string(f.Unit)
	}
	x.line(depth, text)
}

// CheckText writes the comparison that ran, with its operands and its answer.
func CheckText(c trace.Check) string { return Comparison(c) + ": " + yes(c.OK) }

// Comparison writes what was compared, without the answer.
func Comparison(c trace.Check) string {
	if c.Op == trace.OpTrue {
		return c.L
	}
	return operand(c.L, c.A, c.Unit) + " " + c.Op.String() + " " + operand(c.R, c.B, c.Unit)
}

func operand(name string, v int64, u trace.Unit) string {
	s := value(&trace.Field{Unit: u}, &subject{}, v)
	if name == "" || name == s {
		return s
	}
	return name + " (" + s + ")"
}
