package tcp

import (
	"encoding/hex"
	"net/netip"
	"testing"
)

// The cookies that Linux 6.18 gave, byte for byte.
func TestFastOpenCookiesAreLinux(t *testing.T) {
	scripts := [4]uint32{0xa1a1a1a1, 0xb2b2b2b2, 0xc3c3c3c3, 0xd4d4d4d4} // the key that packetdrill scripts set
	for _, c := range []struct {
		key            [4]uint32
		client, server string
		want           string
	}{
		{[4]uint32{0x01234567, 0x89abcdef, 0x01234567, 0x89abcdef}, "192.0.2.1", "192.168.0.1", "faa0a0ab442cd116"},
		{scripts, "192.0.2.1", "192.168.0.1", "3021b9d889017eeb"},
		{[4]uint32{}, "192.0.2.1", "192.168.0.1", "b7c12350a90dc8f5"},
		{scripts, "::ffff:192.0.2.1", "::ffff:192.168.0.1", "3021b9d889017eeb"},
		{scripts, "fd3d:fa7b:d17d::1", "fd3d:a0b:17d6::1", "c1d1e9742a47a9bc"},
		{[4]uint32{}, "fd3d:fa7b:d17d::1", "fd3d:a0b:17d6::1", "82af1a8f9a205c34"},
	} {
		got := FastOpenCookie(ParseFastOpenKey(c.key), netip.MustParseAddr(c.client), netip.MustParseAddr(c.server))
		if s := hex.EncodeToString(got.Val[:got.N]); s != c.want {
			t.Errorf("%x %s %s: got %s, want %s", c.key, c.client, c.server, s, c.want)
		}
	}
}
