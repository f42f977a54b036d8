package outcome

import (
	"fmt"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// How far branches are run ahead.
const (
	MaxEvents = 10_000
	MaxTime   = sim.Time(300 * sim.Second)
	MaxSides  = 4
)

// Run is one branch, run to its end or to the common limit.
type Run struct {
	Branch engine.BranchID
	N      engine.StepNo // how many events are looked at
	End    bool          // nothing is scheduled after them
	Until  sim.Time      // up to when: the same for all that have not ended
	Events []trace.Event // event n at n-1
	World  *engine.World // after them

	fork *engine.Timeline // stands there
}

// Timeline is the fork on which the branch was run: its cursor may be moved.
func (r *Run) Timeline() *engine.Timeline { return r.fork }

// Last is the instant of the last event looked at.
func (r *Run) Last() sim.Time {
	if r.N == 0 {
		return 0
	}
	return r.Events[r.N-1].At
}

// event returns event n, or nil.
func (r *Run) event(n engine.StepNo) *trace.Event {
	if n < 1 || n > r.N {
		return nil
	}
	return &r.Events[n-1]
}

// Ahead runs branches on forks of t, which stays as it is. All are looked at up to
// the same instant, unless they end before.
func Ahead(t *engine.Timeline, branches []engine.BranchID) ([]*Run, error) {
	if len(branches) < 2 || len(branches) > MaxSides {
		return nil, fmt.Errorf("%d branches; expected 2 to %d", len(branches), MaxSides)
	}
	until := MaxTime
	known := t.Branches()
	for i, b := range branches {
		if b < 0 || int(b) >= len(known) {
			return nil, fmt.Errorf("no branch has the number %d; there are %d", b, len(known))
		}
		for _, other := range branches[:i] {
			if other == b {
				return nil, fmt.Errorf("branch %d is named twice; expected different ones", b)
			}
		}
		if e := t.Event(b, min(known[b].Tip, MaxEvents)); e != nil {
			until = max(until, e.At) // as far as somebody has looked already
		}
	}
	runs := make([]*Run, len(branches))
	for i, b := range branches {
		r, err := ahead(t, b, until)
		if err != nil {
			return nil, err
		}
		runs[i] = r
	}
	for _, r := range runs { // one that is cut off by its number of events cuts off the others
		if next, more := r.fork.NextAt(); more && next <= until {
			until = next - 1
		}
	}
	for _, r := range runs {
		if err := r.cut(until); err != nil {
			return nil, err
		}
	}
	return runs, nil
}

// ahead runs one branch up to an instant, or to the limit of events.
func ahead(t *engine.Timeline, b engine.BranchID, until sim.Time) (*Run, error) {
	c := t.Clone()
	c.SetLimit(max(MaxEvents+1, c.Limit()))
	if err := c.Switch(b, min(c.Branches()[b].Tip, MaxEvents)); err != nil {
		return nil, err
	}
	for c.N() < MaxEvents {
		if at, more := c.NextAt(); !more || at > until {
			break
		}
		if _, ok := c.Step(); !ok {
			break
		}
	}
	return &Run{Branch: b, fork: c}, nil
}

// cut looks at what happened up to an instant, and no further.
func (r *Run) cut(until sim.Time) error {
	events := r.fork.Events(r.Branch, 1, r.fork.N())
	n := len(events)
	for n > 0 && events[n-1].At > until {
		n--
	}
	if err := r.fork.Switch(r.Branch, engine.StepNo(n)); err != nil {
		return err
	}
	r.N, r.Events, r.World, r.Until = engine.StepNo(n), events[:n:n], r.fork.World(), until
	r.End = r.World.NextAt() == sim.Never
	return nil
}
