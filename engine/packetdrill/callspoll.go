package packetdrill

import (
	"wirestep/engine/host"
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
			got := r.poll(fd) & (host.Events(asked) | alwaysPolled)
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
