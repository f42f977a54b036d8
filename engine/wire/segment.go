package wire

import (
	"encoding/binary"
	"net/netip"
)

// Flags are the control bits of a segment, in the order of the header.
type Flags uint16

// The control bits (RFC 9293 §3.1; ECE and CWR RFC 3168; AE the AccECN draft).
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
	AE
)

// Has reports whether every bit of g is set.
func (f Flags) Has(g Flags) bool { return f&g == g }

// ECN is the two-bit ECN field of the IP header (RFC 3168 §5).
type ECN uint8

// ECN code points.
const (
	NotECT ECN = iota
	ECT1
	ECT0
	CE
)

// Endpoint is one end of a connection.
type Endpoint struct {
	Addr netip.Addr
	Port uint16
}

// Tuple is the four-tuple seen from one host: its own end first.
type Tuple struct{ Local, Remote Endpoint }

// Flip returns the tuple as the other host sees it.
func (t Tuple) Flip() Tuple { return Tuple{t.Remote, t.Local} }

// Hash sorts tuples in an index, where equal hashes only stand side by side. It is
// no secret, and never 0.
func (t Tuple) Hash() uint64 {
	n := uint64(14695981039346656037)
	mix := func(w uint64) { n = (n ^ w ^ n>>29) * 0x9e3779b97f4a7c15 }
	for _, e := range [...]Endpoint{t.Local, t.Remote} {
		a := e.Addr.As16()
		mix(binary.BigEndian.Uint64(a[:8]))
		mix(binary.BigEndian.Uint64(a[8:]))
		mix(uint64(e.Port))
	}
	return n | 1
}

// Segment is one TCP segment with the few fields of the IP header that matter.
type Segment struct {
	Src, Dst Endpoint
	Seq, Ack Seq
	Flags    Flags
	Win      uint16 // the window field as it stands on the wire, unscaled
	Urg      uint16
	ECN      ECN
	TOS      uint8 // DSCP part of the traffic class
	TTL      uint8 // 0: the default, 64
	BadSum   bool  // the checksum does not match: the receiving host discards it
	Opts     Options
	Payload  string
	Size     uint16 // with segmentation offload: the payload of each segment that the interface makes of this packet; 0: it is one segment
	Merged   bool   // put together by the receiver's interface, which does not say of how many: it counts as one
	ICMP     ICMP   // when Kind is not zero, this is an ICMP error about the quoted segment, not TCP
}

// ICMP is an ICMP error in answer to a segment; the rest of Segment then holds
// the quoted header.
type ICMP struct {
	V6         bool
	Set        bool
	Type, Code uint8
	MTU        uint32
	From       netip.Addr // who reports it; not valid: the host that the segment was for
}

// Len is the room that the segment takes in sequence space: payload, SYN, FIN.
func (s *Segment) Len() uint32 {
	n := uint32(len(s.Payload))
	if s.Flags.Has(SYN) {
		n++
	}
	if s.Flags.Has(FIN) {
		n++
	}
	return n
}

// Segs is how many segments an interface with segmentation offload makes of it.
func (s *Segment) Segs() int {
	if s.Size == 0 || s.Merged {
		return 1
	}
	return (len(s.Payload) + int(s.Size) - 1) / int(s.Size)
}

// Each is the payload of one of them, the last one apart.
func (s *Segment) Each() int {
	if s.Size == 0 {
		return len(s.Payload)
	}
	return int(s.Size)
}

// Cut makes the segments of a packet that an interface without segmentation offload
// sends: what ends the data stands in the last, what begins a round in the first.
func (s *Segment) Cut() []Segment {
	out := make([]Segment, 0, s.Segs())
	for at := 0; at == 0 || at < len(s.Payload); at += max(s.Each(), 1) {
		k := *s
		k.Seq, k.Size = s.Seq+Seq(at), 0
		if k.Payload = s.Payload[at:]; len(k.Payload) > s.Each() {
			k.Payload = k.Payload[:s.Each()]
			k.Flags &^= PSH | FIN
		}
		if at > 0 {
			k.Flags &^= CWR
		}
		out = append(out, k)
	}
	return out
}

// Headers is what the IP and TCP headers of one of them take, in bytes.
func (s *Segment) Headers() uint32 {
	n := uint32(40)
	if s.Opts.Has != 0 || s.Opts.Raw != "" {
		n += uint32(s.Opts.Len())
	}
	if s.Src.Addr.Is6() {
		n += 20
	}
	return n
}

// End is the sequence number after the segment.
func (s *Segment) End() Seq { return s.Seq + Seq(s.Len()) }

// Tuple is the four-tuple as the receiver sees it.
func (s *Segment) Tuple() Tuple { return Tuple{s.Dst, s.Src} }

// Kind is the word by which people call a segment.
type Kind uint8

// Kinds, most telling flag first.
const (
	KindAck Kind = iota
	KindSyn
	KindSynAck
	KindFin
	KindRst
	KindData
	KindICMP
	KindNone // no flags that mean anything: only a forger sends it
)

var kindNames = [...]string{"ACK", "SYN", "SYN-ACK", "FIN", "RST", "DATA", "ICMP", "NONE"}

func (k Kind) String() string { return kindNames[k] }

// ParseKind returns the kind with this name.
func ParseKind(s string) (Kind, bool) {
	for i, n := range kindNames {
		if n == s {
			return Kind(i), true
		}
	}
	return 0, false
}

// Kind names the segment by its most telling part.
func (s *Segment) Kind() Kind {
	switch {
	case s.ICMP.Set:
		return KindICMP
	case s.Flags.Has(RST):
		return KindRst
	case s.Flags.Has(SYN | ACK):
		return KindSynAck
	case s.Flags.Has(SYN):
		return KindSyn
	case s.Flags.Has(FIN):
		return KindFin
	case len(s.Payload) > 0:
		return KindData
	case s.Flags.Has(ACK):
		return KindAck
	}
	return KindNone
}
