package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"wirestep/lessons"
	"wirestep/templates"
	"wirestep/web/session"
)

const maxUnbroken = 90 // letters of a line that is not broken on the page

// casePage fills the page of a story as it stands. What gives the cause away is put there
// only when the cause has been named.
type casePage struct {
	s      *lessons.Story
	c      *diagnosis
	v      *templates.Story
	tried  *tries
	solved *closing
}

// closing is the naming that closed the case.
type closing struct {
	naming
	tried
}

func (t *casePage) tell(b *library) error {
	s, v := t.s, t.v
	v.ID, v.Heading, v.Situation = s.ID, s.Title[v.Lang], spans(session.In(s.Story, v.Lang))
	v.Title, v.About = v.T("story.page-title", "name", v.Heading), lessons.Plain(s.Story, v.Lang)
	v.Goal, v.Hosts = spans(session.In(s.Cured, v.Lang)), s.Hosts()
	v.Par, v.Hidden = s.Par(), t.hidden()
	for _, h := range s.Hints[:t.c.hints] {
		v.Hints = append(v.Hints, spans(session.In(h, v.Lang)))
	}
	t.name()
	if err := t.looks(); err != nil {
		return err
	}
	v.Minutes = t.minutes()
	for i := range max(v.Minutes, v.Par, 9) {
		v.Pips = append(v.Pips, map[bool]string{true: "on", false: ""}[i < v.Minutes])
	}
	if t.solved == nil {
		v.NextHint = t.link(func(c *diagnosis) { c.hints++ }, "hints")
		if t.c.hints == len(s.Hints) {
			v.NextHint = ""
		}
		v.GiveUp = t.link(func(c *diagnosis) { c.gaveUp = true }, "answer")
		return nil
	}
	return t.end(b)
}

// link is the address of this page with something added.
func (t *casePage) link(add func(*diagnosis), place string) string {
	c := *t.c
	c.looks, c.namings = slices.Clone(c.looks), slices.Clone(c.namings)
	add(&c)
	return "/stories/" + t.s.ID + "?" + c.query().Encode() + "#" + place
}

// hidden are the fields with which a form carries the address on.
func (t *casePage) hidden() (out []templates.Field) {
	q := t.c.query()
	for _, key := range []string{"look", "try", "hint", "lang"} {
		for _, value := range q[key] {
			out = append(out, templates.Field{Name: key, Value: value})
		}
	}
	return out
}

func (t *casePage) looks() error {
	s, v := t.s, t.v
	text, err := s.Output(s.Given.On, s.Given.Run)
	if err != nil {
		return err
	}
	v.Given = templates.Look{On: s.Given.On, Line: s.Given.Run, What: s.Given.What[v.Lang], Output: t.lines(look{s.Given.On, s.Given.Run}, text)}
	for i, l := range t.c.looks {
		text, err := s.Output(l.on, l.line)
		one := templates.Look{N: i + 1, On: l.on, Line: l.line, Price: v.T("story.minutes", "n", lessons.Price(l.line)), What: v.T("story.typed"), Output: t.lines(l, text)}
		if err != nil {
			one.Output = []templates.OutputLine{{Text: v.T("story.looks-only")}}
		}
		if k := t.known(l); k != nil {
			one.What, one.Useful = k.What[v.Lang], t.solved != nil && slices.Contains(s.Path(), k)
		}
		v.Taken = append(v.Taken, one)
	}
	for i := range s.Looks {
		k := &s.Looks[i]
		one := templates.Look{On: k.On, Line: k.Run, What: k.What[v.Lang], Price: v.T("story.minutes", "n", lessons.Price(k.Run))}
		if n := slices.Index(t.c.looks, look{k.On, k.Run}); n >= 0 {
			one.N, one.Href = n+1, "#look-"+strconv.Itoa(n+1)
		} else {
			one.Href = t.link(func(c *diagnosis) { c.look(s, look{k.On, k.Run}.String()) }, "look-"+strconv.Itoa(len(t.c.looks)+1))
		}
		v.Looks = append(v.Looks, one)
	}
	return nil
}

// known is the look of the story that a look is, or nil.
func (t *casePage) known(l look) *lessons.Look {
	for i := range t.s.Looks {
		if k := &t.s.Looks[i]; k.On == l.on && k.Run == l.line {
			return k
		}
	}
	return nil
}

// lines takes an output apart, and marks what speaks for the cause once it has been named.
func (t *casePage) lines(l look, text string) (out []templates.OutputLine) {
	id := lessons.GivenLook
	if k := t.known(l); k != nil {
		id = k.ID
	} else if l.line != t.s.Given.Run || l.on != t.s.Given.On {
		id = ""
	}
	if strings.TrimSpace(text) == "" {
		return []templates.OutputLine{{Text: t.v.T("story.nothing"), Note: true}}
	}
	for line := range strings.Lines(text) {
		one := templates.OutputLine{Text: strings.TrimRight(line, " \n")}
		one.Long = len(one.Text) > maxUnbroken
		if t.solved != nil && id != "" {
			for _, e := range t.s.Cause(t.s.Right).Evidence {
				one.Hit = one.Hit || e.Look == id && e.Shows != nil && e.Shows.MatchString(one.Text)
			}
		}
		out = append(out, one)
	}
	return out
}

