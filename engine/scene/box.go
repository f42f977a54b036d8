package scene

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/middlebox"
	"wirestep/engine/wire"
)

// readBox reads: box NAME KIND ADDRESS [ADDRESS6] PROPERTIES.
func (p *parser) readBox(l *line, _ string) {
	c := &middlebox.Config{Table: middlebox.DefaultTable}
	h := engine.HostSpec{Name: p.newName(l, "the name of a box"), Box: c}
	kind := each(l, "the kind of a box", parseKind)
	c.Kind = kind
	if kind == middlebox.Balancer {
		c.Virtual = each(l, "an address and a port such as 10.0.0.100:80", l.endpoint)
		h.Addr = c.Virtual.Addr
	} else {
		h.Addr = each(l, "an address", parseAddr)
		c.Public = h.Addr
	}
	if l.more() && strings.Contains(l.peek(), ":") {
		h.Addr6 = each(l, "an IPv6 address", parseAddr)
	}
	for l.more() {
		l.boxProperty(c)
	}
	if l.err == nil {
		l.blame(len(l.toks), wantBox(c))
	}
	p.addHost(l, h)
}

func parseKind(s string) (middlebox.Kind, error) {
	for k := middlebox.Router; int(k) < len(middlebox.KindNames); k++ {
		if middlebox.KindNames[k] == s {
			return k, nil
		}
	}
	return 0, fmt.Errorf("%q is no kind of box, expected %s", s, oneOf(middlebox.KindNames[1:]))
}

// wantBox says what a box of its kind cannot do without.
func wantBox(c *middlebox.Config) error {
	switch {
	case c.Kind == middlebox.NAT && !c.Inside.IsValid():
		return fmt.Errorf(`a NAT needs to know its inside, expected "inside" and a network such as 192.168.0.0/16`)
	case c.Kind == middlebox.NAT && !c.Public.Is4():
		return fmt.Errorf("a NAT translates IPv4 here, expected an IPv4 address, not %s", c.Public)
	case c.Kind == middlebox.Balancer && len(c.Backends) == 0:
		return fmt.Errorf(`a balancer needs servers, expected "to" and addresses such as 10.0.1.1:80`)
	case c.Kind == middlebox.Stripper && c.Strip == 0 && c.MSS == 0:
		return fmt.Errorf(`a stripper needs something to take away, expected "strip" and options, or "clamp" and a size`)
	case c.Kind == middlebox.BlackHole && c.MTU == 0:
		return fmt.Errorf(`a black hole needs a size, expected "mtu" and a number of bytes`)
	}
	return nil
}

const maxBackends = 64

// boxProperty reads one property of a box of its kind.
func (l *line) boxProperty(c *middlebox.Config) {
	tracks := c.Kind == middlebox.NAT || c.Kind == middlebox.Firewall || c.Kind == middlebox.Balancer
	switch w := l.word("a property of a box"); {
	case w == "inside" && c.Kind == middlebox.NAT:
		c.Inside = each(l, "a network such as 192.168.0.0/16", parsePrefix)
	case w == "to" && c.Kind == middlebox.Balancer:
		for l.more() && strings.Contains(l.peek(), ":") {
			if len(c.Backends) >= maxBackends {
				l.fail("there are %d servers already, expected no more", maxBackends)
			}
			c.Backends = append(c.Backends, each(l, "an address and a port", l.endpoint))
		}
	case w == "by" && c.Kind == middlebox.Balancer:
		l.need("hash")
		c.ByHash = true
	case w == "strip" && c.Kind == middlebox.Stripper:
		for l.more() && stripBit(l.peek()) != 0 {
			c.Strip |= stripBit(l.word("an option"))
		}
		if l.err == nil && c.Strip == 0 {
			l.fail("%s, expected %s", l.here(), oneOf(middlebox.StripNames))
		}
	case w == "clamp" && c.Kind == middlebox.Stripper:
		c.MSS = uint16(l.int("a segment size", 1, 65535))
	case w == "mtu" && c.Kind == middlebox.BlackHole:
		c.MTU = uint32(l.int("a size in bytes", 68, 65535))
	case w == "icmp" && c.Kind == middlebox.BlackHole:
		c.Tells = true
	case w == "established" && tracks:
		c.Table.Established = each(l, "a time such as 5m", parseSpan)
	case w == "max" && tracks:
		c.Table.Max = uint32(l.int("a number of flows", 1, 1_000_000))
	case w == "strict" && tracks:
		c.Table.Loose = false
	default:
		l.fail("%q is no property of a %s, expected %s", w, c.Kind, boxProperties[c.Kind])
	}
}

var boxProperties = [...]string{
	middlebox.Router:    "the end of the line",
	middlebox.NAT:       "inside, established, max or strict",
	middlebox.Firewall:  "established, max or strict",
	middlebox.Balancer:  "to, by hash, established, max or strict",
	middlebox.Stripper:  "strip or clamp",
	middlebox.BlackHole: "mtu or icmp",
}

func stripBit(name string) middlebox.Strip {
	for i, n := range middlebox.StripNames {
		if n == name {
			return 1 << i
		}
	}
	return 0
}

