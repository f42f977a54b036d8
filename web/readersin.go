package web

import (
	"go/ast"
	"slices"
)

// helperDepth is how far a function's reading is followed into what it calls.
const helperDepth = 2

// ruleOf is the rule that a call enters, asks under, notes or drops by; "": none.
func (s *source) ruleOf(n ast.Node) (id, how string) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", ""
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains([]string{"Enter", "When", "Note", "Drop", "timedOut"}, sel.Sel.Name) {
		return "", ""
	}
	for _, a := range call.Args[:min(2, len(call.Args))] {
		if v, ok := a.(*ast.Ident); ok && s.rules[v.Name] != "" {
			return s.rules[v.Name], sel.Sel.Name
		}
	}
	return "", ""
}

func (s *source) hasRule(n ast.Node) (has bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if id, _ := s.ruleOf(n); id != "" {
			has = true
		}
		return !has
	})
	return has
}

// attribute finds what the rules of a function read.
func (s *source) attribute(f *ast.FuncDecl) {
	var entered []string
	locals := s.locals(f)
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			switch id, how := s.ruleOf(n); {
			case id == "":
			case how == "Enter":
				entered = append(entered, id)
			default:
				for _, a := range n.Args {
					s.note(id, s.reads(a, locals, helperDepth))
				}
			}
		case *ast.IfStmt:
			s.under(s.reads(n.Cond, locals, helperDepth), n.Cond, n.Body)
		case *ast.BlockStmt:
			s.guards(n.List, locals)
		case *ast.CaseClause:
			s.guards(n.Body, locals)
			for _, e := range n.List {
				s.under(s.reads(e, locals, helperDepth), append([]ast.Node{e}, nodes(n.Body)...)...)
			}
		}
		return true
	})
	if len(entered) > 0 {
		all := s.reads(f.Body, nil, helperDepth)
		for _, id := range entered {
			s.note(id, all)
		}
	}
}

// guards gives what is asked before a return to the rules that it would have kept
// from applying.
func (s *source) guards(list []ast.Stmt, locals map[string][]string) {
	for i, one := range list {
		f, ok := one.(*ast.IfStmt)
		if !ok || len(f.Body.List) == 0 {
			continue
		}
		if _, ok := f.Body.List[len(f.Body.List)-1].(*ast.ReturnStmt); ok {
			s.under(s.reads(f.Cond, locals, helperDepth), nodes(list[i+1:])...)
		}
	}
}

func nodes(list []ast.Stmt) (out []ast.Node) {
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

// under gives what a condition reads to the rules that depend on it.
func (s *source) under(names []string, in ...ast.Node) {
	if len(names) == 0 {
		return
	}
	for _, part := range in {
		ast.Inspect(part, func(n ast.Node) bool {
			if id, _ := s.ruleOf(n); id != "" {
				s.note(id, names)
			}
			return true
		})
	}
}

func (s *source) note(rule string, names []string) {
	for _, name := range names {
		if s.found[rule] == nil {
			s.found[rule] = map[string]bool{}
		}
		s.found[rule][name] = true
	}
}

// locals are the settings that stand behind a function's own variables.
func (s *source) locals(f *ast.FuncDecl) map[string][]string {
	all := map[string][]string{}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		a, ok := n.(*ast.AssignStmt)
		if !ok {
			return true
		}
		for i, l := range a.Lhs {
			if id, ok := l.(*ast.Ident); ok && id.Name != "_" {
				all[id.Name] = append(all[id.Name], s.reads(a.Rhs[min(i, len(a.Rhs)-1)], all, helperDepth)...)
			}
		}
		return true
	})
	return all
}

// reads lists the settings that an expression or a body looks at.
func (s *source) reads(n ast.Node, locals map[string][]string, depth int) (names []string) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if name := s.fields[n.Sel.Name]; name != "" && isSettings(n.X) {
				names = append(names, name)
			}
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "b" {
				names = append(names, s.flows[n.Sel.Name]...)
			}
		case *ast.Ident:
			names = append(names, locals[n.Name]...)
		case *ast.CallExpr:
			if depth > 0 {
				for _, h := range s.helpers[calledName(n)] {
					names = append(names, s.reads(h.Body, nil, depth-1)...)
				}
			}
		}
		return true
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// isSettings reports whether an expression is a host's settings: x.Sys, sys, h.Set.
func isSettings(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return e.Sel.Name == "Sys" || e.Sel.Name == "Set"
	case *ast.Ident:
		return e.Name == "sys"
	}
	return false
}

func calledName(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}
