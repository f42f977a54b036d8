package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	maxConn  = 232 // methods of tcp.Conn and functions that take one; it may only fall
	maxValue = 60  // methods of any other type of engine/tcp
)

// A socket is made of values that can be read, and tested, by themselves: a method
// that needs only one of them is that one's. What takes a socket as an argument is
// counted as if it were its method.
func TestConnIsSmall(t *testing.T) {
	counts := map[string]int{}
	walk(t, func(path string, text []byte) {
		if filepath.Dir(path) != "engine/tcp" || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
		if err != nil {
			t.Error(err)
			return
		}
		for _, d := range f.Decls {
			if fn, is := d.(*ast.FuncDecl); is {
				for _, name := range takes(fn) {
					counts[name]++
				}
			}
		}
	})
	switch n := counts["Conn"]; {
	case n > maxConn:
		t.Errorf("tcp.Conn has %d methods, with the functions that take one; at most %d: give the new one to the value that it is about", n, maxConn)
	case n < maxConn:
		t.Errorf("tcp.Conn has %d methods, with the functions that take one: lower maxConn from %d", n, maxConn)
	}
	for name, n := range counts {
		if name != "Conn" && name != "Ctx" && n > maxValue {
			t.Errorf("tcp.%s has %d methods, more than %d: split it by ideas", name, n, maxValue)
		}
	}
}

// takes names the type that a method belongs to, and Conn if it takes one.
func takes(fn *ast.FuncDecl) (names []string) {
	of := func(e ast.Expr) string {
		if star, is := e.(*ast.StarExpr); is {
			e = star.X
		}
		if id, is := e.(*ast.Ident); is {
			return id.Name
		}
		return ""
	}
	if fn.Recv != nil {
		names = append(names, of(fn.Recv.List[0].Type))
	}
	for _, p := range fn.Type.Params.List {
		if of(p.Type) == "Conn" && !slices.Contains(names, "Conn") {
			names = append(names, "Conn")
		}
	}
	return names
}
