package wire

import (
	"testing"

	"pgregory.net/rapid"
)

func TestFlagsAreSpelledAsTcpdumpDoes(t *testing.T) {
	for _, c := range []struct {
		f    Flags
		want string
	}{
		{SYN, "S"}, {SYN | ACK, "S."}, {ACK, "."}, {PSH | ACK, "P."}, {FIN | ACK, "F."}, {FIN | PSH | ACK, "FP."},
		{RST, "R"}, {RST | ACK, "R."}, {URG | ACK, ".U"}, {SYN | ECE | CWR, "SEW"}, {SYN | ACK | ECE, "S.E"},
		{SYN | ECE | CWR | AE, "SEWA"}, {0, "-"},
	} {
		if got := c.f.String(); got != c.want {
			t.Errorf("%09b is %q, want %q", c.f, got, c.want)
		}
	}
}

func TestParseFlags(t *testing.T) {
	for _, c := range []struct {
		s    string
		want Flags
	}{
		{"SE.", SYN | ACK | ECE}, {"none", 0}, {".PF", ACK | PSH | FIN}, {".5", ACK | AE | ECE}, {".0", ACK}, {".2", ACK | CWR},
	} {
		if got, err := ParseFlags(c.s); err != nil || got != c.want {
			t.Errorf("%q is %s, %v, want %s", c.s, got, err, c.want)
		}
	}
	for _, s := range []string{"", "X", "S,", "S8", "syn"} {
		if got, err := ParseFlags(s); err == nil {
			t.Errorf("%q is %s, want an error", s, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		f := Flags(rapid.Uint16Max(0x1ff).Draw(t, "flags"))
		if got, err := ParseFlags(f.String()); err != nil || got != f {
			t.Fatalf("%s reads as %s, %v", f, got, err)
		}
	})
}

func TestFormat(t *testing.T) {
	syn := Options{Has: HasMSS | HasSackOK | HasTS | HasWScale, MSS: 1460, TSVal: 1, WScale: 7}
	for _, c := range []struct {
		s    Segment
		want string
	}{
		{Segment{Seq: 100, Flags: SYN, Win: 64240, Opts: syn}, "S 0:0(0) win 64240 <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>"},
		{Segment{Seq: 100, Ack: 201, Flags: SYN | ACK, Win: 65160}, "S. 0:0(0) ack 1 win 65160"},
		{Segment{Seq: 101, Ack: 201, Flags: PSH | ACK, Win: 502, Payload: "hello", ECN: ECT0}, "[ect0] P. 1:6(5) ack 1 win 502"},
		{Segment{Seq: 106, Ack: 201, Flags: FIN | ACK, BadSum: true}, "F. 6:6(0) ack 1 win 0 bad checksum"},
		{Segment{Seq: 101, Flags: RST, Ack: 7}, "R 1:1(0) win 0"},
		{Segment{Seq: 101, Ack: 201, Flags: ACK | URG, Urg: 3}, ".U 1:1(0) ack 1 win 0 urg 3"},
		{Segment{Seq: 101, Ack: 201, Flags: ACK, Opts: Options{Has: HasSack, SackN: 1, Sack: [4]SackBlock{{1201, 2201}}}},
			". 1:1(0) ack 1 win 0 <nop,nop,sack 1001:2001>"},
		{Segment{Seq: 101, Payload: "abc", ICMP: ICMP{Set: true, Type: 3, Code: 4, MTU: 1400}}, "icmp unreachable frag_needed mtu 1400 [1:4(3)]"},
		{Segment{Seq: 101, ICMP: ICMP{Set: true, V6: true, Type: 1, Code: 77}}, "icmp type 1 code 77 [1:1(0)]"},
	} {
		if got := c.s.Format(100, 200); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestPattern(t *testing.T) {
	if got := Pattern(0x10, 17); got != "aabaABCDEFGHIJK\na" {
		t.Errorf("the bytes from 16 are %q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		off := rapid.Uint64Max(1<<40).Draw(t, "off")
		n, k := rapid.IntRange(0, 3*PatternMax).Draw(t, "n"), rapid.IntRange(0, 3*PatternMax).Draw(t, "k")
		if k > n {
			n, k = k, n
		}
		if Pattern(off, n) != Pattern(off, k)+Pattern(off+uint64(k), n-k) {
			t.Fatalf("%d bytes from %d are not those from there, cut at %d", n, off, k)
		}
	})
	if n := testing.AllocsPerRun(100, func() { Pattern(12345, PatternMax) }); n != 0 {
		t.Errorf("a pattern of 64 KiB allocates %v times", n)
	}
}
