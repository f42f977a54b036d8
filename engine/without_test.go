package engine_test

import (
	"testing"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

const greets = far + readClose + "program client\n  c = connect(server:80)\n  write(c, 3000)\n  close(c)\n"

// drops takes the so-and-so-manieth segment of a kind from a host off the wire, as
// soon as it is on its way.
func (p *player) drops(kind wire.Kind, from string, nth int) engine.StepNo {
	p.Helper()
	seen := 0
	for p.step() {
		for i := range p.last.Effects {
			e := &p.last.Effects[i]
			q := p.t.World().Packet(e.Packet)
			if e.Kind != trace.Sent || q.Seg.Kind() != kind || p.t.World().Hosts()[q.From].Name != from {
				continue
			}
			if seen++; seen == nth {
				ev, err := p.t.Apply(engine.Op{Kind: engine.OpDrop, Target: engine.Target{Packet: q.ID}}, p.t.World().Now(), "you")
				if err != nil {
					p.Fatal(err)
				}
				return ev.ID
			}
		}
	}
	p.Fatalf("%s sends no %s number %d", from, kind, nth)
	return 0
}

// lost lists what was taken off the wire in the cursor's branch: kind and instant
// of sending.
func (p *player) lost() (out []string) {
	w := p.t.World()
	for id := sim.PacketID(1); id <= w.LastPacket(); id++ {
		if q := w.Packet(id); q.ArriveAt == sim.Never {
			out = append(out, q.Seg.Kind().String()+" "+q.SentAt.Seconds())
		}
	}
	return out
}

// Without one of two drops the other one meets the same segment, although all that
// is in between happens earlier.
func TestReplayWithoutOneDrop(t *testing.T) {
	p := play(t, greets)
	first := p.drops(wire.KindSynAck, "server", 1)
	p.drops(wire.KindFin, "client", 1)
	p.end()
	events := p.t.Tip()

	b, err := p.t.ReplayWithout(0, first, "not dropped", "you")
	must(t, err)
	p.end()
	if got := p.lost(); len(got) != 1 || got[0] != "FIN 0.04" {
		t.Errorf("the wire lost %q, expected the FIN of 40 ms alone", got)
	}
	if i := p.t.Branches()[b]; i.Parent != 0 || i.Step != first-1 {
		t.Errorf("the branch leaves %d at %d, expected 0 at %d", i.Parent, i.Step, first-1)
	}
	if p.t.Branches()[0].Tip != events {
		t.Error("the first branch has changed")
	}
}

// Without the only intervention everything is as if nobody had done anything.
func TestReplayWithoutTheOnlyMove(t *testing.T) {
	p := play(t, greets)
	n := p.drops(wire.KindData, "client", 2)
	p.end()
	b, err := p.t.ReplayWithout(0, n, "", "you")
	must(t, err)
	p.end()
	q := play(t, greets).end()
	same(t, "trace", fullTrace(q.t, 0, q.t.Tip()), fullTrace(p.t, b, p.t.Tip()))
}

// What is held and let go stays held for as long, although the hold of another
// segment before it is not made.
func TestReplayWithoutKeepsHolds(t *testing.T) {
	p := play(t, greets)
	p.to("0ms")
	n := p.drops(wire.KindSynAck, "server", 1)
	p.to("1.039s")
	id := p.t.World().LastPacket()
	at := func(when sim.Duration, k engine.OpKind) {
		t.Helper()
		_, err := p.t.Apply(engine.Op{Kind: k, Target: engine.Target{Packet: id}}, sim.Time(when), "you")
		must(t, err)
	}
	at(1039*sim.Millisecond, engine.OpHold)
	at(1040*sim.Millisecond, engine.OpRelease)
	p.end()
	_, err := p.t.ReplayWithout(0, n, "", "you")
	must(t, err)
	p.end().is("server.read == 3000")
	if _, err := p.t.ReplayWithout(0, 1, "", "you"); err == nil {
		t.Error("event 1 is nobody's doing, and still it was left out")
	}
}

// Taking back a rule finds that rule, although another one was never set up.
func TestReplayWithoutRenumbersRules(t *testing.T) {
	p := play(t, greets)
	p.at("0ms", "drop every ACK from client")
	n := p.t.N()
	p.at("0ms", "drop every FIN from client")
	p.at("1s", "forget rule 2")
	p.to("2s")
	_, err := p.t.ReplayWithout(0, n, "", "you")
	must(t, err)
	if rules := p.t.World().Rules(); len(rules) != 0 {
		t.Errorf("%d rules are left, expected none", len(rules))
	}
}
