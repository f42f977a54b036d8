package scene

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"wirestep/engine"
)

// Mistake is one thing that is wrong with a text: where, what, and what would be
// accepted instead.
type Mistake struct {
	File        string
	Line        int
	Column, End int // characters, from 1; End is behind the last. Both 0: the line as a whole
	Text        string
	What        string // the first half of the text
	Expected    string // the second; "" when there is none
	said        *said
}

// Error leaves the column out: who reads it finds the word.
func (m *Mistake) Error() string {
	return fmt.Sprintf("%s:%d: %s", m.File, m.Line, m.Text)
}

// expects parts the two halves of every message.
var expects = regexp.MustCompile(`[,;] expected `)

// stretch is a part of a line, in bytes.
type stretch struct{ from, to int }

func newMistake(file string, line int, raw string, at stretch, err error) *Mistake {
	m := &Mistake{File: file, Line: line, Text: err.Error()}
	m.What = m.Text
	errors.As(err, &m.said)
	if at := expects.FindStringIndex(m.Text); at != nil {
		m.What, m.Expected = m.Text[:at[0]], m.Text[at[1]:]
	}
	if at.to > 0 && at.to <= len(raw) {
		m.Column = 1 + utf8.RuneCountInString(raw[:at.from])
		m.End = m.Column + utf8.RuneCountInString(raw[at.from:at.to])
	}
	return m
}

// Mistakes takes an error of Parse apart.
func Mistakes(err error) (all []*Mistake) {
	var one *Mistake
	switch j := err.(type) {
	case nil:
	case interface{ Unwrap() []error }:
		for _, e := range j.Unwrap() {
			all = append(all, Mistakes(e)...)
		}
	default:
		if errors.As(err, &one) {
			all = append(all, one)
		}
	}
	return all
}

// Judge reads a text as somebody writes it: everything that Parse finds wrong, and
// the conditions of its expect lines, and whether a world can be made of it. It
// runs nothing. The file is nil when the text cannot be read.
func Judge(file, text string) (*File, []*Mistake) {
	f, err := Parse(file, text)
	if err != nil {
		return nil, Mistakes(err)
	}
	var all []*Mistake
	lines := strings.Split(text, "\n")
	for _, x := range f.Expect {
		if _, err := Compile(x.Cond, &f.Scenario); err != nil {
			raw := lines[x.Line-1]
			all = append(all, newMistake(file, x.Line, raw, inCondition(raw, x.Cond, err), err))
		}
	}
	if _, err := engine.NewTimeline(f.Scenario); err != nil {
		all = append(all, newMistake(file, 1, "", stretch{}, err))
	}
	return f, all
}

// inCondition is where in its line a condition is wrong.
func inCondition(raw, cond string, err error) stretch {
	at := strings.Index(raw, cond)
	if at < 0 {
		return stretch{}
	}
	var c *condMistake
	if !errors.As(err, &c) || c.column < 1 || c.column > len(cond) {
		return stretch{at, at + len(cond)}
	}
	from := at + c.column - 1
	n := strings.IndexAny(raw[from:], " .\t()=<>!&|")
	if n <= 0 {
		n = max(1, at+len(cond)-from)
		if i := strings.IndexAny(raw[from:], " \t"); i > 0 {
			n = min(n, i)
		}
	}
	return stretch{from, from + n}
}
