package scene

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/trace"
)

var rewrite = flag.Bool("rewrite", false, "record the traces of the golden scenes anew")

const golden = "../testdata/golden"

func goldenScenes(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(golden, "*.scene"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden scenes in %s (%v)", golden, err)
	}
	return files
}

func read(t testing.TB, name string) *File {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(filepath.Base(name), string(b))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Every golden scene does what it did when somebody last looked, event by event.
// Run with -rewrite to record what it does now, and commit the difference only if
// you can explain it.
func TestGoldenScenes(t *testing.T) {
	for _, name := range goldenScenes(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".scene"), func(t *testing.T) {
			f := read(t, name)
			if len(f.Prose) < 2 {
				t.Errorf("%s:1: %d lines of prose, expected two at least: what happens, and why", name, len(f.Prose))
			}
			timeline, err := Load(f)
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			p := &Printer{}
			for _, err := range Hold(filepath.Base(name), f, timeline, func(w *engine.World, e *trace.Event) {
				b.WriteString(p.Compact(w, e) + "\n")
			}) {
				t.Error(err)
			}
			compare(t, strings.TrimSuffix(name, ".scene")+".trace", b.String())
		})
	}
}

// compare holds a trace to the recorded one, and shows the first line that differs.
func compare(t *testing.T, name, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	have, want := strings.Split(got, "\n"), strings.Split(string(b), "\n")
	for i := range max(len(have), len(want)) {
		x, y := at(have, i), at(want, i)
		if x != y {
			t.Fatalf("%s:%d:\n got %s\nwant %s", name, i+1, x, y)
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(the end)"
}