// minutes is what everything has cost until the case was closed.
func (t *casePage) minutes() (n int) {
	for _, l := range t.c.looks {
		n += lessons.Price(l.line)
	}
	n += t.c.hints * lessons.HintMinutes
	for _, x := range t.c.namings {
		if t.solved != nil && x == t.solved.naming {
			break
		}
		n += lessons.TryMinutes
	}
	return n
}

// name tells of each naming what became of it.
func (t *casePage) name() {
	s, v := t.s, t.v
	for i := range s.Causes {
		v.Causes = append(v.Causes, templates.Option{ID: s.Causes[i].ID, Text: spans(session.In(s.Causes[i].Text, v.Lang))})
	}
	for i := range s.Knobs {
		v.Knobs = append(v.Knobs, templates.Option{ID: s.Knobs[i].ID, Text: spans(session.In(s.Knobs[i].Text, v.Lang))})
	}
	for _, m := range s.Measures {
		v.Measures = append(v.Measures, m.What[v.Lang])
	}
	for _, n := range t.c.namings {
		x := t.tried.try(s, n)
		c := s.Cause(n.cause)
		one := templates.Naming{Cause: spans(session.In(c.Text, v.Lang)), Right: c.ID == s.Right, Why: spans(session.In(c.Why, v.Lang)), Knob: t.knob(n), Wrong: x.wrong}
		v.LastCause, v.LastKnob = n.cause, n.knob
		if x.wrong == "" {
			one.Holds, one.Values = x.Holds, x.Values
			if k := s.Knob(n.knob); k != nil {
				one.Says = spans(session.In(k.Says, v.Lang))
			}
		}
		v.Namings = append(v.Namings, one)
		if one.Right && one.Holds {
			t.solved = &closing{n, x}
			break
		}
	}
	if t.solved == nil && t.c.gaveUp {
		n := naming{cause: s.Right, knob: s.Cures[0]}
		x, c := t.tried.try(s, n), s.Cause(s.Right)
		v.GaveUp, t.solved = true, &closing{n, x}
		v.Namings = append(v.Namings, templates.Naming{Cause: spans(session.In(c.Text, v.Lang)), Right: true, Why: spans(session.In(c.Why, v.Lang)), Knob: t.knob(n), Holds: x.Changed != nil, Values: valuesOf(x), Says: spans(session.In(s.Knob(n.knob).Says, v.Lang))})
	}
	if len(v.Namings) > 0 {
		v.AsItWas = valuesOf(t.tried.try(s, naming{}))
	}
	v.Full = len(t.c.namings) == maxNamings
}

func valuesOf(x tried) []string {
	if x.Changed == nil {
		return nil
	}
	return x.Values
}

// knob is a change in words.
func (t *casePage) knob(n naming) []templates.Span {
	if n.line != "" {
		return []templates.Span{{Code: n.on + " # " + n.line}}
	}
	return spans(session.In(t.s.Knob(n.knob).Text, t.v.Lang))
}

// end is what a closed case shows.
func (t *casePage) end(b *library) error {
	s, v := t.s, t.v
	v.Solved, v.After = true, spans(session.In(s.After, v.Lang))
	label := templates.PlainSpans(t.knob(t.solved.naming))
	proof, err := s.Proof(t.solved.Changed, label)
	if err != nil {
		return err
	}
	v.Proof = proof
	for _, l := range s.Path() {
		one := templates.Look{On: l.On, Line: l.Run, What: l.What[v.Lang]}
		text, err := s.Output(l.On, l.Run)
		if err != nil {
			return err
		}
		for _, line := range t.lines(look{l.On, l.Run}, text) {
			if line.Hit && len(one.Output) < 2 {
				one.Output = append(one.Output, line)
			}
		}
		v.Path = append(v.Path, one)
	}
	if s.Linux != "" {
		v.Linux = v.T("story.linux-" + s.Linux)
	}
	if l := b.lesson(s.Lesson); l != nil {
		v.Further = append(v.Further, templates.Found{Kind: v.T("search.lesson"), Href: "/lessons/" + l.Slug, Title: l.Title(v.Lang)})
	}
	for _, id := range s.Claims {
		for _, c := range b.claims {
			if c.ID == id {
				v.Further = append(v.Further, templates.Found{Kind: v.T("search.claim"), Href: "/claims#" + id, Title: lessons.Plain(c.Said, v.Lang)})
			}
		}
	}
	all := b.stories()
	for i, x := range all {
		if x.ID == s.ID && i+1 < len(all) {
			v.Next = "/stories/" + url.PathEscape(all[i+1].ID)
		}
	}
	return nil
}
