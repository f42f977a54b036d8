package scene

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wirestep/engine"
)

// A person plays: steps, goes back, acts, forks.
func play(t *rapid.T, tl *engine.Timeline) {
	for range rapid.IntRange(0, 25).Draw(t, "moves") {
		switch rapid.IntRange(0, 4).Draw(t, "what") {
		case 0, 1:
			for range rapid.IntRange(1, 6).Draw(t, "steps") {
				tl.Step()
			}
		case 2:
			n := rapid.IntRange(0, int(tl.Tip())).Draw(t, "seek")
			if err := tl.Seek(engine.StepNo(n)); err != nil {
				t.Fatal(err)
			}
		case 3:
			act(t, tl)
		case 4:
			if len(tl.Branches()) < 5 {
				if _, err := tl.Fork(rapid.SampledFrom([]string{"", `what "if"`}).Draw(t, "label")); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

var acts = []string{
	"drop next segment", "hold next DATA from client", "corrupt next ACK", "duplicate 2nd segment after 5ms",
	"sysctl client net.ipv4.tcp_syn_retries = 2", "call client: write(c, 10)", "unplug client server",
	"plug client server", "link client > server delay 200ms loss 1%", "at 1s drop next FIN",
	"forge client > server flags=R seq=1",
}

// act makes an intervention at the instant of the last event; one that is refused
// changes nothing.
func act(t *rapid.T, tl *engine.Timeline) {
	text := rapid.SampledFrom(acts).Draw(t, "op")
	op, err := ParseOp(text, tl.Scenario())
	if err != nil {
		t.Fatal(err)
	}
	before := tl.N()
	if _, err := tl.Apply(op, tl.World().Now(), "you"); err != nil && tl.N() != before {
		t.Fatalf("%s was refused (%v) and moved the cursor", text, err)
	}
}

// told is what a printer says of the events of a branch.
func told(tl *engine.Timeline, b engine.BranchID, upTo engine.StepNo) string {
	t := tl.Clone()
	var s strings.Builder
	p := &Printer{}
	if err := t.Switch(b, 0); err != nil {
		return err.Error()
	}
	for t.N() < upTo {
		e, ok := t.Step()
		if !ok {
			break
		}
		s.WriteString(p.Compact(t.World(), e) + "\n")
	}
	return s.String()
}

func TestABundleTellsTheSameStory(t *testing.T) {
	f := read(t, golden+"/handshake-data-close.scene")
	rapid.Check(t, func(t *rapid.T) {
		tl, err := Load(f)
		if err != nil {
			t.Fatal(err)
		}
		play(t, tl)
		text := Bundle(tl, f)
		g, err := Parse("bundle", text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		again, err := Load(g)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if again.Branch() != tl.Branch() || again.N() != tl.N() {
			t.Fatalf("the cursor is on branch %d step %d, expected %d and %d", again.Branch(), again.N(), tl.Branch(), tl.N())
		}
		for _, b := range tl.Branches() {
			if x, y := told(again, b.ID, b.Tip), told(tl, b.ID, b.Tip); x != y {
				t.Fatalf("branch %d:\n%s\nexpected\n%s\nfrom\n%s", b.ID, x, y, text)
			}
		}
		if twice := Bundle(again, g); twice != text {
			t.Fatalf("bundled again\n%s\nexpected\n%s", twice, text)
		}
	})
}

func TestABundleThatCannotBeIsRefused(t *testing.T) {
	const top = "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms\nprogram client\n  c = connect(server:80)\n"
	for _, c := range []struct{ text, want string }{
		{"branch 0\n  step 99 at 1s by you: drop next SYN", "branch 0: "},
		{"branch 0\n  step 1 at 1s by you: drop packet 9", "branch 0: step 1: "},
		{"branch 0\ncursor branch 0 step 999", "cursor: "},
	} {
		f, err := Parse("x.scene", top+c.text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Load(f); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, expected %s…", c.text, err, c.want)
		}
	}
}
