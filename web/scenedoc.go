package web

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"wirestep/web/proto"
	"wirestep/web/session"
)

// What stands beside a free scene: what it is, what there is to try, its text.

type sceneDoc struct {
	Title  string              `json:"title"`
	About  string              `json:"about"`
	Own    bool                `json:"own"` // it is none of ours: somebody wrote it
	Tries  []tryDoc            `json:"tries"`
	Source string              `json:"source"`
	Texts  []session.SceneText `json:"texts,omitempty"` // of branches that run another text
	Puzzle *puzzleDoc          `json:"puzzle,omitempty"`
}

type tryDoc struct {
	ID     string      `json:"id"`
	Title  string      `json:"title"`
	Text   []proto.Run `json:"text"`
	Button string      `json:"button"` // catalogue key "try.<button>"
}

// apiScene is GET /api/sessions/{id}/scene?lang=.
func (s *Server) apiScene(w http.ResponseWriter, r *http.Request) {
	lang := langOf(r)
	v := sceneDoc{Tries: []tryDoc{}}
	err := s.hub.With(r.Context(), chi.URLParam(r, "id"), func(st *session.State) {
		v.Title, v.About, v.Source = st.File.Scenario.Name, strings.Join(st.File.Prose, " "), st.Scene
		v.Texts = st.Texts()
		v.Own = st.Lesson == "" && st.Sandbox == ""
		if b := s.library.scene(st.Sandbox); b != nil {
			v.Title, v.About = b.Title[lang], b.About[lang]
		}
		if p := st.Puzzle(); p != nil {
			v.Puzzle = s.puzzleDoc(p, lang)
		}
		for _, y := range st.Tries() {
			v.Tries = append(v.Tries, tryDoc{y.ID, y.Title[lang], session.Runs(y.Text[lang]), y.Button()})
		}
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, v)
}
