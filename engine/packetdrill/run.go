package packetdrill

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine/host"
	"wirestep/engine/packetdrill/python"
	"wirestep/engine/packetdrill/setup"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Config is how a script is run.
type Config struct {
	IP      string // ipv4, ipv6, mapped; "": as the script says, else ipv4
	Defines []script.Define
	Read    setup.ReadFile  // gives files that the script names; nil: none can be read
	Dir     string          // where the script lies, for files that it names
	Trace   bool            // keep what the engine did beside each line, and the packets
	Options []script.Option // given beside the script; they win over those in it
	Late    int             // timers fire so many quarters of a slot of the kernel's wheel late, 0 to 4
	Exact   bool            // compare more than packetdrill does: timestamps and their echoes, times without the eighth that it allows
	Limits  Limits
}

// LineResult is the verdict on one event of a script.
type LineResult struct {
	Line          int
	Text          string
	OK            bool
	Expected, Got string // why not
	At            sim.Time
	Trace         []string // what the engine did before and during the event
}

// Result is the verdict on a script.
type Result struct {
	File     string
	OK       bool
	Err      error // the script could not be read
	Lines    []LineResult
	Odd      []string // shell commands and settings that were not understood
	Leftover []string // what was sent after the last expectation
	Packets  []Packed // what passed the interface, in order, when a trace is kept
}

// Failure is the message of a failed script: FILE:LINE: expected …, got ….
func (r *Result) Failure() string {
	if r.Err != nil {
		return r.Err.Error()
	}
	for i := range r.Lines {
		if l := &r.Lines[i]; !l.OK {
			return fmt.Sprintf("%s:%d: expected %s, got %s", r.File, l.Line, l.Expected, l.Got)
		}
	}
	return ""
}

// epoch is the engine's time when a script begins: a kernel has been up for a
// while, and some of its clocks take 0 for never.
const epoch = sim.Time(100 * sim.Second)

// Limits hold what a script of a stranger may cost. Zero fields do not limit,
// beyond what holds for every run.
type Limits struct {
	Steps int // events of the engine
	Code  int // bytes of one piece of %{ code }%, which may then only compute and assert
}

// runner is one run of a script.
type runner struct {
	cfg    Config
	script *script.Script
	res    *Result

	h     *host.Host
	rec   *trace.Recorder
	ids   sim.SubjectID
	step  sim.EventID
	now   sim.Time
	clock sim.Time // of the host: packets of one instant drive it on
	came  sim.Time // when the last one came
	wheel []slot   // with Config.Late: when the timers that run will really fire
	out   []sent   // what the interface has seen and no line has asked for
	aside []sent   // of other connections than the one under test
	cuts  bool     // the interface cuts packets into segments before anybody sees them
	qdisc string   // the kind of queue that tc has given it
	seen  []seen   // all that the interface has seen
	at    int      // the line that is performed

	other func(limit sim.Time) bool // waits for a packet of another machine than h (Wire)
	una   uint32                    // of that machine: what the script has acknowledged

	tol           sim.Duration
	percent       float64      // of the time since the line before that an event may be off, if that is more than tol
	tsTick        sim.Duration // of the timestamps of the script; 0: they are not compared
	tsScaled      bool         // --tcp_ts_ecr_scaled: an echo may be of a timestamp that was never sent
	strange       bool         // the packet that is made echoes one, though it must not
	exact         bool         // Config.Exact, or another machine's packets
	strict        bool         // --strict_segments: a line is one segment
	due, lastDue  sim.Time     // when the line that is performed should happen, and the one before
	local, remote netip.Addr
	mtu           uint32 // of the interface; 0: 1500
	mss           uint16 // of the segments that a packet of the script is taken for; 0: it is one
	bindPort      uint16
	connectPort   uint16
	peers         []*peer
	cur           *peer
	listenAt      wire.Endpoint
	fresh         bool // the next packet that arrives begins a connection of its own
	testFD        int64
	fds           []fdPair
	lastFD        int64
	blocked       *blocked
	py            python.Code
	mapped        bool // IPv4 over sockets of IPv6
	poor          bool // cap_set() has taken CAP_NET_ADMIN
	traced        []string
}

// sent is a packet on the interface.
type sent struct {
	seg wire.Segment
	at  sim.Time
	n   int // its place in seen, from 1; 0: none
}

// fdPair maps a descriptor of the script to one of the host.
type fdPair struct {
	script int64
	live   int32
}

// Mismatch is how a packet differs from what its line expects.
type Mismatch uint8

// The mismatches.
const (
	Other   Mismatch = iota // it is not about a packet, or the line cannot be done
	Missing                 // nothing came
	Late
	Early
	Fields // another packet came
)

// failure says why a line failed.
type failure struct {
	expected, got string
	how           Mismatch
}

func failf(expected, format string, a ...any) *failure {
	return mismatch(Other, expected, format, a...)
}

func mismatch(how Mismatch, expected, format string, a ...any) *failure {
	return &failure{expected, fmt.Sprintf(format, a...), how}
}

