package engine

import (
	"fmt"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Spin is why a run was stopped: a program goes round without ever waiting.
type Spin struct {
	Host, Proc string
	Line       int // of the scene: where its loop begins; 0: it has none there
	Call       string
	At         sim.Time
	Events     StepNo
}

func (s *Spin) Error() string {
	return fmt.Sprintf("%d events are the limit, and the loop of %s's program %q goes round at %s s without waiting: %s returns at once every time",
		s.Events, s.Host, s.Proc, s.At.Seconds(), s.Call)
}

// spun is how many events of one instant show that nothing will ever wait.
const spun = 1000

// spinning finds the program whose loop has used up the events; nil: none has.
func (t *Timeline) spinning() error {
	last := t.Event(t.at, t.n)
	for n := t.n; n > max(t.n-spun, 0); n-- {
		if e := t.Event(t.at, n); e == nil || e.At != last.At {
			return nil
		}
	}
	if last == nil || last.Kind != trace.Call || last.Host < 0 {
		return nil
	}
	h := t.world.hosts[last.Host]
	for i := range h.Procs {
		p := &h.Procs[i]
		if line, in := p.Round(); in && p.By == last.ID && p.RunAt == t.world.now {
			return &Spin{h.Name, p.Name, line, last.Name, t.world.now, t.limit}
		}
	}
	return nil
}
