// Package netem is one direction of a cable: it decides when a packet leaves,
// when it arrives, and whether it arrives at all.
//
//	packet ─▶ queue ─▶ rate ─▶ delay + jitter ─▶ loss? twice? early? ─▶ arrival
//
// A link knows nothing of what it carries but its size. It has dice of its own,
// so that changing one link never changes what another one does.
package netem
