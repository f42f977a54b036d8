package lessons

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
)

var idRE = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// banned are words that tell a reader that not understanding is a fault.
var banned = regexp.MustCompile(`(?i)\b(simply|just|obviously|trivially|of course)\b|简单地|显然|众所周知|!|！`)

// linter collects what is wrong with one lesson.
type linter struct {
	l    *Lesson
	y    *ast.File
	file string
	sc   *engine.Scenario // nil until the scene could be read
	errs []error
}

// at notes a mistake at a path of lesson.yaml.
func (k *linter) at(path, format string, args ...any) {
	k.errs = append(k.errs, fmt.Errorf("%s:%d: %s", k.file, lineOf(k.y, path), fmt.Sprintf(format, args...)))
}

// text reads the text in one language and holds it against the steps.
func (k *linter) text(lang, file string, src []byte) {
	t, links, errs := parseText(file, src)
	k.errs = append(k.errs, errs...)
	k.l.Texts[lang] = t
	say := func(line int, format string, args ...any) {
		k.errs = append(k.errs, fmt.Errorf("%s:%d: %s", file, line, fmt.Sprintf(format, args...)))
	}
	code := regexp.MustCompile("`[^`]*`") // a word of code is nobody's tone
	for i, line := range bytes.Split(src, []byte("\n")) {
		if w := banned.Find(code.ReplaceAll(line, nil)); w != nil {
			say(i+1, "%q; the voice of a lesson does without it", w)
		}
	}
	if len(t.Summary) != 1 || t.Summary[0].P == nil {
		say(2, "%d blocks under the title; expected one paragraph of summary", len(t.Summary))
	}
	for i := range max(len(t.Steps), len(k.l.Steps)) {
		switch {
		case i >= len(t.Steps):
			say(1+bytes.Count(src, []byte("\n")), "no section for step %q", k.l.Steps[i].ID)
		case i >= len(k.l.Steps):
			say(t.Steps[i].line, "section %q has no step in lesson.yaml", t.Steps[i].ID)
		case t.Steps[i].ID != k.l.Steps[i].ID:
			say(t.Steps[i].line, "section %q; expected %q, as in lesson.yaml", t.Steps[i].ID, k.l.Steps[i].ID)
		default:
			k.section(&k.l.Steps[i], &t.Steps[i], say)
		}
	}
	for _, l := range links {
		k.link(l, say)
	}
}

// section holds the text of one step against the step.
func (k *linter) section(s *Step, t *StepText, say func(int, string, ...any)) {
	if len(t.Body) == 0 {
		say(t.line, "step %q says nothing", s.ID)
	}
	for _, p := range []struct {
		part string
		want bool
	}{{"do", len(s.Do) > 0}, {"ask", s.Predict != nil}, {"goal", s.Goal != ""}} {
		line, has := t.has[p.part]
		if p.want && !has {
			say(t.line, "step %q has no section \"### %s\"", s.ID, p.part)
		} else if has && !p.want {
			say(line, "section \"### %s\", but step %q has no such part in lesson.yaml", p.part, s.ID)
		}
	}
	if n := len(doItems(t.Do)); len(s.Do) > 1 && n != len(s.Do) {
		say(t.has["do"], "%d list items for %d moves", n, len(s.Do))
	}
	if s.Predict == nil {
		return
	}
	var want, got []string
	for _, o := range s.Predict.Options {
		want = append(want, o.Key)
	}
	for _, o := range t.Options {
		got = append(got, o.Key)
	}
	if !slices.Equal(want, got) {
		say(t.has["ask"], "options %v; expected %v, as in lesson.yaml", got, want)
	}
}

// link checks a reference that leads into the product.
func (k *linter) link(l link, say func(int, string, ...any)) {
	switch l.kind {
	case "rule":
		if !knownRule(l.to) {
			say(l.line, "rule:%s is no rule of the engine", l.to)
		}
	case "lesson":
		if _, err := embedded.ReadDir(l.to); err != nil || l.to == sandboxDir {
			say(l.line, "lesson:%s is no lesson", l.to)
		}
	case "scene":
		if _, err := embedded.ReadFile(sandboxDir + "/" + l.to + ".scene"); err != nil {
			say(l.line, "scene:%s is no scene of the sandbox", l.to)
		}
	}
}

