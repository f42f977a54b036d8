package wire

import "encoding/binary"

// MaxOptions is the most that a header can carry: a data offset of 15 words
// less the 20 bytes that every header has (RFC 9293 §3.1).
const MaxOptions = 40

// The option numbers (IANA "TCP Option Kind Numbers").
const (
	kindEOL       = 0
	kindNOP       = 1
	kindMSS       = 2
	kindWScale    = 3
	kindSackOK    = 4
	kindSack      = 5
	kindTS        = 8
	kindMD5       = 19
	kindFastOpen  = 34
	kindAccECN0   = 172
	kindAccECN1   = 174
	kindExp       = 254
	magicFastOpen = 0xF989
)

// append lays the options out behind b in the order and with the padding of
// Linux: every option ends on a word, and NOPs stand before an option, not
// after it. Two short options trade their NOPs for something useful: sackOK
// goes before the timestamps, and the end of AccECN before whatever follows.
func (o *Options) append(b []byte) []byte {
	start := len(b)
	if o.On(HasMD5) { // the engine keeps no keys: the digest is zeros
		b = append(b, kindNOP, kindNOP, kindMD5, 18)
		b = append(b, make([]byte, 16)...)
	}
	if o.On(HasMSS) {
		b = append(b, kindMSS, 4)
		b = binary.BigEndian.AppendUint16(b, o.MSS)
	}
	if o.On(HasTS) {
		if o.On(HasSackOK) {
			b = append(b, kindSackOK, 2, kindTS, 10)
		} else {
			b = append(b, kindNOP, kindNOP, kindTS, 10)
		}
		b = binary.BigEndian.AppendUint32(b, o.TSVal)
		b = binary.BigEndian.AppendUint32(b, o.TSEcr)
	}
	b, tail := o.appendAccECN(b)
	if o.On(HasSackOK) && !o.On(HasTS) {
		b = append(tail.pad(b, 2), kindSackOK, 2)
	}
	if o.On(HasWScale) {
		if tail.n == 1 {
			b = tail.pad(b, 1)
		} else {
			b = append(b, kindNOP) // two bytes belong together: they wait for two NOPs
		}
		b = append(b, kindWScale, 3, o.WScale)
	}
	if o.On(HasSack) {
		b = append(tail.pad(b, 2), kindSack, 2+8*o.SackN)
		for _, k := range o.Blocks() {
			b = binary.BigEndian.AppendUint32(b, uint32(k.Start))
			b = binary.BigEndian.AppendUint32(b, uint32(k.End))
		}
	}
	if tail.n > 0 {
		b = tail.pad(b, 4)
	}
	b = o.appendFastOpen(b)
	b = append(b, o.Raw...)
	for (len(b)-start)%4 != 0 {
		b = append(b, kindEOL)
	}
	return b
}

// tail is the end of an option that does not fill a word.
type tail struct {
	b [2]byte
	n int
}

// pad writes the tail, if it still stands out, and NOPs, n bytes together.
func (t *tail) pad(b []byte, n int) []byte {
	b = append(b, t.b[:t.n]...)
	for range n - t.n {
		b = append(b, kindNOP)
	}
	t.n = 0
	return b
}

// appendAccECN lays out the Accurate ECN option, except for a tail of one or
// two bytes that is to stand where the next option would have its NOPs.
func (o *Options) appendAccECN(b []byte) ([]byte, tail) {
	if !o.On(HasAccECN) {
		return b, tail{}
	}
	kind, count := byte(kindAccECN0), [3]uint32{o.ECN.B0, o.ECN.CE, o.ECN.B1}
	if o.ECN.Order == 1 {
		kind, count[0], count[2] = kindAccECN1, o.ECN.B1, o.ECN.B0
	}
	if o.ECN.N == 0 {
		return b, tail{[2]byte{kind, 2}, 2}
	}
	b = append(b, kind, 2+3*o.ECN.N)
	for _, c := range count[:o.ECN.N] {
		b = append(b, byte(c>>16), byte(c>>8), byte(c))
	}
	switch o.ECN.N {
	case 1:
		last := len(b) - 1
		return b[:last], tail{[2]byte{b[last]}, 1}
	case 3:
		b = append(b, kindNOP)
	}
	return b, tail{}
}

