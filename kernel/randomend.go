package kernel

import "fmt"

// ending is a step that decides how a connection ends, and how long that takes: who
// gives up when, and what the network says of it.
func (g *gen) ending() {
	call := func(text string, n ...any) {
		g.add(act{wait: g.pause(), kind: actCall, call: fmt.Sprintf(text, n...)})
	}
	switch g.IntN(7) {
	case 0:
		call("setsockopt(%%d, SOL_TCP, TCP_LINGER2, [%d], 4)", pick(g, -1, 0, 1, 2, 70))
	case 1:
		call("setsockopt(%%d, SOL_TCP, TCP_USER_TIMEOUT, [%d], 4)", pick(g, 100, 300, 700, 0))
	case 2: // idle for a second: the peer is asked whether it is there
		call("setsockopt(%%d, SOL_SOCKET, SO_KEEPALIVE, [1], 4)")
		call("setsockopt(%%d, SOL_TCP, TCP_KEEPIDLE, [1], 4)")
		call("setsockopt(%%d, SOL_TCP, TCP_KEEPINTVL, [1], 4)")
		call("setsockopt(%%d, SOL_TCP, TCP_KEEPCNT, [%d], 4)", pick(g, 1, 2))
		g.add(act{wait: g.ms(1100, 1250), kind: actCheck})
	case 3, 4:
		g.add(act{wait: g.pause(), kind: actCall, call: "write", n: pick(g, 1, 100)})
		g.add(act{wait: g.ms(1, 20), kind: actICMP, code: pick[uint8](g, 0, 1, 2, 3), off: pick[int32](g, 0, 0, 0, 1, -1, 100000), size: pick(g, 0, 1)})
	case 5: // nobody answers for a while
		g.add(act{wait: g.pause(), kind: actCall, call: "write", n: pick(g, 1, 100)})
		g.add(act{wait: g.ms(700, 1200), kind: actCheck})
	case 6:
		g.add(act{wait: g.pause(), kind: actCall, call: "soerror"})
	}
}
