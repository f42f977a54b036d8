package packetdrill

import (
	"slices"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// epoll is one epoll descriptor.
type epoll struct{ watched []epollItem }

type epollItem struct {
	script int64
	events int64
	data   int64
	off    bool // EPOLLONESHOT has fired
	rung   bool // EPOLLET: something has happened since it was last reported
	last   host.Events
	rcvd   uint64
	state  tcp.State
	errors int // reports that its error queue has ever had
}

func makeEpollCreate(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	return now(func(x *host.Ctx) outcome { return outcome{ret: -2, open: true, thing: thing{epoll: &epoll{}}} })
}

func (r *runner) epollOf(e *Expr) *epoll {
	n, _ := e.number()
	for i := range r.fds {
		if r.fds[i].script == n {
			return r.fds[i].thing.epoll
		}
	}
	return nil
}

func makeEpollCtl(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	if f := c.need(3); f != nil {
		return nil, f
	}
	op, f := c.num(1)
	if f != nil {
		return nil, f
	}
	return now(func(x *host.Ctx) outcome {
		ep := r.epollOf(c.arg(0))
		fd, _ := c.arg(2).number()
		live, t := r.fd(c.arg(2)), r.thingOf(c.arg(2))
		switch {
		case r.fd(c.arg(0)) == -1, live == -1:
			return errnoOnly(tcp.EBADF)
		case ep == nil, t.epoll == ep:
			return errnoOnly(tcp.EINVAL)
		case t.file != nil:
			return errnoOnly(tcp.EPERM)
		case op < consts["EPOLL_CTL_ADD"] || op > consts["EPOLL_CTL_MOD"]:
			return errnoOnly(tcp.EINVAL)
		}
		item := epollItem{script: fd, rung: true, data: r.epollData(c.arg(3))}
		if ev := c.arg(3).field("events", 0); ev != nil {
			item.events, _ = ev.number()
		}
		return errnoOnly(ep.control(op, item))
	})
}

// control adds, changes or takes away what is watched.
func (ep *epoll) control(op int64, item epollItem) tcp.Errno {
	at := slices.IndexFunc(ep.watched, func(w epollItem) bool { return w.script == item.script })
	switch {
	case op == consts["EPOLL_CTL_ADD"] && at >= 0:
		return tcp.EEXIST
	case op == consts["EPOLL_CTL_ADD"]:
		ep.watched = append(ep.watched, item)
	case at < 0:
		return tcp.ENOENT
	case op == consts["EPOLL_CTL_DEL"]:
		ep.watched = append(ep.watched[:at:at], ep.watched[at+1:]...)
	default:
		ep.watched[at] = item
	}
	return tcp.OK
}

// epollData is what an event carries back: a descriptor, a pointer or a number.
func (r *runner) epollData(e *Expr) int64 {
	for _, name := range []string{"fd", "ptr", "u32", "u64"} {
		if f := e.field(name, -1); f != nil {
			n, _ := f.number()
			return n
		}
	}
	return 0
}

func makeEpollWait(r *runner, c *Call, b *blocked) (attempt, *failure) {
	if f := c.need(4); f != nil {
		return nil, f
	}
	ms, f := c.num(3)
	if f != nil {
		return nil, f
	}
	first := true
	return func(x *host.Ctx) (outcome, bool) {
		if first {
			b.until, first = millis(x, ms), false
		}
		ep := r.epollOf(c.arg(0))
		if ep == nil {
			return errnoOnly(tcp.EBADF), true
		}
		var o outcome
		want := c.arg(1).List
		if c.arg(1).Kind == Struct {
			want = []*Expr{c.arg(1)}
		}
		most, _ := c.arg(2).number()
		if most <= 0 {
			return errnoOnly(tcp.EINVAL), true
		}
		var got []epollEvent
		for i := range ep.watched {
			if int64(len(got)) == most {
				break
			}
			if e := r.epollReady(&ep.watched[i]); e != 0 {
				got = append(got, epollEvent{e, ep.watched[i].data})
			}
		}
		if o.ret = int64(len(got)); o.ret == 0 && x.Now < b.until {
			return o, false
		}
		o.wrong = r.epollWrong(want, got)
		return o, true
	}, nil
}

type epollEvent struct {
	events host.Events
	data   int64
}

// epollWrong compares events with those of the script. Where none came there are
// zeros, as in the memory that packetdrill gives to the call.
func (r *runner) epollWrong(want []*Expr, got []epollEvent) *failure {
	for i, w := range want {
		ev := w.field("events", 0)
		if w.Kind != Struct || ev == nil {
			continue
		}
		var e epollEvent
		if i < len(got) {
			e = got[i]
		}
		if n, ok := ev.number(); ok && host.Events(n&0xffff) != e.events {
			return failf("events="+ev.String(), "%s", eventNames("EPOLL", e.events))
		}
		if d := r.epollData(w); d != e.data {
			return failf(w.String(), "%d in the place of %d", e.data, d)
		}
	}
	return nil
}

// epollReady is what epoll_wait() reports for one descriptor.
func (r *runner) epollReady(it *epollItem) host.Events {
	edge := it.events&consts["EPOLLET"] != 0
	if it.off || edge && !it.rung {
		return 0
	}
	it.rung = false
	got := r.poll(&Expr{Kind: Number, Num: it.script}) & (host.Events(it.events&0xffff) | alwaysPolled)
	if got == 0 || got == host.PollNval {
		return 0
	}
	it.off = it.events&consts["EPOLLONESHOT"] != 0
	return got
}

// forget takes a descriptor that is closed off every list.
func (r *runner) forget(script int64) {
	for i := range r.fds {
		if ep := r.fds[i].thing.epoll; ep != nil {
			ep.watched = slices.DeleteFunc(ep.watched, func(w epollItem) bool { return w.script == script })
		}
	}
}

// ring looks what has happened to descriptors that are watched for edges: data
// that arrives and a state that changes ring every time, room only when there was
// none (ep_poll_callback).
func (r *runner) ring() {
	for i := range r.fds {
		ep := r.fds[i].thing.epoll
		if ep == nil {
			continue
		}
		for j := range ep.watched {
			it := &ep.watched[j]
			now := r.poll(&Expr{Kind: Number, Num: it.script})
			const in = host.PollIn | host.PollRdNorm
			it.rung = it.rung || now&^it.last != 0
			if _, c := r.h.FD(r.fd(&Expr{Kind: Number, Num: it.script})); c != nil {
				it.rung = it.rung || c.State != it.state || c.BytesRcvd != it.rcvd && host.Events(it.events)&in != 0
				it.state, it.rcvd = c.State, c.BytesRcvd
				n := r.reportsOf(c.ID)
				it.rung = it.rung || n != it.errors
				it.errors = n
			}
			it.last = now
		}
	}
}

// reportsOf counts the reports that the error queue of a socket has ever had.
func (r *runner) reportsOf(conn sim.SubjectID) int {
	for i := range r.errqs {
		if r.errqs[i].conn == conn {
			return r.errqs[i].told
		}
	}
	return 0
}

// poll is what a descriptor reports: a socket with its error queue (tcp_poll), or
// an end of a pipe.
func (r *runner) poll(e *Expr) host.Events {
	if t := r.thingOf(e); t.pipe != nil {
		switch {
		case t.write && t.pipe.noReader:
			return host.PollOut | host.PollErr
		case t.write && t.pipe.bytes < pipeRoom:
			return host.PollOut | host.PollWrNorm
		case !t.write && t.pipe.bytes > 0:
			return host.PollIn | host.PollRdNorm
		case !t.write && t.pipe.noWriter:
			return host.PollHup
		}
		return 0
	}
	fd := r.fd(e)
	got := r.h.Poll(fd)
	if _, conn := r.h.FD(fd); conn != nil {
		for i := range r.errqs {
			if q := &r.errqs[i]; q.conn == conn.ID && len(q.reports) > 0 {
				got |= host.PollErr
			}
		}
	}
	return got
}
