package lessons

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"wirestep/engine/scene"
)

// yamlScene is NAME.yaml beside NAME.scene, as it is written.
type yamlScene struct {
	Topic string            `yaml:"topic"`
	Title map[string]string `yaml:"title"`
	About map[string]string `yaml:"about"`
	Try   []yamlTry         `yaml:"try"`
}

type yamlTry struct {
	ID     string            `yaml:"id"`
	Title  map[string]string `yaml:"title"`
	Text   map[string]string `yaml:"text"`
	Replay []string          `yaml:"replay"`
	At     string            `yaml:"at"`
	Do     []string          `yaml:"do"`
	To     string            `yaml:"to"`
	Expect string            `yaml:"expect"`
	Says   map[string]string `yaml:"says"`
	Values map[string]string `yaml:"values"`
}

// Scenes returns the sandbox scenes that are built in, in the order of their list.
var Scenes = sync.OnceValues(func() ([]Sandbox, error) { return loadScenes(embedded, sandboxDir, sandboxDir) })

// Scene returns one of them.
func Scene(name string) (Sandbox, error) {
	all, err := Scenes()
	if err != nil {
		return Sandbox{}, err
	}
	for _, s := range all {
		if s.Name == name {
			return s, nil
		}
	}
	return Sandbox{}, fmt.Errorf("scene %q: %w", name, fs.ErrNotExist)
}

func loadScenes(fsys fs.FS, dir, show string) ([]Sandbox, error) {
	list := path.Join(show, "sandbox.yaml")
	src, err := read(fsys, dir, "sandbox.yaml")
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", list, err)
	}
	var names []string
	y, err := decode(list, src, &names)
	if err != nil {
		return nil, err
	}
	var out []Sandbox
	var errs []error
	for i, name := range names {
		if !idRE.MatchString(name) {
			errs = append(errs, fmt.Errorf("%s:%d: name %q; expected lower-case words joined by hyphens", list, lineOf(y, fmt.Sprintf("$[%d]", i)), name))
			continue
		}
		s, err := loadScene(fsys, dir, show, name)
		errs = append(errs, err)
		out = append(out, s)
	}
	return out, errors.Join(errs...)
}

// loadScene reads NAME.yaml and NAME.scene, and lints them.
func loadScene(fsys fs.FS, dir, show, name string) (s Sandbox, err error) {
	s.Name = name
	file := path.Join(show, name+".yaml")
	src, err := read(fsys, dir, name+".yaml")
	if err != nil {
		return s, fmt.Errorf("%s:1: %w", file, err)
	}
	var in yamlScene
	y, err := decode(file, src, &in)
	if err != nil {
		return s, err
	}
	s.Topic, s.Title, s.About = in.Topic, in.Title, in.About
	k := &linter{l: &Lesson{}, y: y, file: file}
	if !slices.Contains(Topics, in.Topic) {
		k.at("$.topic", "topic %q; expected one of %v", in.Topic, Topics)
	}
	k.words("$.title", in.Title)
	k.words("$.about", in.About)
	text, err := read(fsys, dir, name+".scene")
	if err != nil {
		k.at("$", "%s.scene: %v", name, err)
		return s, errors.Join(k.errs...)
	}
	s.Scene = string(text)
	f, err := scene.Parse(path.Join(show, name+".scene"), s.Scene)
	if err != nil {
		return s, errors.Join(append(k.errs, err)...)
	}
	k.sc = &f.Scenario
	if len(in.Try) != 3 {
		k.at("$.try", "%d things to try; expected three", len(in.Try))
	}
	seen := map[string]bool{}
	for i, one := range in.Try {
		at := fmt.Sprintf("$.try[%d]", i)
		if !idRE.MatchString(one.ID) || seen[one.ID] {
			k.at(at+".id", "id %q; expected lower-case words joined by hyphens, each once", one.ID)
		}
		seen[one.ID] = true
		s.Tries = append(s.Tries, k.try(at, one))
	}
	return s, errors.Join(k.errs...)
}

// words wants a text in every language, in the voice of a lesson.
func (k *linter) words(at string, in map[string]string) {
	for _, lang := range Langs {
		if in[lang] == "" {
			k.at(at, "no text in %s", lang)
		}
		if w := banned.FindString(codeRE.ReplaceAllString(in[lang], "")); w != "" {
			k.at(at+"."+lang, "%q; the voice of a lesson does without it", w)
		}
	}
	for lang := range in {
		if !slices.Contains(Langs, lang) {
			k.at(at, "language %q; expected one of %v", lang, Langs)
		}
	}
}

