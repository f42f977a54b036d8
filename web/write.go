package web

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"mime/multipart"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"wirestep/docs"
	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/templates"
)

// A lesson is written in the browser: the page posts its texts, and gets back what is wrong with them, what a
// reader will see, or the folder. Nothing is kept here but, in memory and for a while, a draft that is played.

const (
	judging   = 10 * time.Second // for a draft, from when its turn has come
	maxJudges = 2                // at once
	draftForm = 1 << 20          // bytes of a form that are held in memory: all of it
)

// exampleLesson is what a new lesson begins with.
const exampleLesson = "example/far-server"

// draft is what a page posted.
type draft struct {
	files map[string]string
	from  string // the slug of the lesson that it began as; "" the example
	level string
	lang  string
}

// writePage is GET /write?from=SLUG.
func (s *Server) writePage(w http.ResponseWriter, r *http.Request) {
	d := draft{from: r.URL.Query().Get("from"), level: paperLevel, lang: langOf(r)}
	if l := s.library.lesson(d.from); l != nil {
		d.files = l.Files()
	} else if d.from != "" {
		s.failPage(w, r, refuse(http.StatusNotFound, "no-lesson", "slug", d.from))
		return
	} else {
		d.files = example()
	}
	v := s.writing(r, d)
	l, err := lessons.LoadDraft(d.files, nil)
	s.said(&v, d, l, nil, err)
	s.render(w, r, http.StatusOK, templates.WritePage(v))
}

func example() map[string]string {
	all := map[string]string{}
	names, _ := fs.ReadDir(docs.Example, exampleLesson)
	for _, f := range names {
		b, _ := docs.Example.ReadFile(path.Join(exampleLesson, f.Name()))
		all[f.Name()] = string(b)
	}
	return all
}

// readDraft reads a form in which each file is a field of its own, with its name.
func readDraft(r *http.Request) (draft, error) {
	err := r.ParseForm()
	if err == nil {
		if err = r.ParseMultipartForm(draftForm); errors.Is(err, http.ErrNotMultipart) {
			err = nil
		}
	}
	var large *http.MaxBytesError
	if err != nil && !errors.As(err, &large) {
		err = refuse(http.StatusBadRequest, "body", "what", err.Error())
	}
	if errors.Is(err, multipart.ErrMessageTooLarge) {
		err = refuse(http.StatusRequestEntityTooLarge, "body-large", "max", maxBody)
	}
	if err != nil {
		return draft{}, err
	}
	d := draft{files: map[string]string{}, from: r.PostForm.Get("from"), level: r.PostForm.Get("level"), lang: r.PostForm.Get("in")}
	for name, texts := range r.PostForm {
		if strings.Contains(name, ".") {
			d.files[name] = strings.ReplaceAll(texts[0], "\r\n", "\n")
		}
	}
	if !slices.Contains(lessons.Levels, d.level) {
		d.level = paperLevel
	}
	if !i18n.Known(d.lang) {
		d.lang = langOf(r)
	}
	return d, nil
}

