package capture

import (
	"slices"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Words are what comments are written with: nothing here knows a language.
type Words struct {
	T     func(key string, args ...any) string // a text of the catalogue, with its {names} filled in
	Says  func(*trace.Rule) string             // the sentence of a rule
	Check func(trace.Check) string             // a comparison that ran
	Who   func(by string) string               // who acted
}

// notes is what is known of a run so far.
type notes struct {
	Words
	t     *engine.Timeline
	heads []string // what each event was
	of    map[sim.PacketID]*note
	rules []engine.Standing // after the last event
}

// note is what is known of one packet.
type note struct {
	lines []string // how it came to be sent
	turns []turn   // what befell it
}

// see takes down what an event was, and what it did to packets.
func (n *notes) see(e *trace.Event) {
	n.heads = append(n.heads, n.head(e))
	if n.of == nil {
		n.of = map[sim.PacketID]*note{}
	}
	hit := n.hit(e)
	for i := range e.Effects {
		f := &e.Effects[i]
		p := n.of[f.Packet]
		x := turn{event: e.ID, kind: f.Kind, at: e.At, host: f.Host, act: e.Kind == trace.Act, by: hit}
		switch f.Kind {
		case trace.Moved:
			x.at = sim.Time(f.At)
		case trace.Lost, trace.Dropped, trace.Delivered, trace.Edited:
		default:
			continue
		}
		if rules := rulesOf(e, f.Span); len(rules) > 0 {
			x.rule = rules[len(rules)-1]
		}
		if p == nil { // what is lost on leaving is lost by the event that sends it
			p = &note{}
			n.of[f.Packet] = p
		}
		p.turns = append(p.turns, x)
	}
}

// hit is the standing rule that an event applied to a segment, as it was written;
// "" if it did none.
func (n *notes) hit(e *trace.Event) string {
	before := n.rules
	n.rules = n.t.World().Rules()
	if e.Kind == trace.Act {
		return ""
	}
	for _, b := range before {
		i := slices.IndexFunc(n.rules, func(r engine.Standing) bool { return r.N == b.N })
		if i < 0 || n.rules[i].Hits > b.Hits {
			return b.Op.Text
		}
	}
	return ""
}

// sent takes down why a packet was sent.
func (n *notes) sent(e *trace.Event, span int16, p *engine.Packet) {
	x := n.of[p.ID]
	if x == nil {
		x = &note{}
		n.of[p.ID] = x
	}
	say := func(key string, args ...any) { x.lines = append(x.lines, n.T("capture."+key, args...)) }
	say("sent", "packet", p.ID, "segment", segment(p), "host", n.host(p.From), "event", e.ID, "what", n.heads[e.ID])
	switch {
	case p.CopyOf != 0:
		say("copy", "packet", p.CopyOf)
	case p.Of != 0:
		say("passed", "packet", p.Of)
	case p.Forged:
		say("forged")
	case p.Retx > 0:
		say("again", "n", int(p.Retx))
	}
	for _, r := range rulesOf(e, span) {
		x.lines = append(x.lines, n.Says(r))
	}
	if c := decided(e, span); c != nil {
		say("decided", "check", n.Check(*c))
	}
	if c := e.Cause; c > 0 && int(c) < len(n.heads) {
		say("because", "event", c, "what", n.heads[c])
	}
}

// comment is everything about a packet, a line each.
func (n *notes) comment(id sim.PacketID) string {
	x := n.of[id]
	lines, over := x.lines, false
	for _, t := range x.turns {
		lines = append(lines, n.befell(t))
		over = over || t.kind == trace.Lost || t.kind == trace.Delivered || t.kind == trace.Dropped
	}
	if !over {
		lines = append(lines, n.T("capture.flying"))
	}
	return strings.Join(lines, "\n")
}

// befell says what one event did to a packet.
func (n *notes) befell(t turn) string {
	key, args := "capture."+t.kind.String(), []any{"event", t.event, "time", t.at.Seconds(), "host", n.host(t.host), "what", n.heads[t.event]}
	switch {
	case t.kind == trace.Moved && t.at == sim.Never:
		key = "capture.held"
	case t.kind == trace.Lost && t.act:
		key = "capture.taken"
	case t.rule != nil && (t.kind == trace.Lost || t.kind == trace.Dropped):
		return n.T(key, args...) + " " + n.Says(t.rule) + n.ruled(t)
	}
	return n.T(key, args...) + n.ruled(t)
}

// ruled names the standing rule behind a turn.
func (n *notes) ruled(t turn) string {
	if t.by == "" || t.kind != trace.Lost && t.kind != trace.Moved && t.kind != trace.Edited {
		return ""
	}
	return " " + n.T("capture.ruled", "rule", t.by)
}

// head says what an event is.
func (n *notes) head(e *trace.Event) string {
	args := []any{"host", n.host(e.Host), "name", e.Name}
	switch e.Kind {
	case trace.Arrive:
		if p := n.t.World().Packet(e.Packet); p != nil {
			args = append(args, "segment", segment(p))
		}
	case trace.Act:
		by := "scene"
		if m := n.t.Move(n.t.Branch(), e.ID); m != nil {
			by = m.By
		}
		args = append(args, "by", n.Who(by))
	}
	return n.T("event."+e.Kind.String(), args...)
}

func (n *notes) host(h sim.HostID) string {
	if hosts := n.t.Scenario().Hosts; h >= 0 && int(h) < len(hosts) {
		return hosts[h].Name
	}
	return ""
}

// segment names a segment in a few words: "DATA seq=1 ack=1 len=300".
func segment(p *engine.Packet) string {
	s := p.Seg.Kind().String() + " seq=" + relative(p.RelSeq())
	if p.Seg.Flags.Has(wire.ACK) {
		s += " ack=" + relative(p.RelAck())
	}
	if n := len(p.Seg.Payload); n > 0 {
		s += " len=" + strconv.Itoa(n)
	}
	return s
}

// relative counts back what lies just before the start, as a keepalive probe does.
func relative(s wire.Seq) string { return strconv.FormatInt(int64(int32(s)), 10) }
