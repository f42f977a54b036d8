package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"wirestep/engine/host"
	"wirestep/engine/trace"
	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/templates"
)

const (
	maxQuery   = 100 // letters that are looked for
	maxResults = 60
)

// findable is something that can be found: by its name and its words, in any language.
type findable struct {
	kind, href  string
	title, text map[string]string // by language
	names, all  string            // what is looked through, in small letters
}

// entries is everything that can be found, in the order in which it is shown.
func (b *library) findables() []findable {
	var all []findable
	add := func(kind, href string, say func(lang string) (title, text string), more ...string) {
		e := findable{kind: kind, href: href, title: map[string]string{}, text: map[string]string{}}
		names, words := []string{}, more
		for _, lang := range i18n.Languages {
			e.title[lang], e.text[lang] = say(lang)
			names, words = append(names, e.title[lang]), append(words, e.text[lang])
		}
		e.names = strings.ToLower(strings.Join(names, "\n"))
		e.all = e.names + "\n" + strings.ToLower(strings.Join(words, "\n"))
		all = append(all, e)
	}
	for _, l := range b.lessons() {
		add("lesson", "/lessons/"+l.Slug, func(lang string) (string, string) { return l.Title(lang), l.Summary(lang) }, l.Slug)
	}
	for _, list := range [][]lessons.Sandbox{b.scenes, b.examples} {
		for _, s := range list {
			add(kindOf(&s), "/lab?scene="+s.Name, func(lang string) (string, string) { return s.Title[lang], s.About[lang] }, s.Name)
		}
	}
	for _, c := range b.claims {
		add("claim", "/claims#"+c.ID, func(lang string) (string, string) {
			return i18n.T(lang, "claims.quote", "claim", lessons.Plain(c.Said, lang)), lessons.Plain(c.Is, lang)
		}, c.ID)
	}
	for _, p := range b.puzzles() {
		add("puzzle", "/puzzles/"+p.ID, func(lang string) (string, string) { return p.Title[lang], lessons.Plain(p.Story, lang) }, p.ID)
	}
	for _, x := range b.stories() {
		add("story", "/stories/"+x.ID, func(lang string) (string, string) { return x.Title[lang], lessons.Plain(x.Story, lang) }, x.ID)
	}
	for i := range host.Sysctls {
		d := &host.Sysctls[i]
		add("sysctl", "/sysctls#"+d.Name, func(lang string) (string, string) { return d.Name, meaning(lang, d) }, d.Facts().RFC, d.Facts().Linux)
	}
	for _, r := range trace.Rules() {
		add("rule", "/rules#"+r.ID, func(lang string) (string, string) {
			says, _ := i18n.Rule(lang, r.ID, r.Says, r.Differs)
			return r.ID, says
		}, r.Linux, strings.Join(r.RFC, " "), r.Differs)
	}
	return all
}

func kindOf(s *lessons.Sandbox) string {
	if s.Topic == "" {
		return "example"
	}
	return "scene"
}

// meaning is what a setting does, in a sentence.
func meaning(lang string, d *host.Sysctl) string {
	return i18n.T(lang, "sysctl."+strings.TrimPrefix(d.Name, "net.ipv4."))
}

// words takes what somebody looks for apart.
func words(q string) []string {
	if r := []rune(q); len(r) > maxQuery {
		q = string(r[:maxQuery])
	}
	return strings.Fields(strings.ToLower(q))
}

func holds(text string, words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
}

// find returns what holds every word, those that are named so first.
func (b *library) find(q string) []findable {
	w := words(q)
	if len(w) == 0 {
		return nil
	}
	var found []findable
	for _, e := range b.index() {
		if holds(e.all, w) {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(x, y findable) int { return cmp.Compare(x.far(w), y.far(w)) })
	return found[:min(len(found), maxResults)]
}

// far says how far the words are from the name.
func (e *findable) far(w []string) int {
	switch {
	case strings.HasPrefix(e.names, w[0]) || strings.Contains(e.names, "\n"+w[0]) || strings.Contains(e.names, "."+w[0]):
		return 0
	case holds(e.names, w):
		return 1
	}
	return 2
}

// apiSearch is GET /api/search?q=&lang=.
func (s *Server) apiSearch(w http.ResponseWriter, r *http.Request) {
	type one struct {
		Kind  string `json:"kind"`
		Label string `json:"label"`
		Title string `json:"title"`
		Text  string `json:"text"`
		Href  string `json:"href"`
	}
	lang, all := langOf(r), []one{}
	for _, e := range s.library.find(r.URL.Query().Get("q")) {
		all = append(all, one{e.kind, i18n.T(lang, "search."+e.kind), e.title[lang], e.text[lang], e.href})
	}
	w.Header().Set("Cache-Control", "no-cache")
	writeJSON(w, http.StatusOK, all)
}

// searchPage is GET /search?q=: the same for who has no scripts.
func (s *Server) searchPage(w http.ResponseWriter, r *http.Request) {
	v := templates.Search{Page: s.page(r, "search")}
	v.Title = v.T("search.title")
	for _, e := range s.library.find(v.Query) {
		v.Found = append(v.Found, templates.Found{Kind: v.T("search." + e.kind), Title: e.title[v.Lang], Text: e.text[v.Lang], Href: e.href, Code: e.kind == "rule" || e.kind == "sysctl"})
	}
	s.render(w, r, http.StatusOK, templates.SearchPage(v))
}
