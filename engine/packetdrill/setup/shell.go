package setup

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"wirestep/engine/sim"
)

// ReadFile gives the text of a file that a script names; nil: there is none.
type ReadFile func(name string) ([]byte, error)

// Var is a variable.
type Var struct{ Name, Value string }

// Shell is what shell lines act upon. Functions that are nil do nothing.
type Shell struct {
	Read   ReadFile
	Dir    string // where the script lies, for files that it names
	Vars   []Var
	Sysctl func(name, value string) error
	Get    func(name string) (value string, ok bool) // of a setting
	Route  func(attr, value string) bool             // an attribute of the route; false: not known
	Link   func(attr, value string) bool             // of the interface
	Tool   func(words []string) bool                 // tc and ethtool
	Forget func()                                    // ip tcp_metrics flush
	Sleep  func(d sim.Duration)
	Odd    func(text string) // what was not understood
}

// Bounds of one run.
const (
	maxText  = 1 << 16 // bytes of a piece of shell text
	maxSteps = 10_000  // commands
	maxDepth = 24      // files, functions and substitutions within each other
	maxWord  = 1 << 16 // bytes of a word, and of what a command prints
)

// Run carries out shell text. It returns how the last command ended; 0 where that cannot
// be known.
func (s *Shell) Run(text string) (status int) {
	r := &run{Shell: s, vars: map[string]string{}, funcs: map[string]*syntax.Stmt{}}
	for i := len(s.Vars) - 1; i >= 0; i-- { // the first of a name counts
		r.vars[s.Vars[i].Name] = s.Vars[i].Value
	}
	r.text(text)
	return r.status
}

// Source carries out a file, as "source FILE" does.
func (s *Shell) Source(file string) (status int) {
	return s.Run(". '" + strings.ReplaceAll(file, "'", `'\''`) + "'")
}

// leave says what a command does to those around it.
type leave uint8

const (
	goOn leave = iota
	leaveLoop
	nextRound
	leaveFunction
	leaveAll
)

// run is the state of a shell.
type run struct {
	*Shell
	vars    map[string]string
	args    []string // $1, $2 …
	funcs   map[string]*syntax.Stmt
	locals  map[string]*string // of the function that runs: what they hide
	status  int
	out     *strings.Builder // where standard output goes; nil: nobody looks
	in      string           // standard input
	leave   leave
	loops   int  // how many loops to leave
	strict  bool // set -e
	asked   int  // conditions around: a command that fails there ends nothing
	aside   int  // commands in the background around
	steps   int
	depth   int
	missing bool // a word holds something that is not known
}

func (r *run) odd(format string, a ...any) {
	if r.Odd != nil {
		r.Odd(fmt.Sprintf(format, a...))
	}
}

// text parses and carries out text.
func (r *run) text(text string) {
	if len(text) > maxText {
		r.odd("%d bytes of shell text; expected at most %d", len(text), maxText)
		return
	}
	f, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		r.odd("%s (%v)", strings.TrimSpace(text), err)
		r.status = 2
		return
	}
	r.stmts(f.Stmts)
}

// deeper runs f one level down, if that is allowed.
func (r *run) deeper(what string, f func()) {
	if r.depth++; r.depth > maxDepth {
		r.odd("%s: more than %d levels", what, maxDepth)
		r.leave = leaveAll
	} else {
		f()
	}
	r.depth--
}

func (r *run) stmts(list []*syntax.Stmt) {
	for _, st := range list {
		if r.leave != goOn {
			return
		}
		r.stmt(st)
	}
}

// stmt carries out one statement with its redirections.
func (r *run) stmt(st *syntax.Stmt) {
	if r.steps++; r.steps > maxSteps {
		if r.steps == maxSteps+1 {
			r.odd("more than %d commands", maxSteps)
		}
		r.leave = leaveAll
		return
	}
	if st.Background {
		r.aside++
		defer func() { r.aside--; r.status = 0 }()
	}
	if st.Negated {
		r.asked++
	}
	r.redirected(st)
	if st.Negated {
		r.asked--
		r.status = number(r.status == 0)
	}
	if _, list := st.Cmd.(*syntax.BinaryCmd); r.strict && r.status != 0 && r.asked == 0 && !list && !st.Negated && r.leave == goOn {
		r.leave = leaveAll
	}
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// redirected carries a command out with its input and output where it wants them.
func (r *run) redirected(st *syntax.Stmt) {
	in, to := r.in, ""
	defer func() { r.in = in }()
	quiet := false
	for _, d := range st.Redirs {
		switch d.Op {
		case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
			if d.N == nil || d.N.Value == "1" {
				to = r.word(d.Word)
			}
		case syntax.DplOut:
			quiet = quiet || d.N == nil || d.N.Value == "1" // >&2
		case syntax.RdrIn:
			r.in = r.contents(r.word(d.Word))
		case syntax.Hdoc, syntax.DashHdoc:
			r.in = r.word(d.Hdoc)
		case syntax.WordHdoc:
			r.in = r.word(d.Word) + "\n"
		}
	}
	if to == "" && !quiet {
		r.command(st.Cmd)
		return
	}
	text, _ := r.capture(func() { r.command(st.Cmd) })
	if to != "" && to != "/dev/null" && !strings.HasPrefix(to, "/dev/std") {
		r.file(to, strings.TrimSuffix(text, "\n"))
	}
}

// capture runs f and returns what it printed; known tells that nothing in it is a guess.
func (r *run) capture(f func()) (text string, known bool) {
	out, missing := r.out, r.missing
	var b strings.Builder
	r.out, r.missing = &b, false
	f()
	known = !r.missing
	r.out, r.missing = out, missing
	return b.String(), known
}

// print writes to standard output.
func (r *run) print(text string) {
	if r.out != nil && r.out.Len()+len(text) <= maxWord {
		r.out.WriteString(text)
	}
}

// contents is what a file holds: a setting, or a file beside the script.
func (r *run) contents(name string) string {
	if n, is := strings.CutPrefix(name, "/proc/sys/"); is {
		if v, ok := r.setting(n); ok {
			return v + "\n"
		}
		r.missing = true
		return ""
	}
	if r.Read != nil {
		if b, err := r.Read(r.place(name)); err == nil && len(b) <= maxWord {
			return string(b)
		}
	}
	r.missing = name != "/dev/null"
	return ""
}

// place is where a file lies that a script names.
func (r *run) place(name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Clean(path.Join(r.Dir, name))
}

func (r *run) setting(name string) (string, bool) {
	if r.Get == nil {
		return "", false
	}
	return r.Get(strings.ReplaceAll(name, "/", "."))
}

func itoa(n int) string { return strconv.Itoa(n) }
