package web

import (
	_ "embed"
	"net/http"
	"sync"

	"wirestep/web/session"
)

// demoScene moves on the home page, and stands in its form to start from.
//
//go:embed demo.scene
var demoScene string

// demo is the answer of GET /api/demo: a whole short run, with the play head at
// its start.
var demo = sync.OnceValues(func() ([]byte, error) {
	st, err := session.Begin(session.Opening{Scene: demoScene}, DefaultLimits.Limits)
	if err != nil {
		return nil, err
	}
	for range maxPictured {
		if st.Step() != nil {
			break
		}
	}
	st.GoTo(0, 0)
	return st.Shown(), nil
})

func (s *Server) apiDemo(w http.ResponseWriter, r *http.Request) {
	b, err := demo()
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.Write(b)
}
