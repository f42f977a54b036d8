package packetdrill

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"wirestep/engine/wire"
)

// packet reads a packet line from its direction on.
func (p *parser) packet() (*Packet, error) {
	k := &Packet{In: p.next().text == "<", TOS: -1, TTL: -1, Win: -1, Urg: -1}
	for p.is("[") {
		if err := p.bracket(k); err != nil {
			return nil, err
		}
	}
	switch {
	case p.accept("icmp"):
		return k, p.icmp(k)
	case p.accept("udp"):
		k.UDP = true
		_, err := p.list("(", ")", 0)
		return k, err
	}
	if err := p.flags(k); err != nil {
		return nil, err
	}
	if err := p.seqRange(k); err != nil {
		return nil, err
	}
	return k, p.packetTail(k)
}

func (p *parser) packetTail(k *Packet) error {
	if p.accept("ack") {
		n, err := p.integer("an acknowledgment number")
		if err != nil {
			return err
		}
		k.HasAck, k.Ack = true, uint32(n)
	}
	for p.is("win") || p.is("urg") {
		what := p.next().text
		n, err := p.integer("a number of bytes")
		if err != nil {
			return err
		}
		if what == "win" {
			k.Win = int(n) & 0xffff
		} else {
			k.Urg = int(n) & 0xffff
		}
	}
	if p.is("<") {
		return p.options(k)
	}
	return nil
}

// bracket reads what stands in brackets before the flags: ECN bits, tos, ttl,
// or the numbers that an ICMP error quotes.
func (p *parser) bracket(k *Packet) error {
	p.next()
	if p.peek().kind == tokInt {
		if err := p.seqRange(k); err != nil {
			return err
		}
		if k.ICMP == nil {
			k.ICMP = &ICMP{}
		}
		k.ICMP.Quoted = true
		return p.expect("]")
	}
	for !p.accept("]") {
		t := p.next()
		switch t.text {
		case "noecn", "ect0", "ect1", "ect01", "ce":
			k.ECN = t.text
		case "tos", "ttl", "flowlabel":
			n, err := p.integer("a number")
			if err != nil {
				return err
			}
			if t.text == "tos" {
				k.TOS = int(n) & 0xff
			} else if t.text == "ttl" {
				k.TTL = int(n) & 0xff
			}
		case ",":
		default:
			p.at--
			return p.expected("noecn, ect0, ect1, ect01, ce, tos, ttl or flowlabel")
		}
	}
	return nil
}

// flags reads letters, a dot for ACK, and a digit for the three bits of the
// accurate ECN field.
func (p *parser) flags(k *Packet) error {
	text := ""
	for {
		t := p.peek()
		joined := text == "" || t.from == p.toks[p.at-1].to
		flag := t.kind == tokWord || t.kind == tokPunct && (t.text == "." || t.text == "-") ||
			t.kind == tokInt && !(p.peekAt(1).text == ":")
		if !joined || !flag {
			break
		}
		text += p.next().text
	}
	if text == "" {
		return p.expected("flags")
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= '0' && c <= '7' {
			k.Flags |= aceFlags(c - '0')
			continue
		}
		f, ok := flagLetters[c]
		if !ok {
			return &Error{p.file, p.toks[p.at-1].line, fmt.Sprintf("%q is no flag; expected F S R P . U E W A, a digit, or -", c)}
		}
		k.Flags |= f
	}
	return nil
}

var flagLetters = map[byte]wire.Flags{'F': wire.FIN, 'S': wire.SYN, 'R': wire.RST, 'P': wire.PSH, '.': wire.ACK, 'U': wire.URG,
	'E': wire.ECE, 'W': wire.CWR, 'C': wire.CWR, 'A': wire.AE, 'N': wire.AE, '-': 0}

// aceFlags spreads the accurate ECN counter over its three bits.
func aceFlags(n byte) (f wire.Flags) {
	if n&1 != 0 {
		f |= wire.ECE
	}
	if n&2 != 0 {
		f |= wire.CWR
	}
	if n&4 != 0 {
		f |= wire.AE
	}
	return f
}

// seqRange reads first:last(length).
func (p *parser) seqRange(k *Packet) error {
	var n [3]int64
	for i, after := range [3]string{":", "(", ")"} {
		p.accept("+")
		v, err := p.integer("a sequence range first:last(length)")
		if err != nil {
			return err
		}
		n[i] = v
		if err := p.expect(after); err != nil {
			return err
		}
	}
	k.Seq, k.End, k.Len = uint32(n[0]), uint32(n[1]), int(n[2])
	if k.Len < 0 || k.Len > 1<<20 || uint32(k.Len) != k.End-k.Seq {
		return &Error{p.file, p.toks[p.at-1].line,
			fmt.Sprintf("%d:%d(%d): expected the length to be the difference of the numbers", n[0], n[1], n[2])}
	}
	return nil
}

