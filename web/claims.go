package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/templates"
	"wirestep/web/session"
)

// claimsPage is GET /claims?q=&verdict=&topic=.
func (s *Server) claimsPage(w http.ResponseWriter, r *http.Request) {
	v := templates.Claims{Page: s.page(r, "claims"), All: len(s.library.claims)}
	v.Title, v.About = v.T("claims.title"), v.T("claims.about")
	look := words(v.Query)
	verdict, topic := one(r.URL.Query(), "verdict", lessons.Verdicts), one(r.URL.Query(), "topic", lessons.ClaimTopics)
	verdicts, topics := map[string]int{}, map[string]int{}
	for _, c := range s.library.claims {
		row := s.library.claim(v.Lang, c)
		verdicts[c.Verdict]++
		topics[c.Topic]++
		row.Hidden = verdict != "" && c.Verdict != verdict || topic != "" && c.Topic != topic || !holds(claimText(c), look)
		if !row.Hidden {
			v.Found++
		}
		v.Rows = append(v.Rows, row)
	}
	v.Verdict, v.Topic = verdict, topic
	v.Verdicts = s.facets(r, "verdict", lessons.Verdicts, verdicts, verdict)
	v.Topics = s.facets(r, "topic", lessons.ClaimTopics, topics, topic)
	s.render(w, r, http.StatusOK, templates.ClaimsPage(v))
}

// one is the value of a parameter that has to be one of some.
func one(q url.Values, name string, of []string) string {
	if v := q.Get(name); slices.Contains(of, v) {
		return v
	}
	return ""
}

// facets are the links that narrow the list to one value of a property, and the one
// that takes this back.
func (s *Server) facets(r *http.Request, name string, values []string, count map[string]int, now string) []templates.Facet {
	link := func(value string) string {
		q := url.Values{}
		for _, keep := range []string{"q", "verdict", "topic"} {
			if v := r.URL.Query().Get(keep); v != "" && keep != name {
				q.Set(keep, v)
			}
		}
		if value != "" {
			q.Set(name, value)
		}
		if len(q) == 0 {
			return "/claims"
		}
		return "/claims?" + q.Encode()
	}
	all := []templates.Facet{{Label: i18n.T(langOf(r), "claims."+name+".any"), Href: link(""), Count: len(s.library.claims), On: now == ""}}
	for _, v := range values {
		if count[v] > 0 {
			all = append(all, templates.Facet{Value: v, Label: i18n.T(langOf(r), "claims."+name+"."+v), Href: link(v), Count: count[v], On: now == v})
		}
	}
	return all
}

// claim is one claim as the page shows it.
func (b *library) claim(lang string, c *lessons.Claim) templates.Claim {
	t := func(key string, args ...any) string { return i18n.T(lang, key, args...) }
	row := templates.Claim{
		ID: c.ID, Topic: c.Topic, Verdict: c.Verdict, TopicName: t("claims.topic." + c.Topic), Said: spans(session.In(c.Said, lang)), Is: spans(session.In(c.Is, lang)), On: spans(session.In(c.On, lang)),
		Missing: spans(session.In(c.Missing, lang)), Word: t("claims.says."+c.Verdict, "kernel", c.Kernel), Measured: t("claims.how." + c.How),
		Source: t("claims.source."+c.Source, "line", c.Line), Expects: c.Expects(),
	}
	if c.How != "read" {
		row.Where = t("claims.measured")
	}
	if c.Scene != "" {
		row.Play = "/claims/" + c.ID + "/play"
	}
	if s := b.strips()[c.ID]; s != nil {
		row.Strip = s.draw(lang)
	}
	if l := b.lesson(c.Lesson); l != nil {
		row.Lesson, row.LessonHref = l.Title(lang), "/lessons/"+l.Slug
	}
	for _, other := range i18n.Languages {
		if other != lang {
			row.Words += lessons.Plain(c.Said, other) + "\n" + lessons.Plain(c.Is, other) + "\n"
		}
	}
	return row
}

// claimText is what a claim is found by.
func claimText(c *lessons.Claim) string {
	var b strings.Builder
	b.WriteString(c.ID)
	for _, lang := range i18n.Languages {
		fmt.Fprintf(&b, "\n%s\n%s\n%s", lessons.Plain(c.Said, lang), lessons.Plain(c.Is, lang), lessons.Plain(c.On, lang))
	}
	b.WriteString("\n" + c.Scene)
	return strings.ToLower(b.String())
}

// playClaim is GET /claims/{id}/play: the lab on its scene, where one looks.
func (s *Server) playClaim(w http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "id")
	for _, c := range s.library.claims {
		if c.ID != id || c.Scene == "" {
			continue
		}
		n, err := c.Look()
		if err != nil {
			s.failPage(w, r, err)
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/lab?scene=%s&n=%d", c.Name(), n), http.StatusSeeOther)
		return
	}
	s.failPage(w, r, refuse(http.StatusNotFound, "not-found"))
}

// claimScenes are the scenes of the claims, to be opened like those of the sandbox.
func claimScenes(all []*lessons.Claim) (out []lessons.Sandbox) {
	for _, c := range all {
		if c.Scene == "" {
			continue
		}
		b := lessons.Sandbox{Name: c.Name(), Title: map[string]string{}, About: map[string]string{}, Scene: c.Scene}
		for _, lang := range i18n.Languages {
			b.Title[lang] = i18n.T(lang, "claims.quote", "claim", lessons.Plain(c.Said, lang))
			b.About[lang] = lessons.Plain(c.Is, lang)
		}
		out = append(out, b)
	}
	return out
}
