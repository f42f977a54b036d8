package kernel

import "wirestep/engine/wire"

// segment is a data segment of the peer somewhere around what is expected.
func (g *gen) segment() act {
	a := act{wait: g.pause(), kind: actInject, flags: wire.ACK | wire.PSH, win: g.window(), size: pick(g, 1, 10, 100, 500, 1000, 1000, 1448, 1460)}
	a.off = pick[int32](g, 0, 0, 0, 0, 0, 1000, 2000, 500, -1, -100, -500, -1000, -2000, 100000, 1000000, -1000000)
	if g.one(15) {
		a.age = pick[int32](g, 5000, 100, 1, -5000)
	}
	a.noTS = g.one(40)
	return a
}

// data is a step of a receiver.
func (g *gen) data() {
	switch g.IntN(12) {
	default:
		g.add(g.segment())
	case 0:
		g.add(act{wait: g.pause(), kind: actCall, call: "read", n: pick(g, 1, 100, 1000, 100000)})
	case 1:
		g.add(act{wait: g.pause(), kind: actCall, call: "write", n: pick(g, 1, 100, 1000)})
		g.add(act{wait: g.ms(5, 40), kind: actInject, flags: wire.ACK, win: g.window()})
	case 2:
		g.add(act{wait: g.pause(), kind: actCall, call: "quickack", n: g.IntN(2)})
	case 3:
		g.add(act{wait: g.pause(), kind: actInject, flags: wire.ACK, win: g.window(), off: pick[int32](g, 0, -1, -1, -10, 10), age: pick[int32](g, 0, 0, 0, 100, 1000, 5000, -1000)})
	case 4:
		g.add(act{wait: g.pause(), kind: actCheck})
	}
}

// close is a step of a connection that ends.
func (g *gen) close() {
	a := act{wait: g.pause(), kind: actInject, win: g.window()}
	switch g.IntN(13) {
	case 0:
		a = act{wait: g.pause(), kind: actCall, call: "shutdown", n: pick(g, 0, 1, 1, 1, 2)}
	case 1:
		a = act{wait: g.pause(), kind: actCall, call: "close"}
	case 2:
		a = act{wait: g.pause(), kind: actCall, call: "linger", n: pick(g, 0, 0, 1)}
	case 3, 4:
		a.flags, a.size = wire.FIN|wire.ACK, pick(g, 0, 0, 0, 10, 1000)
		a.off = pick[int32](g, 0, 0, 0, 0, 100, -1, -10, 1000000)
	case 5, 6:
		a.flags, a.plus = wire.ACK, pick[int32](g, 0, 0, 0, -1, 1, 1000)
		a.off = pick[int32](g, 0, 0, 0, -1, 1)
	case 7:
		a = g.segment()
	case 8:
		a = act{wait: g.pause(), kind: actCall, call: "read", n: pick(g, 10, 100000)}
	case 9:
		a = act{wait: g.pause(), kind: actCall, call: "write", n: pick(g, 1, 100, 2500)}
	case 10:
		a.flags, a.off = pick(g, wire.RST, wire.RST|wire.ACK), pick[int32](g, 0, 0, 0, 1, -1)
	case 11:
		a = act{wait: g.pause(), kind: actCheck}
	case 12:
		if g.one(3) {
			a = g.syn(wire.SYN)
			a.wait, a.off = g.pause(), pick[int32](g, 0, 1, 100000, -100000)
		} else {
			a.flags, a.ack = wire.ACK, ackNone
		}
	}
	g.add(a)
}

// reset is a step of a connection that is attacked.
func (g *gen) reset() {
	a := act{wait: g.pause(), kind: actInject, win: g.window()}
	switch g.IntN(11) {
	case 0, 1, 2:
		a.flags = pick(g, wire.RST, wire.RST, wire.RST|wire.ACK)
		a.off = pick[int32](g, 0, 1, 1, -1, -100, 100, 1000, 60000, 1000000)
		a.size = pick(g, 0, 0, 0, 10)
		a.plus = pick[int32](g, 0, 0, 1, -1, 100000)
	case 3:
		a = g.syn(pick(g, wire.SYN, wire.SYN, wire.SYN|wire.ACK))
		a.wait, a.off = g.pause(), pick[int32](g, 0, 1, 1000, -1000, 1000000)
	case 4, 5:
		a = g.segment()
	case 6:
		a.flags, a.plus = wire.ACK, pick[int32](g, 0, 1, 1000, 100000, -1, -100000)
		a.size = pick(g, 0, 10)
	case 7:
		a = act{wait: g.pause(), kind: actCall, call: pick(g, "read", "write", "write"), n: pick(g, 10, 1000)}
	case 8:
		a = act{wait: g.pause(), kind: actCall, call: pick(g, "soerror", "soerror", "close"), n: 0}
	case 9:
		a = act{wait: g.pause(), kind: actCheck}
	case 10:
		a.flags, a.size = pick(g, 0, wire.PSH, wire.FIN, wire.URG|wire.ACK, wire.SYN|wire.FIN), pick(g, 0, 10)
	}
	g.add(a)
}
