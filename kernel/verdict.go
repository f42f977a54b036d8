package kernel

import (
	"fmt"
	"io"
	"time"
)

// Refusal is why the kernel cannot be asked: rights, a device, an algorithm that
// the host does not allow. It says nothing about who is right.
type Refusal struct {
	Why  string
	Busy bool // the machine had no time for it
}

func (r *Refusal) Error() string { return r.Why }

func refuse(format string, a ...any) error { return &Refusal{Why: fmt.Sprintf(format, a...)} }

// Kind is what a difference is about.
type Kind string

// The kinds.
const (
	InSegment Kind = "segment"
	InTime    Kind = "time"
	InErrno   Kind = "errno"
	InResult  Kind = "result"
	InState   Kind = "state"
	InScript  Kind = "script" // the script asks for what cannot be done
)

// Difference is the first place where the kernel did something else.
type Difference struct {
	File string
	Line int
	Kind Kind
	Text string // "expected …, got …"
}

func (d *Difference) Error() string {
	return fmt.Sprintf("%s:%d: %s: %s", d.File, d.Line, d.Kind, d.Text)
}

// Verdict is the outcome of one file.
type Verdict struct {
	File  string
	Err   error    // nil: everything was as expected; *Difference, *Refusal, or why the file cannot be read
	Notes []string // what was not done, or done in another way
	Trace []string // what happened, line by line
	Took  time.Duration
	Late  time.Duration // by how much the machine itself was late, at the worst
}

// Print writes the verdict: OK FILE or FAIL FILE:LINE: …, with the trace if asked.
func (v *Verdict) Print(w io.Writer, verbose bool) {
	if verbose {
		for _, l := range v.Trace {
			fmt.Fprintf(w, "  %s\n", l)
		}
	}
	for _, n := range v.Notes {
		fmt.Fprintf(w, "note %s: %s\n", v.File, n)
	}
	if v.Err == nil {
		fmt.Fprintf(w, "OK   %s\n", v.File)
		return
	}
	if r, is := v.Err.(*Refusal); is {
		fmt.Fprintf(w, "REFUSED %s: %s\n", v.File, r.Why)
		return
	}
	fmt.Fprintf(w, "FAIL %s\n", v.Err)
}

// Code is the exit code that a verdict asks for: 0 as expected, 1 not, 2 the
// kernel could not be asked.
func (v *Verdict) Code() int {
	switch v.Err.(type) {
	case nil:
		return 0
	case *Refusal:
		return 2
	}
	return 1
}