var (
	codeRE  = regexp.MustCompile("`[^`]*`")
	valueRE = regexp.MustCompile(`\{=([a-z]+)\}`)
	digitRE = regexp.MustCompile(`[0-9]`)
)

// try reads one thing to try.
func (k *linter) try(at string, in yamlTry) Try {
	y := Try{ID: in.ID, Title: in.Title, Replay: in.Replay, Do: in.Do, Expect: in.Expect, file: k.file, line: lineOf(k.y, at), Values: map[string]value{}}
	k.words(at+".title", in.Title)
	k.words(at+".text", in.Text)
	k.words(at+".says", in.Says)
	y.At, y.To = Place{Kind: AtStart, Text: "start"}, k.whereTo(at+".to", in.To)
	if in.At != "" {
		y.At = k.whereTo(at+".at", in.At)
	} else if len(in.Do) > 0 {
		k.at(at, "do without at; expected the place where it is made")
	}
	if in.Expect == "" {
		k.at(at, "no expect; expected a condition that holds where the try leads")
	}
	k.condition(at+".expect", in.Expect)
	for _, op := range in.Replay {
		k.move(at+".replay", Move{Replay: []string{op}})
	}
	for _, op := range in.Do {
		k.move(at+".do", Move{Act: op})
	}
	for name, text := range in.Values {
		v, err := k.value(text)
		if err != nil {
			k.at(at+".values."+name, "%q: %v", text, err)
		}
		y.Values[name] = v
	}
	y.Text = k.sentences(at+".text", in.Text, nil)
	y.Says = k.sentences(at+".says", in.Says, y.Values)
	return y
}

func (k *linter) whereTo(at, s string) Place {
	p, err := ParsePlace(s)
	if err != nil {
		k.at(at, "%v", err)
		return p
	}
	k.place(at, s)
	return p
}

// value reads: [before] EXPRESSION [as seconds] [at PLACE].
func (k *linter) value(s string) (v value, err error) {
	v.text = s
	s, v.before = strings.CutPrefix(s, "before ")
	if i := strings.LastIndex(s, " at "); i >= 0 {
		at, err := ParsePlace(s[i+4:])
		if err == nil && (at.Kind == AtCond || at.Kind == AtFirst) {
			_, err = scene.Compile(at.Cond, k.sc)
		}
		if err != nil {
			return v, fmt.Errorf("at: %w", err)
		}
		s, v.at = s[:i], &at
	}
	if i := strings.LastIndex(s, " as "); i >= 0 {
		if v.unit = s[i+4:]; v.unit != "seconds" {
			return v, fmt.Errorf("as %q; expected as seconds, or nothing", v.unit)
		}
		s = s[:i]
	}
	if v.ask, err = scene.CompileValue(s, k.sc); err != nil {
		return v, better(err, k.hostNames())
	}
	return v, namesIn(s)
}

// sentences reads a text in each language. Where values are at hand a number typed
// by hand is a mistake: it would stay when the run changes.
func (k *linter) sentences(at string, in map[string]string, values map[string]value) map[string][]Span {
	out := map[string][]Span{}
	for _, lang := range Langs {
		here := at + "." + lang
		spans, used, errs := inlineText(in[lang])
		for _, err := range errs {
			k.at(here, "%v", err)
		}
		for _, name := range used {
			if _, ok := values[name]; !ok {
				k.at(here, "{=%s}: no such value; expected one of %v", name, sortedKeys(values))
			}
		}
		if d := digitRE.FindString(codeRE.ReplaceAllString(valueRE.ReplaceAllString(in[lang], ""), "")); values != nil && d != "" {
			k.at(here, "the number in %q is typed by hand; expected {=name}, with name among values", in[lang])
		}
		out[lang] = spans
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// inlineText reads one paragraph as a lesson's text is read.
func inlineText(s string) (spans []Span, used []string, errs []error) {
	if s == "" {
		return nil, nil, nil
	}
	d := &reader{src: []byte(strings.TrimSpace(s)), values: true}
	doc := goldmark.DefaultParser().Parse(text.NewReader(d.src))
	first := doc.FirstChild()
	if first == nil || first.Kind() != ast.KindParagraph || first.NextSibling() != nil {
		return nil, nil, []error{errors.New("expected one paragraph")}
	}
	spans = d.spans(first)
	for _, sp := range spans {
		if sp.Value != "" {
			used = append(used, sp.Value)
		}
	}
	for _, err := range d.errs {
		_, what, _ := strings.Cut(err.Error(), ": ")
		errs = append(errs, errors.New(what))
	}
	return spans, used, errs
}
