package session

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"wirestep/engine"
	"wirestep/engine/outcome"
	"wirestep/engine/sim"
	"wirestep/i18n"
	"wirestep/web/proto"
)

// sayer puts a comparison into words, by the templates of the catalogue
// (i18n/compare.*.yaml).
type sayer struct {
	lang string
	c    *outcome.Comparison
}

func (s *sayer) t(key string, args ...any) string {
	return spaced(i18n.T(s.lang, "compare."+key, args...))
}

// spaced puts the space between Chinese and Latin text that a template cannot know
// of, because a name or a number may be either.
func spaced(text string) string {
	var b strings.Builder
	last := ' '
	for _, r := range text {
		if unicode.Is(unicode.Han, last) && latinRune(r) || latinRune(last) && unicode.Is(unicode.Han, r) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

func latinRune(r rune) bool {
	return r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == ')')
}

func (s *sayer) compared() *proto.Compared {
	p := &proto.Compared{Verdict: s.verdict(), Form: string(s.c.Verdict.Form), Why: s.why(), Rows: []proto.CompareRow{}, Alone: s.alone()}
	for i, r := range s.c.Runs {
		p.Sides = append(p.Sides, proto.CompareSide{
			Branch: int32(r.Branch), N: int32(r.N), Until: int64(r.Until), End: r.End, Shared: int32(r.N), Changes: s.changes(i),
		})
	}
	for i := range s.c.Rows {
		p.Rows = append(p.Rows, s.row(&s.c.Rows[i]))
	}
	if s.c.Parting.At != sim.Never {
		at := int64(s.c.Parting.At)
		p.Part, p.Parting, p.At = &at, s.parting(), at
		for i, x := range s.c.Parting.Sides {
			p.Sides[i].Shared, p.Sides[i].Event, p.Sides[i].Does = int32(x.Shared), int32(x.Event), s.does(&x.Does)
		}
	}
	if i := s.c.Verdict.Row; i >= 0 {
		if _, n, at := s.c.When(&s.c.Rows[i]); n > 0 {
			p.At = int64(at)
		}
	}
	return p
}

// letter names a side.
func letter(side int) string { return string(rune('A' + side)) }

// host names a host in a sentence.
func (s *sayer) host(name string) string {
	if name == "client" || name == "server" {
		return s.t("host-" + name)
	}
	return name
}

// verdict is the sentence: what changed, and what became of it.
func (s *sayer) verdict() string {
	what := s.what()
	if change := s.change(); change != "" {
		what = s.t("sentence", "change", change, "what", what)
	}
	r, n := utf8.DecodeRuneInString(what)
	return string(unicode.ToUpper(r)) + what[n:] + s.t("stop")
}

// number writes small numbers as words.
func (s *sayer) number(n int) string {
	if n >= 1 && n <= 5 {
		return s.t("number-" + string(rune('0'+n)))
	}
	return i18n.T(s.lang, "compare.number", "n", n)
}

// change says how much people did otherwise.
func (s *sayer) change() string {
	c := &s.c.Change
	if c.Rewritten() {
		return s.t("change-text")
	}
	var parts []string
	if n := len(c.Settings); n > 0 {
		parts = append(parts, s.t("change-settings", "n", n, "number", s.number(n)))
	}
	for _, k := range c.Kernels {
		parts = append(parts, s.t("change-kernel", "host", s.host(k.Host)))
	}
	more := 0
	for side, moves := range c.Moves {
		more += len(moves)
		if len(moves) == 1 && len(s.c.Runs) == 2 && len(c.Moves[1-side]) == 0 {
			parts = append(parts, s.oneMove(moves[0].Kind, side))
			more = 0
			break
		}
	}
	if more > 0 {
		parts = append(parts, s.t("change-moves", "n", more, "number", s.number(more)))
	}
	if len(parts) == 0 {
		return s.t("same-moves")
	}
	text := strings.Join(parts, s.t("and"))
	if c.Same > 0 {
		return s.t("moves-and", "change", text)
	}
	return text
}

// oneMove says what one side has that the other lacks.
func (s *sayer) oneMove(k engine.OpKind, side int) string {
	if side == 0 {
		return s.t("change-less")
	}
	names := map[engine.OpKind]string{
		engine.OpDrop: "drop", engine.OpDelay: "delay", engine.OpHold: "hold", engine.OpDuplicate: "duplicate", engine.OpCorrupt: "corrupt",
		engine.OpEdit: "edit", engine.OpForge: "forge", engine.OpCall: "call", engine.OpSysctl: "sysctl",
	}
	if n := names[k]; n != "" {
		return s.t("change-" + n)
	}
	return s.t("change-move")
}

// changes lists what is otherwise in one branch, for its heading.
func (s *sayer) changes(side int) []string {
	c := &s.c.Change
	all := []string{}
	for _, x := range c.Settings {
		all = append(all, shortSysctl(x.Name)+" "+x.Values[side])
	}
	for _, x := range c.Kernels {
		all = append(all, x.Host+" "+x.Values[side])
	}
	for _, m := range c.Moves[side] {
		if m.Kind == engine.OpScene {
			m.Text = s.t("text")
		}
		all = append(all, m.Text)
	}
	return all
}

func shortSysctl(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, "net.ipv4."), "net.core.")
}

