package lessons

import (
	"wirestep/engine"
	"wirestep/engine/sim"
)

// Langs are the languages that every lesson is written in; the first is the one
// that a reader falls back to.
var Langs = []string{"en", "zh-CN"}

// Levels of detail over the same run, from the least.
var Levels = []string{"story", "student", "engineer"}

// Topics under which lessons and scenes are listed.
var Topics = []string{"handshake", "close", "loss", "flow", "congestion", "security"}

// Lesson is one lesson: its steps, the scene they run on, and its texts.
type Lesson struct {
	Slug    string
	Topic   string
	Minutes int
	Level   string
	Steps   []Step
	Scene   string // the text of the scene
	Texts   map[string]*Text

	sc   *engine.Scenario
	dir  string // for messages: "lessons/lost-syn"
	file string // the scene's file name
}

// Step is one idea: a place in the run, and what the person does there.
type Step struct {
	ID      string
	At      Place
	Do      []Move
	Predict *Question // nil: no question
	Goal    string    // a condition; "": none

	line int // in lesson.yaml
}

// Move is something that the person is asked to do: an operation, or the same
// moves from the start with some made first.
type Move struct {
	Act    string       // an operation; {NTH KIND from HOST} stands for "packet N"
	Or     []string     // other spellings that count as this move
	After  sim.Duration // so long after where the step stands
	Replay []string

	afterText string
	line      int
}

// Question is asked before the engine shows what comes.
type Question struct {
	Ask     string // a kind: see askers
	Host    string
	What    string // a place (time-of) or a segment (field)
	Of      string // count: KIND [from HOST]
	Field   string
	Since   string // count: "start" or "" for here
	Until   string // a place: count, which
	Options []Option

	line int
}

// Option is one answer that people give.
type Option struct {
	Key  string
	Is   string // the engine's answer for which this option is right
	When string // which: the condition under which it is
}

// other is the key of the option that fits when no other does.
const other = "other"

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
