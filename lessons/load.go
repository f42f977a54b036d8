package lessons

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"wirestep/engine/sim"
)

//go:embed inventory.yaml */*.yaml */*.md */*.scene
var embedded embed.FS

const (
	sandboxDir = "sandbox"
	maxFile    = 1 << 18 // bytes: far more than a lesson that a person can finish
)

// yamlLesson is lesson.yaml as it is written.
type yamlLesson struct {
	Slug    string     `yaml:"slug"`
	Chapter string     `yaml:"chapter"`
	Minutes int        `yaml:"minutes"`
	Level   string     `yaml:"level"`
	Scene   string     `yaml:"scene"`
	Claims  []string   `yaml:"claims"`
	Needs   []string   `yaml:"needs"`
	Steps   []yamlStep `yaml:"steps"`
	Drills  []Drill    `yaml:"drills"`
}

type yamlStep struct {
	ID      string            `yaml:"id"`
	Levels  []string          `yaml:"levels"`
	At      string            `yaml:"at"`
	On      string            `yaml:"on"`
	Claims  []string          `yaml:"claims"`
	Show    *Show             `yaml:"show"`
	Do      []yamlDo          `yaml:"do"`
	Predict *Question         `yaml:"predict"`
	Param   *Param            `yaml:"param"`
	Goal    string            `yaml:"goal"`
	Values  map[string]string `yaml:"values"`
	After   map[string]string `yaml:"values-after"`
}

type yamlDo struct {
	Act    string   `yaml:"act"`
	Or     []string `yaml:"or"`
	After  string   `yaml:"after"`
	Replay []string `yaml:"replay"`
}

// builtIn are the lessons that come with the program, in order.
var builtIn = sync.OnceValues(loadAll)

func loadAll() ([]*Lesson, error) {
	dirs, err := embedded.ReadDir(".")
	if err != nil {
		return nil, err
	}
	var out []*Lesson
	var errs []error
	for _, d := range dirs {
		if !d.IsDir() || d.Name() == sandboxDir || d.Name() == claimsDir || d.Name() == puzzlesDir || d.Name() == storiesDir {
			continue
		}
		l, err := Load(embedded, d.Name())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, l)
	}
	sortLessons(out)
	return out, errors.Join(errs...)
}

// sortLessons puts them by chapter, in it those first that others need, the short ones first.
func sortLessons(all []*Lesson) {
	slices.SortStableFunc(all, func(a, b *Lesson) int {
		return cmp.Or(cmp.Compare(slices.Index(Chapters, a.Chapter), slices.Index(Chapters, b.Chapter)),
			cmp.Compare(depth(all, a.Slug, 0), depth(all, b.Slug, 0)), cmp.Compare(a.Minutes, b.Minutes))
	})
}

// depth is how many lessons stand one upon the other below this one.
func depth(all []*Lesson, slug string, above int) int {
	deepest := above
	if i := slices.IndexFunc(all, func(l *Lesson) bool { return l.Slug == slug }); i >= 0 && above < len(all) {
		for _, need := range all[i].Needs {
			deepest = max(deepest, depth(all, need, above+1))
		}
	}
	return deepest
}

