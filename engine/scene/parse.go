package scene

import (
	"cmp"
	"slices"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
)

// parser reads a text line by line. Statements may name what stands above them.
type parser struct {
	file   string
	n      int // line
	f      *File
	raw    string // the line itself
	errs   []error
	begun  bool // a statement has been read: comments are no longer prose
	prog   *progReader
	branch *Branch // the branch whose steps are read
	seen   struct{ scene, seed, kernel, cursor bool }
}

// fail notes a mistake in line n; at is its place there, or nothing.
func (p *parser) fail(n int, at stretch, err error) {
	p.errs = append(p.errs, newMistake(p.file, n, p.raw, at, err))
}

// line reads one line of the text.
func (p *parser) line(s string) {
	p.raw = s
	toks, comment, err := lex(s)
	if err != nil {
		p.begun = true
		var at stretch
		if e, ok := err.(*lexError); ok {
			at = e.at
		}
		p.fail(p.n, at, err)
		return
	}
	if len(toks) == 0 {
		if !p.begun && comment != "" {
			p.f.Prose = append(p.f.Prose, strings.TrimSpace(comment[1:]))
		}
		return
	}
	p.begun = true
	l := &line{toks: toks, sc: &p.f.Scenario}
	if read := p.statement(toks); read != nil {
		l.i++
		read(l, body(s))
	} else if isVerb(toks) {
		l.fail(`%s is an intervention, expected the instant at which it is made: at 0s %s`, l.here(), body(s))
	} else if p.prog != nil {
		p.prog.line(l, p.n)
	} else {
		l.fail("%s is no statement, expected %s", l.here(), oneOf(statementNames()))
	}
	if l.end(); l.err != nil {
		p.fail(p.n, l.where(), l.err)
	}
}

// statement returns the reader of the statement that toks begin, or nil. A program
// line may begin with the same word; there "(" or "=" comes next.
func (p *parser) statement(toks []token) func(l *line, raw string) {
	if toks[0].str || len(toks) > 1 && !toks[1].str && (toks[1].text == "(" || toks[1].text == "=") {
		return nil
	}
	for _, s := range statements {
		if s.name == toks[0].text {
			if !s.inside {
				p.closeBlocks()
			}
			return func(l *line, raw string) { s.read(p, l, raw) }
		}
	}
	return nil
}

type statement struct {
	name   string
	inside bool // it belongs to the block above it
	read   func(p *parser, l *line, raw string)
}

var statements []statement

func init() { // the table and its readers name each other
	statements = []statement{
		{"scene", false, (*parser).readScene},
		{"seed", false, (*parser).readSeed},
		{"kernel", false, (*parser).readKernel},
		{"host", false, (*parser).readHost},
		{"box", false, (*parser).readBox},
		{"rule", false, (*parser).readRule},
		{"link", false, (*parser).readLink},
		{"offload", false, (*parser).readOffload},
		{"sysctl", false, (*parser).readSysctl},
		{"program", false, (*parser).readProgram},
		{"at", false, (*parser).readAt},
		{"expect", false, (*parser).readExpect},
		{"branch", false, (*parser).readBranch},
		{"step", true, (*parser).readStep},
		{"cursor", false, (*parser).readCursor},
	}
}

func statementNames() (names []string) {
	for _, s := range statements {
		if !s.inside {
			names = append(names, s.name)
		}
	}
	return names
}

// once refuses a statement that may stand only once.
func once(l *line, seen *bool, name string) {
	if *seen {
		l.fail("%s stands here a second time, expected it once", name)
	}
	*seen = true
}

func (p *parser) readScene(l *line, _ string) {
	once(l, &p.seen.scene, "scene")
	p.f.Scenario.Name = l.text("the name of the scene")
	if len(p.f.Scenario.Name) > 200 {
		l.fail("the name has %d bytes, expected at most 200", len(p.f.Scenario.Name))
	}
}

func (p *parser) readSeed(l *line, _ string) {
	once(l, &p.seen.seed, "seed")
	p.f.Scenario.Seed = uint64(l.int("a seed", 0, 1<<63-1))
}

