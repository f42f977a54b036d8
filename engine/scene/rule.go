package scene

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/middlebox"
	"wirestep/engine/wire"
)

const maxFilters = 256

// rulesOf is a chain of rules of a host; without a name FORWARD of a firewall, else
// INPUT. It is nil where the host has none of that name.
func rulesOf(h *engine.HostSpec, k engine.ChainName) *[]middlebox.Rule {
	if k == engine.OwnChain && h.Box != nil && h.Box.Kind == middlebox.Firewall {
		k = engine.ForwardChain
	}
	switch {
	case k == engine.OutputChain:
		return &h.Output
	case k != engine.ForwardChain:
		return &h.Filter
	case h.Box == nil:
		return nil
	}
	return &h.Box.Rules
}

// chain reads input, forward or output, if that stands here.
func (l *line) chain(h *engine.HostSpec) engine.ChainName {
	i := 0
	if l.more() {
		i = slices.Index(engine.ChainNames[1:], l.peek()) + 1
	}
	if i > 0 {
		l.i++
	}
	if h != nil && rulesOf(h, engine.ChainName(i)) == nil {
		l.fail("%s passes nothing on and has no chain forward, expected input or output", h.Name)
	}
	return engine.ChainName(i)
}

// readRule reads: rule HOST [CHAIN] ACTION [from=NET[:PORT]] [to=NET[:PORT]] [flags=S/SA]
// [proto=tcp] [state=new,established] [with=host-prohibited].
func (p *parser) readRule(l *line, _ string) {
	h := l.host()
	k := l.chain(h)
	r := l.filterRule()
	if l.err != nil {
		return
	}
	chain := rulesOf(h, k)
	if len(*chain) >= maxFilters {
		l.fail("%s has %d rules already, expected no more", h.Name, maxFilters)
		return
	}
	*chain = append(*chain, r)
}

func (l *line) filterRule() (r middlebox.Rule) {
	r.Action = middlebox.Action(l.among("what the rule does", middlebox.ActionNames))
	for l.more() {
		key := l.word("from, to, flags, proto, state or with")
		l.need("=")
		switch key {
		case "from":
			r.From, r.FromPort = l.netAndPort()
		case "to":
			r.To, r.ToPort = l.netAndPort()
		case "flags":
			r.Flags, r.Mask = l.flagsOf()
		case "proto":
			r.Proto = middlebox.Proto(l.among("a protocol", middlebox.ProtoNames))
		case "state":
			for first := true; first || l.take(","); first = false {
				r.State |= 1 << l.among("what conntrack says", middlebox.CtNames)
			}
		case "with":
			r.With = uint8(l.among("an error", rejectNames()))
			if l.err == nil && r.Action != middlebox.Reject {
				l.fail("a rule that does not reject sends no error, expected reject")
			}
		default:
			l.fail("%q is no part of a rule, expected from, to, flags, proto, state or with", key)
		}
	}
	return r
}

func rejectNames() (names []string) {
	for i := range middlebox.Rejects {
		names = append(names, middlebox.Rejects[i].Name)
	}
	return names
}

// among reads one word of a list, and returns its place.
func (l *line) among(what string, list []string) int {
	return each(l, what, func(s string) (int, error) {
		if i := slices.Index(list, s); i >= 0 {
			return i, nil
		}
		return 0, sayf("%q is not %s, expected %s", s, what, oneOf(list))
	})
}

