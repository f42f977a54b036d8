package packetdrill

import (
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// Packed is a packet that passed the interface, with the numbers of the script.
type Packed struct {
	At   sim.Time
	Line int  // the line that injected it or asked for it; 0: none did
	In   bool // injected
	Kind wire.Kind
	Text string
}

// maxSeen limits the packets that are kept.
const maxSeen = 10_000

type seen struct {
	seg  wire.Segment // without what it carries
	kind wire.Kind
	len  int
	at   sim.Time
	line int
	in   bool
}

// saw keeps a packet, if somebody will look, and returns its place from 1.
func (r *runner) saw(s *wire.Segment, line int, in bool) int {
	if !r.cfg.Trace || len(r.seen) >= maxSeen {
		return 0
	}
	k := seen{*s, s.Kind(), len(s.Payload), r.now, line, in}
	k.seg.Payload = ""
	r.seen = append(r.seen, k)
	return len(r.seen)
}

// asked takes a packet off the interface for the line that is performed.
func (r *runner) asked() {
	if n := r.out[0].n; n > 0 {
		r.seen[n-1].line = r.at
	}
	r.out = r.out[1:]
}

// packets spells what was seen, once it is known how numbers map.
func (r *runner) packets() []Packed {
	var all []Packed
	for i := range r.seen {
		s := &r.seen[i]
		p := Packed{At: s.at - epoch, Line: s.line, In: s.in, Kind: s.kind}
		switch {
		case s.seg.ICMP.Set:
			p.Text = "ICMP"
		case s.in:
			syn, m := s.seg.Flags.Has(wire.SYN), r.numbersOf(s.seg.Dst, s.seg.Src)
			p.Text = script.Spell("", s.seg.Flags, uint32(s.seg.Seq)-m.theirs(syn), s.len, s.seg.Flags.Has(wire.ACK), uint32(s.seg.Ack)-m.ours(syn), -1, 0, "")
		default:
			seq, ack := r.numbersOf(s.seg.Src, s.seg.Dst).out(&s.seg)
			p.Text = script.Spell("", s.seg.Flags, seq, s.len, s.seg.Flags.Has(wire.ACK), ack, -1, 0, "")
		}
		all = append(all, p)
	}
	return all
}

// numbersOf are those of the connection between two ends, if the script knows it.
func (r *runner) numbersOf(local, remote wire.Endpoint) *seqMap {
	for _, q := range r.peers {
		if q.local == local && q.remote == remote {
			return &q.seqMap
		}
	}
	return &seqMap{}
}
