package packetdrill

import (
	"fmt"
	"strconv"
	"strings"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine/host"
	"wirestep/engine/packetdrill/compare"
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

// Limits hold what a script of a stranger may cost. Zero fields do not limit,
// beyond what holds for every run.
type Limits struct {
	Steps int // events of the engine
	Code  int // bytes of one piece of %{ code }%, which may then only compute and assert
}

// runner is one run of a script.
type runner struct {
	compare.Comparator // of its packets
	cfg                Config
	script             *script.Script
	res                *Result

	h     *host.Host
	rec   *trace.Recorder
	ids   sim.SubjectID
	step  sim.EventID
	clock sim.Time // of the host: packets of one instant drive it on
	came  sim.Time // when the last one came
	wheel []slot   // with Config.Late: when the timers that run will really fire
	cuts  bool     // the interface cuts packets into segments before anybody sees them
	qdisc string   // the kind of queue that tc has given it
	seen  []seen   // all that the interface has seen
	at    int      // the line that is performed

	mtu         uint32 // of the interface; 0: 1500
	mss         uint16 // of the segments that a packet of the script is taken for; 0: it is one
	connectPort uint16
	fds         []fdPair
	lastFD      int64
	blocked     *blocked
	py          python.Code
	mapped      bool // IPv4 over sockets of IPv6
	poor        bool // cap_set() has taken CAP_NET_ADMIN
	traced      []string
}

// fdPair maps a descriptor of the script to one of the host.
type fdPair struct {
	script int64
	live   int32
}

// failure says why a line failed.
type failure = compare.Mismatch

func failf(expected, format string, a ...any) *failure { return compare.Failf(expected, format, a...) }

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
	r := &runner{cfg: cfg, script: s, res: res, connectPort: 8080, lastFD: -1}
	r.Comparator = compare.Comparator{Tol: 4000 * sim.Microsecond, Percent: 12.5, Exact: cfg.Exact, Echoes: true, BindPort: 8080, TestFD: -1,
		Now: compare.Epoch, Due: compare.Epoch, LastDue: compare.Epoch, Await: r.goOn, Asked: r.asked, Una: r.una}
	if cfg.Exact {
		r.Percent = 0
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
	for _, o := range append(r.Aside, r.Out...) {
		r.res.Leftover = append(r.res.Leftover, r.Stamp(o.At)+" > "+r.Spell(&o.Seg))
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
	v := LineResult{Line: e.Line, Text: e.Text, OK: f == nil, At: r.Now - compare.Epoch, Trace: r.traced}
	r.traced = nil
	if f != nil {
		v.Expected, v.Got = f.Expected, f.Got
	}
	return v
}

func (r *runner) perform(e *script.Event) *failure {
	lo, hi := r.Window(&e.When)
	r.LastDue, r.Due = r.Due, lo
	if e.Packet != nil && !e.Packet.In {
		return r.Expect(e, lo, hi)
	}
	if lo < r.Now {
		if e.When.Kind == script.Absolute && r.Now.Sub(lo) > r.Tol {
			return failf("this at "+r.Stamp(lo), "it is %s already", r.Stamp(r.Now))
		}
		lo = r.Now
	}
	base := r.Now
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
// about: the one made last, until a packet comes for another.
func (r *runner) infoUnderTest() []tcp.InfoField {
	for i := range r.fds {
		if _, c := r.h.FD(r.fds[i].live); r.fds[i].script == r.TestFD && c != nil {
			return append(c.Info(r.Now, &r.h.Sys), c.MemInfo()...)
		}
	}
	if t, ok := r.UnderTest(); ok {
		for _, c := range r.h.Live {
			if c.Tuple == t && c.State != tcp.Listen {
				return append(c.Info(r.Now, &r.h.Sys), c.MemInfo()...)
			}
		}
	}
	for i := len(r.fds) - 1; i >= 0; i-- {
		if _, c := r.h.FD(r.fds[i].live); c != nil {
			return append(c.Info(r.Now, &r.h.Sys), c.MemInfo()...)
		}
	}
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }

// inject lets a packet of the script reach the host.
func (r *runner) inject(k *script.Packet) *failure {
	s, f := r.Arriving(k)
	if f != nil {
		return f
	}
	r.note("inject " + k.String())
	r.deliver(&s)
	return nil
}

// una is the oldest number of a connection that is not acknowledged.
func (r *runner) una(t wire.Tuple) (wire.Seq, bool) {
	for _, c := range r.h.Live {
		if c.Tuple == t {
			return c.SndUna, true
		}
	}
	return 0, false
}
