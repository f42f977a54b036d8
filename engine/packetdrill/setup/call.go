package setup

import (
	"path"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"wirestep/engine/sim"
)

// call carries out a simple command: assignments, or a name and its arguments.
func (r *run) call(c *syntax.CallExpr) {
	missing := r.missing
	r.missing = false
	words := r.words(c.Args)
	if len(words) == 0 {
		r.status = 0 // or that of the last $( … )
		for _, a := range c.Assigns {
			r.assign(a)
		}
		r.missing = missing
		return
	}
	if r.missing {
		r.odd("%s: not known what for", strings.Join(words, " "))
	}
	r.missing = missing
	old := make([]*string, len(c.Assigns))
	for i, a := range c.Assigns {
		old[i] = r.get(a.Name.Value)
		r.assign(a)
	}
	r.simple(words)
	for i, a := range c.Assigns {
		if old[i] == nil {
			delete(r.vars, a.Name.Value)
		} else {
			r.set(a.Name.Value, *old[i])
		}
	}
}

// simple carries out a command that has been split into words.
func (r *run) simple(w []string) {
	for len(w) > 1 && (w[0] == "sudo" || w[0] == "command" || w[0] == "exec" || w[0] == "builtin" || w[0] == "env" || w[0] == "nohup") {
		for w = w[1:]; len(w) > 1 && strings.HasPrefix(w[0], "-"); {
			w = w[1:]
		}
	}
	if len(w) > 4 && w[0] == "ip" && w[1] == "netns" && w[2] == "exec" {
		w = w[4:]
	}
	if body, is := r.funcs[w[0]]; is {
		r.status = 0
		r.function(body, w[1:])
		return
	}
	r.status = 0
	name := path.Base(w[0])
	switch {
	case r.control(name, w[1:]), r.text1(name, w[1:]), r.setting1(name, w):
	case name == "source" || name == "." || (name == "sh" || name == "bash" || name == "dash") && len(w) > 1:
		r.sourced(w)
	case strings.Contains(w[0], "/") || strings.HasSuffix(name, ".sh") || strings.HasSuffix(name, ".py"):
		r.program(w)
	case quiet[name]:
		r.unknown()
	default:
		r.unknown()
		r.odd("%s", strings.Join(w, " "))
	}
}

// quiet are commands that set nothing which a segment shows; what they print is not
// known.
var quiet = Words("nstat ss trap wait grep egrep awk sed head tail wc cut tr sort ls rm mkdir touch chmod cp mv sync modprobe ulimit date " +
	"kill ps dmesg logger ping hostname uname which type lsmod id nproc getconf mktemp stdbuf timeout taskset umask cd pwd rmmod insmod renice nice")

// Words are the words of a text as a set.
func Words(text string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(text) {
		m[w] = true
	}
	return m
}

// unknown notes that a command printed what nobody knows.
func (r *run) unknown() {
	if r.out != nil {
		r.missing = true
	}
}

// control are the commands that steer the shell itself.
func (r *run) control(name string, args []string) bool {
	first := ""
	if len(args) > 0 {
		first = args[0]
	}
	switch name {
	case ":", "true":
	case "false":
		r.status = 1
	case "test", "[":
		if name == "[" && len(args) > 0 && args[len(args)-1] == "]" {
			args = args[:len(args)-1]
		}
		r.status = number(!r.test(args))
	case "break", "continue":
		n, err := strconv.Atoi(first)
		if r.loops = 1; err == nil && n > 0 {
			r.loops = n
		}
		if r.leave = leaveLoop; name == "continue" {
			r.leave = nextRound
		}
	case "return", "exit":
		if n, err := strconv.Atoi(first); err == nil {
			r.status = n & 255
		}
		if r.leave = leaveFunction; name == "exit" {
			r.leave = leaveAll
		}
	case "set":
		switch {
		case first == "--":
			r.args = args[1:]
		case strings.HasPrefix(first, "-"):
			r.strict = r.strict || strings.Contains(first, "e") && first != "-o"
		case strings.HasPrefix(first, "+"):
			r.strict = r.strict && !strings.Contains(first, "e")
		case first != "":
			r.args = args
		}
	case "shift":
		n, err := strconv.Atoi(first)
		if err != nil {
			n = 1
		}
		r.args = r.args[min(max(n, 0), len(r.args)):]
	case "unset":
		for _, a := range args {
			delete(r.vars, a)
			delete(r.funcs, a)
		}
	case "eval":
		r.deeper("eval", func() { r.text(strings.Join(args, " ")) })
	case "read":
		r.read(args)
	default:
		return false
	}
	return true
}

