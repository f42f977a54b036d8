package scene

import (
	"net/netip"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// line reads one statement token by token. The first mistake sticks: after it
// every question answers with nothing, so that callers ask for err once.
type line struct {
	toks []token
	i    int
	sc   *engine.Scenario // the hosts and links that may be named
	err  error

	wrong  int   // the token that err is about; len(toks): the end of the line
	ahead  bool  // here() has described the token that comes, not the one before
	called int   // the token that names the latest call
	args   []int // those of its arguments
}

func newLine(text string, sc *engine.Scenario) *line {
	toks, _, err := lex(text)
	return &line{toks: toks, sc: sc, err: err}
}

func (l *line) fail(format string, args ...any) {
	at := l.i - 1
	if l.ahead {
		at = l.i
	}
	l.blame(at, sayf(format, args...))
}

// blame notes a mistake in a token, unless there was one before.
func (l *line) blame(token int, err error) {
	if l.err == nil && err != nil {
		l.err, l.wrong = err, max(token, 0)
	}
	l.ahead = false
}

// where is the stretch of the line that the mistake is about.
func (l *line) where() stretch {
	n := len(l.toks)
	switch {
	case n == 0:
		return stretch{}
	case l.wrong >= n:
		return stretch{l.toks[n-1].at.to, l.toks[n-1].at.to}
	}
	return l.toks[l.wrong].at
}

func (l *line) more() bool { return l.err == nil && l.i < len(l.toks) }

// peek is the next token's text, "" at the end or before a string.
func (l *line) peek() string {
	if !l.more() || l.toks[l.i].str {
		return ""
	}
	return l.toks[l.i].text
}

// take reads the next token if it is the bare word w.
func (l *line) take(w string) bool {
	if l.more() && l.peek() == w {
		l.i++
		return true
	}
	return false
}

func (l *line) need(w string) {
	if !l.take(w) {
		l.fail("%s, expected %q", l.here(), w)
	}
}

// here describes where the line stands, for a message.
func (l *line) here() *said {
	l.ahead = true
	switch {
	case l.i >= len(l.toks) && l.i == 0:
		return sayf("nothing")
	case l.i >= len(l.toks):
		return sayf("the line ends after %q", l.toks[l.i-1].text)
	}
	return sayf("%q", l.toks[l.i].text)
}

// word reads a word that is neither a string nor a mark.
func (l *line) word(what string) string {
	w := l.peek()
	if w == "" || len(w) == 1 && strings.Contains(marks, w) {
		l.fail("%s, expected %s", l.here(), what)
		return ""
	}
	l.i++
	return w
}

func (l *line) text(what string) string {
	if !l.more() || !l.toks[l.i].str {
		l.fail("%s, expected %s in quotes", l.here(), what)
		return ""
	}
	l.i++
	return l.toks[l.i-1].text
}

func (l *line) end() {
	if l.more() {
		l.fail("%s is too much here, expected the end of the line", l.here())
	}
}

// each reads a word and gives it to parse.
func each[T any](l *line, what string, parse func(string) (T, error)) (v T) {
	w := l.word(what)
	if l.err != nil {
		return v
	}
	v, err := parse(w)
	l.blame(l.i-1, err)
	return v
}

func (l *line) span() sim.Duration { return each(l, "a time such as 20ms", parseSpan) }

func (l *line) at() sim.Time { return sim.Time(each(l, "an instant such as 1.5s", parseSpan)) }

func (l *line) int(what string, low, high int64) int64 {
	return each(l, what, func(s string) (int64, error) { return parseInt(s, what, low, high) })
}

func parseInt(s, what string, low, high int64) (int64, error) {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil || v < low || v > high || s != strconv.FormatInt(v, 10) {
		return 0, sayf("%q is not %s, expected a number from %d to %d", s, what, low, high)
	}
	return v, nil
}

// name reads a name that is being given.
func (l *line) name(what string) string {
	w := l.word(what)
	if l.err == nil && !isName(w) {
		l.fail("%q cannot be %s, expected at most %d letters, digits, - or _, a letter first", w, what, maxName)
	}
	return w
}

func isName(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i] | 0x20
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || s[i] != '-' && s[i] != '_' && (s[i] < '0' || s[i] > '9')) {
			return false
		}
	}
	return true
}

// host reads the name of a host that the scene has.
func (l *line) host() *engine.HostSpec {
	w := l.word("the name of a host")
	if l.err != nil {
		return &engine.HostSpec{}
	}
	h := hostNamed(l.sc, w)
	if h == nil {
		l.fail("no host is called %q, expected %s", w, hostList(l.sc))
		return &engine.HostSpec{}
	}
	return h
}

func hostNamed(sc *engine.Scenario, name string) *engine.HostSpec {
	if sc == nil {
		return nil
	}
	for i := range sc.Hosts {
		if sc.Hosts[i].Name == name {
			return &sc.Hosts[i]
		}
	}
	return nil
}

func hostList(sc *engine.Scenario) string {
	if sc == nil || len(sc.Hosts) == 0 {
		return `a "host" statement above`
	}
	return oneOf(hostNames(sc))
}

func hostNames(sc *engine.Scenario) (names []string) {
	for i := range sc.Hosts {
		names = append(names, sc.Hosts[i].Name)
	}
	return names
}

// oneOf writes "a, b or c".
func oneOf(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// parseEndpoint reads address:port, [v6]:port, host:port or :port; host is the
// name it was written with.
func parseEndpoint(s string, sc *engine.Scenario) (e wire.Endpoint, host string, err error) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return e, "", sayf("%q has no port, expected one such as server:80", s)
	}
	port, err := strconv.ParseUint(s[i+1:], 10, 16)
	if err != nil || strconv.FormatUint(port, 10) != s[i+1:] {
		return e, "", sayf("%q has no port, expected a number from 0 to 65535 after the colon", s)
	}
	e.Port = uint16(port)
	where := s[:i]
	if where == "" {
		return e, "", nil
	}
	if h := hostNamed(sc, where); h != nil {
		e.Addr = h.Addr
		return e, where, nil
	}
	if isName(where) {
		return e, "", sayf("no host is called %q, expected %s", where, hostList(sc))
	}
	if inner, ok := strings.CutPrefix(where, "["); ok {
		where, ok = strings.CutSuffix(inner, "]")
		if !ok {
			return e, "", sayf("%q is not an address, expected [ and ] around it", s)
		}
	} else if strings.Contains(where, ":") {
		return e, "", sayf("%q is not an address and a port, expected [ and ] around an IPv6 address", s)
	}
	e.Addr, err = parseAddr(where)
	return e, "", err
}

func parseAddr(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" || a.Is4In6() || a.IsMulticast() {
		return netip.Addr{}, sayf("%q is not an address, expected one such as 10.0.0.1 or fd00::1", s)
	}
	return a, nil
}

func formatEndpoint(e wire.Endpoint, host string) string {
	port := ":" + strconv.Itoa(int(e.Port))
	switch {
	case host != "":
		return host + port
	case !e.Addr.IsValid():
		return port
	case e.Addr.Is6():
		return "[" + e.Addr.String() + "]" + port
	}
	return e.Addr.String() + port
}
