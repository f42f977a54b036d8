package lessons

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"wirestep/engine"
	"wirestep/engine/find"
	"wirestep/engine/scene"
)

// yamlPuzzle is NAME.yaml as it is written.
type yamlPuzzle struct {
	Chapter string              `yaml:"chapter"`
	Level   int                 `yaml:"level"`
	Title   map[string]string   `yaml:"title"`
	Story   map[string]string   `yaml:"story"`
	Goal    string              `yaml:"goal"`
	Fail    string              `yaml:"fail"`
	Lost    map[string]string   `yaml:"lost"`
	Allowed []string            `yaml:"allowed"`
	On      []string            `yaml:"on"`
	Calls   []string            `yaml:"calls"`
	Set     []string            `yaml:"settings"`
	Par     int                 `yaml:"par"`
	Ways    int                 `yaml:"ways"`
	Hints   []map[string]string `yaml:"hints"`
	After   map[string]string   `yaml:"after"`
	Claims  []string            `yaml:"claims"`
	Sandbox string              `yaml:"sandbox"`
	Golden  string              `yaml:"golden"`
	Scene   string              `yaml:"scene"`
}

func loadPuzzles(fsys fs.FS, dir, show string) ([]*Puzzle, error) {
	files, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	var out []*Puzzle
	var errs []error
	for _, f := range files {
		if path.Ext(f.Name()) != ".yaml" {
			continue
		}
		p, err := loadPuzzle(fsys, dir, show, f.Name())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, p)
	}
	sortPuzzles(out)
	return out, errors.Join(errs...)
}

func sortPuzzles(all []*Puzzle) {
	slices.SortFunc(all, func(a, b *Puzzle) int {
		return cmp.Or(slices.Index(Chapters, a.Chapter)-slices.Index(Chapters, b.Chapter), a.Level-b.Level, strings.Compare(a.ID, b.ID))
	})
}

// loadPuzzle reads one file, and lints it.
func loadPuzzle(fsys fs.FS, dir, show, name string) (*Puzzle, error) {
	file := path.Join(show, name)
	src, err := read(fsys, dir, name)
	if err != nil {
		return nil, fmt.Errorf("%s:1:1: %w", file, err)
	}
	var in yamlPuzzle
	y, err := decode(file, src, &in)
	if err != nil {
		return nil, err
	}
	k := &linter{l: &Lesson{}, y: y, file: file}
	p := &Puzzle{ID: strings.TrimSuffix(name, ".yaml"), Chapter: in.Chapter, Level: in.Level, Title: in.Title, Par: in.Par, Ways: in.Ways, Claims: in.Claims, file: file}
	if !idRE.MatchString(p.ID) {
		k.at("$", "a file called %q; expected lower-case words joined by hyphens", name)
	}
	k.oneOf("$.chapter", "chapter", in.Chapter, Chapters)
	if in.Level < 1 || in.Level > 3 {
		k.at("$.level", "level %d; expected 1 to 3", in.Level)
	}
	if in.Par < 1 || in.Par > find.MaxMoves {
		k.at("$.par", "par %d; expected 1 to %d", in.Par, find.MaxMoves)
	}
	k.words("$.title", in.Title)
	p.Story, p.After = k.paragraph("$.story", in.Story, true), k.paragraph("$.after", in.After, true)
	p.Lost = k.paragraph("$.lost", in.Lost, in.Fail != "")
	if len(in.Hints) == 0 {
		k.at("$", "no hints; expected one at least")
	}
	for i, h := range in.Hints {
		p.Hints = append(p.Hints, k.paragraph(fmt.Sprintf("$.hints[%d]", i), h, true))
	}
	for i, id := range in.Claims {
		if found, _ := fs.Glob(embedded, claimsDir+"/"+strings.ToLower(id)+"-*.yaml"); len(found) == 0 {
			k.at(fmt.Sprintf("$.claims[%d]", i), "claim %q: there is no such claim", id)
		}
	}
	k.puzzleScene(p, in)
	p.y = linter{l: k.l, y: y, file: file}
	return p, errors.Join(k.errs...)
}

// puzzleScene reads the scene and what is asked in it.
func (k *linter) puzzleScene(p *Puzzle, in yamlPuzzle) {
	at, above := "$.scene", 0
	text := in.Scene
	var err error
	var b []byte
	switch {
	case len(slices.DeleteFunc([]string{in.Scene, in.Sandbox, in.Golden}, func(s string) bool { return s == "" })) != 1:
		k.at("$", "expected one of scene, sandbox and golden: where it is played")
		return
	case in.Sandbox != "":
		at = "$.sandbox"
		b, err = embedded.ReadFile(sandboxDir + "/" + in.Sandbox + ".scene")
		text = string(b)
	case in.Golden != "":
		at = "$.golden"
		b, err = engine.Golden.ReadFile("testdata/golden/" + in.Golden + ".scene")
		text = string(b)
	default:
		above = lineOf(k.y, at)
		k.indent = 2 // of a block in a file that wirestep reads: scene: |
	}
	if err != nil {
		k.at(at, "there is no such scene: %v", err)
		return
	}
	f, err := scene.Parse(k.file, strings.Repeat("\n", above)+text)
	if err != nil {
		k.scene(err)
		return
	}
	k.sc = &f.Scenario
	p.Scene, p.parsed = text, f
	if p.Goal, err = find.ParseGoal(in.Goal, &f.Scenario); err != nil {
		k.at("$.goal", "%v", better(err, k.hostNames()))
	} else if err := namesIn(in.Goal); err != nil {
		k.at("$.goal", "%q: %v", in.Goal, err)
	}
	if in.Fail != "" {
		if p.Fail, err = find.ParseGoal(in.Fail, &f.Scenario); err != nil {
			k.at("$.fail", "%v", better(err, k.hostNames()))
		} else if err := namesIn(in.Fail); err != nil {
			k.at("$.fail", "%q: %v", in.Fail, err)
		}
	}
	if len(in.Allowed) == 0 {
		k.at("$.allowed", "nothing is allowed; expected some of %s", strings.Join(find.KindNames(), ", "))
		return
	}
	if p.Set, err = find.ParseSet(&f.Scenario, strings.Join(in.Allowed, ","), in.On, in.Calls, in.Set); err != nil {
		k.at("$.allowed", "%v", err)
	}
}
