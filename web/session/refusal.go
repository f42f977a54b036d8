package session

import (
	"fmt"
	"strings"

	"wirestep/engine/scene"
	"wirestep/i18n"
)

// Kind is what sort of refusal one is: whoever carries it further, over HTTP or a
// stream, has a number or a word for each.
type Kind int

const (
	Invalid     Kind = iota // what was asked makes no sense, or not here
	Unknown                 // it is not there
	Gone                    // it was there
	Conflict                // not now
	TooLarge                // more than may be
	TooMany                 // more often than one may
	Unavailable             // nobody can have it at the moment
	Internal                // ours to mend
)

// Refusal is an error that is somebody else's to mend: it has words for them.
type Refusal struct {
	Kind   Kind
	Code   string // catalogue key "error.<code>"
	Args   []any  // what the key's text fills in
	Where  string // a place in a text: "scene:7"
	Detail []string
	Wrong  []*scene.Mistake // of a scene: what detail says, with columns
}

func (p *Refusal) Error() string { return strings.Join(p.In(i18n.Default), "; ") }

// In says what is wrong, in a language: the sentence, then each detail.
func (p *Refusal) In(lang string) []string {
	all := []string{i18n.T(lang, "error."+p.Code, p.Args...)}
	if lang == i18n.Default || len(p.Wrong) != len(p.Detail) {
		return append(all, p.Detail...)
	}
	for _, m := range p.Wrong {
		text, _ := MistakeIn(m, lang)
		all = append(all, fmt.Sprintf("%s:%d: %s", m.File, m.Line, text))
	}
	return all
}

// refuse makes a refusal; args are the pairs that i18n.T takes.
func refuse(k Kind, code string, args ...any) *Refusal {
	return &Refusal{Kind: k, Code: code, Args: args}
}

// Cannot refuses a command.
func Cannot(code string, args ...any) *Refusal { return refuse(Invalid, code, args...) }

// badScene turns the mistakes of a scene text, a line each, into one refusal.
func badScene(err error) *Refusal {
	p := Cannot("scene")
	p.Detail, p.Wrong = strings.Split(err.Error(), "\n"), scene.Mistakes(err)
	if parts := strings.SplitN(p.Detail[0], ":", 3); len(parts) == 3 {
		p.Where = parts[0] + ":" + parts[1]
	}
	return p
}

// MistakeIn says what is wrong with a text in a language; false: in English, since
// nobody has put it into words.
func MistakeIn(m *scene.Mistake, lang string) (string, bool) {
	words := i18n.Mistakes(lang)
	text, ok := m.In(func(english string) (string, bool) {
		text, ok := words[english]
		return text, ok
	})
	return spaced(text), ok
}