func (p *parser) readKernel(l *line, _ string) {
	first := l.word("a kernel profile")
	if !l.more() { // kernel linux-3.10: of every host
		once(l, &p.seen.kernel, "kernel")
		if p.f.Scenario.Kernel = first; l.err == nil && host.FindProfile(first) == nil {
			l.fail("no kernel profile is called %q, expected %s", first, oneOf(host.ProfileNames()))
		}
		return
	}
	h := hostNamed(l.sc, first)
	k := l.kernel()
	switch {
	case l.err != nil:
	case h == nil:
		l.fail("no host is called %q, expected %s", first, hostList(l.sc))
	case len(h.Sysctls) > 0:
		l.fail("%s has settings already, expected its kernel before them", first)
	default:
		h.Kernel = k
	}
}

func (p *parser) readHost(l *line, _ string) {
	h := engine.HostSpec{Name: p.newName(l, "the name of a host")}
	h.Addr = each(l, "an address", parseAddr)
	if l.more() {
		h.Addr6 = each(l, "an IPv6 address", parseAddr)
	}
	p.addHost(l, h)
}

// newName reads the name of a host or a box that nothing has yet.
func (p *parser) newName(l *line, what string) string {
	name := l.name(what)
	if l.err == nil && hostNamed(l.sc, name) != nil {
		l.fail("a host is called %q already, expected another name", name)
	}
	if l.err == nil && reserved(name) {
		l.fail("%q has a meaning in conditions, expected another name for a host", name)
	}
	return name
}

// addHost adds a host or a box to the scene.
func (p *parser) addHost(l *line, h engine.HostSpec) {
	if l.err == nil && h.Addr6.IsValid() && (!h.Addr6.Is6() || !h.Addr.Is4()) {
		l.fail("%s and %s are not an IPv4 and an IPv6 address, expected them in this order", h.Addr, h.Addr6)
	}
	if l.err == nil && len(l.sc.Hosts) >= maxHosts {
		l.fail("there are %d hosts already, expected at most %d", len(l.sc.Hosts), maxHosts)
	}
	for i := range l.sc.Hosts {
		if o := &l.sc.Hosts[i]; l.err == nil && (o.Addr == h.Addr || h.Addr6.IsValid() && o.Addr6 == h.Addr6 || o.Addr6 == h.Addr) {
			l.fail("%s has that address already, expected another", o.Name)
		}
	}
	if l.err == nil {
		l.sc.Hosts = append(l.sc.Hosts, h)
	}
}

func (p *parser) readSysctl(l *line, _ string) {
	h := l.host()
	set := l.setting()
	if l.err == nil { // a kernel that nobody knows has been refused on its own line
		if known := host.FindProfile(p.f.Scenario.KernelOf(h)); known != nil {
			l.blame(l.i-1, known.Check(set.Name, set.Value))
		}
	}
	if l.err == nil && len(h.Sysctls) >= 256 {
		l.fail("%s has 256 settings already, expected no more", h.Name)
	}
	if l.err == nil {
		h.Sysctls = append(h.Sysctls, set)
	}
}

// kernel reads the name of a profile.
func (l *line) kernel() string {
	k := l.word("a kernel profile")
	if l.err == nil && host.FindProfile(k) == nil {
		l.fail("no kernel profile is called %q, expected %s", k, oneOf(host.ProfileNames()))
	}
	return k
}

// anyKernel says what every kernel would refuse: which one a host will run when a
// setting is changed by hand, nobody can know here.
func anyKernel(s engine.Setting) (err error) {
	for i := range host.Profiles {
		e := host.Profiles[i].Check(s.Name, s.Value)
		if e == nil {
			return nil
		}
		if err == nil {
			err = e
		}
	}
	return err
}

