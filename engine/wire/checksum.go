package wire

import (
	"encoding/binary"
	"net/netip"
)

// Checksum is the one's complement of the one's complement sum of the 16-bit
// words of b, an odd byte padded with zero (RFC 1071 §1). start is a sum to go
// on from, as PseudoSum returns it. Over data that holds its own right checksum
// the result is zero.
func Checksum(start uint32, b []byte) uint16 {
	sum := uint64(start)
	for len(b) >= 4 { // the sum may be taken over wider words and folded (RFC 1071 §2)
		sum += uint64(binary.BigEndian.Uint32(b))
		b = b[4:]
	}
	if len(b) >= 2 {
		sum += uint64(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		sum += uint64(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// PseudoSum is the sum of the pseudo header that TCP and ICMPv6 checksums
// cover: both addresses, protocol and length (RFC 9293 §3.1, RFC 8200 §8.1).
func PseudoSum(src, dst netip.Addr, protocol uint8, length int) uint32 {
	sum := uint32(protocol) + uint32(length>>16) + uint32(length&0xffff)
	for _, a := range [2]netip.Addr{src, dst} {
		b := a.AsSlice()
		for i := 0; i+1 < len(b); i += 2 {
			sum += uint32(binary.BigEndian.Uint16(b[i:]))
		}
	}
	return sum
}
