package wire

import (
	"encoding/hex"
	"fmt"
)

// SackBlock is one block of a SACK option: [Start, End) (RFC 2018).
type SackBlock struct{ Start, End Seq }

// Options are the TCP options of a segment, unpacked. The zero value is none.
type Options struct {
	Has       OptionSet
	MSS       uint16 // RFC 9293 §3.7.1, bytes
	WScale    uint8  // RFC 7323 §2, shift count as sent (may be above 14)
	TSVal     uint32 // RFC 7323 §3
	TSEcr     uint32
	SackN     uint8 // how many of Sack are in use
	Sack      [4]SackBlock
	FOCookieN uint8 // RFC 7413: length of the cookie; 0 with HasFastOpen is a request
	FOExp     bool  // the experimental option number 254 with magic 0xF989
	FOCookie  [16]byte
	ECN       AccECN
	Raw       string // bytes appended as they are: unknown or malformed options, only forged; Decode ignores such
}

// AccECN is the Accurate ECN option (draft-ietf-tcpm-accurate-ecn).
type AccECN struct {
	Order      uint8 // 0: EE0B CEB EE1B (kind 172); 1: EE1B CEB EE0B (kind 174)
	N          uint8 // how many counters are present
	B0, CE, B1 uint32
}

// Has reports whether the option has a counter for the packets with an ECN field.
func (a *AccECN) Has(e ECN) bool {
	need := [...]uint8{NotECT: 4, ECT1: 3, ECT0: 1, CE: 2}[e&3]
	if a.Order == 1 {
		need = [...]uint8{NotECT: 4, ECT1: 1, ECT0: 3, CE: 2}[e&3]
	}
	return a.N >= need
}

// OptionSet says which options are present.
type OptionSet uint8

// The options that the engine knows.
const (
	HasMSS OptionSet = 1 << iota
	HasWScale
	HasSackOK
	HasTS
	HasSack
	HasFastOpen
	HasAccECN
	HasMD5
)

// On reports whether every option in p is present.
func (o *Options) On(p OptionSet) bool { return o.Has&p == p }

// Blocks returns the SACK blocks in use.
func (o *Options) Blocks() []SackBlock { return o.Sack[:o.SackN] }

// Len is the room that the options take in the header: a multiple of four, laid
// out and padded as Linux does. A header has room for MaxOptions.
func (o *Options) Len() int {
	if o.Has == 0 && o.Raw == "" {
		return 0
	}
	if o.On(HasAccECN) {
		return len(o.append(make([]byte, 0, 64))) // its bytes move into the padding of others
	}
	n := 0
	if o.On(HasMD5) {
		n += 20
	}
	if o.On(HasMSS) {
		n += 4
	}
	if o.Has&(HasTS|HasSackOK) != 0 {
		n += 4 // sackOK takes the place of the padding before the timestamps
		if o.On(HasTS) {
			n += 8
		}
	}
	if o.On(HasWScale) {
		n += 4
	}
	if o.On(HasSack) {
		n += 4 + 8*int(o.SackN)
	}
	if o.On(HasFastOpen) {
		n += (o.fastOpenLen() + 3) &^ 3
	}
	return (n + len(o.Raw) + 3) &^ 3
}

// fastOpenLen is the length of the Fast Open option without padding (RFC 7413 §4.1.1).
func (o *Options) fastOpenLen() int {
	if o.FOExp {
		return 4 + int(o.FOCookieN)
	}
	return 2 + int(o.FOCookieN)
}

// SetFastOpen gives a segment a Fast Open option: a cookie in hexadecimal digits,
// "ask" for an empty one, or "none" to take it away.
func (o *Options) SetFastOpen(cookie string) error {
	var b []byte
	switch cookie {
	case "none":
		o.Has &^= HasFastOpen
		o.FOCookieN, o.FOCookie, o.FOExp = 0, [16]byte{}, false
		return nil
	case "ask":
	default:
		var err error
		if b, err = hex.DecodeString(cookie); err != nil || len(b) < 4 || len(b) > 16 || len(b)%2 != 0 {
			return fmt.Errorf("%q is no Fast Open cookie, expected an even number of 4 to 16 bytes in hexadecimal digits, ask or none", cookie)
		}
	}
	o.Has |= HasFastOpen
	o.FOCookieN, o.FOCookie = uint8(len(b)), [16]byte{}
	copy(o.FOCookie[:], b)
	return nil
}
