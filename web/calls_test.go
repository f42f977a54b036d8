package web

import (
	"testing"

	"wirestep/web/proto"
)

// A frame says what was called in parts: when it is made, when it returns, and when a
// person has it made.
func TestFramesTellCalls(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	p.do(proto.Command{T: "until", Cond: "client.state == ESTABLISHED"})
	p.do(proto.Command{T: "act", Op: "call client: shutdown(c, SHUT_WR)"})
	p.do(proto.Command{T: "until", Cond: "false"})
	var got []proto.Call
	for n := int32(1); n <= p.snap.Tip || p.frames[n].N > 0; n++ {
		if f := p.frames[n]; f.Kind == "call" && f.Host == 0 {
			if f.Call == nil {
				t.Fatalf("event %d, %s: no call", n, f.Name)
			}
			got = append(got, *f.Call)
		}
	}
	want := []proto.Call{{Var: "c", Name: "connect", Args: "server:80"}, {Var: "c", Name: "connect", Args: "server:80"}, {Name: "shutdown", Args: "c, SHUT_WR"}}
	if len(got) < len(want) {
		t.Fatalf("calls: %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("call %d: %+v, expected %+v", i+1, got[i], want[i])
		}
	}
}
