package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"testing"
)

// banned imports, inside all of engine.
var banned = map[string]string{
	"time":          "the engine has virtual time: use sim.Time",
	"os":            "a world depends on its scene and nothing else",
	"net":           "a world talks to nobody; net/netip has the addresses",
	"net/http":      "a world talks to nobody",
	"sync":          "a world belongs to one goroutine",
	"sync/atomic":   "a world belongs to one goroutine",
	"context":       "the engine never waits",
	"log":           "what happens is in the trace",
	"log/slog":      "what happens is in the trace",
	"math/rand":     "chance comes from sim.Rand, inside the state",
	"math/rand/v2":  "chance comes from sim.Rand, inside the state",
	"crypto":        "chance comes from sim.Rand, inside the state",
	"crypto/rand":   "chance comes from sim.Rand, inside the state",
	"encoding/json": "engine types have no wire format: web/proto has",
}

// bannedInTCP are banned imports of engine/tcp alone.
var bannedInTCP = map[string]string{
	"fmt":     "protocol code makes no sentences: a rule has one",
	"strconv": "protocol code makes no sentences: a rule has one",
	"math":    "floats differ between processors",
}

// excused imports, with the reason.
var excused = map[[2]string]string{
	{"engine/capture", "time"}: "the pcapng library takes its time stamps as time.Time",
}

func TestEngineImportsNothingImpure(t *testing.T) {
	for _, p := range ours(t) {
		name := short(p.ImportPath)
		if !under(name, "engine") {
			continue
		}
		for _, imp := range p.Imports {
			why := banned[imp]
			if why == "" && name == "engine/tcp" {
				why = bannedInTCP[imp]
			}
			if why != "" && excused[[2]string{name, imp}] == "" {
				t.Errorf("%s imports %s: %s", name, imp, why)
			}
		}
	}
}

// finder looks at one node and the nodes around it, and says what is wrong.
type finder func(c *checked, n ast.Node, around []ast.Node) string

func TestEngineIsPure(t *testing.T) {
	for _, c := range engines(t) {
		for _, found := range c.find(concurrency, mapRange, openEnter, changedGlobal) {
			t.Error(found)
		}
	}
}

func TestProtocolCodeHasNoFloats(t *testing.T) {
	for _, c := range engines(t) {
		if short(c.ImportPath) == "engine/tcp" {
			for _, found := range c.find(float) {
				t.Error(found)
			}
		}
	}
}

func concurrency(_ *checked, n ast.Node, _ []ast.Node) string {
	const why = ": the order of events must not depend on a scheduler"
	switch n := n.(type) {
	case *ast.GoStmt:
		return "go statement" + why
	case *ast.SelectStmt:
		return "select" + why
	case *ast.ChanType:
		return "channel" + why
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			return "channel" + why
		}
	}
	return ""
}

// sorters make an order out of the keys of a map.
var sorters = []string{"slices.Sorted", "slices.SortedFunc", "slices.SortedStableFunc"}

func mapRange(c *checked, n ast.Node, around []ast.Node) string {
	const why = ": the order is random; sort the keys (slices.Sorted(maps.Keys(m))), or keep a slice"
	switch n := n.(type) {
	case *ast.RangeStmt:
		if x := c.info.TypeOf(n.X); x == nil {
			return ""
		} else if _, is := x.Underlying().(*types.Map); is {
			return "range over a map" + why
		}
	case *ast.CallExpr:
		if name := c.callee(n); name == "maps.Keys" || name == "maps.Values" || name == "maps.All" {
			outer, is := around[len(around)-1].(*ast.CallExpr)
			if !is || !slices.Contains(sorters, c.callee(outer)) {
				return name + why
			}
		}
	}
	return ""
}

func float(c *checked, n ast.Node, _ []ast.Node) string {
	if e, is := n.(ast.Expr); is && c.info.Types[e].Type != nil {
		b, is := c.info.Types[e].Type.Underlying().(*types.Basic)
		if is && b.Info()&(types.IsFloat|types.IsComplex) != 0 {
			return b.String() + ": floats differ between processors, and Linux has none either"
		}
	}
	return ""
}

func openEnter(c *checked, n ast.Node, around []ast.Node) string {
	call, is := n.(*ast.CallExpr)
	if !is || c.callee(call) != "trace.Enter" {
		return ""
	}
	if len(around) >= 2 {
		closing, a := around[len(around)-1].(*ast.CallExpr)
		_, b := around[len(around)-2].(*ast.DeferStmt)
		if a && b && closing.Fun == call {
			return ""
		}
	}
	return "Enter: expected exactly 'defer x.Enter(rule)()', else the span never closes, or closes at once"
}

