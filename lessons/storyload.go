package lessons

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"wirestep/engine/scene"
	"wirestep/engine/sim"
)

// yamlStory is NAME.yaml as it is written.
type yamlStory struct {
	Chapter  string            `yaml:"chapter"`
	Level    int               `yaml:"level"`
	Title    map[string]string `yaml:"title"`
	Story    map[string]string `yaml:"story"`
	At       string            `yaml:"at"`
	Given    yamlLook          `yaml:"given"`
	Looks    []yamlLook        `yaml:"looks"`
	Causes   []yamlCause       `yaml:"causes"`
	Right    string            `yaml:"right"`
	Knobs    []yamlKnob        `yaml:"knobs"`
	Cures    []string          `yaml:"cures"`
	Until    string            `yaml:"until"`
	Goal     string            `yaml:"goal"`
	Cured    map[string]string `yaml:"cured"`
	Measures []struct {
		What  map[string]string `yaml:"what"`
		Value string            `yaml:"value"`
	} `yaml:"measures"`
	Hints    []map[string]string `yaml:"hints"`
	After    map[string]string   `yaml:"after"`
	Symptoms []string            `yaml:"symptoms"`
	Claims   []string            `yaml:"claims"`
	Lesson   string              `yaml:"lesson"`
	Linux    string              `yaml:"linux"`
	Scene    string              `yaml:"scene"`
}

type yamlLook struct {
	ID   string            `yaml:"id"`
	On   string            `yaml:"on"`
	Run  string            `yaml:"run"`
	What map[string]string `yaml:"what"`
}

type yamlCause struct {
	ID       string            `yaml:"id"`
	Text     map[string]string `yaml:"text"`
	Why      map[string]string `yaml:"why"`
	Evidence []struct {
		Look  string `yaml:"look"`
		Shows string `yaml:"shows"`
		Lacks string `yaml:"lacks"`
		Alone bool   `yaml:"alone"`
	} `yaml:"evidence"`
}

type yamlKnob struct {
	ID     string            `yaml:"id"`
	Text   map[string]string `yaml:"text"`
	Set    []string          `yaml:"set"`
	Change [][]string        `yaml:"change"`
	Says   map[string]string `yaml:"says"`
}

const maxNight = time.Hour // of virtual time

func loadStories(fsys fs.FS, dir, show string) ([]*Story, error) {
	files, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	var out []*Story
	var errs []error
	for _, f := range files {
		if path.Ext(f.Name()) != ".yaml" {
			continue
		}
		s, err := loadStory(fsys, dir, show, f.Name())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, s)
	}
	sortStories(out)
	return out, errors.Join(errs...)
}

func sortStories(all []*Story) {
	slices.SortFunc(all, func(a, b *Story) int {
		return cmp.Or(a.Level-b.Level, slices.Index(Chapters, a.Chapter)-slices.Index(Chapters, b.Chapter), strings.Compare(a.ID, b.ID))
	})
}

// ReadStories reads a folder of stories on disk.
func ReadStories(dir string) ([]*Story, error) {
	dir = filepath.ToSlash(filepath.Clean(dir))
	return loadStories(os.DirFS(dir), ".", dir)
}

// loadStory reads one file, and lints it.
func loadStory(fsys fs.FS, dir, show, name string) (*Story, error) {
	file := path.Join(show, name)
	src, err := read(fsys, dir, name)
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", file, err)
	}
	var in yamlStory
	y, err := decode(file, src, &in)
	if err != nil {
		return nil, err
	}
	k := &linter{l: &Lesson{}, y: y, file: file}
	s := &Story{ID: strings.TrimSuffix(name, ".yaml"), Chapter: in.Chapter, Level: in.Level, Title: in.Title, Goal: in.Goal,
		Right: in.Right, Cures: in.Cures, Symptoms: in.Symptoms, Claims: in.Claims, Lesson: in.Lesson, Linux: in.Linux, Scene: in.Scene, file: file}
	if !idRE.MatchString(s.ID) {
		k.at("$", "a file called %q; expected lower-case words joined by hyphens", name)
	}
	k.oneOf("$.chapter", "chapter", in.Chapter, Chapters)
	if in.Level < 1 || in.Level > 3 {
		k.at("$.level", "level %d; expected 1 to 3", in.Level)
	}
	k.words("$.title", in.Title)
	s.Story, s.After, s.Cured = k.paragraph("$.story", in.Story, true), k.paragraph("$.after", in.After, true), k.paragraph("$.cured", in.Cured, true)
	for i, h := range in.Hints {
		s.Hints = append(s.Hints, k.paragraph(fmt.Sprintf("$.hints[%d]", i), h, true))
	}
	for i, id := range in.Claims {
		if found, _ := fs.Glob(embedded, claimsDir+"/"+strings.ToLower(id)+"-*.yaml"); len(found) == 0 {
			k.at(fmt.Sprintf("$.claims[%d]", i), "claim %q: there is no such claim", id)
		}
	}
	for i, x := range in.Symptoms {
		k.oneOf(fmt.Sprintf("$.symptoms[%d]", i), "symptom", x, Symptoms)
	}
	if in.Linux != "" {
		k.oneOf("$.linux", "linux", in.Linux, LinuxPlays)
	}
	if _, err := fs.Stat(embedded, in.Lesson+"/lesson.yaml"); in.Lesson != "" && err != nil {
		k.at("$.lesson", "lesson %q: there is no such lesson", in.Lesson)
	}
	k.storyScene(s, in)
	k.storyLooks(s, in)
	k.storyCauses(s, in)
	k.storyKnobs(s, in)
	s.y = linter{l: k.l, y: y, file: file}
	s.night = sync.OnceValues(s.play)
	return s, errors.Join(k.errs...)
}

