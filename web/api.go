package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"wirestep/engine"
	"wirestep/engine/capture"
	"wirestep/engine/packetdrill/export"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
	"wirestep/i18n"
	"wirestep/templates"
	"wirestep/web/session"
)

// apiCreate is POST /api/sessions.
func (s *Server) apiCreate(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Scene   string `json:"scene"`
		Lesson  string `json:"lesson"`
		Sandbox string `json:"sandbox"`
		Copy    string `json:"copy"` // id of a session
		Branch  *int32 `json:"branch"`
		N       *int32 `json:"n"` // of a copy, and of a scene: the event to begin at
	}
	d := json.NewDecoder(r.Body)
	err := d.Decode(&ask)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("something follows the JSON object")
		}
	}
	var large *http.MaxBytesError
	if err != nil && !errors.As(err, &large) {
		err = refuse(http.StatusBadRequest, "body", "what", err.Error())
	}
	var m session.Made
	switch {
	case err != nil:
	case ask.Copy != "":
		m, err = s.copyFor(r, ask.Copy, ask.Branch, ask.N, ask.Scene+ask.Lesson+ask.Sandbox)
	default:
		m, err = s.createFor(r, ask.Scene, ask.Lesson, ask.Sandbox, ask.N)
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Location", "/lab/"+m.ID)
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusCreated, struct {
		ID     string `json:"id"`
		URL    string `json:"url"`
		Stream string `json:"stream"`
	}{m.ID, "/lab/" + m.ID, "/stream/" + m.ID + "?key=" + m.Key})
}

// createFor begins a session for the one who asks, at an event if one is given.
func (s *Server) createFor(r *http.Request, text, lesson, sandbox string, n *int32) (session.Made, error) {
	o, err := s.opening(text, lesson, sandbox)
	if err == nil && n != nil {
		o.At = int(*n)
		err = session.Between("n", *n, 0, metSteps)
	}
	if err != nil {
		return session.Made{}, err
	}
	return s.hub.Create(r.Context(), s.addressOf(r), o)
}

// copyFor begins a copy of a session, where that stands or at a place given.
func (s *Server) copyFor(r *http.Request, id string, branch, n *int32, others string) (session.Made, error) {
	if others != "" {
		return session.Made{}, refuse(http.StatusBadRequest, "body-one")
	}
	var at *session.Spot
	if branch != nil || n != nil {
		at = &session.Spot{}
		if branch != nil {
			at.Branch = engine.BranchID(*branch)
		}
		if n == nil {
			return session.Made{}, refuse(http.StatusBadRequest, "body", "what", "\"branch\" without \"n\", expected both")
		}
		at.N = engine.StepNo(*n)
	}
	return s.hub.Copy(r.Context(), s.addressOf(r), id, at)
}

// opening finds what a session is to begin with.
func (s *Server) opening(text, lesson, sandbox string) (session.Opening, error) {
	given := 0
	for _, v := range []string{text, lesson, sandbox} {
		if v != "" {
			given++
		}
	}
	switch {
	case given != 1:
		return session.Opening{}, refuse(http.StatusBadRequest, "body-one")
	case lesson != "":
		l := s.library.lesson(lesson)
		if l == nil {
			return session.Opening{}, refuse(http.StatusNotFound, "no-lesson", "slug", lesson)
		}
		return session.Opening{Scene: l.Scene, Lesson: l.Slug}, nil
	case sandbox != "":
		b := s.library.scene(sandbox)
		if b == nil {
			return session.Opening{}, refuse(http.StatusNotFound, "no-scene", "name", sandbox)
		}
		return session.Opening{Scene: b.Scene, Sandbox: b.Name}, nil
	}
	return session.Opening{Scene: text}, nil
}

// apiSession is GET /api/sessions/{id}.
func (s *Server) apiSession(w http.ResponseWriter, r *http.Request) {
	var v struct {
		ID       string `json:"id"`
		URL      string `json:"url"`
		Stream   string `json:"stream"`
		Title    string `json:"title"`
		Lesson   string `json:"lesson,omitempty"`
		Branch   int32  `json:"branch"`
		N        int32  `json:"n"`
		Tip      int32  `json:"tip"`
		Branches int    `json:"branches"`
		Pages    int    `json:"pages"`
	}
	v.ID = chi.URLParam(r, "id")
	v.URL, v.Stream = "/lab/"+v.ID, "/stream/"+v.ID
	err := s.hub.With(r.Context(), v.ID, func(st *session.State) {
		v.Title, v.Lesson = st.File.Scenario.Name, st.Lesson
		v.Branch, v.N, v.Tip = int32(st.T.Branch()), int32(st.T.N()), int32(st.Tip())
		v.Branches, v.Pages = len(st.SentBranches()), len(st.Subscribers)
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, v)
}

// apiBundle comes from the journal alone, so that a session which broke can be
// had as well.
func (s *Server) apiBundle(w http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "id")
	var hidden error
	if s.hub.With(r.Context(), id, func(st *session.State) { hidden = st.Hidden() }) == nil && hidden != nil {
		s.fail(w, r, hidden)
		return
	}
	st, err := s.hub.Bundle(r.Context(), id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	attach(w, "text/plain; charset=utf-8", "wirestep-"+id+".scene")
	io.WriteString(w, st.Bundle())
}

func (s *Server) apiTrace(w http.ResponseWriter, r *http.Request) {
	var text strings.Builder
	var hidden error
	err := s.hub.With(r.Context(), chi.URLParam(r, "id"), func(st *session.State) {
		if hidden = st.Hidden(); hidden != nil {
			return
		}
		p := &scene.Printer{}
		st.WalkThrough(func(world *engine.World, e *trace.Event) { fmt.Fprintln(&text, p.Compact(world, e)) })
	})
	if err = cmp.Or(err, hidden); err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, text.String())
}

