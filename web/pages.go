package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/static"
	"wirestep/templates"
	"wirestep/web/session"
)

var langNames = map[string]string{"en": "English", "zh-CN": "简体中文"}

// page fills what every page needs.
func (s *Server) page(r *http.Request, here string, scripts ...string) templates.Page {
	lang := langOf(r)
	p := templates.Page{
		Lang: lang, Here: here, Style: static.URL("style.css"), Theme: static.URL("theme.js"),
		T: func(key string, args ...any) string { return i18n.T(lang, key, args...) },
	}
	p.Query = strings.TrimSpace(r.URL.Query().Get("q"))
	if slices.Contains(scripts, "lab.js") {
		p.Preload = append(p.Preload, static.URL("shared.js"))
		q := "?lang=" + lang
		p.Fetch = []string{"/i18n/" + lang + ".json", "/api/rules" + q, "/api/fields" + q}
	} else {
		scripts = append(scripts, "page.js") // the lab has a search and a theme of its own
	}
	for _, name := range scripts {
		p.Scripts = append(p.Scripts, static.URL(name))
	}
	for _, l := range i18n.Languages {
		q := r.URL.Query()
		q.Set("lang", l)
		there := url.URL{Path: r.URL.Path, RawQuery: q.Encode()}
		if r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/write") {
			there = url.URL{Path: "/write", RawQuery: url.Values{"from": r.PostForm["from"], "lang": {l}}.Encode()} // the browser has kept the texts
		} else if r.Method == http.MethodPost && here != "scripts" {
			there.Path = "/lab/new" // what was posted is not at an address
		}
		p.Langs = append(p.Langs, templates.Choice{Lang: l, Label: langNames[l], Href: there.String(), Current: l == lang})
	}
	return p
}

func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) {
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Accept-Language, Cookie")
	templ.Handler(c, templ.WithStatus(status), templ.WithErrorHandler(func(r *http.Request, err error) http.Handler {
		s.log.Error("page does not render", "path", r.URL.Path, "err", err)
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, i18n.T(langOf(r), "error.internal"), http.StatusInternalServerError)
		})
	})).ServeHTTP(w, r)
}

// failPage answers with a page that says what went wrong.
func (s *Server) failPage(w http.ResponseWriter, r *http.Request, err error) {
	p := s.asProblem(r, err)
	v := templates.Failure{Page: s.page(r, ""), Status: p.status}
	v.Title, v.Text = v.T("failure.title"), strings.Join(p.In(v.Lang), " ")
	if p.Code == "own-lesson" {
		v.Text, v.Lines = v.T("error.own-lesson", p.Args...), p.Detail
	}
	if id := chi.URLParam(r, "id"); p.Code == "broken" && id != "" {
		v.Bundle = "/api/sessions/" + id + "/bundle"
	}
	s.render(w, r, p.status, templates.FailurePage(v))
}

func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	s.renderHome(w, r, http.StatusOK, templates.Paste{Text: demoScene})
}

func (s *Server) renderHome(w http.ResponseWriter, r *http.Request, status int, paste templates.Paste) {
	v := templates.Home{Page: s.page(r, "home", "home.js"), Paste: paste}
	v.Title, v.About = v.T("home.title"), v.T("home.about")
	v.Claims, v.Stories = len(s.library.claims), len(s.library.stories())
	v.Topics, v.Scenes = s.library.topics(v.Lang), s.library.cards(v.Lang)
	for _, level := range lessons.Levels {
		v.Levels = append(v.Levels, v.T("level."+level))
	}
	for _, t := range v.Topics {
		if v.Count == 0 {
			v.First = t.Lessons[0]
		}
		v.Count += len(t.Lessons)
	}
	demo, err := s.library.run(demoScene)
	if err != nil {
		s.failPage(w, r, err)
		return
	}
	v.Demo = picture(demo, v.Lang)
	s.render(w, r, status, templates.HomePage(v))
}

// paste is POST /lab: a form with the text of a scene. What is wrong with it is
// said above the form, which keeps the text.
func (s *Server) paste(w http.ResponseWriter, r *http.Request) {
	var err error
	if err = r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if !errors.As(err, &large) {
			err = refuse(http.StatusBadRequest, "body", "what", err.Error())
		}
		s.failPage(w, r, err)
		return
	}
	text := r.PostForm.Get("scene")
	m, err := s.createFor(r, text, r.PostForm.Get("lesson"), r.PostForm.Get("sandbox"), nil)
	p := problemIn(err)
	switch {
	case err == nil:
		// What stands behind # is not sent to anybody: the page takes the key from
		// there, keeps it, and leaves the bare address.
		open := "&text=1"
		if r.PostForm.Get("compare") != "" {
			open = "&compare=1"
		}
		http.Redirect(w, r, "/lab/"+m.ID+"#own="+m.Key+open, http.StatusSeeOther)
	case p != nil && p.Code == "scene":
		s.renderOwn(w, r, p.status, templates.Paste{Text: text, Wrong: p.Detail, Line: p.line()})
	default:
		s.failPage(w, r, err)
	}
}

