package session

import (
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
	"wirestep/lessons"
	"wirestep/web/proto"
)

// Puzzle is the puzzle that a session plays, or nil.
func (st *State) Puzzle() *lessons.Puzzle {
	id, is := strings.CutPrefix(st.Sandbox, lessons.PuzzlePrefix)
	if !is {
		return nil
	}
	return lessons.GetPuzzle(id)
}

// forbids refuses what a puzzle does not allow.
func (st *State) forbids(c proto.Command) error {
	p := st.Puzzle()
	if p == nil {
		return nil
	}
	switch c.T {
	case "find", "reach":
		return Cannot("puzzle-find")
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

func (st *State) forbidsOp(p *lessons.Puzzle, text string) error {
	op, err := scene.ParseOp(text, &st.File.Scenario)
	if err != nil {
		return nil // what is wrong with it is said by the command
	}
	return st.forbidsMove(p, &op)
}

func (st *State) forbidsMove(p *lessons.Puzzle, op *engine.Op) error {
	if op.Kind == engine.OpForget {
		return nil
	}
	if err := p.Allows(st.T.World(), op); err != nil {
		return Cannot("puzzle-" + err.Error())
	}
	return nil
}

// doPuzzle tells how a puzzle stands where the session stands; n asks for a hint.
func (st *State) doPuzzle(w *Subscriber, c proto.Command) (proto.Done, error) {
	p := st.Puzzle()
	if p == nil {
		return proto.Done{}, Cannot("no-puzzle")
	}
	if err := Between("n", c.N, 0, int32(len(p.Hints))); err != nil {
		return proto.Done{}, err
	}
	out := proto.PuzzleState{Moves: st.movesMade()}
	var last *trace.Event
	st.WalkThrough(func(world *engine.World, e *trace.Event) {
		last = e
		switch {
		case out.Solved != 0 || out.Failed != 0:
		case p.Fail != nil && !p.Fail.AtEnd && p.Fail.Holds(world, e):
			out.Failed = int32(e.ID)
		case !p.Goal.AtEnd && p.Goal.Holds(world, e):
			out.Solved = int32(e.ID)
		}
	})
	end := st.T.AtEnd()
	if p.Goal.AtEnd && end && last != nil && out.Failed == 0 && p.Goal.Holds(st.T.World(), nil) {
		out.Solved = int32(last.ID)
	}
	out.Over = end && out.Solved == 0
	if out.Solved != 0 {
		out.After = Runs(In(p.After, w.Lang))
	}
	if out.Failed != 0 {
		out.Lost = Runs(In(p.Lost, w.Lang))
	}
	if c.N > 0 {
		out.Hint = Runs(In(p.Hints[c.N-1], w.Lang))
	}
	return proto.Done{Puzzle: &out}, nil
}

// movesMade counts what people did up to the cursor; to let go what was held is no
// further move.
func (st *State) movesMade() (n int) {
	b := st.T.Branch()
	for k := engine.StepNo(1); k <= st.T.N(); k++ {
		if m := st.T.Move(b, k); m != nil && m.Op.Kind != engine.OpRelease && m.Op.Kind != engine.OpForget {
			n++
		}
	}
	return n
}
