package packetdrill

import (
	"net/netip"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// What others who run scripts need of this package: the same reading of
// settings, arguments and code, whatever machine is asked.

// Wire makes and compares the packets of a script for a machine that is not the
// engine: the caller hands over what the machine sent, and when.
type Wire struct {
	r   runner
	cap sim.Time
}

// Epoch is the instant at which a script begins.
const Epoch = epoch

// WireConfig is what a Wire has to know.
type WireConfig struct {
	File          string
	Local, Remote netip.Addr
	BindPort      uint16
	Tolerance     sim.Duration
	Percent       float64                   // of the time since the line before, if that is more
	Await         func(limit sim.Time) bool // waits for the next packet, and calls Sent
}

// NewWire returns the packets' side of a run.
func NewWire(c WireConfig) *Wire {
	w := &Wire{}
	w.r = runner{script: &script.Script{File: c.File}, res: &Result{File: c.File}, tol: c.Tolerance, now: epoch,
		local: c.Local, remote: c.Remote, bindPort: c.BindPort, connectPort: c.BindPort, lastFD: -1, exact: true,
		percent: c.Percent, due: epoch, lastDue: epoch}
	w.r.other = func(limit sim.Time) bool { return c.Await(min(limit, w.cap)) }
	return w
}

// Now is the instant of the last event.
func (w *Wire) Now() sim.Time { return w.r.now }

// Window is the span of instants at which an event may happen.
func (w *Wire) Window(e *script.Event) (lo, hi sim.Time) { return w.r.window(&e.When) }

// Happened sets the instant of the last event, and when it should have been:
// timestamps may be off by as much from then on.
func (w *Wire) Happened(due, at sim.Time) {
	w.slack(at.Sub(due))
	w.r.lastDue, w.r.due = w.r.due, due
	w.r.now = at
}

func (w *Wire) slack(d sim.Duration) {
	for _, p := range w.r.peers {
		p.tsSlack += max(d, 0)
	}
}

// Listening says where the script listens now.
func (w *Wire) Listening(at wire.Endpoint) { w.r.listenAt, w.r.fresh = at, true }

// Sent adds a packet of the machine.
func (w *Wire) Sent(s wire.Segment, at sim.Time) { w.r.out = append(w.r.out, sent{seg: s, at: at}) }

// Left are packets that no line has asked for, as a script spells them.
func (w *Wire) Left() (out []string) {
	for i := range w.r.out {
		out = append(out, w.r.stamp(w.r.out[i].at)+" > "+w.r.spellLive(&w.r.out[i].seg))
	}
	return out
}

// Expect compares what the machine sends with a packet line. It waits a little
// longer than the line says, to tell when the packet came instead.
func (w *Wire) Expect(e *script.Event, beyond sim.Duration) (expected, got string, how Mismatch, ok bool) {
	lo, hi := w.r.window(&e.When)
	w.r.lastDue, w.r.due = w.r.due, lo
	w.cap = max(hi, w.r.now).Add(w.r.tolerance(hi, w.r.lastDue) + beyond)
	if e.When.Kind == script.AnyTime {
		w.cap = w.r.now.Add(30 * sim.Second)
	}
	if f := w.r.expect(e, lo, hi); f != nil {
		return f.expected, f.got, f.how, false
	}
	w.slack(w.r.now.Sub(hi))
	return "", "", Other, true
}

// Arriving makes the packet that a packet line injects.
func (w *Wire) Arriving(k *script.Packet) (s wire.Segment, expected, got string) {
	if k.HasAck && k.ICMP == nil {
		w.r.una = k.Ack
	}
	s, f := w.r.arriving(k)
	if f != nil {
		return s, f.expected, f.got
	}
	return s, "", ""
}

// Spell spells a packet of the machine with the numbers of the script.
func (w *Wire) Spell(s *wire.Segment) string { return w.r.spellLive(s) }
