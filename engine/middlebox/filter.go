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
	With             uint8 // Reject: which error goes back, of Rejects
	Proto            Proto
	From, To         netip.Prefix
	FromPort, ToPort PortRange
	Flags, Mask      wire.Flags // of the flags in Mask exactly those in Flags are set
	State            CtState    // of what conntrack says of the packet, any of these; 0: whatever it says
}

// PortRange is one port or more, both ends included; the zero value is any.
type PortRange struct{ Low, High uint16 }

func (p PortRange) has(n uint16) bool { return p == PortRange{} || p.Low <= n && n <= p.High }

// Proto is the protocol that a rule is about.
type Proto uint8

// The protocols. A rule with ports or flags is one of TCP.
const (
	AnyProto Proto = iota
	TCP
	ICMP
)

// ProtoNames holds the name of each, by number.
var ProtoNames = []string{"all", "tcp", "icmp"}

// CtState is what conntrack says of a packet: a set, of which a packet has one.
type CtState uint8

// What it says (nf_conntrack(8), --ctstate).
const (
	CtNew         CtState = 1 << iota // it opens a flow, or nobody has answered yet
	CtEstablished                     // its flow has been seen in both directions
	CtRelated                         // an ICMP error about a flow
	CtInvalid                         // it belongs to no flow and opens none
)

// CtNames holds the name of each, lowest bit first.
var CtNames = []string{"new", "established", "related", "invalid"}

// Rejected is an error that REJECT sends, in both families.
type Rejected struct {
	Name      string // as a scene spells it; iptables writes icmp- before it
	Four, Six wire.ICMP
}

// Rejects are the errors, the default first.
var Rejects = []Rejected{
	{"port-unreachable", wire.ICMP{Type: 3, Code: 3}, wire.ICMP{Type: 1, Code: 4}},
	{"net-unreachable", wire.ICMP{Type: 3}, wire.ICMP{Type: 1}},
	{"host-unreachable", wire.ICMP{Type: 3, Code: 1}, wire.ICMP{Type: 1, Code: 3}},
	{"proto-unreachable", wire.ICMP{Type: 3, Code: 2}, wire.ICMP{Type: 1, Code: 4}},
	{"net-prohibited", wire.ICMP{Type: 3, Code: 9}, wire.ICMP{Type: 1, Code: 1}},
	{"host-prohibited", wire.ICMP{Type: 3, Code: 10}, wire.ICMP{Type: 1, Code: 1}},
	{"admin-prohibited", wire.ICMP{Type: 3, Code: 13}, wire.ICMP{Type: 1, Code: 1}},
}

// OfTCP reports whether a rule speaks of TCP and so leaves ICMP errors alone.
func (r *Rule) OfTCP() bool {
	return r.Proto == TCP || r.FromPort != PortRange{} || r.ToPort != PortRange{} || r.Mask != 0 || r.Action == RejectRST
}

// Matches reports whether a rule means a segment of which conntrack says st. An ICMP
// error has no ports, whatever the segment has that it quotes, and goes from who
// reports it to who sent that.
func (r *Rule) Matches(s *wire.Segment, st CtState) bool {
	from, to := s.Src.Addr, s.Dst.Addr
	if s.ICMP.Set {
		if from, to = s.ICMP.From, s.Src.Addr; !from.IsValid() {
			from = s.Dst.Addr
		}
	}
	switch {
	case r.OfTCP() && s.ICMP.Set, r.Proto == ICMP && !s.ICMP.Set, r.State != 0 && r.State&st == 0:
		return false
	case r.From.IsValid() && !r.From.Contains(from), r.To.IsValid() && !r.To.Contains(to):
		return false
	}
	return s.ICMP.Set || r.FromPort.has(s.Src.Port) && r.ToPort.has(s.Dst.Port) && s.Flags&r.Mask == r.Flags
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
	Says:    "A rule rejects the segment: it goes no further, and its sender is told at once by an ICMP error: port unreachable, or what the rule names.",
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

// stateOf is what conntrack says of a packet, as it came in, that belongs to f.
func (f *Flow) stateOf(came *wire.Segment) CtState {
	switch {
	case f == nil:
		return CtInvalid
	case came.ICMP.Set:
		return CtRelated
	case f.Replied || f.Reply == wire.Tuple{Local: came.Src, Remote: came.Dst}:
		return CtEstablished
	}
	return CtNew
}

// filter lets the FORWARD chain decide about a packet that is to be passed on. A
// firewall begins with: ct state invalid drop, ct state established,related accept.
func (b *Box) filter(x *Ctx, s, came *wire.Segment, f *Flow) bool {
	st := f.stateOf(came)
	if b.Kind == Firewall && st != CtNew {
		if st == CtInvalid {
			b.drop(x, filterUnknown)
		}
		return st != CtInvalid
	}
	act, with := b.Chain.Decide(s, st)
	switch act {
	case Accept:
		return true
	case Discard:
		b.drop(x, filterDrop)
	case Reject:
		b.answer(x, came, filterReject, Rejects[with].Four, Rejects[with].Six)
	default:
		b.reset(x, came)
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
