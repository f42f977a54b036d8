package engine

import (
	"net/netip"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// maxForged is how many segments one intervention may forge.
const maxForged = 100_000

func (m *Many) valid() error {
	switch {
	case m.Count < 0 || m.Count > maxForged:
		return refuse("%d segments; expected 1 to %d", m.Count, maxForged)
	case m.Every < 0 || m.Every > sim.Duration(maxTime):
		return refuse("a segment every %s s; expected 0 to %s s", m.Every.Seconds(), maxTime.Seconds())
	case m.Ports.Low > m.Ports.High:
		return refuse("the ports %d to %d; expected the smaller one first", m.Ports.Low, m.Ports.High)
	}
	return nil
}

// Segment is the i-th of many, counted from 0. Addresses and ports go round, each
// at its own pace, so that four-tuples repeat as late as they can.
func (m *Many) Segment(s wire.Segment, i int) wire.Segment {
	s.Seq += wire.Seq(uint32(i) * m.Stride)
	if !m.Net.IsValid() {
		return s
	}
	s.Src.Addr = nthAddr(m.Net, i)
	s.Src.Port = m.Ports.Low + uint16(i%(int(m.Ports.High-m.Ports.Low)+1))
	return s
}

// nthAddr is the i-th address of a network that a host could have: neither the
// first nor the last, where there are others.
func nthAddr(p netip.Prefix, i int) netip.Addr {
	bits := min(p.Addr().BitLen()-p.Bits(), 24) // more are never used
	n, first := 1<<bits, 0
	if n > 2 {
		n, first = n-2, 1
	}
	b := p.Masked().Addr().AsSlice()
	add := first + i%n
	for j := len(b) - 1; add > 0; j-- {
		add += int(b[j])
		b[j] = byte(add)
		add >>= 8
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

var forgeAgain = act("act.forge-next", "The next of many forged segments is put on the wire.")

// startFlood lets the rest of many forged segments follow.
func (w *World) startFlood(op *Op) {
	w.nrule++
	w.rules = append(w.rules, standing{n: w.nrule, op: *op, hits: 1, at: w.now.Add(op.Many.Every), by: w.step})
}

// nextFlood returns the flood whose turn is first, or nil.
func (w *World) nextFlood() *standing {
	var first *standing
	for i := range w.rules {
		if r := &w.rules[i]; r.op.Kind == OpForge && (first == nil || r.at < first.at) {
			first = r
		}
	}
	return first
}

// flood forges the next segment of a flood: one event.
func (w *World) flood(rec *trace.Recorder, r *standing) {
	x := w.begin(rec, trace.Event{Kind: trace.Act, Name: r.op.Text, Cause: r.by}, -1)
	w.forgeNext(x.Recorder, r)
	w.endFlood(r)
}

// endFlood forgets a flood whose last segment has been forged.
func (w *World) endFlood(r *standing) {
	for i := range w.rules {
		if w.rules[i].n == r.n && r.hits >= r.op.Many.Count {
			w.rules = append(w.rules[:i:i], w.rules[i+1:]...)
			break
		}
	}
}

func (w *World) forgeNext(rec *trace.Recorder, r *standing) {
	defer rec.Enter(forgeAgain)()
	i := r.hits
	r.hits++
	r.at = w.now.Add(r.op.Many.Every)
	op := r.op
	w.forge(rec, &op, i)
}
