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

// The text of what people did, read again, is the same run to the byte.
func TestBundleReloads(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f, err := scene.Parse("random", drawScene(r))
		must(r, err)
		tl, err := engine.NewTimeline(f.Scenario)
		must(r, err)
		grow(r, tl)
		text := scene.Bundle(tl, f)
		g, err := scene.Parse("bundle", text)
		must(r, err)
		u, err := scene.Load(g)
		if err != nil {
			r.Fatalf("%v\n%s", err, text)
		}
		if u.Branch() != tl.Branch() || u.N() != tl.N() || len(u.Branches()) != len(tl.Branches()) {
			r.Fatalf("the cursor is at %d.%d, expected %d.%d", u.Branch(), u.N(), tl.Branch(), tl.N())
		}
		same(r, "trace", fullTrace(tl, tl.Branch(), tl.N()), fullTrace(u, u.Branch(), u.N()))
		same(r, "world", worldText(tl.World()), worldText(u.World()))
		same(r, "bundle", text, scene.Bundle(u, g))
	})
}

// Replay without anything new is the same story, as far as what people did can be
// said in advance: here, rules for the future.
func TestReplayIsTheSameStory(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tl := newTimeline(r, drawScene(r))
		for range rapid.IntRange(1, 200).Draw(r, "steps") {
			tl.Step()
		}
		n := tl.N()
		b, err := tl.Replay(nil, "again", "")
		must(r, err)
		must(r, tl.Seek(n))
		same(r, "trace", fullTrace(tl, 0, n), fullTrace(tl, b, n))
	})
}

// A segment that somebody dropped is dropped again by the replay: the same
// segments go over the wire at the same instants.
func TestReplayDropsTheSameSegment(t *testing.T) {
	p := play(t, far, readClose, connects+"  write(c, 3000)\n  close(c)\n").to("45ms")
	var id sim.PacketID
	for _, k := range p.packets("client") {
		if len(k.Seg.Payload) > 0 && id == 0 {
			id = k.ID
		}
	}
	p.at("45ms", "drop packet "+itoa(int(id))).to("30s")
	want := strings.Join(p.wire(""), "\n")
	if _, err := p.t.Replay(nil, "again", ""); err != nil {
		t.Fatal(err)
	}
	same(t, "wire", want, strings.Join(p.to("30s").wire(""), "\n"))
}

// deed does something that a replay can plan: to a segment on its way, or
// between two events. Odd times keep copies from arriving together with others: a copy
// has another number when it is planned, and of two arrivals the lower number is first.
// So no two copies are as late either.
func deed(r *rapid.T, t *engine.Timeline) {
	next, ok := t.NextAt()
	if !ok || next <= t.World().Now()+1 {
		return
	}
	text := rapid.SampledFrom([]string{"sysctl client net.ipv4.tcp_syn_retries = 2", "call client: write(c, 100)", "call server: shutdown(c, SHUT_WR)", "unplug client server",
		"plug client server", "link client server delay 70ms"}).Draw(r, "deed")
	for _, p := range t.World().Planned(30) {
		if p.Packet != 0 && t.World().Packet(p.Packet).CopyOf == 0 && rapid.Bool().Draw(r, "packet") {
			text = fmt.Sprintf(rapid.SampledFrom([]string{"drop packet %d", "delay packet %d by 33.00017ms", "corrupt packet %d", "duplicate packet %[1]d after 7.%06[1]dms", "edit packet %d win=1"}).Draw(r, "to"), p.Packet)
			break
		}
	}
	op, err := scene.ParseOp(text, t.Scenario())
	must(r, err)
	_, _ = t.Apply(op, t.World().Now()+(next-t.World().Now())/2, "you")
}

// flow writes what went over the wire and what became of it.
func flow(t *engine.Timeline, until sim.Time) string {
	var out strings.Builder
	w := t.World()
	for _, e := range t.Events(t.Branch(), 1, t.N()) {
		for i := range e.Effects {
			if f := &e.Effects[i]; e.At <= until && (f.Kind == trace.Sent || f.Kind == trace.Delivered) {
				fmt.Fprintf(&out, "%s %s %d %s\n", e.At.Seconds(), f.Kind, f.Host, line(w.Packet(f.Packet)))
			}
		}
	}
	return out.String()
}

// What people did is done again by a replay: the same segments go over the wire,
// and arrive, at the same instants. (Rules that the author planned are left out here:
// of two rules that meet one segment the replay may have another come first.)
func TestReplayDoesTheSameAgain(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text, _, _ := strings.Cut(drawScene(r), "\nat ")
		tl := newTimeline(r, text)
		for range rapid.IntRange(1, 4).Draw(r, "deeds") {
			for range rapid.IntRange(0, 30).Draw(r, "steps") {
				tl.Step()
			}
			deed(r, tl)
		}
		for range 30 {
			tl.Step()
		}
		until := tl.World().Now()
		want := flow(tl, until-1)
		if _, err := tl.Replay(nil, "again", "you"); err != nil {
			r.Fatal(err)
		}
		for {
			if next, ok := tl.NextAt(); !ok || next >= until {
				break
			}
			tl.Step()
		}
		same(r, "wire", want, flow(tl, until-1))
	})
}
