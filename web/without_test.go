package web

import (
	"testing"

	"wirestep/web/proto"
)

// One of two moves is undone by a replay without it: the other is made again on
// the new branch, and the old one stays.
func TestReplayWithoutOneMove(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	p.do(proto.Command{T: "act", Op: "drop next SYN from client"})
	p.do(proto.Command{T: "act", Op: "sysctl server net.ipv4.tcp_synack_retries = 2"})
	p.do(proto.Command{T: "step", N: 4})
	p.do(proto.Command{T: "replay", Without: 1, Text: "not dropped"})
	if p.snap.Branch != 1 || p.snap.Branches[1].Label != "not dropped" || p.snap.Branches[1].Step != 0 {
		t.Fatalf("replay: %+v", p.snap.Branches)
	}
	if len(p.frames[1].Sysctls) != 1 || p.frames[2].Kind == "act" || len(p.snap.World.Rules) != 0 {
		t.Fatalf("after the replay without the drop: %+v, then %s", p.frames[1].Sysctls, p.frames[2].Kind)
	}
	p.do(proto.Command{T: "branch", Branch: ptr(int32(0)), N: 4})
	p.refused("op", proto.Command{T: "replay", Without: 3}) // nobody's act
	p.refused("range", proto.Command{T: "replay", Without: 99})
	p.refused("op", proto.Command{T: "replay", Without: 1, Ops: []string{"drop next SYN"}})
}
