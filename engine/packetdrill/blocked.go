package packetdrill

import (
	"slices"
	"wirestep/engine/packetdrill/compare"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// blocked is a call that has not returned.
type blocked struct {
	event  *script.Event
	call   *spelled
	wait   *host.Wait // nil: it has not been tried
	done   bool
	busy   bool
	failed *failure
	began  sim.Time
	lo, hi sim.Time // when it has to return
}

// callTakes is what passes until a call has returned: what follows counts from there, so
// that round trips of what a call has sent are longer than a script says. Those of what
// an arrival lets go are not, which RACK sees: it does not believe a repeated segment whose
// round trip is below the smallest.
const callTakes = 10 * sim.Microsecond

// until is when its own time is over.
func (b *blocked) until() sim.Time {
	if b == nil || b.done || b.wait == nil {
		return sim.Never
	}
	return b.wait.Until
}

// call makes a system call.
func (r *runner) call(e *script.Event, base sim.Time) *failure {
	if r.blocked != nil {
		if f := r.finishBlocked(); f != nil {
			return f
		}
	}
	c := call{e.Call}
	f, ok := calls[c.Name]
	if !ok {
		return failf("a system call that is modelled", "%s()", c.Name)
	}
	s, fail := f(r, c)
	if fail != nil {
		return fail
	}
	b := &blocked{event: e, call: s}
	b.times(r, base)
	r.blocked = b
	r.retry()
	switch {
	case b.failed != nil || b.done:
		return nil // line() looks
	case !e.When.Blocks:
		return r.finishBlocked()
	}
	return nil
}

// times works out when a blocking call has to return: the end that the script
// gives is an instant, or counts from where the start does.
func (b *blocked) times(r *runner, base sim.Time) {
	w := &b.event.When
	b.began, b.lo, b.hi = r.Now, r.Now, sim.Never
	if !w.Blocks {
		return
	}
	b.lo = compare.Epoch.Add(w.End)
	if w.EndRel || w.Kind == script.Relative || w.Kind == script.RelRange {
		b.lo = base.Add(w.End)
	}
	b.hi = b.lo
}

// retry makes the call, or lets it go on, if it can.
func (r *runner) retry() {
	b := r.blocked
	if b == nil || b.done || b.busy || b.wait != nil && !r.h.Ready(b.wait, r.Now) {
		return
	}
	var d host.Done
	b.busy = true
	r.event(trace.Event{Kind: trace.Call, Name: b.event.Call.Name}, func(x *host.Ctx) {
		if b.wait != nil {
			d, b.wait = r.h.Resume(x, b.wait)
		} else {
			d, b.wait = r.h.Call(x, b.call.Call)
			if b.call.then != nil {
				b.call.then(&d)
			}
		}
		b.done = b.wait == nil
	})
	b.busy = false
	if !b.done {
		return
	}
	r.clock = max(r.clock, r.Now).Add(callTakes)
	r.Now = r.clock
	if tol := r.Tolerance(b.lo, b.began); b.event.When.Blocks && (r.Now < b.lo.Add(-tol) || r.Now > b.hi.Add(tol)) {
		b.failed = failf(b.event.Call.Name+"() to return at "+r.Stamp(b.lo), "it to return at %s", r.Stamp(r.Now))
		return
	}
	if d.Errno != tcp.OK && d.Errno == b.call.passes {
		d.Errno = tcp.OK
	}
	b.failed = r.returned(b, &d)
}

// finishBlocked waits for the call that has not returned.
func (r *runner) finishBlocked() *failure {
	b := r.blocked
	for !b.done {
		at := r.nextAt()
		if at == sim.Never || at > r.Now.Add(compare.MaxWait) {
			return failf(b.event.Call.Name+"() to return", "it to wait for ever")
		}
		r.tick(at)
	}
	return nil // line() looks whether it failed
}

// returned compares the result of a call.
func (r *runner) returned(b *blocked, d *host.Done) *failure {
	c, ret := b.event.Call, d.N
	got := itoa(int(ret))
	if d.Errno != tcp.OK {
		ret, got = -1, "-1 "+d.Errno.String()
	} else if c.Name == "getsockopt" || c.Name == "ioctl" {
		ret, got = 0, "0" // what was read lies in its argument
	}
	want := c.Result.String()
	if c.Errno != "" {
		want += " " + c.Errno
	}
	fail := &failure{Expected: c.Name + "() = " + want, Got: got}
	n, ok := c.Result.Value()
	errno := c.Errno
	if errno == "EWOULDBLOCK" {
		errno = "EAGAIN"
	}
	switch {
	case c.Result.Kind == script.AnyValue:
	case !ok:
		return failf("a number as the result of "+c.Name+"()", "%s", c.Result)
	case d.Opens && d.Errno == tcp.OK:
		if n < 0 {
			return fail
		}
		r.bindFD(n, int32(d.N))
		if c.Name == "socket" {
			r.TestFD = n
		}
	case n != ret || errno != d.Errno.String() && (errno != "" || d.Errno == tcp.OK):
		return fail
	}
	if b.call.check == nil || d.Errno != tcp.OK {
		return nil
	}
	return b.call.check(d)
}

// bindFD gives a descriptor of the host the number that the script uses.
func (r *runner) bindFD(script int64, live int32) {
	r.lastFD = script
	r.fds = append(slices.DeleteFunc(r.fds, func(p fdPair) bool { return p.script == script }), fdPair{script, live})
}

// unbindFD forgets a descriptor that is closed.
func (r *runner) unbindFD(e *script.Expr) {
	n, _ := e.Value()
	r.fds = slices.DeleteFunc(r.fds, func(p fdPair) bool { return p.script == n })
}

// fd returns the host's descriptor for an argument; -1 is one that is not open.
func (r *runner) fd(e *script.Expr) int32 {
	n, ok := e.Value()
	if !ok {
		return -1
	}
	for i := range r.fds {
		if r.fds[i].script == n {
			return r.fds[i].live
		}
	}
	return -1
}
