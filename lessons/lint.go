package lessons

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
)

var idRE = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// banned are words that tell a reader that not understanding is a fault.
var banned = regexp.MustCompile(`(?i)\b(simply|just|obviously|trivially|of course)\b|简单地|显然|众所周知|!|！`)

// typedByHand are lessons of the first edition whose numbers are still so.
var typedByHand = map[string]bool{
	"handshake": true, "four-waves": true, "fin-overtakes": true, "reorder": true, "fast-retransmit": true, "window-closes": true,
}

// linter collects what is wrong with one lesson.
type linter struct {
	l    *Lesson
	y    *ast.File
	file string
	sc   *engine.Scenario // nil until the scene could be read
	uses []use
	errs []error
}

// at notes a mistake at a path of lesson.yaml.
func (k *linter) at(path, format string, args ...any) {
	k.errs = append(k.errs, fmt.Errorf("%s:%s: %s", k.file, position(tokenAt(k.y, path)), fmt.Sprintf(format, args...)))
}

// text reads the text in one language and holds it against the steps.
func (k *linter) text(lang, file string, src []byte) {
	t, found, errs := parseText(file, src)
	k.errs = append(k.errs, errs...)
	k.l.Texts[lang] = t
	say := func(at any, format string, args ...any) {
		k.errs = append(k.errs, fmt.Errorf("%s:%v: %s", file, at, fmt.Sprintf(format, args...)))
	}
	code := regexp.MustCompile("`[^`]*`") // a word of code is nobody's tone
	for i, line := range bytes.Split(src, []byte("\n")) {
		blank := code.ReplaceAllFunc(line, func(b []byte) []byte { return bytes.Repeat([]byte{' '}, len(b)) })
		if w := banned.FindIndex(blank); w != nil {
			say(fmt.Sprintf("%d:%d", i+1, 1+utf8.RuneCount(line[:w[0]])), "%q; the voice of a lesson does without it", line[w[0]:w[1]])
		}
	}
	if len(t.Summary) != 1 || t.Summary[0].P == nil {
		say(2, "%d blocks under the title; expected one paragraph of summary", len(t.Summary))
	}
	k.sections(t, say)
	if !typedByHand[k.l.Slug] {
		k.numbers(src, say)
	}
	k.drillTexts(t, say)
	for _, l := range found.links {
		k.link(l, say)
	}
	k.uses = append(k.uses, found.uses...)
	for i := range found.uses {
		k.uses[len(k.uses)-len(found.uses)+i].line = file + ":" + found.uses[i].line
	}
}

// sections finds the text of each step, in the order of lesson.yaml.
func (k *linter) sections(t *Text, say func(any, string, ...any)) {
	var sorted []StepText
	at := 0 // where the next is expected
	for i := range k.l.Steps {
		s := &k.l.Steps[i]
		j := slices.IndexFunc(t.Steps, func(x StepText) bool { return x.ID == s.ID })
		if j < 0 {
			line := 1
			if i > 0 {
				line = sorted[i-1].line
			}
			say(line, "no section for step %q; expected \"## %s: Title\" after this one", s.ID, s.ID)
			sorted = append(sorted, StepText{ID: s.ID, line: line})
			continue
		}
		if j < at {
			say(t.Steps[j].line, "section %q; expected it after %q, as in lesson.yaml", s.ID, k.l.Steps[i-1].ID)
		}
		at = j
		k.section(s, &t.Steps[j], say)
		sorted = append(sorted, t.Steps[j])
	}
	for i := range t.Steps {
		if id := t.Steps[i].ID; !slices.Contains(k.stepIDs(), id) {
			say(t.Steps[i].line, "section %q has no step in lesson.yaml%s", id, meant(id, k.stepIDs()))
		}
	}
	t.Steps = sorted
}

