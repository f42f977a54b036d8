package main

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"wirestep/engine"
	"wirestep/engine/capture"
	"wirestep/engine/packetdrill"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
)

// runScene runs a scene or a bundle from its start: wirestep run.
func runScene(e env, args []string) int {
	fs := flags("run")
	until := fs.String("until", "", "")
	form := fs.String("format", "compact", "")
	pcapng := fs.String("pcapng", "", "")
	hostName := fs.String("host", "", "")
	files, code := parse(e, fs, args)
	switch {
	case code >= 0:
		return code
	case len(files) != 1:
		return misused(e, "run", fmt.Sprintf("%d scenes, expected one", len(files)))
	}
	write, ok := writers[*form]
	if *form == "pkt" {
		write, ok = func(io.Writer) func(*engine.World, *trace.Event) { return func(*engine.World, *trace.Event) {} }, true
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
	packets, found := play(t, stop, write(out), *pcapng != "")
	if *form == "pkt" {
		text, err := packetdrill.Export(t, t.Branch(), t.N(), *hostName)
		if err != nil {
			fmt.Fprintf(e.err, "%s:1: -host: %v\n", files[0], err)
			return 1
		}
		out.WriteString(text)
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(e.err, err)
		return 1
	}
	if err := t.Err(); err != nil {
		fmt.Fprintf(e.err, "%s:1: %v\n", files[0], err)
		return 1
	}
	if *pcapng != "" {
		if err := writeCapture(*pcapng, f, packets); err != nil {
			fmt.Fprintln(e.err, err)
			return 1
		}
	}
	if *until != "" && !found {
		fmt.Fprintf(e.err, "%s:1: the run ended before %q came true\n", files[0], *until)
		return 1
	}
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
}

// play runs the branch that the timeline stands on from its start.
func play(t *engine.Timeline, stop scene.Cond, write func(*engine.World, *trace.Event), keep bool) (packets []capture.Packet, found bool) {
	_ = t.Seek(0)
	for {
		ev, ok := t.Step()
		if !ok {
			return packets, false
		}
		write(t.World(), ev)
		if keep {
			packets = append(packets, capture.Sent(t.World(), ev)...)
		}
		if stop(t.World(), ev) {
			return packets, true
		}
	}
}

func writeCapture(name string, f *scene.File, packets []capture.Packet) error {
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	err = capture.Write(out, &f.Scenario, packets)
	if e := out.Close(); err == nil {
		err = e
	}
	return err
}