// turn waits until one more draft may be run: its runs are a stranger's. done ends it.
func (s *Server) turn(r *http.Request, l *lessons.Lesson) (done func(), err error) {
	if l != nil && !l.IsDraft() {
		return func() {}, nil
	}
	select {
	case s.judges <- struct{}{}:
		return func() { <-s.judges }, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// look is POST /write: what is wrong as far as reading tells, and how it will look.
func (s *Server) look(w http.ResponseWriter, r *http.Request) { s.answerDraft(w, r, false) }

// judge is POST /write/check: what `wirestep check` says, and what the engine answers.
func (s *Server) judge(w http.ResponseWriter, r *http.Request) { s.answerDraft(w, r, true) }

func (s *Server) answerDraft(w http.ResponseWriter, r *http.Request, play bool) {
	d, err := readDraft(r)
	if err != nil {
		s.failPage(w, r, err)
		return
	}
	done, err := s.turn(r, nil)
	if err != nil {
		return // nobody waits
	}
	defer done()
	ctx, cancel := context.WithTimeout(r.Context(), judging)
	defer cancel()
	v := s.writing(r, d)
	l, err := lessons.LoadDraft(d.files, ctx.Err)
	var answered []lessons.Answered
	if play && err == nil {
		v.Checked = true
		if err = errors.Join(lessons.Judge(l, nil)...); err == nil {
			answered, err = l.Key(d.level)
		}
		if errors.Is(err, lessons.ErrOver) {
			err = refuse(http.StatusOK, "draft-over", "seconds", int(judging.Seconds()))
		}
	}
	if r.Context().Err() != nil {
		return // who typed on asked again
	}
	s.said(&v, d, l, answered, err)
	s.render(w, r, http.StatusOK, templates.WritePage(v))
}

// writing is the page with the texts in it.
func (s *Server) writing(r *http.Request, d draft) templates.Write {
	v := templates.Write{Page: s.page(r, "teach", "write.js"), From: d.from, Level: d.level, In: d.lang}
	v.Title = v.T("write.title")
	v.Fields, v.Sections = strings.Join(lessons.LessonFields(), " "), strings.Join(lessons.TextSections(), " ")
	for name, text := range d.files {
		v.Files = append(v.Files, templates.WriteFile{Name: name, Text: text})
	}
	slices.SortFunc(v.Files, func(a, b templates.WriteFile) int {
		return cmp.Or(cmp.Compare(lessons.DraftRank(a.Name), lessons.DraftRank(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	for _, level := range lessons.Levels {
		v.Levels = append(v.Levels, templates.Choice{Label: v.T("level." + level), Href: level, Current: level == d.level})
	}
	for _, lang := range i18n.Languages {
		v.Ins = append(v.Ins, templates.Choice{Label: langNames[lang], Href: lang, Current: lang == d.lang})
	}
	return v
}

// said puts into the page what is wrong, and what a reader of the lesson will see.
func (s *Server) said(v *templates.Write, d draft, l *lessons.Lesson, answered []lessons.Answered, err error) {
	if p := problemIn(err); p != nil {
		v.Wrong = []templates.WriteMistake{{Text: strings.Join(p.In(v.Lang), " "), Lang: v.Lang}}
	} else if err != nil {
		for _, m := range lessons.DraftMistakes(err) {
			one := templates.WriteMistake{File: m.File, Line: m.Line, Column: m.Column, Lang: v.Lang}
			var ok bool
			if one.Text, ok = i18n.LessonMistake(v.Lang, m.Text); !ok {
				one.Lang = i18n.Default
			}
			v.Wrong = append(v.Wrong, one)
		}
	}
	if l == nil || !l.Readable(d.lang) {
		return
	}
	v.Heading, v.Shown, v.Reader = l.Title(d.lang), true, templates.Page{T: func(key string, args ...any) string { return i18n.T(d.lang, key, args...) }}
	v.Sheet = s.sheet(l, d.lang, d.level, answered)
}

// playDraft is POST /write/play: the lesson in the lab, as others would find it.
func (s *Server) playDraft(w http.ResponseWriter, r *http.Request) {
	d, err := readDraft(r)
	if err != nil {
		s.failPage(w, r, err)
		return
	}
	done, err := s.turn(r, nil)
	if err != nil {
		return
	}
	defer done()
	slug, err := lessons.KeepDraft(d.files)
	if err != nil {
		v := s.writing(r, d)
		l, err := lessons.LoadDraft(d.files, nil)
		s.said(&v, d, l, nil, err)
		s.render(w, r, http.StatusUnprocessableEntity, templates.WritePage(v))
		return
	}
	http.Redirect(w, r, "/lessons/"+slug, http.StatusSeeOther)
}

var (
	slugRE  = regexp.MustCompile(`(?m)^slug: *([a-z][a-z0-9-]{0,60})`)
	zipTime = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) // so that the same texts make the same file
)

// zipDraft is POST /write/zip: the folder, whether or not it is right yet.
func (s *Server) zipDraft(w http.ResponseWriter, r *http.Request) {
	d, err := readDraft(r)
	if err != nil {
		s.failPage(w, r, err)
		return
	}
	folder := "lesson"
	if m := slugRE.FindStringSubmatch(d.files["lesson.yaml"]); m != nil {
		folder = m[1]
	}
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	for _, f := range s.writing(r, d).Files {
		if !lessons.DraftName(f.Name) {
			continue
		}
		part, err := z.CreateHeader(&zip.FileHeader{Name: folder + "/" + f.Name, Method: zip.Deflate, Modified: zipTime})
		if err == nil {
			_, err = part.Write([]byte(f.Text))
		}
		if err != nil {
			s.failPage(w, r, err)
			return
		}
	}
	if err := z.Close(); err != nil {
		s.failPage(w, r, err)
		return
	}
	attach(w, "application/zip", folder+".zip")
	w.Write(file.Bytes())
}
