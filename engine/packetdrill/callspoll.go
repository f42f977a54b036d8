package packetdrill

import (
	"wirestep/engine/host"
	"wirestep/engine/tcp"
)

// alwaysPolled are reported whether asked for or not.
const alwaysPolled = host.PollErr | host.PollHup | host.PollNval

func makePoll(r *runner, c *Call, b *blocked) (attempt, *failure) {
	if f := c.need(3); f != nil {
		return nil, f
	}
	ms, f := c.num(2)
	if f != nil {
		return nil, f
	}
	first := true
	return func(x *host.Ctx) (outcome, bool) {
		if first {
			b.until, first = millis(x, ms), false
		}
		var o outcome
		for _, p := range c.arg(0).List {
			if p.Kind != Struct || len(p.List) < 2 {
				continue
			}
			asked, _ := p.field("events", 1).number()
			fd := p.field("fd", 0)
			if n, _ := fd.number(); n < 0 {
				continue
			}
			got := r.poll(r.fd(fd)) & (host.Events(asked) | alwaysPolled)
			if got != 0 {
				o.ret++
			}
			want := p.field("revents", 2)
			if want == nil {
				want = &Expr{Kind: Number} // as packetdrill has it
			}
			if o.wrong == nil {
				if n, ok := want.number(); ok && host.Events(n) != got {
					o.wrong = failf("revents="+want.String(), "%s", eventNames("POLL", got))
				}
			}
		}
		return o, o.ret > 0 || x.Now >= b.until
	}, nil
}

// poll is what a descriptor reports, with the error queue (tcp_poll).
func (r *runner) poll(fd int32) host.Events {
	e := r.h.Poll(fd)
	if _, conn := r.h.FD(fd); conn != nil {
		for i := range r.errqs {
			if q := &r.errqs[i]; q.conn == conn.ID && len(q.reports) > 0 {
				e |= host.PollErr
			}
		}
	}
	return e
}

var eventWords = []struct {
	bit  host.Events
	name string
}{{host.PollIn, "IN"}, {host.PollPri, "PRI"}, {host.PollOut, "OUT"}, {host.PollErr, "ERR"}, {host.PollHup, "HUP"}, {host.PollNval, "NVAL"},
	{host.PollRdNorm, "RDNORM"}, {host.PollWrNorm, "WRNORM"}, {host.PollRdHup, "RDHUP"}}

func eventNames(prefix string, e host.Events) string {
	s := ""
	for _, w := range eventWords {
		if e&w.bit != 0 {
			if s != "" {
				s += "|"
			}
			s += prefix + w.name
		}
	}
	if s == "" {
		return "0"
	}
	return s
}

// epoll is one epoll descriptor.
type epoll struct{ watched []epollItem }

type epollItem struct {
	script int64
	events int64
	seen   int64 // edge triggered: what had happened when it was last reported
	off    bool  // EPOLLONESHOT has fired
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
		if ep == nil || r.fd(c.arg(2)) < 0 {
			return errnoOnly(tcp.EBADF)
		}
		item := epollItem{script: fd, seen: -1}
		if ev := c.arg(3).field("events", 0); ev != nil {
			item.events, _ = ev.number()
		}
		for i := range ep.watched {
			if ep.watched[i].script != fd {
				continue
			}
			if op == consts["EPOLL_CTL_DEL"] {
				ep.watched = append(ep.watched[:i:i], ep.watched[i+1:]...)
			} else {
				ep.watched[i] = item
			}
			return outcome{}
		}
		ep.watched = append(ep.watched, item)
		return outcome{}
	})
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
		for i := range ep.watched {
			got := r.epollReady(&ep.watched[i])
			if got == 0 {
				continue
			}
			if int(o.ret) < len(want) && want[o.ret].Kind == Struct {
				if ev := want[o.ret].field("events", 0); ev != nil {
					if n, ok := ev.number(); ok && host.Events(n&0xffff) != got {
						o.wrong = failf("events="+ev.String(), "%s", eventNames("EPOLL", got))
					}
				}
			}
			o.ret++
		}
		return o, o.ret > 0 || x.Now >= b.until
	}, nil
}

// epollReady is what epoll_wait() reports for one descriptor.
func (r *runner) epollReady(it *epollItem) host.Events {
	live := r.fd(&Expr{Kind: Number, Num: it.script})
	_, conn := r.h.FD(live)
	if it.off || conn == nil {
		return 0
	}
	got := r.poll(live) & (host.Events(it.events&0xffff) | alwaysPolled)
	if got == 0 {
		return 0
	}
	if it.events&consts["EPOLLET"] != 0 {
		news := int64(got)<<48 ^ int64(conn.BytesRcvd)<<16 ^ int64(conn.SndUna) ^ int64(conn.State)<<40
		if news == it.seen {
			return 0
		}
		it.seen = news
	}
	it.off = it.events&consts["EPOLLONESHOT"] != 0
	return got
}
