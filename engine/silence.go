package engine

import (
	"slices"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// Silence says of one connection why nothing is being sent, and what will end that.
type Silence struct {
	Tuple wire.Tuple // as the host of its first line sees it
	Lines []Waiting
	Ends  sim.Time // when the next thing happens to it; Never: nothing is scheduled
}

// Waiting is what one of those concerned waits for: a host, the wire, a program.
type Waiting struct {
	Host   sim.HostID
	Is     WaitKind
	For    string        // the key of a text, waits.<key>
	Limit  string        // For "limited": by what
	Timer  string        // the timer that will fire, if one runs
	At     sim.Time      // when; Wire: when the next segment arrives; Program: when it goes on
	Packet sim.PacketID  // Wire: the segment
	Proc   int           // Program: which process of the host
	Call   string        // Program: the call, as written
	Of     sim.SubjectID // Host: the socket, request or TIME_WAIT entry
}

// WaitKind says who waits.
type WaitKind uint8

// Who waits.
const (
	WaitHost WaitKind = iota
	WaitWire
	WaitProgram
)

const maxSilences = 8 // connections of which is told, the latest

// Silences tells of the connections on which nothing is under way, or whose sender
// is limited, why it is so.
func (w *World) Silences() []Silence {
	var out []Silence
	for _, t := range w.connections() {
		s := Silence{Tuple: t, Ends: sim.Never}
		under, moving := w.waitWire(t)
		limited := false
		for i, h := range w.hosts {
			for _, end := range [...]wire.Tuple{t, t.Flip()} {
				if l, ok, stuck := waitHost(sim.HostID(i), h, end); ok {
					s.Lines, limited = append(s.Lines, l), limited || stuck
				}
			}
		}
		if moving && !limited {
			continue
		}
		s.Lines = append(s.Lines, under)
		s.Lines = append(s.Lines, w.waitPrograms(&s)...)
		for _, l := range s.Lines {
			s.Ends = min(s.Ends, l.At)
		}
		if out = append(out, s); len(out) == maxSilences {
			break
		}
	}
	return out
}

// connections lists the four-tuples in use, each once, the latest first.
func (w *World) connections() (out []wire.Tuple) {
	seen := func(t wire.Tuple) bool { return slices.Contains(out, t) || slices.Contains(out, t.Flip()) }
	for _, h := range w.hosts {
		n := 0
		for i := len(h.Live) - 1; i >= 0 && n < maxSilences; i-- {
			if t := h.Live[i].Tuple; t.Remote.Port != 0 && h.Live[i].State != tcp.Closed && !seen(t) {
				out = append(out, t)
				n++
			}
		}
		for i := len(h.Reqs) - 1; i >= 0 && n < maxSilences; i-- {
			if t := h.Reqs[i].Tuple; !seen(t) {
				out = append(out, t)
				n++
			}
		}
		for i := len(h.TWs) - 1; i >= 0 && n < maxSilences; i-- {
			if t := h.TWs[i].Tuple; !seen(t) {
				out = append(out, t)
				n++
			}
		}
	}
	return out
}

// waitHost says what a host waits for on a connection. stuck: it has something to
// send and may not.
func waitHost(at sim.HostID, h *host.Host, t wire.Tuple) (l Waiting, ok, stuck bool) {
	l = Waiting{Host: at, At: sim.Never}
	if c := h.Open(t); c != nil {
		l.Of = c.ID
		if when, k := c.NextTimer(); when != sim.Never {
			l.At, l.Timer = when, k.String()
		}
		l.For = waitFor(c)
		if l.For == "limited" {
			l.Limit = c.Limit.String()
			stuck = true
		}
		return l, true, stuck
	}
	if schema, id, when, kind := h.Keeps(t); schema != nil {
		l.Of, l.At = id, when
		l.For = "third-segment"
		if l.Timer = kind.String(); kind == tcp.TimerExpire {
			l.For = "time-wait"
		}
		return l, true, false
	}
	return l, false, false
}

// waitFor is what a socket waits for, by its state and its queues.
func waitFor(c *tcp.Conn) string {
	if len(c.Wq) > 0 && c.State.Synchronized() {
		switch c.Limit {
		case tcp.LimitCwnd, tcp.LimitNagle, tcp.LimitCork, tcp.LimitPacing, tcp.LimitTSQ, tcp.LimitDefer:
			return "limited"
		case tcp.LimitRwnd:
			if c.SndWnd == 0 {
				return "zero-window"
			}
			return "limited"
		}
	}
	switch {
	case c.State == tcp.SynSent:
		return "syn-ack"
	case c.State == tcp.SynRecv:
		return "third-segment"
	case c.PacketsOut > 0 && c.Shut&2 != 0 && c.State != tcp.CloseWait && c.State != tcp.Established:
		return "ack-of-fin"
	case c.PacketsOut > 0:
		return "ack"
	case c.DelackAt != sim.Never:
		return "something-to-carry-the-ack"
	case c.State == tcp.FinWait2:
		return "fin"
	case c.State == tcp.CloseWait:
		return "close"
	}
	return "program"
}

// waitWire says what is under way between two ends.
func (w *World) waitWire(t wire.Tuple) (l Waiting, moving bool) {
	l = Waiting{Host: -1, Is: WaitWire, For: "wire-empty", At: sim.Never}
	mine := func(id sim.PacketID) bool {
		for p := w.sent.get(id); p != nil; p = w.sent.get(p.Of) {
			if s := (wire.Tuple{Local: p.Seg.Src, Remote: p.Seg.Dst}); s == t || s.Flip() == t {
				return true
			}
		}
		return false
	}
	for _, c := range w.cables {
		for _, f := range c.flight {
			if f.at < l.At && mine(f.id) {
				l.For, l.At, l.Packet = "wire-arrives", f.at, f.id
			}
		}
	}
	if l.Packet != 0 {
		return l, true
	}
	for _, c := range w.cables {
		for _, f := range c.held {
			if mine(f.id) {
				l.For, l.Packet = "wire-holds", f.id
				return l, false
			}
		}
	}
	const back = 64
	for id := w.sent.n; id > max(0, w.sent.n-back); id-- {
		if mine(id) {
			if w.sent.get(id).ArriveAt == sim.Never {
				l.For, l.Packet = "wire-lost", id
			}
			break
		}
	}
	return l, false
}

// waitPrograms says what the programs of the hosts concerned do.
func (w *World) waitPrograms(s *Silence) (out []Waiting) {
	for i, h := range w.hosts {
		if !slices.ContainsFunc(s.Lines, func(l Waiting) bool { return l.Is == WaitHost && l.Host == sim.HostID(i) }) {
			continue
		}
		for j := range h.Procs {
			p := &h.Procs[j]
			l := Waiting{Host: sim.HostID(i), Is: WaitProgram, At: p.RunAt, Proc: j, Call: p.NextLine(), For: "program-next"}
			switch {
			case p.Blocked() != "":
				l.For = "program-blocked"
			case p.Done:
				l.For, l.Call = "program-done", ""
			}
			out = append(out, l)
		}
	}
	return out
}
