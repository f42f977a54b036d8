package web

import (
	"strings"

	"wirestep/engine"
	"wirestep/engine/find"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/web/proto"
)

// puzzle is the puzzle that a session plays, or nil.
func (st *stage) puzzle() *lessons.Puzzle {
	id, is := strings.CutPrefix(st.Sandbox, lessons.PuzzlePrefix)
	if !is {
		return nil
	}
	return lessons.GetPuzzle(id)
}

// forbids refuses what a puzzle does not allow.
func (st *stage) forbids(c proto.Command) error {
	p := st.puzzle()
	if p == nil {
		return nil
	}
	switch c.T {
	case "find", "reach":
		return cannot("puzzle-find")
	case "act":
		return st.forbidsOp(p, c.Op)
	case "replay":
		for _, op := range c.Ops {
			if err := st.forbidsOp(p, op); err != nil {
				return err
			}
		}
	}
	return nil
}

func (st *stage) forbidsOp(p *lessons.Puzzle, text string) error {
	op, err := scene.ParseOp(text, &st.file.Scenario)
	if err != nil {
		return nil // what is wrong with it is said by the command
	}
	return st.forbidsMove(p, &op)
}

func (st *stage) forbidsMove(p *lessons.Puzzle, op *engine.Op) error {
	if op.Kind == engine.OpForget {
		return nil
	}
	if err := p.Allows(st.t.World(), op); err != nil {
		return cannot("puzzle-" + err.Error())
	}
	return nil
}

// doPuzzle tells how a puzzle stands where the session stands; n asks for a hint.
func (st *stage) doPuzzle(w *watcher, c proto.Command) (proto.Done, error) {
	p := st.puzzle()
	if p == nil {
		return proto.Done{}, cannot("no-puzzle")
	}
	if err := between("n", c.N, 0, int32(len(p.Hints))); err != nil {
		return proto.Done{}, err
	}
	out := proto.PuzzleState{Moves: st.movesMade()}
	var last *trace.Event
	st.walkThrough(func(world *engine.World, e *trace.Event) {
		last = e
		switch {
		case out.Solved != 0 || out.Failed != 0:
		case p.Fail != nil && !p.Fail.AtEnd && p.Fail.Holds(world, e):
			out.Failed = int32(e.ID)
		case !p.Goal.AtEnd && p.Goal.Holds(world, e):
			out.Solved = int32(e.ID)
		}
	})
	end := st.t.AtEnd()
	if p.Goal.AtEnd && end && last != nil && out.Failed == 0 && p.Goal.Holds(st.t.World(), nil) {
		out.Solved = int32(last.ID)
	}
	out.Over = end && out.Solved == 0
	if out.Solved != 0 {
		out.After = runs(in(p.After, w.lang))
	}
	if out.Failed != 0 {
		out.Lost = runs(in(p.Lost, w.lang))
	}
	if c.N > 0 {
		out.Hint = runs(in(p.Hints[c.N-1], w.lang))
	}
	return proto.Done{Puzzle: &out}, nil
}

// movesMade counts what people did up to the cursor; to let go what was held is no
// further move.
func (st *stage) movesMade() (n int) {
	b := st.t.Branch()
	for k := engine.StepNo(1); k <= st.t.N(); k++ {
		if m := st.t.Move(b, k); m != nil && m.Op.Kind != engine.OpRelease && m.Op.Kind != engine.OpForget {
			n++
		}
	}
	return n
}

// puzzleDoc is what the panel shows of a puzzle; nothing in it answers it.
type puzzleDoc struct {
	ID       string      `json:"id"`
	Title    string      `json:"title"`
	Story    []proto.Run `json:"story"`
	Goal     string      `json:"goal"`
	Allowed  []string    `json:"allowed"`
	Calls    []string    `json:"calls"`    // operations that make an allowed call
	Settings []string    `json:"settings"` // operations that set an allowed setting
	Par      int         `json:"par"`
	Ways     int         `json:"ways"`
	Hints    int         `json:"hints"`
	Next     string      `json:"next"` // the address of the next puzzle; "": this is the last
}

func (s *Server) puzzleDoc(p *lessons.Puzzle, lang string) *puzzleDoc {
	v := &puzzleDoc{ID: p.ID, Title: p.Title[lang], Story: runs(in(p.Story, lang)), Goal: p.Goal.Text, Allowed: allowedIn(p, lang), Calls: []string{}, Settings: []string{}, Par: p.Par, Ways: p.Ways, Hints: len(p.Hints)}
	for _, op := range p.Set.Calls {
		v.Calls = append(v.Calls, op.Text)
	}
	for _, op := range p.Set.Settings {
		v.Settings = append(v.Settings, op.Text)
	}
	all := s.library.puzzles()
	for i, q := range all {
		if q.ID == p.ID && i+1 < len(all) {
			v.Next = "/puzzles/" + all[i+1].ID
		}
	}
	return v
}

// allowedIn says in words what may be done.
func allowedIn(p *lessons.Puzzle, lang string) (out []string) {
	ways := ""
	for i, w := range p.Set.On {
		if i > 0 {
			ways += ", "
		}
		ways += w.From + " → " + w.To
	}
	for _, k := range p.Set.Kinds {
		key := "puzzle.may-" + k.String()
		if ways != "" && k != find.Call && k != find.Setting {
			out = append(out, i18n.T(lang, key+"-on", "ways", ways))
			continue
		}
		out = append(out, i18n.T(lang, key))
	}
	return out
}
