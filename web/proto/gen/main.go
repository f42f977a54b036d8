// Command gen writes static/src/proto.ts from the files of web/proto, so that both
// sides of the stream share one source. Run it with "go run ./web/proto/gen".
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
)

func main() {
	src, out := "web/proto", "static/src/proto.ts"
	text, err := Generate(src)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(out, text, 0o644); err != nil {
		log.Fatal(err)
	}
}

// messages are the structs that the server sends at the top level.
var messages = []string{"Hello", "Snapshot", "Frames", "Cursor", "Branches", "People", "Lost", "Done", "Failed", "Bye"}

// Generate turns the Go sources in a directory into TypeScript.
func Generate(dir string) ([]byte, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(paths) == 0 {
		return nil, fmt.Errorf("%s: no Go files (%v)", dir, err)
	}
	var b bytes.Buffer
	b.WriteString("// Generated from web/proto by web/proto/gen; do not edit.\n")
	for _, path := range paths { // in alphabetical order
		if err := generate(&b, path); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	fmt.Fprintf(&b, "\n/** Anything that the server sends. */\nexport type Message = %s;\n", strings.Join(messages, " | "))
	return b.Bytes(), nil
}

func generate(b *bytes.Buffer, path string) error {
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			switch s := s.(type) {
			case *ast.ValueSpec:
				value, sign := s.Values[0], ""
				if u, ok := value.(*ast.UnaryExpr); ok {
					value, sign = u.X, u.Op.String()
				}
				lit, ok := value.(*ast.BasicLit)
				if !ok {
					return fmt.Errorf("%s: not a literal", s.Names[0])
				}
				fmt.Fprintf(b, "\nexport const %s = %s%s;\n", s.Names[0], sign, lit.Value)
			case *ast.TypeSpec:
				st, ok := s.Type.(*ast.StructType)
				if !ok {
					return fmt.Errorf("%s: not a struct", s.Name)
				}
				writeDoc(b, g.Doc)
				write := writeStruct
				if s.Name.Name == "Command" {
					write = writeCommand
				}
				if err := write(b, s.Name.Name, st); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func writeDoc(b *bytes.Buffer, doc *ast.CommentGroup) {
	b.WriteString("\n")
	if doc == nil {
		return
	}
	b.WriteString("/**\n")
	for _, l := range strings.Split(strings.TrimSpace(doc.Text()), "\n") {
		b.WriteString(strings.TrimRight(" * "+l, " ") + "\n")
	}
	b.WriteString(" */\n")
}

func writeStruct(b *bytes.Buffer, name string, st *ast.StructType) error {
	fmt.Fprintf(b, "export interface %s {\n", name)
	for _, f := range st.Fields.List {
		key, omit := f.Names[0].Name, false
		if f.Tag != nil {
			tag, opts, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
			key, omit = tag, opts == "omitempty"
		}
		comment := strings.TrimSpace(f.Comment.Text())
		t, err := tsType(f.Type, omit)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", name, key, err)
		}
		if u := union(comment); t == "string" && u != "" {
			t = u
		}
		opt := ""
		if omit {
			opt = "?"
		}
		if comment != "" {
			comment = " // " + strings.ReplaceAll(comment, "\n", " ")
		}
		fmt.Fprintf(b, "  %s%s: %s;%s\n", key, opt, t, comment)
	}
	b.WriteString("}\n")
	return nil
}

var quoted = regexp.MustCompile(`^("[A-Za-z-]+"\s*)+$`)

// union reads a comment that consists of quoted words as the values allowed.
func union(comment string) string {
	if !quoted.MatchString(comment) {
		return ""
	}
	return strings.Join(strings.Fields(comment), " | ")
}

func tsType(e ast.Expr, omit bool) (string, error) {
	switch e := e.(type) {
	case *ast.Ident:
		switch e.Name {
		case "string":
			return "string", nil
		case "bool":
			return "boolean", nil
		case "int", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32":
			return "number", nil
		}
		if ast.IsExported(e.Name) {
			return e.Name, nil
		}
	case *ast.StarExpr:
		t, err := tsType(e.X, false)
		if err == nil && !omit {
			t += " | null"
		}
		return t, err
	case *ast.ArrayType:
		t, err := tsType(e.Elt, false)
		if err != nil {
			return "", err
		}
		if n, ok := e.Len.(*ast.BasicLit); ok {
			var k int
			fmt.Sscan(n.Value, &k)
			return "[" + strings.TrimSuffix(strings.Repeat(t+", ", k), ", ") + "]", nil
		}
		if strings.Contains(t, " ") {
			t = "(" + t + ")"
		}
		return t + "[]", nil
	}
	return "", fmt.Errorf("type %T has no TypeScript twin", e)
}
