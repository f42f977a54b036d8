package web

import (
	"testing"

	"wirestep/web/proto"
)

// A lost SYN-ACK's story: the retransmission leads to the person who dropped it,
// the number to the event that set it, the silence to what will end it.
func TestWhyHistorySearch(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	p.do(proto.Command{T: "until", Cond: "server.states[\"SYN_RECV\"] == 1"})
	sent := p.frames[p.cursor.N]
	p.do(proto.Command{T: "act", Op: "drop packet 2"})
	drop := p.cursor.N
	if d := p.do(proto.Command{T: "why", N: drop}); len(d.Why.Silences) != 1 || d.Why.Silences[0].Ends == nil || *d.Why.Silences[0].Ends != 1_000_000_000 {
		t.Fatalf("after the drop: %+v", d.Why.Silences)
	}
	p.do(proto.Command{T: "until", Cond: "timer"})
	n := p.cursor.N
	d := p.do(proto.Command{T: "why", N: n})
	var named *proto.Cause
	for i := range d.Why.Links {
		if d.Why.Links[i].N == drop {
			named = &d.Why.Links[i]
		}
	}
	if named == nil || named.Why != "act" || named.Op != "drop" || named.By != "you" || named.Segment != "SYN-ACK" || named.Sure != "checked" {
		t.Fatalf("the timer's chain does not name the drop: %+v", d.Why.Links)
	}
	if last := d.Why.Links[len(d.Why.Links)-1]; !last.Root || last.Kind != "call" {
		t.Errorf("the chain ends in %+v, expected a call", last)
	}
	if f := p.frames[n]; f.Class != "repeat" || len(f.Lengths) != 1 || f.Lengths[0].How != "linear" {
		t.Errorf("the timer's frame: class %q, lengths %+v", f.Class, f.Lengths)
	}
	req := sent.Effects[0].Subject
	for _, e := range sent.Effects {
		if e.Kind == "created" {
			req = e.Subject
		}
	}
	field := uint16(0)
	for _, schema := range p.Hello.Schemas {
		for i, f := range schema.Fields {
			if schema.Name == "request" && f.Name == "SynAckAt" {
				field = uint16(i)
			}
		}
	}
	h := p.do(proto.Command{T: "history", N: n, Number: &proto.NumberRef{Subject: req.ID, Fields: []uint16{field}}})
	if len(h.History.Changes) != 1 || !h.History.Changes[0].Made || h.History.Changes[0].Length == nil || h.History.Changes[0].Length.How != "syn-ack" {
		t.Errorf("the SYN-ACK timer's history: %+v", h.History.Changes)
	}
	f := p.do(proto.Command{T: "search", Cond: `client.retransmits > 0`})
	if len(f.Search.Places) != 1 || f.Search.Places[0].Cause.N != n {
		t.Errorf("search: %+v", f.Search)
	}
	p.refused("cond", proto.Command{T: "search", Cond: "client.nothing > 0"})
	p.refused("range", proto.Command{T: "why", N: n + 50})
	p.refused("op", proto.Command{T: "history", N: 1})
	p.refused("op", proto.Command{T: "history", N: 1, Number: &proto.NumberRef{Queue: "bus stop"}})
}