// section holds the text of one step against the step.
func (k *linter) section(s *Step, t *StepText, say func(any, string, ...any)) {
	if len(t.Body) == 0 {
		say(t.line, "step %q says nothing", s.ID)
	}
	for _, p := range []struct {
		part string
		want bool
	}{{"do", len(s.Do) > 0}, {"ask", s.Predict != nil}, {"goal", s.Goal != ""}, {"param", s.Param != nil}} {
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
	if s.Predict != nil {
		s.Predict.said(t, say)
	}
}

// keys are those that a question's list of answers holds in the texts, in order.
func (q *Question) keys() (keys []string) {
	for _, o := range q.Options {
		keys = append(keys, o.Key)
	}
	for _, it := range q.Items {
		keys = append(keys, it.Key)
	}
	for _, b := range q.Beliefs {
		keys = append(keys, b.Key)
	}
	if q.how() != asChoose {
		keys = append(keys, rightText)
	}
	return keys
}

// is is what an answer or a belief says in lesson.yaml; "" when it is found by running.
func (q *Question) is(key string) string {
	for _, o := range q.Options {
		if o.Key == key {
			return o.Is
		}
	}
	for _, b := range q.Beliefs {
		if b.Key == key {
			return b.Is
		}
	}
	return ""
}

// said holds the words of the answers against the question.
func (q *Question) said(t *StepText, say func(any, string, ...any)) {
	want := q.keys()
	var got []string
	for i := range t.Options {
		o := &t.Options[i]
		got = append(got, o.Key)
		if is := q.is(o.Key); is != "" { // its own number, which lesson.yaml has
			number := map[string]string{"is": withSpace(is)}
			o.Label, o.Why = fillSome(o.Label, number), fillSomeBlocks(o.Why, number)
		}
		if len(o.Why) == 0 && q.how() == asChoose {
			say(t.has["ask"], "option %q does not say why", o.Key)
		}
	}
	if !slices.Equal(want, got) {
		say(t.has["ask"], "the list below the question has the keys %v; expected %v, as in lesson.yaml", got, want)
	}
}

// drillTexts holds the sections of the drills against lesson.yaml.
func (k *linter) drillTexts(t *Text, say func(any, string, ...any)) {
	for i := range max(len(t.Drills), len(k.l.Drills)) {
		switch {
		case i >= len(t.Drills):
			say(1, "no section \"## drill %s\" at the end", k.l.Drills[i].ID)
		case i >= len(k.l.Drills):
			say(t.Drills[i].line, "section \"## drill %s\" has no drill in lesson.yaml", t.Drills[i].ID)
		case t.Drills[i].ID != k.l.Drills[i].ID:
			say(t.Drills[i].line, "section \"## drill %s\"; expected drill %s, as in lesson.yaml", t.Drills[i].ID, k.l.Drills[i].ID)
		case k.l.Drills[i].Ask != nil:
			k.l.Drills[i].Ask.said(&t.Drills[i], say)
		}
	}
}

// link checks a reference that leads into the product.
func (k *linter) link(l link, say func(any, string, ...any)) {
	switch l.kind {
	case "rule":
		if !knownRule(l.to) {
			say(l.line, "rule:%s is no rule of the engine%s", l.to, meant(l.to, ruleIDs()))
		}
	case "sysctl":
		if host.FindSysctl(l.to) < 0 {
			say(l.line, "sysctl:%s is no setting%s; expected a name such as net.ipv4.tcp_syn_retries", l.to, meant(l.to, sysctlNames()))
		}
	case "claim":
		if !knownClaim(l.to) {
			say(l.line, "claim:%s; expected the id of one in lessons/claims, such as T46", l.to)
		}
	case "lesson":
		if !k.isLesson(l.to) {
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
	k.oneOf("$.chapter", "chapter", l.Chapter, Chapters)
	k.oneOf("$.level", "level", l.Level, Levels)
	for i, c := range l.Claims {
		k.claim(fmt.Sprintf("$.claims[%d]", i), c)
	}
	for i, n := range l.Needs {
		if !k.isLesson(n) || n == l.Slug {
			k.at(fmt.Sprintf("$.needs[%d]", i), "needs %q; expected the slug of another lesson", n)
		}
	}
	k.levels()
	if l.Minutes < 1 || l.Minutes > 60 {
		k.at("$.minutes", "%d minutes; expected 1 to 60", l.Minutes)
	}
	if l.Scene != "" {
		f, err := scene.Parse(l.dir+"/"+l.file, l.Scene)
		if err != nil {
			k.scene(err)
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
		if len(s.Do) == 0 && s.Predict == nil && s.Goal == "" && s.Param == nil && !k.last(i) {
			k.at(at, "step %q is only to be read; expected do, predict, param or goal", s.ID)
		}
		k.stands(at, s, i)
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
		if s.Param != nil {
			k.param(at+".param", s.Param)
		}
		k.values(at, s)
	}
	for i := range l.Drills {
		k.drill(fmt.Sprintf("$.drills[%d]", i), &l.Drills[i])
	}
	k.used()
}

// last reports whether nothing comes after a step, at any level that has it.
func (k *linter) last(i int) bool {
	return !slices.ContainsFunc(k.l.Steps[i+1:], func(s Step) bool {
		return slices.ContainsFunc(Levels, func(level string) bool { return k.l.Steps[i].Has(level) && s.Has(level) })
	})
}

// isLesson reports whether there is a lesson of that name, built in or beside this one.
func (k *linter) isLesson(slug string) bool {
	if !idRE.MatchString(slug) {
		return false
	}
	_, err := embedded.ReadFile(slug + "/lesson.yaml")
	_, beside := os.Stat(path.Join(path.Dir(k.l.dir), slug, "lesson.yaml"))
	return err == nil || beside == nil
}

// levels checks that every level has a step.
func (k *linter) levels() {
	for _, level := range Levels {
		if !slices.ContainsFunc(k.l.Steps, func(s Step) bool { return s.Has(level) }) && len(k.l.Steps) > 0 {
			k.at("$.steps", "no step is there at the level %s", level)
		}
	}
}

func ruleIDs() (ids []string) {
	for _, r := range trace.Rules() {
		ids = append(ids, r.ID)
	}
	return ids
}

func sysctlNames() (names []string) {
	for i := range host.Sysctls {
		names = append(names, host.Sysctls[i].Name)
	}
	return names
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
	names := k.hostNames()
	if name != "" && !slices.Contains(names, name) {
		k.at(at, "host %q%s; expected one of %s", name, meant(name, names), strings.Join(names, ", "))
	}
}

func (k *linter) condition(at, cond string) {
	if cond == "" {
		return
	}
	if _, err := scene.Compile(cond, k.sc); err != nil {
		k.at(at, "%q: %v", cond, better(err, k.hostNames()))
	} else if err := namesIn(cond); err != nil {
		k.at(at, "%q: %v", cond, err)
	}
}

func (k *linter) hostNames() (names []string) {
	for _, h := range k.sc.Hosts {
		names = append(names, h.Name)
	}
	return names
}
