package web

import (
	"testing"

	"wirestep/web/proto"
)

// A puzzle refuses what it does not allow, in words, and knows when it is solved.
func TestPuzzleInTheLab(t *testing.T) {
	s := open(t, nil)
	status, _, h := s.get("/puzzles/wait-a-second")
	if status != 303 || h.Get("Location") != "/lab?scene=puzzle-wait-a-second" {
		t.Fatalf("%d, %s", status, h.Get("Location"))
	}
	p := s.join(s.create(map[string]string{"sandbox": "puzzle-wait-a-second"}), "")
	p.refused("puzzle-way", proto.Command{T: "act", Op: "drop next SYN from client"})
	p.refused("puzzle-kind", proto.Command{T: "act", Op: "delay next SYN-ACK from server by 2s"})
	p.refused("puzzle-one", proto.Command{T: "act", Op: "drop every SYN-ACK from server"})
	p.refused("puzzle-kind", proto.Command{T: "replay", Ops: []string{"sysctl client net.ipv4.tcp_syn_retries = 1"}})
	p.refused("puzzle-kind", proto.Command{T: "shell", Host: "client", Line: "sysctl -w net.ipv4.tcp_syn_retries=1"})
	p.refused("puzzle-find", proto.Command{T: "find", Cond: "now > 1", Moves: &proto.MoveSet{Kinds: []string{"drop"}, Most: 1}})
	p.refused("range", proto.Command{T: "puzzle", N: 3})
	if d := p.do(proto.Command{T: "puzzle", N: 1}).Puzzle; d.Moves != 0 || d.Solved != 0 || len(d.Hint) == 0 || d.After != nil {
		t.Errorf("at the start: %+v", d)
	}
	p.do(proto.Command{T: "until", Cond: "false"})
	if d := p.do(proto.Command{T: "puzzle"}).Puzzle; !d.Over || d.Solved != 0 || d.After != nil {
		t.Errorf("at an end without a move: %+v", d)
	}
	p.do(proto.Command{T: "branch", Branch: ptr(int32(0)), N: 0})
	p.do(proto.Command{T: "fork"})
	p.do(proto.Command{T: "act", Op: "drop next SYN-ACK from server"})
	p.do(proto.Command{T: "until", Cond: "false"})
	d := p.do(proto.Command{T: "puzzle"}).Puzzle
	if d.Moves != 1 || d.Solved == 0 || d.Over || len(d.After) == 0 {
		t.Errorf("solved: %+v", d)
	}
	p = s.join(s.create(withScene(plain)), "")
	p.refused("no-puzzle", proto.Command{T: "puzzle"})
}
