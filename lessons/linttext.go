package lessons

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"wirestep/engine/host"
)

// text reads the text in one language and holds it against the steps.
func (k *linter) text(lang, file string, src []byte) {
	t, found, errs := parseText(file, src)
	k.errs = append(k.errs, errs...)
	k.l.Texts[lang] = t
	say := func(at, format string, args ...any) {
		k.errs = append(k.errs, fmt.Errorf("%s:%s: %s", file, at, fmt.Sprintf(format, args...)))
	}
	code := regexp.MustCompile("`[^`]*`") // a word of code is nobody's tone
	for i, line := range bytes.Split(src, []byte("\n")) {
		blank := code.ReplaceAllFunc(line, func(b []byte) []byte { return bytes.Repeat([]byte{' '}, len(b)) })
		if w := banned.FindIndex(blank); w != nil {
			say(fmt.Sprintf("%d:%d", i+1, 1+utf8.RuneCount(line[:w[0]])), "%q; the voice of a lesson does without it", line[w[0]:w[1]])
		}
	}
	if len(t.Summary) != 1 || t.Summary[0].P == nil {
		say("2:1", "%d blocks under the title; expected one paragraph of summary", len(t.Summary))
	}
	k.sections(t, say)
	k.numbers(src, say)
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
func (k *linter) sections(t *Text, say func(string, string, ...any)) {
	meantBy := map[string]bool{} // what a misspelt heading was meant to be
	for i := range t.Steps {
		if id := t.Steps[i].ID; !slices.Contains(k.stepIDs(), id) {
			say(t.Steps[i].at, "section %q has no step in lesson.yaml%s; expected one of %s", id, meant(id, k.stepIDs()), strings.Join(k.stepIDs(), ", "))
			meantBy[nearest(id, k.stepIDs())] = true
		}
	}
	var sorted []StepText
	at := 0 // where the next is expected
	for i := range k.l.Steps {
		s := &k.l.Steps[i]
		j := slices.IndexFunc(t.Steps, func(x StepText) bool { return x.ID == s.ID })
		if j < 0 {
			here := "1:1"
			if i > 0 {
				here = sorted[i-1].at
			}
			if !meantBy[s.ID] {
				say(here, "no section for step %q; expected \"## %s: Title\" after this one", s.ID, s.ID)
			}
			sorted = append(sorted, StepText{ID: s.ID, at: here})
			continue
		}
		if j < at {
			say(t.Steps[j].at, "section %q; expected it after %q, as in lesson.yaml", s.ID, k.l.Steps[i-1].ID)
		}
		at = j
		k.section(s, &t.Steps[j], say)
		sorted = append(sorted, t.Steps[j])
	}
	t.Steps = sorted
}

// section holds the text of one step against the step.
func (k *linter) section(s *Step, t *StepText, say func(string, string, ...any)) {
	if len(t.Body) == 0 {
		say(t.at, "step %q says nothing", s.ID)
	}
	for _, p := range []struct {
		part string
		want bool
	}{{"do", len(s.Do) > 0}, {"ask", s.Predict != nil}, {"goal", s.Goal != ""}, {"param", s.Param != nil}} {
		here, has := t.has[p.part]
		if p.want && !has {
			say(t.at, "step %q has no section \"### %s\"", s.ID, p.part)
		} else if has && !p.want {
			say(here, "section \"### %s\", but step %q has no such part in lesson.yaml", p.part, s.ID)
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
func (q *Question) said(t *StepText, say func(string, string, ...any)) {
	want := q.keys()
	for i := range t.Options {
		o := &t.Options[i]
		if i >= len(want) {
			say(o.at, "item `%s`; expected no more than the keys %v, as in lesson.yaml", o.Key, want)
			return
		}
		if o.Key != want[i] {
			say(o.at, "item `%s`%s; expected `%s` here (in lesson.yaml the keys are %v)", o.Key, meant(o.Key, want), want[i], want)
			return
		}
		if is := q.is(o.Key); is != "" { // its own number, which lesson.yaml has
			number := map[string]string{"is": withSpace(is)}
			o.Label, o.Why = fillSome(o.Label, number), fillSomeBlocks(o.Why, number)
		}
		if len(o.Why) == 0 && q.how() == asChoose {
			say(o.at, "option %q does not say why; expected a paragraph below it", o.Key)
		}
	}
	if n := len(t.Options); n < len(want) {
		say(t.has["ask"], "no item `%s` in the list below the question; expected the keys %v, as in lesson.yaml", want[n], want)
	}
}

// drillTexts holds the sections of the drills against lesson.yaml.
func (k *linter) drillTexts(t *Text, say func(string, string, ...any)) {
	for i := range max(len(t.Drills), len(k.l.Drills)) {
		switch {
		case i >= len(t.Drills):
			say("1:1", "no section \"## drill %s\" at the end", k.l.Drills[i].ID)
		case i >= len(k.l.Drills):
			say(t.Drills[i].at, "section \"## drill %s\" has no drill in lesson.yaml", t.Drills[i].ID)
		case t.Drills[i].ID != k.l.Drills[i].ID:
			say(t.Drills[i].at, "section \"## drill %s\"; expected drill %s, as in lesson.yaml", t.Drills[i].ID, k.l.Drills[i].ID)
		case k.l.Drills[i].Ask != nil:
			k.l.Drills[i].Ask.said(&t.Drills[i], say)
		}
	}
}

// link checks a reference that leads into the product.
func (k *linter) link(l link, say func(string, string, ...any)) {
	switch l.kind {
	case "rule":
		if !knownRule(l.to) {
			say(l.line, "rule:%s is no rule of the engine%s; expected one such as rto.backoff", l.to, meant(l.to, ruleIDs()))
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
			say(l.line, "lesson:%s is no lesson%s; expected the slug of one, such as handshake", l.to, meant(l.to, slugs()))
		}
	case "scene":
		if _, err := embedded.ReadFile(sandboxDir + "/" + l.to + ".scene"); err != nil {
			say(l.line, "scene:%s is no scene of the sandbox%s; expected one such as plain", l.to, meant(l.to, sandboxNames()))
		}
	}
}
