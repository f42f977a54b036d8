package web

import (
	"testing"

	"wirestep/web/proto"
)

// A way is found in slices, while other commands are answered, and is played from
// where the search began.
func TestFindAndReach(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	p.do(proto.Command{T: "step", N: 3})
	from := int32(3)
	ask := proto.Command{T: "find", N: from, Cond: "client.state == ESTABLISHED && now >= 1", Moves: &proto.MoveSet{Kinds: []string{"drop", "delay", "dup"}, Most: 2}}
	d, asked := p.do(ask), 1
	for ; !d.Ways.Done; asked++ {
		if d.Ways.Groups == nil || len(d.Ways.Groups) > 0 {
			t.Fatalf("before the end: %+v", d.Ways)
		}
		d = p.do(ask)
	}
	if len(d.Ways.Groups) == 0 || d.Ways.N != from || d.Ways.Futures == 0 {
		t.Fatalf("after %d questions: %+v", asked, d.Ways)
	}
	if p.cursor.N != from {
		t.Errorf("looking has moved the session to %d", p.cursor.N)
	}
	best := d.Ways.Groups[0].First
	r := p.do(proto.Command{T: "reach", N: from, Branch: &d.Ways.Branch, Ops: best.Ops, Cond: ask.Cond, Text: "found"})
	if r.Found == nil || !*r.Found || p.cursor.Branch == d.Ways.Branch {
		t.Fatalf("reached %v on branch %d", r.Found, p.cursor.Branch)
	}
	if f := p.frames[p.cursor.N]; f.At != best.At {
		t.Errorf("reached at %d, found at %d", f.At, best.At)
	}
	none := proto.Command{T: "find", N: 0, Cond: "client.errno == EADDRINUSE", Moves: &proto.MoveSet{Kinds: []string{"drop"}, Most: 1}}
	for d = p.do(none); !d.Ways.Done; d = p.do(none) {
	}
	if len(d.Ways.Groups) != 0 || d.Ways.Proved != 1 {
		t.Errorf("what cannot be: %+v", d.Ways)
	}
	p.refused("cond", proto.Command{T: "find", Cond: "nobody.state == CLOSED", Moves: &proto.MoveSet{Kinds: []string{"drop"}, Most: 1}})
	p.refused("find-nothing", proto.Command{T: "find", Cond: "now > 1", Moves: &proto.MoveSet{Most: 1}})
	p.refused("op", proto.Command{T: "find", Cond: "now > 1", Moves: &proto.MoveSet{Kinds: []string{"drip"}, Most: 1}})
	p.refused("range", proto.Command{T: "find", Cond: "now > 1", Moves: &proto.MoveSet{Kinds: []string{"drop"}, Most: 9}})
	p.refused("op", proto.Command{T: "reach", Cond: "now > 1", Ops: []string{"drop packet 999"}})
}
