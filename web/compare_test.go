package web

import (
	"strings"
	"testing"

	"wirestep/engine/sim"
	"wirestep/web/proto"
)

// A comparison answers with every fact, moves nobody, and lets the page fetch what
// would happen.
func TestCompareCommand(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	p.do(proto.Command{T: "act", Op: "drop every SYN"})
	p.do(proto.Command{T: "replay", Ops: []string{"sysctl client tcp_syn_retries = 2"}})
	at := p.cursor
	p.refused("not-ahead", proto.Command{T: "frames", Branch: ptr(int32(0)), N: 1, To: 1, Ahead: true})
	d := p.do(proto.Command{T: "compare", Branches: []int32{0, 1}})
	if got := strings.Join(p.seen, " "); got != "done" || p.cursor != at {
		t.Fatalf("a comparison was told as %q, cursor %+v", got, p.cursor)
	}
	c := d.Compare
	if c == nil || c.Verdict != "Same moves, one setting changed: the client gives up at 7 s instead of 131 s." || c.At != int64(7*sim.Second) || len(c.Sides) != 2 || !c.Sides[0].End || !c.Sides[1].End {
		t.Fatalf("compare: %+v", c)
	}
	if r := c.Rows[0]; r.Values[0].Event != c.Sides[0].N-2 || !r.Short || r.Same || r.Diff != "124 s earlier" {
		t.Errorf("the first row is %+v of %d events", r, c.Sides[0].N)
	}
	f := p.do(proto.Command{T: "frames", Branch: ptr(int32(0)), N: 1, To: c.Sides[0].N, Ahead: true}).Frames
	if got := strings.Join(p.seen, " "); got != "done" || int32(len(f)) != c.Sides[0].N || f[len(f)-1].N != c.Sides[0].N {
		t.Fatalf("frames ahead: told as %q, %d frames", got, len(f))
	}
	p.refused("range", proto.Command{T: "frames", Branch: ptr(int32(1)), N: 1, To: c.Sides[1].N + 1, Ahead: true})
	p.refused("range", proto.Command{T: "compare", Branches: []int32{1}})
	p.refused("branch", proto.Command{T: "compare", Branches: []int32{0, 9}})
	p.refused("op", proto.Command{T: "compare", Branches: []int32{1, 1}})
	p.do(proto.Command{T: "step"})
	if p.cursor.N != at.N+1 {
		t.Errorf("after a comparison a step leads to %d, want %d: nothing was computed on the branch itself", p.cursor.N, at.N+1)
	}
}
