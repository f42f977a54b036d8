package session

import (
	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
	"wirestep/web/proto"
)

// reached is a condition that has come true where the session stands, or stood.
type reached struct {
	branch engine.BranchID
	n      engine.StepNo
	cond   func(*engine.World, *trace.Event) bool
	event  bool // it is about single events: true again at the next one, it is true once more
}

// runTo makes events until cond has come true so many times, at most maxUntil.
func (st *State) runTo(cond func(*engine.World, *trace.Event) bool, times int, event bool) bool {
	held := false
	for range maxUntil {
		e, ok := st.T.Step()
		if !ok {
			return false
		}
		st.recordFrame(st.T.World(), e)
		holds := cond(st.T.World(), e)
		if holds && (event || !held) {
			times--
		}
		if held = holds; times == 0 {
			st.reached = reached{st.T.Branch(), st.T.N(), cond, event}
			return true
		}
	}
	return false
}

// stand is where one stands on a branch, told so that the like can be found on another.
type stand struct {
	instant
	reached     // the condition that led here, if one did
	times   int // so many times it had come true
}

func (st *State) stand() stand {
	s := stand{instant: st.standing()}
	r := st.reached
	if r.cond == nil || r.branch != st.T.Branch() || r.n != st.T.N() || r.n > maxUntil {
		return s
	}
	s.reached = r
	held := false
	st.WalkThrough(func(w *engine.World, e *trace.Event) {
		holds := r.cond(w, e)
		if holds && (r.event || !held) {
			s.times++
		}
		held = holds
	})
	return s
}

// standLike goes on with a new branch until one stands there as on the one before: by
// the same condition, else at its end too, else at the same instant. Where a lesson waits
// for an answer it stays, for what follows is what is asked.
func (st *State) standLike(s stand) {
	st.observe()
	if st.Player != nil && st.Player.Asking() {
		return
	}
	if s.cond != nil {
		st.GoTo(st.T.Branch(), 0)
		st.runTo(s.cond, max(s.times, 1), s.event)
	} else {
		st.standAt(s.instant)
	}
	st.observe()
}

// doReplay makes the same moves again under other conditions, and goes to where one
// stood before: the two can be compared at once, by every page alike.
func (st *State) doReplay(w *Subscriber, c proto.Command) (proto.Done, error) {
	label, err := name(c.Text)
	if err == nil {
		err = st.onto(c)
	}
	if err != nil {
		return proto.Done{}, err
	}
	if len(st.T.Branches()) >= maxBranches {
		return proto.Done{}, Cannot("many-branches", "max", maxBranches)
	}
	if c.Without != 0 {
		return proto.Done{}, st.replayWithout(w, c, label)
	}
	ops, err := st.newScene(c.Scene)
	if err != nil {
		return proto.Done{}, err
	}
	for _, text := range c.Ops {
		op, err := scene.ParseOp(text, &st.File.Scenario)
		if err != nil {
			return proto.Done{}, Cannot("op", "what", err.Error())
		}
		ops = append(ops, op)
	}
	goal := st.stand()
	if _, err := st.T.Replay(ops, label, w.actor()); err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	st.standLike(goal)
	return proto.Done{}, nil
}

// replayWithout makes every act of a branch again but one.
func (st *State) replayWithout(w *Subscriber, c proto.Command, label string) error {
	b, err := st.branchOf(c)
	if err == nil {
		err = Between("without", c.Without, 1, int32(st.tipOf(b)))
	}
	if err != nil {
		return err
	}
	if len(c.Ops) > 0 {
		return Cannot("op", "what", "ops beside without, expected one of them")
	}
	goal := st.stand()
	if _, err := st.T.ReplayWithout(b, engine.StepNo(c.Without), label, w.actor()); err != nil {
		return Cannot("op", "what", err.Error())
	}
	st.standLike(goal)
	return nil
}

// newScene is the operation by which a branch runs another text of the scene; none
// without a text. What is wrong with a text is told by POST /api/check.
func (st *State) newScene(text string) ([]engine.Op, error) {
	if text == "" {
		return nil, nil
	}
	if st.Player != nil || st.Puzzle() != nil {
		return nil, Cannot("scene-fixed")
	}
	op, err := scene.NewText(text)
	if err != nil {
		return nil, badScene(err)
	}
	if err := st.worldAt(st.T.Branch(), 0).Check(&op); err != nil {
		return nil, Cannot("scene-other")
	}
	return []engine.Op{op}, nil
}
