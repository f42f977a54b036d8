package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"wirestep/engine"
	"wirestep/engine/capture"
	"wirestep/engine/packetdrill/export"
	"wirestep/engine/scene"
	"wirestep/engine/shell"
	"wirestep/engine/trace"
	"wirestep/i18n"
)

// runScene runs a scene or a bundle from its start: wirestep run.
func runScene(e env, args []string) int {
	fs := flags("run")
	until := fs.String("until", "", "")
	form := fs.String("format", "compact", "")
	pcapng := fs.String("pcapng", "", "")
	hostName := fs.String("host", "", "")
	conn := fs.Int("conn", 1, "")
	shellOn := fs.String("shell", "", "")
	files, code := parse(e, fs, args)
	switch {
	case code >= 0:
		return code
	case *shellOn != "" && len(files) != 2:
		return misused(e, "run", fmt.Sprintf("-shell with %d arguments, expected a scene and a command line in quotes", len(files)))
	case *shellOn == "" && len(files) != 1:
		return misused(e, "run", fmt.Sprintf("%d scenes, expected one", len(files)))
	}
	write, ok := writers[*form]
	if *shellOn != "" {
		write = silent
	}
	if !ok {
		return misused(e, "run", fmt.Sprintf("-format %s, expected compact, json, explain, tcpdump or pkt", *form))
	}
	f, t, err := open(files[0])
	if err != nil {
		fmt.Fprintln(e.err, err)
		return 1
	}
	stop := scene.Cond(func(*engine.World, *trace.Event) bool { return false })
	if *until != "" {
		if stop, err = scene.Compile(*until, &f.Scenario); err != nil {
			fmt.Fprintf(e.err, "%s:1: -until %q: %v\n", files[0], *until, err)
			return 1
		}
	}
	out := bufio.NewWriter(e.out)
	found := play(t, stop, write(out))
	if *form == "pkt" {
		text, err := exported(t, *hostName, *conn)
		if err != nil {
			fmt.Fprintf(e.err, "%s:1: %v\n", files[0], err)
			return 1
		}
		out.WriteString(text)
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(e.err, err)
		return 1
	}
	if err := t.Err(); err != nil {
		fmt.Fprintf(e.err, "%s:%d: %v\n", files[0], scene.LineOf(err), err)
		return 1
	}
	if *pcapng != "" {
		if err := writeCapture(*pcapng, t); err != nil {
			fmt.Fprintln(e.err, err)
			return 1
		}
	}
	if *until != "" && !found {
		fmt.Fprintf(e.err, "%s:1: the run ended before %q came true\n", files[0], *until)
		return 1
	}
	if *shellOn != "" {
		return askShell(e, t.World(), *shellOn, files[1])
	}
	return 0
}

// askShell prints what a tool prints on a host at the end of the run. One that would
// act is refused: nothing comes after it.
func askShell(e env, w *engine.World, on, line string) int {
	a := shell.Run(w, on, line)
	switch {
	case a.Act != nil:
		fmt.Fprintf(e.err, "wirestep run: %q changes something, expected a command that only looks; the scene has \"at\" for the rest\n", line)
		return 1
	case a.Failed:
		fmt.Fprintln(e.err, strings.TrimRight(a.Text, "\n"))
		return 1
	}
	fmt.Fprintln(e.out, strings.TrimRight(a.Text, "\n"))
	return 0
}

// open reads a scene and makes its timeline.
func open(name string) (*scene.File, *engine.Timeline, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	f, err := scene.Parse(name, string(b))
	if err != nil {
		return nil, nil, err
	}
	t, err := scene.Load(f)
	if err != nil {
		return nil, nil, fmt.Errorf("%s:1: %w", name, err)
	}
	return f, t, nil
}

// writers makes, for each format, what writes one event down.
var writers = map[string]func(io.Writer) func(*engine.World, *trace.Event){
	"compact": func(w io.Writer) func(*engine.World, *trace.Event) {
		p := &scene.Printer{}
		return func(world *engine.World, ev *trace.Event) { fmt.Fprintln(w, p.Compact(world, ev)) }
	},
	"explain": func(w io.Writer) func(*engine.World, *trace.Event) {
		p := &scene.Printer{}
		return func(world *engine.World, ev *trace.Event) { fmt.Fprintln(w, p.Explain(world, ev)) }
	},
	"tcpdump": func(w io.Writer) func(*engine.World, *trace.Event) {
		return func(world *engine.World, ev *trace.Event) { io.WriteString(w, scene.Tcpdump(world, ev)) }
	},
	"json": jsonWriter,
	"pkt":  silent, // written at the end, as a whole
}

func silent(io.Writer) func(*engine.World, *trace.Event) {
	return func(*engine.World, *trace.Event) {}
}

// play runs the branch that the timeline stands on from its start.
func play(t *engine.Timeline, stop scene.Cond, write func(*engine.World, *trace.Event)) (found bool) {
	_ = t.Seek(0)
	for {
		ev, ok := t.Step()
		if !ok {
			return false
		}
		write(t.World(), ev)
		if stop(t.World(), ev) {
			return true
		}
	}
}

// words are those of the comments in a capture.
var words = capture.Words{
	T:     func(key string, args ...any) string { return i18n.T(i18n.Default, key, args...) },
	Says:  func(r *trace.Rule) string { return r.Says },
	Check: scene.CheckText,
	Who: func(by string) string {
		if _, known := i18n.Keys(i18n.Default)["who."+by]; known {
			return i18n.T(i18n.Default, "who."+by)
		}
		return by
	},
}

func writeCapture(name string, t *engine.Timeline) error {
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	err = capture.Write(out, t.Scenario(), capture.Run(t, words))
	if e := out.Close(); err == nil {
		err = e
	}
	return err
}

// exported is one connection of a host as a script, counted from 1.
func exported(t *engine.Timeline, name string, conn int) (string, error) {
	script, err := export.Connection(t, t.Branch(), t.N(), name, conn)
	var none *export.NoConnection
	var why *export.Refusal
	switch {
	case err == nil:
		return script.Text, nil
	case errors.As(err, &none):
		return "", fmt.Errorf("-conn: %w", err)
	case !errors.As(err, &why):
		return "", fmt.Errorf("-host: %w", err)
	}
	say := func(key string, args ...any) string { return i18n.T(i18n.Default, key, args...) }
	text := say("error.no-script")
	for _, r := range why.Why {
		text += "\n" + say("noscript."+r.Code, "what", r.What)
	}
	if why.Line > 0 {
		text += "\n" + say("noscript.line", "n", why.Line, "want", why.Expected, "got", why.Got)
	}
	return "", errors.New(text)
}
