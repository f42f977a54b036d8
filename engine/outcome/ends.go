package outcome

import (
	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// atEnd reads what is left when the run is over.
func (c *collector) atEnd() {
	w := c.r.World
	for i, h := range w.Hosts() {
		if w.Box(sim.HostID(i)) != nil {
			continue
		}
		c.waiting(h)
		by := map[tcp.State]int64{}
		for _, s := range h.Live {
			if s.State != tcp.Listen && s.State != tcp.Closed {
				by[s.State]++
			}
		}
		by[tcp.SynRecv] += int64(len(h.Reqs))
		for _, t := range h.TWs {
			by[t.State]++
			if t.State == tcp.TimeWaitState {
				c.facts.set(Fact{What: TimeWaitEnd, Host: h.Name}, Value{Kind: Pending, N: int64(t.ExpireAt)})
			}
		}
		for s := tcp.Established; s <= tcp.Closing; s++ {
			if by[s] > 0 {
				f := Fact{What: State, Host: h.Name, Name: s.String()}
				c.facts.set(f, Value{Kind: Number, N: by[s], Event: c.lastTurn(sim.HostID(i), s)})
			}
		}
		if h.Orphans > 0 {
			c.facts.set(Fact{What: Orphans, Host: h.Name}, Value{Kind: Number, N: int64(h.Orphans)})
		}
	}
	v := Value{Kind: Pending, N: int64(c.r.Until), Event: c.r.N}
	if c.r.End {
		v = Value{Kind: Time, N: int64(c.r.Last()), Event: c.r.N}
	}
	c.facts.set(Fact{What: Ends}, v)
}

// lastTurn finds the event that last brought something of a host into a state.
func (c *collector) lastTurn(h sim.HostID, s tcp.State) engine.StepNo {
	for i := len(c.r.Events) - 1; i >= 0; i-- {
		e := &c.r.Events[i]
		for _, g := range e.Changes {
			x := c.subject(g.Subject)
			if x.host == h && x.schema == tcp.TCBSchema && int(g.Field) == fieldState && tcp.State(g.New) == s {
				return e.ID
			}
		}
		for j := range e.Effects {
			f := &e.Effects[j]
			if f.Made == nil || f.Host != h || len(f.Made.Values) == 0 {
				continue
			}
			if k := f.Made.Schema.Field("State"); k >= 0 && tcp.State(f.Made.Values[k]) == s {
				return e.ID
			}
		}
	}
	return 0
}
