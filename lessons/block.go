package lessons

import "strings"

// Block is a paragraph or a list; exactly one of P, UL, OL is set. Level, when
// set, is the level of detail that the block is for.
type Block struct {
	Level string   `json:"level,omitempty"`
	P     []Span   `json:"p,omitempty"`
	UL    [][]Span `json:"ul,omitempty"`
	OL    [][]Span `json:"ol,omitempty"`
}

// Span is a run of text of one kind; exactly one field is set, but for a link,
// which has A and Href.
type Span struct {
	T    string `json:"t,omitempty"`
	Kind string `json:"kind,omitempty"` // a segment, in its colour
	Code string `json:"code,omitempty"`
	B    string `json:"b,omitempty"`
	I    string `json:"i,omitempty"`
	Kbd  string `json:"kbd,omitempty"`
	A    string `json:"a,omitempty"`
	Href string `json:"href,omitempty"`

	Value string `json:"v,omitempty"` // a number of the run, by its name: the page has it from the status of the lesson
}

// Text is a lesson in one language.
type Text struct {
	Title      string
	Summary    []Block
	Belief     []Block // what people say who have not played it
	Afterwards []Block // what one can say who has
	Steps      []StepText
	Drills     []StepText
}

// StepText is one step in one language, or one drill.
type StepText struct {
	ID      string
	Title   string
	Body    []Block
	Do      []Block
	Ask     []Block
	Options []OptionText // options, items, or replies to beliefs, and what is said in the end
	Hints   [][]Span     // from least to most
	Param   []Block
	Goal    []Block
	After   []Block

	at  string            // where its heading stands: "12:4"
	has map[string]string // sections that were there, and where
}

// OptionText is one answer in one language.
type OptionText struct {
	Key   string  `json:"key"`
	Label []Span  `json:"label"`
	Why   []Block `json:"why,omitempty"`

	at string
}

func (s *Span) text() string {
	return s.Value + s.T + s.Kind + s.Code + s.B + s.I + s.Kbd + s.A
}

func plainSpans(spans []Span) string {
	var b strings.Builder
	for i := range spans {
		b.WriteString(spans[i].text())
	}
	return b.String()
}

// plain is the text of blocks without what makes it look like something.
func plain(blocks []Block) string {
	var parts []string
	for _, b := range blocks {
		if b.P != nil {
			parts = append(parts, plainSpans(b.P))
		}
		for _, items := range [][][]Span{b.UL, b.OL} {
			for _, it := range items {
				parts = append(parts, plainSpans(it))
			}
		}
	}
	return strings.Join(parts, "\n")
}
