package lessons

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"wirestep/engine"
	"wirestep/engine/find"
	"wirestep/engine/scene"
)

// Puzzle is a scene, something to bring about in it, and what may be done for that.
type Puzzle struct {
	ID      string
	Chapter string // one of Chapters
	Level   int    // 1 to 3: how hard it is
	Title   map[string]string
	Story   map[string][]Span // what is to be reached, in words
	Goal    *find.Goal
	Fail    *find.Goal        // nil: nothing is forbidden but what is not allowed
	Lost    map[string][]Span // why that fails
	Set     find.Set          // what is allowed
	Par     int               // so many moves it takes
	Ways    int               // in so many ways
	Hints   []map[string][]Span
	After   map[string][]Span // what one has learned
	Claims  []string
	Scene   string

	file   string
	y      linter
	parsed *scene.File
}

const puzzlesDir = "puzzles"

// PuzzlePrefix begins the name of a puzzle's scene.
const PuzzlePrefix = "puzzle-"

// builtInPuzzles are the puzzles that come with the program, in order.
var builtInPuzzles = sync.OnceValues(func() ([]*Puzzle, error) { return loadPuzzles(embedded, puzzlesDir, puzzlesDir) })

// GetPuzzle returns one of them, or nil.
func GetPuzzle(id string) *Puzzle {
	all, _ := Puzzles()
	for _, p := range all {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// Name is what the lab calls the puzzle's scene.
func (p *Puzzle) Name() string { return PuzzlePrefix + p.ID }

// Solve looks for the shortest solutions among the moves that are allowed, up to par.
func (p *Puzzle) Solve() (*find.Result, error) {
	t, err := engine.NewTimeline(p.parsed.Scenario)
	if err != nil {
		return nil, err
	}
	s, err := find.New(&p.parsed.Scenario, t.World(), p.Goal, p.Fail, p.Set, find.Limits{Moves: p.Par})
	if err != nil {
		return nil, err
	}
	for !s.Run(100_000) {
	}
	return s.Result(), nil
}

// Check proves par: no solution is shorter, there is one of that length, and there are
// as many as the puzzle says.
func (p *Puzzle) Check() []error {
	r, err := p.Solve()
	if err != nil {
		return []error{fmt.Errorf("%s:1:1: %w", p.file, err)}
	}
	k := &p.y
	k.errs = nil
	switch {
	case r.More:
		k.at("$.par", "not every future was tried; expected a smaller scene, or fewer moves allowed")
	case len(r.Found) == 0:
		k.at("$.par", "par %d: no %d moves of those allowed reach the goal", p.Par, p.Par)
	case len(r.Found[0].Moves) != p.Par:
		k.at("$.par", "par %d, but it takes %d: %s", p.Par, len(r.Found[0].Moves), statements(&r.Found[0]))
	case len(r.Found) != p.Ways:
		k.at("$.ways", "ways %d, but there are %d", p.Ways, len(r.Found))
	}
	return k.errs
}

// Solved is the scene with the moves of the solution that reaches the goal first.
func (p *Puzzle) Solved() (string, error) {
	r, err := p.Solve()
	if err != nil {
		return "", err
	}
	if len(r.Found) == 0 {
		return "", fmt.Errorf("%s:1:1: no solution", p.file)
	}
	return strings.TrimRight(p.Scene, "\n") + "\n\n" + strings.ReplaceAll(statements(&r.Found[0]), "; ", "\n") + "\n", nil
}

func statements(s *find.Solution) string {
	var all []string
	for i := range s.Moves {
		all = append(all, s.Moves[i].Statement())
	}
	if len(all) == 0 {
		return "nothing has to be done"
	}
	return strings.Join(all, "; ")
}

// Allows says why an intervention is no move of the puzzle; nil: it is one. w is the
// world in which it is to be made.
func (p *Puzzle) Allows(w *engine.World, op *engine.Op) error {
	then := op
	if op.Kind == engine.OpLater {
		then = op.Then
	}
	kind, known := map[engine.OpKind]find.Kind{
		engine.OpDrop: find.Drop, engine.OpDelay: find.Delay, engine.OpDuplicate: find.Duplicate,
		engine.OpHold: find.Hold, engine.OpRelease: find.Hold, engine.OpCall: find.Call, engine.OpSysctl: find.Setting,
	}[then.Kind]
	if !known || !p.Set.Has(kind) {
		return errors.New("kind")
	}
	same := func(o engine.Op) bool { return o.Text == then.Text }
	switch kind {
	case find.Call:
		if !slices.ContainsFunc(p.Set.Calls, same) {
			return errors.New("call")
		}
	case find.Setting:
		if !slices.ContainsFunc(p.Set.Settings, same) {
			return errors.New("setting")
		}
	default:
		return p.allowsOn(w, &then.Target)
	}
	return nil
}

// allowsOn looks at the segment that a move is about: one, on a way that is allowed.
func (p *Puzzle) allowsOn(w *engine.World, t *engine.Target) error {
	from, to := t.From, ""
	if k := w.Packet(t.Packet); k != nil {
		from = w.Hosts()[k.From].Name
		for _, h := range w.Hosts() {
			if h.Has(k.Seg.Dst.Addr) {
				to = h.Name
			}
		}
	} else if t.Nth == 0 || t.Any {
		return errors.New("one")
	}
	if len(p.Set.On) == 0 {
		return nil
	}
	for _, way := range p.Set.On {
		if (way.From == "" || way.From == from) && (way.To == "" || to == "" || way.To == to) {
			return nil
		}
	}
	return errors.New("way")
}

// ReadPuzzles reads a folder of puzzles on disk.
func ReadPuzzles(dir string) ([]*Puzzle, error) {
	dir = filepath.ToSlash(filepath.Clean(dir))
	return loadPuzzles(os.DirFS(dir), ".", dir)
}

// checkPuzzles loads a folder of puzzles and proves each.
func checkPuzzles(fsys fs.FS, show string) []error {
	all, err := loadPuzzles(fsys, ".", show)
	errs := unjoin(err)
	for _, p := range all {
		errs = append(errs, p.Check()...)
	}
	return errs
}

// IsPuzzles reports whether a folder on disk holds puzzles: it is called so.
func IsPuzzles(dir string) bool {
	found, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	return err == nil && len(found) > 0 && path.Base(filepath.ToSlash(filepath.Clean(dir))) == puzzlesDir
}
