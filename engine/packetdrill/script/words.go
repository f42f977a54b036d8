package script

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// Defaults are words that runners of scripts usually define.
func Defaults() []Define { return append([]Define(nil), defaults...) }

// DefaultsFor are those for a version of IP; "": what the script says, else IPv4.
func DefaultsFor(ip, src string) []Define {
	six := ip != "" && ip != "ipv4"
	if at := strings.Index(src, "--ip_version="); ip == "" && at >= 0 {
		six = !strings.HasPrefix(src[at:], "--ip_version=ipv4\n")
	}
	d := Defaults()
	if six {
		d = append([]Define{{"CMSG_LEVEL_IP", "SOL_IPV6"}, {"CMSG_TYPE_RECVERR", "IPV6_RECVERR"}}, d...)
	}
	if ip == "ipv6" || ip == "" && strings.Contains(src, "--ip_version=ipv6\n") {
		d = append([]Define{{"TFO_COOKIE", "c1d1e9742a47a9bc"}, {"TFO_COOKIE_ZERO", "82af1a8f9a205c34"}}, d...)
	}
	return d
}

// Constant returns the number of a word of an argument.
func Constant(word string) (int64, bool) {
	n, ok := consts[word]
	return n, ok
}

// Const is the number of a word that is one.
func Const(word string) int64 { return consts[word] }

// Constants are the words that begin with a prefix.
func Constants(prefix string) (words []string) {
	for _, name := range slices.Sorted(maps.Keys(consts)) {
		if strings.HasPrefix(name, prefix) {
			words = append(words, name)
		}
	}
	return words
}

// Ends are the addresses of packetdrill, if nobody names others.
func Ends(v6 bool) (local, remote netip.Addr) {
	if v6 {
		return netip.MustParseAddr("fd3d:a0b:17d6::1"), netip.MustParseAddr("fd3d:fa7b:d17d::1")
	}
	return netip.MustParseAddr("192.168.0.1"), netip.MustParseAddr("192.0.2.1")
}
