package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Laws of time travel, over random scenes and random things that people do.

// drawScene writes a random scene of two or three hosts.
func drawScene(r *rapid.T) string {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(r, name) }
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d\n", rapid.Uint32().Draw(r, "seed"))
	b.WriteString("host client 10.0.0.1\nhost server 10.0.0.2\n")
	fmt.Fprintf(&b, "link client server delay %s%s\n", pick("delay", "0ms", "100us", "20ms", "150ms"),
		pick("link", "", " loss 5%", " loss 20% dup 5%", " reorder 10%", " jitter 5ms dup 10%", " rate 1mbit queue 5"))
	if rapid.Bool().Draw(r, "sysctl") {
		b.WriteString("sysctl client net.ipv4." + pick("set", "tcp_timestamps = 0", "tcp_sack = 0", "tcp_syn_linear_timeouts = 0", "tcp_window_scaling = 0", "tcp_fin_timeout = 5") + "\n")
	}
	write := func() string { return fmt.Sprintf("  write(c, %d)\n", rapid.IntRange(1, 9000).Draw(r, "bytes")) }
	end := func() string {
		return pick("end", "", "  close(c)\n", "  shutdown(c, SHUT_WR)\n", "  abort(c)\n", "  shutdown(c, SHUT_WR)\n  read(c, eof)\n  close(c)\n")
	}
	b.WriteString("program server\n  s = listen(:80, 2)\n  c = accept(s)\n" + pick("server", "  read(c, eof)\n", "  read(c, 100)\n"+write(), "  sleep(300ms)\n") + end())
	b.WriteString("program client\n  c = connect(server:80)\n" + pick("client", "", write(), write()+"  sleep(50ms)\n"+write()) + pick("pause", "", "  sleep(500ms)\n") + end())
	for range rapid.IntRange(0, 2).Draw(r, "planned") {
		b.WriteString("at " + pick("when", "0s", "25ms", "1s") + " " + pick("plan", "drop next SYN", "drop every FIN from client", "delay next DATA by 30ms",
			"duplicate 2nd ACK", "corrupt 1st DATA", "hold 2nd DATA from client", "sysctl server net.ipv4.tcp_synack_retries = 1") + "\n")
	}
	return b.String()
}

func newTimeline(r rapid.TB, text string) *engine.Timeline {
	f, err := scene.Parse("random", text)
	if err != nil {
		r.Fatalf("%v in\n%s", err, text)
	}
	t, err := engine.NewTimeline(f.Scenario)
	if err != nil {
		r.Fatal(err)
	}
	return t
}

// drawOp chooses something to do at the cursor; it may well be refused.
func drawOp(r *rapid.T, t *engine.Timeline) (engine.Op, string) {
	w := t.World()
	target := fmt.Sprintf("packet %d", rapid.IntRange(1, int(w.LastPacket())+1).Draw(r, "packet"))
	for _, p := range w.Planned(50) { // better one that is on its way
		if p.Packet != 0 && rapid.Bool().Draw(r, "this") {
			target = fmt.Sprintf("packet %d", p.Packet)
			break
		}
	}
	if rapid.IntRange(0, 3).Draw(r, "standing") == 0 {
		target = rapid.SampledFrom([]string{"next DATA", "every ACK from client", "2nd SYN-ACK", "next segment", "every FIN"}).Draw(r, "target")
	}
	text := rapid.SampledFrom([]string{
		"drop " + target, "delay " + target + " by 30ms", "hold " + target, "release " + target, "duplicate " + target, "duplicate " + target + " after 5ms",
		"corrupt " + target, "edit " + target + " win=0", "edit " + target + " seq=+100", "forge client > server flags=R seq=1", "forge server > client flags=P. seq=1 ack=1 len=9 win=9",
		"sysctl client net.ipv4.tcp_syn_retries = 2", "call client: write(c, 100)", "call client: close(c)", "call server: shutdown(c, SHUT_WR)", "unplug client server",
		"plug client server", "link client server delay 70ms loss 2%", "forget rule 1", "at 2s drop next SYN",
	}).Draw(r, "op")
	op, err := scene.ParseOp(text, t.Scenario())
	if err != nil {
		r.Fatalf("%s: %v", text, err)
	}
	return op, text
}

