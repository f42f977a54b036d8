package kernel

import "wirestep/engine/wire"

// peerAct is what the peer makes of the segments that have come since it last
// looked: what it loses, what it keeps for later, and how it acknowledges the rest.
type peerAct struct {
	drop, late uint64 // which of them, by number: bits
	each       bool   // an ACK for each segment; else one for all
	last       bool   // what was late is looked at after the rest; else before
}

// senders are the areas in which the kernel sends.
var senders = []string{"send-loss", "send-window", "send-calls"}

// sender makes a plan in which the kernel sends and the peer receives, over a path
// of one round trip.
func (g *gen) sender() {
	g.p.rtt = g.ms(10, 90)
	set := func(name string, v ...string) {
		g.p.sys = append(g.p.sys, [2]string{"net.ipv4." + name, pick(g, v...)})
	}
	set("tcp_wmem", "4096 16384 4194304", "4096 262144 4194304", "4096 262144 4194304")
	if g.one(5) {
		set("tcp_early_retrans", "0", "3", "4")
	}
	if g.one(6) {
		set("tcp_recovery", "0", "1", "2", "4", "6")
	}
	if g.one(6) {
		set("tcp_frto", "0", "1")
	}
	if g.one(6) {
		set("tcp_slow_start_after_idle", "0")
	}
	if g.one(6) {
		set("tcp_reordering", "3", "5", "10")
	}
	if g.one(8) {
		set("tcp_min_tso_segs", "1", "4", "20")
	}
	if g.one(8) {
		set("tcp_tso_win_divisor", "0", "1", "8")
	}
	if g.one(10) {
		set("tcp_retrans_collapse", "0")
	}
	if g.one(10) {
		set("tcp_limit_output_bytes", "4194304")
	}
	g.open()
	for range 4 + g.IntN(8) {
		switch g.p.area {
		case "send-loss":
			g.sendLoss()
		case "send-window":
			g.sendWindow()
		default:
			g.sendCalls()
		}
	}
}

// write lets the kernel's application write.
func (g *gen) write(sizes ...int) {
	g.add(act{wait: g.ms(0, 4), kind: actCall, call: "write", n: pick(g, sizes...)})
}

// answer is the peer, a round trip later. loss: of so many segments one is lost.
func (g *gen) answer(loss, late int, win uint16) {
	a := act{wait: g.p.rtt, kind: actPeer, flags: wire.ACK, win: win}
	a.peer.each, a.peer.last = !g.one(4), g.one(2)
	for i := range 64 {
		if loss > 0 && g.one(loss) {
			a.peer.drop |= 1 << i
		} else if late > 0 && g.one(late) {
			a.peer.late |= 1 << i
		}
	}
	g.add(a)
}

// sendLoss is a step of a sender that loses segments.
func (g *gen) sendLoss() {
	switch g.IntN(10) {
	case 0, 1, 2:
		g.write(1, 1000, 3000, 10000, 20000)
		g.answer(pick(g, 0, 2, 4, 4, 10), pick(g, 0, 0, 0, 5), 65535)
	case 3, 4, 5, 6:
		g.answer(pick(g, 0, 0, 3, 8), pick(g, 0, 0, 6), 65535)
	case 7:
		g.add(act{wait: g.ms(210, 600), kind: actCheckSend})
	case 8:
		g.answer(pick(g, 1, 2), 0, 65535)
	case 9:
		g.add(act{wait: g.ms(5, 30), kind: actCheckSend})
	}
}

// sendWindow is a step of a sender with a changing window.
func (g *gen) sendWindow() {
	win := pick[uint16](g, 65535, 65535, 20000, 8000, 4000, 2000, 1000, 500, 100, 0)
	switch g.IntN(9) {
	case 0, 1, 2:
		g.write(1, 100, 1000, 3000, 10000, 30000)
		g.answer(0, 0, win)
	case 3, 4, 5:
		g.answer(pick(g, 0, 0, 0, 8), 0, win)
	case 6:
		g.add(act{wait: g.ms(5, 60), kind: actPeer, flags: wire.ACK, win: win})
	case 7:
		g.add(act{wait: g.ms(210, 900), kind: actCheckSend})
	case 8:
		g.add(act{wait: g.ms(5, 30), kind: actCheckSend})
	}
}

// sendCalls is a step of a sender that is used in every way.
func (g *gen) sendCalls() {
	switch g.IntN(14) {
	case 0, 1, 2:
		for range 1 + g.IntN(4) {
			g.write(1, 10, 100, 500, 1000, 1447, 1448, 1449, 3000)
		}
	case 3:
		g.write(20000, 60000, 200000)
	case 4, 5, 6, 7:
		g.answer(0, 0, 65535)
	case 8:
		g.add(act{wait: g.ms(0, 5), kind: actCall, call: pick(g, "nodelay", "cork"), n: g.IntN(2)})
	case 9:
		g.add(act{wait: g.ms(0, 5), kind: actCall, call: "more", n: pick(g, 10, 1000, 1500, 5000)})
	case 10:
		g.add(act{wait: g.ms(0, 5), kind: actCall, call: "sndbuf", n: pick(g, 1000, 5000, 20000, 100000)})
	case 11:
		g.add(act{wait: g.ms(210, 1500), kind: actCheckSend})
	case 12:
		g.add(act{wait: g.ms(5, 30), kind: actCheckSend})
	case 13:
		if g.one(3) {
			g.add(act{wait: g.ms(0, 5), kind: actCall, call: pick(g, "shutdown", "close"), n: 1})
		} else {
			g.add(act{wait: g.ms(0, 5), kind: actCall, call: "outq"})
		}
	}
}
