package engine

import (
	"fmt"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Spin is why a run was stopped: a program goes round without ever waiting, or until
// something that does not come.
type Spin struct {
	Host, Proc string
	Line       int // of the scene: where its loop begins; 0: it has none there
	Call       string
	At         sim.Time
	Events     StepNo
	Until      string // the line of the loop, if that is what it waits for
	Rounds     int
}

func (s *Spin) Error() string {
	if s.Until != "" {
		return fmt.Sprintf("%d events are the limit, and %s's program %q has gone round %d times at %s s: %s",
			s.Events, s.Host, s.Proc, s.Rounds, s.At.Seconds(), s.Until)
	}
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
			return t.circling()
		}
	}
	if last == nil || last.Kind != trace.Call || last.Host < 0 {
		return t.circling()
	}
	h := t.world.hosts[last.Host]
	for i := range h.Procs {
		p := &h.Procs[i]
		if r, in := p.Round(); in && p.By == last.ID && p.RunAt == t.world.now {
			return &Spin{Host: h.Name, Proc: p.Name, Line: r.Loop.Line, Call: last.Name, At: t.world.now, Events: t.limit}
		}
	}
	return t.circling()
}

// circling finds the program that has gone round the most, in a loop that was to go
// on until a call gives what none has given; nil: there is none.
func (t *Timeline) circling() error {
	var most *Spin
	for _, h := range t.world.hosts {
		for i := range h.Procs {
			p := &h.Procs[i]
			r, in := p.Round()
			if !in || r.Loop.Test.Of == host.AskNothing || r.Rounds < spun || most != nil && r.Rounds <= most.Rounds {
				continue
			}
			most = &Spin{Host: h.Name, Proc: p.Name, Line: r.Loop.Line, At: t.world.now, Events: t.limit, Until: r.Loop.Text, Rounds: r.Rounds}
		}
	}
	if most == nil {
		return nil
	}
	return most
}
