package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-chi/chi/v5"

	"wirestep/i18n"
	"wirestep/lessons"
	"wirestep/templates"
)

// paperLevel is the level at which a lesson is printed.
const paperLevel = "student"

// keys are those that were made: a lesson's does not change while the program runs.
type keys struct {
	mu   sync.Mutex
	done map[string][]lessons.Answered
}

func (x *keys) of(l *lessons.Lesson) ([]lessons.Answered, error) {
	if l.IsDraft() { // nobody waits for it, and it is not kept
		return l.Key(paperLevel)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if k, ok := x.done[l.Slug]; ok {
		return k, nil
	}
	k, err := l.Key(paperLevel)
	if err == nil {
		if x.done == nil {
			x.done = map[string][]lessons.Answered{}
		}
		x.done[l.Slug] = k
	}
	return k, err
}

// worksheetPage is GET /lessons/{slug}/worksheet: a lesson with blanks. Nothing that the
// engine answers is in it, numbers in its texts included: they are what is to be found.
func (s *Server) worksheetPage(w http.ResponseWriter, r *http.Request) { s.paper(w, r, false) }

// keyPage is GET /lessons/{slug}/key: the same with what the engine answers.
func (s *Server) keyPage(w http.ResponseWriter, r *http.Request) { s.paper(w, r, true) }

func (s *Server) paper(w http.ResponseWriter, r *http.Request, key bool) {
	l := s.library.lesson(chi.URLParam(r, "slug"))
	if l == nil {
		s.failPage(w, r, refuse(http.StatusNotFound, "no-lesson", "slug", chi.URLParam(r, "slug")))
		return
	}
	v := templates.Worksheet{Page: s.page(r, "teach"), Slug: l.Slug, Key: key}
	d := l.Doc(v.Lang)
	v.Heading, v.Title = d.Title, v.T("sheet.title", "name", d.Title)
	if key {
		v.Title = v.T("sheet.key-title", "name", d.Title)
	}
	var answered []lessons.Answered
	if key {
		done, err := s.turn(r, l)
		if err == nil {
			defer done()
			answered, err = s.library.keys.of(l)
		}
		if err != nil {
			s.failPage(w, r, err)
			return
		}
	}
	v.Sheet = s.sheet(l, v.Lang, paperLevel, answered)
	s.render(w, r, http.StatusOK, templates.WorksheetPage(v))
}

// sheet is a lesson as it is read at one level: with blanks, or with what its steps came to.
func (s *Server) sheet(l *lessons.Lesson, lang, level string, answered []lessons.Answered) templates.Sheet {
	d := l.Doc(lang)
	p := paper{lang: lang, level: level}
	v := templates.Sheet{Summary: p.blocks(d.Summary), Afterwards: p.blocks(d.Afterwards)}
	for i := range d.Steps {
		if !l.Steps[i].Has(level) {
			continue
		}
		p.key = nil
		if at := slices.IndexFunc(answered, func(a lessons.Answered) bool { return a.Step == i }); at >= 0 {
			p.key = &answered[at]
		}
		step := p.step(&d.Steps[i])
		if answered != nil && d.Steps[i].Param != nil && d.Steps[i].Param.Second == nil {
			if strip, err := s.library.turned.of(l, d.Steps[i].ID); err == nil {
				for j := range min(len(step.Cells), len(strip.Cells)) {
					step.Cells[j].Answer = strip.Cells[j].Answer
				}
			}
		}
		v.Steps = append(v.Steps, step)
	}
	return v
}

// paper puts a step on paper: without a key, with blanks for whatever the run says.
type paper struct {
	lang, level string
	key         *lessons.Answered
}

const blank = "______"

func (p paper) spans(in []lessons.Span) []templates.Span {
	out := spans(in)
	for i, s := range in {
		if s.Value == "" {
			continue
		}
		out[i].T = blank
		if p.key != nil && p.key.Values[s.Value] != "" {
			out[i] = templates.Span{B: p.key.Values[s.Value]}
		}
	}
	return out
}

func (p paper) items(in [][]lessons.Span) [][]templates.Span {
	var out [][]templates.Span
	for _, x := range in {
		out = append(out, p.spans(x))
	}
	return out
}

// blocks are those of the level that is printed.
func (p paper) blocks(in []lessons.Block) []templates.Block {
	var out []templates.Block
	for _, b := range in {
		if b.Level == "" || b.Level == p.level {
			out = append(out, templates.Block{P: p.spans(b.P), UL: p.items(b.UL), OL: p.items(b.OL)})
		}
	}
	return out
}

func (p paper) step(d *lessons.StepDoc) templates.SheetStep {
	s := templates.SheetStep{ID: d.ID, Title: d.Title, Body: p.blocks(d.Body)}
	for i, m := range d.Do {
		if i == 0 || len(m.Text) == 1 {
			s.Do = append(s.Do, p.blocks(m.Text)...)
		}
	}
	if d.Ask != nil {
		p.ask(&s, d.Ask)
	}
	if d.Param != nil {
		s.Param = p.blocks(d.Param.Text)
		for _, c := range d.Param.Cells {
			s.Cells = append(s.Cells, templates.SheetCell{Value: c})
		}
	}
	if d.Goal != nil {
		s.Goal = p.blocks(d.Goal.Text)
	}
	if p.key != nil {
		s.After = p.blocks(d.After)
	}
	return s
}

func (p paper) ask(s *templates.SheetStep, a *lessons.AskDoc) {
	s.Ask, s.Ordered = p.blocks(a.Text), a.As == "order"
	if a.Unit != "" {
		s.Unit = i18n.T(p.lang, "lesson.unit-"+a.Unit, "n", 2)
	}
	if a.As == "axis" {
		s.Unit = i18n.T(p.lang, "lesson.unit-s")
	}
	for _, o := range a.Options {
		c := templates.SheetChoice{Label: p.spans(o.Label)}
		if p.key != nil {
			if at := slices.Index(p.key.Keys(), o.Key); at >= 0 && s.Ordered {
				c.Mark = strconv.Itoa(at + 1)
			} else if at >= 0 {
				c.Mark = "✓"
				s.Why = p.blocks(o.Why)
			}
		}
		s.Choices = append(s.Choices, c)
	}
	if p.key == nil {
		return
	}
	if len(a.Options) == 0 {
		s.Right = strings.TrimSpace(p.key.Right + " " + s.Unit)
	}
	if a.Kind == "segment" || a.Kind == "cause" {
		s.Right = i18n.T(p.lang, "sheet."+a.Kind, "n", p.key.Right)
	}
	s.Why = append(s.Why, p.blocks(a.Right)...)
}

// teachPage is GET /teach: how a lesson is held, and what each chapter needs.
func (s *Server) teachPage(w http.ResponseWriter, r *http.Request) {
	v := templates.Teach{Page: s.page(r, "teach")}
	v.Title, v.About = v.T("teach.title"), v.T("teach.lead")
	for _, k := range []string{"before", "predict", "move", "discuss", "levels", "after", "paper", "room"} {
		v.How = append(v.How, v.T("teach.how-"+k))
	}
	p := paper{lang: v.Lang}
	for _, id := range lessons.Chapters {
		c := templates.TeachChapter{ID: id, Name: v.T("chapter." + id)}
		minutes, needs := 0, []string{}
		for _, l := range s.library.inOrder() {
			if l.Chapter != id {
				continue
			}
			minutes += l.Minutes
			d := l.Doc(v.Lang)
			x := templates.TeachLesson{Slug: l.Slug, Title: d.Title, Length: v.T("home.minutes", "n", l.Minutes), Belief: p.blocks(d.Belief), Afterwards: p.blocks(d.Afterwards)}
			var before []string
			for _, n := range l.Needs {
				need := s.library.lesson(n)
				if need == nil {
					continue
				}
				before = append(before, need.Title(v.Lang))
				if name := v.T("chapter." + need.Chapter); need.Chapter != id && !slices.Contains(needs, name) {
					needs = append(needs, name)
				}
			}
			if before != nil {
				x.Needs = v.T("lesson.needs") + " " + strings.Join(before, v.T("teach.comma"))
			}
			c.Lessons = append(c.Lessons, x)
		}
		if c.Lessons == nil {
			continue
		}
		c.Needs = v.T("teach.chapter", "n", len(c.Lessons), "minutes", minutes)
		if len(needs) > 0 {
			c.Needs += " " + v.T("teach.needs", "names", strings.Join(needs, v.T("teach.comma")))
		}
		v.Chapters = append(v.Chapters, c)
	}
	s.render(w, r, http.StatusOK, templates.TeachPage(v))
}
