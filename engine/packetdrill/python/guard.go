package python

import (
	"fmt"

	"go.starlark.net/syntax"
)

// allowed are the functions that guarded code may call.
var allowed = map[string]bool{"assert_": true, "abs": true, "min": true, "max": true, "round": true, "int": true, "float": true, "bool": true, "print": true}

// guard refuses code whose cost is not bounded by its length: loops, functions,
// repeated or collected text and lists, and numbers built upon numbers.
type guard struct {
	made map[string]bool // names that code has made
}

func (g *guard) check(code string) error {
	f, err := codeOptions.Parse("code", code, 0)
	if err != nil {
		return err
	}
	for _, s := range f.Stmts {
		if err := g.stmt(s); err != nil {
			return err
		}
	}
	return nil
}

func (g *guard) stmt(s syntax.Stmt) error {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		return g.expr(s.X, false)
	case *syntax.BranchStmt:
		return nil
	case *syntax.IfStmt:
		if err := g.expr(s.Cond, false); err != nil {
			return err
		}
		for _, body := range [][]syntax.Stmt{s.True, s.False} {
			for _, b := range body {
				if err := g.stmt(b); err != nil {
					return err
				}
			}
		}
		return nil
	case *syntax.AssignStmt:
		name, is := s.LHS.(*syntax.Ident)
		if !is || s.Op != syntax.EQ {
			break
		}
		if err := g.plain(s.RHS); err != nil {
			return err
		}
		if g.made == nil {
			g.made = map[string]bool{}
		}
		g.made[name.Name] = true
		return g.expr(s.RHS, true)
	}
	return refused(s)
}

// plain refuses an expression that builds on names which code has made.
func (g *guard) plain(e syntax.Expr) error {
	var err error
	syntax.Walk(e, func(n syntax.Node) bool {
		if id, is := n.(*syntax.Ident); is && g.made[id.Name] {
			err = refused(n)
		}
		return true
	})
	return err
}

// expr checks an expression; number tells that it must be one of numbers.
func (g *guard) expr(e syntax.Expr, number bool) error {
	switch e := e.(type) {
	case *syntax.Ident:
		return nil
	case *syntax.Literal:
		if number && e.Token != syntax.INT && e.Token != syntax.FLOAT {
			return refused(e)
		}
		return nil
	case *syntax.ParenExpr:
		return g.expr(e.X, number)
	case *syntax.UnaryExpr:
		return g.expr(e.X, number)
	case *syntax.BinaryExpr:
		number = number || e.Op == syntax.STAR
		return g.all(number, e.X, e.Y)
	case *syntax.CondExpr:
		return g.all(number, e.Cond, e.True, e.False)
	case *syntax.TupleExpr:
		if !number {
			return g.all(false, e.List...)
		}
	case *syntax.ListExpr:
		if !number {
			return g.all(false, e.List...)
		}
	case *syntax.CallExpr:
		if id, is := e.Fn.(*syntax.Ident); is && allowed[id.Name] {
			return g.all(id.Name != "assert_" && id.Name != "print", e.Args...)
		}
	}
	return refused(e)
}

func (g *guard) all(number bool, list ...syntax.Expr) error {
	for _, e := range list {
		if err := g.expr(e, number); err != nil {
			return err
		}
	}
	return nil
}

func refused(n syntax.Node) error {
	start, _ := n.Span()
	return fmt.Errorf("line %d of the code does more than compute and assert, which is all that code may do here", start.Line)
}
