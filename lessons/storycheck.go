package lessons

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"wirestep/engine/scene"
)

// checkStories loads a folder of stories and plays each to its end.
func checkStories(fsys fs.FS, show string) []error {
	all, err := loadStories(fsys, ".", show)
	errs := unjoin(err)
	for _, s := range all {
		errs = append(errs, s.Check()...)
	}
	return errs
}

// Check plays a story to its end: every output that it names can be had, the evidence
// stands in it, what par pays for speaks for the one cause and against each other, and
// the goal holds after the knobs that cure, and after no other.
func (s *Story) Check() []error {
	k := &s.y
	k.errs = nil
	out := map[string]string{}
	looks := append([]Look{s.Given}, s.Looks...)
	for i, l := range looks {
		at := "$.given.run"
		if i > 0 {
			at = fmt.Sprintf("$.looks[%d].run", i-1)
		}
		a, err := s.ask(l.On, l.Run)
		switch {
		case err != nil:
			k.at(at, "%q on %s: %v", l.Run, l.On, err)
		case a.Failed:
			k.at(at, "%q on %s: %s", l.Run, l.On, strings.TrimSpace(a.Text))
		}
		out[l.ID] = a.Text
	}
	s.checkEvidence(out)
	s.checkKnobs()
	return k.errs
}

func (s *Story) checkEvidence(out map[string]string) {
	k := &s.y
	path, speak := s.Path(), append(s.speaking(false), s.speaking(true)...)
	for i, c := range s.Causes {
		for j, e := range c.Evidence {
			at := fmt.Sprintf("$.causes[%d].evidence[%d]", i, j)
			text := out[e.Look]
			switch {
			case e.Shows != nil && !e.Shows.MatchString(text):
				k.at(at, "%s shows no %s:\n%s", e.Look, e.Shows, text)
			case e.Lacks != nil && e.Lacks.MatchString(text):
				k.at(at, "%s shows %q", e.Look, e.Lacks.FindString(text))
			case e.Look != GivenLook && !slices.ContainsFunc(speak, func(l *Look) bool { return l.ID == e.Look }):
				k.at(at, "%s is no look that speaks for the cause %s; expected one of those", e.Look, s.Right)
			}
		}
	}
	if together := s.speaking(false); len(k.errs) == 0 && len(together) > 0 {
		if cheap := s.cheapest(out); price(cheap) < price(together) {
			k.at("$.right", "the evidence costs %d minutes, but the same stands in %s, for %d; expected the cheaper looks", price(together), lines(cheap), price(cheap))
		}
	}
	if len(path) == 0 || len(path) == len(s.Looks) {
		k.at("$.right", "%d of %d looks speak for the cause; expected one at least, and one that can be done without", len(path), len(s.Looks))
	}
}

// cheapest tries every set of looks and returns the one of the least price in which all stands that shows the
// cause together. What is not there is seen only where it could be.
func (s *Story) cheapest(out map[string]string) (best []*Look) {
	shown := func(set []*Look) bool {
		for _, e := range s.Cause(s.Right).Evidence {
			seen := e.Alone || e.Look == GivenLook || slices.ContainsFunc(set, func(l *Look) bool {
				return l.ID == e.Look || e.Shows != nil && e.Shows.MatchString(out[l.ID])
			})
			if !seen {
				return false
			}
		}
		return true
	}
	least := price(s.speaking(false)) + 1
	for bits := range 1 << len(s.Looks) {
		var set []*Look
		for i := range s.Looks {
			if bits>>i&1 == 1 {
				set = append(set, &s.Looks[i])
			}
		}
		if p := price(set); p < least && shown(set) {
			best, least = set, p
		}
	}
	return best
}

func lines(looks []*Look) string {
	var all []string
	for _, l := range looks {
		all = append(all, l.Run)
	}
	return strings.Join(all, " and ")
}

func (s *Story) checkKnobs() {
	k := &s.y
	was, err := s.Try(nil)
	switch {
	case err != nil:
		k.at("$.scene", "%v", err)
		return
	case was.Holds:
		k.at("$.goal", "it holds with nothing changed")
	}
	for i := range s.Knobs {
		n, at := &s.Knobs[i], fmt.Sprintf("$.knobs[%d]", i)
		x, err := s.Try(n)
		switch cures := slices.Contains(s.Cures, n.ID); {
		case err != nil:
			k.at(at, "%v", err)
			continue
		case x.Holds && !cures:
			k.at(at, "the goal holds after %s, which is not among the cures", n.ID)
		case !x.Holds && cures:
			k.at(at, "the goal does not hold after %s: %s", n.ID, strings.Join(x.Values, ", "))
		}
		if text, err := s.Proof(x, n.ID); err != nil {
			k.at(at, "%v", err)
		} else if f, err := scene.Parse(s.file, text); err != nil || len(f.Branches) != 2 {
			k.at(at, "the lab does not open it as two branches: %v", err)
		}
	}
}
