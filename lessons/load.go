package lessons

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"wirestep/engine/sim"
)

//go:embed */*.yaml */*.md */*.scene
var embedded embed.FS

const (
	sandboxDir = "sandbox"
	maxFile    = 1 << 18 // bytes: far more than a lesson that a person can finish
)

// yamlLesson is lesson.yaml as it is written.
type yamlLesson struct {
	Slug    string     `yaml:"slug"`
	Topic   string     `yaml:"topic"`
	Minutes int        `yaml:"minutes"`
	Level   string     `yaml:"level"`
	Scene   string     `yaml:"scene"`
	Steps   []yamlStep `yaml:"steps"`
}

type yamlStep struct {
	ID      string    `yaml:"id"`
	At      string    `yaml:"at"`
	Do      []yamlDo  `yaml:"do"`
	Predict *yamlPred `yaml:"predict"`
	Goal    string    `yaml:"goal"`
}

type yamlDo struct {
	Act    string   `yaml:"act"`
	Or     []string `yaml:"or"`
	After  string   `yaml:"after"`
	Replay []string `yaml:"replay"`
}

type yamlPred struct {
	Ask     string       `yaml:"ask"`
	Host    string       `yaml:"host"`
	What    string       `yaml:"what"`
	Of      string       `yaml:"of"`
	Field   string       `yaml:"field"`
	Since   string       `yaml:"since"`
	Until   string       `yaml:"until"`
	Options []yamlOption `yaml:"options"`
}

type yamlOption struct {
	Key  string `yaml:"key"`
	Is   string `yaml:"is"`
	When string `yaml:"when"`
}

// All returns the lessons that are built in, by topic, the short ones first.
// They are shared: nobody changes a lesson. With an error come those that can be used.
var All = sync.OnceValues(loadAll)

func loadAll() ([]*Lesson, error) {
	dirs, err := embedded.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var out []*Lesson
	var errs []error
	for _, d := range dirs {
		if !d.IsDir() || d.Name() == sandboxDir || d.Name() == claimsDir {
			continue
		}
		l, err := Load(embedded, d.Name())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, l)
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, b := slices.Index(Topics, out[i].Topic), slices.Index(Topics, out[j].Topic)
		return a < b || a == b && out[i].Minutes < out[j].Minutes
	})
	return out, errors.Join(errs...)
}

// Get returns the built-in lesson with this slug.
func Get(slug string) (*Lesson, bool) {
	all, _ := All()
	for _, l := range all {
		if l.Slug == slug {
			return l, true
		}
	}
	return nil, false
}

// LoadDir loads a lesson from a folder on disk.
func LoadDir(dir string) (*Lesson, error) {
	dir = path.Clean(strings.ReplaceAll(dir, `\`, "/"))
	l, err := load(os.DirFS(dir), ".", dir)
	if l != nil && l.Slug != path.Base(dir) && dir != "." {
		err = errors.Join(err, fmt.Errorf("%s/lesson.yaml:1: slug %q; expected the folder's name, %q", dir, l.Slug, path.Base(dir)))
	}
	return l, err
}

// Load loads the lesson in a folder of fsys, and lints it. Every mistake in its
// error has the shape "file:line: what is wrong, expected what".
func Load(fsys fs.FS, dir string) (*Lesson, error) { return load(fsys, dir, dir) }

func load(fsys fs.FS, dir, show string) (*Lesson, error) {
	name := show + "/lesson.yaml"
	src, err := read(fsys, dir, "lesson.yaml")
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", name, err)
	}
	l, y, err := parseLesson(name, src)
	if err != nil {
		return nil, err
	}
	l.dir = show
	k := &linter{l: l, y: y, file: name}
	if scene, err := read(fsys, dir, l.file); err != nil || !fs.ValidPath(l.file) {
		k.at("$.scene", "scene %q: expected a file in this folder", l.file)
	} else {
		l.Scene = string(scene)
	}
	for _, lang := range Langs {
		file := lang + ".md"
		src, err := read(fsys, dir, file)
		if err != nil {
			k.errs = append(k.errs, fmt.Errorf("%s/%s:1: %w", show, file, err))
			continue
		}
		k.text(lang, show+"/"+file, src)
	}
	k.lint()
	return l, errors.Join(k.errs...)
}

func read(fsys fs.FS, dir, name string) ([]byte, error) {
	src, err := fs.ReadFile(fsys, path.Join(dir, name))
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, err
	}
	if len(src) > maxFile {
		return nil, fmt.Errorf("%d bytes; expected at most %d", len(src), maxFile)
	}
	return src, nil
}

// parseLesson reads lesson.yaml; what it means is the linter's question.
func parseLesson(name string, src []byte) (*Lesson, *ast.File, error) {
	var in yamlLesson
	y, err := decode(name, src, &in)
	if err != nil {
		return nil, nil, err
	}
	l := &Lesson{Slug: in.Slug, Topic: in.Topic, Minutes: in.Minutes, Level: in.Level, file: in.Scene, Texts: map[string]*Text{}}
	for _, s := range in.Steps {
		at, _ := ParsePlace(s.At) // the linter parses it again, to say where it is wrong
		step := Step{ID: s.ID, At: at, Goal: s.Goal}
		for _, m := range s.Do {
			after, _, _ := instant(m.After)
			step.Do = append(step.Do, Move{Act: m.Act, Or: m.Or, Replay: m.Replay, afterText: m.After, After: sim.Duration(after)})
		}
		if p := s.Predict; p != nil {
			q := &Question{Ask: p.Ask, Host: p.Host, What: p.What, Of: p.Of, Field: p.Field, Since: p.Since, Until: p.Until}
			for _, o := range p.Options {
				q.Options = append(q.Options, Option(o))
			}
			step.Predict = q
		}
		l.Steps = append(l.Steps, step)
	}
	return l, y, nil
}

// decode reads YAML strictly. The library panics on some texts that are not
// YAML at all (`a: ![, `); that is one more way to be told so.
func decode(name string, src []byte, into any) (y *ast.File, err error) {
	defer func() {
		if recover() != nil {
			y, err = nil, fmt.Errorf("%s:1: this cannot be read as YAML", name)
		}
	}()
	if y, err = parser.ParseBytes(src, 0); err != nil {
		return nil, yamlError(name, err)
	}
	if err = yaml.UnmarshalWithOptions(src, into, yaml.DisallowUnknownField()); err != nil {
		return nil, yamlError(name, err)
	}
	return y, nil
}

// yamlError gives an error of the YAML library the shape of ours.
func yamlError(name string, err error) error {
	line := 1
	msg := err.Error()
	var ye yaml.Error
	if errors.As(err, &ye) {
		msg = ye.GetMessage()
		if t := ye.GetToken(); t != nil && t.Position != nil {
			line = t.Position.Line
		}
	}
	return fmt.Errorf("%s:%d: %s", name, line, strings.ReplaceAll(strings.TrimSpace(msg), "\n", " "))
}

// lineOf is the line of a value in a YAML file, by its path: "$.steps[0].at".
func lineOf(y *ast.File, at string) int {
	for ; y != nil && at != "" && at != "$"; at = at[:strings.LastIndexAny(at, ".[")] {
		p, err := yaml.PathString(at)
		if err != nil {
			continue
		}
		n, err := p.FilterFile(y)
		if err != nil || n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
			continue
		}
		return n.GetToken().Position.Line
	}
	return 1
}
