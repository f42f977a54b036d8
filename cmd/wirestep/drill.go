package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"wirestep/engine/packetdrill"
	"wirestep/engine/packetdrill/script"
)

// defines collects -D NAME=VALUE.
type defines []script.Define

func (d *defines) String() string { return "" }

func (d *defines) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return fmt.Errorf("%q: expected NAME=VALUE", text)
	}
	*d = append(*d, script.Define{Name: name, Value: value})
	return nil
}

// scriptOptions takes options of packetdrill off the arguments: --name=value.
func scriptOptions(args []string) (options []script.Option, rest []string) {
	for _, a := range args {
		name, value, _ := strings.Cut(strings.TrimPrefix(a, "--"), "=")
		if strings.HasPrefix(a, "--") && script.KnownOption(name) {
			options = append(options, script.Option{Name: name, Value: value})
			continue
		}
		rest = append(rest, a)
	}
	return options, rest
}

// drill runs packetdrill scripts on the engine.
func drill(e env, args []string) int {
	fs := flags("drill")
	verbose := fs.Bool("v", false, "")
	ip := fs.String("ip", "", "")
	var defs defines
	fs.Var(&defs, "D", "")
	options, args := scriptOptions(args)
	files, code := parse(e, fs, args)
	if code >= 0 {
		return code
	}
	if len(files) == 0 {
		return misused(e, "drill", "no script is named")
	}
	for _, f := range files {
		if !drillFile(e, f, packetdrill.Config{IP: *ip, Defines: defs, Options: options, Trace: *verbose}) {
			code = 1
		}
	}
	return max(code, 0)
}

func drillFile(e env, file string, cfg packetdrill.Config) bool {
	text, err := os.ReadFile(file)
	if err != nil {
		fmt.Fprintf(e.out, "FAIL %s:1: expected a script, got %v\n", file, err)
		return false
	}
	cfg.Dir, cfg.Read = filepath.Dir(file), os.ReadFile
	r := packetdrill.Run(file, string(text), cfg)
	if cfg.Trace {
		printDrill(e, r)
	}
	verdict := "OK " + file
	if !r.OK {
		verdict = "FAIL " + r.Failure()
	}
	fmt.Fprintln(e.out, verdict)
	for _, o := range r.Odd { // a verdict is worth less if something was not set
		fmt.Fprintln(e.out, "  not understood: "+o)
	}
	return r.OK
}

// printDrill prints the verdict on every line, with what the engine did.
func printDrill(e env, r *packetdrill.Result) {
	for i := range r.Lines {
		l := &r.Lines[i]
		for _, t := range l.Trace {
			fmt.Fprintln(e.out, "        | "+t)
		}
		mark := "ok  "
		if !l.OK {
			mark = "FAIL"
		}
		fmt.Fprintf(e.out, "%s %4d %s\n", mark, l.Line, strings.ReplaceAll(l.Text, "\n", "\n          "))
		if !l.OK {
			fmt.Fprintf(e.out, "          expected %s\n          got      %s\n", l.Expected, l.Got)
		}
	}
	for _, o := range r.Leftover {
		fmt.Fprintln(e.out, "not asked for: "+o)
	}
}
