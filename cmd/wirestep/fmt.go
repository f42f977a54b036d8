package main

import (
	"fmt"
	"io"
	"os"

	"wirestep/engine/scene"
)

// format writes scenes as they should look: wirestep fmt.
func format(e env, args []string) int {
	fs := flags("fmt")
	list := fs.Bool("l", false, "")
	files, code := parse(e, fs, args)
	if code >= 0 {
		return code
	}
	if len(files) == 0 {
		b, err := io.ReadAll(e.in)
		if err != nil {
			fmt.Fprintln(e.err, err)
			return 1
		}
		text, err := scene.Tidy("input", string(b))
		if err != nil {
			fmt.Fprintln(e.err, err)
			return 1
		}
		io.WriteString(e.out, text)
		return 0
	}
	for _, f := range files {
		if err := formatFile(e, f, *list); err != nil {
			fmt.Fprintln(e.err, err)
			code = 1
		}
	}
	return max(code, 0)
}

// formatFile rewrites one file, or only names it when it would change.
func formatFile(e env, name string, list bool) error {
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	text, err := scene.Tidy(name, string(b))
	if err != nil || text == string(b) {
		return err
	}
	fmt.Fprintln(e.out, name)
	if list {
		return nil
	}
	return os.WriteFile(name, []byte(text), 0o644)
}
