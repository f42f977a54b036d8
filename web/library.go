package web

import (
	"slices"
	"sync"

	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/templates"
)

// library holds what comes with the program: lessons and scenes, and a run of
// each as it goes when nobody interferes, for those who read without scripts.
type library struct {
	scenes   []lessons.Sandbox
	examples []lessons.Sandbox // found by their name, not listed
	claims   []*lessons.Claim
	puzzles  []*lessons.Puzzle
	stories  []*lessons.Story
	tried    tries             // what became of changes in stories
	shown    []lessons.Sandbox // the claims' scenes, and the puzzles'
	met      func() met
	turned   strips                   // of parameters
	strips   func() map[string]*strip // of the claims, by their ids
	index    func() []findable

	mu   sync.Mutex
	runs map[string]run // scene text → its run
}

func newLibrary(conf Config) *library {
	b := &library{runs: map[string]run{}}
	var err error
	if err := lessons.Beside(conf.Lessons); err != nil {
		conf.Log.Error("the folder of lessons cannot be used", "err", err)
	}
	if _, err = lessons.All(); err != nil {
		conf.Log.Error("some lessons cannot be used", "err", err)
	}
	if b.scenes, err = lessons.Scenes(); err != nil {
		conf.Log.Error("some scenes cannot be used", "err", err)
	}
	if b.examples, err = examples(); err != nil {
		conf.Log.Error("some examples cannot be used", "err", err)
	}
	if b.claims, err = lessons.Claims(); err != nil {
		conf.Log.Error("some claims cannot be used", "err", err)
	}
	if b.puzzles, err = lessons.Puzzles(); err != nil {
		conf.Log.Error("some puzzles cannot be used", "err", err)
	}
	if b.stories, err = lessons.Stories(); err != nil {
		conf.Log.Error("some stories cannot be used", "err", err)
	}
	b.shown = append(claimScenes(b.claims), puzzleScenes(b.puzzles)...)
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
	all, _ := lessons.All()
	return all
}

func (b *library) lesson(slug string) *lessons.Lesson {
	for _, l := range b.lessons() {
		if l.Slug == slug {
			return l
		}
	}
	return nil
}

func (b *library) scene(name string) *lessons.Sandbox {
	for _, list := range [][]lessons.Sandbox{b.scenes, b.examples, b.shown} {
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
func (b *library) run(text string) (run, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r, ok := b.runs[text]; ok {
		return r, nil
	}
	st, err := begin(opening{Scene: text}, DefaultLimits)
	if err != nil {
		return run{}, err
	}
	for range maxPictured {
		if st.step() != nil {
			break
		}
	}
	r := st.run(maxPictured)
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
