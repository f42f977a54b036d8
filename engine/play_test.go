// Package engine_test holds the engine to what Linux 6.18 was measured to do, to
// the laws of time travel, and to honesty about its own explanations. Scenes are
// short texts; what is asserted is what a person could see: segments and their
// times, states, errors, counters.
package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// near is two hosts side by side: the round trip takes 0.2 ms, which Linux rounds
// to nothing. far takes 40 ms.
const (
	near = "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 100us\n"
	far  = "host client 10.0.0.1\nhost server 10.0.0.2\nlink client server delay 20ms\n"

	// alone is one real client whose segments nobody hears; its peer is whoever
	// forges. lone is the same for a server.
	alone = "host client 10.0.0.1\nhost peer 10.0.0.2\nlink client > peer loss 100%\nlink peer > client delay 100us\n"
	lone  = "host peer 10.0.0.1\nhost server 10.0.0.2\nlink peer > server delay 100us\nlink server > peer loss 100%\n"

	reader    = "program server\n  s = listen(:80, 128)\n  c = accept(s)\n  read(c, eof)\n"
	readClose = reader + "  close(c)\n"
)

// player plays one scene.
type player struct {
	testing.TB
	f    *scene.File
	t    *engine.Timeline
	last *trace.Event
}

func play(t testing.TB, texts ...string) *player {
	t.Helper()
	f, err := scene.Parse("scene", strings.Join(texts, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	tl, err := engine.NewTimeline(f.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	return &player{TB: t, f: f, t: tl}
}

func instant(t testing.TB, s string) sim.Time {
	t.Helper()
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return sim.Time(d)
}

func (p *player) step() bool {
	ev, ok := p.t.Step()
	if ok {
		p.last = ev
	}
	return ok
}

// to lets everything happen up to an instant, and no more.
func (p *player) to(when string) *player {
	p.Helper()
	for at := instant(p, when); ; {
		if next, ok := p.t.NextAt(); !ok || next > at || !p.step() {
			return p
		}
	}
}

// end plays to the end of the scene.
func (p *player) end() *player {
	p.Helper()
	for p.step() {
	}
	if p.t.Err() != nil {
		p.Fatalf("the scene does not end: %v", p.t.Err())
	}
	return p
}

// at makes an intervention at an instant, after everything else of that instant.
func (p *player) at(when, op string) *player {
	p.Helper()
	p.to(when)
	o, err := scene.ParseOp(op, p.t.Scenario())
	if err != nil {
		p.Fatalf("%s: %v", op, err)
	}
	ev, err := p.t.Apply(o, instant(p, when), "you")
	if err != nil {
		p.Fatalf("%s: %v", op, err)
	}
	p.last = ev
	return p
}

// is asserts conditions in the language of scenes.
func (p *player) is(conds ...string) *player {
	p.Helper()
	for _, c := range conds {
		cond, err := scene.Compile(c, p.t.Scenario())
		if err != nil {
			p.Fatal(err)
		}
		if !cond(p.t.World(), p.last) {
			p.Errorf("at %s s this is false: %s\n%s", p.t.World().Now().Seconds(), c, p.look())
		}
	}
	return p
}

// look describes the hosts for a failed assertion.
func (p *player) look() string {
	var b strings.Builder
	for _, h := range p.t.World().Hosts() {
		fmt.Fprintf(&b, "  %s:", h.Name)
		for _, c := range h.Live {
			fmt.Fprintf(&b, " %s", c.State)
		}
		for _, q := range h.Reqs {
			fmt.Fprintf(&b, " request %s", q.State)
		}
		for _, w := range h.TWs {
			fmt.Fprintf(&b, " entry %s", w.State)
		}
		for i, n := range h.MIB {
			if n > 0 {
				fmt.Fprintf(&b, " %s=%d", engine.Counters()[i], n)
			}
		}
		b.WriteByte('\n')
	}
	tail := p.wire("")
	b.WriteString("  " + strings.Join(tail[max(0, len(tail)-12):], "\n  "))
	return b.String()
}

func (p *player) events() []trace.Event { return p.t.Events(p.t.Branch(), 1, p.t.N()) }

// packets lists what a host sent, in order; "" is everybody.
func (p *player) packets(from string) (out []*engine.Packet) {
	w := p.t.World()
	for id := sim.PacketID(1); id <= w.LastPacket(); id++ {
		k := w.Packet(id)
		if k.CopyOf == 0 && (from == "" || !k.Forged && w.Hosts()[k.From].Name == from) {
			out = append(out, k)
		}
	}
	return out
}

// line spells a packet without window and options, SACK blocks apart:
// "F. 1:1(0) ack 1 sack 1:2".
func line(k *engine.Packet) string {
	s := k.Seg.Format(k.BaseSeq, k.BaseAck)
	if i := strings.Index(s, " win "); i >= 0 {
		s = s[:i]
	}
	for i, b := range k.Seg.Opts.Blocks() {
		if i == 0 {
			s += " sack"
		}
		s += fmt.Sprintf(" %d:%d", uint32(b.Start-k.BaseAck), uint32(b.End-k.BaseAck))
	}
	return s
}

// wire lists what a host sent, "0.204 F. 1:1(0) ack 1"; "" is everybody, by name.
func (p *player) wire(from string) (out []string) {
	for _, k := range p.packets(from) {
		s := k.SentAt.Seconds() + " "
		if from == "" {
			s += p.t.World().Hosts()[k.From].Name + " "
		}
		out = append(out, s+line(k))
	}
	return out
}

// said lists what a host sent from an instant on, without the times.
func (p *player) said(from, since string) (out []string) {
	p.Helper()
	at := instant(p, since)
	for _, k := range p.packets(from) {
		if k.SentAt >= at {
			out = append(out, line(k))
		}
	}
	return out
}

// says asserts what a host has sent from an instant on.
func (p *player) says(from, since string, want ...string) *player {
	p.Helper()
	if got := p.said(from, since); !slices.Equal(got, want) {
		p.Errorf("%s sent from %s on\n  %s\nexpected\n  %s", from, since, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
	return p
}

// when lists the instants at which a host sent a kind of segment: "0 1 3".
func (p *player) when(from, kind string) string {
	var out []string
	for _, k := range p.packets(from) {
		if k.Seg.Kind().String() == kind {
			out = append(out, k.SentAt.Seconds())
		}
	}
	return strings.Join(out, " ")
}

func (p *player) sends(from, kind, when string) *player {
	p.Helper()
	if got := p.when(from, kind); got != when {
		p.Errorf("%s sent its %ss at %s\nexpected %s", from, kind, got, when)
	}
	return p
}

// count is a counter of a host, named as in nstat without TcpExt.
func (p *player) count(h, name string) int {
	p.Helper()
	for i, n := range engine.Counters() {
		if n == "TcpExt"+name || n == "Tcp"+name {
			return int(p.host(h).MIB[i])
		}
	}
	p.Fatalf("no counter is called %s", name)
	return 0
}

func (p *player) counts(h, name string, want int) *player {
	p.Helper()
	if got := p.count(h, name); got != want {
		p.Errorf("%s counts %s = %d, expected %d", h, name, got, want)
	}
	return p
}

func (p *player) host(name string) *host.Host {
	p.Helper()
	for _, h := range p.t.World().Hosts() {
		if h.Name == name {
			return h
		}
	}
	p.Fatalf("no host is called %s", name)
	return nil
}

// calls lists the calls of a host that have returned: "connect 0", "read -1
// ECONNRESET". Those that make a socket return 0.
func (p *player) calls(h string) (out []string) {
	w := p.t.World()
	for _, e := range p.events() {
		for i := range e.Effects {
			f := &e.Effects[i]
			if f.Kind != trace.Returned || w.Hosts()[f.Host].Name != h {
				continue
			}
			name := e.Name[strings.Index(e.Name, "=")+1:]
			name = strings.TrimSpace(name[:strings.IndexByte(name, '(')])
			n := f.Result
			if strings.Contains("accept socket listen", name) && n > 0 {
				n = 0
			}
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %d %s", name, n, f.Errno)))
		}
	}
	return out
}

func (p *player) returns(h string, want ...string) *player {
	p.Helper()
	if got := p.calls(h); !slices.Equal(got, want) {
		p.Errorf("the calls of %s returned\n  %s\nexpected\n  %s", h, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
	return p
}

// lastWith is the instant of the last event in which a rule applied; "" if none.
func (p *player) lastWith(rule string) string {
	ev := p.events()
	for i := len(ev) - 1; i >= 0; i-- {
		for j := range ev[i].Spans {
			if ev[i].Spans[j].Rule.ID == rule {
				return ev[i].At.Seconds()
			}
		}
	}
	return ""
}
