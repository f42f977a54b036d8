package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"wirestep/engine/scene"
	"wirestep/i18n"
)

// problem is an error that is somebody else's to mend: it has words for them.
type problem struct {
	status int    // of HTTP
	code   string // catalogue key "error.<code>"
	args   []any  // what the key's text fills in
	where  string // a place in a text: "scene:7"
	detail []string
	wrong  []*scene.Mistake // of a scene: what detail says, with columns
}

func (p *problem) Error() string { return strings.Join(p.in(i18n.Default), "; ") }

// line is the first line of a scene that is wrong; 0: none in particular.
func (p *problem) line() int {
	if len(p.wrong) == 0 {
		return 0
	}
	return p.wrong[0].Line
}

// in says what is wrong, in a language: the sentence, then each detail.
func (p *problem) in(lang string) []string {
	all := []string{i18n.T(lang, "error."+p.code, p.args...)}
	if lang == i18n.Default || len(p.wrong) != len(p.detail) {
		return append(all, p.detail...)
	}
	for _, m := range p.wrong {
		text, _ := mistakeIn(m, lang)
		all = append(all, fmt.Sprintf("%s:%d: %s", m.File, m.Line, text))
	}
	return all
}

// refuse makes a problem; args are the pairs that i18n.T takes.
func refuse(status int, code string, args ...any) *problem {
	return &problem{status: status, code: code, args: args}
}

// cannot refuses a command; the status does not matter on a stream.
func cannot(code string, args ...any) *problem {
	return refuse(http.StatusUnprocessableEntity, code, args...)
}

// sceneProblem turns the mistakes of a scene text, a line each, into one problem.
func sceneProblem(err error) *problem {
	p := refuse(http.StatusUnprocessableEntity, "scene")
	p.detail, p.wrong = strings.Split(err.Error(), "\n"), scene.Mistakes(err)
	if parts := strings.SplitN(p.detail[0], ":", 3); len(parts) == 3 {
		p.where = parts[0] + ":" + parts[1]
	}
	return p
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
	}{p.code, strings.Join(p.in(langOf(r)), "\n"), p.where, mistakesJSON(p.wrong, langOf(r))})
}

// asProblem hides what is ours to mend, after writing it down.
func (s *Server) asProblem(r *http.Request, err error) *problem {
	var p *problem
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &p):
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
