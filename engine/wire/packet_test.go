package wire

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// RFC 1071 §3 adds up these eight bytes to ddf2.
func TestChecksumOfRFC1071(t *testing.T) {
	b := unhex(t, "00 01 f2 03 f4 f5 f6 f7")
	if got := Checksum(0, b); got != ^uint16(0xddf2) {
		t.Errorf("checksum %04x, want %04x", got, ^uint16(0xddf2))
	}
	for i := range b { // byte order and grouping do not matter (§2): any even split adds up the same
		if i%2 == 0 {
			if got := Checksum(uint32(^Checksum(0, b[:i])), b[i:]); got != ^uint16(0xddf2) {
				t.Errorf("split at %d: checksum %04x", i, got)
			}
		}
	}
	if got := Checksum(0, []byte{0xab}); got != ^uint16(0xab00) {
		t.Errorf("an odd byte: %04x, want it padded on the right", got)
	}
}

var (
	a4 = Endpoint{netip.MustParseAddr("10.0.0.1"), 40000}
	b4 = Endpoint{netip.MustParseAddr("10.0.0.2"), 80}
	a6 = Endpoint{netip.MustParseAddr("fd00::1"), 40000}
	b6 = Endpoint{netip.MustParseAddr("fd00::2"), 80}
)

// syn4 was worked out by hand from RFC 791 §3.1 and RFC 9293 §3.1.
const syn4 = `45 00 003c 0000 4000 40 06 26ba 0a000001 0a000002
	9c40 0050 00000064 00000000 a0 02 faf0 9c17 0000
	02 04 05b4 04 02 08 0a 00000001 00000000 01 03 03 07`

func TestEncodeASyn(t *testing.T) {
	s := Segment{Src: a4, Dst: b4, Seq: 100, Flags: SYN, Win: 64240, TTL: 64,
		Opts: Options{Has: HasMSS | HasSackOK | HasTS | HasWScale, MSS: 1460, TSVal: 1, WScale: 7}}
	b, err := Encode(&s)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := hex.EncodeToString(b), hex.EncodeToString(unhex(t, syn4)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, err := Decode(b); err != nil || got != s {
		t.Errorf("decoded %+v, %v", got, err)
	}
}

func TestDecodeRefusesWhatCannotBe(t *testing.T) {
	for _, c := range []struct {
		name string
		at   int
		to   string
		want string
	}{
		{"IP version", 0, "55", "IP version 5"},
		{"IP header length", 0, "44", "IPv4 header length 16"},
		{"IP header beyond the packet", 0, "4f", "total length 60: expected 60"},
		{"total length", 2, "003d", "total length 61"},
		{"total length below the header", 2, "0010", "total length 16"},
		{"fragment", 6, "2000", "fragment"},
		{"protocol", 9, "11", "protocol 17"},
		{"data offset below 5", 32, "40", "data offset of 16"},
		{"data offset beyond the segment", 32, "f0", "data offset of 60"},
		{"no room for TCP", 2, "0020", "TCP header of 12 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := unhex(t, syn4)
			copy(b[c.at:], unhex(t, c.to))
			_, err := Decode(b)
			if c.at == 0 && c.to == "4f" { // 60 bytes of IP header leave nothing for TCP
				c.want = "TCP header of 0 bytes"
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
	for n := range len(unhex(t, syn4)) {
		if _, err := Decode(unhex(t, syn4)[:n]); err == nil {
			t.Errorf("the first %d bytes decode without an error", n)
		}
	}
}

func TestAWrongChecksumIsReported(t *testing.T) {
	b := unhex(t, syn4)
	b[len(b)-1]++
	s, err := Decode(b)
	if err != nil || !s.BadSum {
		t.Errorf("BadSum %v, error %v; want a segment with BadSum", s.BadSum, err)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, c := range []struct {
		name string
		s    Segment
		want string
	}{
		{"two families", Segment{Src: a4, Dst: b6}, "one family"},
		{"no address", Segment{Dst: b4}, "one family"},
		{"options", Segment{Src: a4, Dst: b4, Opts: Options{Has: HasSack | HasTS, SackN: 4}}, "options of 48 bytes"},
		{"payload", Segment{Src: a4, Dst: b4, Payload: Pattern(0, 65500)}, "packet of 65540 bytes"},
		{"ICMP of the other family", Segment{Src: a4, Dst: b4, ICMP: ICMP{Set: true, V6: true}}, "expected V6 to be false"},
		{"ICMP from the other family", Segment{Src: a4, Dst: b4, ICMP: ICMP{Set: true, From: b6.Addr}}, "one family"},
	} {
		if _, err := Encode(&c.s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one that says %q", c.name, err, c.want)
		}
	}
}

func genSegment(t *rapid.T) Segment {
	s := Segment{
		Src: a4, Dst: b4,
		Seq: Seq(rapid.Uint32().Draw(t, "seq")), Ack: Seq(rapid.Uint32().Draw(t, "ack")),
		Flags: Flags(rapid.Uint16Max(0x1ff).Draw(t, "flags")),
		Win:   rapid.Uint16().Draw(t, "win"), Urg: rapid.Uint16().Draw(t, "urg"),
		ECN: ECN(rapid.IntRange(0, 3).Draw(t, "ecn")), TOS: rapid.Byte().Draw(t, "tos") &^ 3,
		TTL: uint8(rapid.IntRange(1, 255).Draw(t, "ttl")), BadSum: rapid.Bool().Draw(t, "bad"),
		Payload: string(rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "payload")),
	}
	if rapid.Bool().Draw(t, "v6") {
		s.Src, s.Dst = a6, b6
	}
	if o := genOptions(t); o.Len() <= MaxOptions {
		s.Opts = o
	}
	return s
}

func TestSegmentsSurviveTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSegment(t)
		b, err := Encode(&s)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Decode(append(b, 0, 0, 0)); err != nil || got != s {
			t.Fatalf("decoded with padding of the link\n%+v, %v, want\n%+v", got, err, s)
		}
	})
}

func TestICMPErrorsSurviveTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSegment(t)
		v6 := s.Src == a6
		s.ICMP = ICMP{Set: true, V6: v6, Code: rapid.Byte().Draw(t, "code"), MTU: uint32(rapid.Uint16().Draw(t, "mtu"))}
		if v6 {
			s.ICMP.Type = uint8(rapid.IntRange(1, 4).Draw(t, "type"))
		} else {
			s.ICMP.Type = rapid.SampledFrom([]uint8{3, 4, 11, 12}).Draw(t, "type")
		}
		if rapid.Bool().Draw(t, "router") {
			s.ICMP.From = netip.MustParseAddr("10.9.9.9")
			if v6 {
				s.ICMP.From = netip.MustParseAddr("fd00::99")
			}
		}
		b, err := Encode(&s)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Decode(b); err != nil || got != s {
			t.Fatalf("decoded\n%+v, %v, want\n%+v", got, err, s)
		}
	})
}