// read takes a line of standard input apart.
func (r *run) read(args []string) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	line, rest, more := strings.Cut(r.in, "\n")
	r.in = rest
	r.status = number(!more && line == "")
	fields := strings.Fields(line)
	for i, name := range args {
		switch {
		case i >= len(fields):
			r.set(name, "")
		case i == len(args)-1:
			r.set(name, strings.Join(fields[i:], " "))
		default:
			r.set(name, fields[i])
		}
	}
}

// text1 are the commands that only print.
func (r *run) text1(name string, args []string) bool {
	switch name {
	case "echo":
		end := "\n"
		for len(args) > 0 && (args[0] == "-n" || args[0] == "-e" || args[0] == "-ne" || args[0] == "-en") {
			if strings.Contains(args[0], "n") {
				end = ""
			}
			args = args[1:]
		}
		r.print(escaped(strings.Join(args, " ")) + end)
	case "printf":
		if len(args) > 0 {
			r.print(r.printf(escaped(args[0]), args[1:]))
		}
	case "cat":
		if len(args) == 0 {
			r.print(r.in)
		}
		for _, a := range args {
			r.print(r.contents(a))
		}
	case "tee":
		for _, a := range args {
			if !strings.HasPrefix(a, "-") && a != "/dev/null" {
				r.file(a, strings.TrimSuffix(r.in, "\n"))
			}
		}
		r.print(r.in)
	case "seq":
		r.seq(args)
	case "expr":
		r.expr(args)
	case "basename", "dirname":
		if len(args) > 0 {
			if name == "basename" {
				r.print(path.Base(args[0]) + "\n")
			} else {
				r.print(path.Dir(args[0]) + "\n")
			}
		}
	case "sleep":
		r.nap(args)
	default:
		return false
	}
	return true
}

// printf fills %s and %d in.
func (r *run) printf(format string, args []string) string {
	var b strings.Builder
	for i := 0; i < len(format) && b.Len() < maxWord; i++ {
		if format[i] != '%' || i+1 >= len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		for i+1 < len(format) && strings.IndexByte("0123456789-+ .l", format[i]) >= 0 {
			r.missing = true // a width: not read
			i++
		}
		arg := ""
		if format[i] != '%' && len(args) > 0 {
			arg, args = args[0], args[1:]
		}
		switch format[i] {
		case '%':
			b.WriteByte('%')
		case 'd', 'i', 'u':
			b.WriteString(itoa64(r.numberOf(arg)))
		case 'x':
			b.WriteString(strconv.FormatInt(r.numberOf(arg), 16))
		default:
			b.WriteString(arg)
		}
	}
	return b.String()
}

// seq prints numbers.
func (r *run) seq(args []string) {
	n := []int64{1, 1, 1}
	for i, a := range args[:min(len(args), 3)] {
		v, err := strconv.ParseInt(a, 10, 32)
		if err != nil {
			r.unknown()
			return
		}
		switch {
		case len(args) == 1:
			n[2] = v
		case len(args) == 2 && i == 1:
			n[2] = v
		default:
			n[i] = v
		}
	}
	if n[1] == 0 {
		return
	}
	for at, k := n[0], 0; (n[1] > 0 && at <= n[2] || n[1] < 0 && at >= n[2]) && k < maxSteps; at, k = at+n[1], k+1 {
		r.print(itoa64(at) + "\n")
	}
}

// expr works out A op B.
func (r *run) expr(args []string) {
	f, err := syntax.NewParser().Arithmetic(strings.NewReader(strings.Join(args, " ")))
	if err != nil {
		r.unknown()
		r.odd("expr %s", strings.Join(args, " "))
		return
	}
	n := r.arithm(f)
	r.print(itoa64(n) + "\n")
	r.status = number(n == 0)
}

// nap lets time pass, unless it is in the background.
func (r *run) nap(args []string) {
	if len(args) != 1 || r.Sleep == nil || r.aside > 0 {
		return
	}
	f, err := strconv.ParseFloat(strings.TrimSuffix(args[0], "s"), 64)
	if err != nil || !(f >= 0 && f < 1e6) {
		r.odd("sleep %s", args[0])
		return
	}
	r.Sleep(sim.Duration(f*1e6) * sim.Microsecond)
}
