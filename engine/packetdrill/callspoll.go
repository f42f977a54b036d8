package packetdrill

import (
	"wirestep/engine/host"
	"wirestep/engine/packetdrill/script"
)

func spellPoll(r *runner, c call) (*spelled, *failure) {
	if f := c.need(3); f != nil {
		return nil, f
	}
	ms, f := c.num(2)
	if f != nil {
		return nil, f
	}
	p := &host.Poll{Timeout: millis(ms)}
	var want []*script.Expr
	for _, e := range c.arg(0).List {
		if e.Kind != script.Struct || len(e.List) < 2 {
			continue
		}
		asked, _ := e.Field("events", 1).Value()
		fd := e.Field("fd", 0)
		item := host.PollItem{FD: r.fd(fd), Ask: host.Events(asked)}
		if item.FD == -1 {
			if n, _ := fd.Value(); n >= 0 {
				item.FD = closedFD
			}
		}
		p.Of = append(p.Of, item)
		w := e.Field("revents", 2)
		if w == nil {
			w = &script.Expr{Kind: script.Number} // as packetdrill has it
		}
		want = append(want, w)
	}
	check := func(d *host.Done) *failure {
		for i, w := range want {
			if n, ok := w.Value(); ok && host.Events(n) != d.Polled[i] {
				return failf("revents="+w.String(), "%s", d.Polled[i].Words("POLL"))
			}
		}
		return nil
	}
	return &spelled{Call: p, check: check}, nil
}

// closedFD is a descriptor that no host has open.
const closedFD = 1<<31 - 1

func spellEpollCreate(*runner, call) (*spelled, *failure) { return plainly(&host.EpollCreate{}) }

func spellEpollCtl(r *runner, c call) (*spelled, *failure) {
	if f := c.need(3); f != nil {
		return nil, f
	}
	op, f := c.num(1)
	if f != nil {
		return nil, f
	}
	k := &host.EpollCtl{Epoll: r.fd(c.arg(0)), FD: r.fd(c.arg(2)), Op: op, Data: epollData(c.arg(3))}
	if ev := c.arg(3).Field("events", 0); ev != nil {
		k.Events, _ = ev.Value()
	}
	return plainly(k)
}

// epollData is what an event carries back: a descriptor, a pointer or a number.
func epollData(e *script.Expr) int64 {
	for _, name := range []string{"fd", "ptr", "u32", "u64"} {
		if f := e.Field(name, -1); f != nil {
			n, _ := f.Value()
			return n
		}
	}
	return 0
}

func spellEpollWait(r *runner, c call) (*spelled, *failure) {
	if f := c.need(4); f != nil {
		return nil, f
	}
	ms, f := c.num(3)
	if f != nil {
		return nil, f
	}
	most, _ := c.arg(2).Value()
	want := c.arg(1).List
	if c.arg(1).Kind == script.Struct {
		want = []*script.Expr{c.arg(1)}
	}
	return &spelled{Call: &host.EpollWait{FD: r.fd(c.arg(0)), Most: most, Timeout: millis(ms)},
		check: func(d *host.Done) *failure { return epollWrong(want, d.Ready) }}, nil
}

// epollWrong compares events with those of the script. Where none came there are
// zeros, as in the memory that packetdrill gives to the call.
func epollWrong(want []*script.Expr, got []host.EpollEvent) *failure {
	for i, w := range want {
		ev := w.Field("events", 0)
		if w.Kind != script.Struct || ev == nil {
			continue
		}
		var e host.EpollEvent
		if i < len(got) {
			e = got[i]
		}
		if n, ok := ev.Value(); ok && host.Events(n&0xffff) != e.Events {
			return failf("events="+ev.String(), "%s", e.Events.Words("EPOLL"))
		}
		if d := epollData(w); d != e.Data {
			return failf(w.String(), "%d in the place of %d", e.Data, d)
		}
	}
	return nil
}
