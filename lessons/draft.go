package lessons

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"wirestep/engine"
)

// A draft is a lesson that a stranger is writing: a few texts by their file names, judged like any folder
// but within bounds.

const (
	maxDraftFiles = 12
	maxDraftFile  = 32 << 10 // bytes: twice the longest there is; what reads Markdown and YAML takes the square of it
	maxDrafts     = 64       // that are played at once; the one that was looked for longest ago makes room
	draftEvents   = 20_000   // of one branch
	draftDir      = "draft"
	draftPrefix   = "draft-"
)

// ErrOver says that the judging of a draft took too long.
var ErrOver = errors.New("the time for playing it is over")

// draftFiles are the texts as a folder.
type draftFiles map[string]string

func (d draftFiles) ReadFile(name string) ([]byte, error) {
	if text, ok := d[name]; ok {
		return []byte(text), nil
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Open is there because a folder has one; files are read whole.
func (d draftFiles) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
}

var draftNameRE = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,60}\.(yaml|scene|md)$`)

// draftFile says why a draft cannot have a file with this name and text; nil: it can.
func draftFile(name, text string) error {
	if !DraftName(name) {
		return fmt.Errorf("file %q; expected letters, digits and hyphens, then .yaml, .scene or .md", name)
	}
	if len(text) > maxDraftFile {
		return fmt.Errorf("%s: %d bytes; expected at most %d", name, len(text), maxDraftFile)
	}
	return nil
}

// DraftName reports whether a file of a draft may be called so.
func DraftName(name string) bool { return draftNameRE.MatchString(name) }

// LoadDraft loads and lints a draft. over says why no further run may begin, nil while one may. With mistakes
// comes as much of the lesson as could be read; nil if nothing could.
func LoadDraft(files map[string]string, over func() error) (*Lesson, error) {
	if len(files) > maxDraftFiles {
		return nil, fmt.Errorf("%d files; expected at most %d", len(files), maxDraftFiles)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := draftFile(name, files[name]); err != nil {
			return nil, err
		}
	}
	l, err := load(draftFiles(files), ".", draftDir)
	if l != nil {
		l.over = over
	}
	return l, err
}

// Judge plays a draft to its end, as Check plays a folder.
func Judge(l *Lesson, tell Told) []error {
	errs := Play(l, tell)
	if l.mayRun() != nil {
		return []error{ErrOver}
	}
	return errs
}

// mayRun says why no further run of this lesson may begin.
func (l *Lesson) mayRun() error {
	if l == nil || l.over == nil {
		return nil
	}
	return l.over()
}

// timeline is a run of this lesson's, or of a scene like it, at its start.
func (l *Lesson) timeline(sc engine.Scenario) (*engine.Timeline, error) {
	if err := l.mayRun(); err != nil {
		return nil, err
	}
	t, err := engine.NewTimeline(sc)
	if err == nil && l.over != nil {
		t.SetLimit(draftEvents)
	}
	return t, err
}

// LessonFields are all that may stand before a colon in lesson.yaml.
func LessonFields() []string {
	seen := map[string]bool{}
	yamlNames(reflect.TypeFor[yamlLesson](), seen)
	return slices.Sorted(maps.Keys(seen))
}

// TextSections are those that a step may have in a text.
func TextSections() []string { return slices.Concat(Levels, parts, front) }

// Files are the texts that a lesson was read from, by their names.
func (l *Lesson) Files() map[string]string { return maps.Clone(l.files) }

// Readable reports whether it has a text for each of its steps in a language, so that Doc can be asked.
func (l *Lesson) Readable(lang string) bool {
	t := l.Texts[lang]
	return t != nil && len(t.Steps) == len(l.Steps)
}

// DraftMistake is one error of a draft, with its place.
type DraftMistake struct {
	File         string // "": in none in particular
	Line, Column int    // from 1; column 0: the whole line
	Text         string
}

var placedRE = regexp.MustCompile(`^` + draftDir + `/([^:]+):(\d+)(?::(\d+))?: `)

// DraftMistakes are the mistakes in an error of LoadDraft or Judge, file by file, from the top down.
func DraftMistakes(errs ...error) (all []DraftMistake) {
	for _, e := range errs {
		for _, one := range unjoin(e) {
			m := DraftMistake{Text: one.Error()}
			if at := placedRE.FindStringSubmatch(m.Text); at != nil {
				m.File, m.Text = at[1], m.Text[len(at[0]):]
				m.Line, _ = strconv.Atoi(at[2])
				m.Column, _ = strconv.Atoi(at[3])
			}
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(a, b DraftMistake) int {
		return cmp.Or(cmp.Compare(DraftRank(a.File), DraftRank(b.File)), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return all
}

// DraftRank is the place of a file among those of a lesson: what happens, where, and what is said of it.
func DraftRank(name string) int {
	switch {
	case name == "lesson.yaml":
		return 0
	case strings.HasSuffix(name, ".scene"):
		return 1
	}
	return 2 + slices.Index(Langs, strings.TrimSuffix(name, ".md"))
}

// shelved are the drafts that are being played.
type shelved struct {
	mu   sync.Mutex
	byID map[string]*Lesson
	used []string // their ids, the one that was looked for last at the end
}

var drafts shelved

// KeepDraft keeps a draft without mistakes in memory for as long as it is looked for, among few others, and
// returns the slug by which Get finds it: the same for the same texts.
func KeepDraft(files map[string]string) (slug string, err error) {
	l, err := LoadDraft(files, func() error { return nil })
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(sum, "%q %q\n", name, files[name])
	}
	l.Slug = draftPrefix + fmt.Sprintf("%x", sum.Sum(nil)[:10])
	drafts.put(l)
	return l.Slug, nil
}

// DraftOf is the draft that is kept under a slug; nil: none.
func DraftOf(slug string) *Lesson { return drafts.get(slug) }

// IsDraft reports whether a stranger wrote it.
func (l *Lesson) IsDraft() bool { return strings.HasPrefix(l.Slug, draftPrefix) }

func (s *shelved) put(l *Lesson) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID == nil {
		s.byID = map[string]*Lesson{}
	}
	if s.byID[l.Slug] == nil {
		s.byID[l.Slug] = l
		s.used = append(s.used, l.Slug)
	}
	if len(s.used) > maxDrafts {
		delete(s.byID, s.used[0])
		s.used = s.used[1:]
	}
}

func (s *shelved) get(slug string) *Lesson {
	if !strings.HasPrefix(slug, draftPrefix) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.used, slug); i >= 0 {
		s.used = append(slices.Delete(s.used, i, i+1), slug)
	}
	return s.byID[slug]
}
