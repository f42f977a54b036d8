package web

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"wirestep/engine"
	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/web/proto"
)

// What stands beside a free scene: what it is, what there is to try, its text.

type sceneDoc struct {
	Title  string      `json:"title"`
	About  string      `json:"about"`
	Own    bool        `json:"own"` // it is none of ours: somebody wrote it
	Tries  []tryDoc    `json:"tries"`
	Source string      `json:"source"`
	Texts  []sceneText `json:"texts,omitempty"` // of branches that run another text
	Puzzle *puzzleDoc  `json:"puzzle,omitempty"`
}

// sceneText is the text that a branch runs, and all that leave it.
type sceneText struct {
	Branch engine.BranchID `json:"b"`
	Text   string          `json:"text"`
}

// texts are those that were changed.
func (st *stage) texts() (all []sceneText) {
	for _, b := range st.t.Branches() {
		if m := st.t.Move(b.ID, 1); m != nil && m.Op.Kind == engine.OpScene {
			all = append(all, sceneText{b.ID, m.Op.Source})
		}
	}
	return all
}

type tryDoc struct {
	ID     string      `json:"id"`
	Title  string      `json:"title"`
	Text   []proto.Run `json:"text"`
	Button string      `json:"button"` // catalogue key "try.<button>"
}

// tries are the things to try in this session's scene: those written for it, or, in
// one that somebody brought, those that the engine finds.
func (st *stage) tries() []lessons.Try {
	if st.Sandbox != "" {
		s, _ := lessons.Scene(st.Sandbox) // one that is no longer there has none
		return s.Tries
	}
	if st.Lesson == "" && st.found == nil {
		st.found = lessons.Generic(st.file)
	}
	return st.found
}

// apiScene is GET /api/sessions/{id}/scene?lang=.
func (s *Server) apiScene(w http.ResponseWriter, r *http.Request) {
	lang := langOf(r)
	v := sceneDoc{Tries: []tryDoc{}}
	err := s.hub.with(r.Context(), chi.URLParam(r, "id"), func(st *stage) {
		v.Title, v.About, v.Source = st.file.Scenario.Name, strings.Join(st.file.Prose, " "), st.Scene
		v.Texts = st.texts()
		v.Own = st.Lesson == "" && st.Sandbox == ""
		if b := s.library.scene(st.Sandbox); b != nil {
			v.Title, v.About = b.Title[lang], b.About[lang]
		}
		if p := st.puzzle(); p != nil {
			v.Puzzle = s.puzzleDoc(p, lang)
		}
		for _, y := range st.tries() {
			v.Tries = append(v.Tries, tryDoc{y.ID, y.Title[lang], runs(y.Text[lang]), y.Button()})
		}
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, v)
}

func runs(in []lessons.Span) []proto.Run {
	out := []proto.Run{}
	for _, s := range in {
		out = append(out, proto.Run{T: s.T, Kind: s.Kind, Code: s.Code, B: s.B, I: s.I, Kbd: s.Kbd, A: s.A, Href: s.Href})
	}
	return out
}

// doTry makes one of the things to try, on a branch of its own that bears its name.
func (st *stage) doTry(w *watcher, c proto.Command) (proto.Done, error) {
	if len(st.t.Branches()) >= maxBranches {
		return proto.Done{}, cannot("many-branches", "max", maxBranches)
	}
	y, err := lessons.Find(st.tries(), c.Text)
	if err != nil {
		return proto.Done{}, cannot("no-try", "name", c.Text)
	}
	title := y.Title[w.lang]
	if title == "" {
		title = y.Title[i18n.Default]
	}
	got, err := y.Run(st.t, title, w.actor())
	if err != nil {
		return proto.Done{}, cannot("op", "what", err.Error())
	}
	return proto.Done{Says: runs(got.Says[w.lang])}, nil
}
