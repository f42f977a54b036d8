package web

import (
	"net/http"
	"slices"
	"strconv"

	"wirestep/lessons"
	"wirestep/templates"
	"wirestep/web/session"
)

// inventoryPage is GET /inventory, and POST /inventory with what somebody said of each
// sentence: it is judged here, so that no page holds an answer before.
func (s *Server) inventoryPage(w http.ResponseWriter, r *http.Request) {
	v := templates.Inventory{Page: s.page(r, "", "inventory.js")}
	v.Title, v.About = v.T("inventory.title"), v.T("inventory.lead")
	all, err := lessons.Inventory()
	if err != nil {
		s.failPage(w, r, err)
		return
	}
	if r.Method == http.MethodPost {
		if err := r.ParseForm(); err != nil {
			s.failPage(w, r, refuse(http.StatusBadRequest, "body", "what", err.Error()))
			return
		}
		v.Judged = true
	}
	for _, a := range lessons.InventoryAnswers {
		v.Answers = append(v.Answers, templates.Choice{Lang: a, Label: v.T("inventory.says-" + a)})
	}
	v.All = len(all)
	for i := range all {
		c := &all[i]
		q := templates.InventoryQuestion{ID: c.ID, Said: spans(session.In(c.Said, v.Lang))}
		for place, n := range c.Order() {
			name := strconv.Itoa(place + 1) // where it stands; its number would say which is right
			one := templates.Because{Name: name, Text: spans(session.In(c.Because[n], v.Lang))}
			if v.Judged {
				one.Given, one.Right = r.PostForm.Get(c.ID+".why") == name, n == 0
				q.Why = q.Why || one.Given && one.Right
			}
			q.Reasons = append(q.Reasons, one)
		}
		if v.Judged {
			if q.Given = r.PostForm.Get(c.ID); !slices.Contains(lessons.InventoryAnswers, q.Given) {
				q.Given = ""
				v.Missing++
			}
			q.Right, q.OK, q.Is = c.Verdict, q.Given == c.Verdict, spans(session.In(c.Is, v.Lang))
			q.Why = q.Why && q.OK
			q.Verdict = v.T("inventory.verdict", "word", v.T("claims.says."+c.Verdict, "kernel", c.Kernel))
			if l := s.library.lesson(c.Lesson); l != nil {
				q.Lesson, q.LessonTitle = l.Slug, l.Title(v.Lang)
			}
			if q.OK {
				v.Right++
			}
			if q.Why {
				v.Reasoned++
			}
		}
		v.Questions = append(v.Questions, q)
	}
	s.render(w, r, http.StatusOK, templates.InventoryPage(v))
}
