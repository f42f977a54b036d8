package kernel

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"wirestep/engine/wire"
)

// gen makes random plans.
type gen struct {
	*rand.Rand
	p *plan
}

// areas are what random scripts are about.
var areas = append([]string{"handshake", "receiver", "close", "reset"}, senders...)

// newPlan makes the nth random script of a seed, among the areas that begin so.
func newPlan(seed uint64, n int, area string) *plan {
	named := strings.Split(area, ",")
	areas := slices.DeleteFunc(slices.Clone(areas), func(a string) bool {
		return !slices.ContainsFunc(named, func(n string) bool { return strings.HasPrefix(a, n) })
	})
	if len(areas) == 0 {
		areas = senders
	}
	g := &gen{rand.New(rand.NewPCG(seed, uint64(n))), &plan{seed: uint64(n), area: areas[n%len(areas)]}}
	g.settings()
	g.p.active = g.IntN(3) == 0
	g.p.ip6 = g.one(6)
	if strings.HasPrefix(g.p.area, "send-") {
		g.sender()
		g.add(act{wait: g.ms(20, 80), kind: actCheckSend})
		return g.p
	}
	if g.p.area == "receiver" {
		g.buffers()
	}
	if g.p.area == "handshake" {
		g.handshake()
	} else {
		g.open()
	}
	for range 3 + g.IntN(9) {
		switch g.p.area {
		case "handshake":
			g.odd()
		case "receiver":
			if g.one(2) {
				g.data()
			} else {
				g.reading()
			}
		case "close":
			if g.one(5) {
				g.ending()
			} else {
				g.close()
			}
		case "reset":
			if g.one(6) {
				g.ending()
			} else {
				g.reset()
			}
		}
	}
	g.add(act{wait: g.ms(20, 80), kind: actCheck})
	return g.p
}

func (g *gen) one(n int) bool { return g.IntN(n) == 0 }

func pick[T any](g *gen, v ...T) T { return v[g.IntN(len(v))] }

func (g *gen) ms(lo, hi int) time.Duration {
	return time.Duration(lo+g.IntN(hi-lo+1)) * time.Millisecond
}

// pause is mostly short, sometimes long enough for a timer.
func (g *gen) pause() time.Duration {
	switch g.IntN(10) {
	case 0:
		return g.ms(210, 500)
	case 1, 2:
		return g.ms(42, 120)
	case 3:
		return 0
	}
	return g.ms(5, 30)
}

func (g *gen) add(a act) { g.p.acts = append(g.p.acts, a) }

func (g *gen) settings() {
	set := func(name string, v ...string) {
		g.p.sys = append(g.p.sys, [2]string{"net.ipv4." + name, pick(g, v...)})
	}
	set("tcp_congestion_control", "reno", "cubic")
	set("tcp_timestamps", "0", "1")
	set("tcp_sack", "1", "1", "0")
	set("tcp_window_scaling", "1", "1", "0")
	set("tcp_no_metrics_save", "1")
	set("tcp_ecn", "0")
	if g.one(4) {
		set("tcp_dsack", "0")
	}
	if g.one(5) {
		set("tcp_rmem", "4096 8192 65536", "4096 32768 6291456", "4096 4096 16384", "4096 131072 131072")
	}
	if g.p.area == "handshake" && g.one(4) {
		set("tcp_abort_on_overflow", "1")
	}
	if g.p.area == "handshake" && g.one(6) {
		set("tcp_syn_retries", "1", "2")
		set("tcp_synack_retries", "1", "0")
		set("tcp_syn_linear_timeouts", "0", "1", "4")
	}
	if g.p.area == "close" && g.one(3) {
		set("tcp_orphan_retries", "1", "2", "3")
		set("tcp_retries2", "1", "2", "3", "15")
	}
	if g.p.area == "close" && g.one(4) {
		set("tcp_fin_timeout", "1", "2")
	}
	if g.p.area == "reset" && g.one(4) {
		set("tcp_invalid_ratelimit", "0", "100")
	}
	g.p.ts, g.p.gso, g.p.wins = !g.one(4), g.one(3), g.one(4)
}

