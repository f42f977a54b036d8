package web

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"wirestep/lessons"
	"wirestep/templates"
	"wirestep/web/session"
)

// drillsPage is GET /drills: what is there to practise; the script asks and judges.
func (s *Server) drillsPage(w http.ResponseWriter, r *http.Request) {
	v := templates.Drills{Page: s.page(r, "drills", "drills.js")}
	v.Title, v.About = v.T("drills.title"), v.T("drills.lead")
	for _, l := range s.library.inOrder() {
		if len(l.Drills) > 0 {
			v.Lessons = append(v.Lessons, templates.Card{Href: "/drills?lesson=" + l.Slug, Title: l.Title(v.Lang), Length: v.T("drills.count", "n", len(l.Drills))})
		}
	}
	s.render(w, r, http.StatusOK, templates.DrillsPage(v))
}

// maxSeed is the largest seed: it stands in links.
const maxSeed = 1<<24 - 1

// draw finds the drill that an address names, with the numbers of its seed.
func (s *Server) draw(r *http.Request, seed uint64) (*lessons.Draw, error) {
	slug, id := chi.URLParam(r, "lesson"), chi.URLParam(r, "id")
	l := s.library.lesson(slug)
	if l == nil {
		return nil, refuse(http.StatusNotFound, "no-lesson", "slug", slug)
	}
	if l.Drill(id) == nil || seed > maxSeed {
		return nil, refuse(http.StatusNotFound, "no-drill", "id", id)
	}
	done, err := s.turn(r, l)
	if err != nil {
		return nil, err
	}
	defer done()
	return l.Draw(id, seed)
}

// apiDrill is GET /api/drills/{lesson}/{id}?seed=&lang=: the question with its numbers, and
// the run as far as it may be seen before the answer.
func (s *Server) apiDrill(w http.ResponseWriter, r *http.Request) {
	seed, err := strconv.ParseUint(r.URL.Query().Get("seed"), 10, 64)
	if err != nil {
		seed = maxSeed + 1
	}
	d, err := s.draw(r, seed)
	var run []byte
	if err == nil {
		run, err = beforeAnswer(d)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	type setting struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	v := struct {
		Lesson string          `json:"lesson"`
		Title  string          `json:"title"`
		Seed   uint64          `json:"seed"`
		Ask    *lessons.AskDoc `json:"ask"`
		Values []setting       `json:"values"`
		Run    json.RawMessage `json:"run"`
	}{Lesson: d.Lesson.Slug, Title: d.Lesson.Title(langOf(r)), Seed: d.Seed, Ask: d.Doc(langOf(r)), Values: []setting{}, Run: run}
	for name, value := range d.Values {
		v.Values = append(v.Values, setting{name, value})
	}
	slices.SortFunc(v.Values, func(a, b setting) int { return cmp.Compare(a.Name, b.Name) })
	w.Header().Set("Cache-Control", "no-cache")
	writeJSON(w, http.StatusOK, v)
}

// beforeAnswer is the run of a drill up to where it is asked, with no deadline in it.
func beforeAnswer(d *lessons.Draw) ([]byte, error) {
	t, text, err := d.Run()
	if err != nil {
		return nil, err
	}
	st, err := session.Showing(text, t)
	if err != nil {
		return nil, err
	}
	st.CoverFrom(d.Shown())
	return st.Shown(), nil
}

// apiJudge is POST /api/drills/{lesson}/{id}?lang= {"seed": N, "answer": TEXT}.
func (s *Server) apiJudge(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Seed   uint64 `json:"seed"`
		Answer string `json:"answer"`
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		s.fail(w, r, refuse(http.StatusBadRequest, "body", "what", err.Error()))
		return
	}
	d, err := s.draw(r, ask.Seed)
	var j lessons.Judged
	if err == nil {
		if j, err = d.Judge(ask.Answer, langOf(r)); err != nil {
			err = refuse(http.StatusUnprocessableEntity, "lesson", "what", err.Error())
		}
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, struct {
		lessons.Judged
		Scene string `json:"scene"` // for the lab, at the event that decides
	}{j, d.Scene})
}
