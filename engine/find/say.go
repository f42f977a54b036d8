package find

import (
	"fmt"
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
)

// Says names the moves of a set, a line a kind: what a proof is about.
func (s *Set) Says() (out []string) {
	where := "each segment that a host sends"
	if len(s.On) > 0 {
		var ways []string
		for _, w := range s.On {
			ways = append(ways, w.String())
		}
		where = "each segment " + strings.Join(ways, ", ")
	}
	for k := range kinds {
		if !s.Has(k) {
			continue
		}
		line := k.String() + ": "
		switch k {
		case Drop:
			line += where
		case Delay:
			line += where + ", by half a round trip, a round trip, an RTO"
		case Duplicate:
			line += where + ", the copy right behind it or an RTO later"
		case Hold:
			line += where + ", until nothing else is scheduled"
		case Call:
			line += "between any two events (1 ms after the first, or halfway), " + texts(s.Calls)
		case Setting:
			line += "at the start, " + texts(s.Settings)
		}
		out = append(out, line)
	}
	return out
}

func texts(ops []engine.Op) string {
	if len(ops) == 0 {
		return "none"
	}
	var all []string
	for i := range ops {
		_, what, _ := strings.Cut(ops[i].Text, " ") // without its verb
		all = append(all, what)
	}
	return strings.Join(all, "; ")
}

// Tried tells how much was tried.
func (l Level) Tried() string {
	s := fmt.Sprintf("%s, %s", count(l.Futures, "future"), count(l.Events, "event"))
	if l.Cut > 0 {
		s += fmt.Sprintf(" (%d not run to the end)", l.Cut)
	}
	return s
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Replay makes the moves of a solution in a scene and runs it to the goal: a second
// look at what was found, by the way that a reader goes.
func Replay(f *scene.File, moves []string, goal *Goal) (*engine.Timeline, error) {
	var text strings.Builder
	text.WriteString(scene.Format(&scene.File{Scenario: f.Scenario}))
	for _, m := range moves {
		text.WriteString(m + "\n")
	}
	g, err := scene.Parse("found", text.String())
	if err != nil {
		return nil, err
	}
	t, err := engine.NewTimeline(g.Scenario)
	if err != nil {
		return nil, err
	}
	for {
		e, ok := t.Step()
		switch {
		case ok && !goal.AtEnd && goal.Holds(t.World(), e), !ok && goal.AtEnd && t.Err() == nil && goal.Holds(t.World(), nil):
			return t, nil
		case !ok && t.Err() != nil:
			return nil, t.Err()
		case !ok:
			return nil, fmt.Errorf("the run ends without %s", goal.Text)
		}
	}
}
