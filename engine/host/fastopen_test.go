package host

import (
	"net/netip"
	"testing"
)

// Settings are read back as the kernel shows them, however they were written.
func TestSettingsReadBack(t *testing.T) {
	h := New(1, 0, "a", []netip.Addr{netip.MustParseAddr("10.0.0.1")}, 1, &Profiles[0])
	for _, c := range [][3]string{
		{"tcp_fastopen", "0x403", "1027"},
		{"tcp_fastopen", "017", "15"},
		{"tcp_fastopen_key", "1-2-3-dead", "00000001-00000002-00000003-0000dead"},
		{"tcp_fastopen_key", "1-2-3-4,a-b-c-d", "00000001-00000002-00000003-00000004,0000000a-0000000b-0000000c-0000000d"},
	} {
		if err := h.SetSysctl(c[0], c[1]); err != nil {
			t.Error(err)
		}
		if got := h.Set.Values[FindSysctl(c[0])]; got != c[2] {
			t.Errorf("%s = %s reads %s, want %s", c[0], c[1], got, c[2])
		}
	}
	for _, bad := range [][2]string{{"tcp_fastopen", "0x"}, {"tcp_fastopen", "1_0"}, {"tcp_fastopen_key", "1-2-3"}, {"tcp_fastopen_key", "1-2-3-4,5-6-7"}, {"tcp_fastopen_key", "1-2-3-g"}} {
		if h.SetSysctl(bad[0], bad[1]) == nil {
			t.Errorf("%s = %s was taken", bad[0], bad[1])
		}
	}
}
