package export

import (
	"fmt"
	"slices"
	"strings"

	"wirestep/engine/host"
	"wirestep/engine/packetdrill"
)

// Reason says why there is no script: a word for what it lacks, and whom or what that is.
type Reason struct{ Code, What string }

// The codes.
const (
	Before   = "before"   // an earlier connection between the same ends has left something behind
	Cookie   = "cookie"   // a Fast Open cookie of an earlier connection
	Itself   = "itself"   // the host talks to itself
	Kernel   = "kernel"   // another kernel than packetdrill would run on
	ZeroRST  = "zero-rst" // a RST with number 0, which chance places in a script
	Silent   = "silent"   // nothing of it reached the host, and it did nothing
	Two      = "two"      // two calls wait at the same time
	Firewall = "firewall" // rules of the host
	Others   = "others"   // other connections of the host
	Instant  = "instant"  // segments arrive at one instant, and a program is let in between
	LeftOut  = "left-out" // a call that a script cannot make
	Differs  = "differs"  // nothing that is known: only that a line fails
)

// Refusal says why what happened is no script.
type Refusal struct {
	Why           []Reason
	Line          int // of the script that would fail; 0: it cannot be written
	Expected, Got string
}

func (e *Refusal) Error() string {
	var all []string
	for _, r := range e.Why {
		all = append(all, strings.TrimSuffix(r.Code+": "+r.What, ": "))
	}
	text := "no script of packetdrill can hold it: " + strings.Join(all, ", ")
	if e.Line > 0 {
		text += fmt.Sprintf("; line %d would expect %s, and get %s", e.Line, e.Expected, e.Got)
	}
	return text
}

// lack notes why there can be no such script, hint what may be why it fails.
func (x *exporter) lack(code, what string) { x.lacks = noted(x.lacks, Reason{code, what}) }
func (x *exporter) hint(code, what string) { x.hints = noted(x.hints, Reason{code, what}) }

func noted(all []Reason, r Reason) []Reason {
	if slices.Contains(all, r) {
		return all
	}
	return append(all, r)
}

// before notes what is known before anything is written.
func (x *exporter) before() {
	if x.after {
		x.lack(Before, "")
	}
	if x.cookied {
		x.lack(Cookie, "")
	}
	if x.h.Has(x.remote.Addr) {
		x.lack(Itself, "")
	}
	if x.h.Kernel != &host.Profiles[0] {
		x.lack(Kernel, x.h.Kernel.Name)
	}
}

// refuses runs the script on the engine: one that does not pass there misses something that
// decided, and would not pass on a kernel either.
func (x *exporter) refuses(text string) error {
	if x.last < 0 {
		x.lack(Silent, "")
	}
	if len(x.lacks) > 0 {
		return &Refusal{Why: x.lacks}
	}
	res := packetdrill.Run("script", text, packetdrill.Config{})
	if res.OK {
		return nil
	}
	if x.others > 0 || x.count > 1 {
		x.hint(Others, "")
	}
	switch {
	case len(x.hints) > 0:
	case x.burst:
		x.hint(Instant, "")
	default:
		x.hint(Differs, "")
	}
	e := &Refusal{Why: x.hints, Expected: "a script", Line: 1}
	if res.Err != nil {
		e.Got = res.Err.Error()
	}
	for i := range res.Lines {
		if l := &res.Lines[i]; !l.OK {
			e.Line, e.Expected, e.Got = l.Line, l.Expected, l.Got
			break
		}
	}
	return e
}

// leaveOut tells of a call that a script cannot make.
func (x *exporter) leaveOut(call string) {
	x.comment("left out: %s", call)
	x.hint(LeftOut, call)
}
