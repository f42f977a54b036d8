package outcome_test

import (
	"reflect"
	"testing"

	"wirestep/engine"
	"wirestep/engine/outcome"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
)

const pair = "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms\n"

func load(t *testing.T, text string) *engine.Timeline {
	t.Helper()
	f, err := scene.Parse("scene", pair+text)
	if err != nil {
		t.Fatal(err)
	}
	tl, err := scene.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	return tl
}

func op(t *testing.T, tl *engine.Timeline, text string) engine.Op {
	t.Helper()
	o, err := scene.ParseOp(text, tl.Scenario())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func replay(t *testing.T, tl *engine.Timeline, ops ...string) engine.BranchID {
	t.Helper()
	var list []engine.Op
	for _, text := range ops {
		list = append(list, op(t, tl, text))
	}
	b, err := tl.Replay(list, "", "you")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const call = "program client\n  c = connect(server:80)\n"

// A comparison leaves the timeline as it is, and says the same each time.
func TestCompareMovesNothing(t *testing.T) {
	tl := load(t, call)
	b := replay(t, tl, "sysctl client tcp_syn_retries = 3", "drop every SYN")
	n, tips := tl.N(), tl.Branches()
	first, err := outcome.Compare(tl, []engine.BranchID{0, b})
	if err != nil {
		t.Fatal(err)
	}
	if tl.N() != n || tl.Branch() != b || !reflect.DeepEqual(tl.Branches(), tips) {
		t.Errorf("the cursor was at %d of %d and is at %d of %d; branches %+v", n, b, tl.N(), tl.Branch(), tl.Branches())
	}
	again, err := outcome.Compare(tl, []engine.BranchID{0, b})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(first.Rows, again.Rows) || first.Verdict != again.Verdict || !reflect.DeepEqual(first.Change, again.Change) {
		t.Error("two comparisons of the same branches differ")
	}
}

// All branches are looked at up to the same instant, by time and by number.
func TestCommonLimit(t *testing.T) {
	tl := load(t, "program server\n  s = listen(:80, 5)\n  c = accept(s)\nprogram client\n  c = connect(server:80)\n  setsockopt(c, SO_KEEPALIVE, 1)\n")
	b := replay(t, tl, "unplug client server")
	c, err := outcome.Compare(tl, []engine.BranchID{0, b})
	if err != nil {
		t.Fatal(err)
	}
	a := c.Runs[0]
	if a.End || a.Until != outcome.MaxTime || a.Last() > outcome.MaxTime {
		t.Errorf("a connection with keepalive: end %v, until %s, last event %s; want it to run on after 300 s", a.End, a.Until.Seconds(), a.Last().Seconds())
	}
	if c.Verdict.Form != outcome.Fails {
		t.Errorf("the verdict is %s, want %s: connect gives up", c.Verdict.Form, outcome.Fails)
	}

	tl = load(t, "program server\n  s = listen(:80, 5)\n  c = accept(s)\n  loop\n    read(c, 1000)\n  end\nprogram client\n  c = connect(server:80)\n  loop\n    write(c, 10)\n    sleep(1ms)\n  end\n")
	b = replay(t, tl, "unplug client server")
	if c, err = outcome.Compare(tl, []engine.BranchID{0, b}); err != nil {
		t.Fatal(err)
	}
	for _, r := range c.Runs {
		if r.N > outcome.MaxEvents || r.Until != c.Runs[0].Until || r.Last() > r.Until || r.Until > sim.Time(60*sim.Second) {
			t.Errorf("%d events until %s, last at %s: want all cut off where the busy one is", r.N, r.Until.Seconds(), r.Last().Seconds())
		}
	}
}

// What somebody did further on counts as something done, and every row names the
// event that set its value.
func TestRowsNameTheirEvents(t *testing.T) {
	tl := load(t, "program server\n  s = listen(:80, 5)\n  c = accept(s)\n  read(c, eof)\n  close(c)\nprogram client\n  c = connect(server:80)\n  write(c, 3000)\n  close(c)\n")
	for range 6 {
		tl.Step()
	}
	if err := tl.Seek(4); err != nil {
		t.Fatal(err)
	}
	if _, err := tl.Apply(op(t, tl, "drop next DATA from client"), tl.World().Now(), "you"); err != nil {
		t.Fatal(err)
	}
	c, err := outcome.Compare(tl, []engine.BranchID{0, tl.Branch()})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Change.Moves[0]) != 0 || len(c.Change.Moves[1]) != 1 || c.Change.Moves[1][0].Kind != engine.OpDrop || len(c.Change.Settings) != 0 {
		t.Errorf("what was done otherwise: %+v", c.Change)
	}
	for _, r := range c.Rows {
		for side, v := range r.Values {
			if v.Kind == outcome.Time && r.What != outcome.Ends {
				if got := c.Runs[side].Events[v.Event-1].At; got != v.At() {
					t.Errorf("%s %s: %s, but event %d was at %s", r.What, r.Host, v.At().Seconds(), v.Event, got.Seconds())
				}
			}
		}
	}
	for _, side := range c.Parting.Sides {
		if side.Event > 0 && side.Shared >= side.Event {
			t.Errorf("shared up to %d, but apart from %d on", side.Shared, side.Event)
		}
	}
}

// Three branches stand side by side too.
func TestThreeSides(t *testing.T) {
	tl := load(t, call)
	if _, err := tl.Apply(op(t, tl, "drop every SYN"), 0, "you"); err != nil {
		t.Fatal(err)
	}
	one := replay(t, tl, "sysctl client tcp_syn_retries = 1")
	if err := tl.Switch(0, 1); err != nil {
		t.Fatal(err)
	}
	three := replay(t, tl, "sysctl client tcp_syn_retries = 3")
	c, err := outcome.Compare(tl, []engine.BranchID{0, one, three})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range c.Rows[c.Verdict.Row].Values {
		got = append(got, v.At().Seconds())
	}
	if want := []string{"131", "3", "19"}; !reflect.DeepEqual(got, want) || c.Verdict.Form != outcome.GivesUp {
		t.Errorf("%s at %v, want %s at %v", c.Verdict.Form, got, outcome.GivesUp, want)
	}
	if len(c.Parting.Sides) != 3 || c.Parting.At != sim.Time(3*sim.Second) {
		t.Errorf("they part at %s, want 3", c.Parting.At.Seconds())
	}
}
