package engine_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// fuzzScenes are where a fuzzer begins.
var fuzzScenes = []string{
	far + readClose + connects + "  write(c, 3000)\n  close(c)\n",
	near + "program server\n  s = listen(:80, 1)\n  c = accept(s)\n  write(c, 9000)\n  shutdown(c, SHUT_WR)\n  read(c, eof)\n" + connects + "  read(c, 100)\n  sleep(1s)\n  read(c, eof)\n",
	far + crossing, lone + reader, alone + connectsPeer,
}

// dice deals from the bytes of a fuzzer, and zeros when they are used up.
type dice struct{ b []byte }

func (d *dice) n(n int) int {
	if len(d.b) == 0 {
		return 0
	}
	v := int(d.b[0])
	if d.b = d.b[1:]; n > 256 && len(d.b) > 0 {
		v = v<<8 | int(d.b[0])
		d.b = d.b[1:]
	}
	return v % n
}

func (d *dice) u32() uint32 {
	switch d.n(4) {
	case 0:
		return uint32(d.n(4))
	case 1:
		return -uint32(d.n(300))
	case 2:
		return uint32(d.n(70000))
	}
	return uint32(d.n(65536))<<16 | uint32(d.n(65536))
}

func (d *dice) of(s ...string) string { return s[d.n(len(s))] }

// op makes an operation that no parser has looked at.
func (d *dice) op() engine.Op {
	names := []string{"client", "server", "peer", "nobody", ""}
	op := engine.Op{Kind: engine.OpKind(d.n(18)), By: sim.Duration(d.n(3)-1) * sim.Duration(d.u32()), Host: d.of(names...), Proc: d.of("", "app", "x"),
		Both: d.n(2) == 0, LinkHas: engine.LinkField(d.n(1 << 9)), Rule: d.n(3) - 1, Rel: d.n(2) == 0, When: sim.Time(d.n(3)-1) * sim.Time(d.u32())}
	op.Target = engine.Target{Packet: sim.PacketID(d.n(20) - 3), Any: d.n(2) == 0, Kind: wire.Kind(d.n(10)), From: d.of(names...), Nth: d.n(5) - 2}
	op.Link = engine.LinkSpec{From: d.of(names...), To: d.of(names...), Delay: sim.Duration(d.n(3)-1) * sim.Duration(d.u32()), Jitter: sim.Duration(d.n(3)-1) * 1e6,
		Rate: uint64(d.u32()), LossPPM: d.u32(), DupPPM: d.u32(), ReorderPPM: d.u32(), Queue: d.u32(), MTU: d.u32()}
	op.Set = engine.Setting{Name: d.of("tcp_syn_retries", "net.ipv4.tcp_rmem", "net.ipv4.tcp_timestamps", "nothing", ""), Value: d.of("1", "999", "1 2 3", "x", "")}
	for range d.n(3) {
		op.Edits = append(op.Edits, engine.Edit{Field: d.of("seq", "ack", "win", "flags", "src", "dst", "payload", "mss", "wscale", "sackok", "tsval", "sport", "nothing"),
			Value: d.of("+1", "-1", "0", "70000", "S", "FSRPU", "10.0.0.9", "::1", "", strings.Repeat("x", 70000))})
	}
	op.Forge = d.segment()
	op.Call = host.Instr{Kind: host.InstrKind(d.n(6)), Name: d.of("socket", "bind", "listen", "accept", "connect", "read", "write", "shutdown", "close", "setsockopt",
		"getsockopt", "fcntl", "poll", "abort", "kill", "recv", "send", "nothing"), Var: d.of("", "c", "s", "z")}
	for range d.n(4) {
		op.Call.Args = append(op.Call.Args, host.Arg{Kind: host.ArgKind(d.n(8)), Num: int64(int32(d.u32())), Text: d.of("c", "s", "eof", "SHUT_WR", "SO_LINGER", "TCP_MAXSEG", "MSG_PEEK", "", "x"),
			Addr: wire.Endpoint{Addr: d.addr(), Port: uint16(d.n(100))}, Dur: sim.Duration(int32(d.u32()))})
	}
	if d.n(4) == 1 {
		then := d.op()
		op.Then = &then
	}
	return op
}

func (d *dice) addr() netip.Addr {
	return []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("fd00::1"), {}, netip.MustParseAddr("10.0.0.9")}[d.n(5)]
}

