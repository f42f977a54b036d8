package find

import (
	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// candidate is a move that may come next, and the world in which it is to be made.
type candidate struct {
	move  Move
	world *engine.World // shared by those of one place: clone it first
	act   sim.Time      // when the operation is made in it
	order int           // of a segment: its place among those of the event
}

// place is where in a future one may intervene: right before an event, of which one
// has seen what it sends.
type place struct {
	before *engine.World
	after  *engine.World
	order  int // segments of the event up to this one are not for later moves
}

// segments lists the moves on what an event has sent.
func (s *Search) segments(p place) (out []candidate) {
	first := p.before.LastPacket() + 1
	order := 0
	for id := first; id <= p.after.LastPacket(); id++ {
		k := p.after.Packet(id)
		if k.CopyOf != 0 || k.Of != 0 || k.Edited {
			continue
		}
		if order++; order <= p.order || !s.meant(k) {
			continue
		}
		t := s.name(p, id)
		for _, m := range s.onSegment(p.after, k, t) {
			out = append(out, candidate{move: m, world: p.before, act: p.before.Now(), order: order})
		}
	}
	return out
}

// meant reports whether a segment goes a way on which segments may be touched.
func (s *Search) meant(k *engine.Packet) bool {
	if len(s.set.On) == 0 {
		return true
	}
	from, to := s.names[k.From], ""
	if i := s.owner(k.Seg.Dst); i >= 0 {
		to = s.names[i]
	}
	for _, w := range s.set.On {
		if (w.From == "" || w.From == from) && (w.To == "" || w.To == to) {
			return true
		}
	}
	return false
}

func (s *Search) owner(e wire.Endpoint) int {
	for i, h := range s.start.Hosts() {
		if h.Has(e.Addr) {
			return i
		}
	}
	return -1
}

// name is a segment as a standing rule names it: the so-and-so-manieth of its kind.
func (s *Search) name(p place, id sim.PacketID) engine.Target {
	k := p.after.Packet(id)
	t := engine.Target{Kind: k.Seg.Kind(), From: s.names[k.From]}
	t.Nth = p.before.SentOf(k.From, t.Kind)
	for i := p.before.LastPacket() + 1; i <= id; i++ {
		if o := p.after.Packet(i); o.From == k.From && o.Seg.Kind() == t.Kind && o.CopyOf == 0 {
			t.Nth++
		}
	}
	return t
}

// onSegment lists the moves on one segment.
func (s *Search) onSegment(w *engine.World, k *engine.Packet, t engine.Target) (out []Move) {
	add := func(kind Kind, op engine.OpKind, by sim.Duration, word string) {
		o := engine.Op{Kind: op, Target: t, By: by}
		o.Text = scene.FormatOp(o)
		like := kind.String() + " " + t.Kind.String() + " from " + t.From + word
		out = append(out, Move{Kind: kind, Op: o, At: k.SentAt, like: like})
	}
	if s.set.Has(Drop) {
		add(Drop, engine.OpDrop, 0, "")
	}
	if !s.set.Has(Delay) && !s.set.Has(Duplicate) && !s.set.Has(Hold) || k.ArriveAt == sim.Never && k.Held {
		return out
	}
	rtt, rto := s.roundTrip(k), s.timeout(w, k)
	if s.set.Has(Delay) {
		half := ms(rtt / 2)
		add(Delay, engine.OpDelay, half, " by half a round trip")
		if ms(rtt) != half {
			add(Delay, engine.OpDelay, ms(rtt), " by a round trip")
		}
		if rto != half && rto != ms(rtt) {
			add(Delay, engine.OpDelay, rto, " by an RTO")
		}
	}
	if s.set.Has(Duplicate) {
		add(Duplicate, engine.OpDuplicate, 0, "")
		add(Duplicate, engine.OpDuplicate, rto, " after an RTO")
	}
	if s.set.Has(Hold) {
		add(Hold, engine.OpHold, 0, "")
	}
	return out
}

// ms rounds up to a whole millisecond, at least one.
func ms(d sim.Duration) sim.Duration {
	return max(1, (d+sim.Millisecond-1)/sim.Millisecond) * sim.Millisecond
}

// timeout is the RTO of the connection that sent a segment, as it is then; 1 s where
// no connection has one.
func (s *Search) timeout(w *engine.World, k *engine.Packet) sim.Duration {
	c := w.Hosts()[k.From].Open(wire.Tuple{Local: k.Seg.Src, Remote: k.Seg.Dst})
	if c == nil || c.RTO <= 0 {
		return sim.Second
	}
	return ms(c.RTO)
}

// roundTrip is the way of a segment to its end and back, without queues.
func (s *Search) roundTrip(k *engine.Packet) sim.Duration {
	to := s.owner(k.Seg.Dst)
	if to < 0 {
		return 2 * k.ArriveAt.Sub(k.DepartAt)
	}
	return s.way(s.names[k.From], s.names[to]) + s.way(s.names[to], s.names[k.From])
}

// way is how long the links from one host to another take together.
func (s *Search) way(from, to string) sim.Duration {
	if from == to {
		return 0
	}
	type stop struct {
		name string
		d    sim.Duration
	}
	list := []stop{{from, 0}}
	seen := map[string]bool{from: true}
	for i := 0; i < len(list); i++ {
		for l := range s.links {
			x := &s.links[l]
			if x.From != list[i].name || seen[x.To] {
				continue
			}
			d := list[i].d + x.Delay
			if x.To == to {
				return d
			}
			seen[x.To] = true
			list = append(list, stop{x.To, d})
		}
	}
	return 0
}

// instant is the moment after an event at which a call is made: a millisecond later,
// or half the time to the next event where that is sooner.
func instant(w *engine.World) (at sim.Time, ok bool) {
	now, next := w.Now(), w.NextAt()
	switch gap := next.Sub(now); {
	case next == sim.Never || gap > 2*sim.Millisecond:
		return (now + sim.Time(sim.Millisecond)) / sim.Time(sim.Millisecond) * sim.Time(sim.Millisecond), true
	case gap >= 2*sim.Microsecond:
		return now.Add(gap / 2 / sim.Microsecond * sim.Microsecond), true
	}
	return 0, false
}

// calls lists the calls that may be made between two events.
func (s *Search) calls(w *engine.World) (out []candidate) {
	at, ok := instant(w)
	if !ok || !s.set.Has(Call) {
		return nil
	}
	for i := range s.set.Calls {
		op := &s.set.Calls[i]
		if !possible(w, op) {
			continue
		}
		m := Move{Kind: Call, Op: *op, At: at, like: op.Text}
		out = append(out, candidate{move: m, world: w, act: at})
	}
	return out
}

// possible reports whether a call has something to be made on.
func possible(w *engine.World, op *engine.Op) bool {
	if w.Check(op) != nil {
		return false
	}
	for _, h := range w.Hosts() {
		if h.Name != op.Host {
			continue
		}
		p := 0
		if op.Proc != "" {
			p = h.Proc(op.Proc)
		}
		return p >= 0 && p < len(h.Procs) && hasSocket(&h.Procs[p], &op.Call)
	}
	return false
}

func hasSocket(p *host.Proc, in *host.Instr) bool {
	v := socketOf(in)
	if v == "" || in.Var != "" {
		return true
	}
	for i := range p.Vars {
		if p.Vars[i].Name == v {
			return true
		}
	}
	return false
}

// settings lists the settings that may be set at the start: of two, the later in the
// list comes second.
func (s *Search) settings(w *engine.World, from int) (out []candidate) {
	if !s.set.Has(Setting) {
		return nil
	}
	for i := from; i < len(s.set.Settings); i++ {
		op := s.set.Settings[i]
		if w.Check(&op) == nil {
			m := Move{Kind: Setting, Op: op, At: w.Now(), like: op.Text}
			out = append(out, candidate{move: m, world: w, act: w.Now(), order: i + 1})
		}
	}
	return out
}

// opening lists the moves at the very start that come after a number of settings and
// after a packet on its way.
func (s *Search) opening(w *engine.World, settings, packet int) []candidate {
	out := append(s.settings(w, settings), s.inFlight(w, packet)...)
	return append(out, s.calls(w)...)
}

// inFlight lists the moves on what is on its way at the start, by its number.
func (s *Search) inFlight(w *engine.World, after int) (out []candidate) {
	for id := max(sim.PacketID(after)+1, w.LastPacket()-recent, 1); id <= w.LastPacket(); id++ {
		k := w.Packet(id)
		if k == nil || k.ArriveAt == sim.Never || k.ArriveAt < w.Now() || !s.meant(k) {
			continue
		}
		drop := engine.Op{Kind: engine.OpDrop, Target: engine.Target{Packet: id}}
		if w.Check(&drop) != nil {
			continue
		}
		t := engine.Target{Packet: id, Kind: k.Seg.Kind(), From: s.names[k.From]}
		for _, m := range s.onSegment(w, k, t) {
			m.At = w.Now()
			out = append(out, candidate{move: m, world: w, act: w.Now(), order: int(id)})
		}
	}
	return out
}

const recent = 2000 // packets at the start that are looked at
