package web

import (
	"testing"

	"wirestep/web/proto"
)

// Only the owner hears that somebody is lost, and how many, until the session moves.
func TestLost(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	boss := s.join(id, "")
	follow := keyIn(boss.link("follower"))
	one, two := s.join(id, follow), s.join(id, follow)
	heard := func() []int {
		boss.lost = nil
		boss.do(proto.Command{T: "inspect", N: 0})
		return boss.lost
	}
	is := func(when string, want int) {
		t.Helper()
		if got := heard(); len(got) == 0 || got[len(got)-1] != want {
			t.Errorf("%s the owner heard %v, expected %d last", when, got, want)
		}
	}
	one.do(proto.Command{T: "lost"})
	one.do(proto.Command{T: "lost"})
	is("told twice by one,", 1)
	two.do(proto.Command{T: "lost"})
	is("told by another,", 2)
	two.do(proto.Command{T: "lost", Off: true})
	is("taken back,", 1)
	late := s.join(id, "")
	late.do(proto.Command{T: "inspect", N: 0})
	if len(late.lost) != 1 || late.lost[0] != 1 {
		t.Errorf("an owner who comes later heard %v", late.lost)
	}
	boss.do(proto.Command{T: "step"})
	one.do(proto.Command{T: "inspect", N: 0})
	if n := boss.lost; len(n) == 0 || n[len(n)-1] != 0 {
		t.Errorf("after a step the owner heard %v, expected 0 last", n)
	}
	two.do(proto.Command{T: "inspect", N: 0})
	if len(one.lost)+len(two.lost) > 0 {
		t.Errorf("those who follow heard %v and %v", one.lost, two.lost)
	}
	boss.refused("lost", proto.Command{T: "lost"})
}
