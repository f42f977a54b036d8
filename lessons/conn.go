package lessons

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// end is whom a question asks about: a host, or one connection of it.
type end struct {
	host     string
	nth      int // 0: the latest connection
	flow     sim.FlowID
	subjects []sim.SubjectID
}

// endOf reads HOST or HOST#N. A connection is looked for among all that the branch has
// made so far; one that comes later is found when it comes.
func endOf(t *engine.Timeline, s string) end {
	name, nth, _ := strings.Cut(s, "#")
	e := end{host: name}
	e.nth, _ = strconv.Atoi(nth)
	if e.nth > 0 {
		for _, ev := range t.Events(t.Branch(), 1, t.N()) {
			e.meet(t.World(), &ev)
		}
	}
	return e
}

// meet notes the connections that an event made: the nth flow of the host is the one.
func (e *end) meet(w *engine.World, ev *trace.Event) {
	for i := range ev.Effects {
		x := &ev.Effects[i]
		if x.Kind != trace.Created && x.Kind != trace.Named || x.Made == nil || x.Made.Flow == 0 || x.Made.Tuple.Remote.Port == 0 || hostName(w, x.Host) != e.host {
			continue
		}
		if e.flow == 0 {
			if e.nth--; e.nth == 0 {
				e.flow = x.Made.Flow
			}
		}
		if x.Made.Flow == e.flow && !slices.Contains(e.subjects, x.Subject) {
			e.subjects = append(e.subjects, x.Subject)
		}
	}
}

// state is that of the connection, or of the host's latest.
func (e *end) state(w *engine.World, named bool) string {
	for i, h := range w.Hosts() {
		if h.Name == e.host {
			return stateOf(w.Hosts()[i], e.flow, named).String()
		}
	}
	return ""
}

// stateOf is the state of a flow on a host, or of its latest one.
func stateOf(h *host.Host, flow sim.FlowID, named bool) tcp.State {
	best, state := sim.FlowID(0), tcp.Closed
	see := func(f sim.FlowID, s tcp.State) {
		if named && f == flow || !named && f > best {
			best, state = f, s
		}
	}
	for _, q := range h.Reqs {
		see(q.Flow, tcp.SynRecv)
	}
	for _, t := range h.TWs {
		see(t.Flow, t.State)
	}
	for _, c := range h.Live {
		see(c.Flow, c.State)
	}
	return state
}

// nextState runs on until the connection is in another state.
func (p *Player) nextState(t *engine.Timeline, of string) (string, error) {
	e := endOf(t, of)
	named := strings.Contains(of, "#")
	before := e.state(t.World(), named)
	for range ahead {
		ev, ok := t.Step()
		if !ok {
			return "same", t.Err()
		}
		if named {
			e.meet(t.World(), ev)
		}
		if now := e.state(t.World(), named); now != before {
			return now, nil
		}
	}
	return "same", nil
}

// nextErrno runs on until a call fails, on the host or on one connection of it.
func (p *Player) nextErrno(t *engine.Timeline, of string) (string, error) {
	e := endOf(t, of)
	named := strings.Contains(of, "#")
	for range ahead {
		ev, ok := t.Step()
		if !ok {
			break
		}
		if named {
			e.meet(t.World(), ev)
		}
		for i := range ev.Effects {
			x := &ev.Effects[i]
			if x.Kind == trace.Returned && x.Result < 0 && hostName(t.World(), x.Host) == e.host && (!named || slices.Contains(e.subjects, ev.Subject)) {
				return x.Errno, nil
			}
		}
	}
	if named && e.flow == 0 {
		return "", fmt.Errorf("host: %s has no connection %s; expected one of the run", e.host, of)
	}
	return "none", t.Err()
}
