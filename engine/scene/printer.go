package scene

import (
	"strconv"
	"strings"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// lens tells what the numbers in an event stand for, right after it.
type lens interface {
	host(sim.HostID) string
	subject(sim.SubjectID) subject
	packet(sim.PacketID) packet
	counter(uint16) string
	process(h sim.HostID, n int32) string
}

// subject is something whose variables are watched.
type subject struct {
	name     string // "server.4"
	schema   *trace.Schema
	iss, irs int64
	timer    string // what the timer with several uses is set for
}

// packet is one packet and the numbers from which its own are counted.
type packet struct {
	seg            wire.Segment
	relSeq, relAck wire.Seq
	from           sim.HostID
	arrive         sim.Time // sim.Never: held or lost
}

func (p *packet) String() string { return p.seg.Format(p.relSeq, p.relAck) }

// Printer writes down the events of one run, one after the other. It remembers
// what each was, so that a later one can name its cause.
type Printer struct {
	heads []string
	known known
}

// head says what an event is: "0.02 server arrive #1 S 0:0(0) …".
func head(w lens, e *trace.Event) string {
	s := e.At.Seconds() + " " + w.host(e.Host) + " " + e.Kind.String()
	if e.Kind == trace.Arrive && e.Packet != 0 {
		p := w.packet(e.Packet)
		return s + " " + number(e.Packet) + " " + p.String()
	}
	if e.Name != "" {
		s += " " + e.Name
	}
	return s
}

func (p *Printer) remember(id sim.EventID, head string) {
	for int(id) >= len(p.heads) {
		p.heads = append(p.heads, "")
	}
	p.heads[id] = head
}

func number(id sim.PacketID) string { return "#" + strconv.Itoa(int(id)) }

// compact writes an event in one line.
func (p *Printer) compact(w lens, e *trace.Event) string {
	h := head(w, e)
	p.remember(e.ID, h)
	line := strconv.Itoa(int(e.ID)) + " " + h
	if e.Cause != 0 {
		line += " <- " + strconv.Itoa(int(e.Cause))
	}
	parts := []string{line}
	add := func(list []string, sep, before string) {
		if len(list) > 0 {
			parts = append(parts, before+strings.Join(list, sep))
		}
	}
	states, timers := compactChanges(w, e)
	add(states, ", ", "")
	add(timers, ", ", "")
	add(compactCounts(w, e), " ", "")
	var rules []string
	for i := range e.Spans {
		if e.Spans[i].Asked == 0 {
			rules = append(rules, e.Spans[i].Rule.ID)
		}
	}
	add(rules, ", ", "rules ")
	var effects []string
	for i := range e.Effects {
		if s := effectText(w, e, &e.Effects[i]); s != "" {
			effects = append(effects, s)
		}
	}
	add(effects, "; ", "")
	return strings.Join(parts, " | ")
}

// compactCounts tells how far each counter moved; what every arrival counts is
// left out.
func compactCounts(w lens, e *trace.Event) (counts []string) {
	for i, c := range e.Counts {
		name, by, first := w.counter(c.Counter), 0, true
		for j, d := range e.Counts {
			if d.Host == c.Host && d.Counter == c.Counter {
				by += int(d.By)
				first = first && j >= i
			}
		}
		if !first || name == "TcpInSegs" || name == "IpExtInNoECTPkts" || name == "TcpOutSegs" || name == "TcpExtTCPDelivered" {
			continue
		}
		s := "+" + name
		if by != 1 {
			s += " " + strconv.Itoa(by)
		}
		counts = append(counts, s)
	}
	return counts
}

// shown are the variables that a compact trace tells besides states and timers.
var shown = [...]string{"Cwnd", "Ssthresh"}

// compactChanges tells what matters for the story. A variable that moved several
// times in one event is told once, from its first value to its last.
func compactChanges(w lens, e *trace.Event) (states, timers []string) {
	for i, c := range e.Changes {
		if again(e.Changes[:i], c) {
			continue
		}
		last := c
		for _, d := range e.Changes[i+1:] {
			if d.Subject == c.Subject && d.Field == c.Field {
				last = d
			}
		}
		if c.Old == last.New {
			continue
		}
		s := w.subject(c.Subject)
		if s.schema == nil {
			continue
		}
		f := &s.schema.Fields[c.Field]
		switch {
		case f.Unit == trace.UnitDeadline && last.New == int64(sim.Never):
			timers = append(timers, s.name+" "+f.Label+" off")
		case f.Name == "XmitAt" && s.timer != "":
			timers = append(timers, s.name+" "+s.timer+" @"+sim.Time(last.New).Seconds())
		case f.Unit == trace.UnitDeadline:
			timers = append(timers, s.name+" "+f.Label+" @"+sim.Time(last.New).Seconds())
		case f.Unit == trace.UnitState && f.Name != "XmitKind" || isShown(f.Name):
			states = append(states, s.name+" "+f.Label+" "+value(f, &s, c.Old)+">"+value(f, &s, last.New))
		}
	}
	return states, timers
}

func again(before []trace.Change, c trace.Change) bool {
	for _, b := range before {
		if b.Subject == c.Subject && b.Field == c.Field {
			return true
		}
	}
	return false
}

func isShown(name string) bool {
	for _, s := range shown {
		if s == name {
			return true
		}
	}
	return false
}

// value writes a variable as its unit wants it.
func value(f *trace.Field, s *subject, v int64) string {
	switch f.Unit {
	case trace.UnitSndSeq:
		return relative(v, s.iss)
	case trace.UnitRcvSeq:
		return relative(v, s.irs)
	case trace.UnitTime, trace.UnitDeadline:
		return sim.Time(v).Seconds()
	case trace.UnitDuration:
		return formatSpan(sim.Duration(v))
	case trace.UnitBool:
		return yes(v != 0)
	case trace.UnitState:
		if v >= 0 && int(v) < len(f.Names) && f.Names[v] != "" {
			return f.Names[v]
		}
		if v == 0 {
			return "none"
		}
	}
	return strconv.FormatInt(v, 10)
}

// relative counts a sequence number from the initial one, backwards if it is before.
func relative(v, initial int64) string {
	return strconv.FormatInt(int64(int32(uint32(v)-uint32(initial))), 10)
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// effectText writes an effect; "" when it tells nothing that is not elsewhere.
func effectText(w lens, e *trace.Event, f *trace.Effect) string {
	s := f.Kind.String() + " "
	switch f.Kind {
	case trace.Sent:
		p := w.packet(f.Packet)
		s += number(f.Packet) + " " + p.String()
		if f.At != 0 && f.At != int64(sim.Never) {
			s += " @" + sim.Time(f.At).Seconds()
		}
		return s
	case trace.Delivered:
		return ""
	case trace.Lost, trace.Dropped:
		s += number(f.Packet)
		if f.Span >= 0 {
			s += " by " + e.Spans[f.Span].Rule.ID
		}
		return s
	case trace.Moved:
		if f.At == int64(sim.Never) {
			return s + number(f.Packet) + " held"
		}
		return s + number(f.Packet) + " @" + sim.Time(f.At).Seconds()
	case trace.Copied:
		return s + number(f.Packet) + " of " + number(sim.PacketID(f.Old))
	case trace.Edited:
		p := w.packet(f.Packet)
		return s + number(f.Packet) + " " + p.String()
	case trace.Woke:
		return s + w.process(f.Host, f.N)
	case trace.Returned:
		s += w.process(f.Host, f.N) + " " + strconv.FormatInt(f.Result, 10)
		if f.Errno != "" {
			s += " " + f.Errno
		}
		return s
	}
	if f.Kind == trace.Set {
		return s + w.host(f.Host) + " " + f.Text + " = " + f.Is + ", was " + f.Was
	}
	s += w.subject(f.Subject).name
	if f.Kind != trace.Named && f.Made != nil {
		s += stateOf(f.Made)
	}
	if m := f.Made; m != nil && m.Tuple.Remote.Addr.IsValid() {
		s += " " + formatEndpoint(m.Tuple.Local, "") + ">" + formatEndpoint(m.Tuple.Remote, "")
	} else if m != nil && m.Tuple.Local.Port != 0 {
		s += " " + formatEndpoint(m.Tuple.Local, "")
	}
	return s
}

// stateOf is the state in which a subject came or went, after a space.
func stateOf(m *trace.Made) string {
	if m.Schema == nil {
		return ""
	}
	i := m.Schema.Field("State")
	if i < 0 || i >= len(m.Values) {
		return ""
	}
	return " " + value(&m.Schema.Fields[i], &subject{}, m.Values[i])
}
