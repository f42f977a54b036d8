package packetdrill

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
)

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
		o.Kind = optMD5
		if t := p.peek(); t.kind == tokWord || t.kind == tokInt {
			b, err := hex.DecodeString(strings.TrimPrefix(t.text, "0x"))
			if err != nil || len(b) > 16 {
				return p.expected("a digest of at most 16 bytes in hexadecimal digits")
			}
			p.next()
			o.Data = b
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
