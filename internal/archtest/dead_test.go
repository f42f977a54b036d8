package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// asked are exported names that no program uses, with the reason why they are there.
var asked = map[string]string{
	"Behind":       "the test of slow pages sees by it that one was slow enough",
	"CommandNames": "the test of roles gives every command there is to every role",
	"Back":         "the laws of time travel are written with it",
	"RunUntil":     "most tests of the engine get to an instant by it",
	"RuleAt":       "the test that every rule is reached finds a rule by its place",
	"CloseCode":    "tests of the stream see by it why they were cut off",
}

// expected are methods that the standard library or another one calls by interface.
var expected = map[string]bool{"String": true, "Error": true, "Unwrap": true, "Is": true, "ServeHTTP": true, "MarshalJSON": true, "UnmarshalJSON": true, "UnmarshalYAML": true}

// A name that nobody uses is read, documented and kept right for nobody. Tests alone
// are no users: what only they call is theirs to have.
func TestExportedNamesAreUsed(t *testing.T) {
	sources := map[string]string{}
	walk(t, func(path string, text []byte) {
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			sources[path] = string(text)
		}
	})
	found := unused(t, sources)
	for _, name := range found {
		if asked[name[strings.LastIndex(name, " ")+1:]] == "" {
			t.Errorf("%s is used by no program: delete it, or say in asked why it is there", name)
		}
	}
	for name := range asked {
		if !slices.ContainsFunc(found, func(f string) bool { return strings.HasSuffix(f, " "+name) }) {
			t.Errorf("%s is used or gone: take it off the list", name)
		}
	}
}

// unused are exported declarations whose name stands nowhere else. Names are compared
// and not objects, so two of one name hide each other; nothing that is used is found.
func unused(t *testing.T, sources map[string]string) (found []string) {
	t.Helper()
	count, declared := map[string]int{}, map[string]string{}
	for _, path := range slices.Sorted(maps.Keys(sources)) {
		f, err := parser.ParseFile(token.NewFileSet(), path, sources[path], parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			for _, id := range names(d) {
				if id.IsExported() {
					declared[id.Name] = path
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if id, is := n.(*ast.Ident); is {
				count[id.Name]++
			}
			return true
		})
	}
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		if count[name] == 1 {
			found = append(found, declared[name]+": "+name)
		}
	}
	return found
}

// names are what a declaration declares, but for methods that an interface asks for
// and constants that are the values of one type: such a list has to be whole.
func names(d ast.Decl) (out []*ast.Ident) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil || !expected[d.Name.Name] {
			out = append(out, d.Name)
		}
	case *ast.GenDecl:
		if enumerates(d) {
			return nil
		}
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				out = append(out, s.Name)
			case *ast.ValueSpec:
				out = append(out, s.Names...)
			}
		}
	}
	return out
}

// enumerates reports whether constants are numbered by iota, or have a type.
func enumerates(d *ast.GenDecl) (yes bool) {
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			yes = yes || n.Name == "iota"
		case *ast.ValueSpec:
			yes = yes || n.Type != nil
		}
		return !yes
	})
	return yes && d.Tok == token.CONST
}

// askedScripts are exports of scripts that nobody uses, with the reason.
var askedScripts = map[string]string{}

var exported = regexp.MustCompile(`(?m)^export (?:default )?(?:async )?(?:abstract )?(?:function\*?|const|let|class|type|interface|enum) (\w+)`)

func TestScriptExportsAreUsed(t *testing.T) {
	all := map[string]string{}
	walk(t, func(path string, text []byte) {
		if strings.HasPrefix(path, "static/") && (strings.HasSuffix(path, ".ts") || strings.HasSuffix(path, ".tsx")) && !generated(text) {
			all[path] = string(text)
		}
	})
	found := unusedExports(all)
	for _, name := range found {
		if askedScripts[name[strings.LastIndex(name, " ")+1:]] == "" {
			t.Errorf("%s is used by nobody: delete it, or say in askedScripts why it is there", name)
		}
	}
	for name := range askedScripts {
		if !slices.ContainsFunc(found, func(f string) bool { return strings.HasSuffix(f, " "+name) }) {
			t.Errorf("%s is used or gone: take it off the list", name)
		}
	}
}

var word = regexp.MustCompile(`\w+`)

// unusedExports are exports of the page's code whose name stands nowhere else.
func unusedExports(all map[string]string) (found []string) {
	count := map[string]int{}
	for _, text := range all {
		for _, w := range word.FindAllString(text, -1) {
			count[w]++
		}
	}
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if !strings.HasPrefix(path, browser) {
			continue
		}
		for _, m := range exported.FindAllStringSubmatch(all[path], -1) {
			if count[m[1]] == 1 {
				found = append(found, path+": "+m[1])
			}
		}
	}
	return found
}

// queueTable is the page's list of fields that are lengths of queues.
var queueTable = regexp.MustCompile(`(?s)\nconst queues: Record<string, string> = \{\n(.*?)\n\};`)

// The page knows fields of the engine by name: one that the engine does not have is
// a mark that is never drawn.
func TestQueuesOfThePageAreFields(t *testing.T) {
	fields := map[string]bool{}
	for _, c := range engines(t) {
		for _, f := range c.files {
			ast.Inspect(f, func(n ast.Node) bool {
				if s, is := n.(*ast.StructType); is {
					for _, field := range s.Fields.List {
						for _, id := range field.Names {
							fields[id.Name] = true
						}
					}
				}
				return true
			})
		}
	}
	found := 0
	for path, text := range scripts(t) {
		m := queueTable.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		for _, line := range strings.Split(m[1], "\n") {
			name, _, _ := strings.Cut(strings.TrimSpace(line), ":")
			if found++; !fields[name] {
				t.Errorf("%s: %s is a field of no struct of the engine", path, name)
			}
		}
	}
	if found == 0 {
		t.Error("no table of queues in the page's code")
	}
}

func TestDeadNameFindersFind(t *testing.T) {
	got := unused(t, map[string]string{
		"a.go": "package a\n\nconst (\n\tZero = iota\n\tOne\n)\n\ntype Used struct{}\n\nfunc (Used) Dead() {}\n\nfunc (Used) String() string { return \"\" }\n\nconst Alone, Both = 1, 2\n",
		"b.go": "package b\n\nvar _ = a.Used{}\nvar _ = a.Both\n",
	})
	if want := []string{"a.go: Alone", "a.go: Dead"}; !slices.Equal(got, want) {
		t.Errorf("%q; expected %q", got, want)
	}
	got = unusedExports(map[string]string{
		browser + "a.ts":   "export const used = 1;\nexport function dead() {}\nexport type T = number;\n",
		browser + "b.ts":   "import { used } from './a';\n",
		"static/test/a.ts": "import { T } from '../src/a';\n",
	})
	if want := []string{browser + "a.ts: dead"}; !slices.Equal(got, want) {
		t.Errorf("%q; expected %q", got, want)
	}
}
