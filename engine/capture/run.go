package capture

import (
	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Run returns the packets that were sent on the branch on which a timeline stands,
// up to there, each with what is known of it.
func Run(t *engine.Timeline, words Words) []Packet {
	t = t.Clone()
	end := t.N()
	if err := t.Seek(0); err != nil {
		panic("capture: a timeline without a start: " + err.Error())
	}
	n := &notes{Words: words, t: t, heads: []string{""}}
	var packets []Packet
	for t.N() < end {
		e, ok := t.Step()
		if !ok {
			panic("capture: a computed event is not there")
		}
		n.see(e)
		for i := range e.Effects {
			f := &e.Effects[i]
			if f.Kind != trace.Sent && f.Kind != trace.Copied {
				continue
			}
			p := t.World().Packet(f.Packet)
			packets = append(packets, Packet{ID: p.ID, At: p.SentAt, Host: p.From, Seg: p.Seg})
			n.sent(e, f.Span, p)
		}
	}
	for i := range packets {
		packets[i].Comment = n.comment(packets[i].ID)
	}
	return packets
}

// spansTo are the spans around a place in an event, the outermost first.
func spansTo(e *trace.Event, span int16) (all []int16) {
	for ; span >= 0; span = e.Spans[span].Parent {
		all = append([]int16{span}, all...)
	}
	return all
}

// rulesOf are the rules under which something in an event was done: the one that
// began it and the one that did it. Questions name it only if nothing else does.
func rulesOf(e *trace.Event, span int16) (rules []*trace.Rule) {
	around := spansTo(e, span)
	for _, asked := range []bool{false, true} {
		for _, i := range around {
			if s := e.Spans[i]; (s.Asked != 0) == asked {
				rules = append(rules, s.Rule)
			}
		}
		if len(rules) > 0 {
			break
		}
	}
	if len(rules) > 2 {
		rules = []*trace.Rule{rules[0], rules[len(rules)-1]}
	}
	if len(rules) == 2 && rules[0] == rules[1] {
		rules = rules[:1]
	}
	return rules
}

// decided is the last question that was asked on the way to a place in an event.
func decided(e *trace.Event, span int16) *trace.Check {
	around := map[int16]bool{-1: true}
	for _, i := range spansTo(e, span) {
		around[i] = true
	}
	var last *trace.Check
	for i := int16(0); i < int16(len(e.Spans)) && i <= span; i++ {
		if s := e.Spans[i]; s.Asked != 0 && around[s.Parent] {
			last = e.Check(s)
		}
	}
	return last
}

// turn is something that befell a packet.
type turn struct {
	event sim.EventID
	kind  trace.EffectKind
	at    sim.Time // Moved: when it will arrive; else when it was
	host  sim.HostID
	rule  *trace.Rule
	act   bool   // a person did it
	by    string // a standing rule did it
}