// ownPage is GET /lab/new: a form for a scene of one's own.
func (s *Server) ownPage(w http.ResponseWriter, r *http.Request) {
	s.renderOwn(w, r, http.StatusOK, templates.Paste{Text: demoScene})
}

func (s *Server) renderOwn(w http.ResponseWriter, r *http.Request, status int, paste templates.Paste) {
	v := templates.Own{Page: s.page(r, "", "own.js"), Paste: paste}
	v.Title = v.T("own.title")
	s.render(w, r, status, templates.OwnPage(v))
}

// lessonPage is a lesson about to begin: no session is made for who only looks.
func (s *Server) lessonPage(w http.ResponseWriter, r *http.Request) {
	l := s.library.lesson(chi.URLParam(r, "slug"))
	if l == nil {
		slug := chi.URLParam(r, "slug")
		s.failPage(w, r, s.missing(slug, refuse(http.StatusNotFound, "no-lesson", "slug", slug)))
		return
	}
	v := templates.Lab{Page: s.page(r, "", "lab.js"), Later: static.URL("later.js"), Lesson: l.Slug}
	readLesson(&v, l)
	s.renderLab(w, r, v, l.Scene)
}

// readLesson puts a lesson's text into the page.
func readLesson(v *templates.Lab, l *lessons.Lesson) {
	d := l.Doc(v.Lang)
	v.Heading, v.About, v.Summary = d.Title, l.Summary(v.Lang), blocks(d.Summary)
	for _, st := range d.Steps {
		step := templates.Step{Title: st.Title, Body: blocks(st.Body)}
		for i, m := range st.Do {
			if i == 0 || len(m.Text) == 1 {
				step.Do = append(step.Do, blocks(m.Text)...)
			}
		}
		if st.Ask != nil {
			step.Ask = blocks(st.Ask.Text)
			for _, o := range st.Ask.Options {
				step.Keys = append(step.Keys, spans(o.Label))
			}
		}
		if st.Goal != nil {
			step.Goal = blocks(st.Goal.Text)
		}
		v.Steps = append(v.Steps, step)
	}
}

// scenePage is a scene of the sandbox about to begin.
func (s *Server) scenePage(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("scene")
	if name == "" {
		http.Redirect(w, r, "/#scenes", http.StatusSeeOther)
		return
	}
	b := s.library.scene(name)
	if b == nil {
		s.failPage(w, r, refuse(http.StatusNotFound, "no-scene", "name", name))
		return
	}
	v := templates.Lab{Page: s.page(r, "", "lab.js"), Later: static.URL("later.js"), Scene: b.Name}
	v.Heading, v.About = b.Title[v.Lang], b.About[v.Lang]
	v.Summary = []templates.Block{{P: []templates.Span{{T: v.About}}}}
	s.renderLab(w, r, v, b.Scene)
}

// renderLab shows how a scene goes when nobody interferes.
func (s *Server) renderLab(w http.ResponseWriter, r *http.Request, v templates.Lab, text string) {
	run, err := s.library.run(text)
	if err != nil {
		s.failPage(w, r, err)
		return
	}
	show(&v, run, text)
	s.render(w, r, http.StatusOK, templates.LabPage(v))
}

func show(v *templates.Lab, r session.Run, text string) {
	v.Title = v.T("lab.title", "name", v.Heading)
	v.Diagram, v.Events, v.Source = picture(r, v.Lang), list(r, v.Lang), text
	if r.More > 0 {
		v.More = v.T("lab.more", "n", r.More)
	}
}

// labPage is GET /lab/{id}: a session as it stands.
func (s *Server) labPage(w http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "id")
	v := templates.Lab{Page: s.page(r, "", "lab.js"), Later: static.URL("later.js"), Session: id, Stream: "/stream/" + id}
	var now session.Run
	var o session.Opening
	err := s.hub.With(r.Context(), id, func(st *session.State) {
		now, o, v.Heading = st.Run(maxPictured), st.Opening, st.File.Scenario.Name
	})
	if err != nil {
		s.failPage(w, r, err)
		return
	}
	if l := s.library.lesson(o.Lesson); l != nil {
		v.Lesson = l.Slug
		readLesson(&v, l)
	}
	if b := s.library.scene(o.Sandbox); b != nil {
		v.Heading = b.Title[v.Lang]
	}
	show(&v, now, o.Scene)
	s.render(w, r, http.StatusOK, templates.LabPage(v))
}

func blocks(in []lessons.Block) []templates.Block {
	var out []templates.Block
	for _, b := range in {
		out = append(out, templates.Block{Level: b.Level, P: spans(b.P), UL: items(b.UL), OL: items(b.OL)})
	}
	return out
}

func spans(in []lessons.Span) []templates.Span {
	var out []templates.Span
	for _, s := range in {
		if s.Value != "" {
			s.T = "…" // a number of the run, which is known when the page plays it
		}
		out = append(out, templates.Span{T: s.T, Kind: s.Kind, Code: s.Code, B: s.B, I: s.I, Kbd: s.Kbd, A: s.A, Href: s.Href})
	}
	return out
}

func items(in [][]lessons.Span) [][]templates.Span {
	var out [][]templates.Span
	for _, s := range in {
		out = append(out, spans(s))
	}
	return out
}
