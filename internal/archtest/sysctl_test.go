package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"wirestep/engine/host"
	"wirestep/engine/tcp"
	"wirestep/i18n"
)

// A setting is obeyed or says why it is not: whatever the registry puts into
// tcp.Sysctls is read by the engine, and every setting has its sentence in each
// language.
func TestEverySettingIsObeyedOrSaysWhyNot(t *testing.T) {
	read := map[string]bool{}
	err := filepath.WalkDir(filepath.Join(root, "engine"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "host/sysctls.go") || strings.HasSuffix(name, "host/profile.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && isSysctls(s.X) {
				read[s.Sel.Name] = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[tcp.Sysctls]()) {
		if !read[f.Name] {
			t.Errorf("tcp.Sysctls.%s is set and never read: obey it, or let the setting say why not", f.Name)
		}
	}
	for i := range host.Sysctls {
		key := "sysctl." + strings.TrimPrefix(host.Sysctls[i].Name, "net.ipv4.")
		for _, lang := range i18n.Languages {
			if _, ok := i18n.Keys(lang)[key]; !ok {
				t.Errorf("%s lacks %s: a sentence about what it does, and why not here if it is not obeyed", lang, key)
			}
		}
	}
}

// isSysctls: the expression is x.Sys, sys, or s, as its own methods have it.
func isSysctls(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return strings.EqualFold(e.Name, "sys") || e.Name == "s"
	case *ast.SelectorExpr:
		return e.Sel.Name == "Sys"
	}
	return false
}