// syn is a SYN of the peer with some options.
func (g *gen) syn(flags wire.Flags) act {
	a := act{kind: actInject, flags: flags, win: pick[uint16](g, 65535, 29200, 32792, 5000)}
	o := &a.opts
	if !g.one(8) {
		o.Has |= wire.HasMSS
		o.MSS = pick[uint16](g, 1460, 1460, 1000, 1400, 500, 48, 1, 65535, 88)
	}
	if g.one(12) {
		o.Raw = pick(g, "\x4d\x04\x01\x02", "\xfd\x04\x12\x34", "\xc8\x05\x01\x02\x03\x01", "\x02\x03\x05\x01", "\x04\x04\x00\x00", "\x00", "\x08\x04\x01\x02")
	}
	if !g.one(3) {
		o.Has |= wire.HasSackOK
	}
	if !g.one(3) {
		o.Has |= wire.HasWScale
		o.WScale = uint8(pick(g, 0, 1, 7, 14))
	}
	return a
}

// open makes a connection, in order.
func (g *gen) open() {
	if g.p.active {
		g.add(act{wait: g.ms(5, 10), kind: actCall, call: "connect"})
		s := g.syn(wire.SYN | wire.ACK)
		s.wait = g.trip()
		g.add(s)
		return
	}
	s := g.syn(wire.SYN)
	s.wait = g.ms(5, 10)
	g.add(s)
	g.add(act{wait: g.trip(), kind: actInject, flags: wire.ACK, win: g.window()})
	g.add(act{wait: g.ms(0, 5), kind: actCall, call: "accept"})
}

// trip is the round trip of the handshake.
func (g *gen) trip() time.Duration {
	if g.p.rtt > 0 {
		return g.p.rtt
	}
	return g.ms(10, 40)
}

func (g *gen) window() uint16 { return pick[uint16](g, 65535, 30000, 7812) }

// handshake begins one; odd goes on with whatever comes.
func (g *gen) handshake() {
	if g.p.active {
		g.add(act{wait: g.ms(5, 10), kind: actCall, call: "connect"})
		return
	}
	s := g.syn(wire.SYN)
	s.wait = g.ms(5, 10)
	g.add(s)
}

// odd is a step in the middle of a handshake.
func (g *gen) odd() {
	a := act{wait: g.pause(), kind: actInject, win: g.window()}
	switch g.IntN(12) {
	case 0, 1:
		a = g.syn(wire.SYN)
		a.wait, a.off = g.pause(), pick[int32](g, 0, 0, 1, 1000, -1000)
	case 2, 3:
		if g.p.active {
			a = g.syn(wire.SYN | wire.ACK)
			a.wait, a.plus = g.pause(), pick[int32](g, 0, 0, 0, 1, -1, 1000)
		} else {
			a.flags = wire.ACK
			a.plus = pick[int32](g, 0, 0, 1, -1, 1000)
		}
	case 4, 5:
		a.flags = wire.ACK
		a.off = pick[int32](g, 0, 0, 0, 1, -1, 1000000)
	case 6:
		a.flags, a.off = pick(g, wire.RST, wire.RST|wire.ACK), pick[int32](g, 0, 0, 1, -1, 1000000)
	case 7:
		a.flags, a.size = wire.ACK|wire.PSH, pick(g, 1, 10, 1000)
	case 8:
		a.wait = g.ms(1050, 1150) // a SYN or a SYN-ACK is sent again
		a.flags = wire.ACK
	case 9:
		a = act{wait: g.pause(), kind: actCall, call: pick(g, "accept", "accept", "write", "read"), n: 100}
	case 10:
		a.flags, a.size = wire.ACK|wire.FIN, pick(g, 0, 10)
	case 11:
		a = act{wait: g.pause(), kind: actCheck}
	}
	a.noTS = g.one(20)
	g.add(a)
}
