package web

import (
	_ "embed"
	"net/http"
	"sync"

	"wirestep/web/proto"
)

// demoScene moves on the home page, and stands in its form to start from.
//
//go:embed demo.scene
var demoScene string

// demo is the answer of GET /api/demo: a whole short run, with the play head at
// its start.
var demo = sync.OnceValues(func() ([]byte, error) {
	st, err := begin(opening{Scene: demoScene}, DefaultLimits)
	if err != nil {
		return nil, err
	}
	for range maxPictured {
		if st.step() != nil {
			break
		}
	}
	st.goTo(0, 0)
	return encodeJSON(struct {
		Hello    proto.Hello   `json:"hello"`
		Snapshot wholeSnapshot `json:"snapshot"`
	}{st.hello("", 0), st.makeSnapshot()}), nil
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
