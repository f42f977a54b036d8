package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"wirestep/web/session"
)

// problem is a refusal with its status of HTTP.
type problem struct {
	status int
	session.Refusal
}

// statusOf says over HTTP what sort of refusal one is.
var statusOf = map[session.Kind]int{
	session.Invalid: http.StatusUnprocessableEntity, session.Unknown: http.StatusNotFound, session.Gone: http.StatusGone, session.Conflict: http.StatusConflict,
	session.TooLarge: http.StatusRequestEntityTooLarge, session.TooMany: http.StatusTooManyRequests, session.Unavailable: http.StatusServiceUnavailable, session.Internal: http.StatusInternalServerError,
}

// problemIn finds what an error has to say to others, or nil.
func problemIn(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	var r *session.Refusal
	if errors.As(err, &r) {
		return &problem{statusOf[r.Kind], *r}
	}
	return nil
}

// line is the first line of a scene that is wrong; 0: none in particular.
func (p *problem) line() int {
	if len(p.Wrong) == 0 {
		return 0
	}
	return p.Wrong[0].Line
}

// refuse makes a problem; args are the pairs that i18n.T takes.
func refuse(status int, code string, args ...any) *problem {
	return &problem{status, session.Refusal{Code: code, Args: args}}
}

// fail answers an API request with what went wrong.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := s.asProblem(r, err)
	if p.status == http.StatusServiceUnavailable || p.status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "60")
	}
	writeJSON(w, p.status, struct {
		Code  string        `json:"code"`
		Text  string        `json:"text"`
		Where string        `json:"where"`
		Wrong []mistakeJSON `json:"mistakes,omitempty"`
	}{p.Code, strings.Join(p.In(langOf(r)), "\n"), p.Where, mistakesJSON(p.Wrong, langOf(r))})
}

// asProblem hides what is ours to mend, after writing it down.
func (s *Server) asProblem(r *http.Request, err error) *problem {
	var large *http.MaxBytesError
	p := problemIn(err)
	switch {
	case p != nil:
		return p
	case errors.As(err, &large):
		return refuse(http.StatusRequestEntityTooLarge, "body-large", "max", large.Limit)
	}
	s.log.Error("request failed", "method", r.Method, "path", r.URL.Path, "err", err)
	return refuse(http.StatusInternalServerError, "internal")
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("web: %T does not marshal: %v", v, err))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b)
}
