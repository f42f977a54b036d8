package script

import (
	"fmt"

	"wirestep/engine/wire"
)

// packet reads a packet line from its direction on.
func (p *parser) packet() (*Packet, error) {
	first := p.next()
	k := &Packet{In: first.text == "<", TOS: -1, TTL: -1, Win: -1, Urg: -1}
	if t := p.peek(); t.kind == tokWord && encapsulations[t.text] {
		return nil, p.encapsulated()
	}
	if err := p.ipInfo(k); err != nil {
		return nil, err
	}
	switch t := p.peek(); {
	case t.kind == tokWord && encapsulations[t.text]:
		return nil, p.encapsulated()
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
	for _, part := range []func(*Packet) error{p.ports, p.flags, p.seqRange, p.packetTail} {
		if err := part(k); err != nil {
			return nil, err
		}
	}
	switch {
	case k.In && k.Win < 0:
		return nil, &Error{p.file, first.line, "expected win in a packet that is injected"}
	case k.In && k.AnyOpts:
		return nil, &Error{p.file, first.line, "<...> leaves open what arrives; expected options, or none, in a packet that is injected"}
	}
	return k, nil
}

func (p *parser) encapsulated() error {
	t := p.peek()
	return &Error{p.file, t.line, t.text + ": no headers around a segment are modelled; expected a segment of TCP or an ICMP message"}
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
		v, err := p.decimal("a port", max16)
		if err != nil {
			return err
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
		n, err := p.decimal("an acknowledgment number", max32)
		if err != nil {
			return err
		}
		k.HasAck, k.Ack = true, uint32(n)
	}
	if p.accept("win") {
		n, err := p.decimal("a window", max16)
		if err != nil {
			return err
		}
		k.Win = int(n)
	}
	if p.accept("urg") {
		n, err := p.decimal("an urgent pointer", max16)
		if err != nil {
			return err
		}
		k.Urg = int(n)
	}
	if p.is("<") {
		return p.options(k)
	}
	return nil
}

// ipInfo reads what may stand in brackets before the flags: the ECN bits or the whole TOS,
// and behind it a flow label; or a flow label, or a TTL.
func (p *parser) ipInfo(k *Packet) error {
	shut := map[string]string{"[": "]", "(": ")"}[p.peek().text]
	if shut == "" {
		return nil
	}
	p.next()
	t := p.next()
	var n int64
	var err error
	switch t.text {
	case "ttl":
		n, err = p.decimal("a TTL", max8)
		k.TTL = int(n)
		return p.shuts(err, shut)
	case "flowlabel":
		p.at--
	case "noecn", "ect0", "ect1", "ect01", "ce":
		if k.ECN = t.text; k.In && k.ECN == "ect01" {
			return &Error{p.file, t.line, "ect01 leaves open what arrives; expected ect0 or ect1 in a packet that is injected"}
		}
	case "tos":
		n, err = p.hexadecimal("a TOS", max8)
		k.TOS = int(n)
	default:
		p.at--
		return p.expected("noecn, ect0, ect1, ect01, ce, tos, ttl or flowlabel")
	}
	if err == nil && (t.text == "flowlabel" || p.accept(",")) {
		if err = p.expect("flowlabel"); err == nil {
			k.Flow, err = p.hexadecimal("a flow label", 1<<20-1)
		}
	}
	return p.shuts(err, shut)
}

func (p *parser) shuts(err error, with string) error {
	if err == nil {
		err = p.expect(with)
	}
	return err
}

// flags reads letters and a point for ACK behind them, or a point and a digit for the
// three bits of the accurate ECN field; or - for none.
func (p *parser) flags(k *Packet) error {
	text := ""
	if p.peek().kind == tokWord {
		text = p.next().text
	}
	switch t := p.peek(); {
	case t.kind == tokFloat, t.kind == tokPunct && (t.text == "." || t.text == "-" && text == ""):
		text += p.next().text
	case text == "":
		return p.expected("flags")
	}
	ecn, digits := 0, 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		f, ok := flagLetters[c]
		switch {
		case c >= '0' && c <= '7':
			digits++
			f = aceFlags(c - '0')
		case !ok || c == '-' && len(text) > 1:
			return &Error{p.file, p.toks[p.at-1].line, fmt.Sprintf("%q is no flag; expected F S R P . U E W A, a digit from 0 to 7, or - alone", c)}
		case f&(wire.ECE|wire.CWR|wire.AE) != 0:
			ecn++
		}
		k.Flags |= f
	}
	if digits > 1 || digits > 0 && ecn > 0 {
		return &Error{p.file, p.toks[p.at-1].line, text + ": expected one digit, or the letters E, W and A"}
	}
	return nil
}

var flagLetters = map[byte]wire.Flags{'F': wire.FIN, 'S': wire.SYN, 'R': wire.RST, 'P': wire.PSH, '.': wire.ACK, 'U': wire.URG,
	'E': wire.ECE, 'W': wire.CWR, 'A': wire.AE, '-': 0}

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
		most := int64(max32)
		if i == 2 {
			most = max16
		}
		v, err := p.decimal("a sequence range first:last(length)", most)
		if err != nil {
			return err
		}
		n[i] = v
		if err := p.expect(after); err != nil {
			return err
		}
	}
	k.Seq, k.End, k.Len = uint32(n[0]), uint32(n[1]), int(n[2])
	if n[2] != n[1]-n[0] {
		return &Error{p.file, p.toks[p.at-1].line,
			fmt.Sprintf("%d:%d(%d): expected the length to be the difference of the numbers", n[0], n[1], n[2])}
	}
	return nil
}

// icmp reads the type of a message, and in this order: its code, an MTU, the number of an
// echo, the segment that it is about.
func (p *parser) icmp(k *Packet) (err error) {
	k.ICMP = &ICMP{}
	if p.peek().kind != tokWord {
		return p.expected("the type of an ICMP message")
	}
	k.ICMP.Type = p.next().text
	if t := p.peek(); t.kind == tokWord && !reserved[t.text] {
		k.ICMP.Code = p.next().text
	}
	if p.accept("mtu") {
		n, err := p.decimal("a number of bytes", max32)
		if err != nil {
			return err
		}
		k.ICMP.MTU, k.ICMP.HasMTU = uint32(n), true
	}
	if p.accept("id") {
		if _, err := p.decimal("the number of an echo", max16); err != nil {
			return err
		}
	}
	if !p.accept("[") {
		return nil
	}
	if t := p.peek(); t.text == "udp" || t.text == "raw" {
		return &Error{p.file, t.line, "an ICMP error about " + t.text + ", which is not modelled; expected one about a segment of TCP"}
	}
	k.ICMP.Quoted = true
	return p.shuts(p.seqRange(k), "]")
}
