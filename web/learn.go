package web

import (
	"cmp"
	"net/http"
	"slices"
	"sync"

	"github.com/go-chi/chi/v5"

	"wirestep/lessons"
	"wirestep/web/session"
)

// What a page asks about lessons besides their sessions: the list of them, and the
// strips of their parameters.

// apiLessons is GET /api/lessons?lang=: every lesson, in the order in which they are read.
func (s *Server) apiLessons(w http.ResponseWriter, r *http.Request) {
	type one struct {
		Slug    string   `json:"slug"`
		Title   string   `json:"title"`
		Chapter string   `json:"chapter"`
		Minutes int      `json:"minutes"`
		Level   string   `json:"level"`
		Needs   []string `json:"needs"`
		Drills  []string `json:"drills"`
	}
	lang, all := langOf(r), []one{}
	for _, l := range s.library.inOrder() {
		x := one{Slug: l.Slug, Title: l.Title(lang), Chapter: l.Chapter, Minutes: l.Minutes, Level: l.Level, Needs: append([]string{}, l.Needs...), Drills: []string{}}
		for _, d := range l.Drills {
			x.Drills = append(x.Drills, d.ID)
		}
		all = append(all, x)
	}
	w.Header().Set("Cache-Control", "no-cache")
	writeJSON(w, http.StatusOK, all)
}

// inOrder is every lesson in the order in which they are read: by chapter, and in it
// those first that others need.
func (b *library) inOrder() []*lessons.Lesson {
	all := slices.Clone(b.lessons())
	slices.SortStableFunc(all, func(x, y *lessons.Lesson) int {
		return cmp.Or(
			cmp.Compare(slices.Index(lessons.Chapters, x.Chapter), slices.Index(lessons.Chapters, y.Chapter)),
			cmp.Compare(b.depth(x, 0), b.depth(y, 0)),
			cmp.Compare(slices.Index(lessons.Levels, x.Level), slices.Index(lessons.Levels, y.Level)))
	})
	return all
}

const maxDepth = 20 // of lessons that need lessons

// depth is how many lessons one has to know before, one after the other. One that says
// nothing of it, while others need it, comes first.
func (b *library) depth(l *lessons.Lesson, below int) int {
	most := 0
	for _, slug := range l.Needs {
		if need := b.lesson(slug); need != nil && below < maxDepth {
			most = max(most, 1+b.depth(need, below+1))
		}
	}
	if most > 0 || below > 0 {
		return most
	}
	for _, other := range b.lessons() {
		if slices.Contains(other.Needs, l.Slug) {
			return 0
		}
	}
	return 1 // nobody builds on it
}

// strips are those that were run. A lesson that is written anew is another one.
type strips struct {
	mu   sync.Mutex
	done map[stripKey]func() (lessons.Strip, error)
}

const maxStrips = 500 // then they are run again

type stripKey struct {
	lesson *lessons.Lesson
	step   string
}

func (x *strips) of(l *lessons.Lesson, step string) (lessons.Strip, error) {
	x.mu.Lock()
	key := stripKey{l, step}
	run := x.done[key]
	if run == nil {
		if x.done == nil || len(x.done) >= maxStrips {
			x.done = map[stripKey]func() (lessons.Strip, error){}
		}
		run = sync.OnceValues(func() (lessons.Strip, error) { return l.Strip(step) })
		x.done[key] = run
	}
	x.mu.Unlock()
	return run()
}

type cellJSON struct {
	Value  string `json:"value"`
	Second string `json:"second,omitempty"`
	Answer string `json:"answer,omitempty"`
	Error  string `json:"error,omitempty"`
}

// apiStrip is GET /api/strips/{lesson}/{step}: what each value of the step's parameter comes to.
func (s *Server) apiStrip(w http.ResponseWriter, r *http.Request) {
	l, step := s.library.lesson(chi.URLParam(r, "lesson")), chi.URLParam(r, "step")
	if l == nil {
		s.fail(w, r, refuse(http.StatusNotFound, "no-lesson", "slug", chi.URLParam(r, "lesson")))
		return
	}
	done, err := s.turn(r, l)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer done()
	strip, err := s.library.turned.of(l, step)
	if err != nil {
		s.fail(w, r, refuse(http.StatusNotFound, "no-strip", "step", step))
		return
	}
	v := struct {
		Name   string     `json:"name"`
		Second string     `json:"second,omitempty"`
		Cells  []cellJSON `json:"cells"`
	}{strip.Name, strip.Second, []cellJSON{}}
	for _, c := range strip.Cells {
		v.Cells = append(v.Cells, cellJSON{c.Value, c.Second, c.Answer, c.Wrong})
	}
	w.Header().Set("Cache-Control", "no-cache")
	writeJSON(w, http.StatusOK, v)
}

// maxCellSteps bounds the run of a cell that is shown.
const maxCellSteps = 600

// apiStripRun is GET /api/strips/{lesson}/{step}/run?value=&second=: the run of one cell.
func (s *Server) apiStripRun(w http.ResponseWriter, r *http.Request) {
	l, step := s.library.lesson(chi.URLParam(r, "lesson")), chi.URLParam(r, "step")
	if l == nil {
		s.fail(w, r, refuse(http.StatusNotFound, "no-lesson", "slug", chi.URLParam(r, "lesson")))
		return
	}
	done, err := s.turn(r, l)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	defer done()
	q := r.URL.Query()
	t, text, err := l.CellRun(step, q.Get("value"), q.Get("second"))
	var st *session.State
	if err == nil {
		st, err = session.Showing(text, t)
	}
	if err != nil {
		s.fail(w, r, refuse(http.StatusNotFound, "no-strip", "step", step))
		return
	}
	for st.T.N() < maxCellSteps {
		if _, ok := st.T.Step(); !ok {
			break
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=300")
	w.Write(st.Shown())
}
