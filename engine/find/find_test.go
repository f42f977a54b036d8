package find

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/scene"
)

var update = flag.Bool("update", false, "write testdata/answers.txt")

const answers = "testdata/answers.txt"

func load(t *testing.T, name string) (*scene.File, *engine.Timeline) {
	t.Helper()
	b, err := os.ReadFile(name + ".scene")
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, string(b))
}

func parsed(t *testing.T, text string) (*scene.File, *engine.Timeline) {
	t.Helper()
	f, err := scene.Parse("test.scene", text)
	if err != nil {
		t.Fatal(err)
	}
	tl, err := scene.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	return f, tl
}

// look runs a search to its end.
func look(t *testing.T, f *scene.File, tl *engine.Timeline, x target) (*Goal, Set, *Result) {
	t.Helper()
	goal, err := ParseGoal(x.to, &f.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	var on []string
	if x.on != "" {
		on = []string{x.on}
	}
	set, err := ParseSet(&f.Scenario, x.moves, on, nil, x.settings)
	if err != nil {
		t.Fatal(err)
	}
	most := x.most
	if most == 0 {
		most = DefaultMoves
	}
	s, err := New(&f.Scenario, tl.World(), goal, nil, set, Limits{Moves: most})
	if err != nil {
		t.Fatal(err)
	}
	for !s.Run(10_000) {
	}
	return goal, set, s.Result()
}

// Each target is answered or proven to have no answer, and each answer, made as
// statements of the scene, reaches the target where the search says.
func TestTargets(t *testing.T) {
	if len(targets) < 60 {
		t.Fatalf("%d targets, expected 60", len(targets))
	}
	parts := make([]strings.Builder, len(targets))
	t.Run("each", func(t *testing.T) {
		for i, x := range targets {
			t.Run(fmt.Sprint(i+1), func(t *testing.T) {
				t.Parallel()
				tell(t, &parts[i], i+1, x)
			})
		}
	})
	var b strings.Builder
	for i := range parts {
		b.WriteString(parts[i].String())
	}
	if *update {
		if err := os.WriteFile(answers, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(answers)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("other answers than in %s; with -update they are written there", answers)
	}
}

// tell looks for a target and writes down what was found.
func tell(t *testing.T, b *strings.Builder, n int, x target) {
	f, tl := load(t, x.scene)
	goal, _, r := look(t, f, tl, x)
	fmt.Fprintf(b, "%d. %s: %s\n", n, x.scene[strings.LastIndexAny(strings.TrimSuffix(x.scene, "/scene"), "/")+1:], x.to)
	if len(r.Found) == 0 && r.Proved < 0 {
		t.Errorf("%s: neither found nor proven", x.to)
	}
	for _, l := range r.Levels {
		if !l.Whole {
			t.Errorf("%s: not every future with %d moves was tried", x.to, l.Moves)
		}
	}
	answer(t, b, f, goal, r)
}

// answer writes an answer down and plays each solution again.
func answer(t *testing.T, b *strings.Builder, f *scene.File, goal *Goal, r *Result) {
	total := r.Total()
	for _, g := range r.Groups() {
		s := g.Solutions[0]
		var moves []string
		for i := range s.Moves {
			moves = append(moves, s.Moves[i].Statement())
		}
		if len(moves) == 0 {
			moves = []string{"nothing has to be done"}
		}
		fmt.Fprintf(b, "   %s: at %s s (%d alike)\n", strings.Join(moves, "; "), s.At.Seconds(), len(g.Solutions))
	}
	for i := range r.Found {
		again(t, f, goal, &r.Found[i])
	}
	if len(r.Found) == 0 {
		fmt.Fprintf(b, "   none with %d moves or fewer: %s\n", r.Proved, total.Tried())
	}
}

func again(t *testing.T, f *scene.File, goal *Goal, s *Solution) {
	t.Helper()
	var moves []string
	for i := range s.Moves {
		moves = append(moves, s.Moves[i].Statement())
	}
	tl, err := Replay(f, moves, goal)
	if err != nil {
		t.Errorf("%s: %v: %v", goal.Text, moves, err)
		return
	}
	if tl.World().Now() != s.At || tl.N() != s.N {
		t.Errorf("%s: %v: found at %s s after event %d, replayed at %s s after event %d", goal.Text, moves, s.At.Seconds(), s.N, tl.World().Now().Seconds(), tl.N())
	}
}
