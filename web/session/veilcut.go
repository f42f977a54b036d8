package session

import (
	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/web/proto"
)

// This file takes out of messages what a veil covers.

var veiled = int64(proto.Veiled)

// late reports whether an instant lies beyond the horizon.
func (v *veil) late(at *int64) bool { return at != nil && sim.Time(*at) > v.now }

// value is a variable as it may be seen.
func (v *veil) value(f *trace.Field, x *int64) *int64 {
	switch {
	case x == nil || !ahead(f):
		return x
	case f.Unit == trace.UnitDuration || v.late(x):
		return &veiled
	}
	return x
}

func (v *veil) frame(f *proto.Frame, schemas map[int32]*trace.Schema) {
	f.Next = []proto.Planned{}
	covered := false
	for i := range f.Changes {
		c := &f.Changes[i]
		s := schemas[c.Subject]
		if s == nil || int(c.Field) >= len(s.Fields) {
			continue
		}
		field := &s.Fields[c.Field]
		c.Old, c.New = v.value(field, c.Old), v.value(field, c.New)
		covered = covered || c.New == &veiled
	}
	for i := range f.Effects {
		v.effect(&f.Effects[i])
	}
	var seen []proto.Length
	for _, l := range f.Lengths {
		if covered = covered || v.late(&l.At); !v.late(&l.At) {
			seen = append(seen, l)
		}
	}
	f.Lengths = seen
	if covered {
		v.reckoning(f)
	}
}

// reckoning takes out the sums from which a deadline was made.
func (v *veil) reckoning(f *proto.Frame) {
	for i, s := range f.Spans {
		if c := s.Check; c != nil && isSpan(c.Unit) {
			f.Spans[i].Check = &proto.Check{L: c.L, A: veiled, Op: c.Op, R: c.R, B: veiled, Unit: c.Unit, OK: c.OK}
		}
	}
}

func isSpan(unit string) bool {
	return unit == string(trace.UnitTime) || unit == string(trace.UnitDeadline) || unit == string(trace.UnitDuration)
}

func (v *veil) effect(e *proto.Effect) {
	if v.late(e.New) && e.Kind == "moved" {
		e.New = &veiled
	}
	if v.late(e.Old) && e.Kind == "moved" {
		e.Old = &veiled
	}
	v.packet(e.Packet)
	v.packet(e.Before)
	if e.Subject != nil {
		v.subject(e.Subject)
	}
}

func (v *veil) packet(p *proto.Packet) {
	if p == nil {
		return
	}
	if v.late(p.Arrive) {
		p.Arrive = &veiled
	}
	if v.late(&p.Depart) {
		p.Depart = p.Sent
	}
}

func (v *veil) subject(s *proto.Subject) {
	schema := schemaNames()[s.Schema]
	for i := range s.Values {
		if schema != nil && i < len(schema.Fields) {
			s.Values[i] = v.value(&schema.Fields[i], s.Values[i])
		}
	}
}

func (v *veil) world(w *proto.World) {
	w.Next = []proto.Planned{}
	for i := range w.Subjects {
		v.subject(&w.Subjects[i])
	}
	for i := range w.Packets {
		v.packet(&w.Packets[i])
	}
}

func (v *veil) queues(all []proto.Queue) {
	for i := range all {
		for j := range all[i].Items {
			if x := &all[i].Items[j]; v.late(x.Until) {
				x.Until = &veiled
			}
		}
	}
}

// SentBranches is the tree as people may see it.
func (st *State) SentBranches() []proto.Branch {
	all := encodeBranches(st.T)
	if v := st.veil(); v != nil {
		return v.branches(st.T, all)
	}
	return all
}

// branches are those that lead to where the step stands, without their names.
func (v *veil) branches(t *engine.Timeline, all []proto.Branch) []proto.Branch {
	until, out := v.until(t), []proto.Branch{}
	for _, b := range all {
		if up, known := until[engine.BranchID(b.ID)]; known {
			b.Label, b.Tip, b.End, b.Off = "", int32(up), false, nil
			out = append(out, b)
		}
	}
	return out
}

// why keeps causes and takes what the wait will end with.
func (v *veil) why(w *proto.Why) {
	w.Silences = []proto.Silence{}
	var seen []proto.Cause
	for _, c := range w.LeadsTo {
		if engine.StepNo(c.N) <= v.n {
			seen = append(seen, c)
		}
	}
	w.LeadsTo = append([]proto.Cause{}, seen...)
}

// names is what lies under the veil, as the page names it.
func (v *veil) names() []string {
	return []string{"future", "deadlines", "branches", "exports", "ahead"}
}
