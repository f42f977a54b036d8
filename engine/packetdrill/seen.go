package packetdrill

import (
	"wirestep/engine/packetdrill/compare"
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
	k := seen{*s, s.Kind(), len(s.Payload), r.Now, line, in}
	k.seg.Payload = ""
	r.seen = append(r.seen, k)
	return len(r.seen)
}

// asked notes that the line that is performed has asked for a packet.
func (r *runner) asked(s compare.Sent) {
	if s.N > 0 {
		r.seen[s.N-1].line = r.at
	}
}

// packets spells what was seen, once it is known how numbers map.
func (r *runner) packets() []Packed {
	var all []Packed
	for i := range r.seen {
		s := &r.seen[i]
		p := Packed{At: s.at - compare.Epoch, Line: s.line, In: s.in, Kind: s.kind}
		switch {
		case s.seg.ICMP.Set:
			p.Text = "ICMP"
		default:
			p.Text = r.Wrote(&s.seg, s.len, s.in)
		}
		all = append(all, p)
	}
	return all
}
