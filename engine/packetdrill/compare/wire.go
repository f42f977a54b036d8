package compare

import (
	"net/netip"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// Wire makes and compares the packets of a script for a machine that is not the
// engine: the caller hands over what the machine sent, and when.
type Wire struct {
	c   Comparator
	cap sim.Time
}

// WireConfig is what a Wire has to know.
type WireConfig struct {
	Local, Remote netip.Addr
	BindPort      uint16
	Tolerance     sim.Duration
	Percent       float64                   // of the time since the line before, if that is more
	Await         func(limit sim.Time) bool // waits for the next packet, and calls Sent
}

// NewWire returns the packets' side of a run.
func NewWire(c WireConfig) *Wire {
	w := &Wire{c: Comparator{Tol: c.Tolerance, Percent: c.Percent, Exact: true, Local: c.Local, Remote: c.Remote, BindPort: c.BindPort,
		Now: Epoch, Due: Epoch, LastDue: Epoch}}
	w.c.Await = func(limit sim.Time) bool { return c.Await(min(limit, w.cap)) }
	return w
}

// Now is the instant of the last event.
func (w *Wire) Now() sim.Time { return w.c.Now }

// Window is the span of instants at which an event may happen.
func (w *Wire) Window(e *script.Event) (lo, hi sim.Time) { return w.c.Window(&e.When) }

// Happened sets the instant of the last event, and when it should have been:
// timestamps may be off by as much from then on.
func (w *Wire) Happened(due, at sim.Time) {
	w.slack(at.Sub(due))
	w.c.LastDue, w.c.Due = w.c.Due, due
	w.c.Now = at
}

func (w *Wire) slack(d sim.Duration) {
	for _, p := range w.c.peers {
		p.tsSlack += max(d, 0)
	}
}

// Listening says where the script listens now.
func (w *Wire) Listening(at wire.Endpoint) { w.c.ListenAt, w.c.Fresh = at, true }

// Sent adds a packet of the machine.
func (w *Wire) Sent(s wire.Segment, at sim.Time) { w.c.Out = append(w.c.Out, Sent{Seg: s, At: at}) }

// Left are packets that no line has asked for, as a script spells them.
func (w *Wire) Left() (out []string) {
	for i := range w.c.Out {
		out = append(out, w.c.Stamp(w.c.Out[i].At)+" > "+w.c.Spell(&w.c.Out[i].Seg))
	}
	return out
}

// Expect compares what the machine sends with a packet line. It waits a little
// longer than the line says, to tell when the packet came instead.
func (w *Wire) Expect(e *script.Event, beyond sim.Duration) *Mismatch {
	lo, hi := w.c.Window(&e.When)
	w.c.LastDue, w.c.Due = w.c.Due, lo
	w.cap = max(hi, w.c.Now).Add(w.c.Tolerance(hi, w.c.LastDue) + beyond)
	if e.When.Kind == script.AnyTime {
		w.cap = w.c.Now.Add(30 * sim.Second)
	}
	if m := w.c.Expect(e, lo, hi); m != nil {
		return m
	}
	w.slack(w.c.Now.Sub(hi))
	return nil
}

// Arriving makes the packet that a packet line injects.
func (w *Wire) Arriving(k *script.Packet) (wire.Segment, *Mismatch) {
	if k.HasAck && k.ICMP == nil {
		w.c.una = k.Ack
	}
	return w.c.Arriving(k)
}

// Spell spells a packet of the machine with the numbers of the script.
func (w *Wire) Spell(s *wire.Segment) string { return w.c.Spell(s) }
