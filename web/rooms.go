package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"
	"rsc.io/qr"

	"wirestep/templates"
	"wirestep/web/room"
	"wirestep/web/session"
)

// A class comes to the teacher's session by a code: typed, or read by a phone's camera.

// apiRoom is POST /api/rooms: the code of a link that follows a session.
func (s *Server) apiRoom(w http.ResponseWriter, r *http.Request) {
	var ask room.Room
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		s.fail(w, r, refuse(http.StatusBadRequest, "body", "what", err.Error()))
		return
	}
	if err := s.holds(r, ask); err != nil {
		s.fail(w, r, err)
		return
	}
	code, err := room.Open(r.Context(), s.conf.Journal, ask)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusCreated, struct {
		Code string `json:"code"` // as it is shown
		URL  string `json:"url"`  // that students open
	}{room.Spell(code), "/r/" + code})
}

// holds refuses a room whose link is not one for following, or was taken back.
func (s *Server) holds(r *http.Request, x room.Room) error {
	follows := false
	err := s.hub.With(r.Context(), x.Session, func(st *session.State) { follows = st.Follows(x.Key) })
	if err == nil && !follows {
		err = refuse(http.StatusGone, "room-over")
	}
	return err
}

// find is the room of the code in an address.
func (s *Server) find(r *http.Request) (room.Room, string, error) {
	text := chi.URLParam(r, "code")
	code, ok := room.Read(text)
	if !ok {
		return room.Room{}, "", refuse(http.StatusNotFound, "room-code", "code", text)
	}
	x, err := room.Find(r.Context(), s.conf.Journal, code)
	if errors.Is(err, room.ErrNone) {
		err = refuse(http.StatusNotFound, "no-room", "code", room.Spell(code))
	}
	return x, code, err
}

// joinRoom is GET /r/{code}: to the session that the class follows.
func (s *Server) joinRoom(w http.ResponseWriter, r *http.Request) {
	x, _, err := s.find(r)
	if err == nil {
		err = s.holds(r, x)
	}
	if err != nil {
		s.renderJoin(w, r, chi.URLParam(r, "code"), err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/lab/"+x.Session+"?with="+url.QueryEscape(x.Key), http.StatusSeeOther)
}

// joinPage is GET /r: where a code is typed.
func (s *Server) joinPage(w http.ResponseWriter, r *http.Request) {
	text := strings.TrimSpace(r.URL.Query().Get("code"))
	if text == "" {
		s.renderJoin(w, r, "", nil)
		return
	}
	code, ok := room.Read(text)
	if !ok {
		s.renderJoin(w, r, text, refuse(http.StatusNotFound, "room-code", "code", text))
		return
	}
	http.Redirect(w, r, "/r/"+code, http.StatusSeeOther)
}

func (s *Server) renderJoin(w http.ResponseWriter, r *http.Request, typed string, err error) {
	v, status := templates.Join{Page: s.page(r, ""), Code: typed}, http.StatusOK
	v.Title = v.T("room.join")
	if err != nil {
		p := s.asProblem(r, err)
		status, v.Wrong = p.status, strings.Join(p.In(v.Lang), " ")
	}
	s.render(w, r, status, templates.JoinPage(v))
}

// roomScreen is GET /r/{code}/screen: the code, large enough for the last bench.
func (s *Server) roomScreen(w http.ResponseWriter, r *http.Request) {
	x, code, err := s.find(r)
	if err == nil {
		err = s.holds(r, x)
	}
	if err != nil {
		s.renderJoin(w, r, chi.URLParam(r, "code"), err)
		return
	}
	v := templates.Screen{Page: s.page(r, ""), Code: room.Spell(code), Address: r.Host + "/r", QR: "/r/" + code + "/qr.svg"}
	v.Title = v.T("room.screen")
	s.render(w, r, http.StatusOK, templates.ScreenPage(v))
}

// roomQR is GET /r/{code}/qr.svg. Case does not matter in the address, so it is in
// capitals, which a QR code packs into less.
func (s *Server) roomQR(w http.ResponseWriter, r *http.Request) {
	code, ok := room.Read(chi.URLParam(r, "code"))
	if !ok {
		s.failPage(w, r, refuse(http.StatusNotFound, "room-code", "code", chi.URLParam(r, "code")))
		return
	}
	scheme := "HTTP://"
	if r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
		scheme = "HTTPS://"
	}
	c, err := qr.Encode(scheme+strings.ToUpper(r.Host)+"/R/"+code, qr.M)
	if err != nil {
		s.failPage(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "no-cache")
	w.Write(drawQR(c))
}

const quiet = 4 // modules of white around, as the standard asks

// drawQR draws it dark on white in either theme, since many cameras read nothing else.
func drawQR(c *qr.Code) []byte {
	var b bytes.Buffer
	side := c.Size + 2*quiet
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, side, side, side, side)
	for y := range c.Size {
		for x := range c.Size {
			if c.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes()
}
