package lessons

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"

	"wirestep/engine"
	"wirestep/engine/scene"
)

// stands checks who has the step, on which branch it stands, and how the page is set.
func (k *linter) stands(at string, s *Step, i int) {
	for j, level := range s.Levels {
		k.oneOf(fmt.Sprintf("%s.levels[%d]", at, j), "level", level, Levels)
	}
	for j, c := range s.Claims {
		k.claim(fmt.Sprintf("%s.claims[%d]", at, j), c)
	}
	if s.On != "" {
		k.onReplay(at+".on", s.On, i)
	}
	if s.Show == nil {
		return
	}
	if s.Show.Open != "" {
		k.oneOf(at+".show.open", "open", s.Show.Open, Views)
	}
	for j, v := range s.Show.Only {
		k.oneOf(fmt.Sprintf("%s.show.only[%d]", at, j), "only", v, Views)
	}
	for j, v := range s.Show.Hide {
		k.oneOf(fmt.Sprintf("%s.show.hide[%d]", at, j), "hide", v, Views)
	}
	for j, row := range s.Show.Highlight {
		here := fmt.Sprintf("%s.show.highlight[%d]", at, j)
		host, field, ok := strings.Cut(row, ".")
		if !ok || !slices.Contains(rowNames(), bareRow(field)) {
			k.at(here, "highlight %q%s; expected a host and a variable as the page names it, such as client.rto", row, meant(bareRow(field), rowNames()))
		}
		k.host(here, host)
	}
	for j, id := range s.Show.Compare {
		if !k.before(id, i+1) {
			k.at(fmt.Sprintf("%s.show.compare[%d]", at, j), "compare %q%s; expected this step or one before it", id, meant(id, k.stepIDs()))
		}
	}
}

// bareRow is the name of a variable without what its spellings differ in, as the page
// compares them: icsk_rto and rto, SND.UNA and snd_una.
func bareRow(name string) string { return bareRE.ReplaceAllString(strings.ToLower(name), "") }

var bareRE = regexp.MustCompile(`^icsk_|^snd_|[^a-z0-9]`)

var rowNames = sync.OnceValue(func() (names []string) {
	for _, s := range engine.Schemas() {
		for _, f := range s.Fields {
			names = append(names, bareRow(f.Name), bareRow(f.Label))
		}
	}
	return names
})

func (k *linter) stepIDs() (ids []string) {
	for i := range k.l.Steps {
		ids = append(ids, k.l.Steps[i].ID)
	}
	return ids
}

// before reports whether a step with this id comes before step i.
func (k *linter) before(id string, i int) bool { return slices.Contains(k.stepIDs()[:i], id) }

func (k *linter) onReplay(at, id string, i int) {
	for j := range k.l.Steps[:i] {
		s := &k.l.Steps[j]
		if s.ID != id {
			continue
		}
		if len(s.Do) == 0 || len(s.Do[len(s.Do)-1].Replay) == 0 {
			k.at(at, "on %q; expected a step that ends in a replay", id)
		}
		for _, level := range Levels {
			if k.l.Steps[i].Has(level) && !s.Has(level) {
				k.at(at, "on %q; at the level %s there is no such step", id, level)
			}
		}
		return
	}
	k.at(at, "on %q%s; expected a step before this one that ends in a replay", id, meant(id, k.stepIDs()[:i]))
}

// claim checks the id of a claim.
func (k *linter) claim(at, id string) {
	if !knownClaim(id) {
		k.at(at, "claim %q; expected the id of one in lessons/claims, such as T46", id)
	}
}

func knownClaim(id string) bool {
	found, _ := fs.Glob(embedded, claimsDir+"/"+strings.ToLower(id)+"-*.yaml")
	return claimRE.MatchString(id) && len(found) > 0
}

var claimRE = regexp.MustCompile(`^[TW][0-9]{2,3}$`)

// question checks a question against itself and the scene.
func (k *linter) question(at string, q *Question) {
	if err := q.shape(); err != nil {
		k.at(at, "%v", err)
		return
	}
	k.end(at+".host", q.Host)
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
	case "value":
		k.place(at+".until", q.Until)
		if _, err := k.value(q.What); err != nil {
			k.at(at+".what", "%q: %v", q.What, err)
		}
	case "segment":
		if p, err := segmentPlace(q.What); err != nil {
			k.at(at+".what", "%v", err)
		} else {
			k.host(at+".what", p.Seg.From)
		}
	case "cause":
		k.place(at+".of", q.Of)
	}
	k.answers(at, q)
}

