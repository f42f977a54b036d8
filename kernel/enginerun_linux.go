package kernel

import (
	"time"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// engineRun is what a scene does in virtual time, as far as it is compared.
type engineRun struct {
	w       *engine.World // as it stands at the end of what is compared
	horizon time.Duration
	cut     bool                // the scene goes on behind it
	calls   map[[2]int][]answer // that have returned, by host and process
}

// quiet is for how long the hosts are watched after the last that the engine's have
// done: what a kernel sends only by a timer is due by then.
const quiet = 1300 * time.Millisecond

// lateBy is how much later than the engine's a kernel may do something: one timer after
// another may be late.
func lateBy(at time.Duration) time.Duration { return max(2*coarse(at), at/16) + 8*time.Millisecond }

// onEngine runs a scene in virtual time: to the end of what can be seen from outside, but
// no longer than most.
func onEngine(sc *engine.Scenario, most time.Duration) (*engineRun, error) {
	t, err := engine.NewTimeline(*sc)
	if err != nil {
		return nil, err
	}
	r := &engineRun{calls: map[[2]int][]answer{}}
	waits := map[[2]int]bool{}
	last := time.Duration(0)
	for {
		at, ok := t.NextAt()
		if ok && at >= sim.Time(most) {
			r.cut = true
			break
		}
		e, ok := t.Step()
		if !ok {
			break
		}
		if e.Kind == trace.Call {
			r.called(t.World(), e, waits)
		}
		if visible(e) {
			last = time.Duration(e.At)
		}
	}
	if t.Err() != nil {
		return nil, t.Err()
	}
	r.horizon = min(last+lateBy(last)+quiet, most)
	n := t.N()
	for n > 0 && t.Event(t.Branch(), n).At > sim.Time(r.horizon) {
		n--
	}
	if err := t.Seek(n); err != nil {
		return nil, err
	}
	r.w = t.World()
	return r, nil
}

// visible reports whether an event is one that somebody outside could notice.
func visible(e *trace.Event) bool {
	if e.Kind == trace.Act {
		return true
	}
	for i := range e.Effects {
		if k := e.Effects[i].Kind; k == trace.Sent || k == trace.Returned {
			return true
		}
	}
	return false
}

// called notes what a call of a program has returned, or that it waits.
func (r *engineRun) called(w *engine.World, e *trace.Event, waits map[[2]int]bool) {
	h := w.Hosts()[e.Host]
	for i := range e.Effects {
		f := &e.Effects[i]
		if f.Kind != trace.Returned {
			continue
		}
		who := [2]int{int(e.Host), int(f.N)}
		in := lineOf(&h.Procs[f.N], e.Name)
		if in == nil || in.Name == "kill" {
			continue
		}
		r.calls[who] = append(r.calls[who], answer{in: in, at: time.Duration(e.At), n: f.Result, errno: f.Errno, text: f.Text, waits: waits[who]})
	}
	for i := range h.Procs {
		if h.Procs[i].By == e.ID {
			waits[[2]int{int(e.Host), i}] = h.Procs[i].Wait != nil
		}
	}
}

// lineOf finds the line of a program by what is written there.
func lineOf(p *host.Proc, text string) *host.Instr {
	for i := range p.Lines {
		if p.Lines[i].Kind == host.InstrCall && p.Lines[i].Text == text {
			return &p.Lines[i]
		}
	}
	return nil
}
