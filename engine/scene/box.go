package scene

import (
	"net/netip"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/middlebox"
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
	return 0, sayf("%q is no kind of box, expected %s", s, oneOf(middlebox.KindNames[1:]))
}

// wantBox says what a box of its kind cannot do without.
func wantBox(c *middlebox.Config) error {
	switch {
	case c.Kind == middlebox.NAT && !c.Inside.IsValid():
		return sayf(`a NAT needs to know its inside, expected "inside" and a network such as 192.168.0.0/16`)
	case c.Kind == middlebox.NAT && !c.Public.Is4():
		return sayf("a NAT translates IPv4 here, expected an IPv4 address, not %s", c.Public)
	case c.Kind == middlebox.Balancer && len(c.Backends) == 0:
		return sayf(`a balancer needs servers, expected "to" and addresses such as 10.0.1.1:80`)
	case c.Kind == middlebox.Stripper && c.Strip == 0 && c.MSS == 0:
		return sayf(`a stripper needs something to take away, expected "strip" and options, or "clamp" and a size`)
	case c.Kind == middlebox.BlackHole && c.MTU == 0:
		return sayf(`a black hole needs a size, expected "mtu" and a number of bytes`)
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
	case w == "liberal" && tracks:
		c.Table.Liberal = true
	default:
		l.fail("%q is no property of a %s, expected %s", w, c.Kind, boxProperties[c.Kind])
	}
}

var boxProperties = [...]string{
	middlebox.Router:    "the end of the line",
	middlebox.NAT:       "inside, established, max, strict or liberal",
	middlebox.Firewall:  "established, max, strict or liberal",
	middlebox.Balancer:  "to, by hash, established, max, strict or liberal",
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
		return p, sayf("%q is not a network, expected one such as 192.168.0.0/16", s)
	}
	return p, nil
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
	if c.Table.Liberal {
		s += " liberal"
	}
	return s
}
