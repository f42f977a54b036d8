package session

import (
	"wirestep/engine"
	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/web/proto"
)

// SceneText is the text that a branch runs, and all that leave it.
type SceneText struct {
	Branch engine.BranchID `json:"b"`
	Text   string          `json:"text"`
}

// Texts are those that were changed.
func (st *State) Texts() (all []SceneText) {
	for _, b := range st.T.Branches() {
		if m := st.T.Move(b.ID, 1); m != nil && m.Op.Kind == engine.OpScene {
			all = append(all, SceneText{b.ID, m.Op.Source})
		}
	}
	return all
}

// Tries are the things to try in this session's scene: those written for it, or, in
// one that somebody brought, those that the engine finds.
func (st *State) Tries() []lessons.Try {
	if st.Sandbox != "" {
		s, _ := lessons.Scene(st.Sandbox) // one that is no longer there has none
		return s.Tries
	}
	if st.Lesson == "" && st.found == nil {
		st.found = lessons.Generic(st.File)
	}
	return st.found
}

func Runs(in []lessons.Span) []proto.Run {
	out := []proto.Run{}
	for _, s := range in {
		out = append(out, proto.Run{T: s.T, Kind: s.Kind, Code: s.Code, B: s.B, I: s.I, Kbd: s.Kbd, A: s.A, Href: s.Href})
	}
	return out
}

// doTry makes one of the things to try, on a branch of its own that bears its name.
func (st *State) doTry(w *Subscriber, c proto.Command) (proto.Done, error) {
	if len(st.T.Branches()) >= maxBranches {
		return proto.Done{}, Cannot("many-branches", "max", maxBranches)
	}
	y, err := lessons.Find(st.Tries(), c.Text)
	if err != nil {
		return proto.Done{}, Cannot("no-try", "name", c.Text)
	}
	title := y.Title[w.Lang]
	if title == "" {
		title = y.Title[i18n.Default]
	}
	got, err := y.Run(st.T, title, w.actor())
	if err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	return proto.Done{Says: Runs(got.Says[w.Lang])}, nil
}

func In(texts map[string][]lessons.Span, lang string) []lessons.Span {
	if t, ok := texts[lang]; ok {
		return t
	}
	return texts[lessons.Langs[0]]
}