// storyScene reads the scene, the two instants and what is asked in it.
func (k *linter) storyScene(s *Story, in yamlStory) {
	f, err := scene.Parse(k.file, strings.Repeat("\n", lineOf(k.y, "$.scene"))+in.Scene)
	if err != nil {
		k.errs = append(k.errs, err)
		return
	}
	s.parsed, k.sc = f, &f.Scenario
	for _, x := range []struct{ at, text string }{{"$.at", in.At}, {"$.until", in.Until}} {
		at, err := time.ParseDuration(x.text)
		if err != nil || at <= 0 || at > maxNight {
			k.at(x.at, "%q; expected an instant of the scene, as in 12s, at most %s", x.text, maxNight)
		}
		if x.at == "$.at" {
			s.At = sim.Time(at)
		} else {
			s.Until = sim.Time(at)
		}
	}
	if s.goal, err = scene.Compile(in.Goal, k.sc); err != nil {
		k.at("$.goal", "%v", better(err, k.hostNames()))
	} else if err := namesIn(in.Goal); err != nil {
		k.at("$.goal", "%v", err)
	}
	if len(in.Measures) == 0 {
		k.at("$", "no measures; expected one at least")
	}
	for i, m := range in.Measures {
		at := fmt.Sprintf("$.measures[%d]", i)
		k.words(at+".what", m.What)
		v, err := k.value(m.Value)
		if err != nil {
			k.at(at+".value", "%q: %v", m.Value, err)
		}
		s.Measures = append(s.Measures, Measure{What: m.What, unit: v.unit, ask: v.ask})
	}
}

func (k *linter) storyLooks(s *Story, in yamlStory) {
	hosts := k.hostNames()
	k.oneOf("$.given.on", "host", in.Given.On, hosts)
	k.words("$.given.what", in.Given.What)
	s.Given = Look{GivenLook, in.Given.On, in.Given.Run, in.Given.What}
	var seen []string
	for i, l := range in.Looks {
		at := fmt.Sprintf("$.looks[%d]", i)
		seen = k.newID(at, l.ID, seen)
		k.oneOf(at+".on", "host", l.On, hosts)
		k.words(at+".what", l.What)
		s.Looks = append(s.Looks, Look(l))
	}
	k.most("$.looks", "looks", len(in.Looks), maxLooks)
	if len(in.Looks) < 4 {
		k.at("$", "%d looks; expected four at least, most of which one can do without", len(in.Looks))
	}
}

func (k *linter) storyCauses(s *Story, in yamlStory) {
	var seen []string
	for i, c := range in.Causes {
		at := fmt.Sprintf("$.causes[%d]", i)
		seen = k.newID(at, c.ID, seen)
		one := Cause{ID: c.ID, Text: k.paragraph(at+".text", c.Text, true), Why: k.paragraph(at+".why", c.Why, true)}
		if len(c.Evidence) == 0 {
			k.at(at, "no evidence; expected what in the outputs speaks for this cause, or against it")
		}
		for j, e := range c.Evidence {
			here := fmt.Sprintf("%s.evidence[%d]", at, j)
			if s.Look(e.Look) == nil {
				k.at(here+".look", "there is no look %q", e.Look)
			}
			ev := Evidence{Look: e.Look, Alone: e.Alone}
			if e.Alone && (c.ID != in.Right || e.Shows == "" || e.Look == GivenLook) {
				k.at(here+".alone", "alone; expected of what a look shows for the right cause")
			}
			if (e.Shows == "") == (e.Lacks == "") {
				k.at(here, "expected one of shows and lacks")
			}
			ev.Shows, ev.Lacks = k.pattern(here+".shows", e.Shows), k.pattern(here+".lacks", e.Lacks)
			one.Evidence = append(one.Evidence, ev)
		}
		s.Causes = append(s.Causes, one)
	}
	if len(in.Causes) < 3 {
		k.at("$", "%d causes; expected three at least", len(in.Causes))
	}
	k.oneOf("$.right", "cause", in.Right, seen)
}

func (k *linter) storyKnobs(s *Story, in yamlStory) {
	var seen []string
	for i, n := range in.Knobs {
		at := fmt.Sprintf("$.knobs[%d]", i)
		seen = k.newID(at, n.ID, seen)
		one := Knob{ID: n.ID, Text: k.paragraph(at+".text", n.Text, true), Set: n.Set, Says: k.paragraph(at+".says", n.Says, false)}
		if (len(n.Set) == 0) == (len(n.Change) == 0) {
			k.at(at, "expected one of set and change")
		}
		for _, c := range n.Change {
			if len(c) != 2 || !strings.Contains(in.Scene, c[0]) {
				k.at(at+".change", "%q; expected words of the scene and what stands there instead", c)
				continue
			}
			one.Change = append(one.Change, [2]string{c[0], c[1]})
		}
		s.Knobs = append(s.Knobs, one)
	}
	if len(in.Knobs) < 3 {
		k.at("$", "%d knobs; expected three at least", len(in.Knobs))
	}
	if len(in.Cures) == 0 {
		k.at("$", "no cures; expected the knobs that help")
	}
	for i, id := range in.Cures {
		k.oneOf(fmt.Sprintf("$.cures[%d]", i), "knob", id, seen)
	}
}

// newID wants a name that is not taken yet.
func (k *linter) newID(at, id string, seen []string) []string {
	if !idRE.MatchString(id) || id == GivenLook || slices.Contains(seen, id) {
		k.at(at+".id", "id %q; expected lower-case words joined by hyphens, each once", id)
	}
	return append(seen, id)
}

func (k *linter) pattern(at, text string) *regexp.Regexp {
	if text == "" {
		return nil
	}
	re, err := regexp.Compile("(?m)" + text)
	if err != nil {
		k.at(at, "%v", err)
	}
	return re
}
