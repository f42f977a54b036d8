package middlebox

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// side is what conntrack has learnt of one end from what it sent.
type side struct {
	known  bool     // something came from it
	end    wire.Seq // after the last byte that it sent
	most   wire.Seq // as far as the other side's window lets it send
	ack    wire.Seq // the highest that it acknowledged
	acked  bool     // ack is set
	win    uint32   // the largest window that it offered
	scale  uint8
	scales bool // its SYN offered to scale
	sacks  bool // its SYN offered selective acknowledgments
}

// lateAck is how far behind an acknowledgment may be at least (MAXACKWINCONST).
const lateAck = 66000

// begin takes what a SYN says of its sender (tcp_init_sender).
func (f *Flow) begin(s *wire.Segment, dir direction) {
	own, other := &f.sides[dir], &f.sides[1-dir]
	*own = side{known: true, end: s.End(), most: s.End(), win: max(uint32(s.Win), 1), sacks: s.Opts.On(wire.HasSackOK)}
	if own.scales = s.Opts.On(wire.HasWScale); own.scales {
		own.scale = min(s.Opts.WScale, 14)
	}
	if dir == reply && !(own.scales && other.scales) {
		own.scale, other.scale = 0, 0
	}
}

// pickUp guesses at a flow that was met in its middle: its windows may be scaled, so
// nothing of it is found outside them.
func (f *Flow) pickUp(s *wire.Segment) {
	f.liberal = true
	f.sides[orig] = side{known: true, end: s.End(), win: max(uint32(s.Win), 1), sacks: true}
	f.sides[orig].most = s.End() + wire.Seq(f.sides[orig].win)
	f.sides[reply].sacks = true
}

// fit is what the windows of a flow say of a segment.
type fit uint8

const (
	inWindow fit = iota
	oldNews      // it lies before the window, or acknowledges long since: it passes, and tells nothing
	outside      // no end can have sent it
)

var windowAbove = trace.Declare(trace.Rule{
	ID: "conntrack.above-window",
	Says: "The segment lies beyond the window of its receiver, or acknowledges what was never sent: no such segment can belong to the flow. " +
		"It is INVALID, and keeps its addresses as they are.",
	Linux:   "tcp_in_window",
	Differs: "No part of TCP: an end would answer it with an ACK, or drop it. nf_conntrack_tcp_be_liberal = 1 lets it pass.",
})

var windowBelow = trace.Declare(trace.Rule{
	ID:      "conntrack.below-window",
	Says:    "The segment repeats what was acknowledged, or acknowledges what was acknowledged long ago. It passes, and the box learns nothing from it.",
	Linux:   "tcp_in_window",
	Differs: "No part of TCP.",
})

// window asks whether a segment lies within what the two ends have told of their
// windows, and learns from it if it does (tcp_in_window).
func (f *Flow) window(x *Ctx, s *wire.Segment, dir direction) fit {
	own, other := &f.sides[dir], &f.sides[1-dir]
	seq, end, ack, sack := s.Seq, s.End(), s.Ack, highestSack(s, other.sacks)
	switch {
	case s.Flags.Has(wire.SYN) && (!own.known || end.After(own.end) && (f.State == SynSent || f.State == SynRecv)):
		f.begin(s, dir)
		if !s.Flags.Has(wire.ACK) {
			return inWindow
		}
	case !own.known:
		f.meet(s, dir, sack)
	}
	if !s.Flags.Has(wire.ACK) || s.Flags.Has(wire.RST) && ack == 0 {
		ack, sack = other.end, other.end
	}
	if s.Flags.Has(wire.RST) && seq == 0 && f.State == SynSent {
		seq, end = own.end, own.end
	}
	if v := f.place(x, own, other, seq, end, sack); v != inWindow {
		return v
	}
	f.learn(s, own, other, end, ack, sack)
	return inWindow
}

// meet takes the first segment of a side that is no SYN.
func (f *Flow) meet(s *wire.Segment, dir direction, sack wire.Seq) {
	own, other := &f.sides[dir], &f.sides[1-dir]
	own.known, own.end = true, s.End()
	own.win = max(uint32(s.Win)<<own.scale, 1)
	own.most = own.end + wire.Seq(own.win)
	if !other.known {
		other.end, other.most = sack, sack
	} else if sack == other.end+1 {
		other.end++ // an answer to a keepalive probe
	}
}

