package compare

import (
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// await waits until something that a line may ask for is on the interface, but not beyond
// limit.
func (c *Comparator) await(k *script.Packet, limit sim.Time) bool {
	for {
		if c.pass(k); len(c.Out) > 0 {
			return true
		}
		if !c.Await(limit) {
			return false
		}
	}
}

// pass leaves aside what other connections than the one under test have sent, as
// packetdrill does. A SYN may begin the one that the line is about.
func (c *Comparator) pass(k *script.Packet) {
	for len(c.Out) > 0 && c.cur != nil {
		s := &c.Out[0].Seg
		if s.Src == c.cur.local && s.Dst == c.cur.remote || c.firstSYN(s, k) {
			return
		}
		c.Aside = append(c.Aside, c.Out[0])
		c.Out = c.Out[1:]
	}
}

func (c *Comparator) firstSYN(s *wire.Segment, k *script.Packet) bool {
	const both = wire.SYN | wire.ACK
	return s.Flags&both == wire.SYN && k.Flags&both == wire.SYN
}
