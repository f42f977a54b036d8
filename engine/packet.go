package engine

import (
	"strings"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Packet is one segment on its way, or that was.
type Packet struct {
	ID       sim.PacketID
	Seg      wire.Segment // as it is now: an edit changes it
	From, To sim.HostID
	Flow     sim.FlowID // of the sender's connection; 0: none
	SentBy   sim.EventID
	SentAt   sim.Time
	DepartAt sim.Time // when its last bit left the interface
	ArriveAt sim.Time // Never: held, or lost
	BaseSeq  wire.Seq // ISN of the sender: Seg.Seq is shown relative to it
	BaseAck  wire.Seq // ISN of the receiver
	Retx     uint16   // how often the same was sent before
	CopyOf   sim.PacketID
	Of       sim.PacketID // the packet that a box made this one of: the same one a hop before
	Forged   bool
	Edited   bool
	Held     bool
}

// RelSeq is the sequence number as the diagram shows it.
func (p *Packet) RelSeq() wire.Seq { return p.Seg.Seq - p.BaseSeq }

// RelAck is the acknowledgment number as the diagram shows it; 0 without one.
func (p *Packet) RelAck() wire.Seq {
	if !p.Seg.Flags.Has(wire.ACK) {
		return 0
	}
	return p.Seg.Ack - p.BaseAck
}

// sort says of a packet what N says of its Sent effect.
func (p *Packet) sort() (n int32) {
	if p.Seg.Flags.Has(wire.RST) {
		n |= trace.SentReset
	}
	if p.Retx > 0 {
		n |= trace.SentAgain
	}
	return n
}

// Options are the options as the diagram shows them: SACK blocks relative, and
// before them what the IP header says about ECN.
func (p *Packet) Options() string {
	text := p.Seg.Opts.Relative(p.BaseAck)
	if p.Seg.ECN == wire.NotECT {
		return text
	}
	return strings.TrimSuffix("["+p.Seg.ECN.String()+"] "+text, " ")
}

const (
	blockLen   = 32
	keptBlocks = 192 // blocks that a world which forgets still has
)

// ledger keeps every packet ever sent, by number. Copies of a world share the
// full blocks, which are never written again; only the last one is copied.
type ledger struct {
	full []*[blockLen]Packet
	last *[blockLen]Packet // its own; nil before the first packet
	n    sim.PacketID      // how many packets there are
	drop bool              // keep only the latest: for runs that nobody looks back on
}

func (l *ledger) clone() ledger {
	n := *l
	n.full = append(make([]*[blockLen]Packet, 0, len(l.full)+1), l.full...)
	if l.last != nil {
		last := *l.last
		n.last = &last
	}
	return n
}

// add gives a packet the next number and keeps it.
func (l *ledger) add(p *Packet) *Packet {
	i := int(l.n) % blockLen
	if i == 0 {
		l.turn()
	}
	l.n++
	p.ID = l.n
	l.last[i] = *p
	return &l.last[i]
}

// turn puts the last block, if any, among the full ones and begins another.
func (l *ledger) turn() {
	if l.last != nil {
		l.full = append(l.full, l.last)
	}
	if n := len(l.full) - keptBlocks - 1; l.drop && n >= 0 {
		l.last, l.full[n] = l.full[n], nil
		return
	}
	l.last = new([blockLen]Packet)
}

// get returns a packet to read, or nil.
func (l *ledger) get(id sim.PacketID) *Packet {
	if id < 1 || id > l.n {
		return nil
	}
	i := int(id) - 1
	if i/blockLen == (int(l.n)-1)/blockLen {
		return &l.last[i%blockLen]
	}
	b := l.full[i/blockLen]
	if b == nil {
		return nil
	}
	return &b[i%blockLen]
}

// edit returns a packet to write; a shared block is copied first.
func (l *ledger) edit(id sim.PacketID) *Packet {
	i := int(id) - 1
	if i/blockLen != (int(l.n)-1)/blockLen {
		b := *l.full[i/blockLen]
		l.full[i/blockLen] = &b
	}
	return l.get(id)
}
