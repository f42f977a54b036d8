package lessons

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/scene"
)

// opened returns a lesson at its first step.
func opened(t *testing.T, slug string) (*Player, *engine.Timeline) {
	t.Helper()
	l, ok := Get(slug)
	if !ok {
		t.Fatalf("no lesson %q", slug)
	}
	tl, err := engine.NewTimeline(*l.sc)
	must(t, err)
	p := NewPlayer(l)
	must(t, p.Start(tl))
	return p, tl
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// do makes one intervention as a person would, here and now.
func do(t *testing.T, p *Player, tl *engine.Timeline, text string) {
	t.Helper()
	op, err := p.resolve(tl, text)
	must(t, err)
	_, err = tl.Apply(op, tl.World().Now(), "you")
	must(t, err)
	must(t, p.Observe(tl))
}

var rewrite = flag.Bool("rewrite", false, "record the answers to the questions of the lessons")

// The engine's answers are recorded, because the reasons beside the options were
// written for them: one that changes wants its text read again.
func TestEveryLessonIsPlayedToItsEnd(t *testing.T) {
	const file = "testdata/answers.txt"
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, l := range all {
		t.Run(l.Slug, func(t *testing.T) {
			errs := Play(l, func(lesson, step string, p Predicted) {
				fmt.Fprintf(&got, "%s %s: %s (%s)\n", lesson, step, p.Right, p.Answer)
			})
			for _, err := range errs {
				t.Error(err)
			}
		})
	}
	if *rewrite {
		must(t, os.WriteFile(file, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if got.String() != string(want) {
		t.Errorf("the answers have changed: read the texts of these questions again, then -rewrite\ngot\n%swant\n%s", got.String(), want)
	}
}

func TestEverySceneKeepsItsPromises(t *testing.T) {
	all, err := Scenes()
	must(t, err)
	for _, s := range all {
		t.Run(s.Name, func(t *testing.T) {
			f, err := scene.Parse(s.Name, s.Scene)
			must(t, err)
			tl, err := engine.NewTimeline(f.Scenario)
			must(t, err)
			for _, e := range f.Expect {
				if e.When == scene.AtInstant || e.When == scene.NeverEver {
					continue // `wirestep check` looks at those
				}
				must(t, tl.Seek(0))
				c, err := scene.Compile(e.Cond, &f.Scenario)
				must(t, err)
				ok := false
				for n := 0; n < ahead && !(ok && e.When == scene.Ever); n++ {
					if _, more := tl.Step(); !more {
						break
					}
					ok = holds(tl, c)
				}
				must(t, tl.Err())
				if !ok {
					t.Errorf("line %d: %s", e.Line, e.Cond)
				}
			}
		})
	}
}

func TestNextDoesWhatThePersonLeftOut(t *testing.T) {
	p, tl := opened(t, "lost-syn")
	must(t, p.Next(tl))
	must(t, p.Next(tl))
	st := p.Status()
	if p.step().ID != "ladder" || st.Away {
		t.Fatalf("%+v", st)
	}
	if n := len(history(tl, tl.Branch())); n != 3 {
		t.Errorf("%d moves on the branch, want the 3 of the two steps left", n)
	}
}

func TestAMoveOfOnesOwnLeadsAwayAndReturnComesBack(t *testing.T) {
	p, tl := opened(t, "lost-syn")
	do(t, p, tl, "corrupt {1st SYN from client}")
	if !p.Status().Away {
		t.Fatal("a foreign move, and not away")
	}
	branches := len(tl.Branches())
	must(t, p.Return(tl))
	if p.Status().Away {
		t.Fatal("returned, and still away")
	}
	if len(tl.Branches()) < branches {
		t.Error("the person's branch is gone")
	}
	do(t, p, tl, "drop {1st SYN from client}")
	if p.Status().Away {
		t.Error("the lesson's own move leads away")
	}
}

func TestAnotherSpellingOfTheMoveCounts(t *testing.T) {
	p, tl := opened(t, "lost-syn")
	must(t, p.Next(tl))
	do(t, p, tl, "drop {2nd SYN from client}")
	do(t, p, tl, "drop every segment from client")
	if st := p.Status(); st.Away {
		t.Fatalf("%+v", st)
	}
	must(t, p.Next(tl))
	if n := len(history(tl, tl.Branch())); n != 3 {
		t.Errorf("%d moves, want 3: nothing was done twice", n)
	}
}

func TestSteppingBackIsNotAway(t *testing.T) {
	p, tl := opened(t, "handshake")
	first := p.Status().Step // of this level
	must(t, p.Next(tl))
	must(t, p.Next(tl))
	must(t, tl.Seek(0))
	must(t, p.Observe(tl))
	if p.Status().Away {
		t.Error("away")
	}
	must(t, p.Prev(tl))
	must(t, p.Prev(tl))
	must(t, p.Prev(tl))
	if st := p.Status(); st.Step != first || tl.N() != 0 {
		t.Errorf("%+v at %d", st, tl.N())
	}
}

func TestAGoalThatWasPassedCounts(t *testing.T) {
	p, tl := opened(t, "handshake")
	for range 200 {
		if _, ok := tl.Step(); !ok {
			break
		}
	}
	must(t, p.Observe(tl)) // long after SYN_SENT
	if p.Status().Done {
		t.Error("done, and its question is open")
	}
	_, err := p.Answer(tl, "syn")
	must(t, err)
	if !p.Status().Done {
		t.Error("not done")
	}
}

func TestAnswers(t *testing.T) {
	p, tl := opened(t, "lost-syn")
	must(t, p.Next(tl))
	if _, err := p.Answer(tl, "double"); !errors.Is(err, ErrMoveFirst) || p.Status().Lacks != 1 {
		t.Errorf("answered before the move was made: %v, %+v", err, p.Status())
	}
	do(t, p, tl, "drop {2nd SYN from client}")
	if _, err := p.Answer(tl, "double"); !errors.Is(err, ErrMoveFirst) || p.Status().Lacks != 2 {
		t.Errorf("answered after half of the moves: %v, %+v", err, p.Status())
	}
	do(t, p, tl, "drop every SYN from client")
	n, branches := tl.N(), len(tl.Branches())
	got, err := p.Answer(tl, "double")
	must(t, err)
	if got.Right != "second" || got.Choice != "double" || got.Why == 0 {
		t.Errorf("%+v", got)
	}
	if tl.N() != n || len(tl.Branches()) != branches {
		t.Error("the question moved the timeline")
	}
	again, err := p.Answer(tl, "second")
	must(t, err)
	if again.Choice != "double" {
		t.Error("the first answer did not stand")
	}
	if st := p.Status(); !st.Asked || st.Choice != "double" || st.Right != "second" {
		t.Errorf("%+v", st)
	}
	if _, err := p.Answer(tl, "nonsense"); err != nil {
		t.Error("an answered question is answered again, whatever is said:", err)
	}
}

func TestAnAnswerHasToBeAnOption(t *testing.T) {
	p, tl := opened(t, "lost-syn")
	do(t, p, tl, "drop {1st SYN from client}")
	if _, err := p.Answer(tl, "nonsense"); err == nil {
		t.Error("taken")
	}
	if p.Status().Asked {
		t.Error("asked")
	}
}

func TestAPlayerIsResumed(t *testing.T) {
	p, tl := opened(t, "lost-syn")
	do(t, p, tl, "drop {1st SYN from client}")
	_, err := p.Answer(tl, "0.04")
	must(t, err)
	must(t, p.Next(tl))
	q := Resume(p.l, p.State())
	must(t, q.Observe(tl))
	if !reflect.DeepEqual(p.Status(), q.Status()) {
		t.Errorf("%+v, %+v", p.Status(), q.Status())
	}
	if r := Resume(p.l, State{Step: 7}); r.Status().Step != 0 {
		t.Error("a state that fits no lesson was taken")
	}
}

func TestReplayIsASidePath(t *testing.T) {
	p, tl := opened(t, "lost-syn")
	for p.l.Steps[p.s.Step].ID != "knobs" {
		must(t, p.Next(tl))
	}
	base := tl.Branch()
	must(t, p.perform(tl))
	must(t, p.Observe(tl))
	if tl.Branch() == base || p.Status().Away {
		t.Fatalf("branch %d, %+v", tl.Branch(), p.Status())
	}
	must(t, p.Next(tl))
	if tl.Branch() != base {
		t.Errorf("the next step stands on branch %d, want %d", tl.Branch(), base)
	}
}

// anAnswer is something that can be said to a question.
func anAnswer(q *Question, dice *rand.Rand) string {
	switch q.how() {
	case asNumber, asAxis:
		return fmt.Sprint(dice.IntN(100))
	case asOrder:
		keys := q.keys()[:len(q.Items)]
		dice.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		return strings.Join(keys, ",")
	case asSegment, asCause:
		return fmt.Sprint(1 + dice.IntN(9))
	}
	return q.Options[dice.IntN(len(q.Options))].Key
}

// TestWhateverAPersonDoes: any mixture of lesson commands, stepping and foreign
// moves leaves the player where a state can be kept, taken up again, and left.
func TestWhateverAPersonDoes(t *testing.T) {
	ops := []string{"drop next segment from client", "sysctl client net.ipv4.tcp_syn_retries = 1",
		"call client: close(c)", "drop every SYN from client", "link client server delay 80ms"}
	all, err := All()
	must(t, err)
	for seed := range uint64(40) {
		dice := rand.New(rand.NewPCG(seed, 1))
		l := all[dice.IntN(len(all))]
		p, tl := opened(t, l.Slug)
		for range 30 {
			switch dice.IntN(10) {
			case 9:
				must(t, p.SetLevel(tl, Levels[dice.IntN(len(Levels))]))
			case 0, 1:
				must(t, p.Next(tl))
				if p.Status().Away && p.beside(p.s.Step, 1) >= 0 { // after the last step nothing comes
					t.Fatalf("seed %d: away after next", seed)
				}
			case 2:
				must(t, p.Prev(tl))
			case 3:
				must(t, p.Return(tl))
				if p.Status().Away {
					t.Fatalf("seed %d: away after return", seed)
				}
			case 4:
				must(t, tl.Seek(tl.N()/2))
			case 5:
				if q := l.Steps[p.s.Step].Predict; q != nil {
					_, err := p.Answer(tl, anAnswer(q, dice))
					if !errors.Is(err, ErrMoveFirst) {
						must(t, err)
					}
				}
			case 6:
				op, err := scene.ParseOp(ops[dice.IntN(len(ops))], l.sc)
				if err != nil {
					continue // a lesson between other hosts
				}
				_, err = tl.Apply(op, tl.World().Now(), "you")
				must(t, err)
			default:
				for range dice.IntN(12) {
					tl.Step()
				}
			}
			must(t, p.Observe(tl))
		}
		kept, err := json.Marshal(p.State())
		must(t, err)
		var s State
		must(t, json.Unmarshal(kept, &s))
		q := Resume(l, s)
		must(t, q.Observe(tl))
		if !reflect.DeepEqual(p.Status(), q.Status()) {
			t.Errorf("seed %d: %+v, resumed %+v", seed, p.Status(), q.Status())
		}
	}
}

// A constructed answer has two tries; one that belongs to a belief is met with it.
func TestConstructedAnswers(t *testing.T) {
	p, tl := opened(t, "lost-syn")
	must(t, p.Do(tl))
	if _, err := p.Answer(tl, "soon"); err == nil {
		t.Error("what is no time was taken")
	}
	got, err := p.Answer(tl, "0.2s")
	must(t, err)
	if got.Verdict != verdictBelief || got.Belief != "min" || got.Left != 1 || got.Right != "" || got.Why != 0 {
		t.Errorf("%+v", got)
	}
	if st := p.Status(); st.Asked || len(st.Tried) != 1 || st.Values["wait"] != "" || !p.Open() {
		t.Errorf("after the first try: %+v", st)
	}
	got, err = p.Answer(tl, "1.1s") // within a tick of the axis
	must(t, err)
	if st := p.Status(); got.Verdict != verdictRight || got.Right != "1s" || !st.Asked || st.Values["wait"] != "1 s" {
		t.Errorf("%+v, %+v", got, st)
	}
	for p.step().ID != "ladder" {
		must(t, p.Next(tl))
	}
	for try, want := range []string{"doubling", "steady"} { // the first is what an old kernel does
		got, err = p.Answer(tl, []string{"63", "6"}[try])
		must(t, err)
		if got.Belief != want {
			t.Errorf("%+v, want the belief %s", got, want)
		}
	}
	if st := p.Status(); !st.Asked || st.Right != "7s" || st.Verdict != verdictBelief {
		t.Errorf("after the last try: %+v", st)
	}
}

// The question for the cause comes when the event has been seen; any cause is right.
func TestTheCauseIsAskedAfterwards(t *testing.T) {
	p, tl := opened(t, "lost-syn")
	for p.step().ID != "ladder" {
		must(t, p.Next(tl))
	}
	got, err := p.Answer(tl, "7")
	must(t, err)
	if p.Status().Cause != nil {
		t.Error("asked before its event has been seen")
	}
	must(t, tl.Seek(got.Why))
	must(t, p.Observe(tl))
	why := p.Status().Cause
	if why == nil || why.Of != got.Why || len(why.Candidates) < 3 || why.Right != nil {
		t.Fatalf("%+v", why)
	}
	if _, err := p.Answer(tl, "99999"); err == nil {
		t.Error("an event that was not offered was taken")
	}
	_, err = p.Answer(tl, fmt.Sprint(why.Candidates[0]))
	must(t, err)
	if why = p.Status().Cause; why.Choice == 0 || len(why.Right) == 0 {
		t.Errorf("%+v", why)
	}
}

// A level has its own steps; changing it in the middle leads to the nearest.
func TestLevels(t *testing.T) {
	p, tl := opened(t, "lost-syn")
	for p.step().ID != "ladder" {
		must(t, p.Next(tl))
	}
	must(t, p.SetLevel(tl, "story"))
	if p.step().ID != "deaf" || p.Status().Away {
		t.Errorf("%s, %+v", p.step().ID, p.Status())
	}
	must(t, p.Next(tl))
	must(t, p.SetLevel(tl, "engineer"))
	if p.step().ID != "sixty-three" || p.Status().Level != "engineer" {
		t.Errorf("%s, %+v", p.step().ID, p.Status())
	}
	if err := p.SetLevel(tl, "expert"); err == nil {
		t.Error("a level that there is not")
	}
}
