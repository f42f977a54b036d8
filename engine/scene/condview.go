package scene

import (
	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// viewer makes the environment of a condition: only what it mentions.
type viewer struct {
	hosts  []sim.HostID
	names  []string
	event  bool
	tables bool // counters or states
}

func (v *viewer) env(w *engine.World, e *trace.Event) map[string]any {
	env := map[string]any{"now": float64(w.Now()) / float64(sim.Second), "step": int(w.N())}
	if v.event {
		env["event"] = eventView(w, e)
	}
	for i, h := range v.hosts {
		view := hostView(w.Hosts()[h], v.tables)
		if b := w.Box(h); b != nil {
			view.Entries = len(b.Flows)
		}
		env[v.names[i]] = view
	}
	return env
}

func eventView(w *engine.World, e *trace.Event) (v Event) {
	if e == nil {
		return v
	}
	v.Kind, v.Name = e.Kind.String(), e.Name
	if e.Host >= 0 {
		v.Host = w.Hosts()[e.Host].Name
	}
	if p := w.Packet(e.Packet); p != nil {
		v.Segment = p.Seg.Kind().String()
	}
	for i := range e.Spans {
		v.Rules = append(v.Rules, e.Spans[i].Rule.ID)
	}
	return v
}

func hostView(h *host.Host, tables bool) (v Host) {
	v.State = "CLOSED"
	state, c := latest(h)
	if state != 0 {
		v.State = state.String()
	}
	if c != nil {
		v.Cwnd, v.Ssthresh = int(c.Cwnd), int(c.Ssthresh)
		v.RTO = float64(c.RTO) / float64(sim.Second)
		v.SRTT = float64(c.SRTT) / 8 / 1e6
		v.Inflight, v.Retransmits, v.Backoff = int(c.InFlight()), int(c.Retries), int(c.Backoff)
		v.Limited = c.Limit.String()
		v.SndUna, v.SndNxt, v.RcvNxt = int(c.SndUna.Minus(c.ISS)), int(c.SndNxt.Minus(c.ISS)), int(c.RcvNxt.Minus(c.IRS))
	}
	last := sim.EventID(-1)
	for i := range h.Procs {
		p := &h.Procs[i]
		v.Read += int(p.Read)
		v.EOF = v.EOF || p.EOF
		if p.Errno != tcp.OK && p.By > last {
			v.Errno, last = p.Errno.String(), p.By
		}
	}
	if tables {
		v.Counters, v.States = counters(h), states(h)
	}
	return v
}

// latest finds the connection of a host that began last: what is left of it in
// TIME_WAIT counts before a socket that is closed but still held.
func latest(h *host.Host) (state tcp.State, conn *tcp.Conn) {
	best := sim.FlowID(0)
	for _, c := range h.Live {
		if c.Flow > best {
			best, state, conn = c.Flow, c.State, c
		}
	}
	for _, q := range h.Reqs {
		if q.Flow > best {
			best, state, conn = q.Flow, tcp.SynRecv, nil
		}
	}
	for _, t := range h.TWs {
		if t.Flow > best || t.Flow == best && state == tcp.Closed {
			best, state = t.Flow, t.State
			if conn != nil && conn.Flow != t.Flow {
				conn = nil
			}
		}
	}
	return state, conn
}

func counters(h *host.Host) map[string]int {
	m := make(map[string]int, len(h.MIB))
	for i, n := range h.MIB {
		m[tcp.CounterNames[i]] = int(n)
	}
	return m
}

func states(h *host.Host) map[string]int {
	m := make(map[string]int, len(tcp.StateNames))
	for _, c := range h.Live {
		m[c.State.String()]++
	}
	m["SYN_RECV"] += len(h.Reqs)
	for _, t := range h.TWs {
		m[t.State.String()]++
	}
	return m
}

// untilWord returns the condition that one of the lab's words stands for, or nil.
func untilWord(word string) Cond {
	switch word {
	case "segment":
		return func(_ *engine.World, e *trace.Event) bool { return e != nil && e.Kind == trace.Arrive }
	case "timer":
		return func(_ *engine.World, e *trace.Event) bool { return e != nil && e.Kind == trace.Timer }
	case "drop":
		return func(_ *engine.World, e *trace.Event) bool {
			for i := 0; e != nil && i < len(e.Effects); i++ {
				if k := e.Effects[i].Kind; k == trace.Dropped || k == trace.Lost {
					return true
				}
			}
			return false
		}
	case "state":
		return stateChanged
	}
	return nil
}

// stateChanged: a connection, request or TIME_WAIT entry came, went or moved on.
func stateChanged(w *engine.World, e *trace.Event) bool {
	if e == nil {
		return false
	}
	for i := range e.Effects {
		if k := e.Effects[i].Kind; k == trace.Created || k == trace.Destroyed {
			return true
		}
	}
	if len(e.Changes) == 0 {
		return false
	}
	subjects := w.Subjects()
	for _, c := range e.Changes {
		for i := range subjects {
			if s := &subjects[i]; s.ID == c.Subject && s.Schema.Fields[c.Field].Name == "State" {
				return true
			}
		}
	}
	return false
}