func (p *parser) icmp(k *Packet) error {
	if k.ICMP == nil {
		k.ICMP = &ICMP{}
	}
	if p.peek().kind != tokWord {
		return p.expected("the type of an ICMP message")
	}
	k.ICMP.Type = p.next().text
	for {
		t := p.peek()
		switch {
		case p.accept("mtu"):
			n, err := p.integer("a number of bytes")
			if err != nil {
				return err
			}
			k.ICMP.MTU = uint32(n)
		case p.is("["):
			if err := p.bracket(k); err != nil {
				return err
			}
		case t.kind == tokWord:
			k.ICMP.Code = p.next().text
		default:
			return nil
		}
	}
}

// options reads <option, option, …> or <...>.
func (p *parser) options(k *Packet) error {
	p.next()
	if p.peek().kind == tokEllipsis {
		p.next()
		k.AnyOpts = true
		return p.expect(">")
	}
	for !p.accept(">") {
		o, err := p.tcpOption()
		if err != nil {
			return err
		}
		k.Opts = append(k.Opts, o)
		if !p.accept(",") && !p.is(">") {
			return p.expected("\",\" or \">\"")
		}
	}
	return nil
}

func (p *parser) number(o *Opt, word string) error {
	if word != "" && !p.accept(word) {
		return p.expected(word)
	}
	n, err := p.integer("a number")
	o.Nums = append(o.Nums, uint32(n))
	return err
}

func (p *parser) tcpOption() (Opt, error) {
	t := p.next()
	o := Opt{Name: t.text}
	var err error
	switch t.text {
	case "nop":
		o.Kind = optNOP
	case "eol":
		o.Kind = optEOL
	case "sackOK":
		o.Kind = optSackOK
	case "mss":
		o.Kind = optMSS
		err = p.number(&o, "")
	case "wscale":
		o.Kind = optWScale
		err = p.number(&o, "")
	case "TS":
		o.Kind = optTS
		if err = p.number(&o, "val"); err == nil {
			err = p.number(&o, "ecr")
		}
	case "sack":
		o.Kind = optSack
		for err == nil && p.peekAt(1).text == ":" {
			if err = p.number(&o, ""); err == nil {
				err = p.number(&o, ":")
			}
		}
	case "FO", "FOEXP", "ECN", "md5":
		err = p.longOption(&o)
	case "kind", "unknown", "opt", "exp":
		err = p.rawOption(&o)
	default:
		p.at--
		err = p.expected("mss, wscale, sackOK, sack, TS, nop, eol, FO, FOEXP, ECN, md5 or kind")
	}
	return o, err
}

func (p *parser) longOption(o *Opt) error {
	switch o.Name {
	case "FO", "FOEXP":
		o.Kind = optFastOpen
		if o.Name == "FOEXP" {
			o.Kind, o.Data = optExp, []byte{0xF9, 0x89}
		}
		if t := p.peek(); t.kind == tokWord || t.kind == tokInt {
			b, err := hex.DecodeString(strings.TrimPrefix(t.text, "0x"))
			if err != nil {
				return p.expected("a cookie in hexadecimal digits")
			}
			p.next()
			o.Data = append(o.Data, b...)
		}
	case "ECN":
		o.Kind = optAccECN0
		for i := 0; p.peek().kind == tokWord; i++ {
			if name := p.next().text; i == 0 && name == "e1b" {
				o.Kind = optAccECN1
			}
			n, err := p.integer("a number of bytes")
			if err != nil {
				return err
			}
			o.Data = append(o.Data, byte(n>>16), byte(n>>8), byte(n))
		}
	case "md5":
		o.Kind, o.Data = optMD5, make([]byte, 16)
		if t := p.peek(); t.kind == tokWord {
			p.next()
		}
	}
	return nil
}

// rawOption reads any option by number: kind 253 f989abcd.
func (p *parser) rawOption(o *Opt) error {
	n, err := p.integer("the number of an option")
	if err != nil {
		return err
	}
	o.Kind = byte(n)
	if t := p.peek(); t.kind == tokWord || t.kind == tokInt {
		b, err := hex.DecodeString(strings.TrimPrefix(t.text, "0x"))
		if err != nil {
			return p.expected("bytes in hexadecimal digits")
		}
		p.next()
		o.Data = b
	}
	return nil
}

// The option numbers of packet lines.
const (
	optEOL      = 0
	optNOP      = 1
	optMSS      = 2
	optWScale   = 3
	optSackOK   = 4
	optSack     = 5
	optTS       = 8
	optMD5      = 19
	optFastOpen = 34
	optAccECN0  = 172
	optAccECN1  = 174
	optExp      = 254
)

// bytes lays an option out. num maps its numbers to those of the wire.
func (o *Opt) bytes(b []byte, num func(kind byte, i int, n uint32) uint32) []byte {
	if o.Kind == optNOP || o.Kind == optEOL {
		return append(b, o.Kind)
	}
	at := len(b)
	b = append(b, o.Kind, 0)
	for i, n := range o.Nums {
		n = num(o.Kind, i, n)
		switch o.Kind {
		case optMSS:
			b = binary.BigEndian.AppendUint16(b, uint16(n))
		case optWScale:
			b = append(b, byte(n))
		default:
			b = binary.BigEndian.AppendUint32(b, n)
		}
	}
	b = append(b, o.Data...)
	b[at+1] = byte(len(b) - at)
	return b
}
