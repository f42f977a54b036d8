package lessons

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"

	"wirestep/engine"
	"wirestep/engine/sim"
)

// Langs are the languages that every lesson is written in; the first is the one
// that a reader falls back to.
var Langs = []string{"en", "zh-CN"}

// Levels of detail over the same run, from the least.
var Levels = []string{"story", "student", "engineer"}

// Chapters under which lessons are listed, in the order in which they are read.
var Chapters = []string{"opening", "queues", "data", "loss", "flow", "congestion", "closing", "timewait"}

// Topics under which scenes are listed.
var Topics = []string{"handshake", "close", "loss", "flow", "congestion", "security"}

// Lesson is one lesson: its steps, the scene they run on, and its texts.
type Lesson struct {
	Slug    string
	Chapter string
	Minutes int
	Level   string
	Claims  []string // ids of claims that it plays
	Needs   []string // slugs of lessons to know before
	Steps   []Step
	Drills  []Drill
	Scene   string // the text of the scene, every {name=default} filled in
	Texts   map[string]*Text

	source string            // the scene as it is written
	names  map[string]string // its parameters and their defaults
	sc     *engine.Scenario
	dir    string // for messages: "lessons/lost-syn"
	file   string // the scene's file name
	y      *ast.File
	files  map[string]string // as they were read
	over   func() error      // why no further run may begin; nil: it takes what it takes
}

// wrong is a mistake at a path of lesson.yaml: "file:line:column: step …: what".
func (l *Lesson) wrong(path, format string, args ...any) error {
	return fmt.Errorf("%s/lesson.yaml:%s: %w", l.dir, position(tokenAt(l.y, path)), fmt.Errorf(format, args...))
}

// Step is one idea: a place in the run, and what the person does there.
type Step struct {
	ID      string
	Levels  []string // who has it; none: everybody
	At      Place
	On      string // the step on whose replay it stands; "": on the lesson's own run
	Claims  []string
	Show    *Show
	Do      []Move
	Predict *Question // nil: no question
	Param   *Param
	Goal    string           // a condition; "": none
	Values  map[string]value // for {=name}, asked where the step stands
	After   map[string]value // asked where its question is decided, or its goal is reached

	path string // in lesson.yaml: $.steps[2]
}

// Has reports whether the step is there at a level of detail.
func (s *Step) Has(level string) bool {
	return len(s.Levels) == 0 || slices.Contains(s.Levels, level)
}

// Show is how the page is set when one comes to a step.
type Show struct {
	Open      string   `yaml:"open" json:"open,omitempty"`           // a tab of the inspector
	Only      []string `yaml:"only" json:"only,omitempty"`           // nothing else can be looked at
	Hide      []string `yaml:"hide" json:"hide,omitempty"`           // what is not there
	Highlight []string `yaml:"highlight" json:"highlight,omitempty"` // rows to mark: client.rto
	Compare   []string `yaml:"compare" json:"compare,omitempty"`     // the branches of these steps, side by side
}

// Views are what a step may open, show alone or hide.
var Views = []string{"diagram", "state", "timers", "window", "queues", "sysctl", "header", "shell", "why", "chart", "capture"}

// Move is something that the person is asked to do: an operation, or the same
// moves from the start with some made first.
type Move struct {
	Act    string       // an operation; {NTH KIND from HOST} stands for "packet N"
	Or     []string     // other spellings that count as this move
	After  sim.Duration // so long after where the step stands
	Replay []string

	afterText string
	path      string
}

// Sandbox is a scene to play with, without steps.
type Sandbox struct {
	Name  string
	Topic string
	Title map[string]string
	About map[string]string
	Tries []Try
	Scene string
}

// Title returns the title in lang, or in the first language.
func (l *Lesson) Title(lang string) string { return l.text(lang).Title }

// Summary returns the paragraph under the title, as plain text.
func (l *Lesson) Summary(lang string) string { return plain(l.text(lang).Summary) }

func (l *Lesson) text(lang string) *Text {
	if t, ok := l.Texts[lang]; ok {
		return t
	}
	return l.Texts[Langs[0]]
}
