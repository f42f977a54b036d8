package compare

import (
	"net/netip"

	"wirestep/engine/packetdrill/script"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// Epoch is the engine's time when a script begins: a kernel has been up for a
// while, and some of its clocks take 0 for never.
const Epoch = sim.Time(100 * sim.Second)

// Comparator makes the packets that a script sends, and holds what a machine sends against
// the lines that ask for it.
type Comparator struct {
	Local, Remote netip.Addr
	BindPort      uint16
	Tol           sim.Duration
	Percent       float64      // of the time since the line before that an event may be off, if that is more than Tol
	TSTick        sim.Duration // of the timestamps of the script; 0: they are not compared
	Exact         bool         // more is compared than packetdrill does: timestamps and their echoes
	Strict        bool         // --strict_segments: a line is one segment
	Scaled        bool         // --tcp_ts_ecr_scaled: an echo may be of a timestamp that was never sent
	Echoes        bool         // any other such echo is refused

	Now          sim.Time // the instant of the last event
	Due, LastDue sim.Time // when the line that is performed should happen, and the one before
	Out          []Sent   // what the interface has seen and no line has asked for
	Aside        []Sent   // of other connections than the one under test

	Await func(limit sim.Time) bool           // lets the machine go on to what it does next, but not beyond limit
	Asked func(s Sent)                        // a line has asked for a packet; nil: nobody wants to know
	Una   func(t wire.Tuple) (wire.Seq, bool) // the oldest number of a connection that is not acknowledged; nil: the machine cannot be asked

	ListenAt wire.Endpoint // where the script listens
	Fresh    bool          // the next packet that arrives begins a connection of its own
	TestFD   int64         // the script's number of the socket made last, until a packet has arrived for it

	peers   []*peer
	cur     *peer
	una     uint32 // what the script has acknowledged
	strange bool   // the packet that is made echoes a timestamp that nobody has sent
}

// Sent is a packet on the interface.
type Sent struct {
	Seg wire.Segment
	At  sim.Time
	N   int // a number that its machine gives it
}

// Stamp prints an instant as scripts count time.
func (c *Comparator) Stamp(t sim.Time) string { return script.Seconds(t.Sub(Epoch)) }

// Window is the span of instants at which an event may happen.
func (c *Comparator) Window(w *script.When) (lo, hi sim.Time) {
	switch w.Kind {
	case script.Absolute, script.Range:
		return Epoch.Add(w.From), Epoch.Add(w.To)
	case script.Relative, script.RelRange:
		return c.Now.Add(w.From), c.Now.Add(w.To)
	}
	return c.Now, c.Now.Add(MaxWait)
}

// Tolerance is how far off an event may be that is due at an instant.
func (c *Comparator) Tolerance(due, before sim.Time) sim.Duration {
	return max(c.Tol, sim.Duration(float64(due.Sub(before))*c.Percent/100))
}

// MaxWait is how long the runner waits for something at any time.
const MaxWait = 1000 * sim.Second
