package script

import (
	"strings"
	"testing"

	"wirestep/engine/wire"
)

// Every type and code of an ICMP message is written so that it is read as the same.
func TestICMPThereAndBack(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		for typ := range 256 {
			for code := range 256 {
				s := wire.Segment{Payload: "0123456789", ICMP: wire.ICMP{Set: true, V6: v6, Type: uint8(typ), Code: uint8(code)}}
				if typ == 3 && code == 4 && !v6 || typ == 2 && code == 0 && v6 {
					s.ICMP.MTU = 1400
				}
				line := "0 < " + SpellICMP(&s, 21)
				sc, err := Parse("x", line+"\n", nil)
				if err != nil {
					t.Fatalf("%s: %v", line, err)
				}
				k := sc.Events[0].Packet
				gotTyp, gotCode, err := k.ICMP.Numbers(v6)
				if err != nil || gotTyp != typ || gotCode != code || k.ICMP.MTU != s.ICMP.MTU || k.Seq != 21 || k.Len != 10 {
					t.Fatalf("%s: type %d, code %d, %+v, %v; expected type %d and code %d", line, gotTyp, gotCode, k, err, typ, code)
				}
			}
		}
	}
}

// The words are packetdrill's, and those of each version of IP.
func TestICMPWords(t *testing.T) {
	for _, c := range []struct {
		text string
		v6   bool
		want string // of the error; "": the numbers below
		typ  int
		code int
	}{
		{"timestamp_request", false, "", 13, 0},
		{"timestamp_reply", false, "", 14, 0},
		{"information_request", false, "", 15, 0},
		{"information_reply", false, "", 16, 0},
		{"address_mask_request", false, "", 17, 0},
		{"address_mask_reply", false, "", 18, 0},
		{"unreachable precedence_cutoff", false, "", 3, 15},
		{"unreachable net_unreachable", true, "", 1, 0},
		{"time_exceeded exceeded_frag_time", true, "", 3, 1},
		{"parameter_problem unknown_option", true, "", 4, 2},
		{"type_11 code_1", false, "", 11, 1},
		{"time_exceeded ttl_exceeded", false, "expected code_N", 0, 0},
		{"unreachable port", false, "port_unreachable", 0, 0},
		{"unreachable admin_prohibited", false, "host_prohibited", 0, 0},
		{"unreachable hop_limit", true, "address_unreachable", 0, 0},
		{"type_3 port_unreachable", false, "expected code_N", 0, 0},
		{"unreachable 3x", false, "no code", 0, 0},
		{"source_quench", true, "over IPv6; expected unreachable, packet_too_big", 0, 0},
		{"packet_too_big mtu 1400", false, "over IPv4", 0, 0},
		{"unreachable host_unreachable mtu 1400", false, "expected an MTU only", 0, 0},
		{"unreachable frag_needed mtu 65536", false, "from 0 to 65535", 0, 0},
		{"type_256", false, "no type", 0, 0},
	} {
		sc, err := Parse("x", "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n0 < icmp "+c.text+" [1:2(1)]\n", nil)
		if err == nil {
			err = sc.CheckICMP(c.v6)
		}
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "x:2: ") {
				t.Errorf("%s: %v; expected %q in line 2", c.text, err, c.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if typ, code, _ := sc.Events[1].Packet.ICMP.Numbers(c.v6); typ != c.typ || code != c.code {
			t.Errorf("%s: type %d, code %d; expected %d, %d", c.text, typ, code, c.typ, c.code)
		}
	}
}
