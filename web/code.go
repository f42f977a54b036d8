package web

import (
	"embed"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/middlebox"
	"wirestep/engine/netem"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// codeJSON is the engine's code behind a rule.
type codeJSON struct {
	Rule  string     `json:"rule"`
	Linux string     `json:"linux,omitempty"` // the function of Linux that does the same
	Funcs []funcJSON `json:"functions"`
}

// funcJSON is one function, as it was compiled.
type funcJSON struct {
	File  string `json:"file"` // engine/tcp/timer.go
	Line  int    `json:"line"` // of its first line
	Text  string `json:"text"`
	Enter []int  `json:"enter"` // lines that enter the rule, ask under it, or note it
}

// code tells by a rule's ID in which functions the rule is recorded, as the engine's own
// source has it: those that name the rule. Where more than one does, any of them may
// have run.
var code = sync.OnceValue(func() map[string][]funcJSON {
	packages := []struct {
		name, dir string
		fs        embed.FS
	}{{"engine", "engine", engine.Source}, {"tcp", "engine/tcp", tcp.Source}, {"host", "engine/host", host.Source}, {"netem", "engine/netem", netem.Source}, {"middlebox", "engine/middlebox", middlebox.Source}}
	names := ruleNames{} // by package
	for _, p := range packages {
		s := newSource()
		s.read(p.dir, p.fs)
		names[p.name] = s.rules
	}
	all := map[string][]funcJSON{}
	for _, p := range packages {
		files, _ := p.fs.ReadDir(".")
		for _, f := range files {
			if strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			b, _ := p.fs.ReadFile(f.Name())
			for rule, funcs := range names.recording(p.name, p.dir+"/"+f.Name(), b) {
				all[rule] = append(all[rule], funcs...)
			}
		}
	}
	return all
})

// ruleNames are the rules that each package has variables for: package → variable → ID.
type ruleNames map[string]map[string]string

// recording finds the functions of a file that record a rule.
func (all ruleNames) recording(pkg, name string, text []byte) map[string][]funcJSON {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
	if err != nil {
		panic("web: " + err.Error()) // it has been compiled from this very text
	}
	out := map[string][]funcJSON{}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		from, to := set.Position(f.Pos()), set.Position(f.End())
		for rule, lines := range all.namedIn(pkg, f.Body, set) {
			out[rule] = append(out[rule], funcJSON{name, from.Line, string(text[from.Offset:to.Offset]), lines})
		}
	}
	return out
}

// namedIn is on which lines of a body each rule stands.
func (all ruleNames) namedIn(pkg string, body ast.Node, set *token.FileSet) map[string][]int {
	lines := map[string][]int{}
	note := func(rule string, at token.Pos) {
		if n := set.Position(at).Line; rule != "" && !slices.Contains(lines[rule], n) {
			lines[rule] = append(lines[rule], n)
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr: // netem.Mark; what else has a dot is a field or a method
			if x, ok := n.X.(*ast.Ident); ok {
				note(all[x.Name][n.Sel.Name], n.Pos())
				return false
			}
			ast.Inspect(n.X, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					note(all[pkg][id.Name], id.Pos())
				}
				return true
			})
			return false
		case *ast.Ident:
			note(all[pkg][n.Name], n.Pos())
		}
		return true
	})
	return lines
}

// apiCode is GET /api/code/{rule}: the functions of the engine that record a rule.
func (s *Server) apiCode(w http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "rule")
	for _, rule := range trace.Rules() {
		if rule.ID != id {
			continue
		}
		w.Header().Set("Cache-Control", "no-cache")
		funcs := code()[id]
		if funcs == nil {
			funcs = []funcJSON{}
		}
		writeJSON(w, http.StatusOK, codeJSON{id, rule.Linux, funcs})
		return
	}
	s.apiNotFound(w, r)
}