func TestICMPQuotesNoMoreThanFits(t *testing.T) {
	for _, c := range []struct {
		s    Segment
		most int
	}{
		{Segment{Src: a4, Dst: b4, Seq: 7, Payload: Pattern(0, 1460), ICMP: ICMP{Set: true, Type: 3, Code: 4, MTU: 1400}}, 576},
		{Segment{Src: a6, Dst: b6, Seq: 7, Payload: Pattern(0, 1460), ICMP: ICMP{Set: true, V6: true, Type: 2, MTU: 1400}}, 1280},
	} {
		b, err := Encode(&c.s)
		if err != nil || len(b) != c.most {
			t.Fatalf("error of %d bytes, %v; want %d", len(b), err, c.most)
		}
		got, err := Decode(b)
		if err != nil || got.Seq != 7 || got.ICMP.MTU != 1400 || got.BadSum || !strings.HasPrefix(c.s.Payload, got.Payload) {
			t.Errorf("decoded %+v, %v", got, err)
		}
	}
}

// Eight bytes of the quoted TCP header are the least that RFC 792 asks for.
func TestICMPWithAShortQuotation(t *testing.T) {
	b := unhex(t, `45 00 0038 0000 0000 40 01 66c2 0a000002 0a000001
		03 01 0000 00000000
		45 00 003c 0000 4000 40 06 26ba 0a000001 0a000002 9c40 0050 00000064`)
	b[22], b[23] = 0, 0
	sum := Checksum(0, b[20:])
	b[22], b[23] = byte(sum>>8), byte(sum)
	s, err := Decode(b)
	if err != nil || s.Src != a4 || s.Dst != b4 || s.Seq != 100 || !s.ICMP.Set || s.ICMP.Code != 1 || s.ICMP.From.IsValid() {
		t.Errorf("decoded %+v, %v", s, err)
	}
	b[21] = 3 // the checksum is wrong now
	if _, err := Decode(b); err == nil {
		t.Error("an ICMP message with a wrong checksum decodes")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(unhex(f, syn4))
	for _, s := range []Segment{
		{Src: a6, Dst: b6, Flags: ACK | PSH, Payload: "hello", Opts: Options{Has: HasTS | HasSack, SackN: 2}},
		{Src: a4, Dst: b4, Flags: SYN, Opts: Options{Has: HasFastOpen, FOCookieN: 8}},
		{Src: a4, Dst: b4, ICMP: ICMP{Set: true, Type: 3, Code: 4, MTU: 1400}},
		{Src: a6, Dst: b6, ICMP: ICMP{Set: true, V6: true, Type: 2, MTU: 1280}},
		{Src: a4, Dst: b4, Opts: Options{Raw: "\xfd\x00\x08\x0a"}},
	} {
		b, err := Encode(&s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Decode(b)
		if err != nil {
			return
		}
		s.Format(0, 0)
		if s.TTL == 0 {
			s.TTL = 1 // Encode reads 0 as the default
		}
		again, err := Encode(&s)
		if err != nil { // our layout pads; a foreign one may be tighter
			if s.Opts.Len() > MaxOptions || len(s.Payload) > 65000 {
				return
			}
			t.Fatalf("decoded %+v, but cannot encode it: %v", s, err)
		}
		got, err := Decode(again)
		if err != nil {
			t.Fatalf("cannot decode what was encoded: %v", err)
		}
		if s.ICMP.Set { // a quotation may lose its end and with it its checksum
			got.Payload, got.BadSum = s.Payload, s.BadSum
			if s.ICMP.From == s.Dst.Addr {
				s.ICMP.From = netip.Addr{}
			}
		}
		if got != s {
			t.Fatalf("decoded %+v, after one more turn %+v", s, got)
		}
	})
}
