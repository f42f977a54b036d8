package web

import (
	"wirestep/engine/find"
	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/web/proto"
	"wirestep/web/session"
)

// puzzleDoc is what the panel shows of a puzzle; nothing in it answers it.
type puzzleDoc struct {
	ID       string      `json:"id"`
	Title    string      `json:"title"`
	Story    []proto.Run `json:"story"`
	Goal     string      `json:"goal"`
	Allowed  []string    `json:"allowed"`
	Calls    []string    `json:"calls"`    // operations that make an allowed call
	Settings []string    `json:"settings"` // operations that set an allowed setting
	Par      int         `json:"par"`
	Ways     int         `json:"ways"`
	Hints    int         `json:"hints"`
	Next     string      `json:"next"` // the address of the next puzzle; "": this is the last
}

func (s *Server) puzzleDoc(p *lessons.Puzzle, lang string) *puzzleDoc {
	v := &puzzleDoc{ID: p.ID, Title: p.Title[lang], Story: session.Runs(session.In(p.Story, lang)), Goal: p.Goal.Text, Allowed: allowedIn(p, lang), Calls: []string{}, Settings: []string{}, Par: p.Par, Ways: p.Ways, Hints: len(p.Hints)}
	for _, op := range p.Set.Calls {
		v.Calls = append(v.Calls, op.Text)
	}
	for _, op := range p.Set.Settings {
		v.Settings = append(v.Settings, op.Text)
	}
	all := s.library.puzzles()
	for i, q := range all {
		if q.ID == p.ID && i+1 < len(all) {
			v.Next = "/puzzles/" + all[i+1].ID
		}
	}
	return v
}

// allowedIn says in words what may be done.
func allowedIn(p *lessons.Puzzle, lang string) (out []string) {
	ways := ""
	for i, w := range p.Set.On {
		if i > 0 {
			ways += ", "
		}
		ways += w.From + " → " + w.To
	}
	for _, k := range p.Set.Kinds {
		key := "puzzle.may-" + k.String()
		if ways != "" && k != find.Call && k != find.Setting {
			out = append(out, i18n.T(lang, key+"-on", "ways", ways))
			continue
		}
		out = append(out, i18n.T(lang, key))
	}
	return out
}