func (s *Server) apiCapture(w http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "id")
	var file strings.Builder
	var failed, hidden error
	err := s.hub.With(r.Context(), id, func(st *session.State) {
		if hidden = st.Hidden(); hidden != nil {
			return
		}
		failed = capture.Write(&file, &st.File.Scenario, capture.Run(st.T, captureWords(langOf(r))))
	})
	if failed != nil {
		s.log.Error("capture failed", "id", id, "err", failed)
		err = refuse(http.StatusUnprocessableEntity, "capture")
	}
	if err = cmp.Or(err, hidden); err != nil {
		s.fail(w, r, err)
		return
	}
	attach(w, "application/x-pcapng", "wirestep-"+id+".pcapng")
	io.WriteString(w, file.String())
}

// captureWords are the words of the comments in a capture.
func captureWords(lang string) capture.Words {
	t := func(key string, args ...any) string { return i18n.T(lang, key, args...) }
	return capture.Words{
		T: t,
		Says: func(r *trace.Rule) string {
			says, _ := i18n.Rule(lang, r.ID, r.Says, r.Differs)
			return says
		},
		Check: func(c trace.Check) string {
			if c.OK {
				return scene.Comparison(c) + ": " + t("capture.yes")
			}
			return scene.Comparison(c) + ": " + t("capture.no")
		},
		Who: func(by string) string { return whoIn(lang, by) },
	}
}

// apiSessionScript is what one host did so far on one connection, as a packetdrill script.
func (s *Server) apiSessionScript(w http.ResponseWriter, r *http.Request) {
	id, name := chi.URLParam(r, "id"), r.URL.Query().Get("host")
	conn, bad := strconv.Atoi(cmp.Or(r.URL.Query().Get("conn"), "1"))
	if bad != nil {
		conn = 0
	}
	var script *export.Script
	var failed, hidden error
	err := s.hub.With(r.Context(), id, func(st *session.State) {
		if hidden = st.Hidden(); hidden != nil {
			return
		}
		script, failed = export.Connection(st.T, st.T.Branch(), st.T.N(), name, conn)
	})
	if failed != nil && err == nil {
		err = noScript(failed, name, langOf(r))
	}
	if err = cmp.Or(err, hidden); err != nil {
		s.fail(w, r, err)
		return
	}
	attach(w, "text/plain; charset=utf-8", "wirestep-"+id+".pkt")
	io.WriteString(w, script.Text)
}

// noScript says why there is no script.
func noScript(err error, host, lang string) error {
	var none *export.NoConnection
	var why *export.Refusal
	switch {
	case errors.As(err, &none):
		return refuse(http.StatusNotFound, "no-connection", "n", none.Of)
	case errors.As(err, &why):
		p := refuse(http.StatusUnprocessableEntity, "no-script")
		for _, r := range why.Why {
			p.Detail = append(p.Detail, i18n.T(lang, "noscript."+r.Code, "what", r.What))
		}
		if why.Line > 0 {
			words := templates.Page{Lang: lang, T: func(key string, args ...any) string { return i18n.T(lang, key, args...) }}
			p.Detail = append(p.Detail, i18n.T(lang, "noscript.line", "n", why.Line, "want", drillWords(words, why.Expected), "got", drillWords(words, why.Got)))
		}
		return p
	}
	return refuse(http.StatusNotFound, "no-host", "host", host)
}

func (s *Server) apiDiagram(w http.ResponseWriter, r *http.Request) {
	lang := langOf(r)
	var d templates.Diagram
	err := s.hub.With(r.Context(), chi.URLParam(r, "id"), func(st *session.State) { d = picture(st.Run(maxPictured), lang) })
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	templates.Sequence(d).Render(r.Context(), w)
}

func attach(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// apiLesson is GET /api/lessons/{slug}.
func (s *Server) apiLesson(w http.ResponseWriter, r *http.Request) {
	l := s.library.lesson(chi.URLParam(r, "slug"))
	if l == nil {
		s.fail(w, r, refuse(http.StatusNotFound, "no-lesson", "slug", chi.URLParam(r, "slug")))
		return
	}
	writeJSON(w, http.StatusOK, l.Doc(langOf(r)))
}

// texts is GET /i18n/LANG.json.
func (s *Server) texts(w http.ResponseWriter, r *http.Request) {
	lang, ok := strings.CutSuffix(chi.URLParam(r, "file"), ".json")
	if !ok || !i18n.Known(lang) {
		s.fail(w, r, refuse(http.StatusNotFound, "no-language", "lang", lang))
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.Write(i18n.JSON(lang))
}
