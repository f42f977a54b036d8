package engine

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// sign says in a number what happened in an event and what came of it, in terms
// that hold in every future: the instant, the host, the segment by its ends and its
// relative numbers, the timer by its connection, the call as written; what was sent,
// returned, lost, created, destroyed, and the states that were reached. Numbers of
// events, packets and subjects are left out, since they differ where more or less
// happened before. w is the world right after the event.
func sign(w *World, e *trace.Event) uint64 {
	s := signer(14695981039346656037)
	s.num(int64(e.At), int64(e.Kind), int64(e.Host))
	switch e.Kind {
	case trace.Arrive:
		s.packet(w.sent.get(e.Packet))
	case trace.Timer:
		s.text(e.Name)
		_, t := subjectOf(w, e, e.Subject)
		s.num(int64(t.Hash()))
	default:
		s.text(e.Name)
	}
	for i := range e.Effects {
		s.effect(w, &e.Effects[i])
		if e.Kind == trace.Link && e.Effects[i].Kind == trace.Moved {
			s.packet(w.sent.get(e.Effects[i].Packet)) // which one it was whose turn came
		}
	}
	for _, c := range e.Changes {
		if schema, t := subjectOf(w, e, c.Subject); schema != nil && schema.Fields[c.Field].Name == "State" {
			s.num(int64(t.Hash()), c.New)
		}
	}
	return uint64(s)
}

// subjectOf describes a subject of an event's host, also one that the event ended.
func subjectOf(w *World, e *trace.Event, id sim.SubjectID) (*trace.Schema, wire.Tuple) {
	if e.Host >= 0 {
		if s, t := w.hosts[e.Host].SchemaOf(id); s != nil {
			return s, t
		}
	}
	for i := range e.Effects {
		if x := &e.Effects[i]; x.Kind == trace.Destroyed && x.Subject == id && x.Made != nil {
			return x.Made.Schema, x.Made.Tuple
		}
	}
	return nil, wire.Tuple{}
}

// signer mixes numbers into one.
type signer uint64

func (s *signer) num(list ...int64) {
	for _, n := range list {
		x := uint64(*s) ^ uint64(n)
		x ^= x >> 32
		*s = signer(x * 0x9e3779b97f4a7c15)
	}
}

func (s *signer) text(t string) {
	for i := range len(t) {
		*s = (*s ^ signer(t[i])) * 1099511628211
	}
	s.num(int64(len(t)))
}

func (s *signer) packet(p *Packet) {
	if p == nil {
		return
	}
	g := &p.Seg
	s.num(int64(p.From), int64(p.To), int64(wire.Tuple{Local: g.Src, Remote: g.Dst}.Hash()), int64(g.Flags),
		int64(p.RelSeq()), int64(p.RelAck()), int64(len(g.Payload)))
	if g.ICMP.Set {
		s.num(int64(g.ICMP.Type), int64(g.ICMP.Code))
	}
	if g.BadSum {
		s.num(1)
	}
}

func (s *signer) effect(w *World, x *trace.Effect) {
	s.num(int64(x.Kind))
	switch x.Kind {
	case trace.Sent, trace.Copied, trace.Lost, trace.Dropped:
		s.packet(w.sent.get(x.Packet))
	case trace.Moved:
		s.num(x.At)
	case trace.Woke:
		s.num(int64(x.N))
	case trace.Returned:
		s.num(int64(x.N), x.Result)
		s.text(x.Errno)
	case trace.Created, trace.Destroyed, trace.Named:
		if x.Made != nil {
			s.num(int64(x.Made.Tuple.Hash()))
			s.text(x.Made.Schema.Name)
		}
	case trace.Set:
		s.text(x.Text)
		s.text(x.Is)
	}
}
