package archtest

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const (
	module = "wirestep"
	root   = "../.."
)

// pkg is what "go list" tells about a package, with its names less the module's.
type pkg struct {
	ImportPath  string
	Dir         string
	Export      string // compiled interface
	Standard    bool
	GoFiles     []string
	Imports     []string
	TestImports []string
	Module      *struct{ Path string }
}

func (p *pkg) ours() bool { return p.Module != nil && p.Module.Path == module }

func short(importPath string) string { return strings.TrimPrefix(importPath, module+"/") }

// list describes every package of the module and all that they need. Whether
// they build is for the compiler to say; here half a package is enough.
var list = sync.OnceValues(func() ([]*pkg, error) {
	cmd := exec.Command("go", "list", "-e", "-deps", "-export", "-json=ImportPath,Dir,Export,Standard,GoFiles,Imports,TestImports,Module", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, errors.New(string(exit.Stderr))
	} else if err != nil {
		return nil, err
	}
	var all []*pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		p := &pkg{}
		if err := d.Decode(p); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
})

// ours returns the packages of this module.
func ours(t *testing.T) []*pkg {
	t.Helper()
	all, err := list()
	if err != nil {
		t.Fatalf("cannot list the module: %v", err)
	}
	return slices.DeleteFunc(slices.Clone(all), func(p *pkg) bool { return !p.ours() })
}

// checked is a package with its syntax and its types, without its tests.
type checked struct {
	*pkg
	fset  *token.FileSet
	files []*ast.File
	info  *types.Info
}

// at is "file:line", relative to the root.
func (c *checked) at(p token.Pos) string {
	pos := c.fset.Position(p)
	abs, _ := filepath.Abs(root)
	name, err := filepath.Rel(abs, pos.Filename)
	if err != nil {
		name = pos.Filename
	}
	pos.Filename, pos.Column = name, 0
	return pos.String()
}

// engine returns the packages below engine, type-checked.
var engine = sync.OnceValues(func() ([]*checked, error) {
	all, err := list()
	if err != nil {
		return nil, err
	}
	var out []*checked
	for _, p := range all {
		if !p.ours() || !under(short(p.ImportPath), "engine") {
			continue
		}
		fset := token.NewFileSet()
		var files []*ast.File
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
			if err != nil {
				return nil, err
			}
			files = append(files, f)
		}
		c, err := check(p, fset, files)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
})

// check finds the types in files, with what the compiler exported of others.
func check(p *pkg, fset *token.FileSet, files []*ast.File) (*checked, error) {
	all, err := list()
	if err != nil {
		return nil, err
	}
	imp := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		for _, p := range all {
			if p.ImportPath == path && p.Export != "" {
				return os.Open(p.Export)
			}
		}
		return nil, os.ErrNotExist
	})
	c := &checked{pkg: p, fset: fset, files: files, info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}}
	(&types.Config{Importer: imp, Error: func(error) {}}).Check(p.ImportPath, fset, files, c.info)
	return c, nil
}

func engines(t *testing.T) []*checked {
	t.Helper()
	all, err := engine()
	if err != nil {
		t.Fatalf("cannot read the engine: %v", err)
	}
	return all
}

// under reports whether path is dir or inside it.
func under(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }
