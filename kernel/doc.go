// Package kernel asks the Linux underneath what the engine is asked elsewhere:
// it plays a packetdrill script, or a scene, on real network namespaces.
//
//	         ┌── namespace of its own ──┐
//	script ──┤ system calls ─▶ kernel   │
//	         │                  ▲ │ TUN │
//	         └──────────────────┼─┼─────┘
//	          '<' inject ───────┘ └──▶ '>' compare, stamped by the kernel
//
// A namespace has no name and ends with the thread that made it; settings are
// written only there; nothing outside is touched. It needs the rights of root and
// /dev/net/tun: Check says what is missing.
//
// A script's sequence numbers and timestamps are its own: the first SYN and the
// first timestamp that the kernel sends fix how they map.
package kernel
