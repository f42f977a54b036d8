package middlebox

import (
	"net/netip"

	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Action is what a rule of a firewall does.
type Action uint8

// The actions, as iptables has them.
const (
	Accept    Action = iota
	Discard          // DROP
	Reject           // REJECT: an ICMP error goes back
	RejectRST        // REJECT --reject-with tcp-reset
)

// ActionNames holds the name of each action, by number, as a scene spells it.
var ActionNames = []string{"accept", "drop", "reject", "reset"}

// Rule is one line of a firewall: what it means, and what it does with that. What
// is left out means any.
type Rule struct {
	Action           Action
	From, To         netip.Prefix
	FromPort, ToPort uint16
	Flags, Mask      wire.Flags // of the flags in Mask exactly those in Flags are set
}

// Matches reports whether a rule means a segment.
func (r *Rule) Matches(s *wire.Segment) bool {
	return (!r.From.IsValid() || r.From.Contains(s.Src.Addr)) && (!r.To.IsValid() || r.To.Contains(s.Dst.Addr)) &&
		(r.FromPort == 0 || r.FromPort == s.Src.Port) && (r.ToPort == 0 || r.ToPort == s.Dst.Port) && s.Flags&r.Mask == r.Flags
}

// Match is what the first rule that means a segment does; Accept without one.
func Match(rules []Rule, s *wire.Segment) Action {
	for i := range rules {
		if rules[i].Matches(s) {
			return rules[i].Action
		}
	}
	return Accept
}

var filterUnknown = trace.Declare(trace.Rule{
	ID:      "firewall.no-flow",
	Says:    "The segment belongs to no flow that the firewall knows: it is dropped in silence, however right it may be. Whoever sent it will try again, and again.",
	Linux:   "nft_do_chain",
	Drops:   true,
	Differs: "No part of TCP: RFC 9293 would answer with a RST. The rule is: ct state invalid drop.",
})

var filterDrop = trace.Declare(trace.Rule{
	ID:      "firewall.drop",
	Says:    "A rule drops the segment. The sender hears nothing, and takes it for lost.",
	Linux:   "ipt_do_table",
	Drops:   true,
	Differs: "No part of TCP.",
})

var filterReject = trace.Declare(trace.Rule{
	ID:      "firewall.reject",
	Says:    "A rule rejects the segment: it goes no further, and its sender is told at once by an ICMP error, port unreachable.",
	RFC:     trace.Cites("RFC 1122 §3.2.2.1"),
	Linux:   "reject_tg",
	Drops:   true,
	Differs: "The error comes from the firewall, not from the host that it seems to speak of.",
})

var filterReset = trace.Declare(trace.Rule{
	ID:      "firewall.reset",
	Says:    "A rule rejects the segment with a RST that looks as if the destination had sent it.",
	Linux:   "nf_send_reset",
	Drops:   true,
	Differs: "RFC 9293 §3.10.7.1 says what such a RST carries; that it is no end that sends it is not its affair.",
})

// filter lets the rules of a firewall decide about a packet that is to be passed on.
func (b *Box) filter(x *Ctx, s, came *wire.Segment, f *Flow) bool {
	switch {
	case f == nil:
		b.drop(x, filterUnknown)
		return false
	case f.Replied || s.ICMP.Set || f.Reply == wire.Tuple{Local: s.Src, Remote: s.Dst}:
		return true // ct state established,related accept
	}
	switch Match(b.Rules, s) {
	case Discard:
		b.drop(x, filterDrop)
	case Reject:
		b.answer(x, came, filterReject, wire.ICMP{Type: 3, Code: 3}, wire.ICMP{Type: 1, Code: 4})
	case RejectRST:
		b.reset(x, came)
	default:
		return true
	}
	return false
}

var flowUnconfirmed = trace.Declare(trace.Rule{
	ID:      "conntrack.unconfirmed",
	Says:    "The first segment of the flow went no further: the entry was never confirmed, and is not kept.",
	Linux:   "nf_conntrack_confirm",
	Differs: "No part of TCP.",
})

// answer drops a packet and tells its sender why, by ICMP of its own family.
func (b *Box) answer(x *Ctx, s *wire.Segment, rule *trace.Rule, four, six wire.ICMP) {
	defer x.Enter(rule)()
	b.Dropped++
	x.Effect(trace.Effect{Kind: trace.Dropped, Host: x.Host, Packet: x.Event.Packet})
	if s.ICMP.Set {
		return // no error about an error (RFC 1122 §3.2.2)
	}
	m := four
	if s.Src.Addr.Is6() {
		m, m.V6 = six, true
	}
	m.Set = true
	x.send(wire.Segment{Src: s.Src, Dst: s.Dst, Seq: s.Seq, ICMP: m})
}

// reset drops a packet and answers in the name of its destination.
func (b *Box) reset(x *Ctx, s *wire.Segment) {
	defer x.Enter(filterReset)()
	b.Dropped++
	x.Effect(trace.Effect{Kind: trace.Dropped, Host: x.Host, Packet: x.Event.Packet})
	if s.Flags.Has(wire.RST) {
		return
	}
	r := wire.Segment{Src: s.Dst, Dst: s.Src, Flags: wire.RST, Seq: s.Ack}
	if !s.Flags.Has(wire.ACK) {
		r.Flags, r.Seq, r.Ack = wire.RST|wire.ACK, 0, s.End()
	}
	x.send(r)
}
