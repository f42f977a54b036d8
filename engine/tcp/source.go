package tcp

import (
	"embed"
	"strings"
)

// Source is the package's own Go source: which rule reads which setting is read off
// it, and what each variable means.
//
//go:embed *.go
var Source embed.FS

// groups is the source of the files that declare a part of the control block.
func groups() string {
	var b strings.Builder
	files, _ := Source.ReadDir(".")
	for _, f := range files {
		if text, _ := Source.ReadFile(f.Name()); !strings.HasSuffix(f.Name(), "_test.go") {
			b.Write(text)
		}
	}
	return b.String()
}
