package session

import (
	"sort"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/web/proto"
)

// doMoves leaves moves out of a branch, or makes some again that had been left out:
// on a new branch, or on the one where the same was done already. It stands there at
// the instant at which it stood, or at the end if it stood at the end.
func (st *State) doMoves(_ *Subscriber, c proto.Command) (proto.Done, error) {
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
	var off []engine.StepNo
	for _, n := range c.Undo {
		off = append(off, engine.StepNo(n))
	}
	var on []engine.MoveRef
	for _, m := range c.Redo {
		on = append(on, engine.MoveRef{Branch: engine.BranchID(m.Branch), Step: engine.StepNo(m.N)})
	}
	stood, before := st.standing(), len(st.T.Branches())
	from, n := st.T.Branch(), st.T.N()
	b, err := st.T.ReplayBut(from, off, on, label)
	if err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	if was, known := st.stoodAt[b]; known && int(b) < before {
		st.GoTo(b, min(was, st.tipOf(b))) // back on a branch that was left so
	} else {
		st.standAt(stood)
	}
	if st.stoodAt == nil {
		st.stoodAt = map[engine.BranchID]engine.StepNo{}
	}
	st.stoodAt[from] = n
	st.observe()
	return proto.Done{}, nil
}

// instant is where somebody stands in time, on whatever branch.
type instant struct {
	at   sim.Time
	end  bool // nothing is scheduled any more
	over bool // everything of that instant has happened
}

func (st *State) standing() instant {
	w := st.T.World()
	next := w.NextAt()
	return instant{w.Now(), st.T.AtEnd(), next > w.Now()}
}

// standAt goes there on the branch at hand, computing what lies before it. In the
// middle of an instant that is after what people did in it.
func (st *State) standAt(i instant) {
	b, n := st.T.Branch(), st.T.Tip()
	if !i.end {
		n = engine.StepNo(sort.Search(int(st.T.Tip()), func(k int) bool {
			at := st.T.Event(b, engine.StepNo(k+1)).At
			return at > i.at || at == i.at && !i.over
		}))
	}
	for k := n + 1; k <= st.T.Tip() && st.T.Event(b, k).At == i.at; k++ {
		if st.T.Event(b, k).Kind == trace.Act {
			n = k
		}
	}
	st.GoTo(b, n)
	for range maxUntil {
		next := st.T.World().NextAt()
		if st.T.N() < st.T.Tip() || !i.end && (next > i.at || next == i.at && !i.over) {
			return
		}
		e, ok := st.T.Step()
		if !ok {
			return
		}
		st.recordFrame(st.T.World(), e)
	}
}