// globals that may change, with the reason.
var globals = map[string]string{
	"trace.registry": "filled by package-level declarations, before main",
	"trace.schemas":  "filled by package-level declarations, before main",
}

func changedGlobal(c *checked, n ast.Node, around []ast.Node) string {
	if len(around) > 1 {
		if f, is := around[1].(*ast.FuncDecl); is && f.Name.Name == "init" && f.Recv == nil {
			return "" // before main nobody shares anything yet
		}
	}
	var left []ast.Expr
	switch n := n.(type) {
	case *ast.AssignStmt:
		left = n.Lhs
	case *ast.IncDecStmt:
		left = []ast.Expr{n.X}
	}
	for _, e := range left {
		v, is := c.info.Uses[c.variable(e)].(*types.Var)
		if is && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() && globals[v.Pkg().Name()+"."+v.Name()] == "" {
			return v.Name() + " changes: two worlds would share it"
		}
	}
	return ""
}

// variable is the name of the variable that an assignment to e changes.
func (c *checked) variable(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			if c.info.Selections[x] == nil {
				return x.Sel // package.Name
			}
			e = x.X
		default:
			return nil
		}
	}
}

// find runs the finders over every node.
func (c *checked) find(finders ...finder) (found []string) {
	for _, file := range c.files {
		var around []ast.Node
		ast.Inspect(file, func(n ast.Node) bool {
			if n == nil {
				around = around[:len(around)-1]
				return true
			}
			for _, f := range finders {
				if what := f(c, n, around); what != "" {
					found = append(found, c.at(n.Pos())+": "+what)
				}
			}
			around = append(around, n)
			return true
		})
	}
	return found
}

// callee names the function or method that is called: package and name.
func (c *checked) callee(call *ast.CallExpr) string {
	fun := call.Fun
	switch x := fun.(type) { // with type arguments
	case *ast.IndexExpr:
		fun = x.X
	case *ast.IndexListExpr:
		fun = x.X
	}
	id, is := fun.(*ast.Ident)
	if sel, ok := fun.(*ast.SelectorExpr); ok {
		id, is = sel.Sel, true
	}
	if !is {
		return ""
	}
	if f, ok := c.info.Uses[id].(*types.Func); ok && f.Pkg() != nil {
		return f.Pkg().Name() + "." + f.Name()
	}
	return ""
}

// A rule is only worth something if it finds what it looks for.
func TestFindersFind(t *testing.T) {
	const head = "package p\n\nimport \"wirestep/engine/trace\"\n\nvar r *trace.Recorder\n\n"
	for _, c := range []struct {
		src  string
		by   finder
		want bool
	}{
		{"func f() { go f() }", concurrency, true},
		{"func f() { select {} }", concurrency, true},
		{"var c chan int", concurrency, true},
		{"type m map[int]int; func f(x m) { for range x {} }", mapRange, true},
		{"func f(x []int) { for range x {} }", mapRange, false},
		{"func f(x int) int { return x / 2 }", float, false},
		{"func f(x int) int { return int(0.5 * 4) * x }", float, true},
		{"type cwnd float64; func f(x cwnd) {}", float, true},
		{"func f() { defer r.Enter(nil)() }", openEnter, false},
		{"func f() { defer r.Enter(nil) }", openEnter, true},
		{"func f() { r.Enter(nil)() }", openEnter, true},
		{"type ctx struct{ *trace.Recorder }; func f(x *ctx) { x.Enter(nil) }", openEnter, true},
		{"var n int; func f() { n++ }", changedGlobal, true},
		{"var n [3]struct{ a int }; func f() { n[1].a = 2 }", changedGlobal, true},
		{"var n int; func init() { n = 1 }", changedGlobal, false},
		{"func f(n int) { n++; var m [2]int; m[n] = 1 }", changedGlobal, false},
	} {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "p.go", head+c.src, 0)
		if err != nil {
			t.Fatal(err)
		}
		p, err := check(&pkg{ImportPath: "p"}, fset, []*ast.File{file})
		if err != nil {
			t.Fatalf("%s: %v", c.src, err)
		}
		if found := p.find(c.by); (len(found) > 0) != c.want {
			t.Errorf("%s: found %q", c.src, found)
		}
	}
}
