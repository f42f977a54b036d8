package host

import (
	"wirestep/engine/middlebox"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// The firewall of a host: the chains INPUT and OUTPUT, and conntrack when a rule asks
// for it.

var inputDrop = trace.Declare(trace.Rule{
	ID:      "input.drop",
	Says:    "A rule of the host's own firewall drops the segment before TCP sees it. Its sender hears nothing, and takes it for lost.",
	Linux:   "nf_hook_slow",
	Drops:   true,
	Differs: "No part of TCP. The chain is INPUT: what the host itself sends passes.",
	Filters: true,
})

var inputReject = trace.Declare(trace.Rule{
	ID:      "input.reject",
	Says:    "A rule of the host's own firewall rejects the segment before TCP sees it: its sender is told by an ICMP error, port unreachable or what the rule names.",
	RFC:     trace.Cites("RFC 1122 §3.2.2.1"),
	Linux:   "reject_tg",
	Drops:   true,
	Differs: "A closed port would have answered with a RST.",
	Filters: true,
})

var inputReset = trace.Declare(trace.Rule{
	ID:      "input.reset",
	Says:    "A rule of the host's own firewall rejects the segment before TCP sees it, with a RST, as a closed port would.",
	Linux:   "nf_send_reset",
	Drops:   true,
	Differs: "No part of TCP; RFC 9293 §3.10.7.1 says what such a RST carries.",
	Filters: true,
})

var outputDrop = trace.Declare(trace.Rule{
	ID: "output.drop",
	Says: "A rule of the host's own firewall, in the chain OUTPUT, stops the segment before it leaves. TCP is told (EPERM), the application is not: " +
		"connect() and send() go on. New data stays in the send queue and is tried by the probe timer; a retransmission is tried again by its own.",
	Linux:   "__ip_local_out",
	Differs: "No part of TCP.",
})

var outputReject = trace.Declare(trace.Rule{
	ID:      "output.reject",
	Says:    "A rule of the host's own firewall, in the chain OUTPUT, stops the segment before it leaves, and the error goes back to the host itself, over its loopback.",
	Linux:   "reject_tg",
	Differs: "No part of TCP.",
})

// FilterSet are the chains of a host and what they ask.
type FilterSet struct {
	In, Out middlebox.Chain
	Track   *middlebox.Box // conntrack; nil as long as no rule asks for it
}

func (f *FilterSet) clone() FilterSet {
	n := FilterSet{In: f.In.Clone(), Out: f.Out.Clone()}
	if f.Track != nil {
		n.Track = f.Track.Clone()
	}
	return n
}

// Filtered makes conntrack run if a rule asks for it: once it does, it goes on.
func (h *Host) Filtered() {
	if h.Track == nil && (h.In.Tracks() || h.Out.Tracks()) {
		h.Track = middlebox.NewTracker(h.Name, h.secret)
	}
}

// ctState asks conntrack about a segment that comes in or goes out.
func (h *Host) ctState(x *Ctx, s *wire.Segment) (*middlebox.Ctx, middlebox.CtState) {
	if x.Says != 0 || h.Track == nil {
		return nil, x.Says
	}
	m := &middlebox.Ctx{Recorder: x.Recorder, Now: x.Now, Host: h.Index, IDs: x.IDs}
	return m, h.Track.Track(m, s)
}

// filter lets the INPUT chain decide about a packet. It reports whether it passes.
func (h *Host) filter(x *Ctx, s *wire.Segment) bool {
	m, st := h.ctState(x, s)
	act, with := h.In.Decide(s, st)
	switch act {
	case middlebox.Accept:
		return true
	case middlebox.Discard:
		x.Drop(inputDrop)
	case middlebox.Reject:
		x.Drop(inputReject)
		if !s.ICMP.Set {
			h.unreachable(x, inputReject, s, &middlebox.Rejects[with])
		}
	default:
		h.rejectByReset(x, s)
	}
	if m != nil {
		h.Track.Unconfirmed(m, s)
	}
	return false
}

// LetsOut asks the OUTPUT chain about a packet of the host's own. What is rejected is
// answered over the loopback; the answers stand in x.Out from then on.
func (h *Host) LetsOut(x *Ctx, s *wire.Segment) bool {
	if h.Out.Empty() && h.Track == nil || s.Src.Addr == s.Dst.Addr && s.ICMP.Set {
		return true
	}
	m, st := h.ctState(x, s)
	act, with := h.Out.Decide(s, st)
	if act == middlebox.Accept {
		return true
	}
	if m != nil {
		h.Track.Unconfirmed(m, s)
	}
	switch {
	case act == middlebox.Discard || s.ICMP.Set || act == middlebox.RejectRST && s.Flags.Has(wire.RST):
		x.Note(outputDrop)
	case act == middlebox.Reject:
		h.unreachable(x, outputReject, s, &middlebox.Rejects[with])
	default:
		h.answer(x, outputReject, resetFor(s))
	}
	return false
}

// gate is what stands between TCP and the interfaces of a host in one event.
type gate struct {
	h *Host
	x *Ctx
}

// GateOn has the host's rules and routes asked about what TCP sends, if there are any.
func (h *Host) GateOn(x *Ctx) {
	if !h.Out.Empty() || h.Track != nil || len(h.Routes) > 0 {
		x.Gate = &gate{h, x}
	}
}

// Lets implements tcp.Gate.
func (g *gate) Lets(s *wire.Segment) bool {
	if g.Routed(wire.Tuple{Local: s.Src, Remote: s.Dst}) != tcp.OK {
		g.x.Note(routeGone)
		return false
	}
	return g.h.LetsOut(g.x, s)
}

// Routed implements tcp.Gate.
func (g *gate) Routed(t wire.Tuple) tcp.Errno {
	if len(g.h.Routes) == 0 || g.x.Net == nil {
		return tcp.OK
	}
	_, bits, _ := g.x.Net.Route(g.h.Index, t.Remote.Addr)
	return g.h.Barred(t.Remote.Addr, bits)
}

// unreachable tells the sender of a segment by ICMP that it goes no further.
func (h *Host) unreachable(x *Ctx, rule *trace.Rule, s *wire.Segment, r *middlebox.Rejected) {
	m := r.Four
	if s.Src.Addr.Is6() {
		m, m.V6 = r.Six, true
	}
	m.Set = true
	if !h.MayTell(x, s.Src.Addr, m) {
		return
	}
	h.answer(x, rule, wire.Segment{Src: s.Src, Dst: s.Dst, Seq: s.Seq, ICMP: m})
}

func (h *Host) rejectByReset(x *Ctx, s *wire.Segment) {
	x.Drop(inputReset)
	if !s.Flags.Has(wire.RST) && !s.ICMP.Set {
		h.answer(x, inputReset, resetFor(s))
	}
}

// resetFor is the RST with which the destination of a segment would answer it.
func resetFor(s *wire.Segment) wire.Segment {
	r := wire.Segment{Src: s.Dst, Dst: s.Src, Flags: wire.RST, Seq: s.Ack}
	if !s.Flags.Has(wire.ACK) {
		r.Flags, r.Seq, r.Ack = wire.RST|wire.ACK, 0, s.End()
	}
	return r
}

// answer sends a segment past TCP, whose counters do not see it.
func (h *Host) answer(x *Ctx, rule *trace.Rule, s wire.Segment) {
	defer x.Enter(rule)()
	s.TTL = 64
	x.Out = append(x.Out, tcp.Outgoing{Seg: s, Span: x.Span()})
}