// place compares a segment with the windows.
func (f *Flow) place(x *Ctx, own, other *side, seq, end, sack wire.Seq) fit {
	news := other.win == 0 || end.After(own.end-wire.Seq(other.win)-1)
	if x.When(windowAbove, trace.Is("sequence number above the window", seq.After(own.most))) {
		over := uint32(end - own.most + 1)
		if other.win > 0 && news && !sack.After(other.end) && over <= other.win {
			own.end = end // a little more than allowed, as some stacks send: the answer must not be held against it
			return f.judge(oldNews)
		}
		return f.judge(outside)
	}
	if x.When(windowAbove, trace.Is("acknowledges what was never sent", sack.After(other.end))) {
		return f.judge(outside)
	}
	late := max(own.win, lateAck)
	if x.When(windowBelow, trace.Is("below the window", !news || !sack.After(other.end-wire.Seq(late)-1))) {
		return f.judge(oldNews)
	}
	return inWindow
}

// judge lets everything pass that a liberal box does not look at.
func (f *Flow) judge(v fit) fit {
	if f.liberal {
		return inWindow
	}
	return v
}

// learn takes over what a segment within the windows says.
func (f *Flow) learn(s *wire.Segment, own, other *side, end, ack, sack wire.Seq) {
	win := uint32(s.Win)
	if !s.Flags.Has(wire.SYN) {
		win <<= own.scale
	}
	own.win = max(own.win, win+uint32(sack-ack))
	if end.After(own.end) {
		own.end = end
	}
	if s.Flags.Has(wire.ACK) && (!own.acked || ack.After(own.ack)) {
		own.ack, own.acked = ack, true
	}
	if other.win != 0 && end.After(own.most) {
		other.win += uint32(end - own.most)
	}
	if edge := sack + wire.Seq(win); edge.After(other.most - 1) {
		if other.most = edge; win == 0 {
			other.most++
		}
	}
}

// highestSack is the highest number that a segment acknowledges in any way.
func highestSack(s *wire.Segment, sacks bool) wire.Seq {
	top := s.Ack
	for _, b := range s.Opts.Sack[:s.Opts.SackN] {
		if sacks && b.End.After(top) {
			top = b.End
		}
	}
	return top
}

var rstBelow = trace.Declare(trace.Rule{
	ID:      "conntrack.rst-below",
	Says:    "The RST has a number that its receiver acknowledged before: no end would believe it. It is INVALID.",
	Linux:   "nf_conntrack_tcp_packet",
	Differs: "RFC 5961 §3 asks this of the end; nf_conntrack_tcp_ignore_invalid_rst = 1 lets it pass.",
})

var rstDoubtful = trace.Declare(trace.Rule{
	ID:      "conntrack.rst-doubtful",
	Says:    "The RST lies in the window, but its number is not the one that would be believed at once. The entry stays, so that a challenge ACK gets through.",
	Linux:   "nf_conntrack_tcp_packet",
	Differs: "RFC 5961 §3.2 is for the ends; the box only keeps out of their way.",
})

// doubts reports whether a RST has to be looked at: the four-tuple of a flow that is
// closing may be in use again by now.
func (f *Flow) doubts(s *wire.Segment, dir direction) bool {
	switch f.State {
	case FinWait, LastAck, CloseWait, TimeWait, Close:
		return false
	}
	return f.sides[1-dir].acked && f.last != aSYN && (s.Seq != 0 || f.State == Established)
}

// below reports whether a RST has a number that its receiver has acknowledged.
func (f *Flow) below(s *wire.Segment, dir direction) bool {
	return f.doubts(s, dir) && s.Seq.Before(f.sides[1-dir].ack)
}

// reset is the state in which a RST leaves a flow.
func (f *Flow) reset(x *Ctx, s *wire.Segment, dir direction) State {
	exact := s.Seq == f.sides[1-dir].ack || f.last == anACK && f.lastDir == dir && s.Seq == f.lastEnd
	if x.When(rstDoubtful, trace.Is("not exact", f.doubts(s, dir) && f.State == Established && !exact)) {
		return f.State
	}
	return Close
}
