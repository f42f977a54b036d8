package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/templates"
	"wirestep/web/session"
)

// puzzlesPage is GET /puzzles: all of them, by chapter.
func (s *Server) puzzlesPage(w http.ResponseWriter, r *http.Request) {
	puzzles := s.library.puzzles()
	v := templates.Puzzles{Page: s.page(r, "puzzles"), Count: len(puzzles)}
	v.Title, v.About = v.T("puzzles.title"), v.T("puzzles.about")
	for _, id := range lessons.Chapters {
		c := templates.PuzzleChapter{ID: id, Name: v.T("chapter." + id)}
		for _, p := range puzzles {
			if p.Chapter == id {
				c.Rows = append(c.Rows, templates.Task{ID: p.ID, Key: "data-puzzle", Href: "/puzzles/" + p.ID, Title: p.Title[v.Lang], Story: spans(session.In(p.Story, v.Lang)), Level: p.Level,
					LevelName: v.T("puzzles.level", "n", p.Level), Par: v.T("puzzles.par", "n", p.Par)})
			}
		}
		if c.Rows != nil {
			v.Chapters = append(v.Chapters, c)
		}
	}
	s.render(w, r, http.StatusOK, templates.PuzzlesPage(v))
}

// playPuzzle is GET /puzzles/{id}: the lab with the puzzle.
func (s *Server) playPuzzle(w http.ResponseWriter, r *http.Request) {
	p := lessons.GetPuzzle(chi.URLParam(r, "id"))
	if p == nil {
		s.failPage(w, r, s.missing(chi.URLParam(r, "id"), refuse(http.StatusNotFound, "not-found")))
		return
	}
	http.Redirect(w, r, "/lab?scene="+p.Name(), http.StatusSeeOther)
}

// puzzleScenes are the scenes of the puzzles, to be opened like those of the sandbox.
func puzzleScenes(all []*lessons.Puzzle) (out []lessons.Sandbox) {
	for _, p := range all {
		b := lessons.Sandbox{Name: p.Name(), Title: map[string]string{}, About: map[string]string{}, Scene: p.Scene}
		for _, lang := range i18n.Languages {
			b.Title[lang], b.About[lang] = p.Title[lang], lessons.Plain(p.Story, lang)
		}
		out = append(out, b)
	}
	return out
}
