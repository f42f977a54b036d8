package packetdrill

import (
	"net/netip"
	"strings"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// What others who run scripts need of this package: the same reading of
// settings, arguments and code, whatever machine is asked.

// Defaults are words that runners of scripts usually define.
func Defaults() []Define { return append([]Define(nil), defaults...) }

// DefaultsFor are those for a version of IP; "": what the script says, else IPv4.
func DefaultsFor(ip, src string) []Define {
	six := ip != "" && ip != "ipv4"
	if at := strings.Index(src, "--ip_version="); ip == "" && at >= 0 {
		six = !strings.HasPrefix(src[at:], "--ip_version=ipv4\n")
	}
	d := Defaults()
	if six {
		d = append([]Define{{"CMSG_LEVEL_IP", "SOL_IPV6"}, {"CMSG_TYPE_RECVERR", "IPV6_RECVERR"}}, d...)
	}
	if ip == "ipv6" || ip == "" && strings.Contains(src, "--ip_version=ipv6\n") {
		d = append([]Define{{"TFO_COOKIE", "c1d1e9742a47a9bc"}, {"TFO_COOKIE_ZERO", "82af1a8f9a205c34"}}, d...)
	}
	return d
}

// Value works out an argument that is a number, a constant or a sum of such.
func (e *Expr) Value() (int64, bool) { return e.number() }

// Field returns a field of a struct by name, or by place when it has no names.
func (e *Expr) Field(name string, at int) *Expr { return e.field(name, at) }

// Constant returns the number of a word of an argument.
func Constant(word string) (int64, bool) {
	n, ok := consts[word]
	return n, ok
}

// Code runs the %{ code }% of a script; names stay from one piece to the next.
type Code struct{ py python }

// Run executes code with the variables of a socket. A failed assertion gives
// what was expected and what was there instead; err is code that cannot run.
func (c *Code) Run(text string, info []tcp.InfoField) (expected, got string, err error) {
	err = c.py.run(text, info)
	if a, is := err.(*assertion); is {
		if a.msg == "" {
			return a.cond, "false", nil
		}
		return a.cond, a.msg, nil
	}
	return "", "", err
}

// Bytes lays an option out. num maps its numbers to those of the wire.
func (o *Opt) Bytes(b []byte, num func(kind byte, i int, n uint32) uint32) []byte {
	return o.bytes(b, num)
}

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
	w.r = runner{script: &Script{File: c.File}, res: &Result{File: c.File}, tol: c.Tolerance, now: epoch,
		local: c.Local, remote: c.Remote, bindPort: c.BindPort, connectPort: c.BindPort, lastFD: -1, exact: true,
		percent: c.Percent, due: epoch, lastDue: epoch}
	w.r.other = func(limit sim.Time) bool { return c.Await(min(limit, w.cap)) }
	return w
}

// Now is the instant of the last event.
func (w *Wire) Now() sim.Time { return w.r.now }

// Window is the span of instants at which an event may happen.
func (w *Wire) Window(e *Event) (lo, hi sim.Time) { return w.r.window(&e.When) }

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
func (w *Wire) Expect(e *Event, beyond sim.Duration) (expected, got string, how Mismatch, ok bool) {
	lo, hi := w.r.window(&e.When)
	w.r.lastDue, w.r.due = w.r.due, lo
	w.cap = max(hi, w.r.now).Add(w.r.tolerance(hi, w.r.lastDue) + beyond)
	if e.When.Kind == AnyTime {
		w.cap = w.r.now.Add(30 * sim.Second)
	}
	if f := w.r.expect(e, lo, hi); f != nil {
		return f.expected, f.got, f.how, false
	}
	w.slack(w.r.now.Sub(hi))
	return "", "", Other, true
}

// Arriving makes the packet that a packet line injects.
func (w *Wire) Arriving(k *Packet) (s wire.Segment, expected, got string) {
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

// SpellSegment spells a segment as a script does, once the numbers in it are the
// script's. win tells whether the window is said.
func SpellSegment(s *wire.Segment, win bool) string {
	w := -1
	if win {
		w = int(s.Win)
	}
	return spell("", s.Flags, uint32(s.Seq), len(s.Payload), s.Flags.Has(wire.ACK), uint32(s.Ack), w, int(s.Urg), spellOptions(s.Opts.Bytes()))
}
