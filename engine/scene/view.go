package scene

import (
	"strconv"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Compact writes an event in one line; w is the world right after it. Give a
// Printer the events of one run, in order.
func (p *Printer) Compact(w *engine.World, e *trace.Event) string {
	return p.compact(p.look(w, e), e)
}

// Explain writes an event as a tree of what happened and why.
func (p *Printer) Explain(w *engine.World, e *trace.Event) string {
	return p.explain(p.look(w, e), e)
}

// Tcpdump writes the packets that an event sent, one a line; "" when it sent none.
func Tcpdump(w *engine.World, e *trace.Event) string {
	return tcpdump(&view{w: w, known: &known{}}, e)
}

// known remembers subjects: an event that ends one still speaks of it.
type known struct{ list []subject }

// view is the lens on a world.
type view struct {
	w *engine.World
	*known
}

// look notes every subject that an event can speak of.
func (p *Printer) look(w *engine.World, e *trace.Event) *view {
	v := &view{w, &p.known}
	for _, s := range w.Subjects() {
		v.note(s.ID, s.Host, s.Schema, s.Values)
	}
	// An event may speak of what it has ended, or made and ended.
	for i := range e.Effects {
		f := &e.Effects[i]
		if f.Made != nil && f.Made.Schema != nil && len(f.Made.Values) > 0 {
			v.note(f.Subject, f.Host, f.Made.Schema, f.Made.Values)
		}
	}
	return v
}

// note remembers one subject.
func (v *view) note(id sim.SubjectID, h sim.HostID, schema *trace.Schema, values []int64) {
	for int(id) >= len(v.list) {
		v.list = append(v.list, subject{})
	}
	s := &v.list[id]
	s.schema = schema
	if s.name == "" {
		s.name = v.host(h) + "." + strconv.Itoa(int(id))
	}
	for i, x := range values {
		switch f := &schema.Fields[i]; f.Name {
		case "XmitKind":
			s.timer = value(f, s, x)
		case "ISS":
			s.iss = x
		case "IRS":
			s.irs = x
		}
	}
}

func (v *view) host(h sim.HostID) string {
	if h < 0 {
		return "-"
	}
	return v.w.Hosts()[h].Name
}

func (v *view) subject(id sim.SubjectID) subject {
	if int(id) < len(v.list) {
		return v.list[id]
	}
	return subject{name: strconv.Itoa(int(id))}
}

func (v *view) packet(id sim.PacketID) (p packet) {
	if q := v.w.Packet(id); q != nil {
		p = packet{seg: q.Seg, relSeq: q.BaseSeq, relAck: q.BaseAck, from: q.From, arrive: q.ArriveAt}
	}
	return p
}

func (v *view) counter(i uint16) string { return engine.Counters()[i] }

func (v *view) process(h sim.HostID, n int32) string { return v.w.Hosts()[h].Procs[n].Name }