func parsePrefix(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if a, err2 := netip.ParseAddr(s); err2 == nil {
		p, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err != nil || p.Addr().Is4In6() || p != p.Masked() {
		return p, fmt.Errorf("%q is not a network, expected one such as 192.168.0.0/16", s)
	}
	return p, nil
}

const maxFilters = 256

// rulesOf is the chain of rules of a host, INPUT, or of a firewall, FORWARD.
func rulesOf(h *engine.HostSpec) *[]middlebox.Rule {
	if h.Box != nil && h.Box.Kind == middlebox.Firewall {
		return &h.Box.Rules
	}
	return &h.Filter
}

// readRule reads: rule HOST ACTION [from=NET[:PORT]] [to=NET[:PORT]] [flags=S/SA].
func (p *parser) readRule(l *line, _ string) {
	h := l.host()
	r := l.filterRule()
	chain := rulesOf(h)
	if l.err == nil && len(*chain) >= maxFilters {
		l.fail("%s has %d rules already, expected no more", h.Name, maxFilters)
	}
	if l.err == nil {
		*chain = append(*chain, r)
	}
}

func (l *line) filterRule() (r middlebox.Rule) {
	r.Action = each(l, "what the rule does", func(s string) (middlebox.Action, error) {
		for i, n := range middlebox.ActionNames {
			if n == s {
				return middlebox.Action(i), nil
			}
		}
		return 0, fmt.Errorf("%q is nothing that a rule does, expected %s", s, oneOf(middlebox.ActionNames))
	})
	for l.more() {
		key := l.word("from, to or flags")
		l.need("=")
		switch key {
		case "from":
			r.From, r.FromPort = l.netAndPort()
		case "to":
			r.To, r.ToPort = l.netAndPort()
		case "flags":
			r.Flags, r.Mask = l.flagsOf()
		default:
			l.fail("%q is no part of a rule, expected from, to or flags", key)
		}
	}
	return r
}

// netAndPort reads 10.0.0.0/8, 10.0.0.2:80, server:80, :80, [fd00::]/64:80.
func (l *line) netAndPort() (p netip.Prefix, port uint16) {
	w := l.word("a network and a port")
	where := w
	shut := strings.LastIndexByte(w, ']')
	if i := strings.LastIndexByte(w, ':'); i > shut && (strings.Count(w, ":") == 1 || shut >= 0) {
		n, err := strconv.ParseUint(w[i+1:], 10, 16)
		if err != nil || n == 0 {
			l.fail("%q, expected a network and a port such as 10.0.0.0/8:80", w)
		}
		where, port = w[:i], uint16(n)
	}
	if h := hostNamed(l.sc, where); h != nil {
		where = h.Addr.String()
	}
	where = strings.NewReplacer("[", "", "]", "").Replace(where)
	if where == "" || l.err != nil {
		return p, port
	}
	p, err := parsePrefix(where)
	l.blame(l.i-1, err)
	return p, port
}

// usualMask are the flags that iptables looks at with --syn.
const usualMask = wire.SYN | wire.ACK | wire.FIN | wire.RST

// flagsOf reads S (of SYN, ACK, FIN and RST only SYN), or S/S: flags and mask.
func (l *line) flagsOf() (f, mask wire.Flags) {
	w := l.word("flags such as S")
	a, b, two := strings.Cut(w, "/")
	mask = usualMask
	f, err := wire.ParseFlags(a)
	if two && err == nil {
		mask, err = wire.ParseFlags(b)
	}
	if err != nil || f&^mask != 0 {
		l.fail("%q, expected flags, or flags and those that are looked at, such as S/S.", w)
	}
	return f, mask
}

func formatBox(h *engine.HostSpec) string {
	c := h.Box
	s := "box " + h.Name + " " + c.Kind.String() + " "
	if c.Kind == middlebox.Balancer {
		s += formatEndpoint(c.Virtual, "")
	} else {
		s += h.Addr.String()
	}
	if h.Addr6.IsValid() {
		s += " " + h.Addr6.String()
	}
	if c.Inside.IsValid() {
		s += " inside " + c.Inside.String()
	}
	if len(c.Backends) > 0 {
		s += " to"
		for _, e := range c.Backends {
			s += " " + formatEndpoint(e, "")
		}
	}
	if c.ByHash {
		s += " by hash"
	}
	if c.Strip != 0 {
		s += " strip"
		for i, n := range middlebox.StripNames {
			if c.Strip>>i&1 != 0 {
				s += " " + n
			}
		}
	}
	if c.MSS != 0 {
		s += " clamp " + strconv.Itoa(int(c.MSS))
	}
	if c.MTU != 0 {
		s += " mtu " + strconv.Itoa(int(c.MTU))
	}
	if c.Tells {
		s += " icmp"
	}
	if t := c.Table; t.Established != middlebox.DefaultTable.Established {
		s += " established " + formatSpan(t.Established)
	}
	if c.Table.Max != middlebox.DefaultTable.Max {
		s += " max " + strconv.Itoa(int(c.Table.Max))
	}
	if !c.Table.Loose {
		s += " strict"
	}
	return s
}

func formatRule(r *middlebox.Rule) string {
	s := middlebox.ActionNames[r.Action]
	put := func(key string, p netip.Prefix, port uint16) {
		if !p.IsValid() && port == 0 {
			return
		}
		s += " " + key + "="
		switch {
		case p.IsValid() && p.Addr().Is6():
			s += "[" + p.Addr().String() + "]/" + strconv.Itoa(p.Bits())
		case p.IsValid() && p.IsSingleIP():
			s += p.Addr().String()
		case p.IsValid():
			s += p.String()
		}
		if port != 0 {
			s += ":" + strconv.Itoa(int(port))
		}
	}
	put("from", r.From, r.FromPort)
	put("to", r.To, r.ToPort)
	if r.Mask != 0 {
		s += " flags=" + r.Flags.String()
	}
	if r.Mask != 0 && r.Mask != usualMask {
		s += "/" + r.Mask.String()
	}
	return s
}