// Run reads a script and runs it.
func Run(file, src string, cfg Config) *Result {
	res := &Result{File: file}
	for _, o := range cfg.Options {
		switch name, value, ok := strings.Cut(o.Value, "="); {
		case o.Name == "define" && ok:
			cfg.Defines = append(cfg.Defines, script.Define{Name: name, Value: value})
		case o.Name == "ip_version" && cfg.IP == "":
			cfg.IP = o.Value
		}
	}
	s, err := script.Parse(file, src, append(append([]script.Define{}, cfg.Defines...), script.DefaultsFor(cfg.IP, src)...))
	if err != nil {
		res.Err = err
		return res
	}
	r := &runner{cfg: cfg, script: s, res: res, tol: 4000 * sim.Microsecond, percent: 12.5, exact: cfg.Exact, now: epoch, bindPort: 8080, connectPort: 8080,
		lastFD: -1, testFD: -1, due: epoch, lastDue: epoch}
	if cfg.Exact {
		r.percent = 0
	}
	r.py.Most = cfg.Limits.Code
	if err := r.configure(); err != nil {
		res.Err = err
		return res
	}
	r.run()
	res.Packets = r.packets()
	return res
}

func (r *runner) run() {
	for i := range r.script.Events {
		if !r.line(&r.script.Events[i]) {
			return
		}
	}
	if b := r.blocked; b != nil {
		if f := r.finishBlocked(); f != nil {
			r.res.Lines = append(r.res.Lines, r.verdict(b.event, f))
			return
		}
	}
	for _, o := range append(r.aside, r.out...) {
		r.res.Leftover = append(r.res.Leftover, r.stamp(o.at)+" > "+r.spellLive(&o.seg))
	}
	r.res.OK = true
}

// line runs one event and reports whether the script may go on.
func (r *runner) line(e *script.Event) bool {
	r.at = e.Line
	f := r.perform(e)
	if r.spent() {
		f = failf(fmt.Sprintf("at most %d events in the engine", r.limit()), "more")
	}
	if f == nil && r.blocked != nil && r.blocked.failed != nil {
		e, f = r.blocked.event, r.blocked.failed
	}
	if r.blocked != nil && r.blocked.done {
		r.blocked = nil
	}
	r.res.Lines = append(r.res.Lines, r.verdict(e, f))
	return f == nil
}

func (r *runner) verdict(e *script.Event, f *failure) LineResult {
	v := LineResult{Line: e.Line, Text: e.Text, OK: f == nil, At: r.now - epoch, Trace: r.traced}
	r.traced = nil
	if f != nil {
		v.Expected, v.Got = f.expected, f.got
	}
	return v
}

// stamp prints an instant as scripts count time.
func (r *runner) stamp(t sim.Time) string { return script.Seconds(t.Sub(epoch)) }

// window is the span of instants at which an event may happen.
func (r *runner) window(w *script.When) (lo, hi sim.Time) {
	switch w.Kind {
	case script.Absolute, script.Range:
		return epoch.Add(w.From), epoch.Add(w.To)
	case script.Relative, script.RelRange:
		return r.now.Add(w.From), r.now.Add(w.To)
	}
	return r.now, r.now.Add(maxWait)
}

// tolerance is how far off an event may be that is due at an instant.
func (r *runner) tolerance(due, before sim.Time) sim.Duration {
	return max(r.tol, sim.Duration(float64(due.Sub(before))*r.percent/100))
}

// maxWait is how long the runner waits for something at any time.
const maxWait = 1000 * sim.Second

func (r *runner) perform(e *script.Event) *failure {
	lo, hi := r.window(&e.When)
	r.lastDue, r.due = r.due, lo
	if e.Packet != nil && !e.Packet.In {
		return r.expect(e, lo, hi)
	}
	if lo < r.now {
		if e.When.Kind == script.Absolute && r.now.Sub(lo) > r.tol {
			return failf("this at "+r.stamp(lo), "it is %s already", r.stamp(r.now))
		}
		lo = r.now
	}
	base := r.now
	r.advance(lo)
	switch {
	case e.Packet != nil:
		return r.inject(e.Packet)
	case e.Call != nil:
		return r.call(e, base)
	case e.Code != "":
		return r.code(e.Code)
	default:
		return r.command(e.Command)
	}
}

func (r *runner) code(text string) *failure {
	info := r.infoUnderTest()
	expected, got, err := r.py.Run(text, info)
	for _, s := range r.py.Said {
		r.note("print " + s)
	}
	r.py.Said = nil
	switch {
	case err == nil && expected == "":
		return nil
	case err == nil:
		return failf(expected, "%s", got)
	case info == nil:
		return failf("code that runs", "no socket to ask for TCP_INFO (%v)", err)
	}
	return failf("code that runs", "%v", err)
}

// infoUnderTest is TCP_INFO, TCP_CC_INFO and SO_MEMINFO of the socket that the script is
// about.
func (r *runner) infoUnderTest() []tcp.InfoField {
	if r.cur != nil {
		for _, c := range r.h.Live {
			if c.Tuple == r.cur.tuple() && c.State != tcp.Listen {
				return append(c.Info(r.now, &r.h.Sys), c.MemInfo()...)
			}
		}
	}
	for i := len(r.fds) - 1; i >= 0; i-- {
		if _, c := r.h.FD(r.fds[i].live); c != nil {
			return append(c.Info(r.now, &r.h.Sys), c.MemInfo()...)
		}
	}
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }
