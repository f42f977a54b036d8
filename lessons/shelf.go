package lessons

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// shelf holds the lessons, puzzles and stories of a folder, beside those that are built in. It is
// looked at when somebody asks, and read again when a file of it has changed.
type shelf struct {
	mu     sync.Mutex
	dir    string
	looked time.Time
	stamp  string // of every file: its name, its size, when it was written
	holding
}

// holding is what a folder holds, and what is wrong with the rest.
type holding struct {
	lessons []*Lesson
	puzzles []*Puzzle
	stories []*Story
	err     error
}

const (
	lookEvery = 2 * time.Second
	mostFiles = 5000 // in a folder; with more it is not one of lessons
)

var beside shelf

// Beside puts a folder beside what is built in: a lesson in each folder of it, puzzles in
// its folder "puzzles", stories in "stories". One with the name of another takes its place. "" takes it away.
func Beside(dir string) error {
	beside.mu.Lock()
	defer beside.mu.Unlock()
	beside.dir, beside.looked, beside.stamp = "", time.Time{}, ""
	beside.holding = holding{}
	if dir == "" {
		return nil
	}
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		return fmt.Errorf("lessons %q; expected a folder of lessons", dir)
	}
	if _, err := os.Stat(filepath.Join(dir, "lesson.yaml")); err == nil {
		return fmt.Errorf("lessons %q is one lesson; expected the folder in which it lies, %q", dir, filepath.Dir(filepath.Clean(dir)))
	}
	beside.dir = dir
	return nil
}

// look reads the folder as it is now, unless it was looked at a moment ago.
func (s *shelf) look(now time.Time) holding {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" || now.Sub(s.looked) < lookEvery {
		return s.holding
	}
	s.looked = now
	stamp, err := stampOf(s.dir)
	if err != nil {
		s.holding.err = err
		return s.holding
	}
	if stamp != s.stamp {
		s.stamp, s.holding = stamp, s.read()
	}
	return s.holding
}

func (s *shelf) read() (all holding) {
	dirs, _ := filepath.Glob(filepath.Join(s.dir, "*", "lesson.yaml"))
	for _, f := range dirs {
		if l, err := LoadDir(filepath.Dir(f)); err != nil {
			all.err = errors.Join(all.err, err)
		} else {
			all.lessons = append(all.lessons, l)
		}
	}
	var err error
	if dir := filepath.Join(s.dir, puzzlesDir); IsPuzzles(dir) {
		all.puzzles, err = loadPuzzles(os.DirFS(dir), ".", filepath.ToSlash(dir))
		all.err = errors.Join(all.err, err)
	}
	if dir := filepath.Join(s.dir, storiesDir); IsStories(dir) {
		all.stories, err = loadStories(os.DirFS(dir), ".", filepath.ToSlash(dir))
		all.err = errors.Join(all.err, err)
	}
	return all
}

// stampOf changes with every file below a folder.
func stampOf(dir string) (string, error) {
	var b strings.Builder
	n := 0
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it went while we looked
		}
		if n++; n > mostFiles {
			return fmt.Errorf("%s: more than %d files; expected a folder of lessons", dir, mostFiles)
		}
		if info, err := d.Info(); err == nil && !d.IsDir() {
			fmt.Fprintln(&b, name, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return b.String(), err
}

// All returns the lessons that are built in and those of the folder beside them, by
// chapter, what others need first. They are shared: nobody changes a lesson. With an error
// come those that can be used.
func All() ([]*Lesson, error) {
	all, err := builtIn()
	own := beside.look(time.Now())
	return joined(all, own.lessons, func(l *Lesson) string { return l.Slug }, sortLessons), errors.Join(err, own.err)
}

// Get returns the lesson with this slug, be it a draft.
func Get(slug string) (*Lesson, bool) {
	all, _ := All()
	if i := slices.IndexFunc(all, func(l *Lesson) bool { return l.Slug == slug }); i >= 0 {
		return all[i], true
	}
	l := drafts.get(slug)
	return l, l != nil
}

// Puzzles returns the puzzles that are built in and those of the folder beside them, by
// chapter, the easy ones first.
func Puzzles() ([]*Puzzle, error) {
	all, err := builtInPuzzles()
	own := beside.look(time.Now())
	return joined(all, own.puzzles, func(p *Puzzle) string { return p.ID }, sortPuzzles), errors.Join(err, own.err)
}

// Stories returns the stories that are built in and those of the folder beside them, the
// easy ones first.
func Stories() ([]*Story, error) {
	all, err := builtInStories()
	own := beside.look(time.Now())
	return joined(all, own.stories, func(s *Story) string { return s.ID }, sortStories), errors.Join(err, own.err)
}

// joined puts own ones among those that are built in, and in the place of their namesakes.
func joined[T any](all, own []T, name func(T) string, sort func([]T)) []T {
	if own == nil {
		return all
	}
	out := slices.Clone(own)
	for _, x := range all {
		if !slices.ContainsFunc(own, func(y T) bool { return name(x) == name(y) }) {
			out = append(out, x)
		}
	}
	sort(out)
	return out
}

// Mistakes are those of the lesson, puzzle or story with this name in the folder beside.
func Mistakes(name string) (all []string) {
	for _, e := range unjoin(beside.look(time.Now()).err) {
		file, _, _ := strings.Cut(filepath.ToSlash(e.Error()), ":")
		if strings.Contains(file, "/"+name+"/") || strings.HasSuffix(file, "/"+name+".yaml") {
			all = append(all, e.Error())
		}
	}
	return all
}
