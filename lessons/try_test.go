package lessons

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"wirestep/engine/scene"
)

// Every thing to try is played: its moves apply, and what it claims holds. What it
// says, with the numbers of the run, is recorded.
func TestEveryTryShowsWhatItClaims(t *testing.T) {
	all, err := Scenes()
	if err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	for _, s := range all {
		f, err := scene.Parse(s.Name, s.Scene)
		if err != nil {
			t.Fatal(err)
		}
		for i := range s.Tries {
			y := &s.Tries[i]
			tl, err := scene.Load(f)
			if err != nil {
				t.Fatal(err)
			}
			got, err := y.Run(tl, "x", "you")
			if err != nil {
				t.Error(err)
				continue
			}
			for _, lang := range Langs {
				fmt.Fprintf(&told, "%s %s %s: %s\n", s.Name, y.ID, lang, plainSpans(got.Says[lang]))
			}
		}
	}
	const file = "testdata/tries.txt"
	if *rewrite {
		if err := os.WriteFile(file, []byte(told.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, _ := os.ReadFile(file)
	if string(want) != told.String() {
		t.Errorf("what the tries say has changed (-rewrite records it anew):\n%s", told.String())
	}
}

// A try is made on the scene's own run, whatever people did elsewhere, and that stays.
func TestATryLeavesOtherBranchesAlone(t *testing.T) {
	s, err := Scene("plain")
	if err != nil {
		t.Fatal(err)
	}
	f, err := scene.Parse("plain", s.Scene)
	if err != nil {
		t.Fatal(err)
	}
	tl, err := scene.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	y, err := Find(s.Tries, "less-patience")
	if err != nil {
		t.Fatal(err)
	}
	first, err := y.Run(tl, "first", "you")
	if err != nil {
		t.Fatal(err)
	}
	moves := tl.Interventions(first.Branch)
	if len(moves) != 2 || moves[0].Also || !moves[1].Also {
		t.Errorf("the moves of one try are not one act: %+v", moves)
	}
	if err := tl.Switch(0, 0); err != nil {
		t.Fatal(err)
	}
	drop, err := scene.ParseOp("drop every SYN", &f.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tl.Apply(drop, 0, "you"); err != nil {
		t.Fatal(err)
	}
	other, err := Find(s.Tries, "lose-the-syn-ack")
	if err != nil {
		t.Fatal(err)
	}
	here := tl.Branch()
	again, err := other.Run(tl, "again", "you")
	if err != nil {
		t.Fatalf("after somebody dropped every SYN: %v", err)
	}
	if got := len(tl.Interventions(here)); again.Branch == here || got != 1 {
		t.Errorf("branch %d, %d moves on the branch of the person", again.Branch, got)
	}
	// It is the same again from the text of what was done.
	g, err := scene.Parse("bundle", scene.Bundle(tl, f))
	if err != nil {
		t.Fatal(err)
	}
	back, err := scene.Load(g)
	if err != nil {
		t.Fatal(err)
	}
	if m := back.Interventions(first.Branch); len(m) != 2 || !m[1].Also || back.N() != again.N {
		t.Errorf("read again: %+v at %d, expected %d", m, back.N(), again.N)
	}
}

// A try that fails changes nothing.
func TestATryThatFailsChangesNothing(t *testing.T) {
	s, _ := Scene("plain")
	f, err := scene.Parse("plain", s.Scene)
	if err != nil {
		t.Fatal(err)
	}
	tl, err := scene.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	y := s.Tries[0]
	y.Expect = "now > 1000"
	if _, err := y.Run(tl, "x", "you"); err == nil || !strings.Contains(err.Error(), "does not hold: now > 1000") {
		t.Errorf("%v", err)
	}
	if tl.Branch() != 0 || tl.N() != 0 || len(tl.Branches()) != 1 {
		t.Errorf("branch %d of %d at %d", tl.Branch(), len(tl.Branches()), tl.N())
	}
}

func TestMistakesInTriesAreToldAtTheirLine(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"    to: client.errno != \"\"\n    expect: client.errno == ETIMEDOUT && now == 7", "    to: client.errno != \"\"\n    expect: client.errno == ETIMEDOT", "unknown name ETIMEDOT"},
		{"at: 1st SYN-ACK sent", "at: 1st SYNACK sent", "is no segment"},
		{`"drop {1st SYN-ACK}"`, `"drpo {1st SYN-ACK}"`, "is no intervention"},
		{"after {=when} instead of {=was}", "after {=when} instead of 40 ms", "typed by hand"},
		{"after {=when} instead of {=was}", "after {=whenn} instead of {=was}", "no such value"},
		{"was: before now as seconds", "was: before now as hours", "expected as seconds"},
		{"zh-CN: 丢掉 SYN-ACK", "zh: 丢掉 SYN-ACK", "no text in zh-CN"},
		{"topic: handshake", "topic: hands", "topic \"hands\""},
		{"Neither side can tell", "Obviously neither side can tell", "does without it"},
		{"  - id: less-patience\n", "  - id: nobody-answers\n", "each once"},
		{"    text:\n", "    txt:\n", "txt"},
	} {
		sys := copyOf(t, "sandbox", "plain.yaml", c.old, c.new)
		_, err := loadScenes(sys, "sandbox", "sandbox")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "sandbox/plain.yaml:") {
			t.Errorf("%s: %v; expected %q", c.new, err, c.want)
		}
	}
}

// A scene that nobody wrote anything for gets things to try that really happen.
func TestAnyTextHasThingsToTry(t *testing.T) {
	all, err := Scenes()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		f, err := scene.Parse(s.Name, s.Scene)
		if err != nil {
			t.Fatal(err)
		}
		found := Generic(f)
		if len(found) == 0 {
			t.Errorf("%s: nothing to try", s.Name)
		}
		for i := range found {
			tl, err := scene.Load(f)
			if err != nil {
				t.Fatal(err)
			}
			got, err := found[i].Run(tl, "", "you")
			if err != nil || strings.Contains(plainSpans(got.Says["en"]), "try.") || plainSpans(got.Says["zh-CN"]) == "" {
				t.Errorf("%s %s: %v, %v", s.Name, found[i].ID, got.Says, err)
			}
		}
	}
	f, err := scene.Parse("x", "host a 10.0.0.1\n")
	if err != nil {
		t.Fatal(err)
	}
	if found := Generic(f); len(found) != 0 {
		t.Errorf("a scene in which nothing happens has %d things to try", len(found))
	}
}
