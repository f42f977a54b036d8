package export

import (
	"fmt"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/packetdrill/compare"
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Script is what one host did on one connection, written as a script.
type Script struct {
	Text string
	Of   int // how many connections the host has had
}

// Connection writes what happened on one host of a branch up to step n down as a script, of
// one connection, counted from 1: the host is the kernel under test, whoever it talked to is
// the script. "" is the first host. Without any connection there is one script, of calls
// alone. A script that is returned passes on the engine; what no script can hold is refused
// with a *Refusal, a host or a connection that is not there with *NoHost or *NoConnection.
func Connection(t *engine.Timeline, b engine.BranchID, n engine.StepNo, name string, which int) (*Script, error) {
	t = t.Clone()
	tip := int(n)
	if err := t.Switch(b, 0); err != nil {
		return nil, err
	}
	of := hostOf(t.World(), name)
	if of == nil {
		return nil, &NoHost{name, hostNames(t.World())}
	}
	all := connections(t, tip, of)
	if which < 1 || which > len(all) {
		return nil, &NoConnection{which, len(all)}
	}
	var refused error
	for _, parts := range []bool{false, true} {
		if err := t.Switch(b, 0); err != nil {
			return nil, err
		}
		x := &exporter{t: t, last: -1, nextFD: 3, connection: all[which-1], which: which, count: len(all), parts: parts, put: map[sim.SubjectID]wire.Seq{}}
		x.at(t.World(), of.Index)
		text := x.write(t, tip)
		if refused = x.refuses(text); refused == nil {
			return &Script{text, len(all)}, nil
		}
		if !x.waits {
			break
		}
	}
	return nil, refused
}

// hostOf finds a host that has sockets; "": the first.
func hostOf(w *engine.World, name string) *host.Host {
	for _, h := range w.Hosts() {
		if w.Box(h.Index) == nil && (h.Name == name || name == "") {
			return h
		}
	}
	return nil
}

func (x *exporter) at(w *engine.World, index sim.HostID) { x.index, x.h = index, w.Hosts()[index] }

// write goes through what happened, and writes what concerns the connection.
func (x *exporter) write(t *engine.Timeline, tip int) string {
	started := false
	for n := 1; n <= min(tip, x.to-1); n++ {
		if n >= x.born && !started {
			x.head(t)
			started = true
		}
		ev, ok := t.Step()
		if !ok {
			break
		}
		if x.at(t.World(), x.index); n >= x.born {
			x.event(t.World(), ev, n >= x.from)
		}
	}
	if !started {
		x.head(t)
	}
	x.foot(t.World())
	return strings.Join(x.out, "\n") + "\n"
}

// NoHost is a host that is not there, or has no sockets.
type NoHost struct{ Name, Hosts string }

func (e *NoHost) Error() string { return fmt.Sprintf("no host %q; the hosts are %s", e.Name, e.Hosts) }

func hostNames(w *engine.World) string {
	var names []string
	for _, h := range w.Hosts() {
		if w.Box(h.Index) == nil {
			names = append(names, h.Name)
		}
	}
	return strings.Join(names, ", ")
}

// NoConnection is a connection that the host has not had.
type NoConnection struct{ Which, Of int }

func (e *NoConnection) Error() string {
	return fmt.Sprintf("connection %d; expected one from 1 to %d", e.Which, e.Of)
}

// exporter writes one script.
type exporter struct {
	connection
	t            *engine.Timeline
	which, count int // the connection's number, and how many there are
	h            *host.Host
	index        sim.HostID
	first        sim.Time     // of the first line
	last         sim.Time     // of the line before; -1: there is none
	drifts       bool         // a timer may have been late
	slack        sim.Duration // how late one may have ended the call that waited: the next line comes after that
	out          []string
	others       int      // packets of other connections
	lacks        []Reason // why there can be no such script
	hints        []Reason // what is not in it, and may decide
	parts        bool     // a write() that waits is written as those that take what there is room for
	waits        bool     // there was one

	active  bool            // the host has begun the connection
	told    bool            // it has named its initial number to the script
	came    sim.Time        // when the last segment came
	burst   bool            // there were two of one instant
	heard   bool            // the peer has named its initial number …
	irs     wire.Seq        // … which is this
	asked   wire.Seq        // what the last segment that came acknowledges,
	said    uint32          // and as the script has it
	stamped map[uint32]bool // the timestamps that packets of the host have had
	control string          // the congestion control of new sockets
	set     []string        // the commands that make the settings
	scaled  int             // where the option for echoes of others may stand

	fds     []exported
	nextFD  int64
	made    int64 // by the last socket()
	waiting *pending
	own     stampShift
	peer    stampShift
	put     map[sim.SubjectID]wire.Seq // where the data of a socket ended at the line before
}

// exported is a descriptor of the script.
type exported struct {
	proc  int32
	name  string
	fd    int64
	conn  sim.SubjectID
	open  bool
	timed bool // it has SO_RCVTIMEO
}

// pending is a call that has not returned.
type pending struct {
	conn sim.SubjectID
	at   int      // its line
	from sim.Time // what its times count from
	call string
	part string   // a write() in parts: how each is written, with %d for what is left …
	left int      // … which are so many bytes
	size int      // of as many
	seq  wire.Seq // and up to where they are in the buffer
}

// line adds a line that happens now. Its time counts from the beginning, so that what
// packetdrill needs for each line does not add up; but from the line before as soon as that
// may have been late, because a timer was.
func (x *exporter) line(at sim.Time, text string) {
	if x.last < 0 {
		x.first = at
	}
	x.out = append(x.out, x.when(at.Add(x.slack))+" "+text)
	x.last, x.slack = at, 0
}

// when spells an instant.
func (x *exporter) when(at sim.Time) string {
	if x.drifts {
		return "+" + short6(at.Sub(x.last))
	}
	return short6(at.Sub(x.first))
}

// late adds a line about a timer's work: a kernel's timer may be late by a slot of its wheel,
// which stands in the line where the tolerance does not cover it.
func (x *exporter) late(ev *trace.Event, text string) {
	set := sim.Time(0)
	if e := x.t.Event(x.t.Branch(), engine.StepNo(ev.Cause)); e != nil {
		set = e.At
	}
	since := ev.At.Sub(x.last)
	slot := compare.Coarse(ev.At.Sub(set))
	if x.last < 0 || slot <= max(exportTolerance, since/8) {
		x.line(ev.At, text)
	} else {
		x.out = append(x.out, x.when(ev.At)+"~"+x.when(ev.At.Add(slot))+" "+text)
		x.last = ev.At
	}
	x.drifts = true
}

// exportTolerance is how far a line of a script may be off.
const exportTolerance = 10 * sim.Millisecond

func (x *exporter) comment(format string, a ...any) {
	x.out = append(x.out, "// "+fmt.Sprintf(format, a...))
}

// short6 prints seconds without zeros at the end.
func short6(d sim.Duration) string {
	return strings.TrimSuffix(strings.TrimRight(script.Seconds(d), "0"), ".")
}

// event writes what an event did on the host; packets only of the connection's own time.
func (x *exporter) event(w *engine.World, ev *trace.Event, packets bool) {
	stopped, out := filtered(ev)
	for i := range ev.Effects {
		e := &ev.Effects[i]
		if packets && e.Kind == trace.Delivered && e.Host == x.index && !stopped {
			x.arrived(w, ev, w.Packet(e.Packet))
		}
	}
	if ev.Kind == trace.Act {
		x.changed(ev.At)
	}
	if ev.Kind == trace.Call && ev.Host == x.index {
		x.call(ev)
	}
	if x.waiting != nil {
		x.puts(ev.At)
	}
	for i := range ev.Effects {
		e := &ev.Effects[i]
		if p := w.Packet(e.Packet); packets && e.Kind == trace.Sent && p != nil && p.From == x.index && p.Of == 0 && !p.Forged && !stopped {
			if out && p.Seg.Dst == x.remote {
				x.lack(Firewall, "")
			}
			x.sent(ev, p)
		}
	}
	for _, f := range x.fds {
		if c := x.h.Conn(f.conn); x.parts && c != nil {
			x.put[f.conn] = c.SndMax
		}
	}
}

// filtered tells of an event whether the host's firewall kept a packet from TCP (whose
// answer is the firewall's too), or one of TCP's from leaving: the one is as if nothing
// had come, the other no script can hold.
func filtered(ev *trace.Event) (in, out bool) {
	for _, s := range ev.Spans {
		in = in || s.Rule.Filters
		out = out || s.Rule.ID == "output.drop" || s.Rule.ID == "output.reject"
	}
	return in, out
}
