package kernel

import (
	"fmt"

	"wirestep/engine/wire"
)

// buffers makes the receive buffer of a random script small, or fixes it, or limits
// its window.
func (g *gen) buffers() {
	if g.one(4) {
		g.p.before = append(g.p.before, fmt.Sprintf("setsockopt(3, SOL_SOCKET, SO_RCVBUF, [%d], 4)", pick(g, 0, 1200, 2000, 3000, 8000, 20000, 70000)))
	}
	if g.one(6) {
		g.p.before = append(g.p.before, fmt.Sprintf("setsockopt(3, SOL_TCP, TCP_WINDOW_CLAMP, [%d], 4)", pick(g, 500, 2000, 5000, 40000)))
	}
	if g.one(8) {
		g.p.before = append(g.p.before, fmt.Sprintf("setsockopt(3, SOL_SOCKET, SO_RCVLOWAT, [%d], 4)", pick(g, 100, 2000, 50000)))
	}
	if g.one(8) {
		g.p.sys = append(g.p.sys, [2]string{"net.ipv4.tcp_shrink_window", "1"})
	}
	if g.one(8) {
		g.p.sys = append(g.p.sys, [2]string{"net.ipv4.tcp_moderate_rcvbuf", "0"})
	}
	if g.one(8) {
		g.p.sys = append(g.p.sys, [2]string{"net.ipv4.tcp_comp_sack_nr", pick(g, "0", "1", "44")})
	}
}

// reading is a step in which the application has a part, or many segments come.
func (g *gen) reading() {
	call := func(text string, n ...any) {
		g.add(act{wait: g.pause(), kind: actCall, call: fmt.Sprintf(text, n...)})
	}
	switch g.IntN(14) {
	case 12:
		g.add(act{wait: g.pause(), kind: actInject, flags: wire.ACK | wire.URG, win: 30000, size: pick(g, 1, 10, 100), off: pick[int32](g, 0, 0, 1000), urg: pick[uint16](g, 0, 1, 2, 5, 10, 50, 200)})
	case 13:
		if g.one(2) {
			call("recv(%%d, ..., 1, %s)", pick(g, "MSG_OOB", "MSG_OOB|MSG_PEEK"))
		} else {
			call("setsockopt(%%d, SOL_SOCKET, SO_OOBINLINE, [%d], 4)", g.IntN(2))
		}
	case 0, 1, 2: // many small segments, or a few full ones, in order or above a gap
		size, off := pick(g, 1, 10, 150, 160, 200, 536, 1000, 1448), pick[int32](g, 0, 0, 0, 1000, 3000)
		for i := range 2 + g.IntN(10) {
			a := act{wait: g.ms(1, 6), kind: actInject, flags: wire.ACK, win: 30000, size: size, off: off}
			if off > 0 {
				a.off += int32(i * size * pick(g, 1, 1, 2))
			}
			if g.one(5) {
				a.flags |= wire.PSH
			}
			g.add(a)
		}
	case 3:
		call("recv(%%d, ..., %d, %s)", pick(g, 1, 100, 1000, 100000), pick(g, "MSG_PEEK", "MSG_TRUNC", "MSG_PEEK|MSG_TRUNC", "MSG_WAITALL", "MSG_DONTWAIT"))
	case 4:
		call("setsockopt(%%d, SOL_SOCKET, SO_RCVBUF, [%d], 4)", pick(g, 0, 1200, 3000, 30000, 200000))
	case 5:
		call("setsockopt(%%d, SOL_TCP, TCP_WINDOW_CLAMP, [%d], 4)", pick(g, 500, 2000, 5000, 40000, 200000))
	case 6:
		call("setsockopt(%%d, SOL_SOCKET, SO_RCVLOWAT, [%d], 4)", pick(g, 0, 1, 100, 2000, 100000, 1000000))
	case 7:
		g.add(act{wait: g.pause(), kind: actCall, call: "inq"})
	case 8: // read everything, again and again: the buffer may grow
		for range 2 + g.IntN(5) {
			g.add(act{wait: g.ms(1, 20), kind: actInject, flags: wire.ACK | wire.PSH, win: 30000, size: 1448})
			g.add(act{wait: g.ms(0, 2), kind: actCall, call: "read", n: 100000})
		}
	case 9: // the peer ignores the window
		g.add(act{wait: g.pause(), kind: actInject, flags: wire.ACK | wire.PSH, win: 30000, size: pick(g, 1000, 1448), off: pick[int32](g, 0, 1000, 20000, 60000)})
	case 10:
		g.add(act{wait: g.pause(), kind: actCheck})
	case 11: // old and new in one segment
		g.add(act{wait: g.pause(), kind: actInject, flags: wire.ACK, win: 30000, size: pick(g, 100, 1000), off: pick[int32](g, -50, -99, -500, -900)})
	}
}
