package templates

import "strings"

// Stories lists the diagnosis stories.
type Stories struct {
	Page
	Rows []Task
}

// Story is a story as far as somebody is in it.
type Story struct {
	Page
	ID, Heading     string
	Situation, Goal []Span
	Hosts           []string // those with a shell
	Minutes, Par    int
	Pips            []string // a minute each: "on" or ""
	Hidden          []Field
	Hints           [][]Span
	NextHint        string // address; "": there is none
	GiveUp          string // address
	Given           Look
	Looks           []Look // those that are proposed
	Taken           []Look

	Causes, Knobs       []Option
	LastCause, LastKnob string // what was chosen last
	Full                bool   // nothing more may be named
	Measures            []string
	AsItWas             []string // the measures
	Namings             []Naming

	Solved, GaveUp bool
	Proof          string // for the lab: the night, and the change as a branch
	Path           []Look
	After          []Span
	Linux          string // what a real Linux made of it
	Further        []Found
	Next           string // address; "": this is the last
}

// Field is a hidden field of a form.
type Field struct{ Name, Value string }

// Option is a cause or a change that can be chosen.
type Option struct {
	ID   string
	Text []Span
}

// Look is a command on a host, with what it printed once it was taken.
type Look struct {
	N                           int // of those taken; 0: not yet
	On, Line, What, Price, Href string
	Output                      []OutputLine
	Useful                      bool // it shows the cause; told at the end
}

// OutputLine is a line of what a command printed.
type OutputLine struct {
	Text string
	Hit  bool // it speaks for the cause; told at the end
	Note bool // the page says it, not the command
	Long bool // it is broken rather than scrolled
}

// Naming is a cause and a change, and what became of them.
type Naming struct {
	Cause, Why, Knob, Says []Span
	Right, Holds           bool
	Wrong                  string // why it is no change
	Values                 []string
}

// PlainSpans is a text without marks.
func PlainSpans(all []Span) string {
	var b strings.Builder
	for _, s := range all {
		b.WriteString(s.T + s.Code + s.B + s.I + s.A + s.Kind + s.Kbd)
	}
	return b.String()
}
