package wire

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// value is the number of the first field with a name.
func value(t interface{ Fatalf(string, ...any) }, all []Field, name string) uint64 {
	for _, f := range all {
		if f.Name == name {
			return f.Value
		}
	}
	t.Fatalf("no field is called %s in %v", name, all)
	return 0
}

// tiles reports a gap or an overlap: every bit belongs to one field.
func tiles(t interface{ Fatalf(string, ...any) }, b []byte, all []Field) {
	at := 0
	for _, f := range all {
		if f.At != at || f.Bits <= 0 {
			t.Fatalf("%s begins at bit %d and has %d bits, expected it at %d in %x", f.Name, f.At, f.Bits, at, b)
		}
		at += f.Bits
	}
	if at != len(b)*8 {
		t.Fatalf("the fields end at bit %d of %d in %x", at, len(b)*8, b)
	}
}

// The table of fields and the encoder, who know nothing of each other, agree on
// where everything stands.
func TestFieldsAreWhereTheEncoderPutsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Segment{
			Src: Endpoint{netip.MustParseAddr("10.0.0.1"), rapid.Uint16().Draw(t, "sport")}, Dst: Endpoint{netip.MustParseAddr("10.0.0.2"), rapid.Uint16().Draw(t, "dport")},
			Seq: Seq(rapid.Uint32().Draw(t, "seq")), Ack: Seq(rapid.Uint32().Draw(t, "ack")), Flags: Flags(rapid.Uint16Range(0, 511).Draw(t, "flags")),
			Win: rapid.Uint16().Draw(t, "win"), Urg: rapid.Uint16().Draw(t, "urg"), ECN: ECN(rapid.Uint8Range(0, 3).Draw(t, "ecn")),
			TTL: rapid.Uint8Range(1, 255).Draw(t, "ttl"), BadSum: rapid.Bool().Draw(t, "bad"), Payload: rapid.SampledFrom([]string{"", "x", "hello"}).Draw(t, "payload"),
		}
		if rapid.Bool().Draw(t, "v6") {
			s.Src.Addr, s.Dst.Addr = netip.MustParseAddr("fd00::1"), netip.MustParseAddr("fd00::2")
		}
		if rapid.Bool().Draw(t, "options") {
			s.Opts = Options{Has: HasMSS | HasTS | HasWScale | HasSackOK, MSS: rapid.Uint16().Draw(t, "mss"), WScale: 7, TSVal: rapid.Uint32().Draw(t, "tsval"), TSEcr: 5}
		}
		b, err := Encode(&s)
		if err != nil {
			t.Fatal(err)
		}
		all := Fields(b)
		tiles(t, b, all)
		want := map[string]uint64{
			"sport": uint64(s.Src.Port), "dport": uint64(s.Dst.Port), "seq": uint64(s.Seq), "ack": uint64(s.Ack), "flags": uint64(s.Flags),
			"win": uint64(s.Win), "urg": uint64(s.Urg), "ecn": uint64(s.ECN), "ttl": uint64(s.TTL),
		}
		if s.Opts.Has != 0 {
			want["mss-value"], want["wscale-value"], want["tsval"], want["tsecr"] = uint64(s.Opts.MSS), 7, uint64(s.Opts.TSVal), 5
		}
		for name, v := range want {
			if got := value(t, all, name); got != v {
				t.Fatalf("%s is %d, expected %d in %x", name, got, v, b)
			}
		}
		for _, f := range all {
			wrong := f.Name == "checksum" && s.BadSum
			if (f.Wrong != "") != wrong {
				t.Fatalf("%s is %q in %x", f.Name, f.Wrong, b)
			}
			if wrong {
				binary.BigEndian.PutUint16(b[f.At/8:], uint16(f.Right))
				if again, err := Decode(b); err != nil || again.BadSum {
					t.Fatalf("with the checksum that is said to be right the segment is still wrong: %v", err)
				}
			}
		}
	})
}

// Whatever bytes a header holds, each belongs to one field, and nothing panics.
func TestFieldsOfAnyBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Segment{Src: Endpoint{netip.MustParseAddr("10.0.0.1"), 1}, Dst: Endpoint{netip.MustParseAddr("10.0.0.2"), 2}, Opts: Options{Has: HasTS}}
		b, _ := Encode(&s)
		for range rapid.IntRange(0, 8).Draw(t, "changes") {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "to")
		}
		b = b[:rapid.IntRange(0, len(b)).Draw(t, "cut")]
		tiles(t, b, Fields(b))
	})
}

// What is the matter with options is said where it stands.
func TestFieldsSayWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		raw  string
		name string
		want Wrong
	}{
		{"\x02\x00\x05\xb4", "unreadable", WrongLength},
		{"\x02\x09\x05\xb4", "unreadable", WrongLength},
		{"\x02\x03\x05\x01", "mss", WrongSize},
		{"\x05\x06\x00\x00\x00\x00\x01\x01", "sack", WrongSize},
		{"\xfd\x04\x01\x02", "unknown", WrongKind},
		{"\x01\x01\x04\x02", "sackok", ""},
		{"\xac\x05\x00\x00\x01\x01\x01\x01", "accecn0", ""},
		{"\x22\x06\x01\x02\x03\x04\x01\x01", "fastopen", ""},
	} {
		s := Segment{Src: Endpoint{netip.MustParseAddr("10.0.0.1"), 1}, Dst: Endpoint{netip.MustParseAddr("10.0.0.2"), 2}, Opts: Options{Raw: c.raw}}
		b, err := Encode(&s)
		if err != nil {
			t.Fatal(err)
		}
		all, found := Fields(b), false
		tiles(t, b, all)
		for _, f := range all {
			if f.Part == PartOption && f.Name == c.name {
				found = true
				if f.Wrong != c.want {
					t.Errorf("%x: %s is %q, expected %q", c.raw, f.Name, f.Wrong, c.want)
				}
			}
		}
		if !found {
			t.Errorf("%x: no field is called %s in %+v", c.raw, c.name, all)
		}
	}
}

// An ICMP error is read into the packet that it quotes.
func TestFieldsOfAnError(t *testing.T) {
	s := Segment{Src: Endpoint{netip.MustParseAddr("10.0.0.1"), 40000}, Dst: Endpoint{netip.MustParseAddr("10.0.0.2"), 80}, Seq: 77, ICMP: ICMP{Set: true, Type: 3, Code: 4, MTU: 1400}}
	b, err := Encode(&s)
	if err != nil {
		t.Fatal(err)
	}
	all := Fields(b)
	tiles(t, b, all)
	if value(t, all, "icmp-type") != 3 || value(t, all, "icmp-rest") != 1400 || value(t, all, "seq") != 77 {
		t.Errorf("%+v", all)
	}
}