// lint checks lesson.yaml against itself and against the scene.
func (k *linter) lint() {
	l := k.l
	if !idRE.MatchString(l.Slug) {
		k.at("$.slug", "slug %q; expected lower-case words joined by hyphens", l.Slug)
	}
	if !slices.Contains(Topics, l.Topic) {
		k.at("$.topic", "topic %q; expected one of %s", l.Topic, strings.Join(Topics, ", "))
	}
	if !slices.Contains(Levels, l.Level) {
		k.at("$.level", "level %q; expected one of %s", l.Level, strings.Join(Levels, ", "))
	}
	if l.Minutes < 1 || l.Minutes > 60 {
		k.at("$.minutes", "%d minutes; expected 1 to 60", l.Minutes)
	}
	if l.Scene != "" {
		f, err := scene.Parse(l.dir+"/"+l.file, l.Scene)
		if err != nil {
			k.errs = append(k.errs, err)
			return
		}
		k.sc, l.sc = &f.Scenario, &f.Scenario
	} else {
		return // without hosts nothing below can be judged
	}
	if len(l.Steps) == 0 {
		k.at("$.steps", "no steps")
	}
	seen := map[string]bool{}
	for i := range l.Steps {
		s, at := &l.Steps[i], fmt.Sprintf("$.steps[%d]", i)
		s.line = lineOf(k.y, at)
		if !idRE.MatchString(s.ID) || seen[s.ID] {
			k.at(at+".id", "step id %q; expected lower-case words joined by hyphens, each id once", s.ID)
		}
		seen[s.ID] = true
		if len(s.Do) == 0 && s.Predict == nil && s.Goal == "" && i < len(l.Steps)-1 {
			k.at(at, "step %q is only to be read; expected do, predict or goal", s.ID)
		}
		k.place(at+".at", s.At.Text)
		k.condition(at+".goal", s.Goal)
		for j := range s.Do {
			s.Do[j].line = lineOf(k.y, fmt.Sprintf("%s.do[%d]", at, j))
			k.move(fmt.Sprintf("%s.do[%d]", at, j), s.Do[j])
			if len(s.Do[j].Replay) > 0 && j < len(s.Do)-1 {
				k.at(fmt.Sprintf("%s.do[%d]", at, j), "a move after a replay; expected the replay last")
			}
		}
		if s.Predict != nil {
			s.Predict.line = lineOf(k.y, at+".predict")
			k.question(at+".predict", s.Predict)
		}
	}
}

func knownRule(id string) bool {
	return slices.ContainsFunc(trace.Rules(), func(r *trace.Rule) bool { return r.ID == id })
}

func (k *linter) move(at string, m Move) {
	if (m.Act == "") == (len(m.Replay) == 0) {
		k.at(at, "a move; expected either act or replay")
	}
	if len(m.Or) > 0 && m.Act == "" {
		k.at(at, "or without act")
	}
	if _, _, ok := instant(m.afterText); m.afterText != "" && (!ok || m.Act == "") {
		k.at(at, "after: %q; expected a duration such as 30ms, with act", m.afterText)
	}
	ops := slices.Concat([]string{m.Act}, m.Or, m.Replay)
	for _, op := range ops {
		if op == "" {
			continue
		}
		sels, err := targets(op)
		if err != nil {
			k.at(at, "%v", err)
			continue
		}
		if len(sels) > 0 && m.Act == "" {
			k.at(at, "%q: a replay begins before any segment; expected no braces", op)
		}
		for _, s := range sels {
			k.host(at, s.From)
		}
		if _, err := scene.ParseOp(braceRE.ReplaceAllString(op, "packet 1"), k.sc); err != nil {
			k.at(at, "%q: %v", op, err)
		}
	}
}

func (k *linter) question(at string, q *Question) {
	if err := q.shape(); err != nil {
		k.at(at, "%v", err)
	}
	k.host(at+".host", q.Host)
	switch q.Ask {
	case "time-of":
		k.place(at+".what", q.What)
	case "count":
		k.place(at+".until", q.Until)
		if s, err := parseKind(q.Of); err != nil {
			k.at(at+".of", "%v", err)
		} else {
			k.host(at+".of", s.From)
		}
	case "field":
		if s, err := ParseSelector(q.What); err != nil {
			k.at(at+".what", "%v", err)
		} else {
			k.host(at+".what", s.From)
		}
	case "which":
		k.place(at+".until", q.Until)
	}
	if len(q.Options) < 2 || len(q.Options) > 6 {
		k.at(at, "%d options; expected 2 to 6", len(q.Options))
	}
	seen := map[string]bool{}
	for i, o := range q.Options {
		here := fmt.Sprintf("%s.options[%d]", at, i)
		if !idRE.MatchString(o.Key) || seen[o.Key] {
			k.at(here, "key %q; expected lower-case words joined by hyphens, each key once", o.Key)
		}
		seen[o.Key] = true
		if err := q.optionShape(o); err != nil {
			k.at(here, "option %q: %v", o.Key, err)
		}
		k.condition(here, o.When)
	}
}

func (k *linter) place(at, s string) {
	p, err := ParsePlace(s)
	if err != nil {
		k.at(at, "%v", err)
		return
	}
	k.host(at, p.Seg.From)
	k.condition(at, p.Cond)
}

func (k *linter) host(at, name string) {
	var names []string
	for _, h := range k.sc.Hosts {
		names = append(names, h.Name)
	}
	if name != "" && !slices.Contains(names, name) {
		k.at(at, "host %q; expected one of %s", name, strings.Join(names, ", "))
	}
}

func (k *linter) condition(at, cond string) {
	if cond == "" {
		return
	}
	if _, err := scene.Compile(cond, k.sc); err != nil {
		k.at(at, "%q: %v", cond, err)
	}
}
