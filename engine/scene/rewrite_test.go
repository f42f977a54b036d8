package scene

import (
	"strings"
	"testing"

	"wirestep/engine"
)

const twoHosts = before + `program server
  s = listen(:80)
program client
  c = connect(server:80)
  write(c, 100)
`

// A text that was changed runs as a branch beside the one before, as it would run by
// itself; what is twoHosts down of both gives both again.
func TestChangedTextRunsAsABranch(t *testing.T) {
	changed := strings.Replace(twoHosts, "delay 20ms", "delay 70ms loss 30% rate 1mbit", 1) + "sysctl client net.ipv4.tcp_syn_retries = 2\nat 10ms drop every SYN from client\n"
	changed = strings.Replace(changed, "write(c, 100)", "if errno == ETIMEDOUT\n  close(c)\n  end", 1)
	f, err := Parse("x", twoHosts)
	if err != nil {
		t.Fatal(err)
	}
	tl, err := Load(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, ok := tl.Step(); ok; _, ok = tl.Step() {
	}
	old := tl.N()
	op, err := ParseOp("scene "+quoteText(changed), &f.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tl.Apply(op, tl.World().Now(), "you"); err == nil || !strings.Contains(err.Error(), "before its first event") {
		t.Fatalf("in the middle of a run: %v", err)
	}
	_ = tl.Switch(0, 0)
	if _, err := tl.Apply(op, 0, "you"); err != nil {
		t.Fatal(err)
	}
	for _, ok := tl.Step(); ok; _, ok = tl.Step() {
	}
	alone := playedOut(t, changed)
	for n := engine.StepNo(1); n <= alone.Tip(); n++ {
		x, y := alone.Event(0, n), tl.Event(1, n+1)
		if y == nil || x.At != y.At || x.Kind != y.Kind || x.Host != y.Host || x.Name != y.Name || len(x.Effects) != len(y.Effects) || len(x.Changes) != len(y.Changes) {
			t.Fatalf("event %d differs: %+v, by itself %+v", n, y, x)
		}
	}
	if tl.Tip() != alone.Tip()+1 || tl.Branches()[0].Tip != old {
		t.Fatalf("%d events, by itself %d; the old run has %d of %d", tl.Tip(), alone.Tip(), tl.Branches()[0].Tip, old)
	}
	if tl.Scenario().Links[0].Delay != alone.Scenario().Links[0].Delay {
		t.Error("the branch does not know its own scene")
	}
	again, err := Parse("x", Bundle(tl, f))
	if err != nil {
		t.Fatal(err)
	}
	twice, err := Load(again)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := Bundle(tl, f), Bundle(twice, again); a != b {
		t.Errorf("the bundle becomes another one:\n%s\n%s", a, b)
	}
	if err := twice.Seek(tl.Tip()); err != nil || twice.World().Now() != tl.World().Now() {
		t.Errorf("%v: it ends at %v, was %v", err, twice.World().Now(), tl.World().Now())
	}
	// The change is a move like any other: without it the old scene runs.
	if _, err := tl.ReplayBut(1, []engine.StepNo{1}, nil, ""); err != nil || tl.Scenario().Links[0].Delay != f.Scenario.Links[0].Delay {
		t.Errorf("without the change: a delay of %v (%v)", tl.Scenario().Links[0].Delay, err)
	}
	for _, ok := tl.Step(); ok; _, ok = tl.Step() {
	}
	if tl.Tip() != old {
		t.Errorf("without the change it has %d events, had %d", tl.Tip(), old)
	}
}

// Another text with other hosts or links cannot stand beside the first.
func TestTextsWithOtherHostsAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		before + "host c 10.0.0.3\nlink c server":                                "other hosts",
		strings.Replace(before, "10.0.0.1", "10.0.0.9", 1):                       "other hosts",
		strings.Replace(before, "client server delay", "server client delay", 1): "other hosts",
		before + "branch 0":        "has branches",
		before + "program x":       "no host is called",
		before + `at 1s scene "x"`: "the text of the scene is wrong",
	} {
		f, _ := Parse("x", twoHosts)
		tl, err := Load(f)
		if err != nil {
			t.Fatal(err)
		}
		op, err := ParseOp("scene "+quoteText(text), &f.Scenario)
		if err == nil {
			_, err = tl.Apply(op, 0, "you")
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func quoteText(s string) string {
	return FormatOp(engine.Op{Kind: engine.OpScene, Source: s})[len("scene "):]
}

func playedOut(t *testing.T, text string) *engine.Timeline {
	t.Helper()
	f, err := Parse("x", text)
	if err != nil {
		t.Fatal(err)
	}
	tl, err := Load(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, ok := tl.Step(); ok; _, ok = tl.Step() {
	}
	return tl
}
