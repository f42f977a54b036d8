package middlebox

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var hopsOver = trace.Declare(trace.Rule{
	ID:    "box.hop-limit",
	Says:  "The packet has made its last hop: it is discarded, and its sender is told that its time is exceeded.",
	RFC:   trace.Cites("RFC 791 §3.1", "RFC 792"),
	Linux: "ip_forward",
	Drops: true,
})

// hop counts one hop (ip_forward). It reports whether there is one left.
func (b *Box) hop(x *Ctx, s, came *wire.Segment) bool {
	if s.TTL == 0 {
		s.TTL = 64
	}
	if s.TTL == 1 {
		b.answer(x, came, hopsOver, wire.ICMP{Type: 11}, wire.ICMP{Type: 3})
		return false
	}
	s.TTL--
	return true
}

var tooBig = trace.Declare(trace.Rule{
	ID:    "box.too-big",
	Says:  "The packet is larger than the next link takes, and may not be cut into pieces. Its sender is told how large it may be.",
	RFC:   trace.Cites("RFC 1191 §4", "RFC 8201 §4"),
	Linux: "ip_exceeds_mtu",
	Drops: true,
})

var holeSilent = trace.Declare(trace.Rule{
	ID:      "blackhole.silent",
	Says:    "The packet is too large for what comes next. The box drops it and says nothing: its sender cannot know why large packets vanish and small ones pass.",
	RFC:     trace.Cites("RFC 2923 §2.1"),
	Linux:   "ip_forward",
	Drops:   true,
	Differs: "A router should send an ICMP error; a firewall on the way often eats it. That is a path MTU black hole.",
})

// fits drops a packet that is larger than mtu.
func (b *Box) fits(x *Ctx, s *wire.Segment, mtu uint32) bool {
	if uint32(s.Each())+s.Headers() <= mtu {
		return true
	}
	if b.Kind == BlackHole && !b.Conf.Tells {
		b.drop(x, holeSilent)
		return false
	}
	b.answer(x, s, tooBig, wire.ICMP{Type: 3, Code: 4, MTU: mtu}, wire.ICMP{Type: 2, MTU: mtu})
	return false
}

var stripped = trace.Declare(trace.Rule{
	ID:      "stripper.strip",
	Says:    "The box takes options out of the header that it does not know or does not like. Neither end is told: each believes that the other never offered them.",
	RFC:     trace.Cites("RFC 9293 §3.1"),
	Linux:   "tcpoptstrip_mangle_packet",
	Differs: "An option belongs to the two ends; no standard lets a box remove one.",
})

var clamped = trace.Declare(trace.Rule{
	ID:      "stripper.clamp",
	Says:    "The announced MSS is lowered on its way, so that no packet will be larger than the path takes.",
	Linux:   "tcpmss_mangle_packet",
	Differs: "No standard asks for it; it is the usual cure of a path MTU black hole.",
})

// Strip says which options a box takes out.
type Strip uint16

// The options, in addition to those of wire.
const (
	StripMSS Strip = 1 << iota
	StripWScale
	StripSack // sackOK and SACK blocks
	StripTimestamps
	StripFastOpen
	StripAccECN
	StripMD5
	StripUnknown
)

// StripNames holds the name of each, as a scene spells it, lowest bit first.
var StripNames = []string{"mss", "wscale", "sack", "timestamps", "fastopen", "accecn", "md5", "unknown"}

// strip takes options out of a segment, and lowers its MSS.
func (b *Box) strip(x *Ctx, s *wire.Segment) {
	o := s.Opts
	for i, set := range [...]wire.OptionSet{wire.HasMSS, wire.HasWScale, wire.HasSackOK | wire.HasSack, wire.HasTS, wire.HasFastOpen, wire.HasAccECN, wire.HasMD5} {
		if b.Conf.Strip>>i&1 != 0 {
			o.Has &^= set
		}
	}
	if b.Conf.Strip&StripUnknown != 0 {
		o.Raw = ""
	}
	if o.Has != s.Opts.Has || o.Raw != s.Opts.Raw {
		x.Note(stripped)
		s.Opts = o
	}
	if most := b.Conf.MSS; x.When(clamped, trace.Is("MSS too large", most > 0 && s.Flags.Has(wire.SYN) && s.Opts.On(wire.HasMSS) && s.Opts.MSS > most)) {
		s.Opts.MSS = most
	}
}
