package wire

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Decode reads an IPv4 or IPv6 packet that carries a TCP segment, or an ICMP
// error about one. What the header says must fit what is there; a wrong TCP
// checksum is not an error but BadSum, because a host counts such segments.
func Decode(b []byte) (Segment, error) {
	p, err := decodeIP(b, false)
	if err != nil {
		return Segment{}, err
	}
	switch p.proto {
	case protoTCP:
		return decodeTCP(p)
	case protoICMP, protoICMPv6:
		return decodeICMP(p)
	}
	return Segment{}, fmt.Errorf("IP protocol %d: expected TCP (6) or ICMP", p.proto)
}

// ipPacket is an IP header taken apart.
type ipPacket struct {
	src, dst   netip.Addr
	proto      uint8
	tos, ttl   uint8
	body       []byte
	incomplete bool // body is a quotation cut short
}

// decodeIP takes the IP header off b; a quoted packet may have been cut short.
func decodeIP(b []byte, quoted bool) (p ipPacket, err error) {
	if len(b) == 0 {
		return p, fmt.Errorf("packet of 0 bytes: expected an IP header")
	}
	var head, total int
	switch version := b[0] >> 4; version {
	case 4:
		if len(b) < ipv4Len {
			return p, fmt.Errorf("packet of %d bytes: an IPv4 header has at least %d", len(b), ipv4Len)
		}
		head, total = int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
		p.tos, p.ttl, p.proto = b[1], b[8], b[9]
		p.src, p.dst = netip.AddrFrom4([4]byte(b[12:])), netip.AddrFrom4([4]byte(b[16:]))
		if binary.BigEndian.Uint16(b[6:])&0x3fff != 0 {
			return p, fmt.Errorf("IPv4 fragment: only whole packets can be read")
		}
		if head < ipv4Len || head > len(b) {
			return p, fmt.Errorf("IPv4 header length %d: expected %d to %d", head, ipv4Len, min(60, len(b)))
		}
	case 6:
		if len(b) < ipv6Len {
			return p, fmt.Errorf("packet of %d bytes: an IPv6 header has %d", len(b), ipv6Len)
		}
		head, total = ipv6Len, ipv6Len+int(binary.BigEndian.Uint16(b[4:]))
		p.tos, p.ttl, p.proto = b[0]<<4|b[1]>>4, b[7], b[6]
		p.src, p.dst = netip.AddrFrom16([16]byte(b[8:])), netip.AddrFrom16([16]byte(b[24:]))
		if p.src.Is4In6() || p.dst.Is4In6() { // nor does Linux take them from the network
			return p, fmt.Errorf("IPv6 packet from %v to %v: an IPv4 address has no place there", p.src, p.dst)
		}
	default:
		return p, fmt.Errorf("IP version %d: expected 4 or 6", version)
	}
	p.incomplete = total > len(b)
	if total < head || p.incomplete && !quoted {
		return p, fmt.Errorf("IP total length %d: expected %d to %d, the bytes there are", total, head, len(b))
	}
	p.body = b[head:min(total, len(b))] // anything after it is padding of the link
	return p, nil
}

func decodeTCP(p ipPacket) (s Segment, err error) {
	t := p.body
	if len(t) < tcpLen {
		return s, fmt.Errorf("TCP header of %d bytes: expected at least %d", len(t), tcpLen)
	}
	head := int(t[12]>>4) * 4
	if head < tcpLen || head > len(t) {
		return s, fmt.Errorf("TCP data offset of %d bytes: expected %d to %d", head, tcpLen, min(tcpLen+MaxOptions, len(t)))
	}
	s = Segment{
		Src: Endpoint{p.src, binary.BigEndian.Uint16(t)}, Dst: Endpoint{p.dst, binary.BigEndian.Uint16(t[2:])},
		Seq: Seq(binary.BigEndian.Uint32(t[4:])), Ack: Seq(binary.BigEndian.Uint32(t[8:])),
		Flags: Flags(binary.BigEndian.Uint16(t[12:]) & 0x1ff),
		Win:   binary.BigEndian.Uint16(t[14:]), Urg: binary.BigEndian.Uint16(t[18:]),
		ECN: ECN(p.tos & 3), TOS: p.tos &^ 3, TTL: p.ttl,
		Opts: parseOptions(t[tcpLen:head]), Payload: string(t[head:]),
	}
	s.BadSum = !p.incomplete && Checksum(PseudoSum(p.src, p.dst, protoTCP, len(t)), t) != 0
	return s, nil
}

// decodeICMP reads an error and the segment that it quotes. Eight bytes of TCP
// header are enough: they hold the ports and the sequence number (RFC 792).
func decodeICMP(p ipPacket) (s Segment, err error) {
	m, v6 := p.body, p.src.Is6()
	if v6 != (p.proto == protoICMPv6) {
		return s, fmt.Errorf("IP protocol %d between %v and %v: expected the ICMP of their family", p.proto, p.src, p.dst)
	}
	if len(m) < icmpLen {
		return s, fmt.Errorf("ICMP message of %d bytes: expected at least %d", len(m), icmpLen)
	}
	sum := uint32(0)
	if v6 {
		sum = PseudoSum(p.src, p.dst, p.proto, len(m))
	}
	if Checksum(sum, m) != 0 {
		return s, fmt.Errorf("ICMP message with a wrong checksum")
	}
	icmp := ICMP{V6: v6, Set: true, Type: m[0], Code: m[1], From: p.src}
	switch {
	case v6 && icmp.Type >= 1 && icmp.Type <= 4: // RFC 4443 §3
		icmp.MTU = binary.BigEndian.Uint32(m[4:])
	case !v6 && (icmp.Type == 3 || icmp.Type == 4 || icmp.Type == 11 || icmp.Type == 12): // RFC 792
		icmp.MTU = uint32(binary.BigEndian.Uint16(m[6:]))
	default:
		return s, fmt.Errorf("ICMP type %d: expected an error", icmp.Type)
	}
	q, err := decodeIP(m[icmpLen:], true)
	if err != nil {
		return s, fmt.Errorf("ICMP quotation: %w", err)
	}
	if q.proto != protoTCP || q.src.Is6() != v6 {
		return s, fmt.Errorf("ICMP quotation of IP protocol %d from %v: expected TCP of the same family", q.proto, q.src)
	}
	if len(q.body) < 8 {
		return s, fmt.Errorf("ICMP quotation of %d bytes of TCP: expected at least 8", len(q.body))
	}
	s = quotedTCP(q)
	if icmp.From == s.Dst.Addr {
		icmp.From = netip.Addr{}
	}
	s.ICMP = icmp
	return s, nil
}

// quotedTCP reads as much of a segment as was quoted.
func quotedTCP(q ipPacket) Segment {
	if s, err := decodeTCP(q); err == nil {
		return s
	}
	head := make([]byte, tcpLen)
	copy(head, q.body)
	head[12] = head[12]&1 | tcpLen/4<<4
	q.body, q.incomplete = head, true
	s, _ := decodeTCP(q)
	return s
}
