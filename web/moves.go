package web

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
func (st *stage) doMoves(_ *watcher, c proto.Command) (proto.Done, error) {
	label, err := name(c.Text)
	if err == nil {
		err = st.onto(c)
	}
	if err != nil {
		return proto.Done{}, err
	}
	if len(st.t.Branches()) >= maxBranches {
		return proto.Done{}, cannot("many-branches", "max", maxBranches)
	}
	var off []engine.StepNo
	for _, n := range c.Undo {
		off = append(off, engine.StepNo(n))
	}
	var on []engine.MoveRef
	for _, m := range c.Redo {
		on = append(on, engine.MoveRef{Branch: engine.BranchID(m.Branch), Step: engine.StepNo(m.N)})
	}
	stood, before := st.standing(), len(st.t.Branches())
	from, n := st.t.Branch(), st.t.N()
	b, err := st.t.ReplayBut(from, off, on, label)
	if err != nil {
		return proto.Done{}, cannot("op", "what", err.Error())
	}
	if was, known := st.stoodAt[b]; known && int(b) < before {
		st.goTo(b, min(was, st.tipOf(b))) // back on a branch that was left so
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

func (st *stage) standing() instant {
	w := st.t.World()
	next := w.NextAt()
	return instant{w.Now(), st.t.AtEnd(), next > w.Now()}
}

// standAt goes there on the branch at hand, computing what lies before it. In the
// middle of an instant that is after what people did in it.
func (st *stage) standAt(i instant) {
	b, n := st.t.Branch(), st.t.Tip()
	if !i.end {
		n = engine.StepNo(sort.Search(int(st.t.Tip()), func(k int) bool {
			at := st.t.Event(b, engine.StepNo(k+1)).At
			return at > i.at || at == i.at && !i.over
		}))
	}
	for k := n + 1; k <= st.t.Tip() && st.t.Event(b, k).At == i.at; k++ {
		if st.t.Event(b, k).Kind == trace.Act {
			n = k
		}
	}
	st.goTo(b, n)
	for range maxUntil {
		next := st.t.World().NextAt()
		if st.t.N() < st.t.Tip() || !i.end && (next > i.at || next == i.at && !i.over) {
			return
		}
		e, ok := st.t.Step()
		if !ok {
			return
		}
		st.here(st.t.World(), e)
	}
}
