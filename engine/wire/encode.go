package wire

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Protocol numbers and header sizes.
const (
	protoICMP   = 1
	protoTCP    = 6
	protoICMPv6 = 58
	ipv4Len     = 20
	ipv6Len     = 40
	tcpLen      = 20
	icmpLen     = 8
	defaultTTL  = 64
)

// An ICMP error quotes as much of the packet as leaves the error itself within
// these sizes (RFC 1812 §4.3.2.3, RFC 4443 §2.4).
const (
	maxICMPv4 = 576
	maxICMPv6 = 1280
)

// Encode returns the bytes of the IP packet that carries s. A TTL of 0 becomes
// 64, the default of Linux; an option list that no header can hold, a payload
// that no packet can, and addresses of two families are errors.
func Encode(s *Segment) ([]byte, error) {
	src, dst := s.Src.Addr.Unmap(), s.Dst.Addr.Unmap()
	if !src.IsValid() || !dst.IsValid() || src.Is4() != dst.Is4() {
		return nil, fmt.Errorf("segment from %v to %v: expected two addresses of one family", src, dst)
	}
	if s.ICMP.Set {
		return encodeICMP(s, src, dst)
	}
	return encodeTCP(s, src, dst)
}

func encodeTCP(s *Segment, src, dst netip.Addr) ([]byte, error) {
	b := make([]byte, ipv6Len, ipv6Len+tcpLen+MaxOptions+len(s.Payload))
	if src.Is4() {
		b = b[:ipv4Len]
	}
	ip := len(b)
	b = binary.BigEndian.AppendUint16(b, s.Src.Port)
	b = binary.BigEndian.AppendUint16(b, s.Dst.Port)
	b = binary.BigEndian.AppendUint32(b, uint32(s.Seq))
	b = binary.BigEndian.AppendUint32(b, uint32(s.Ack))
	b = binary.BigEndian.AppendUint16(b, uint16(s.Flags&0x1ff))
	b = binary.BigEndian.AppendUint16(b, s.Win)
	b = append(b, 0, 0) // checksum
	b = binary.BigEndian.AppendUint16(b, s.Urg)
	b = s.Opts.append(b)
	opts := len(b) - ip - tcpLen
	if opts > MaxOptions {
		return nil, fmt.Errorf("options of %d bytes: a header has room for %d", opts, MaxOptions)
	}
	b = append(b, s.Payload...)
	if len(b) > 0xffff {
		return nil, fmt.Errorf("packet of %d bytes: the largest has 65535", len(b))
	}
	tcp := b[ip:]
	tcp[12] |= byte((tcpLen + opts) / 4 << 4)
	sum := Checksum(PseudoSum(src, dst, protoTCP, len(tcp)), tcp)
	if s.BadSum {
		sum ^= 1 // turning all bits would not do: 0000 and ffff are the same sum
	}
	binary.BigEndian.PutUint16(tcp[16:], sum)
	putIP(b, src, dst, protoTCP, s.TOS&^3|uint8(s.ECN&3), s.TTL)
	return b, nil
}

// putIP fills the IP header at the start of b, which holds the whole packet.
func putIP(b []byte, src, dst netip.Addr, proto, tos, ttl uint8) {
	if ttl == 0 {
		ttl = defaultTTL
	}
	if src.Is4() {
		b[0], b[1] = 0x45, tos
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		b[6] = 0x40 // don't fragment: Linux always discovers the path MTU
		b[8], b[9] = ttl, proto
		copy(b[12:], src.AsSlice())
		copy(b[16:], dst.AsSlice())
		binary.BigEndian.PutUint16(b[10:], Checksum(0, b[:ipv4Len]))
		return
	}
	b[0], b[1] = 0x60|tos>>4, tos<<4
	binary.BigEndian.PutUint16(b[4:], uint16(len(b)-ipv6Len))
	b[6], b[7] = proto, ttl
	copy(b[8:], src.AsSlice())
	copy(b[24:], dst.AsSlice())
}

// encodeICMP makes the error of s.ICMP about the segment that s is otherwise,
// addressed to the segment's sender (RFC 792, RFC 4443 §2.1).
func encodeICMP(s *Segment, src, dst netip.Addr) ([]byte, error) {
	if s.ICMP.V6 == src.Is4() {
		return nil, fmt.Errorf("ICMP error about a segment from %v to %v: expected V6 to be %v", src, dst, !s.ICMP.V6)
	}
	from := s.ICMP.From.Unmap()
	if !from.IsValid() {
		from = dst
	}
	if from.Is4() != src.Is4() {
		return nil, fmt.Errorf("ICMP error from %v to %v: expected two addresses of one family", from, src)
	}
	quote, err := encodeTCP(s, src, dst)
	if err != nil {
		return nil, err
	}
	head, most, proto := ipv4Len, maxICMPv4, uint8(protoICMP)
	if s.ICMP.V6 {
		head, most, proto = ipv6Len, maxICMPv6, protoICMPv6
	}
	b := make([]byte, head+icmpLen, most)
	b = append(b, quote[:min(len(quote), most-len(b))]...)
	icmp := b[head:]
	icmp[0], icmp[1] = s.ICMP.Type, s.ICMP.Code
	sum := uint32(0)
	if s.ICMP.V6 {
		binary.BigEndian.PutUint32(icmp[4:], s.ICMP.MTU)
		sum = PseudoSum(from, src, proto, len(icmp))
	} else {
		binary.BigEndian.PutUint16(icmp[6:], uint16(s.ICMP.MTU)) // RFC 1191 §4
	}
	binary.BigEndian.PutUint16(icmp[2:], Checksum(sum, icmp))
	putIP(b, from, src, proto, 0, 0)
	return b, nil
}
