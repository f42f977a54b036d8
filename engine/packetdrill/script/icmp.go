package script

import (
	"fmt"
	"strconv"
	"strings"

	"wirestep/engine/wire"
)

// icmpTypes are the words for the types of ICMP messages: type in IPv4 and in
// IPv6, -1 where there is none.
var icmpTypes = map[string][2]int{
	"unreachable": {3, 1}, "source_quench": {4, -1}, "redirect": {5, -1}, "time_exceeded": {11, 3}, "parameter_problem": {12, 4},
	"packet_too_big": {-1, 2}, "echo_request": {8, 128}, "echo_reply": {0, 129},
}

var icmp4Codes = map[string]int{
	"net_unreachable": 0, "net": 0, "host_unreachable": 1, "host": 1, "protocol_unreachable": 2, "protocol": 2, "port_unreachable": 3, "port": 3,
	"frag_needed": 4, "source_route_failed": 5, "net_unknown": 6, "host_unknown": 7, "source_host_isolated": 8, "net_prohibited": 9,
	"host_prohibited": 10, "net_unreachable_for_tos": 11, "host_unreachable_for_tos": 12, "packet_filtered": 13, "admin_prohibited": 13,
	"precedence_violation": 14, "host_precedence": 14,
	"precedence_cutoff": 15, "ttl": 0, "ttl_exceeded": 0, "frag_time": 1,
}

var icmp6Codes = map[string]int{
	"no_route": 0, "admin_prohibited": 1, "not_neighbour": 2, "not_neighbor": 2, "addr_unreachable": 3, "address_unreachable": 3, "addr": 3, "host_unreachable": 3,
	"net_unreachable": 0, "port_unreachable": 4, "port": 4, "fail_policy": 5, "reject_route": 6, "hop_limit": 0, "hop_limit_exceeded": 0,
	"exceeded_hop_limit": 0, "exceeded_frag_time": 1, "header_field": 0, "unknown_next_header": 1, "unknown_option": 2,
	"ttl": 0, "frag_time": 1,
}

// WordError is a word that is not one of those which were expected.
type WordError struct{ Expected, Word string }

func (e *WordError) Error() string {
	return "expected " + e.Expected + ", got " + strconv.Quote(e.Word)
}

// Numbers are the type and the code of an ICMP message, by name or as type_N and code_N.
func (m *ICMP) Numbers(v6 bool) (typ, code int, err error) {
	types, known := icmpTypes[m.Type]
	typ, codes := types[0], icmp4Codes
	if v6 {
		typ, codes = types[1], icmp6Codes
	}
	if n, is := numbered(m.Type, "type_"); is {
		typ, known = n, true
	}
	if !known || typ < 0 {
		return 0, 0, &WordError{"a type of ICMP message", m.Type}
	}
	code, known = codes[m.Code]
	if n, is := numbered(m.Code, "code_"); is {
		code, known = n, true
	}
	if !known && m.Code != "" {
		return 0, 0, &WordError{"a code of an ICMP message", m.Code}
	}
	return typ, code, nil
}

// numbered reads a number of a byte behind a prefix, which may be missing.
func numbered(text, prefix string) (int, bool) {
	n, err := strconv.ParseUint(strings.TrimPrefix(text, prefix), 10, 8)
	return int(n), err == nil
}

// SpellICMP writes an ICMP error about a segment that begins at seq, "" if a script
// has no words for it.
func SpellICMP(s *wire.Segment, seq uint32) string {
	typ, code := icmpWords(&s.ICMP)
	if typ == "" {
		return ""
	}
	text := "icmp " + typ
	if code != "" {
		text += " " + code
	}
	if s.ICMP.MTU > 0 {
		text += fmt.Sprintf(" mtu %d", s.ICMP.MTU)
	}
	return fmt.Sprintf("%s [%d:%d(%d)]", text, seq, seq+uint32(len(s.Payload)), len(s.Payload))
}

// icmpWords are the words for an ICMP message, "" if there are none.
func icmpWords(m *wire.ICMP) (typ, code string) {
	column, codes := 0, []string{"net_unreachable", "host_unreachable", "protocol_unreachable", "port_unreachable", "frag_needed", "source_route_failed",
		"net_unknown", "host_unknown", "source_host_isolated", "net_prohibited", "host_prohibited"}
	if m.V6 {
		column, codes = 1, []string{"no_route", "admin_prohibited", "not_neighbour", "address_unreachable", "port_unreachable"}
	}
	for _, t := range []string{"unreachable", "source_quench", "redirect", "time_exceeded", "parameter_problem", "packet_too_big"} {
		if icmpTypes[t][column] == int(m.Type) {
			typ = t
		}
	}
	if typ == "unreachable" {
		if int(m.Code) >= len(codes) {
			return "", ""
		}
		code = codes[m.Code]
	}
	return typ, code
}
