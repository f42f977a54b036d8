package lessons

import (
	"strings"
	"testing"
	"testing/fstest"

	"wirestep/engine"
	"wirestep/engine/scene"
)

// Every puzzle's par is proven: nothing shorter reaches its goal, and so many ways do.
func TestPuzzles(t *testing.T) {
	all, err := Puzzles()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Errorf("%d puzzles, expected 20", len(all))
	}
	of := map[string]int{}
	for _, p := range all {
		of[p.Chapter]++
		for _, err := range p.Check() {
			t.Error(err)
		}
	}
	for _, c := range Chapters {
		if of[c] == 0 {
			t.Errorf("no puzzle in the chapter %s", c)
		}
	}
}

// The solutions that are counted are moves that a player may make, and what is not
// among them is refused.
func TestPuzzlesAllowTheirSolutions(t *testing.T) {
	all, _ := Puzzles()
	for _, p := range all {
		r, err := p.Solve()
		if err != nil {
			t.Fatal(err)
		}
		w := engine.NewWorld(&p.parsed.Scenario)
		for i := range r.Found {
			for _, m := range r.Found[i].Moves {
				op := m.Setup()
				if err := p.Allows(w, &op); err != nil {
					t.Errorf("%s: %s is refused: %v", p.ID, op.Text, err)
				}
			}
		}
	}
	p := GetPuzzle("wait-a-second")
	w := engine.NewWorld(&p.parsed.Scenario)
	for text, why := range map[string]string{
		"drop next SYN-ACK from server": "", "drop 1st SYN from client": "way", "drop every SYN-ACK from server": "one",
		"delay 1st SYN-ACK from server by 1s": "kind", "call server: kill()": "kind", "unplug client server": "kind", "at 1s drop next SYN-ACK from server": "",
	} {
		op, err := scene.ParseOp(text, &p.parsed.Scenario)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := p.Allows(w, &op); err != nil {
			got = err.Error()
		}
		if got != why {
			t.Errorf("%s: %q, expected %q", text, got, why)
		}
	}
}

// What is wrong with a puzzle is told where it stands.
func TestMistakesInAPuzzle(t *testing.T) {
	b, err := embedded.ReadFile("puzzles/wait-a-second.yaml")
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	for _, c := range []struct{ from, to, says string }{
		{"chapter: opening", "chapter: openings", `x.yaml:1:10: chapter "openings", did you mean "opening"?`},
		{"level: 1", "level: 9", "x.yaml:2:8: level 9; expected 1 to 3"},
		{"par: 1", "par: 2", "x.yaml:13:6: par 2, but it takes 1: at 0s drop 1st SYN-ACK from server"},
		{"ways: 1", "ways: 4", "x.yaml:14:7: ways 4, but there are 1"},
		{"client.state == ESTABLISHED &&", "client.stat == ESTABLISHED &&", "x.yaml:9:7: the condition"},
		{"client.state == ESTABLISHED &&", "client.state == CLOSE_WAIT &&", "x.yaml:13:6: par 1: no 1 moves of those allowed reach the goal"},
		{"allowed: [drop]", "allowed: [drip]", `x.yaml:10:10: "drip" is no kind of move`},
		{"server->client", "server->clint", `no host is named "clint"`},
		{"claims: [T49]", "claims: [T999]", `claim "T999": there is no such claim`},
		{"  c = connect(server:80)", "  c = conect(server:80)", "x.yaml:35:9: no call is named"},
	} {
		if !strings.Contains(good, c.from) {
			t.Fatalf("the puzzle has no %q", c.from)
		}
		errs := checkPuzzles(fstest.MapFS{"x.yaml": {Data: []byte(strings.Replace(good, c.from, c.to, 1))}}, ".")
		var all []string
		for _, e := range errs {
			all = append(all, e.Error())
		}
		if !strings.Contains(strings.Join(all, "\n"), c.says) {
			t.Errorf("%s: %q, expected %q", c.to, all, c.says)
		}
	}
}
