package shell

import (
	"strings"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"

	"mvdan.cc/sh/v3/syntax"
)

// script carries out one line of a shell: commands joined by ; && || and |, with quotes
// and redirections into /proc/sys. What changes something is made on a copy of the world,
// so that the next command of the line sees it, and handed back as operations.
type script struct {
	w     *engine.World
	name  string // of the host
	ops   []engine.Op
	fresh int // of ops: made on the copy
	ahead bool
	files map[string]string // of the host, besides those of /proc
	errs  strings.Builder   // what commands that feed a pipe have said on standard error
	calls int
}

const maxCommands = 64 // of one line

// result is what a command has printed, and whether it failed.
type result struct {
	out    string
	failed bool
}

func bad(text string) result {
	a := fail(text)
	return result{a.Text, true}
}

// run carries out a list of statements.
func (s *script) run(list []*syntax.Stmt) (all result) {
	for _, one := range list {
		r := s.stmt(one, nil)
		all.out, all.failed = all.out+r.out, r.failed
	}
	return all
}

// stmt carries out one statement; in is what stands on its standard input, nil nothing.
func (s *script) stmt(st *syntax.Stmt, in *string) result {
	if s.calls++; s.calls > maxCommands {
		return bad("sh: more than 64 commands in one line")
	}
	r := s.command(st.Cmd, in)
	for _, d := range st.Redirs {
		r = s.redirect(d, r)
	}
	if st.Negated {
		r.failed = !r.failed
	}
	return r
}

func (s *script) command(c syntax.Command, in *string) result {
	switch c := c.(type) {
	case nil:
		return result{}
	case *syntax.CallExpr:
		return s.call(c, in)
	case *syntax.Block:
		return s.run(c.Stmts)
	case *syntax.Subshell:
		return s.run(c.Stmts)
	case *syntax.BinaryCmd:
		return s.binary(c, in)
	}
	return bad("sh: loops, tests and functions are not understood here; expected commands joined by ; && || or |")
}

func (s *script) binary(c *syntax.BinaryCmd, in *string) result {
	a := s.stmt(c.X, in)
	switch c.Op {
	case syntax.AndStmt, syntax.OrStmt:
		if a.failed == (c.Op == syntax.AndStmt) {
			return a
		}
		b := s.stmt(c.Y, nil)
		return result{a.out + b.out, b.failed}
	case syntax.Pipe, syntax.PipeAll:
		if a.failed && c.Op == syntax.Pipe { // an error goes to the terminal, not into the pipe
			s.errs.WriteString(a.out)
			a.out = ""
		}
		b := s.stmt(c.Y, &a.out)
		b.out = s.errs.String() + b.out
		s.errs.Reset()
		return b
	}
	return bad("sh: " + c.Op.String() + " is not understood here; expected ; && || or |")
}

// redirect sends what a command has printed somewhere else.
func (s *script) redirect(d *syntax.Redirect, r result) result {
	to, err := literal(d.Word)
	switch {
	case err != "":
		return bad(err)
	case d.Op == syntax.DplOut: // 2>&1: there is one stream here
		return r
	case d.Op != syntax.RdrOut && d.Op != syntax.AppOut && d.Op != syntax.RdrAll && d.Op != syntax.RdrClob:
		return bad("sh: " + d.Op.String() + " is not understood here; expected > and a file of /proc/sys, or > /dev/null")
	case d.N != nil && d.N.Value == "2":
		if to == "/dev/null" && r.failed {
			r.out = ""
		}
		return r
	case to == "/dev/null":
		r.out = ""
		return r
	case r.failed:
		return r
	}
	return s.writeFile(to, r.out)
}

// writeFile is what > does with a file.
func (s *script) writeFile(name, text string) result {
	rest, ok := strings.CutPrefix(name, "/proc/sys/")
	if !ok {
		return bad("sh: 1: cannot create " + name + ": this host has no disk; expected a file of /proc/sys")
	}
	key := strings.ReplaceAll(rest, "/", ".")
	r := s.one("sysctl", []string{"-w", "-q", key + "=" + strings.Join(strings.Fields(text), " ")}, nil)
	if r.failed {
		return bad("sh: 1: " + strings.TrimPrefix(r.out, "sysctl: "))
	}
	return result{}
}

// literal is a word without anything that a shell would put into it.
func literal(w *syntax.Word) (text, err string) {
	var b strings.Builder
	var add func(parts []syntax.WordPart, quoted bool)
	add = func(parts []syntax.WordPart, quoted bool) {
		for _, p := range parts {
			switch p := p.(type) {
			case *syntax.Lit:
				b.WriteString(unescape(p.Value, quoted))
			case *syntax.SglQuoted:
				b.WriteString(p.Value)
			case *syntax.DblQuoted:
				add(p.Parts, true)
			case *syntax.CmdSubst:
				err = "sh: $(…) is not understood here: write what it would print"
			default:
				err = "sh: variables are not understood here: write their value"
			}
		}
	}
	add(w.Parts, false)
	return b.String(), err
}

