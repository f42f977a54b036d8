package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// writeCommand writes what a browser may ask as a union, each command with the fields
// that are its own. A field's comment says whose it is, "step: how many; seek: which
// step"; a field whose comment begins with no command's name belongs to all.
func writeCommand(b *bytes.Buffer, _ string, st *ast.StructType) error {
	names := quotedName.FindAllStringSubmatch(st.Fields.List[0].Comment.Text(), -1)
	fields := map[string][]string{}
	var told []string
	for _, f := range st.Fields.List[2:] { // after t and id
		key, _, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
		t, err := tsType(f.Type, true)
		if err != nil {
			return fmt.Errorf("command field %s: %w", key, err)
		}
		comment := strings.TrimSpace(f.Comment.Text())
		told = append(told, fmt.Sprintf("// %s: %s\n", key, comment))
		for _, name := range owners(comment, names) {
			fields[name] = append(fields[name], fmt.Sprintf("; %s?: %s", key, t))
		}
	}
	fmt.Fprintf(b, "%sexport type Order =", strings.Join(told, ""))
	for _, name := range names {
		fmt.Fprintf(b, "\n  | { t: %q%s }", name[1], strings.Join(fields[name[1]], ""))
	}
	b.WriteString(";\n\nexport type Command = Order & { id: number };\n")
	return nil
}

var quotedName = regexp.MustCompile(`"([a-z]+)"`)

// owners are the commands that the parts of a field's comment begin with; all, if none does.
func owners(comment string, names [][]string) (of []string) {
	for _, name := range names {
		for _, part := range strings.Split(comment, "; ") {
			head, _, is := strings.Cut(part, ":")
			if is && slices.Contains(strings.Split(head, ", "), name[1]) {
				of = append(of, name[1])
				break
			}
		}
	}
	if of == nil {
		for _, name := range names {
			of = append(of, name[1])
		}
	}
	return of
}
