package scene

import (
	"errors"
	"strings"

	"wirestep/engine"
	"wirestep/engine/sim"
)

// File is a scene text as it was understood. A plain scene has no branches; a
// bundle, which records what people did, has.
type File struct {
	Prose    []string // the comment above the first statement, line by line
	Scenario engine.Scenario
	Expect   []Expectation
	Branches []Branch
	Cursor   Cursor
}

// When says at which places of a run an expectation must hold.
type When uint8

// The places.
const (
	AtInstant When = iota // after everything that happened until At
	AtEnd                 // when nothing is scheduled any more
	Ever                  // after at least one event
	NeverEver             // after no event
)

var whenWords = [...]string{"at", "end", "ever", "never"}

// Expectation is one claim of the author, in the language of conditions.
type Expectation struct {
	Line int // of the text it was read from
	When When
	At   sim.Time // AtInstant
	Cond string
}

// Branch is one future and what people did in it, after it left its parent.
type Branch struct {
	ID     engine.BranchID
	Parent engine.BranchID // -1: the first
	Step   engine.StepNo   // where it left its parent
	Label  string
	Off    []engine.MoveRef // what was left out of it
	Did    []engine.Intervention
}

// Cursor is the place where somebody looks.
type Cursor struct {
	Branch engine.BranchID
	Step   engine.StepNo
}

// Defaults of a scene that does not say otherwise.
const (
	DefaultSeed   = 1
	DefaultKernel = engine.DefaultKernel
)

// Parse reads a scene or a bundle. Its error joins at most 20 mistakes, each as
// "file:line: what is wrong, expected what".
func Parse(file, text string) (*File, error) {
	if len(text) > maxText {
		return nil, newMistake(file, 1, "", stretch{}, sayf("the text has %d bytes, expected at most %d", len(text), maxText))
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if len(lines) > maxLines {
		return nil, newMistake(file, maxLines, "", stretch{}, sayf("the text has %d lines, expected at most %d", len(lines), maxLines))
	}
	p := &parser{file: file, f: &File{}}
	p.f.Scenario.Seed, p.f.Scenario.Kernel = DefaultSeed, DefaultKernel
	for i, s := range lines {
		p.n = i + 1
		p.line(s)
		if len(p.errs) >= maxErrors {
			p.fail(p.n, stretch{}, sayf("too many mistakes, the rest was not read"))
			break
		}
	}
	p.finish()
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return p.f, nil
}
