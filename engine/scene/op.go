package scene

import (
	"net/netip"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

func engineTime(d sim.Duration) sim.Time { return sim.Time(d) }

// ParseOp reads one intervention, as a person types it. sc tells which hosts and
// links may be named.
func ParseOp(text string, sc *engine.Scenario) (engine.Op, error) {
	if len(text) > maxText {
		text = text[:maxText]
	}
	l := newLine(text, sc)
	op := l.op()
	l.end()
	if l.err != nil {
		return engine.Op{}, l.err
	}
	return op, nil
}

type verb struct {
	name string
	kind engine.OpKind
	read func(l *line, op *engine.Op)
}

var verbs []verb

func init() {
	target := func(l *line, op *engine.Op) { op.Target = l.target() }
	verbs = []verb{
		{"drop", engine.OpDrop, target},
		{"delay", engine.OpDelay, readDelay},
		{"hold", engine.OpHold, target},
		{"release", engine.OpRelease, target},
		{"duplicate", engine.OpDuplicate, readDuplicate},
		{"corrupt", engine.OpCorrupt, target},
		{"edit", engine.OpEdit, readEdit},
		{"forge", engine.OpForge, readForge},
		{"sysctl", engine.OpSysctl, readSetting},
		{"call", engine.OpCall, readCall},
		{"unplug", engine.OpUnplug, readCable},
		{"plug", engine.OpPlug, readCable},
		{"link", engine.OpLink, readChange},
		{"forget", engine.OpForget, readForget},
		{"reboot", engine.OpReboot, readReboot},
		{"poweroff", engine.OpPowerOff, readHostName},
		{"poweron", engine.OpPowerOn, readHostName},
		{"destroy", engine.OpDestroy, readDestroy},
		{"filter", engine.OpFilter, readFilter},
		{"start", engine.OpStart, readStart},
		{"offload", engine.OpOffload, readOffloadNow},
		{"qdisc", engine.OpQdisc, readQdisc},
		{"route", engine.OpRoute, readRoute},
		{"metrics", engine.OpMetrics, readMetrics},
		{"conntrack", engine.OpConntrack, readConntrack},
		{"scene", engine.OpScene, readNewScene},
		{"at", engine.OpLater, readLater},
	}
}

// isVerb reports whether a line begins as an intervention does, and not as a call.
func isVerb(toks []token) bool {
	if toks[0].str || len(toks) < 2 || !toks[1].str && (toks[1].text == "(" || toks[1].text == "=") {
		return false
	}
	for _, v := range verbs {
		if v.name == toks[0].text {
			return true
		}
	}
	return false
}

func (l *line) op() (op engine.Op) {
	name := l.word("an intervention such as drop packet 7")
	if l.err != nil {
		return op
	}
	for _, v := range verbs {
		if v.name == name {
			op.Kind = v.kind
			v.read(l, &op)
			if l.err == nil {
				op.Text = NameOp(op)
			}
			return op
		}
	}
	var names []string
	for _, v := range verbs {
		if v.kind != engine.OpScene { // nobody types one
			names = append(names, v.name)
		}
	}
	l.fail("%q is no intervention, expected %s", name, oneOf(names))
	return op
}

// target reads: packet 7 · 2nd SYN-ACK from server · next DATA · every segment.
func (l *line) target() (t engine.Target) {
	if l.take("packet") {
		t.Packet = sim.PacketID(l.int("the number of a packet", 1, maxStep))
		return t
	}
	const which = `"packet", "next", "every" or a count such as 2nd`
	switch w := l.word(which); w {
	case "next":
		t.Nth = -1
	case "every":
	default:
		n, ok := parseOrdinal(w)
		if !ok {
			l.fail("%q, expected %s", w, which)
		}
		t.Nth = n
	}
	const kinds = "SYN, SYN-ACK, ACK, FIN, RST, DATA, ICMP, NONE or segment"
	if w := l.word(kinds); w == "segment" {
		t.Any = true
	} else if l.err == nil {
		k, ok := wire.ParseKind(w)
		if !ok {
			l.fail("%q is no kind of segment, expected %s", w, kinds)
		}
		t.Kind = k
	}
	if l.take("from") {
		t.From = l.host().Name
	}
	return t
}

func readDelay(l *line, op *engine.Op) {
	op.Target = l.target()
	l.need("by")
	op.By = l.span()
}

func readDuplicate(l *line, op *engine.Op) {
	op.Target = l.target()
	if l.take("after") {
		op.By = l.span()
	}
}

func readSetting(l *line, op *engine.Op) {
	op.Host = l.host().Name
	op.Set = l.setting()
}

// readCall reads: client: write(c, 100) · client NAME: write(c, 100).
func readCall(l *line, op *engine.Op) {
	w := l.word("a host and a colon")
	name, last := strings.CutSuffix(w, ":")
	h := hostNamed(l.sc, name)
	if l.err == nil && h == nil {
		l.fail("no host is called %q, expected %s", name, hostList(l.sc))
	}
	op.Host = name
	if !last {
		w = l.word("the name of a program and a colon")
		op.Proc, last = strings.CutSuffix(w, ":")
		if l.err == nil && (!last || !isName(op.Proc)) {
			l.fail("%q, expected the name of a program and a colon", w)
		}
	}
	op.Call = l.instr()
	if l.err == nil && op.Call.Name == "" {
		l.fail("loops and pauses cannot be made by hand, expected a call such as close(c)")
	}
}

// cable reads "A > B", one direction, or "A B", both.
func (l *line) cable() (from, to string, both bool) {
	from = l.host().Name
	both = !l.take(">")
	to = l.host().Name
	if l.err == nil && from == to {
		l.fail("a link from %s to itself, expected two hosts", from)
	}
	return from, to, both
}

func hasLink(sc *engine.Scenario, from, to string) bool {
	for i := range sc.Links {
		if sc.Links[i].From == from && sc.Links[i].To == to {
			return true
		}
	}
	return false
}

func readCable(l *line, op *engine.Op) {
	op.Link.From, op.Link.To, op.Both = l.cable()
	if l.err == nil && (!hasLink(l.sc, op.Link.From, op.Link.To) || op.Both && !hasLink(l.sc, op.Link.To, op.Link.From)) {
		l.fail("no link goes from %s to %s, expected one that the scene has", op.Link.From, op.Link.To)
	}
}

func readChange(l *line, op *engine.Op) {
	readCable(l, op)
	op.LinkHas = l.properties(&op.Link)
	if l.err == nil && op.LinkHas == 0 {
		l.fail("%s, expected what changes, such as delay 200ms", l.here())
	}
}

func readForget(l *line, op *engine.Op) {
	l.need("rule")
	op.Rule = int(l.int("the number of a standing rule", 1, maxStep))
}

// readReboot reads: server · server linux-3.10.
func readReboot(l *line, op *engine.Op) {
	op.Host = l.host().Name
	if l.more() {
		op.Kernel = l.kernel()
	}
}

func readHostName(l *line, op *engine.Op) { op.Host = l.host().Name }

// readStart reads: client nc: c = connect(server:80); read(c, eof).
func readStart(l *line, op *engine.Op) {
	op.Host = l.host().Name
	w := l.word("the name of a process and a colon")
	name, last := strings.CutSuffix(w, ":")
	if l.err == nil && (!last || !isName(name)) {
		l.fail("%q, expected the name of a process and a colon", w)
	}
	op.Proc = name
	for first := true; l.err == nil && (first || l.more()); first = false {
		if !first {
			l.need(";")
		}
		in := l.instr()
		if l.err == nil && in.Name == "" {
			l.fail("loops and pauses cannot be made by hand, expected a call such as close(c)")
		}
		if len(op.Lines) >= maxStartLines {
			l.fail("there are %d calls already, expected no more", maxStartLines)
		}
		op.Lines = append(op.Lines, in)
	}
}

const maxStartLines = 16

const maxDestroyed = 64

// readDestroy reads: server 10.0.0.2:80 > 10.0.0.1:40000 and :80.
func readDestroy(l *line, op *engine.Op) {
	op.Host = l.host().Name
	for first := true; l.err == nil && (first || l.more()); first = false {
		if !first {
			l.need("and")
		}
		t := wire.Tuple{Local: each(l, "an address and a port", l.ownEndpoint)}
		if l.take(">") {
			t.Remote = each(l, "the peer's address and port", l.endpoint)
		}
		if len(op.Tuples) >= maxDestroyed {
			l.fail("there are %d sockets already, expected no more", maxDestroyed)
		}
		op.Tuples = append(op.Tuples, t)
	}
}

// ownEndpoint may be a port alone: that of a listener for any address.
func (l *line) ownEndpoint(s string) (wire.Endpoint, error) {
	e, _, err := parseEndpoint(s, l.sc)
	if err == nil && !e.Addr.IsValid() {
		e.Addr = netip.IPv4Unspecified()
	}
	return e, err
}

// readLater reads: 3s drop next SYN.
func readLater(l *line, op *engine.Op) {
	op.When = l.at()
	if l.peek() == "at" {
		l.fail("an instant within an instant, expected an intervention such as drop packet 7")
	}
	then := l.op()
	if then.Kind == engine.OpScene {
		l.fail("the text of a scene does not change while it runs, expected an intervention such as drop packet 7")
	}
	op.Then = &then
}

// readNewScene reads the text of a scene, in quotes: what a branch is run as.
func readNewScene(l *line, op *engine.Op) {
	text := l.text("the text of a scene")
	if l.err != nil {
		return
	}
	made, err := NewText(text)
	if err != nil {
		l.fail("the text of the scene is wrong: %s", err.Error())
	}
	*op = made
}

// NewText is the intervention by which a branch runs another text.
func NewText(text string) (engine.Op, error) {
	f, err := Parse("scene", text)
	if err != nil {
		return engine.Op{}, err
	}
	if len(f.Branches) > 0 {
		return engine.Op{}, newMistake("scene", 1, "", stretch{}, sayf("the text has branches, expected a scene without"))
	}
	op := engine.Op{Kind: engine.OpScene, Scene: &f.Scenario, Source: text}
	op.Text = NameOp(op)
	return op, nil
}

// NameOp is what an intervention is called: it as it is written, a whole scene by its
// name.
func NameOp(op engine.Op) string {
	if op.Kind == engine.OpScene {
		return "scene " + strconv.Quote(op.Scene.Name)
	}
	return FormatOp(op)
}
