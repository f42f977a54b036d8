package lessons

import (
	"fmt"
	"slices"
	"strings"

	"wirestep/engine/scene"
)

const maxVary = 20 // values of one name

// drill checks a drill against its scene, with the first value of everything it varies.
func (k *linter) drill(at string, d *Drill) {
	d.path = at
	if !idRE.MatchString(d.ID) {
		k.at(at+".id", "drill id %q; expected lower-case words joined by hyphens", d.ID)
	}
	if !slices.Contains(k.stepIDs(), d.Step) {
		k.at(at+".step", "step %q%s; expected a step of this lesson, which a wrong answer opens", d.Step, meant(d.Step, k.stepIDs()))
	}
	first := map[string]string{}
	text := d.scene + strings.Join(slices.Concat(d.Set, d.Do, []string{d.At}), "\n")
	if d.Ask != nil {
		text += strings.Join([]string{d.Ask.What, d.Ask.Of, d.Ask.Until}, "\n")
	}
	for _, name := range sortedKeys(d.Vary) {
		all, here := d.Vary[name], at+".vary."+name
		if !nameRE.MatchString(name) {
			k.at(here, "%q; expected a lower-case word as the name of what varies", name)
		}
		if n := len(all); n < 1 || n > maxVary {
			k.at(here, "%d values; expected 1 to %d", n, maxVary)
			return
		}
		first[name] = all[0]
		if !strings.Contains(text, "{"+name) {
			k.at(here, "{%s} stands neither in the scene nor in set, do or ask; expected it in one of them", name)
		}
	}
	if len(d.Vary) == 0 {
		k.at(at, "drill %q varies nothing; expected vary", d.ID)
	}
	if d.Ask == nil {
		k.at(at, "drill %q asks nothing; expected ask", d.ID)
		return
	}
	f, err := scene.Parse(k.l.dir+"/"+orElse(d.File, k.l.file), fillIn(d.scene, first))
	if err != nil {
		k.scene(err)
		return
	}
	own := &linter{l: k.l, y: k.y, file: k.file, sc: &f.Scenario}
	own.question(at+".ask", d.Ask.filled(first))
	own.place(at+".at", orElse(d.At, "start"))
	for j, op := range d.Set {
		if _, err := scene.ParseOp(fillIn(op, first), own.sc); err != nil {
			own.at(fmt.Sprintf("%s.set[%d]", at, j), "%q: %v", fillIn(op, first), err)
		}
	}
	for j, op := range d.Do {
		own.move(fmt.Sprintf("%s.do[%d]", at, j), Move{Act: fillIn(op, first)})
	}
	k.errs = append(k.errs, own.errs...)
}

// filled is the question with values in place of the names that a drill varies.
func (q *Question) filled(values map[string]string) *Question {
	c := *q
	for _, s := range []*string{&c.What, &c.Of, &c.Until, &c.End, &c.Tick} {
		*s = fillIn(*s, values)
	}
	c.Beliefs = slices.Clone(q.Beliefs)
	for i := range c.Beliefs {
		c.Beliefs[i].Is = fillIn(c.Beliefs[i].Is, values)
		c.Beliefs[i].Replay = fillAll(c.Beliefs[i].Replay, values)
	}
	c.Items = slices.Clone(q.Items)
	for i := range c.Items {
		c.Items[i].When = fillIn(c.Items[i].When, values)
	}
	return &c
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// drillUse resolves a name in the texts of a drill: one that varies, or an expression
// asked where the question is decided.
func (k *linter) drillUse(u use) error {
	if u.step >= len(k.l.Drills) {
		return nil // the section has no drill; that has been said
	}
	d := &k.l.Drills[u.step]
	if u.name == "is" && u.key != "" && u.key != rightText {
		return nil // what the belief comes to
	}
	if _, varies := d.Vary[u.name]; varies || slices.Contains(d.uses, u.name) {
		return nil
	}
	if u.sec == "ask" {
		return fmt.Errorf("{%s}%s; expected one of %v, which vary", u.name, meant(u.name, sortedKeys(d.Vary)), sortedKeys(d.Vary))
	}
	if _, err := k.value(u.name); err != nil {
		return fmt.Errorf("{=%s}%s; expected one of %v, which vary, or an expression: %w", u.name, meant(u.name, sortedKeys(d.Vary)), sortedKeys(d.Vary), err)
	}
	d.uses = append(d.uses, u.name)
	return nil
}