func (d *dice) segment() wire.Segment {
	s := wire.Segment{Src: wire.Endpoint{Addr: d.addr(), Port: uint16(d.n(3) * 40)}, Dst: wire.Endpoint{Addr: d.addr(), Port: uint16(d.n(3) * 40)},
		Seq: wire.Seq(d.u32()), Ack: wire.Seq(d.u32()), Flags: wire.Flags(d.n(512)), Win: uint16(d.u32()), Urg: uint16(d.u32()), BadSum: d.n(9) == 1, TTL: uint8(d.n(3))}
	s.Payload = wire.Pattern(0, d.n(3)*d.n(2000))
	o := &s.Opts
	o.Has, o.MSS, o.WScale, o.TSVal, o.TSEcr, o.SackN = wire.OptionSet(d.n(256)), uint16(d.u32()), uint8(d.n(256)), d.u32(), d.u32(), uint8(d.n(6))
	for i := range o.Sack {
		o.Sack[i] = wire.SackBlock{Start: wire.Seq(d.u32()), End: wire.Seq(d.u32())}
	}
	if d.n(8) == 1 {
		s.ICMP = wire.ICMP{Set: true, V6: d.n(2) == 1, Type: uint8(d.n(16)), Code: uint8(d.n(16)), MTU: d.u32()}
	}
	return s
}

// forgery writes a segment as somebody would who knows about where the connection
// stands: those are the ones that get far.
func (d *dice) forgery() string {
	hosts := [][2]string{{"client", "server"}, {"server", "client"}, {"peer", "server"}, {"peer", "client"}}[d.n(4)]
	s := fmt.Sprintf("forge %s > %s flags=%s seq=%d ack=%d win=%d len=%d", hosts[0], hosts[1], d.of("S", "S.", ".", "P.", "F.", "FP.", "R", "R.", "SF", "U.", "-", "SFRPU."),
		d.n(2000)-100, d.n(2000)-100, d.n(65536), d.n(1500))
	s += d.of("", " sackok", " mss=0", " mss=20", " wscale=255", " tsval=5 tsecr=5", fmt.Sprintf(" sack=%d:%d/%d:%d", d.n(3000), d.n(3000), d.n(3000), d.n(3000)), " urg=7")
	if hosts[0] == "peer" && d.n(3) == 0 {
		s += " from=peer:40000 to=" + hosts[1] + ":80"
	}
	return s
}

// FuzzTimeline does to a timeline what nobody should: operations as text, raw
// operations, forged segments, here and there in time. It may refuse, with a
// reason; it must not crash, nor break an invariant.
func FuzzTimeline(f *testing.F) {
	for i := range fuzzScenes {
		f.Add(uint8(i), "drop next SYN\nhold packet 1\nrelease packet 1\nat 1s corrupt every DATA from client", []byte("\x05\x20\x01\x03\x10\x02\x05\x00\x04\x30\x11\x12"))
		f.Add(uint8(i), "forge client > server flags=R seq=1\ncall client: close(c)\nedit next ACK win=0 seq=+5", []byte(strings.Repeat("\x03\x21abcdefghij\x02\x01", 20)))
	}
	f.Fuzz(func(t *testing.T, which uint8, texts string, raw []byte) {
		if len(texts) > 2000 || len(raw) > 4000 {
			return
		}
		p := play(t, fuzzScenes[int(which)%len(fuzzScenes)])
		p.t.SetLimit(3000)
		d, k, lines := &dice{raw}, newChecker(), strings.Split(texts, "\n")
		for len(d.b) > 0 {
			b, n := p.t.Branch(), p.t.N()
			switch d.n(5) {
			case 0, 1:
				for range d.n(30) {
					if _, ok := p.t.Step(); !ok {
						break
					}
					if err := k.event(p.t.World(), p.t.Event(p.t.Branch(), p.t.N())); err != nil {
						t.Fatal(err)
					}
				}
				continue
			case 2:
				if len(lines) > 0 {
					if op, err := scene.ParseOp(lines[0], p.t.Scenario()); err == nil {
						tryOp(t, p.t, op, lines[0])
					}
					lines = lines[1:]
				}
			case 3:
				tryOp(t, p.t, d.op(), "raw")
			case 4:
				s := d.forgery()
				if op, err := scene.ParseOp(s, p.t.Scenario()); err == nil {
					tryOp(t, p.t, op, s)
				}
			}
			if p.t.N() > n && p.t.Branch() == b {
				if err := k.event(p.t.World(), p.t.Event(b, p.t.N())); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = scene.Bundle(p.t, p.f)
		tip := p.t.N()
		if p.t.Seek(tip/2) != nil || p.t.Seek(tip) != nil {
			t.Fatal("the past is gone")
		}
	})
}

func tryOp(t *testing.T, tl *engine.Timeline, op engine.Op, text string) {
	if _, err := tl.Apply(op, tl.World().Now(), "you"); err != nil && err.Error() == "" {
		t.Fatalf("%s is refused without a word", text)
	}
}
