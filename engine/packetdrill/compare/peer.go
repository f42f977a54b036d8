package compare

import (
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// peer is the script's end of one connection: how its numbers and timestamps map to
// the engine's.
type peer struct {
	local, remote wire.Endpoint
	passive       bool
	seqMap
	tsKnown bool
	tsShift uint32       // engine's timestamp less the script's, latest
	tsFirst uint32       // the same, at first
	tsSlack sim.Duration // how far that may have moved since: timers of a kernel are late, the engine's are not
	ts      []tsPair
}

type tsPair struct{ script, live uint32 }

func (p *peer) tuple() wire.Tuple { return wire.Tuple{Local: p.local, Remote: p.remote} }

// peerOf returns the peer of a packet of the engine.
func (c *Comparator) peerOf(s *wire.Segment) *peer {
	for _, p := range c.peers {
		if p.local == s.Src && p.remote == s.Dst {
			return p
		}
	}
	p := &peer{local: s.Src, remote: s.Dst}
	c.peers = append(c.peers, p)
	c.cur = p
	return p
}

// under is the peer that packets of the script come from. The first packet after
// listen() begins a connection; what follows belongs to it, until another socket
// is made.
func (c *Comparator) under() *peer {
	if c.cur != nil && !c.Fresh {
		return c.cur
	}
	c.Fresh, c.TestFD = false, -1
	at := c.ListenAt
	if at.Port == 0 {
		at.Port = c.BindPort
	}
	if !at.Addr.IsValid() || at.Addr.IsUnspecified() {
		at.Addr = c.Local
	}
	n := uint16(0)
	for _, p := range c.peers {
		if p.passive {
			n++
		}
	}
	p := &peer{local: at, remote: wire.Endpoint{Addr: c.Remote, Port: 36869 + n}, passive: true}
	c.peers = append(c.peers, p)
	c.cur = p
	return p
}

// liveEcr maps a timestamp that the script echoes: exactly, when a line has asked for it,
// else by the distance of the first. sent: there was such a line.
func (p *peer) liveEcr(n uint32) (live uint32, sent bool) {
	for i := len(p.ts) - 1; i >= 0; i-- {
		if p.ts[i].script == n {
			return p.ts[i].live, true
		}
	}
	if n == 0 || !p.tsKnown {
		return n, false
	}
	return n + p.tsFirst, false
}

// maxStamps limits the timestamps that are remembered.
const maxStamps = 100_000

// scriptTS maps a timestamp that the engine sent to the one that the script
// expects there, if it is near enough.
// It counts ticks; 0: any is.
func (p *peer) scriptTS(live, want uint32, tol, tick sim.Duration) uint32 {
	got := want
	if !p.tsKnown {
		p.tsKnown, p.tsShift, p.tsFirst = true, live-want, live-want
	} else {
		off := int32(live - want - p.tsFirst)
		slack := int32(0)
		if tick > 0 {
			slack = int32((p.tsSlack + tol) / tick)
		}
		if tick > 0 && (off > slack+1 || off < -slack-1) {
			return live - p.tsShift
		}
		p.tsShift = live - want
	}
	if len(p.ts) < maxStamps {
		p.ts = append(p.ts, tsPair{want, live})
	}
	return got
}

// Begins makes a connection the one under test, whose SYN a call has sent.
func (c *Comparator) Begins(local, remote wire.Endpoint) {
	c.peerOf(&wire.Segment{Src: local, Dst: remote})
}

// UnderTest is the connection that the script is about.
func (c *Comparator) UnderTest() (t wire.Tuple, ok bool) {
	if c.cur == nil {
		return t, false
	}
	return c.cur.tuple(), true
}

// Wrote spells a packet that passed the interface, without its window and options; in: it
// was injected. n is how many bytes it carried.
func (c *Comparator) Wrote(s *wire.Segment, n int, in bool) string {
	if in {
		syn, m := s.Flags.Has(wire.SYN), c.numbersOf(s.Dst, s.Src)
		return script.Spell("", s.Flags, uint32(s.Seq)-m.theirs(syn), n, s.Flags.Has(wire.ACK), uint32(s.Ack)-m.ours(syn), -1, 0, "")
	}
	seq, ack := c.numbersOf(s.Src, s.Dst).out(s)
	return script.Spell("", s.Flags, seq, n, s.Flags.Has(wire.ACK), ack, -1, 0, "")
}

// numbersOf are those of the connection between two ends, if the script knows it.
func (c *Comparator) numbersOf(local, remote wire.Endpoint) *seqMap {
	for _, q := range c.peers {
		if q.local == local && q.remote == remote {
			return &q.seqMap
		}
	}
	return &seqMap{}
}