// act does something at the cursor. It reports whether it was accepted.
func act(r *rapid.T, t *engine.Timeline) bool {
	op, text := drawOp(r, t)
	at := t.World().Now()
	if next, ok := t.NextAt(); ok && rapid.Bool().Draw(r, "late") {
		at += (min(next, at+1e9) - at) / 2
	}
	if _, err := t.Apply(op, at, "you"); err != nil {
		if err.Error() == "" {
			r.Fatalf("%s is refused without a word", text)
		}
		return false
	}
	return true
}

// grow plays a timeline here and there, so that it has branches.
func grow(r *rapid.T, t *engine.Timeline) {
	for range rapid.IntRange(1, 6).Draw(r, "moves") {
		for range rapid.IntRange(0, 60).Draw(r, "steps") {
			if _, ok := t.Step(); !ok {
				break
			}
		}
		if rapid.Bool().Draw(r, "back") {
			must(r, t.Seek(engine.StepNo(rapid.IntRange(0, int(t.N())).Draw(r, "to"))))
		}
		act(r, t)
	}
}

func must(r rapid.TB, err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func straight(r rapid.TB, text string, t *engine.Timeline, n engine.StepNo) *engine.Timeline {
	u := newTimeline(r, text)
	for u.N() < n {
		if m := t.Move(0, u.N()+1); m != nil {
			_, err := u.Apply(m.Op, m.At, m.By)
			must(r, err)
		} else if _, ok := u.Step(); !ok {
			r.Fatalf("the straight run ends after %d events, before %d", u.N(), n)
		}
	}
	return u
}

// Whatever was looked at in between, Seek(n) is the world after n events of a
// straight run, and the events are the same.
func TestSeekIsAStraightRun(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := drawScene(r)
		tl := newTimeline(r, text)
		grow(r, tl)
		for range 4 {
			b := engine.BranchID(rapid.IntRange(0, len(tl.Branches())-1).Draw(r, "branch"))
			must(r, tl.Switch(b, engine.StepNo(rapid.IntRange(0, int(tl.Branches()[b].Tip)).Draw(r, "n"))))
			if rapid.Bool().Draw(r, "step") {
				tl.Step()
			}
			if rapid.Bool().Draw(r, "back") {
				tl.Back()
			}
		}
		must(r, tl.Switch(0, 0))
		n := engine.StepNo(rapid.IntRange(0, int(tl.Tip())).Draw(r, "seek"))
		must(r, tl.Seek(n))
		u := straight(r, text, tl, n)
		same(r, "world", worldText(tl.World()), worldText(u.World()))
		same(r, "trace", fullTrace(tl, 0, n), fullTrace(u, 0, n))
	})
}

// same compares two texts and shows the first line that differs.
func same(r rapid.TB, what, a, b string) {
	r.Helper()
	if a == b {
		return
	}
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			r.Fatalf("the %s differs in line %d:\n  %s\n  %s", what, i+1, x[i], y[i])
		}
	}
	r.Fatalf("the %s has %d lines and %d", what, len(x), len(y))
}

// Back and then Step is the same event, and the same world.
func TestBackAndStep(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tl := newTimeline(r, drawScene(r))
		grow(r, tl)
		world, trace := worldText(tl.World()), fullTrace(tl, tl.Branch(), tl.N())
		back := rapid.IntRange(0, int(tl.N())).Draw(r, "back")
		for range back {
			if !tl.Back() {
				r.Fatal("the beginning comes too soon")
			}
		}
		for range back {
			if _, ok := tl.Step(); !ok {
				r.Fatal("an event that has been computed is gone")
			}
		}
		same(r, "world", world, worldText(tl.World()))
		same(r, "trace", trace, fullTrace(tl, tl.Branch(), tl.N()))
	})
}

