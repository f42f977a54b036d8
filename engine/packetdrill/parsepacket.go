package packetdrill

import (
	"fmt"

	"wirestep/engine/wire"
)

// packet reads a packet line from its direction on.
func (p *parser) packet() (*Packet, error) {
	k := &Packet{In: p.next().text == "<", TOS: -1, TTL: -1, Win: -1, Urg: -1}
	for p.is("[") || p.is("(") {
		if err := p.bracket(k); err != nil {
			return nil, err
		}
	}
	if t := p.peek(); t.kind == tokWord && encapsulations[t.text] {
		return nil, &Error{p.file, t.line, t.text + ": no headers around a segment are modelled; expected a segment of TCP or an ICMP message"}
	}
	switch {
	case p.accept("icmp"):
		return k, p.icmp(k)
	case p.accept("udp"):
		k.UDP = true
		if err := p.ports(k); err != nil {
			return nil, err
		}
		_, err := p.list("(", ")", 0)
		return k, err
	}
	if err := p.ports(k); err != nil {
		return nil, err
	}
	if err := p.flags(k); err != nil {
		return nil, err
	}
	if err := p.seqRange(k); err != nil {
		return nil, err
	}
	return k, p.packetTail(k)
}

// encapsulations are the words of headers that may stand before a segment.
var encapsulations = map[string]bool{"ipv4": true, "ipv6": true, "gre": true, "GREv0": true, "mpls": true, "encap": true, "psp": true}

// ports reads from > to, if it is there.
func (p *parser) ports(k *Packet) error {
	if p.peek().kind != tokInt || p.peekAt(1).text != ">" {
		return nil
	}
	var n [2]int64
	for i := range n {
		v, err := p.integer("a port")
		if err != nil {
			return err
		}
		if v < 0 || v > 65535 {
			return &Error{p.file, p.toks[p.at-1].line, fmt.Sprintf("port %d: expected at most 65535", v)}
		}
		n[i] = v
		if i == 0 {
			p.next()
		}
	}
	k.From, k.To = uint16(n[0]), uint16(n[1])
	return nil
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
// flow label, or what an ICMP error quotes.
func (p *parser) bracket(k *Packet) error {
	shut := "]"
	if p.next().text == "(" {
		shut = ")"
	}
	if p.peek().kind == tokInt {
		if err := p.seqRange(k); err != nil {
			return err
		}
		if k.ICMP == nil {
			k.ICMP = &ICMP{}
		}
		k.ICMP.Quoted = true
		return p.expect(shut)
	}
	if t := p.peek(); k.ICMP != nil && (t.text == "udp" || t.text == "raw") {
		return &Error{p.file, t.line, "an ICMP error about " + t.text + ", which is not modelled; expected one about a segment of TCP"}
	}
	for !p.accept(shut) {
		t := p.next()
		switch t.text {
		case "noecn", "ect0", "ect1", "ect01", "ce":
			if k.ECN = t.text; k.In && k.ECN == "ect01" {
				return &Error{p.file, t.line, "ect01 leaves open what arrives; expected ect0 or ect1 in a packet that is injected"}
			}
		case "tos", "ttl", "flowlabel":
			n, err := p.integer("a number")
			if err != nil {
				return err
			}
			switch t.text {
			case "tos":
				k.TOS = int(n) & 0xff
			case "ttl":
				k.TTL = int(n) & 0xff
			default:
				k.Flow = n & 0xfffff
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
		joined := text == "" || t.from == p.toks[p.at-1].to || apart(t)
		flag := t.kind == tokWord || t.kind == tokPunct && (t.text == "." || t.text == "-") ||
			t.kind == tokFloat && t.text[0] == '.' || t.kind == tokInt && !(p.peekAt(1).text == ":")
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

// apart reports whether what stands after a blank still belongs to the flags.
func apart(t token) bool {
	for i := range len(t.text) {
		if _, ok := flagLetters[t.text[i]]; !ok || t.text[i] == '-' {
			return false
		}
	}
	return t.kind == tokWord || t.kind == tokPunct
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
		case p.accept("id"):
			if _, err := p.integer("the number of an echo"); err != nil {
				return err
			}
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