// unescape takes the backslashes out of a word, within quotes only those that mean
// something there.
func unescape(s string, quoted bool) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (!quoted || strings.IndexByte("\\\"$`", s[i+1]) >= 0) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// call carries out one command with its words.
func (s *script) call(c *syntax.CallExpr, in *string) result {
	if len(c.Args) == 0 {
		return bad("sh: variables are not understood here: write their value where it belongs")
	}
	var words []string
	for _, w := range c.Args {
		t, err := literal(w)
		if err != "" {
			return bad(err)
		}
		words = append(words, t)
	}
	for len(words) > 1 && (words[0] == "sudo" || words[0] == "time" || words[0] == "command") {
		words = words[1:]
	}
	return s.one(words[0], words[1:], in)
}

// one carries out a command by its name.
func (s *script) one(name string, args []string, in *string) result {
	if n := len(args) - 1; in == nil && n >= 0 && (filters[name] != nil || name == "cat") {
		if text, ok := s.files[args[n]]; ok { // grep WORD FILE is cat FILE | grep WORD
			in, args = &text, args[:n]
		}
	}
	switch name {
	case "watch":
		return s.watch(args)
	case "sh", "bash":
		if len(args) != 2 || args[0] != "-c" {
			return bad(name + ": expected -c and a command in quotes")
		}
		return s.text(args[1])
	case "tee":
		if in == nil || len(args) == 0 {
			return bad("tee: expected something in a pipe before it, and a file of /proc/sys")
		}
		if r := s.writeFile(args[len(args)-1], *in); r.failed {
			return r
		}
		return result{out: *in}
	case "cat":
		if in != nil && len(args) == 0 {
			return result{out: *in}
		}
	}
	if f := filters[name]; f != nil {
		return f(args, in)
	}
	s.catchUp()
	r := s.request(name, args)
	run := commands[name]
	switch {
	case r.h.Off:
		return bad("Nobody answers: " + s.name + " is switched off.")
	case run == nil:
		return bad("sh: 1: " + name + ": not found")
	}
	a := run(r)
	s.ahead = s.ahead || r.ahead
	if a.Act != nil {
		s.ops = append(append(s.ops, *a.Act), a.More...)
	}
	return result{a.Text, a.Failed}
}

func (s *script) request(name string, args []string) *request {
	r := &request{w: s.w, name: name, args: args, at: -1}
	for i, h := range s.w.Hosts() {
		if h.Name == s.name {
			r.h, r.at = h, sim.HostID(i)
		}
	}
	return r
}

// catchUp makes what the line has done so far on a copy of the world.
func (s *script) catchUp() {
	if s.fresh == len(s.ops) {
		return
	}
	s.w = s.w.Clone()
	for ; s.fresh < len(s.ops); s.fresh++ {
		if op := &s.ops[s.fresh]; s.w.Check(op) == nil {
			s.w.Act(&trace.Recorder{}, op, s.w.Now())
		}
	}
}

// text carries out a line within the line.
func (s *script) text(line string) result {
	f, err := syntax.NewParser().Parse(strings.NewReader(line), "")
	if err != nil {
		return bad(parseError(err))
	}
	return s.run(f.Stmts)
}

func parseError(err error) string {
	text := err.Error()
	if e, ok := err.(syntax.ParseError); ok {
		text = e.Text
	}
	if strings.Contains(text, "without closing quote") {
		return "sh: 1: Syntax error: Unterminated quoted string"
	}
	return "sh: 1: Syntax error: " + text
}

// watch shows its command once: time passes in the lab, not here.
func (s *script) watch(args []string) result {
	every := "2.0"
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch a := args[0]; {
		case a == "-n" || a == "--interval":
			if len(args) < 2 {
				return bad("watch: option requires an argument -- 'n'")
			}
			every, args = args[1], args[1:]
		case strings.HasPrefix(a, "-n"):
			every = a[2:]
		case a == "-d" || a == "--differences" || a == "-t" || a == "--no-title":
		default:
			return bad("watch: option '" + a + "' is not understood here; expected -n SECONDS, -d or -t")
		}
		args = args[1:]
	}
	if len(args) == 0 {
		return bad("Usage:\n watch [-n SECONDS] command")
	}
	line := strings.Join(args, " ")
	r := s.text(line)
	r.out = "Every " + every + "s: " + line + "    (once: time passes in the diagram)\n\n" + r.out
	return r
}
