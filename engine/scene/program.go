package scene

import (
	"slices"
	"strconv"
	"strings"

	"wirestep/engine/host"
)

// progReader reads the lines of one program.
type progReader struct {
	to   *[]host.Instr
	open []block
	vars []string
	made bool // a call stands above
}

func (r *progReader) line(l *line, n int) {
	in := l.instr()
	in.Line = n
	if l.err != nil {
		r.assume(&in)
		return
	}
	switch in.Kind {
	case host.InstrCall:
		r.checkVars(l, &in)
		r.call()
	case host.InstrLoop, host.InstrIf:
		r.begin(l, &in)
	case host.InstrElse:
		r.orElse(l)
	case host.InstrEnd:
		in.Kind = r.end(l)
	}
	if l.err == nil {
		*r.to = append(*r.to, in)
	}
}

// checkVars refuses a variable that no line above could have set.
func (r *progReader) checkVars(l *line, in *host.Instr) {
	for i, a := range in.Args {
		if a.Kind != host.ArgVar || r.has(a.Text) {
			continue
		}
		if in.Name == "pipe" {
			r.vars = append(r.vars, a.Text)
		} else {
			known := "a line such as c = socket() above"
			if len(r.vars) > 0 {
				known = oneOf(r.vars)
			}
			l.blame(l.args[i], sayf("nothing is called %q here, expected %s", a.Text, known))
		}
	}
	if in.Var != "" && !r.has(in.Var) {
		r.vars = append(r.vars, in.Var)
	}
}

func (r *progReader) has(name string) bool {
	for _, v := range r.vars {
		if v == name {
			return true
		}
	}
	return false
}

// instr reads: [var =] name(args) · loop [N] [until TEST] · if TEST · else · end.
func (l *line) instr() (in host.Instr) {
	if l.flow(&in) {
		return in
	}
	in.Name = l.word("a call such as close(c)")
	l.called, l.args = l.i-1, l.args[:0]
	if l.take("=") {
		in.Var = in.Name
		if l.err == nil && (!isName(in.Var) || !isVar(in.Var)) {
			l.fail("%q cannot be a variable, expected a name that starts with a small letter", in.Var)
		}
		in.Name = l.word("a call such as socket()")
		l.called = l.i - 1
	}
	l.need("(")
	for l.err == nil && !l.take(")") {
		if len(in.Args) > 0 {
			l.need(",")
		}
		l.args = append(l.args, l.i)
		in.Args = append(in.Args, l.arg())
		if len(in.Args) > 8 {
			l.fail("%s has more than 8 arguments, expected fewer", in.Name)
		}
	}
	if l.err == nil {
		arg, err := pause(&in)
		at := l.called
		if arg >= 0 {
			at = l.args[arg]
		}
		l.blame(at, err)
	}
	if in.Kind == host.InstrCall {
		in.Text = FormatInstr(in)
	}
	return in
}

// pause turns sleep(…) and at(…) into what they are, and checks any other call. A
// mistake is in the argument arg, or in the call as a whole when that is -1.
func pause(in *host.Instr) (arg int, err error) {
	if in.Name != "sleep" && in.Name != "at" {
		return checkCall(in)
	}
	if in.Var != "" || len(in.Args) != 1 || in.Args[0].Kind != host.ArgDur {
		return -1, sayf("%s takes one time, expected a line such as %s(20ms)", in.Name, in.Name)
	}
	d := in.Args[0].Dur
	if in.Name == "at" {
		*in = host.Instr{Kind: host.InstrAt, At: engineTime(d)}
	} else {
		*in = host.Instr{Kind: host.InstrSleep, Wait: d}
	}
	return -1, nil
}

// arg reads one argument; its look tells its type.
func (l *line) arg() host.Arg {
	if l.more() && l.toks[l.i].str {
		return host.Arg{Kind: host.ArgText, Text: l.text("text")}
	}
	w := l.word("an argument")
	if l.err != nil {
		return host.Arg{}
	}
	if n, err := strconv.ParseInt(w, 10, 64); err == nil {
		return host.Arg{Kind: host.ArgNum, Num: n}
	}
	switch c := w[0]; {
	case strings.Contains(w, ":"):
		e, name, err := parseEndpoint(w, l.sc)
		l.blame(l.i-1, err)
		return host.Arg{Kind: host.ArgAddr, Text: name, Addr: e}
	case c >= '0' && c <= '9':
		d, err := parseSpan(w)
		l.blame(l.i-1, err)
		return host.Arg{Kind: host.ArgDur, Dur: d}
	case isConstant(w):
		return host.Arg{Kind: host.ArgWord, Text: w}
	case isName(w) && isVar(w):
		return host.Arg{Kind: host.ArgVar, Text: w}
	}
	l.fail("%q is no argument, expected a variable, a number, a time, an address, a CONSTANT or text in quotes", w)
	return host.Arg{}
}

// isVar reports whether a name can be a variable.
func isVar(s string) bool {
	return s[0] >= 'a' && s[0] <= 'z' && !isConstant(s) && !slices.Contains(flowWords[:], s)
}

// isConstant recognises SHUT_WR, MSG_PEEK|MSG_DONTWAIT and eof.
func isConstant(s string) bool {
	if s == "eof" {
		return true
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'A' && c <= 'Z' || i > 0 && (c == '_' || c == '|' || c >= '0' && c <= '9')) {
			return false
		}
	}
	return len(s) <= 100
}