// end checks a host, or a connection of one: client#2.
func (k *linter) end(at, s string) {
	name, nth, has := strings.Cut(s, "#")
	if has && !nthConnRE.MatchString(nth) {
		k.at(at, "%q; expected the number of a connection, such as %s#2", s, name)
	}
	k.host(at, name)
}

var nthConnRE = regexp.MustCompile(`^[1-9][0-9]?$`)

// answers checks the options, the items and the beliefs.
func (k *linter) answers(at string, q *Question) {
	if n := len(q.Options); q.how() == asChoose && (n < 2 || n > 6) {
		k.at(at, "%d options; expected 2 to 6", n)
	}
	seen := map[string]bool{}
	key := func(here, key string) {
		if !idRE.MatchString(key) || seen[key] {
			k.at(here, "key %q; expected lower-case words joined by hyphens, each key once", key)
		}
		if key == rightText {
			k.at(here, "key %q; expected another, for it stands for what is said in the end", key)
		}
		seen[key] = true
	}
	for i, o := range q.Options {
		here := fmt.Sprintf("%s.options[%d]", at, i)
		key(here+".key", o.Key)
		if err := q.optionShape(o); err != nil {
			k.at(here, "option %q: %v", o.Key, err)
		}
		k.condition(here+".when", o.When)
	}
	k.most(at+".items", "items", len(q.Items), maxOfStep)
	k.most(at+".beliefs", "beliefs", len(q.Beliefs), maxOfStep)
	for i, it := range q.Items {
		here := fmt.Sprintf("%s.items[%d]", at, i)
		key(here+".key", it.Key)
		k.place(here+".when", it.When)
	}
	for i, b := range q.Beliefs {
		here := fmt.Sprintf("%s.beliefs[%d]", at, i)
		key(here+".key", b.Key)
		if (b.Is == "") == (len(b.Replay) == 0) {
			k.at(here, "belief %q; expected either is or replay", b.Key)
		}
		if _, err := q.parse(b.Is); b.Is != "" && err != nil {
			k.at(here+".is", "belief %q: %v", b.Key, err)
		}
		if len(b.Replay) > 0 {
			k.move(here, Move{Replay: b.Replay})
		}
	}
}

// param checks a value that is turned.
func (k *linter) param(at string, p *Param) {
	most := maxCells
	if p.Second != nil {
		most = maxGrid
		k.axis(at+".second", p.Second, maxGrid, p)
	}
	cells := k.axis(at, &p.Axis, most, p)
	if p.Start != "" && cells != nil && !slices.Contains(cells, p.Start) {
		k.at(at+".start", "start %q; expected one of %s", p.Start, strings.Join(cells, ", "))
	}
	if p.At != "" {
		k.place(at+".at", p.At)
	}
	if p.Ask == nil {
		k.at(at, "no ask; expected a question that each cell answers")
		return
	}
	if p.Ask.Options != nil || p.Ask.Beliefs != nil || p.Ask.Items != nil || p.Ask.As != "" {
		k.at(at+".ask", "a question of a strip is answered by the engine; expected no options, items, beliefs or as")
	}
	asked := *p.Ask
	if asked.Ask == "which" || asked.Ask == "order" || asked.Ask == "segment" || asked.Ask == "cause" {
		k.at(at+".ask", "ask: %q; expected a number, a time or a word", asked.Ask)
		return
	}
	asked.Options = []Option{{Key: "a", Is: ""}, {Key: other}} // it has none, and needs none
	if err := asked.shape(); err != nil {
		k.at(at+".ask", "%v", err)
	}
}

// axis checks a range, and that its name stands somewhere.
func (k *linter) axis(at string, a *Axis, most int, p *Param) []string {
	if !nameRE.MatchString(a.Name) {
		k.at(at+".name", "name %q; expected a lower-case word", a.Name)
	}
	cells, err := a.Cells(most)
	if err != nil {
		k.at(at, "%v", err)
		return nil
	}
	_, inScene := k.l.names[a.Name]
	used := inScene
	for _, op := range a.Set {
		used = used || strings.Contains(op, "{"+a.Name+"}")
	}
	for _, m := range p.Do {
		used = used || strings.Contains(m.Act+m.After, "{"+a.Name+"}")
	}
	if !used {
		k.at(at+".name", "{%s} stands nowhere; expected it in the scene as {%s=%s}, in set, or in do", a.Name, a.Name, cells[0])
	}
	values := map[string]string{a.Name: cells[len(cells)-1]}
	for j, op := range a.Set {
		if _, err := scene.ParseOp(fillIn(op, values), k.sc); err != nil {
			k.at(fmt.Sprintf("%s.set[%d]", at, j), "%q: %v", fillIn(op, values), err)
		}
	}
	return cells
}

