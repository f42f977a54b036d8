package host

import (
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// Events are what poll(2) reports.
type Events uint16

// The events, with Linux' numbers.
const (
	PollIn     Events = 0x1
	PollPri    Events = 0x2
	PollOut    Events = 0x4
	PollErr    Events = 0x8
	PollHup    Events = 0x10
	PollNval   Events = 0x20
	PollRdNorm Events = 0x40
	PollRdBand Events = 0x80
	PollWrNorm Events = 0x100
	PollWrBand Events = 0x200
	PollRdHup  Events = 0x2000
)

// alwaysPolled are reported whether asked for or not.
const alwaysPolled = PollErr | PollHup | PollNval

var eventWords = [...]struct {
	bit  Events
	name string
}{{PollIn, "IN"}, {PollPri, "PRI"}, {PollOut, "OUT"}, {PollErr, "ERR"}, {PollHup, "HUP"}, {PollNval, "NVAL"},
	{PollRdNorm, "RDNORM"}, {PollRdBand, "RDBAND"}, {PollWrNorm, "WRNORM"}, {PollWrBand, "WRBAND"}, {PollRdHup, "RDHUP"}}

// Words spells events as C does, each with a prefix: POLL or EPOLL.
func (e Events) Words(prefix string) string {
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

// Poll is poll(2).
type Poll struct {
	Of      []PollItem
	Timeout sim.Duration // below 0: none
}

// PollItem is a struct pollfd.
type PollItem struct {
	FD  int32
	Ask Events
}

func (c *Poll) do(h *Host, x *Ctx, w *Wait) (Done, bool) {
	first := sim.SubjectID(0)
	for _, p := range c.Of {
		if _, s := h.FD(p.FD); s != nil && first == 0 {
			first = s.ID
			x.Event.Subject = s.ID
		}
	}
	d := Done{Polled: make([]Events, len(c.Of))}
	for i, p := range c.Of {
		d.Polled[i] = h.polls(p)
		if d.Polled[i] != 0 {
			d.N++
		}
	}
	if x.When(pollRule, trace.Is("ready", d.N > 0)) || c.Timeout == 0 || w.expired(x) {
		if len(d.Polled) == 1 && d.N > 0 {
			d.Text = d.Polled[0].Words("POLL")
		}
		return d, true
	}
	_, over := w.wait(x, forEvents, first, max(c.Timeout, 0))
	return d, over
}

func (h *Host) hasEvents(w *Wait) bool {
	for _, p := range pollOf(w.call).Of {
		if h.polls(p) != 0 {
			return true
		}
	}
	return false
}

func pollOf(c Call) *Poll {
	if p, is := c.(*Poll); is {
		return p
	}
	return &Poll{}
}

// polls is what poll(2) reports of one descriptor; below 0 it is passed over.
func (h *Host) polls(p PollItem) Events {
	if p.FD < 0 {
		return 0
	}
	f := h.file(p.FD)
	if f == nil {
		return PollNval
	}
	return h.events(f) & (p.Ask | alwaysPolled)
}

// events are what an open file has to report.
func (h *Host) events(f *File) Events {
	if c := h.Conn(f.Conn); c != nil {
		e := h.socketEvents(c)
		if q := h.errorsOf(c.ID); q != nil && len(q.reports) > 0 {
			e |= PollErr
		}
		return e
	}
	return h.otherEvents(f)
}

// socketEvents are those of a socket, without its error queue (tcp_poll).
func (h *Host) socketEvents(c *tcp.Conn) Events {
	if c.State == tcp.Listen {
		if h.pending(c) != nil {
			return PollIn | PollRdNorm
		}
		return 0
	}
	var e Events
	if c.Shut == 3 || c.State == tcp.Closed {
		e |= PollHup
	}
	if c.Shut&1 != 0 {
		e |= PollIn | PollRdNorm | PollRdHup
	}
	if c.State != tcp.SynSent && (c.State != tcp.SynRecv || c.HalfOpen()) {
		if c.ReadReady() {
			e |= PollIn | PollRdNorm
		}
		if c.Urgent() {
			e |= PollPri
		}
		if c.Writable(&h.Sys) || c.Shut&2 != 0 || c.State == tcp.Closed {
			e |= PollOut | PollWrNorm
		}
	}
	if c.FODefer {
		e |= PollOut | PollWrNorm // Linux: a write will send the SYN
	}
	if c.Err != tcp.OK {
		e |= PollErr
	}
	return e
}
