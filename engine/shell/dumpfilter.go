package shell

import (
	"net/netip"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/wire"
)

type packetTest func(p *engine.Packet) bool

// dumpParser reads what of tcpdump's language is understood: protocols, hosts, nets,
// ports, lengths and TCP flags, joined by and, or, not and parentheses.
type dumpParser struct {
	toks  []string
	i     int
	depth int
	bad   bool
}

// dumpFilter reads a filter, whether it came as one word or as many.
func dumpFilter(words []string) (packetTest, bool) {
	text := strings.Join(words, " ")
	for _, m := range [...]string{"(", ")", "[", "]", "&&", "||", "!=", "==", "&", "|", "=", "!", ">", "<"} {
		text = strings.ReplaceAll(text, m, " "+m+" ")
	}
	for _, m := range [...][2]string{{"!  =", "!="}, {"=  =", "="}, {"&  &", "and"}, {"|  |", "or"}} {
		text = strings.ReplaceAll(text, m[0], m[1])
	}
	p := &dumpParser{toks: strings.Fields(text)}
	if len(p.toks) == 0 {
		return func(*engine.Packet) bool { return true }, true
	}
	t := p.or()
	return t, !p.bad && p.i == len(p.toks)
}

func (p *dumpParser) peek() string {
	if p.i < len(p.toks) {
		return p.toks[p.i]
	}
	return ""
}

func (p *dumpParser) next() string {
	w := p.peek()
	if w == "" {
		p.bad = true
	}
	p.i++
	return w
}

func (p *dumpParser) take(list ...string) bool {
	for _, w := range list {
		if p.peek() == w {
			p.i++
			return true
		}
	}
	return false
}

func (p *dumpParser) or() packetTest {
	if p.depth++; p.depth > 20 {
		p.bad = true
		return nil
	}
	defer func() { p.depth-- }()
	a := p.and()
	for !p.bad && p.take("or") {
		x, y := a, p.and()
		a = func(k *engine.Packet) bool { return x(k) || y(k) }
	}
	return a
}

func (p *dumpParser) and() packetTest {
	a := p.not()
	for !p.bad && p.peek() != "" && p.peek() != "or" && p.peek() != ")" {
		p.take("and")
		x, y := a, p.not()
		a = func(k *engine.Packet) bool { return x(k) && y(k) }
	}
	return a
}

func (p *dumpParser) not() packetTest {
	if p.take("not", "!") {
		a := p.not()
		return func(k *engine.Packet) bool { return !a(k) }
	}
	if p.take("(") {
		a := p.or()
		p.bad = p.bad || !p.take(")")
		return a
	}
	return p.primitive()
}

func (p *dumpParser) primitive() packetTest {
	src, dst := true, true
	switch {
	case p.take("src"):
		dst = false
	case p.take("dst"):
		src = false
	}
	ends := func(test func(a netip.Addr, port uint16) bool) packetTest {
		return func(k *engine.Packet) bool {
			a, b := k.Seg.Src, k.Seg.Dst
			if k.Seg.ICMP.Set {
				a, b = wire.Endpoint{Addr: b.Addr}, wire.Endpoint{Addr: a.Addr}
			}
			return src && test(a.Addr, a.Port) || dst && test(b.Addr, b.Port)
		}
	}
	switch w := p.next(); w {
	case "tcp":
		if p.take("[") {
			return p.flags()
		}
		if p.peek() == "port" || p.peek() == "src" || p.peek() == "dst" || p.peek() == "portrange" {
			a := p.primitive()
			return func(k *engine.Packet) bool { return !k.Seg.ICMP.Set && a(k) }
		}
		return func(k *engine.Packet) bool { return !k.Seg.ICMP.Set }
	case "icmp":
		return func(k *engine.Packet) bool { return k.Seg.ICMP.Set && !k.Seg.ICMP.V6 }
	case "icmp6":
		return func(k *engine.Packet) bool { return k.Seg.ICMP.Set && k.Seg.ICMP.V6 }
	case "ip", "ip6":
		return func(k *engine.Packet) bool { return k.Seg.Src.Addr.Is6() == (w == "ip6") }
	case "udp", "arp":
		return func(*engine.Packet) bool { return false } // there are none on the wire here
	case "port", "portrange":
		low, high, _ := strings.Cut(p.next(), "-")
		if w == "port" || high == "" {
			high = low
		}
		a, err := strconv.ParseUint(low, 10, 16)
		b, err2 := strconv.ParseUint(high, 10, 16)
		if n, ok := portNamed(low); ok {
			a, b, err, err2 = uint64(n), uint64(n), nil, nil
		}
		p.bad = p.bad || err != nil || err2 != nil
		return ends(func(_ netip.Addr, port uint16) bool { return uint64(port) >= a && uint64(port) <= b })
	case "net", "host":
		return p.place(w, ends)
	case "less", "greater":
		n, err := strconv.Atoi(p.next())
		p.bad = p.bad || err != nil
		return func(k *engine.Packet) bool {
			size := len(k.Seg.Payload) + int(k.Seg.Headers()) + 14
			return size <= n && w == "less" || size >= n && w == "greater"
		}
	default:
		if p.i--; !src || !dst { // src 10.0.0.1
			return p.place("host", ends)
		}
		p.bad = true
	}
	return nil
}

func (p *dumpParser) place(w string, ends func(func(netip.Addr, uint16) bool) packetTest) packetTest {
	net, err := netip.ParsePrefix(p.next())
	if a, err2 := netip.ParseAddr(p.toks[min(p.i-1, len(p.toks)-1)]); err2 == nil {
		net, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	p.bad = p.bad || err != nil || w == "host" && !net.IsSingleIP()
	return ends(func(a netip.Addr, _ uint16) bool { return net.Contains(a) })
}

var dumpFlags = map[string]wire.Flags{"tcp-fin": wire.FIN, "tcp-syn": wire.SYN, "tcp-rst": wire.RST, "tcp-push": wire.PSH, "tcp-ack": wire.ACK, "tcp-urg": wire.URG,
	"tcp-ece": wire.ECE, "tcp-cwr": wire.CWR}

// mask reads tcp-syn, 0x02, or several joined by | in parentheses.
func (p *dumpParser) mask() (m wire.Flags) {
	paren := p.take("(")
	for {
		w := p.next()
		if f, ok := dumpFlags[w]; ok {
			m |= f
		} else if n, err := strconv.ParseUint(w, 0, 8); err == nil {
			m |= wire.Flags(n)
		} else {
			p.bad = true
		}
		if p.bad || !p.take("|") {
			break
		}
	}
	if paren {
		p.bad = p.bad || !p.take(")")
	}
	return m
}

// flags reads tcp[tcpflags] & MASK != 0, and tcp[13] = 2.
func (p *dumpParser) flags() packetTest {
	if w := p.next(); w != "tcpflags" && w != "13" || !p.take("]") {
		p.bad = true
		return nil
	}
	m := wire.Flags(255)
	if p.take("&") {
		m = p.mask()
	}
	equal := p.take("=")
	if !equal && !p.take("!=") {
		p.bad = true
		return nil
	}
	want := p.mask()
	return func(k *engine.Packet) bool { return !k.Seg.ICMP.Set && (k.Seg.Flags&255&m == want) == equal }
}