// what says the outcome that became different: B's, and A's.
func (s *sayer) what() string {
	v := s.c.Verdict
	if v.Form == outcome.Nothing {
		last := sim.Time(0)
		for _, r := range s.c.Runs {
			last = max(last, r.Last())
		}
		if at := s.c.Parting.At; at != sim.Never {
			return s.t("say-inside", "at", s.time(at, false), "time", s.time(last, false))
		}
		return s.t("say-nothing", "time", s.time(last, false))
	}
	r := &s.c.Rows[v.Row]
	if len(r.Values) > 2 {
		var list []string
		for i, x := range r.Values {
			list = append(list, letter(i)+" "+s.value(r, x))
		}
		return s.t("say-many", "what", s.label(r), "values", strings.Join(list, s.t("and")))
	}
	a, b := s.values(r)
	args := []any{"host", s.host(r.Host), "call", r.Name + "()", "kind", r.Name, "a", a, "b", b}
	form := string(v.Form)
	switch v.Form {
	case outcome.Clients:
		if r.Host != "" {
			form = "connects"
		}
		args = []any{"host", s.host(r.Host), "n", max(r.Values[0].Of, r.Values[1].Of), "a", r.Values[0].N, "b", r.Values[1].N}
	case outcome.GivesUp:
		return s.givesUp(r, args)
	case outcome.Fails, outcome.Succeeds, outcome.Fares, outcome.Waits, outcome.Returns:
		args = append(args, "at", s.calledAt(r, 0), "bt", s.calledAt(r, 1), "until", s.time(s.c.Runs[0].Until, false))
	case outcome.NotAcked:
		if r.Values[0].Kind == outcome.Pending {
			form = "acked-after-all"
		}
	case outcome.Counts, outcome.Counters:
		args = append(args, "what", s.label(r))
	}
	return s.t("say-"+form, args...)
}

// givesUp: a connect fails alike, sooner or later.
func (s *sayer) givesUp(r *outcome.Row, args []any) string {
	res := s.c.Result(r)
	if res.Values[1].Text != "ETIMEDOUT" {
		return s.t("say-fails-at", append(args, "errno", res.Values[1].Text)...)
	}
	return s.t("say-gives-up", args...)
}

// calledAt is when the call of a row returned on a side.
func (s *sayer) calledAt(r *outcome.Row, side int) string {
	for i := range s.c.Rows {
		o := &s.c.Rows[i]
		f := o.Fact
		f.What = r.What
		if o.What == outcome.ReturnedAt && f == r.Fact && o.Values[side].Kind == outcome.Time {
			return s.time(o.Values[side].At(), false)
		}
	}
	return ""
}

// parting says where they part, and what each does there.
func (s *sayer) parting() string {
	var list []string
	for i := range s.c.Parting.Sides {
		list = append(list, letter(i)+" "+s.does(&s.c.Parting.Sides[i].Does))
	}
	return s.t("part", "time", s.time(s.c.Parting.At, false), "sides", strings.Join(list, s.t("and")))
}

// does says what a branch does where they part.
func (s *sayer) does(d *outcome.Doing) string {
	key := "does-" + string(d.What)
	args := []any{"host", s.host(d.Host), "what", d.Name, "wait", s.time(sim.Time(d.Wait), false)}
	switch {
	case d.What == outcome.DoesSend && d.Again:
		key += "-again"
	case d.What == outcome.DoesReturn && d.Errno != "":
		args = append(args, "value", d.Errno)
	case d.What == outcome.DoesReturn || d.What == outcome.DoesSet:
		args = append(args, "value", d.N)
	}
	if d.Field != "" {
		args[3] = d.Name + " " + d.Field + " " + d.Value
	}
	return s.t(key, args...)
}

// why names the mechanism, by the rules of the engine.
func (s *sayer) why() []proto.CompareWhy {
	all := []proto.CompareWhy{}
	for _, m := range s.c.Mechanisms() {
		says, _ := i18n.Rule(s.lang, m.Rule.ID, m.Rule.Says, m.Rule.Differs)
		all = append(all, proto.CompareWhy{Side: m.Side, Rule: m.Rule.ID, Text: says})
	}
	return all
}
