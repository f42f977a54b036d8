package packetdrill

import (
	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// outcome is what a system call returned, and what it left in its arguments
// where the script expects something else there.
type outcome struct {
	ret   int64
	errno tcp.Errno
	wrong *failure
	open  bool // ret is a descriptor of the host, to be known by the script's number
	thing thing
}

// attempt makes a call, or goes on with it. false: it has to wait.
type attempt func(x *host.Ctx) (outcome, bool)

// blocked is a call that has not returned.
type blocked struct {
	event  *Event
	try    attempt
	until  sim.Time // when its own timeout is over
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

// call makes a system call.
func (r *runner) call(e *Event, base sim.Time) *failure {
	if r.blocked != nil {
		if f := r.finishBlocked(); f != nil {
			return f
		}
	}
	c := e.Call
	f, ok := calls[c.Name]
	if !ok {
		return failf("a system call that is modelled", "%s()", c.Name)
	}
	b := &blocked{event: e, until: sim.Never}
	try, fail := f(r, c, b)
	if fail != nil {
		return fail
	}
	b.try = try
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
	b.began, b.lo, b.hi = r.now, r.now, sim.Never
	if !w.Blocks {
		return
	}
	b.lo = epoch.Add(w.End)
	if w.EndRel || w.Kind == Relative || w.Kind == RelRange {
		b.lo = base.Add(w.End)
	}
	b.hi = b.lo
}

// retry lets the call that waits go on, if it can.
func (r *runner) retry() {
	b := r.blocked
	if b == nil || b.done || b.busy {
		return
	}
	var o outcome
	over := false
	b.busy = true
	r.event(trace.Event{Kind: trace.Call, Name: b.event.Call.Name}, func(x *host.Ctx) { o, over = b.try(x) })
	b.busy = false
	if !over {
		return
	}
	b.done = true
	r.clock = max(r.clock, r.now).Add(callTakes)
	r.now = r.clock
	if tol := r.tolerance(b.lo, b.began); b.event.When.Blocks && (r.now < b.lo.Add(-tol) || r.now > b.hi.Add(tol)) {
		b.failed = failf(b.event.Call.Name+"() to return at "+r.stamp(b.lo), "it to return at %s", r.stamp(r.now))
		return
	}
	if c := b.event.Call; o.errno == tcp.EBADF && aboutSockets[c.Name] {
		o.errno = r.noSocket(c.arg(0))
	}
	b.failed = r.returned(b.event.Call, &o)
}

// aboutSockets are calls that fail with ENOTSOCK on anything else that is open.
var aboutSockets = map[string]bool{"bind": true, "listen": true, "accept": true, "accept4": true, "connect": true, "shutdown": true,
	"send": true, "sendto": true, "sendmsg": true, "recv": true, "recvfrom": true, "recvmsg": true}

// finishBlocked waits for the call that has not returned.
func (r *runner) finishBlocked() *failure {
	b := r.blocked
	for !b.done {
		at := r.nextAt()
		if at == sim.Never || at > r.now.Add(maxWait) {
			return failf(b.event.Call.Name+"() to return", "it to wait for ever")
		}
		r.tick(at)
	}
	return nil // line() looks whether it failed
}

// returned compares the result of a call.
func (r *runner) returned(c *Call, o *outcome) *failure {
	got := itoa(int(o.ret))
	if o.errno != tcp.OK {
		o.ret, got = -1, "-1 "+o.errno.String()
	}
	want := c.Result.String()
	if c.Errno != "" {
		want += " " + c.Errno
	}
	fail := &failure{expected: c.Name + "() = " + want, got: got}
	if c.Result.Kind == AnyValue {
		return o.wrong
	}
	n, ok := c.Result.number()
	if !ok {
		return failf("a number as the result of "+c.Name+"()", "%s", c.Result)
	}
	if o.open && o.errno == tcp.OK {
		if n < 0 {
			return fail
		}
		r.bindFD(n, int32(o.ret), o.thing)
		if c.Name == "socket" {
			r.testFD = n
		}
		return o.wrong
	}
	errno := c.Errno
	if errno == "EWOULDBLOCK" {
		errno = "EAGAIN"
	}
	if n != o.ret || errno != o.errno.String() && (errno != "" || o.errno == tcp.OK) {
		return fail
	}
	return o.wrong
}

// bindFD gives a descriptor of the host the number that the script uses.
func (r *runner) bindFD(script int64, live int32, t thing) {
	r.lastFD = script
	for i := range r.fds {
		if r.fds[i].script == script {
			r.fds = append(r.fds[:i:i], r.fds[i+1:]...)
			break
		}
	}
	r.fds = append(r.fds, fdPair{script, live, t})
}

// fd returns the host's descriptor for an argument; -1 is one that is not open.
func (r *runner) fd(e *Expr) int32 {
	n, ok := e.number()
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
