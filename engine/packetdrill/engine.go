package packetdrill

import (
	"strings"
	"wirestep/engine/packetdrill/compare"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// event lets the host handle something: it runs do, takes what the host sends,
// and lets the call that waits go on.
func (r *runner) event(e trace.Event, do func(x *host.Ctx)) {
	r.step++
	r.clock = max(r.clock, r.Now)
	e.ID, e.At = r.step, r.clock
	r.rec.Begin(e)
	x := &host.Ctx{IDs: &r.ids}
	x.Recorder, x.Now, x.Sys, x.MIB, x.Mem, x.Rand = r.rec, r.clock, &r.h.Sys, &r.h.MIB, &r.h.Mem, &r.h.Rand
	x.Tick = sim.Microsecond
	do(x)
	r.clock = x.Now
	var own []wire.Segment
	for i := range x.Out {
		s := &x.Out[i].Seg
		if r.h.Has(s.Dst.Addr) {
			own = append(own, *s)
			continue
		}
		for _, s := range r.leaves(s) {
			r.Out = append(r.Out, compare.Sent{Seg: s, At: r.Now, N: r.saw(&s, 0, false)})
		}
	}
	r.h.Finish(x)
	r.tell(x)
	for i := range own { // the host talks to itself
		s := own[i]
		r.event(trace.Event{Kind: trace.Arrive}, func(x *host.Ctx) { r.h.OnSegment(x, &s) })
	}
	r.retry()
}

// leaves is what goes over the interface of a packet.
func (r *runner) leaves(s *wire.Segment) []wire.Segment {
	if r.cuts {
		return s.Cut()
	}
	return []wire.Segment{*s}
}

// advance runs timers up to an instant. A timer of that very instant comes after
// what the script does then, as it does in a kernel, whose timers are never early.
func (r *runner) advance(to sim.Time) {
	for at := r.nextAt(); at < to; at = r.nextAt() {
		r.tick(at)
	}
	r.Now = to
}

// maxSteps limits the events of one run.
const maxSteps = 1_000_000

func (r *runner) limit() int {
	if n := r.cfg.Limits.Steps; n > 0 {
		return n
	}
	return maxSteps
}

// spent tells that a run has reached its limit.
func (r *runner) spent() bool { return int(r.step) > r.limit() }

// nextAt is the instant of what happens next by itself.
func (r *runner) nextAt() sim.Time {
	if r.spent() {
		return sim.Never
	}
	_, at := r.nextTimer()
	return min(at, r.blocked.until())
}

// tick lets happen what happens at an instant.
func (r *runner) tick(at sim.Time) {
	r.Now = max(r.Now, at)
	if r.blocked.until() <= at {
		r.retry()
		return
	}
	d, _ := r.nextTimer()
	r.event(trace.Event{Kind: trace.Timer, Name: d.Kind.String(), Cause: r.h.ArmedBy(d)}, func(x *host.Ctx) { r.h.OnTimer(x, d) })
}

// goOn lets happen what happens next, if it does not lie beyond limit.
func (r *runner) goOn(limit sim.Time) bool {
	at := r.nextAt()
	if at > limit || at == sim.Never {
		return false
	}
	r.tick(at)
	return true
}

// note adds a line to the trace.
func (r *runner) note(text string) {
	if r.cfg.Trace && len(r.traced) < 1000 {
		r.traced = append(r.traced, r.Stamp(r.Now)+" "+text)
	}
}

// tell writes down what an event did.
func (r *runner) tell(x *host.Ctx) {
	if !r.cfg.Trace {
		return
	}
	e := x.Recorder.End()
	var b strings.Builder
	b.WriteString(e.Kind.String())
	if e.Name != "" {
		b.WriteString(" " + e.Name)
	}
	last := ""
	for _, s := range e.Spans {
		if id := s.Rule.ID; id != last {
			b.WriteString(" " + id)
			last = id
		}
	}
	r.note(b.String())
	for _, c := range e.Changes {
		if f := r.field(&c); f != "" {
			r.note("    " + f)
		}
	}
	for _, o := range x.Out {
		r.note("    sent " + r.Spell(&o.Seg))
	}
}

// field spells a change of one of the variables that scripts are about.
func (r *runner) field(c *trace.Change) string {
	if r.h.Conn(c.Subject) == nil || int(c.Field) >= len(tcp.TCBSchema.Fields) {
		return ""
	}
	f := &tcp.TCBSchema.Fields[c.Field]
	switch f.Name {
	case "State", "CA", "Cwnd", "Ssthresh", "RTO", "SndWnd", "Err", "Pingpong", "Quick", "ATO":
		return f.Name + " " + itoa(int(c.Old)) + " > " + itoa(int(c.New))
	}
	return ""
}

// deliver hands a packet to the host. No two arrive at the same microsecond: with round
// trips that are equal to the nanosecond, ties would decide what chance does.
func (r *runner) deliver(s *wire.Segment) {
	r.clock = max(r.clock, r.Now)
	if r.clock <= r.came {
		r.clock = r.came.Add(sim.Microsecond)
	}
	r.came = r.clock
	if r.mss > 0 && len(s.Payload) > int(r.mss) {
		s.Size, s.Merged = r.mss, true
	}
	r.saw(s, r.at, true)
	r.event(trace.Event{Kind: trace.Arrive}, func(x *host.Ctx) { r.h.OnSegment(x, s) })
}
