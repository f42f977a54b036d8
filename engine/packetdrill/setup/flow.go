package setup

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// command carries out a command of any shape.
func (r *run) command(c syntax.Command) {
	switch c := c.(type) {
	case nil:
		r.status = 0
	case *syntax.CallExpr:
		r.call(c)
	case *syntax.Block:
		r.stmts(c.Stmts)
	case *syntax.Subshell:
		r.subshell(func() { r.stmts(c.Stmts) })
	case *syntax.BinaryCmd:
		r.binary(c)
	case *syntax.IfClause:
		r.branch(c)
	case *syntax.WhileClause:
		r.loop(func() bool { return r.holds(c.Cond) != c.Until }, c.Do, func() {})
	case *syntax.ForClause:
		r.forLoop(c)
	case *syntax.CaseClause:
		r.choose(c)
	case *syntax.FuncDecl:
		if c.Name != nil {
			r.funcs[c.Name.Value] = c.Body
		}
		r.status = 0
	case *syntax.TestClause:
		r.status = number(!r.tests(c.X))
	case *syntax.ArithmCmd:
		r.status = number(r.arithm(c.X) == 0)
	case *syntax.LetClause:
		for _, x := range c.Exprs {
			r.status = number(r.arithm(x) == 0)
		}
	case *syntax.DeclClause:
		r.declare(c)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			r.stmt(c.Stmt)
		}
	default:
		r.odd("a command that is not read: %s", spelled(c))
	}
}

// spelled is a piece of the syntax tree as text.
func spelled(n syntax.Node) string {
	var b strings.Builder
	if err := syntax.NewPrinter(syntax.SingleLine(true)).Print(&b, n); err != nil {
		return "?"
	}
	return strings.TrimSpace(b.String())
}

// subshell runs f with variables of its own.
func (r *run) subshell(f func()) {
	r.deeper("( … )", func() {
		vars, args, strict := r.vars, r.args, r.strict
		r.vars = make(map[string]string, len(vars))
		copyVars(r.vars, vars)
		f()
		r.vars, r.args, r.strict = vars, args, strict
		if r.leave != goOn && r.steps <= maxSteps && r.depth < maxDepth {
			r.leave = goOn
		}
	})
}

// binary is A && B, A || B and A | B.
func (r *run) binary(c *syntax.BinaryCmd) {
	switch c.Op {
	case syntax.AndStmt, syntax.OrStmt:
		r.asked++
		r.stmt(c.X)
		r.asked--
		if r.leave == goOn && (r.status == 0) == (c.Op == syntax.AndStmt) {
			r.stmt(c.Y)
		}
	default:
		in, missing := r.in, r.missing
		text, known := r.capture(func() { r.subshell(func() { r.stmt(c.X) }) })
		r.in, r.missing = text, missing || !known
		r.subshell(func() { r.stmt(c.Y) })
		r.in = in
		r.missing = r.missing && r.out != nil
	}
}

// holds reports whether a condition succeeds.
func (r *run) holds(list []*syntax.Stmt) bool {
	r.asked++
	r.stmts(list)
	r.asked--
	return r.status == 0
}

func (r *run) branch(c *syntax.IfClause) {
	for ; c != nil; c = c.Else {
		if len(c.Cond) == 0 || r.holds(c.Cond) {
			if r.leave == goOn {
				r.stmts(c.Then)
			}
			return
		}
		if r.leave != goOn {
			return
		}
	}
	r.status = 0
}

// loop runs a body as long as a condition holds.
func (r *run) loop(more func() bool, body []*syntax.Stmt, after func()) {
	last := 0
	for r.leave == goOn && more() && r.leave == goOn {
		if r.steps++; r.steps > maxSteps {
			r.odd("more than %d rounds", maxSteps)
			r.leave = leaveAll
			return
		}
		r.stmts(body)
		last = r.status
		if r.leave == leaveLoop || r.leave == nextRound {
			if r.loops--; r.loops > 0 {
				return
			}
			stop := r.leave == leaveLoop
			if r.leave = goOn; stop {
				break
			}
		}
		after()
	}
	r.status = last
}

func (r *run) forLoop(c *syntax.ForClause) {
	switch l := c.Loop.(type) {
	case *syntax.WordIter:
		words := r.args
		if l.InPos.IsValid() {
			words = r.words(l.Items)
		}
		at := 0
		r.loop(func() bool {
			if at >= len(words) {
				return false
			}
			r.set(l.Name.Value, words[at])
			at++
			return true
		}, c.Do, func() {})
	case *syntax.CStyleLoop:
		if l.Init != nil {
			r.arithm(l.Init)
		}
		r.loop(func() bool { return l.Cond == nil || r.arithm(l.Cond) != 0 }, c.Do, func() {
			if l.Post != nil {
				r.arithm(l.Post)
			}
		})
	}
}

func (r *run) choose(c *syntax.CaseClause) {
	word, through := r.word(c.Word), false
	r.status = 0
	for _, item := range c.Items {
		hit := through
		for _, p := range item.Patterns {
			hit = hit || matches(r.pattern(p), word)
		}
		if !hit {
			continue
		}
		r.stmts(item.Stmts)
		if through = item.Op == syntax.Fallthrough; !through && item.Op != syntax.Resume || r.leave != goOn {
			return
		}
	}
}

// declare is export, local, readonly and declare.
func (r *run) declare(c *syntax.DeclClause) {
	r.status = 0
	for _, a := range c.Args {
		if a.Name == nil {
			continue // an option
		}
		if c.Variant.Value == "local" && r.locals != nil {
			if _, had := r.locals[a.Name.Value]; !had {
				r.locals[a.Name.Value] = r.get(a.Name.Value)
			}
			r.set(a.Name.Value, "")
		}
		if !a.Naked {
			r.assign(a)
		}
	}
}

// function calls a function of the script.
func (r *run) function(body *syntax.Stmt, args []string) {
	r.deeper("a function", func() {
		was, hidden := r.args, r.locals
		r.args, r.locals = args, map[string]*string{}
		r.stmt(body)
		for _, name := range sorted(r.locals) {
			if old := r.locals[name]; old != nil {
				r.vars[name] = *old
			} else {
				delete(r.vars, name)
			}
		}
		r.args, r.locals = was, hidden
		if r.leave == leaveFunction {
			r.leave = goOn
		}
	})
}
