package script

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
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
	first := p.toks[p.at-1].line
	for again := true; again; again = p.accept(",") {
		o, err := p.tcpOption()
		if err != nil {
			return err
		}
		k.Opts = append(k.Opts, o)
	}
	if err := p.expect(">"); err != nil {
		return err
	}
	switch n := len(k.OptionBytes()); {
	case n%4 != 0:
		return &Error{p.file, first, fmt.Sprintf("options of %d bytes: expected a multiple of 4; fill up with nop", n)}
	case n > maxOptions:
		return &Error{p.file, first, fmt.Sprintf("options of %d bytes: expected at most %d", n, maxOptions)}
	}
	return nil
}

// maxOptions is how many bytes of options a header has room for.
const maxOptions = 40

func (p *parser) number(o *Opt, word string, most int64) error {
	if word != "" && !p.accept(word) {
		return p.expected(word)
	}
	n, err := p.decimal("a number", most)
	o.Nums = append(o.Nums, uint32(n))
	return err
}

func (p *parser) tcpOption() (Opt, error) {
	t := p.next()
	o := Opt{Name: t.text}
	var err error
	switch t.text {
	case "nop":
		o.Kind = OptNOP
	case "eol":
		o.Kind = OptEOL
	case "sackOK":
		o.Kind = OptSackOK
	case "mss":
		o.Kind = OptMSS
		err = p.number(&o, "", max16)
	case "wscale":
		o.Kind = OptWScale
		err = p.number(&o, "", max8)
	case "TS":
		o.Kind = OptTS
		if err = p.number(&o, "val", max32); err == nil {
			err = p.number(&o, "ecr", max32)
		}
	case "sack":
		o.Kind = OptSack
		for again := true; err == nil && again; again = p.peek().kind == tokInt {
			if err = p.number(&o, "", max32); err == nil {
				err = p.number(&o, ":", max32)
			}
		}
	case "FO", "FOEXP", "ECN", "md5":
		err = p.longOption(&o)
	case "kind":
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
		o.Kind = OptFastOpen
		if o.Name == "FOEXP" {
			o.Kind, o.Data = OptExp, []byte{0xF9, 0x89}
		}
		if t := p.peek(); t.kind == tokWord || t.kind == tokInt {
			b, err := hex.DecodeString(t.text)
			if most := maxOptions - 2 - len(o.Data); err != nil || len(b) > most {
				return p.expected(fmt.Sprintf("a cookie of at most %d bytes in hexadecimal digits", most))
			}
			p.next()
			o.Data = append(o.Data, b...)
		}
	case "ECN":
		return p.accECN(o)
	case "md5":
		o.Kind = OptMD5
		b, err := hex.DecodeString(p.peek().text)
		if t := p.peek(); err != nil || len(b) > 16 || t.kind != tokWord && t.kind != tokInt {
			return p.expected("a digest of at most 16 bytes in hexadecimal digits")
		}
		p.next()
		o.Data = b
	}
	return nil
}

// accECN reads counters of bytes: e0b N [ceb N [e1b N]], or with e1b and e0b the other way
// round.
func (p *parser) accECN(o *Opt) error {
	o.Kind = OptAccECN0
	order := []string{"e0b", "ceb", "e1b"}
	if p.is("e1b") {
		o.Kind, order = OptAccECN1, []string{"e1b", "ceb", "e0b"}
	}
	for i, name := range order {
		if !p.accept(name) {
			if i == 0 {
				return p.expected("e0b or e1b")
			}
			break
		}
		n, err := p.decimal("a number of bytes", max24)
		if err != nil {
			return err
		}
		o.Data = append(o.Data, byte(n>>16), byte(n>>8), byte(n))
	}
	return nil
}

// rawOption reads any option by number, which packetdrill cannot: kind 253 f989abcd.
func (p *parser) rawOption(o *Opt) error {
	n, err := p.decimal("the number of an option", max8)
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
	OptEOL      = 0
	OptNOP      = 1
	OptMSS      = 2
	OptWScale   = 3
	OptSackOK   = 4
	OptSack     = 5
	OptTS       = 8
	OptMD5      = 19
	OptFastOpen = 34
	OptAccECN0  = 172
	OptAccECN1  = 174
	OptExp      = 254
)

// Bytes lays an option out. num maps its numbers to those of the wire.
func (o *Opt) Bytes(b []byte, num func(kind byte, i int, n uint32) uint32) []byte {
	if o.Kind == OptNOP || o.Kind == OptEOL {
		return append(b, o.Kind)
	}
	at := len(b)
	b = append(b, o.Kind, 0)
	for i, n := range o.Nums {
		n = num(o.Kind, i, n)
		switch o.Kind {
		case OptMSS:
			b = binary.BigEndian.AppendUint16(b, uint16(n))
		case OptWScale:
			b = append(b, byte(n))
		default:
			b = binary.BigEndian.AppendUint32(b, n)
		}
	}
	b = append(b, o.Data...)
	b[at+1] = byte(len(b) - at)
	return b
}

func same(_ byte, _ int, n uint32) uint32 { return n }

// OptionBytes are the options of a packet line as bytes.
func (k *Packet) OptionBytes() []byte {
	var b []byte
	for i := range k.Opts {
		b = k.Opts[i].Bytes(b, same)
	}
	return b
}