// setting reads "name = value …".
func (l *line) setting() (s engine.Setting) {
	s.Name = l.word("the name of a sysctl")
	name := l.i - 1
	l.need("=")
	for l.more() {
		if l.take(",") {
			s.Value += ","
			continue
		}
		if s.Value != "" && !strings.HasSuffix(s.Value, ",") {
			s.Value += " "
		}
		s.Value += l.word("a value")
	}
	if l.err == nil && s.Value == "" {
		l.fail("%s, expected a value", l.here())
	}
	if host.FindSysctl(s.Name) >= 0 {
		name = l.i - 1 // the value is wrong, if anything
	}
	if l.err == nil {
		l.blame(name, anyKernel(s))
	}
	return s
}

func (p *parser) readAt(l *line, _ string) {
	var op engine.Op
	readLater(l, &op)
	s := engine.Scheduled{At: op.When, Op: *op.Then}
	if l.err == nil {
		p.f.Scenario.Script = append(p.f.Scenario.Script, s)
	}
}

func (p *parser) readExpect(l *line, raw string) {
	e := Expectation{Line: p.n}
	switch {
	case l.take("at"):
		e.At = l.at()
	case l.take("end"):
		e.When = AtEnd
	case l.take("ever"):
		e.When = Ever
	case l.take("never"):
		e.When = NeverEver
	default:
		l.fail(`%s, expected "at" and an instant, "end", "ever" or "never"`, l.here())
	}
	if l.err == nil {
		words := 2
		if e.When == AtInstant {
			words = 3
		}
		e.Cond = afterWords(raw, words)
		for i, word := range strings.Fields(raw)[:min(words, len(strings.Fields(raw)))] {
			if word != l.toks[i].text {
				l.fail("%q, expected a blank behind %s", word, l.toks[i].text)
			}
		}
	}
	switch {
	case l.err == nil && e.Cond == "":
		l.fail("%s, expected a condition such as client.state == ESTABLISHED", l.here())
	case len(e.Cond) > maxCond:
		l.fail("the condition has %d letters, expected at most %d", len(e.Cond), maxCond)
	}
	l.i = len(l.toks)
	if l.err == nil {
		p.f.Expect = append(p.f.Expect, e)
	}
}

// afterWords is what follows the first n words of s.
func afterWords(s string, n int) string {
	for range n {
		s = strings.TrimLeft(s, " \t")
		i := strings.IndexAny(s, " \t")
		if i < 0 {
			return ""
		}
		s = s[i:]
	}
	return strings.TrimSpace(s)
}

func (p *parser) readProgram(l *line, _ string) {
	h := l.host()
	prog := engine.Program{Host: h.Name, Name: "app"}
	if l.more() {
		prog.Name = l.name("the name of a program")
	}
	for i := range l.sc.Programs {
		if o := &l.sc.Programs[i]; o.Host == prog.Host && o.Name == prog.Name {
			l.fail("%s has a program called %q already, expected another name after the host", o.Host, o.Name)
		}
	}
	if len(l.sc.Programs) >= maxPrograms {
		l.fail("there are %d programs already, expected at most %d", len(l.sc.Programs), maxPrograms)
	}
	// After a mistake the lines still belong to a program, one that is thrown away.
	p.prog = &progReader{}
	if l.err == nil {
		l.sc.Programs = append(l.sc.Programs, prog)
		p.prog.to = &l.sc.Programs[len(l.sc.Programs)-1].Lines
	} else {
		p.prog.to = &[]host.Instr{}
	}
}

// closeBlocks ends the program or branch above.
func (p *parser) closeBlocks() {
	if p.prog != nil {
		if n := len(p.prog.open); n > 0 {
			b := p.prog.open[n-1]
			p.fail(b.line, stretch{}, sayf(`the %s has no end, expected a line "end" below it`, b.name()))
		} else if len(p.errs) == 0 {
			host.Pair(*p.prog.to)
		}
		p.prog = nil
	}
	p.branch = nil
}

func (p *parser) finish() {
	p.closeBlocks()
	if len(p.f.Scenario.Hosts) == 0 && len(p.errs) == 0 {
		p.fail(1, stretch{}, sayf(`the scene has no host, expected a line such as "host client 10.0.0.1"`))
	}
	slices.SortStableFunc(p.f.Scenario.Script, func(a, b engine.Scheduled) int { return cmp.Compare(a.At, b.At) })
	p.finishBundle()
}
