package host

import (
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// Test is a question that a program asks about the call it has just made.
type Test struct {
	Of Asked
	Is Compare
	N  int64 // the number of an errno, or what the call returned
}

// Asked is what a test is about.
type Asked uint8

// What a program knows of a call.
const (
	AskNothing Asked = iota // there is no test
	AskErrno                // 0: it succeeded
	AskResult               // -1: it failed
)

// Compare is how a test compares.
type Compare uint8

// The comparisons, as in C.
const (
	Equal Compare = iota
	Unequal
	Less
	AtMost
	More
	AtLeast
)

// Holds reports whether a call that returned n and set errno answers with yes.
func (t Test) Holds(n int64, errno int64) bool {
	if errno != 0 {
		n = -1
	}
	if t.Of == AskErrno {
		n = errno
	}
	switch t.Is {
	case Equal:
		return n == t.N
	case Unequal:
		return n != t.N
	case Less:
		return n < t.N
	case AtMost:
		return n <= t.N
	case More:
		return n > t.N
	}
	return n >= t.N
}

// outcome is what a call gave to its program.
type outcome struct {
	n     int64
	errno tcp.Errno
}

func (o outcome) answers(t Test) bool { return t.Holds(o.n, int64(o.errno)) }

// loop is a loop that a process is in.
type loop struct {
	start, left int
	rounds      int // ended so far
}

// Round tells of the innermost loop that a process is in.
type Round struct {
	Loop   *Instr
	Rounds int // ended so far
}

// Round returns the loop that the process is in; false: it is in none.
func (p *Proc) Round() (r Round, in bool) {
	if len(p.Loops) == 0 {
		return r, false
	}
	l := p.Loops[len(p.Loops)-1]
	return Round{&p.Lines[l.start-1], l.rounds}, true
}

// settle moves over lines that take no call, and decides when the next one runs.
func (p *Proc) settle(now sim.Time) {
	p.RunAt = sim.Never
	if p.Wait != nil {
		return
	}
	if len(p.Queue) > 0 {
		p.RunAt = now
		return
	}
	p.Until = max(p.Until, now)
	for steps := 0; p.PC < len(p.Lines) && steps < 10_000; steps++ {
		switch in := &p.Lines[p.PC]; in.Kind {
		case InstrSleep:
			p.Until = p.Until.Add(in.Wait)
			p.PC++
		case InstrAt:
			p.Until = max(p.Until, in.At)
			p.PC++
		case InstrLoop:
			p.Loops = append(p.Loops, loop{start: p.PC + 1, left: in.N})
			p.PC++
		case InstrEnd:
			p.endLoop()
		case InstrIf:
			if p.last.answers(in.Test) {
				p.PC++
			} else {
				p.PC = in.To
			}
		case InstrElse:
			p.PC = in.To
		case InstrEndIf:
			p.PC++
		default:
			p.RunAt = p.Until
			return
		}
	}
	p.Done = true
}

func (p *Proc) endLoop() {
	n := len(p.Loops)
	if n == 0 {
		p.PC++
		return
	}
	l := &p.Loops[n-1]
	l.rounds++
	if l.left > 0 {
		if l.left--; l.left == 0 {
			p.Loops = p.Loops[:n-1]
			p.PC++
			return
		}
	}
	p.PC = l.start
}

// leave notes what a line of the program gave, and goes behind the loop in which it
// stands if that was to go on until then.
func (p *Proc) leave(in *Instr, o outcome) {
	p.last = o
	n := len(p.Loops) - 1
	if in.To > 0 && n >= 0 && o.answers(p.Lines[p.Loops[n].start-1].Test) {
		p.PC, p.Loops = in.To, p.Loops[:n]
	}
}

// Pair tells each line of a program where it leads: every loop and every if to its
// end, and a call that stands in a loop with a test behind that. A program of which
// each block has an end is asked for.
func Pair(lines []Instr) {
	var open []int
	for i := range lines {
		top := len(open) - 1
		switch lines[i].Kind {
		case InstrLoop, InstrIf:
			open = append(open, i)
		case InstrElse:
			lines[open[top]].To, open[top] = i+1, i
		case InstrEnd, InstrEndIf:
			lines[open[top]].To = i + 1
			open = open[:top]
		}
	}
	for i := range lines {
		top := len(open) - 1
		switch lines[i].Kind {
		case InstrLoop, InstrIf:
			open = append(open, i)
		case InstrEnd, InstrEndIf:
			open = open[:top]
		case InstrCall:
			if top >= 0 && lines[open[top]].Kind == InstrLoop && lines[open[top]].Test.Of != AskNothing {
				lines[i].To = lines[open[top]].To
			}
		}
	}
}
