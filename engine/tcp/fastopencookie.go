package tcp

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// FastOpenKey is one key for cookies: the key of SipHash, as two words.
type FastOpenKey [2]uint64

// ParseFastOpenKey makes a key of the four 32-bit words that tcp_fastopen_key has.
func ParseFastOpenKey(w [4]uint32) FastOpenKey {
	return FastOpenKey{uint64(w[0]) | uint64(w[1])<<32, uint64(w[2]) | uint64(w[3])<<32}
}

// Cookie is a Fast Open cookie as an endpoint keeps it. N is its length: 0 asks
// for one, and noCookie is no option at all.
type Cookie struct {
	N   int8
	Exp bool // the experimental option
	Val [16]byte
}

const (
	noCookie     = -1
	ownCookieLen = 8 // Linux: TCP_FASTOPEN_COOKIE_SIZE
)

// FastOpenCookie is what a server hands to a client: SipHash-2-4 over the two
// addresses, so that nothing has to be remembered for a client, and nobody can
// use the cookie of another (RFC 7413 §4.1.2; __tcp_fastopen_cookie_gen_cipher).
func FastOpenCookie(k FastOpenKey, client, server netip.Addr) Cookie {
	b := append(client.Unmap().AsSlice(), server.Unmap().AsSlice()...)
	c := Cookie{N: ownCookieLen}
	binary.LittleEndian.PutUint64(c.Val[:], sipHash(k, b))
	return c
}

// sipHash is SipHash-2-4 of a message of whole 8-byte words (Aumasson and Bernstein, 2012).
func sipHash(k FastOpenKey, b []byte) uint64 {
	v := [4]uint64{k[0] ^ 0x736f6d6570736575, k[1] ^ 0x646f72616e646f6d, k[0] ^ 0x6c7967656e657261, k[1] ^ 0x7465646279746573}
	n := uint64(len(b)) << 56
	for ; len(b) > 0; b = b[8:] {
		m := binary.LittleEndian.Uint64(b)
		v[3] ^= m
		sipRounds(&v, 2)
		v[0] ^= m
	}
	v[3] ^= n
	sipRounds(&v, 2)
	v[0] ^= n
	v[2] ^= 0xff
	sipRounds(&v, 4)
	return v[0] ^ v[1] ^ v[2] ^ v[3]
}

func sipRounds(v *[4]uint64, n int) {
	for range n {
		v[0] += v[1]
		v[1] = bits.RotateLeft64(v[1], 13) ^ v[0]
		v[0] = bits.RotateLeft64(v[0], 32)
		v[2] += v[3]
		v[3] = bits.RotateLeft64(v[3], 16) ^ v[2]
		v[0] += v[3]
		v[3] = bits.RotateLeft64(v[3], 21) ^ v[0]
		v[2] += v[1]
		v[1] = bits.RotateLeft64(v[1], 17) ^ v[2]
		v[2] = bits.RotateLeft64(v[2], 32)
	}
}
