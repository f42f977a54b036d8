package shell

import (
	"net/netip"
	"strconv"
	"strings"

	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// filter is what ss is asked for besides its options.
type filter struct {
	states stateSet
	want   func(*sock) bool // nil: any
}

// stateGroups are the names that stand for several states.
var stateGroups = map[string]stateSet{
	"all":          allStates,
	"connected":    allStates &^ setOf(tcp.Closed, tcp.Listen),
	"synchronized": allStates &^ setOf(tcp.Closed, tcp.Listen, tcp.SynSent),
	"bucket":       setOf(tcp.SynRecv, tcp.TimeWaitState),
	"big":          allStates &^ setOf(tcp.SynRecv, tcp.TimeWaitState),
	"close":        setOf(tcp.Closed), "listen": setOf(tcp.Listen), "estab": setOf(tcp.Established),
}

func namedStates(name string) stateSet {
	for s := range ssStates {
		if ssStates[s].named == name {
			return setOf(tcp.State(s))
		}
	}
	return stateGroups[name]
}

// parseFilter reads [state S | exclude S]… [EXPRESSION]; states is what the
// options ask for.
func parseFilter(words []string, states stateSet) (f filter, err string) {
	f.states = states
	chosen := false
	for len(words) >= 1 && (words[0] == "state" || words[0] == "exclude" || words[0] == "excl") {
		if len(words) == 1 {
			return f, `Command line is not complete. Try option "help"`
		}
		s := namedStates(words[1])
		if s == 0 {
			return f, "ss: wrong state name: " + words[1]
		}
		switch {
		case words[0] != "state":
			f.states &^= s
		case chosen:
			f.states |= s
		default:
			f.states, chosen = s, true
		}
		words = words[2:]
	}
	if len(words) == 0 {
		return f, ""
	}
	p := &filterParser{words: tokens(words)}
	f.want = p.or(0)
	if p.err == "" && p.i < len(p.words) {
		p.fail(syntaxError)
	}
	return f, p.err
}

// tokens lets brackets and comparisons stand alone, as the scanner of ss does.
func tokens(words []string) (out []string) {
	for _, w := range words {
		for _, cut := range [...]string{"(", ")"} {
			w = strings.ReplaceAll(w, cut, " "+cut+" ")
		}
		out = append(out, strings.Fields(w)...)
	}
	return out
}

const syntaxError = `ss: bison bellows (while parsing filter): "syntax error!" Sorry.` + "\n" + ssUsage

type filterParser struct {
	words []string
	i     int
	err   string
}

func (p *filterParser) fail(text string) {
	if p.err == "" {
		p.err = text
	}
}

func (p *filterParser) next() string {
	if p.i >= len(p.words) {
		p.fail(syntaxError)
		return ""
	}
	p.i++
	return p.words[p.i-1]
}

func (p *filterParser) take(words ...string) bool {
	for _, w := range words {
		if p.i < len(p.words) && p.words[p.i] == w {
			p.i++
			return true
		}
	}
	return false
}

const maxFilterDepth = 32

func (p *filterParser) or(depth int) func(*sock) bool {
	if depth > maxFilterDepth {
		p.fail("ss: the filter is nested too deeply")
		return nil
	}
	a := p.and(depth)
	for p.err == "" && p.take("or", "|", "||") {
		x, y := a, p.and(depth)
		a = func(s *sock) bool { return x(s) || y(s) }
	}
	return a
}

func (p *filterParser) and(depth int) func(*sock) bool {
	a := p.one(depth)
	for p.err == "" && p.i < len(p.words) && p.words[p.i] != ")" && p.words[p.i] != "or" {
		p.take("and", "&", "&&")
		x, y := a, p.one(depth)
		a = func(s *sock) bool { return x(s) && y(s) }
	}
	return a
}

func (p *filterParser) one(depth int) func(*sock) bool {
	switch w := p.next(); w {
	case "(":
		f := p.or(depth + 1)
		if !p.take(")") {
			p.next()
			p.fail(syntaxError)
		}
		return f
	case "not", "!":
		if depth > maxFilterDepth {
			p.fail("ss: the filter is nested too deeply")
			return nil
		}
		f := p.one(depth + 1)
		return func(s *sock) bool { return !f(s) }
	case "sport", "dport":
		return p.port(w == "sport")
	case "src", "dst":
		p.take("=", "==", "eq")
		return p.address(w == "src", p.next())
	default:
		return p.address(false, w) // ss takes a bare word for the other end
	}
}

func end(s *sock, local bool) wire.Endpoint {
	if local {
		return s.tuple.Local
	}
	return s.tuple.Remote
}

func (p *filterParser) port(local bool) func(*sock) bool {
	op := "="
	if p.i < len(p.words) {
		switch w := p.words[p.i]; w {
		case "=", "==", "eq", "!=", "ne", "neq", "<", "lt", ">", "gt", "<=", "le", "leq", ">=", "ge", "geq":
			op = w
			p.i++
		}
	}
	word := p.next()
	text := strings.TrimPrefix(word, ":")
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		n = uint64(serviceNamed(text))
	}
	if n == 0 && text != "0" {
		p.fail("Error: \"" + text + "\" does not look like a port.\nCannot parse dst/src address.")
		return nil
	}
	return func(s *sock) bool {
		have := uint64(end(s, local).Port)
		switch op {
		case "!=", "ne", "neq":
			return have != n
		case "<", "lt":
			return have < n
		case ">", "gt":
			return have > n
		case "<=", "le", "leq":
			return have <= n
		case ">=", "ge", "geq":
			return have >= n
		}
		return have == n
	}
}

func serviceNamed(name string) uint16 {
	for p := uint16(1); p < 10000; p++ {
		if services[p] == name {
			return p
		}
	}
	return 0
}

// address reads 10.0.0.1, 10.0.0.0/8, 10.0.0.1:80, [fd00::1]:80 or :80.
func (p *filterParser) address(local bool, word string) func(*sock) bool {
	host, port := word, ""
	if i := strings.LastIndexByte(word, ':'); i >= 0 && (strings.Count(word, ":") == 1 || strings.Contains(word, "]:")) {
		host, port = word[:i], word[i+1:]
	}
	host = strings.NewReplacer("[", "", "]", "").Replace(host)
	var want netip.Prefix
	if host != "" && host != "*" {
		pre, err := netip.ParsePrefix(host)
		if a, err2 := netip.ParseAddr(host); err2 == nil {
			pre, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			p.fail("Error: an inet prefix is expected rather than \"" + host + "\".\nCannot parse dst/src address.")
			return nil
		}
		want = pre
	}
	n := 0
	if port != "" && port != "*" {
		v, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			p.fail("Error: \"" + port + "\" does not look like a port.\nCannot parse dst/src address.")
			return nil
		}
		n = int(v)
	}
	return func(s *sock) bool {
		e := end(s, local)
		if want.IsValid() && !want.Contains(e.Addr) {
			return false
		}
		return n == 0 || int(e.Port) == n
	}
}
