package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"

	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/templates"
	"wirestep/web/session"
)

// library holds what comes with the program: lessons and scenes, and a run of
// each as it goes when nobody interferes, for those who read without scripts.
type library struct {
	scenes   []lessons.Sandbox
	examples []lessons.Sandbox // found by their name, not listed
	claims   []*lessons.Claim
	tried    tries             // what became of changes in stories
	shown    []lessons.Sandbox // the claims' scenes
	met      func() met
	turned   strips                   // of parameters
	keys     keys                     // of worksheets
	strips   func() map[string]*strip // of the claims, by their ids
	index    func() []findable

	mu   sync.Mutex
	runs map[string]session.Run // scene text → its run
	said map[string]string      // what was logged last of a folder
	log  *slog.Logger
}

func newLibrary(conf Config) *library {
	b := &library{runs: map[string]session.Run{}, said: map[string]string{}}
	b.log = conf.Log
	var err error
	if conf.Lessons != "" {
		err = lessons.Beside(conf.Lessons)
	}
	b.tell("the folder of lessons cannot be used", err)
	if b.scenes, err = lessons.Scenes(); err != nil {
		conf.Log.Error("some scenes cannot be used", "err", err)
	}
	if b.examples, err = examples(); err != nil {
		conf.Log.Error("some examples cannot be used", "err", err)
	}
	if b.claims, err = lessons.Claims(); err != nil {
		conf.Log.Error("some claims cannot be used", "err", err)
	}
	b.lessons()
	b.puzzles()
	b.stories()
	b.shown = claimScenes(b.claims)
	b.strips = sync.OnceValue(func() map[string]*strip {
		all := map[string]*strip{}
		for _, c := range b.claims {
			if s, err := stripOf(c); err == nil && c.Scene != "" {
				all[c.ID] = s
			}
		}
		return all
	})
	b.met, b.index = b.metOnce(), sync.OnceValue(b.findables)
	return b
}

// lessons are those there are now: a folder beside those that are built in may change.
func (b *library) lessons() []*lessons.Lesson {
	all, err := lessons.All()
	b.tell("some lessons cannot be used", err)
	return all
}

func (b *library) puzzles() []*lessons.Puzzle {
	all, err := lessons.Puzzles()
	b.tell("some puzzles cannot be used", err)
	return all
}

func (b *library) stories() []*lessons.Story {
	all, err := lessons.Stories()
	b.tell("some stories cannot be used", err)
	return all
}

// tell logs what is wrong with a folder, once.
func (b *library) tell(what string, err error) {
	now := fmt.Sprint(err)
	b.mu.Lock()
	said := b.said[what] == now || err == nil && b.said[what] == ""
	b.said[what] = now
	b.mu.Unlock()
	if !said && err != nil {
		b.log.Error(what, "err", err)
	}
}

func (b *library) lesson(slug string) *lessons.Lesson {
	for _, l := range b.lessons() {
		if l.Slug == slug {
			return l
		}
	}
	return lessons.DraftOf(slug)
}

// missing is a page that is not there. Whoever writes it in a folder beside is told why.
func (s *Server) missing(name string, p *problem) *problem {
	if wrong := lessons.Mistakes(name); len(wrong) > 0 {
		return &problem{http.StatusUnprocessableEntity, session.Refusal{Code: "own-lesson", Args: []any{"name", name}, Detail: wrong}}
	}
	return p
}

func (b *library) scene(name string) *lessons.Sandbox {
	for _, list := range [][]lessons.Sandbox{b.scenes, b.examples, b.shown, puzzleScenes(b.puzzles())} {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
	}
	return nil
}

// run runs one of the library's scenes to its end, or as far as is shown. It
// does so once.
func (b *library) run(text string) (session.Run, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r, ok := b.runs[text]; ok {
		return r, nil
	}
	st, err := session.Begin(session.Opening{Scene: text}, DefaultLimits.Limits)
	if err != nil {
		return session.Run{}, err
	}
	for range maxPictured {
		if st.Step() != nil {
			break
		}
	}
	r := st.Run(maxPictured)
	b.runs[text] = r
	return r, nil
}

func (b *library) topics(lang string) []templates.Topic {
	var all []templates.Topic
	for _, id := range lessons.Chapters {
		t := templates.Topic{ID: id, Name: i18n.T(lang, "chapter."+id)}
		for _, l := range b.inOrder() {
			if l.Chapter == id {
				t.Lessons = append(t.Lessons, templates.Card{
					ID: l.Slug, Href: "/lessons/" + l.Slug, Title: l.Title(lang), About: l.Summary(lang),
					Length: i18n.T(lang, "home.minutes", "n", l.Minutes), Level: i18n.T(lang, "level."+l.Level), Rank: slices.Index(lessons.Levels, l.Level) + 1,
				})
			}
		}
		if t.Lessons != nil {
			all = append(all, t)
		}
	}
	return all
}

func (b *library) cards(lang string) []templates.Card {
	var all []templates.Card
	for _, s := range b.scenes {
		all = append(all, templates.Card{Href: "/lab?scene=" + s.Name, Title: s.Title[lang], About: s.About[lang]})
	}
	return all
}