// netAndPort reads 10.0.0.0/8, 10.0.0.2:80, server:80, :80, :80-90, [fd00::]/64:80.
func (l *line) netAndPort() (p netip.Prefix, port middlebox.PortRange) {
	w := l.word("a network and a port")
	where := w
	shut := strings.LastIndexByte(w, ']')
	if i := strings.LastIndexByte(w, ':'); i > shut && (strings.Count(w, ":") == 1 || shut >= 0) {
		low, high, two := strings.Cut(w[i+1:], "-")
		if !two {
			high = low
		}
		a, err := strconv.ParseUint(low, 10, 16)
		b, err2 := strconv.ParseUint(high, 10, 16)
		if err != nil || err2 != nil || a == 0 || b < a {
			l.fail("%q, expected a network and a port or a range of ports such as 10.0.0.0/8:80", w)
		}
		where, port = w[:i], middlebox.PortRange{Low: uint16(a), High: uint16(b)}
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

func formatRule(r *middlebox.Rule) string {
	s := middlebox.ActionNames[r.Action]
	put := func(key string, p netip.Prefix, port middlebox.PortRange) {
		if !p.IsValid() && port.Low == 0 {
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
		if port.Low != 0 {
			s += ":" + strconv.Itoa(int(port.Low))
		}
		if port.High != port.Low {
			s += "-" + strconv.Itoa(int(port.High))
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
	if r.Proto != middlebox.AnyProto {
		s += " proto=" + middlebox.ProtoNames[r.Proto]
	}
	if r.State != 0 {
		var list []string
		for i, n := range middlebox.CtNames {
			if r.State>>i&1 != 0 {
				list = append(list, n)
			}
		}
		s += " state=" + strings.Join(list, ",")
	}
	if r.With != 0 {
		s += " with=" + middlebox.Rejects[r.With].Name
	}
	return s
}

// readFilter reads: server [CHAIN] append drop to=:80 · insert [2] … · delete 2 · flush ·
// policy drop · zero.
func readFilter(l *line, op *engine.Op) {
	h := l.host()
	if h != nil {
		op.Host = h.Name
	}
	f := &op.Filter
	f.Chain = l.chain(h)
	switch w := l.word("append, insert, delete, flush, policy or zero"); w {
	case "append":
		f.Rule = l.filterRule()
	case "insert":
		f.Do = engine.FilterInsert
		if _, err := strconv.Atoi(l.peek()); err == nil {
			f.N = int(l.int("the place of the rule", 1, maxFilters))
		}
		f.Rule = l.filterRule()
	case "delete":
		f.Do, f.N = engine.FilterDelete, int(l.int("the number of a rule", 1, maxFilters))
	case "flush":
		f.Do = engine.FilterFlush
	case "policy":
		f.Do, f.Policy = engine.FilterPolicy, middlebox.Action(l.among("a policy", middlebox.ActionNames[:2]))
	case "zero":
		f.Do = engine.FilterZero
	default:
		l.fail("%q, expected append, insert, delete, flush, policy or zero", w)
	}
}

func formatFilter(f *engine.FilterOp) string {
	s := ""
	if f.Chain != engine.OwnChain {
		s = " " + engine.ChainNames[f.Chain]
	}
	switch f.Do {
	case engine.FilterAppend:
		return s + " append " + formatRule(&f.Rule)
	case engine.FilterInsert:
		if f.N > 0 {
			s += " insert " + strconv.Itoa(f.N)
		} else {
			s += " insert"
		}
		return s + " " + formatRule(&f.Rule)
	case engine.FilterDelete:
		return s + " delete " + strconv.Itoa(f.N)
	case engine.FilterPolicy:
		return s + " policy " + middlebox.ActionNames[f.Policy]
	case engine.FilterZero:
		return s + " zero"
	}
	return s + " flush"
}

// formatRules writes the rules of a host, those of its own chain without its name.
func formatRules(w *writer, h *engine.HostSpec) {
	own := rulesOf(h, engine.OwnChain)
	for k := range engine.ChainNames {
		rules := rulesOf(h, engine.ChainName(k))
		if rules == nil || k > 0 && rules == own {
			continue
		}
		name := " "
		if k > 0 {
			name = " " + engine.ChainNames[k] + " "
		}
		for i := range *rules {
			w.line("rule ", h.Name, name, formatRule(&(*rules)[i]))
		}
	}
}
