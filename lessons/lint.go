package lessons

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"wirestep/engine"
	"wirestep/engine/host"
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
	uses []use
	errs []error

	twice  bool // an id of a step stands twice
	indent int  // of a scene that stands in a YAML file

	literals string // see written
}

// What one lesson may hold: more than anybody would sit through.
const (
	maxSteps  = 40
	maxOfStep = 12 // moves of a step, options, items, beliefs; drills of a lesson
)

// most notes that there are too many of something.
func (k *linter) most(at, what string, n, most int) {
	if n > most {
		k.at(at, "%d %s; expected at most %d", n, what, most)
	}
}

// at notes a mistake at a path of lesson.yaml.
func (k *linter) at(path, format string, args ...any) {
	k.errs = append(k.errs, fmt.Errorf("%s:%s: %s", k.file, position(tokenAt(k.y, path)), fmt.Sprintf(format, args...)))
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
			k.at(fmt.Sprintf("$.needs[%d]", i), "needs %q%s; expected the slug of another lesson", n, meant(n, slugs()))
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
		k.at("$.steps", "no steps; expected one at least")
	}
	k.most("$.steps", "steps", len(l.Steps), maxSteps)
	k.most("$.drills", "drills", len(l.Drills), maxOfStep)
	seen := map[string]bool{}
	for i := range l.Steps {
		s, at := &l.Steps[i], fmt.Sprintf("$.steps[%d]", i)
		s.path = at
		if !idRE.MatchString(s.ID) || seen[s.ID] {
			k.at(at+".id", "step id %q; expected lower-case words joined by hyphens, each id once", s.ID)
		}
		k.twice = k.twice || seen[s.ID]
		seen[s.ID] = true
		k.most(at+".do", "moves", len(s.Do), maxOfStep)
		if len(s.Do) == 0 && s.Predict == nil && s.Goal == "" && s.Param == nil && !k.last(i) {
			k.at(at, "step %q is only to be read; expected do, predict, param or goal", s.ID)
		}
		k.stands(at, s, i)
		k.place(at+".at", s.At.Text)
		k.condition(at+".goal", s.Goal)
		for j := range s.Do {
			s.Do[j].path = fmt.Sprintf("%s.do[%d]", at, j)
			k.move(fmt.Sprintf("%s.do[%d]", at, j), s.Do[j])
			if len(s.Do[j].Replay) > 0 && j < len(s.Do)-1 {
				k.at(fmt.Sprintf("%s.do[%d]", at, j), "a move after a replay; expected the replay last")
			}
		}
		if s.Predict != nil {
			s.Predict.path = at + ".predict"
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

// slugs are those of the lessons that are built in.
func slugs() (names []string) {
	found, _ := fs.Glob(embedded, "*/lesson.yaml")
	for _, f := range found {
		names = append(names, path.Dir(f))
	}
	return names
}

func sandboxNames() (names []string) {
	found, _ := fs.Glob(embedded, sandboxDir+"/*.scene")
	for _, f := range found {
		names = append(names, strings.TrimSuffix(path.Base(f), ".scene"))
	}
	return names
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
	if m.Act != "" {
		k.operation(at+".act", m.Act, true)
	}
	for i, op := range m.Or {
		k.operation(fmt.Sprintf("%s.or[%d]", at, i), op, true)
	}
	for i, op := range m.Replay {
		k.operation(fmt.Sprintf("%s.replay[%d]", at, i), op, false)
	}
}

// operation checks one; where segments are there, braces may name one.
func (k *linter) operation(at, op string, segments bool) {
	sels, err := targets(op)
	if err != nil {
		k.at(at, "%v", err)
		return
	}
	if len(sels) > 0 && !segments {
		k.at(at, "%q: a replay begins before any segment; expected no braces", op)
	}
	for _, s := range sels {
		k.host(at, s.From)
	}
	if _, err := scene.ParseOp(braceRE.ReplaceAllString(op, "packet 1"), k.sc); err != nil {
		verb, _, _ := strings.Cut(op, " ")
		k.at(at, "%q: %v%s", op, err, meant(verb, scene.AllWords().Verbs))
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
