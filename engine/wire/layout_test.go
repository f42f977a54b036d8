package wire

import (
	"encoding/hex"
	"testing"

	"pgregory.net/rapid"
)

func TestOptionsAreLaidOutAsLinuxDoes(t *testing.T) {
	all := HasMSS | HasSackOK | HasTS | HasWScale
	block := [4]SackBlock{{1001, 2001}, {3001, 4001}, {5001, 6001}}
	for _, c := range []struct {
		name  string
		opts  Options
		text  string
		bytes string
	}{
		{"none", Options{}, "", ""},
		{"SYN", Options{Has: all, MSS: 1460, TSVal: 1, WScale: 7},
			"mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7", "020405b40402080a000000010000000001030307"},
		{"SYN without timestamps", Options{Has: all &^ HasTS, MSS: 1460, WScale: 7},
			"mss 1460,nop,nop,sackOK,nop,wscale 7", "020405b40101040201030307"},
		{"SYN without SACK", Options{Has: all &^ HasSackOK, MSS: 536, TSVal: 1, WScale: 0},
			"mss 536,nop,nop,TS val 1 ecr 0,nop,wscale 0", "020402180101080a000000010000000001030300"},
		{"ACK", Options{Has: HasTS, TSVal: 0xffffffff, TSEcr: 2}, "nop,nop,TS val 4294967295 ecr 2", "0101080affffffff00000002"},
		{"ACK with a hole", Options{Has: HasSack, SackN: 1, Sack: block}, "nop,nop,sack 1001:2001", "0101050a000003e9000007d1"},
		{"ACK with holes and timestamps", Options{Has: HasSack | HasTS, SackN: 3, Sack: block},
			"nop,nop,TS val 0 ecr 0,nop,nop,sack 1001:2001 3001:4001 5001:6001", ""},
		{"Fast Open request", Options{Has: HasMSS | HasFastOpen, MSS: 1460}, "mss 1460,FO,nop,nop", "020405b422020101"},
		{"Fast Open cookie", Options{Has: HasFastOpen, FOCookieN: 8, FOCookie: [16]byte{0xab, 7: 0xcd}},
			"FO ab000000000000cd,nop,nop", "220aab000000000000cd0101"},
		{"experimental Fast Open", Options{Has: HasFastOpen, FOExp: true, FOCookieN: 4}, "FOEXP 00000000", "fe08f98900000000"},
		{"experimental request", Options{Has: HasFastOpen, FOExp: true}, "FOEXP", "fe04f989"},
		{"MD5", Options{Has: HasMD5 | HasMSS, MSS: 1460}, "nop,nop,md5,mss 1460", ""},
		{"AccECN, three counters", Options{Has: HasAccECN, ECN: AccECN{Order: 1, N: 3, B0: 1, CE: 2, B1: 3}},
			"ECN e1b 3 ceb 2 e0b 1,nop", "ae0b00000300000200000101"},
		{"AccECN, two counters", Options{Has: HasAccECN | HasWScale, WScale: 7, ECN: AccECN{N: 2, B0: 1, CE: 2}},
			"ECN e0b 1 ceb 2,nop,wscale 7", "ac0800000100000201030307"},
		{"AccECN, one counter takes the NOP of wscale", Options{Has: HasAccECN | HasWScale, WScale: 7, ECN: AccECN{Order: 1, N: 1, B1: 9}},
			"ECN e1b 9,wscale 7", "ae05000009030307"},
		{"AccECN without counters takes the NOPs of SACK", Options{Has: HasAccECN | HasSack, SackN: 1, Sack: block, ECN: AccECN{Order: 1}},
			"ECN,sack 1001:2001", "ae02050a000003e9000007d1"},
		{"AccECN without counters, alone", Options{Has: HasAccECN}, "ECN,nop,nop", "ac020101"},
		{"raw bytes", Options{Raw: "\xfd\x04\x12\x34\x1e\x03\x00"}, "unknown-253 0x1234,unknown-30 0x00", "fd0412341e030000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := c.opts.append(nil)
			if got := c.opts.String(); got != c.text {
				t.Errorf("String() = %q, want %q", got, c.text)
			}
			if got := hex.EncodeToString(b); c.bytes != "" && got != c.bytes {
				t.Errorf("bytes %s, want %s", got, c.bytes)
			}
			if got := c.opts.Len(); got != len(b) || got%4 != 0 {
				t.Errorf("Len() = %d, want %d, a multiple of 4", got, len(b))
			}
		})
	}
}

