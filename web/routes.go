package web

import (
	"io"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"wirestep/static"
)

// routes is every address of the server.
func (s *Server) routes() http.Handler {
	r := chi.NewRouter()
	r.Use(s.logged, s.recovered, s.secure, middleware.GetHead)
	r.Get("/stream/{id}", s.stream)
	r.Get("/healthz", well)
	r.Get("/readyz", s.ready)
	r.Get("/metrics", s.metrics.serve)
	r.Get("/static/*", static.Serve)

	r.Group(func(r chi.Router) {
		r.Use(s.ownPagesOnly, bounded, middleware.Compress(5, "text/html", "text/plain", "application/json", "image/svg+xml"))
		r.Route("/api", func(r chi.Router) {
			r.With(s.seldom()).Post("/sessions", s.apiCreate)
			r.Get("/sessions/{id}", s.apiSession)
			r.Get("/sessions/{id}/bundle", s.apiBundle)
			r.Get("/sessions/{id}/scene", s.apiScene)
			r.Get("/sessions/{id}/trace", s.apiTrace)
			r.Get("/sessions/{id}/capture.pcapng", s.apiCapture)
			r.Get("/sessions/{id}/script.pkt", s.apiSessionScript)
			r.Get("/sessions/{id}/diagram.svg", s.apiDiagram)
			r.With(s.seldom()).Post("/rooms", s.apiRoom)
			r.With(s.seldom()).Post("/scripts", s.apiScript)
			r.With(s.often()).Post("/check", s.apiCheck)
			r.With(s.often()).Get("/drills/{lesson}/{id}", s.apiDrill)
			r.With(s.often()).Post("/drills/{lesson}/{id}", s.apiJudge)
			r.With(s.often()).Post("/explain", s.apiExplain)
			r.Get("/scene-words", s.apiSceneWords)
			r.Get("/rules", s.apiRules)
			r.Get("/code/{rule}", s.apiCode)
			r.Get("/fields", s.apiFields)
			r.Get("/lessons", s.apiLessons)
			r.Get("/lessons/{slug}", s.apiLesson)
			r.With(s.often()).Get("/strips/{lesson}/{step}", s.apiStrip)
			r.With(s.often()).Get("/strips/{lesson}/{step}/run", s.apiStripRun)
			r.Get("/demo", s.apiDemo)
			r.Get("/search", s.apiSearch)
			r.Get("/sysctls", s.apiSysctls)
			r.NotFound(s.apiNotFound)
			r.MethodNotAllowed(s.apiNotAllowed)
		})
		r.Get("/i18n/{file}", s.texts)
		r.Group(s.pages)
	})
	r.NotFound(s.pageNotFound)
	r.MethodNotAllowed(s.pageNotAllowed)
	return r
}

// well says that the process lives.
func well(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") }

// ready says that new work is welcome.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	if s.draining.Load() {
		http.Error(w, "draining", http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ready\n")
}

func (s *Server) apiNotFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, refuse(http.StatusNotFound, "not-found"))
}

func (s *Server) apiNotAllowed(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, refuse(http.StatusMethodNotAllowed, "method", "method", r.Method))
}

func (s *Server) pageNotFound(w http.ResponseWriter, r *http.Request) {
	s.failPage(w, r, refuse(http.StatusNotFound, "not-found"))
}

func (s *Server) pageNotAllowed(w http.ResponseWriter, r *http.Request) {
	s.failPage(w, r, refuse(http.StatusMethodNotAllowed, "method", "method", r.Method))
}

// pages is every page that is read, in the language that the reader chose.
func (s *Server) pages(r chi.Router) {
	r.Use(rememberLang)
	r.Get("/", s.home)
	r.Get("/lessons/{slug}", s.lessonPage)
	r.With(s.often()).Get("/lessons/{slug}/worksheet", s.worksheetPage)
	r.With(s.often()).Get("/lessons/{slug}/key", s.keyPage)
	r.Get("/teach", s.teachPage)
	r.Get("/write", s.writePage)
	r.With(s.seldom()).Post("/write", s.look)
	r.With(s.seldom()).Post("/write/check", s.judge)
	r.With(s.seldom()).Post("/write/play", s.playDraft)
	r.With(s.seldom()).Post("/write/zip", s.zipDraft)
	r.Get("/lab", s.scenePage)
	r.With(s.seldom()).Post("/lab", s.paste)
	r.Get("/lab/new", s.ownPage)
	r.Get("/lab/{id}", s.labPage)
	r.Get("/r", s.joinPage)
	for _, at := range []string{"/r/{code}", "/R/{code}"} { // a QR code has it in capitals
		r.With(s.often()).Get(at, s.joinRoom)
	}
	r.With(s.often()).Get("/r/{code}/screen", s.roomScreen)
	r.With(s.often()).Get("/r/{code}/qr.svg", s.roomQR)
	r.Get("/drills", s.drillsPage)
	r.Get("/symptoms", s.symptomsPage)
	r.With(s.often()).Post("/symptoms", s.symptomsPage)
	r.Get("/inventory", s.inventoryPage)
	r.With(s.often()).Post("/inventory", s.inventoryPage)
	r.Get("/claims", s.claimsPage)
	r.Get("/claims/{id}/play", s.playClaim)
	r.Get("/puzzles", s.puzzlesPage)
	r.Get("/puzzles/{id}", s.playPuzzle)
	r.Get("/stories", s.storiesPage)
	r.With(s.often()).Get("/stories/{id}", s.storyPage)
	r.Get("/rules", s.rulesPage)
	r.Get("/scripts", s.scriptsPage)
	r.With(s.seldom()).Post("/scripts", s.runScript)
	r.Get("/search", s.searchPage)
	r.Get("/sysctls", s.sysctlsPage)
}