func (o *Options) appendFastOpen(b []byte) []byte {
	if !o.On(HasFastOpen) {
		return b
	}
	if o.FOExp {
		b = append(b, kindExp, 4+o.FOCookieN)
		b = binary.BigEndian.AppendUint16(b, magicFastOpen)
	} else {
		b = append(b, kindFastOpen, 2+o.FOCookieN)
	}
	b = append(b, o.FOCookie[:o.FOCookieN]...)
	for n := o.fastOpenLen(); n%4 != 0; n++ {
		b = append(b, kindNOP)
	}
	return b
}

// parseOptions reads the options of a header as Linux does (tcp_parse_options):
// what is unknown, or of a length that its kind cannot have, is passed over; at
// a length that cannot be true it stops, and what it has read so far counts.
// Whether an option means anything on such a segment is for the receiver to say.
func parseOptions(b []byte) (o Options) {
	for kind, v := range walkOptions(b) {
		switch kind {
		case kindMSS:
			if len(v) == 2 {
				o.Has |= HasMSS
				o.MSS = binary.BigEndian.Uint16(v)
			}
		case kindWScale:
			if len(v) == 1 {
				o.Has |= HasWScale
				o.WScale = v[0]
			}
		case kindSackOK:
			if len(v) == 0 {
				o.Has |= HasSackOK
			}
		case kindTS:
			if len(v) == 8 {
				o.Has |= HasTS
				o.TSVal, o.TSEcr = binary.BigEndian.Uint32(v), binary.BigEndian.Uint32(v[4:])
			}
		case kindSack:
			o.parseSack(v)
		case kindMD5:
			if len(v) == 16 {
				o.Has |= HasMD5
			}
		case kindFastOpen:
			o.parseFastOpen(v, false)
		case kindExp:
			if len(v) >= 2 && binary.BigEndian.Uint16(v) == magicFastOpen {
				o.parseFastOpen(v[2:], true)
			}
		case kindAccECN0, kindAccECN1:
			o.parseAccECN(v, kind == kindAccECN1)
		}
	}
	return o
}

// walkOptions yields kind and value of each option, NOPs too, up to the end or
// to the first length that cannot be true.
func walkOptions(b []byte) func(yield func(kind byte, v []byte) bool) {
	return func(yield func(byte, []byte) bool) {
		for len(b) > 0 && b[0] != kindEOL {
			n := 1
			if b[0] != kindNOP {
				if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
					return
				}
				n = int(b[1])
			}
			if !yield(b[0], b[min(2, n):n]) {
				return
			}
			b = b[n:]
		}
	}
}

func (o *Options) parseSack(v []byte) {
	if len(v) == 0 || len(v)%8 != 0 || len(v) > 32 {
		return
	}
	o.Has |= HasSack
	o.Sack, o.SackN = [4]SackBlock{}, uint8(len(v)/8)
	for i := range o.SackN {
		k := v[8*i:]
		o.Sack[i] = SackBlock{Seq(binary.BigEndian.Uint32(k)), Seq(binary.BigEndian.Uint32(k[4:]))}
	}
}

// parseFastOpen takes a request (no cookie) or a cookie of 4 to 16 bytes, an
// even number of them (RFC 7413 §4.1.1).
func (o *Options) parseFastOpen(v []byte, exp bool) {
	if n := len(v); n%2 != 0 || n > 16 || n == 2 {
		return
	}
	o.Has |= HasFastOpen
	o.FOExp, o.FOCookieN, o.FOCookie = exp, uint8(len(v)), [16]byte{}
	copy(o.FOCookie[:], v)
}

func (o *Options) parseAccECN(v []byte, order1 bool) {
	if len(v)%3 != 0 || len(v) > 9 {
		return
	}
	o.Has |= HasAccECN
	o.ECN = AccECN{N: uint8(len(v) / 3)}
	var count [3]uint32
	for i := range o.ECN.N {
		k := v[3*i:]
		count[i] = uint32(k[0])<<16 | uint32(k[1])<<8 | uint32(k[2])
	}
	if order1 {
		count[0], count[2] = count[2], count[0]
		o.ECN.Order = 1
	}
	o.ECN.B0, o.ECN.CE, o.ECN.B1 = count[0], count[1], count[2]
}