func TestMalformedOptionsKeepWhatCameBefore(t *testing.T) {
	mss := Options{Has: HasMSS, MSS: 1460}
	for _, c := range []struct {
		name, bytes string
		want        Options
	}{
		{"end of list", "020405b4" + "00" + "030307", mss},
		{"length 0 stops", "020405b4" + "0300" + "0402", mss},
		{"length 1 stops", "020405b4" + "0801" + "0402", mss},
		{"length past the end stops", "020405b4" + "080a0000", mss},
		{"a kind without a length stops", "020405b4" + "08", mss},
		{"wrong length is passed over", "030407ff" + "020405b4", mss},
		{"unknown is passed over", "fd03ff" + "020405b4", mss},
		{"SACK of half a block is passed over", "0506000003e9" + "020405b4", mss},
		{"SACK without a block is passed over", "0502" + "020405b4", mss},
		{"other experiments are passed over", "fe04abcd" + "020405b4", mss},
		{"Fast Open cookie of odd length", "2207aabbccddee" + "020405b4", mss},
		{"Fast Open cookie of 2 bytes", "2204aabb" + "020405b4", mss},
		{"AccECN of 4 bytes", "ac06aabbccdd" + "020405b4", mss},
		{"the last of two wins", "02040218" + "020405b4", mss},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := hex.DecodeString(c.bytes)
			if err != nil {
				t.Fatal(err)
			}
			if got := parseOptions(b); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// genOptions draws any options that Decode can return, with only the parts set
// that Has names.
func genOptions(t *rapid.T) Options {
	o := Options{Has: OptionSet(rapid.IntRange(0, 255).Draw(t, "has"))}
	if o.On(HasMSS) {
		o.MSS = rapid.Uint16().Draw(t, "mss")
	}
	if o.On(HasWScale) {
		o.WScale = rapid.Uint8().Draw(t, "wscale")
	}
	if o.On(HasTS) {
		o.TSVal, o.TSEcr = rapid.Uint32().Draw(t, "tsval"), rapid.Uint32().Draw(t, "tsecr")
	}
	if o.On(HasSack) {
		o.SackN = uint8(rapid.IntRange(1, 4).Draw(t, "blocks"))
		for i := range o.SackN {
			o.Sack[i] = SackBlock{Seq(rapid.Uint32().Draw(t, "start")), Seq(rapid.Uint32().Draw(t, "end"))}
		}
	}
	if o.On(HasFastOpen) {
		o.FOExp = rapid.Bool().Draw(t, "exp")
		o.FOCookieN = rapid.SampledFrom([]uint8{0, 4, 6, 8, 10, 12, 14, 16}).Draw(t, "cookie")
		for i := range o.FOCookieN {
			o.FOCookie[i] = rapid.Byte().Draw(t, "byte")
		}
	}
	if o.On(HasAccECN) {
		o.ECN = AccECN{Order: uint8(rapid.IntRange(0, 1).Draw(t, "order")), N: uint8(rapid.IntRange(0, 3).Draw(t, "n"))}
		c := [3]uint32{}
		for i := range o.ECN.N {
			c[i] = rapid.Uint32Max(1<<24-1).Draw(t, "counter")
		}
		if o.ECN.Order == 1 {
			c[0], c[2] = c[2], c[0]
		}
		o.ECN.B0, o.ECN.CE, o.ECN.B1 = c[0], c[1], c[2]
	}
	return o
}

func TestOptionsSurviveTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := genOptions(t)
		b := o.append(nil)
		if o.Len() != len(b) {
			t.Fatalf("Len() = %d, but %s takes %d bytes", o.Len(), o.String(), len(b))
		}
		if got := parseOptions(b); got != o {
			t.Fatalf("%x reads as\n%+v, want\n%+v", b, got, o)
		}
	})
}

func TestLenAllocatesNothing(t *testing.T) {
	o := Options{Has: HasMSS | HasSackOK | HasTS | HasWScale | HasAccECN, ECN: AccECN{N: 1}}
	if n := testing.AllocsPerRun(100, func() { o.Len() }); n != 0 {
		t.Errorf("Len allocates %v times", n)
	}
}