// An intervention before the tip leaves every old branch as it was; what comes
// before it is shared, packets keep their numbers.
func TestTheOldFutureStays(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tl := newTimeline(r, drawScene(r))
		grow(r, tl)
		before := make([]string, len(tl.Branches()))
		worlds := make([]string, len(tl.Branches()))
		for b := range before {
			must(r, tl.Switch(engine.BranchID(b), tl.Branches()[b].Tip))
			before[b], worlds[b] = fullTrace(tl, tl.Branch(), tl.N()), worldText(tl.World())
		}
		old := engine.BranchID(rapid.IntRange(0, len(before)-1).Draw(r, "branch"))
		if tl.Branches()[old].Tip == 0 {
			return
		}
		n := engine.StepNo(rapid.IntRange(0, int(tl.Branches()[old].Tip)-1).Draw(r, "n"))
		must(r, tl.Switch(old, n))
		if act(r, tl) {
			if int(tl.Branch()) != len(before) || len(tl.Branches()) != len(before)+1 || tl.N() != n+1 {
				r.Fatalf("the cursor is in branch %d at %d of %d", tl.Branch(), tl.N(), len(tl.Branches()))
			}
			same(r, "shared past", fullTrace(tl, old, n), fullTrace(tl, tl.Branch(), n))
			for range 40 {
				tl.Step()
			}
		}
		for b := range before {
			must(r, tl.Switch(engine.BranchID(b), tl.Branches()[b].Tip))
			same(r, "old branch", before[b], fullTrace(tl, tl.Branch(), tl.N()))
			same(r, "old world", worlds[b], worldText(tl.World()))
		}
	})
}

// A fork that is left alone goes the way of its parent, and Diff says so.
func TestForkGoesTheSameWay(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tl := newTimeline(r, drawScene(r))
		for range rapid.IntRange(1, 150).Draw(r, "steps") {
			tl.Step()
		}
		tip := tl.Tip()
		must(r, tl.Seek(engine.StepNo(rapid.IntRange(0, int(tip)).Draw(r, "n"))))
		b, err := tl.Fork("here")
		must(r, err)
		must(r, tl.Seek(tip))
		same(r, "trace", fullTrace(tl, 0, tip), fullTrace(tl, b, tip))
		d, err := tl.Diff(0, b)
		must(r, err)
		if d.What != "none" || d.Left != nil || d.Right != nil || d.Shared != tip {
			r.Fatalf("Diff says %+v", d)
		}
	})
}

// Diff finds exactly the first event that differs, and the same from both sides.
func TestDiff(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tl := newTimeline(r, drawScene(r))
		grow(r, tl)
		n := len(tl.Branches())
		a, b := engine.BranchID(rapid.IntRange(0, n-1).Draw(r, "a")), engine.BranchID(rapid.IntRange(0, n-1).Draw(r, "b"))
		l, err := tl.Diff(a, b)
		must(r, err)
		m, err := tl.Diff(b, a)
		must(r, err)
		if l.Shared != m.Shared || l.What != m.What || id(l.Left) != id(m.Right) || id(l.Right) != id(m.Left) {
			r.Fatalf("Diff is %+v one way and %+v the other", l, m)
		}
		first := engine.StepNo(1)
		for ; first <= min(tl.Branches()[a].Tip, tl.Branches()[b].Tip); first++ {
			if one(tl, a, first) != one(tl, b, first) {
				break
			}
		}
		if l.Shared != first-1 {
			r.Fatalf("Diff shares %d events (%s), the texts %d", l.Shared, l.What, first-1)
		}
	})
}

func id(e *trace.Event) sim.EventID {
	if e == nil {
		return 0
	}
	return e.ID
}

// one writes one event.
func one(tl *engine.Timeline, b engine.BranchID, n engine.StepNo) string {
	all, before := fullTrace(tl, b, n), fullTrace(tl, b, n-1)
	return all[len(before):]
}

// A clone goes its own way: nothing that happens to one shows in the other.
func TestClonesAreIndependent(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tl := newTimeline(r, drawScene(r))
		grow(r, tl)
		u := tl.Clone()
		world, trace, tree := worldText(tl.World()), fullTrace(tl, tl.Branch(), tl.N()), fmt.Sprint(tl.Branches())
		must(r, u.Switch(u.Branch(), engine.StepNo(rapid.IntRange(0, int(u.Tip())).Draw(r, "n"))))
		grow(r, u)
		same(r, "world", world, worldText(tl.World()))
		same(r, "trace", trace, fullTrace(tl, tl.Branch(), tl.N()))
		same(r, "tree", tree, fmt.Sprint(tl.Branches()))
		other := fullTrace(u, u.Branch(), u.N())
		grow(r, tl)
		same(r, "clone", other, fullTrace(u, u.Branch(), u.N()))
	})
}