// LoadDir loads a lesson from a folder on disk.
func LoadDir(dir string) (*Lesson, error) {
	dir = path.Clean(strings.ReplaceAll(dir, `\`, "/"))
	l, err := load(os.DirFS(dir), ".", dir)
	if l != nil && l.Slug != path.Base(dir) && dir != "." {
		err = errors.Join(err, fmt.Errorf("%s/lesson.yaml:1:7: slug %q; expected the folder's name, %q", dir, l.Slug, path.Base(dir)))
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
		return nil, fmt.Errorf("%s:1:1: %w", name, err)
	}
	l, y, err := parseLesson(name, src)
	if err != nil {
		return nil, err
	}
	l.dir, l.y, l.files = show, y, map[string]string{"lesson.yaml": string(src)}
	k := &linter{l: l, y: y, file: name}
	if scene, err := read(fsys, dir, l.file); err != nil || !fs.ValidPath(l.file) {
		k.at("$.scene", "scene %q: expected a file in this folder", l.file)
	} else {
		l.source, l.files[l.file] = string(scene), string(scene)
		l.names = defaults(l.source)
		l.Scene = fillIn(l.source, nil)
	}
	for i := range l.Drills {
		k.drillScene(fsys, dir, i)
	}
	k.lint()
	if k.twice {
		return l, errors.Join(k.errs...) // texts are found by the ids of steps
	}
	for _, lang := range Langs {
		file := lang + ".md"
		src, err := read(fsys, dir, file)
		if err != nil {
			k.errs = append(k.errs, fmt.Errorf("%s/%s:1:1: %w; expected the texts in this language", show, file, err))
			continue
		}
		l.files[file] = string(src)
		k.text(lang, show+"/"+file, src)
	}
	if k.sc != nil {
		k.used()
	}
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
	l := &Lesson{
		Slug: in.Slug, Chapter: in.Chapter, Minutes: in.Minutes, Level: in.Level, Claims: in.Claims, Needs: in.Needs,
		Drills: in.Drills, file: in.Scene, Texts: map[string]*Text{},
	}
	for _, s := range in.Steps {
		at, _ := ParsePlace(s.At) // the linter parses it again, to say where it is wrong
		step := Step{
			ID: s.ID, Levels: s.Levels, At: at, On: s.On, Claims: s.Claims, Show: s.Show, Predict: s.Predict, Param: s.Param, Goal: s.Goal,
			Values: unread(s.Values), After: unread(s.After),
		}
		for _, m := range s.Do {
			step.Do = append(step.Do, m.move())
		}
		l.Steps = append(l.Steps, step)
	}
	return l, y, nil
}

func (m yamlDo) move() Move {
	after, _, _ := instant(m.After)
	return Move{Act: m.Act, Or: m.Or, Replay: m.Replay, afterText: m.After, After: sim.Duration(after)}
}

// unread are values whose expressions the linter reads, once there is a scene.
func unread(in map[string]string) map[string]value {
	out := map[string]value{}
	for name, text := range in {
		out[name] = value{text: text}
	}
	return out
}

// decode reads YAML strictly. The library panics on some texts that are not
// YAML at all (`a: ![, `); that is one more way to be told so.
func decode(name string, src []byte, into any) (y *ast.File, err error) {
	defer func() {
		if recover() != nil {
			y, err = nil, fmt.Errorf("%s:1:1: this cannot be read as YAML", name)
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
	at := "1:1"
	msg := err.Error()
	var ye yaml.Error
	if errors.As(err, &ye) {
		msg = ye.GetMessage()
		if t := ye.GetToken(); t != nil && t.Position != nil {
			at = position(t.Position)
		}
	}
	msg = strings.ReplaceAll(strings.TrimSpace(msg), "\n", " ")
	if m := unknownRE.FindStringSubmatch(msg); m != nil {
		msg = fmt.Sprintf("there is no field %q%s", m[1], meant(m[1], fieldNames))
	}
	return fmt.Errorf("%s:%s: %s", name, at, msg)
}

var unknownRE = regexp.MustCompile(`^unknown field "([^"]*)"`)

// fieldNames are all that may stand before a colon in the files of authors.
var fieldNames = func() []string {
	seen := map[string]bool{}
	for _, t := range []reflect.Type{
		reflect.TypeFor[yamlLesson](), reflect.TypeFor[yamlScene](), reflect.TypeFor[yamlClaim](),
	} {
		yamlNames(t, seen)
	}
	return slices.Sorted(maps.Keys(seen))
}()

func yamlNames(t reflect.Type, seen map[string]bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); name != "" {
			seen[name] = true
		}
		yamlNames(t.Field(i).Type, seen)
	}
}

func position(p *token.Position) string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// tokenAt is where a value stands in a YAML file, by its path: "$.steps[0].at"; or,
// where it is not there, what it would stand in.
func tokenAt(y *ast.File, at string) *token.Position {
	for ; y != nil && at != "" && at != "$"; at = at[:strings.LastIndexAny(at, ".[")] {
		p, err := yaml.PathString(at)
		if err != nil {
			continue
		}
		n, err := p.FilterFile(y)
		if err != nil || n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
			continue
		}
		if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 { // not the colon, or the brace, after its first key
			return m.Values[0].Key.GetToken().Position
		}
		if m, ok := n.(*ast.MappingValueNode); ok {
			return m.Key.GetToken().Position
		}
		return n.GetToken().Position
	}
	return &token.Position{Line: 1, Column: 1}
}

// lineOf is the line of a value in a YAML file.
func lineOf(y *ast.File, at string) int { return tokenAt(y, at).Line }
