package scene

import (
	"slices"
	"strconv"
	"strings"

	"wirestep/engine/host"
	"wirestep/engine/tcp"
)

// flowWords are the lines of a program that make no call.
var flowWords = [...]string{"loop", "if", "else", "end"}

// block is a loop or an if whose end has not been read.
type block struct {
	kind host.InstrKind
	line int
	test bool // it asks about the calls that stand in it
	asks bool // an if inside asks
	sure bool // each way through it makes a call
	own  bool // a call stands in it
	then bool // sure, of what stands above an else
	els  bool // an else has been read
}

func (b *block) name() string {
	if b.kind == host.InstrIf {
		return "if"
	}
	return "loop"
}

func (r *progReader) call() {
	r.made = true
	if n := len(r.open); n > 0 {
		r.open[n-1].sure, r.open[n-1].own = true, true
	}
}

func (r *progReader) begin(l *line, in *host.Instr) {
	b := block{kind: in.Kind, line: in.Line, test: in.Test.Of != host.AskNothing}
	if len(r.open) == maxDepth {
		l.fail("the %s is inside %d others, expected at most %d", b.name(), maxDepth, maxDepth-1)
	}
	if b.kind == host.InstrIf && !r.made {
		l.fail(`no call stands above, expected one that "if" can ask about`)
	}
	r.open = append(r.open, b)
}

// assume goes on after a mistake in a line as if there were none, so that nothing
// below is blamed for it.
func (r *progReader) assume(in *host.Instr) {
	switch in.Kind {
	case host.InstrLoop, host.InstrIf:
		r.open = append(r.open, block{kind: in.Kind, line: in.Line, sure: true, own: true})
	case host.InstrCall:
		r.call()
	}
}

func (r *progReader) orElse(l *line) {
	n := len(r.open)
	if n == 0 || r.open[n-1].kind != host.InstrIf || r.open[n-1].els {
		l.fail(`"else" belongs to nothing, expected an "if" above it`)
		return
	}
	b := &r.open[n-1]
	b.then, b.sure, b.els = b.sure, false, true
}

// end closes a block, and tells which kind of end that is.
func (r *progReader) end(l *line) host.InstrKind {
	n := len(r.open) - 1
	if n < 0 {
		l.fail(`"end" ends nothing, expected a "loop" or an "if" above it`)
		return host.InstrEnd
	}
	b := r.open[n]
	r.open = r.open[:n]
	kind := host.InstrEnd
	if b.kind == host.InstrIf {
		kind, b.sure = host.InstrEndIf, b.sure && b.then
	} else if b.test && !b.own || b.asks && !b.sure {
		l.fail("the loop on line %d can go round without a call, expected one that each round makes", b.line)
	}
	if n > 0 {
		r.open[n-1].asks = r.open[n-1].asks || b.asks || b.kind == host.InstrIf
		r.open[n-1].sure = r.open[n-1].sure || b.sure
	}
	return kind
}

// flow reads a line that makes no call; false: it is none.
func (l *line) flow(in *host.Instr) bool {
	switch {
	case l.take("loop"):
		in.Kind = host.InstrLoop
		if l.more() && l.peek() != "until" {
			in.N = int(l.int(`a number of rounds, or "until"`, 1, maxLoop))
		}
		if l.take("until") {
			in.Test = l.test()
			in.Text = FormatInstr(*in)
		}
	case l.take("if"):
		in.Kind, in.Test = host.InstrIf, l.test()
	case l.take("else"):
		in.Kind = host.InstrElse
	case l.take("end"):
		in.Kind = host.InstrEnd
	default:
		return false
	}
	return true
}

var asks = [...]string{host.AskErrno: "errno", host.AskResult: "result"}

var compares = [...]string{host.Equal: "==", host.Unequal: "!=", host.Less: "<", host.AtMost: "<=", host.More: ">", host.AtLeast: ">="}

// test reads what is asked about the call above: errno or result, a comparison, and
// what it is compared with. The signs need no blanks around them.
func (l *line) test() (t host.Test) {
	var s strings.Builder
	last := l.i
	for ; l.more() && !l.toks[l.i].str; l.i++ {
		s.WriteString(l.toks[l.i].text)
		last = l.i
	}
	if l.err != nil {
		return t
	}
	what, rest, sign := s.String(), "", ""
	if i := strings.IndexAny(what, "=!<>"); i >= 0 {
		what, rest = what[:i], what[i:]
		sign = rest[:len(rest)-len(strings.TrimLeft(rest, "=!<>"))]
	}
	value := rest[len(sign):]
	is := slices.Index(compares[:], sign)
	t.Of = host.Asked(max(slices.Index(asks[:], what), 0))
	if t.Of == host.AskNothing || is < 0 || value == "" || !strings.HasSuffix(l.toks[last].text, value) {
		l.fail("%s, expected a question such as errno == ECONNREFUSED or result > 0", l.asked(last))
		return t
	}
	t.Is = host.Compare(is)
	if t.Of == host.AskErrno {
		if t.N = errnoNumber(value); t.N < 0 || t.Is > host.Unequal {
			l.fail("%s, expected == or != and the name of an error such as ECONNREFUSED, or 0", l.asked(last))
		}
		return t
	}
	n, err := parseInt(value, "what a call returns", -1, maxNumber)
	l.blame(last, err)
	t.N = n
	return t
}

// asked is what stands where a question was expected.
func (l *line) asked(last int) *said {
	if last >= len(l.toks) {
		return l.here()
	}
	var s strings.Builder
	for i, t := range l.toks[1 : last+1] {
		if i > 0 && t.at.from > l.toks[i].at.to {
			s.WriteByte(' ')
		}
		s.WriteString(t.text)
	}
	return sayf("%q", s.String())
}

// errnoNumber is the number of an errno, 0 of "0", or -1.
func errnoNumber(s string) int64 {
	if s == "0" {
		return 0
	}
	for e := range 256 {
		if name := tcp.Errno(e).String(); name != "" && name == s {
			return int64(e)
		}
	}
	return -1
}

// formatFlow writes a line that makes no call.
func formatFlow(in host.Instr) string {
	switch in.Kind {
	case host.InstrIf:
		return "if " + formatTest(in.Test)
	case host.InstrElse:
		return "else"
	case host.InstrEnd, host.InstrEndIf:
		return "end"
	}
	s := "loop"
	if in.N > 0 {
		s += " " + strconv.Itoa(in.N)
	}
	if in.Test.Of != host.AskNothing {
		s += " until " + formatTest(in.Test)
	}
	return s
}

func formatTest(t host.Test) string {
	value := strconv.FormatInt(t.N, 10)
	if t.Of == host.AskErrno && t.N != 0 {
		value = tcp.Errno(t.N).String()
	}
	return asks[t.Of] + " " + compares[t.Is] + " " + value
}

// indents tells how a line of a program moves the lines after it, and itself.
func indents(kind host.InstrKind) (self, after int) {
	switch kind {
	case host.InstrLoop, host.InstrIf:
		return 0, 1
	case host.InstrElse:
		return -1, 0
	case host.InstrEnd, host.InstrEndIf:
		return -1, -1
	}
	return 0, 0
}