// values reads the expressions of a step.
func (k *linter) values(at string, s *Step) {
	for _, set := range []struct {
		name string
		all  map[string]value
	}{{"values", s.Values}, {"values-after", s.After}} {
		for name, v := range set.all {
			here := at + "." + set.name + "." + name
			read, err := k.value(v.text)
			switch {
			case !nameRE.MatchString(name):
				k.at(here, "value %q; expected a lower-case word as its name", name)
			case err != nil:
				k.at(here, "%q: %v", v.text, err)
			case read.before:
				k.at(here, "%q: before is for things to try; expected an expression", v.text)
			}
			set.all[name] = read
		}
	}
}

// used resolves the values that the texts ask for: a name of the step, STEP.NAME of
// an earlier one, or an expression.
func (k *linter) used() {
	for _, u := range k.uses {
		if err := k.use(u); err != nil {
			k.errs = append(k.errs, fmt.Errorf("%s: %w", u.line, err))
		}
	}
}

func (k *linter) use(u use) error {
	if u.drill {
		return k.drillUse(u)
	}
	if u.step < 0 || u.step >= len(k.l.Steps) {
		return errors.New("{=…} before the first step; expected it in a step")
	}
	s := &k.l.Steps[u.step]
	if u.name == "is" && s.Predict != nil && s.Predict.is(u.key) != "" {
		return nil
	}
	late := u.sec == "after" || u.sec == "why" || u.sec == "label" && s.Predict != nil && s.Predict.how() != asChoose && s.Predict.how() != asOrder
	if _, ok := s.Values[u.name]; ok {
		return nil
	}
	if _, ok := s.After[u.name]; ok {
		if !late {
			return fmt.Errorf("{=%s}: its value is known only afterwards; expected it in \"### after\" or beside an answer", u.name)
		}
		return nil
	}
	if step, name, ok := strings.Cut(u.name, "."); ok && k.before(step, u.step) {
		return k.borrow(s, u, step, name)
	}
	v, err := k.value(u.name)
	if err != nil {
		known := slices.Concat(sortedKeys(s.Values), sortedKeys(s.After))
		return fmt.Errorf("{=%s}%s; expected one of %v of this step's values, STEP.NAME of an earlier one, or an expression: %w", u.name, meant(u.name, known), known, err)
	}
	if late {
		s.After[u.name] = v
	} else {
		s.Values[u.name] = v
	}
	return nil
}

// borrow takes a value of an earlier step into this one.
func (k *linter) borrow(s *Step, u use, step, name string) error {
	from := &k.l.Steps[slices.Index(k.stepIDs(), step)]
	_, at := from.Values[name]
	_, after := from.After[name]
	if !at && !after {
		known := slices.Concat(sortedKeys(from.Values), sortedKeys(from.After))
		return fmt.Errorf("{=%s}%s; step %q has the values %v", u.name, meant(name, known), step, known)
	}
	for _, level := range Levels {
		if s.Has(level) && !from.Has(level) {
			return fmt.Errorf("{=%s}: at the level %s there is no step %q", u.name, level, step)
		}
	}
	s.Values[u.name] = value{text: u.name, of: step, name: name}
	return nil
}

// drillScene reads the scene of a drill.
func (k *linter) drillScene(fsys fs.FS, dir string, i int) {
	d := &k.l.Drills[i]
	d.scene = k.l.source
	if d.File == "" {
		return
	}
	src, err := read(fsys, dir, d.File)
	if err != nil || !fs.ValidPath(d.File) {
		k.at(fmt.Sprintf("$.drills[%d].scene", i), "scene %q: expected a file in this folder", d.File)
		return
	}
	d.scene, k.l.files[d.File] = string(src), string(src)
}

// scene notes what is wrong with the scene, with the columns of its mistakes.
func (k *linter) scene(err error) {
	for _, m := range scene.Mistakes(err) {
		if m.Column > 0 {
			k.errs = append(k.errs, fmt.Errorf("%s:%d:%d: %s", m.File, m.Line, m.Column+k.indent, m.Text))
		} else {
			k.errs = append(k.errs, m)
		}
	}
}
