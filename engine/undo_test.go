package engine_test

import (
	"slices"
	"testing"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/wire"
)

// story is a branch up to its tip: every event, and the world in the end.
func (p *player) story(b engine.BranchID) string {
	p.Helper()
	if err := p.t.Switch(b, p.t.Branches()[b].Tip); err != nil {
		p.Fatal(err)
	}
	p.end()
	return fullTrace(p.t, b, p.t.Tip()) + worldText(p.t.World())
}

// Undoing a move in the middle ends where making only the others ends.
func TestUndoingAMiddleMoveIsNotHavingMadeIt(t *testing.T) {
	p := play(t, greets)
	p.drops(wire.KindSynAck, "server", 1)
	middle := p.drops(wire.KindData, "client", 2)
	p.drops(wire.KindFin, "client", 1)
	p.end()
	b, err := p.t.ReplayBut(0, []engine.StepNo{middle}, nil, "undone")
	if err != nil {
		t.Fatal(err)
	}
	got := p.story(b)

	q := play(t, greets)
	q.drops(wire.KindSynAck, "server", 1)
	q.drops(wire.KindFin, "client", 1)
	if want := q.story(0); got != want {
		t.Errorf("undone:\n%s\nnever made:\n%s", got, want)
	}
	if off := p.t.Branches()[b].Off; !slices.Equal(off, []engine.MoveRef{{Branch: 0, Step: middle}}) {
		t.Errorf("left out: %v", off)
	}

	// Made again, it is the branch that was there already.
	c, err := p.t.ReplayBut(b, nil, p.t.Branches()[b].Off, "again")
	if err != nil || c != 0 || len(p.t.Branches()) != 2 {
		t.Errorf("made again: branch %d of %d, %v", c, len(p.t.Branches()), err)
	}
}

// Two are switched off one after the other, and one on again: that is the run in
// which only the other one is off: the same segments are lost at the same instants.
func TestMovesAreSwitchedOffAndOn(t *testing.T) {
	p := play(t, greets)
	first := p.drops(wire.KindSynAck, "server", 1)
	p.drops(wire.KindData, "client", 2)
	third := p.drops(wire.KindFin, "client", 1)
	p.end()
	a, err := p.t.ReplayBut(0, []engine.StepNo{first}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	last := p.t.Interventions(a)
	b, err := p.t.ReplayBut(a, []engine.StepNo{last[len(last)-1].AtStep + 1}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	c, err := p.t.ReplayBut(b, nil, []engine.MoveRef{{Branch: 0, Step: first}}, "")
	if err != nil {
		t.Fatal(err)
	}
	only, err := p.t.ReplayBut(0, []engine.StepNo{third}, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	p.story(c)
	got := p.lost()
	p.story(only)
	if want := p.lost(); !slices.Equal(got, want) || len(got) != 2 {
		t.Errorf("off, off, on: %v are lost; off: %v", got, want)
	}
	if off := p.t.Branches()[c].Off; len(off) != 1 || off[0].Branch != a {
		t.Errorf("left out: %v", off)
	}

	// All of it is the same again from the text.
	f := &scene.File{Scenario: *p.t.Scenario()}
	g, err := scene.Parse("bundle", scene.Bundle(p.t, f))
	if err != nil {
		t.Fatal(err)
	}
	u, err := scene.Load(g)
	if err != nil {
		t.Fatal(err)
	}
	for i, info := range u.Branches() {
		if !slices.Equal(info.Off, p.t.Branches()[i].Off) {
			t.Errorf("branch %d is without %v, expected %v", i, info.Off, p.t.Branches()[i].Off)
		}
	}
}

func TestWhatWasNotLeftOutCannotBeMadeAgain(t *testing.T) {
	p := play(t, greets)
	n := p.drops(wire.KindSynAck, "server", 1)
	for _, c := range []struct {
		off []engine.StepNo
		on  []engine.MoveRef
	}{
		{},
		{off: []engine.StepNo{n + 1}},
		{off: []engine.StepNo{0}},
		{on: []engine.MoveRef{{Branch: 0, Step: n}}},
		{on: []engine.MoveRef{{Branch: 7, Step: n}}},
	} {
		if b, err := p.t.ReplayBut(0, c.off, c.on, ""); err == nil {
			t.Errorf("off %v on %v became branch %d", c.off, c.on, b)
		}
	}
	if len(p.t.Branches()) != 1 || p.t.N() == 0 {
		t.Errorf("%d branches, at %d", len(p.t.Branches()), p.t.N())
	}
}
