package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"wirestep/lessons"
	"wirestep/templates"
	"wirestep/web/session"
)

// storiesPage is GET /stories: all of them, the easy ones first.
func (s *Server) storiesPage(w http.ResponseWriter, r *http.Request) {
	v := templates.Stories{Page: s.page(r, "stories")}
	v.Title, v.About = v.T("stories.title"), v.T("stories.about")
	for _, x := range s.library.stories() {
		v.Rows = append(v.Rows, templates.Task{ID: x.ID, Key: "data-story", Href: "/stories/" + x.ID, Title: x.Title[v.Lang], Story: spans(session.In(x.Story, v.Lang)), Level: x.Level,
			LevelName: v.T("puzzles.level", "n", x.Level), Par: v.T("stories.par", "n", x.Par())})
	}
	s.render(w, r, http.StatusOK, templates.StoriesPage(v))
}

// storyPage is GET /stories/{id}. What was looked at and named so far is its address, so
// nothing has to be kept here, Back takes a step back, and a result can be passed on.
// What a form adds is put into the address by sending the browser there.
func (s *Server) storyPage(w http.ResponseWriter, r *http.Request) {
	x := lessons.GetStory(chi.URLParam(r, "id"))
	if x == nil {
		s.failPage(w, r, s.missing(chi.URLParam(r, "id"), refuse(http.StatusNotFound, "not-found")))
		return
	}
	c, added := readCase(x, r.URL.Query())
	if added != "" {
		http.Redirect(w, r, "/stories/"+x.ID+"?"+c.query().Encode()+"#"+added, http.StatusSeeOther)
		return
	}
	v := templates.Story{Page: s.page(r, "stories")}
	if err := s.fillStory(r, &v, x, c); err != nil {
		s.failPage(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, templates.StoryPage(v))
}

// fillStory waits until a processor is free: a change is tried by playing the night.
func (s *Server) fillStory(r *http.Request, v *templates.Story, x *lessons.Story, c *diagnosis) error {
	select {
	case s.drills <- struct{}{}:
		defer func() { <-s.drills }()
	case <-r.Context().Done():
		return r.Context().Err()
	}
	t := &casePage{s: x, c: c, v: v, tried: &s.library.tried}
	return t.tell(s.library)
}
