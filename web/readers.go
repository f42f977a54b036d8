package web

import (
	"embed"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/middlebox"
	"wirestep/engine/tcp"
)

// readers tells which settings each rule reads, by the rule's ID, as the engine's
// own source has it: in the comparison that the rule asks, in the condition under
// which it applies, or in the function that obeys it and the helpers that it calls.
// Nobody keeps a list of it.
var readers = sync.OnceValue(func() map[string][]string {
	s := newSource()
	var funcs []*ast.FuncDecl
	for pkg, fs := range map[string]embed.FS{"tcp": tcp.Source, "host": host.Source, "middlebox": middlebox.Source, "engine": engine.NeighbourSource} {
		funcs = append(funcs, s.read(pkg, fs)...)
	}
	for _, f := range funcs {
		if !s.hasRule(f.Body) {
			s.helpers[f.Name.Name] = append(s.helpers[f.Name.Name], f)
		}
	}
	for _, f := range funcs {
		s.attribute(f)
	}
	out := map[string][]string{}
	for rule, set := range s.found {
		for name := range set {
			out[rule] = append(out[rule], name)
		}
		slices.Sort(out[rule])
	}
	return out
})

// readBy is the same the other way round: which rules read a setting.
var readBy = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for rule, names := range readers() {
		for _, name := range names {
			out[name] = append(out[name], rule)
		}
	}
	for _, rules := range out {
		slices.Sort(rules)
	}
	return out
})

// source is the engine's source while it is read.
type source struct {
	fields  map[string]string          // field of tcp.Sysctls → setting
	flows   map[string][]string        // field of middlebox.Box → settings of conntrack
	rules   map[string]string          // variable of a rule → ID; no two packages use the same name for two rules
	helpers map[string][]*ast.FuncDecl // functions without rules of their own
	found   map[string]map[string]bool // rule → settings
}

func newSource() *source {
	return &source{fields: map[string]string{}, flows: map[string][]string{}, rules: map[string]string{}, helpers: map[string][]*ast.FuncDecl{}, found: map[string]map[string]bool{}}
}

// read takes in one package: its functions, the rules it declares, and which field
// each setting sets.
func (s *source) read(pkg string, fs embed.FS) (funcs []*ast.FuncDecl) {
	files, _ := fs.ReadDir(".")
	for _, f := range files {
		if strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		b, _ := fs.ReadFile(f.Name())
		file, err := parser.ParseFile(token.NewFileSet(), path.Join(pkg, f.Name()), b, parser.SkipObjectResolution)
		if err != nil {
			panic("web: " + err.Error()) // it has been compiled from this very text
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Body != nil {
					funcs = append(funcs, d)
				}
			case *ast.GenDecl:
				s.declared(d)
			}
		}
	}
	return funcs
}

// declared takes rules, and what the table of settings says that each one sets.
func (s *source) declared(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, value := range v.Values {
			ast.Inspect(value, func(n ast.Node) bool {
				lit, ok := n.(*ast.CompositeLit)
				if !ok {
					return true
				}
				if id := text(element(lit, "ID")); id != "" {
					s.rules[v.Names[i].Name] = id
				}
				if name := text(element(lit, "Name")); name != "" {
					s.sets(name, element(lit, "set"))
					s.tunes(name, element(lit, "flow"))
				}
				return true
			})
		}
	}
}

// sets notes the fields that a setting's function assigns.
func (s *source) sets(name string, set ast.Expr) {
	switch set := set.(type) {
	case *ast.FuncLit:
		ast.Inspect(set, func(n ast.Node) bool {
			if a, ok := n.(*ast.AssignStmt); ok {
				for _, l := range a.Lhs {
					if sel, ok := l.(*ast.SelectorExpr); ok {
						s.fields[sel.Sel.Name] = name
					}
				}
			}
			return true
		})
	case *ast.Ident: // setFastOpenKeys
		s.fields["FastOpenKeys"], s.fields["FastOpenKeyN"] = name, name
	case nil:
		if name == "net.ipv4.ip_local_reserved_ports" {
			s.fields["Reserved"] = name
		}
	}
}

// tunes notes the field of a table of flows that a setting is kept in.
func (s *source) tunes(name string, flow ast.Expr) {
	if flow == nil {
		return
	}
	ast.Inspect(flow, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok {
			l := a.Lhs[0]
			if i, ok := l.(*ast.IndexExpr); ok {
				l = i.X
			}
			field := l.(*ast.SelectorExpr).Sel.Name
			s.flows[field] = append(s.flows[field], name)
		}
		return true
	})
}

func element(lit *ast.CompositeLit, key string) ast.Expr {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok && id.Name == key {
				return kv.Value
			}
		}
	}
	return nil
}

func text(e ast.Expr) string {
	if b, ok := e.(*ast.BasicLit); ok && b.Kind == token.STRING {
		s, _ := strconv.Unquote(b.Value)
		return s
	}
	return ""
}
