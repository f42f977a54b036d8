package find

import (
	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
)

// release lets the first of the held segments go, since nothing else is scheduled. The
// move is told as the delay that does the same.
func (s *Search) release(f *future) {
	h := f.held[0]
	f.held = f.held[1:]
	id := h.id
	if id == 0 {
		id = s.heldBy(f, h)
	}
	op := engine.Op{Kind: engine.OpRelease, Target: engine.Target{Packet: id}}
	if id == 0 || f.w.Check(&op) != nil {
		return
	}
	at := (f.w.Now() + 2*sim.Time(sim.Millisecond) - 1) / sim.Time(sim.Millisecond) * sim.Time(sim.Millisecond)
	s.events++
	s.level.Events++
	f.n++
	f.w.Act(s.rec, &op, at)
	f.let++
	m := f.moves[h.move]
	m.Op.Kind, m.Op.By = engine.OpDelay, at.Sub(m.At)
	m.Op.Text = scene.FormatOp(m.Op)
	moves := append([]Move(nil), f.moves...) // the parent has the others
	moves[h.move] = m
	f.moves = moves
}

// heldBy finds the segment that a move holds: the one that its rule met.
func (s *Search) heldBy(f *future, h held) sim.PacketID {
	t, n := f.moves[h.move].Op.Target, 0
	for id := sim.PacketID(1); id <= f.w.LastPacket(); id++ {
		p := f.w.Packet(id)
		if p.CopyOf == 0 && s.names[p.From] == t.From && p.Seg.Kind() == t.Kind {
			if n++; n == t.Nth {
				return id
			}
		}
	}
	return 0
}
