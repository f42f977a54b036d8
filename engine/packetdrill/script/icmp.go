package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wirestep/engine/wire"
)

// icmpType is a type of ICMP message that packetdrill has a word for, and the words for
// its codes. A code without a word is written code_N.
type icmpType struct {
	number int
	word   string
	codes  []string // by number, "": no word
}

var icmpTypes4 = []icmpType{
	{0, "echo_reply", nil},
	{3, "unreachable", []string{"net_unreachable", "host_unreachable", "protocol_unreachable", "port_unreachable", "frag_needed", "source_route_failed", "net_unknown",
		"host_unknown", "source_host_isolated", "net_prohibited", "host_prohibited", "net_unreachable_for_tos", "host_unreachable_for_tos", "packet_filtered",
		"precedence_violation", "precedence_cutoff"}},
	{4, "source_quench", nil}, {5, "redirect", nil}, {8, "echo_request", nil}, {11, "time_exceeded", nil}, {12, "parameter_problem", nil}, {13, "timestamp_request", nil},
	{14, "timestamp_reply", nil}, {15, "information_request", nil}, {16, "information_reply", nil}, {17, "address_mask_request", nil}, {18, "address_mask_reply", nil},
}

var icmpTypes6 = []icmpType{
	{1, "unreachable", []string{"no_route", "admin_prohibited", "not_neighbour", "address_unreachable", "port_unreachable"}},
	{2, "packet_too_big", nil},
	{3, "time_exceeded", []string{"exceeded_hop_limit", "exceeded_frag_time"}},
	{4, "parameter_problem", []string{"header_field", "unknown_next_header", "unknown_option"}},
	{128, "echo_request", nil}, {129, "echo_reply", nil},
}

func icmpTypes(v6 bool) []icmpType {
	if v6 {
		return icmpTypes6
	}
	return icmpTypes4
}

// Numbers are the type and the code of an ICMP message, by name or as type_N and code_N.
// Only a type that is named has codes with names. The error says what was expected.
func (m *ICMP) Numbers(v6 bool) (typ, code int, err error) {
	var t icmpType
	if n, is := numbered(m.Type, "type_"); is {
		t.number = n
	} else {
		all := icmpTypes(v6)
		i := slices.IndexFunc(all, func(t icmpType) bool { return t.word == m.Type })
		if i < 0 {
			return 0, 0, m.unknown(v6)
		}
		t = all[i]
	}
	n, is := numbered(m.Code, "code_")
	code = slices.Index(t.codes, m.Code)
	switch {
	case m.Code == "":
		code = 0
	case is:
		code = n
	case v6 && t.word == "unreachable" && m.Code == "net_unreachable": // a second word for no_route
		code = 0
	case code < 0:
		return 0, 0, fmt.Errorf("%q is no code of the ICMP message %s; expected %s", m.Code, m.Type, strings.Join(append(slices.Clone(t.codes), "code_N"), ", "))
	}
	if mtu := map[bool][2]int{false: {3, 4}, true: {2, 0}}[v6]; m.HasMTU && (t.number != mtu[0] || code != mtu[1]) {
		return 0, 0, fmt.Errorf("%s %s mtu %d: expected an MTU only with unreachable frag_needed, or with packet_too_big of IPv6", m.Type, m.Code, m.MTU)
	}
	if !v6 && m.MTU > max16 {
		return 0, 0, fmt.Errorf("an MTU of %d; expected one from 0 to %d", m.MTU, max16)
	}
	return t.number, code, nil
}

func (m *ICMP) unknown(v6 bool) error {
	version, words := "IPv4", []string(nil)
	if v6 {
		version = "IPv6"
	}
	for _, t := range icmpTypes(v6) {
		words = append(words, t.word)
	}
	return fmt.Errorf("%q is no type of ICMP message over %s; expected %s", m.Type, version, strings.Join(append(words, "type_N"), ", "))
}

// numbered reads a number of a byte behind a prefix.
func numbered(text, prefix string) (int, bool) {
	digits, is := strings.CutPrefix(text, prefix)
	n, err := strconv.ParseUint(digits, 10, 8)
	return int(n), is && err == nil
}

// CheckICMP finds a line whose ICMP message cannot be sent over IPv4 or over IPv6.
func (s *Script) CheckICMP(v6 bool) error {
	for i := range s.Events {
		if k := s.Events[i].Packet; k != nil && k.ICMP != nil {
			if _, _, err := k.ICMP.Numbers(v6); err != nil {
				return &Error{s.File, s.Events[i].Line, err.Error()}
			}
		}
	}
	return nil
}

// SpellICMP writes an ICMP error about a segment that begins at seq.
func SpellICMP(s *wire.Segment, seq uint32) string {
	m := &s.ICMP
	text, codes := "icmp type_"+strconv.Itoa(int(m.Type)), []string(nil)
	for _, t := range icmpTypes(m.V6) {
		if t.number == int(m.Type) {
			text, codes = "icmp "+t.word, t.codes
		}
	}
	switch n := int(m.Code); {
	case n < len(codes):
		text += " " + codes[n]
	case n > 0:
		text += " code_" + strconv.Itoa(n)
	}
	if m.MTU > 0 {
		text += fmt.Sprintf(" mtu %d", m.MTU)
	}
	return fmt.Sprintf("%s [%d:%d(%d)]", text, seq, seq+uint32(len(s.Payload)), len(s.Payload))
}
