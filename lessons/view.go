package lessons

import "fmt"

// Doc is a lesson in one language, as a page gets it. It does not say which
// options are right.
type Doc struct {
	Slug    string    `json:"slug"`
	Lang    string    `json:"lang"`
	Title   string    `json:"title"`
	Topic   string    `json:"topic"`
	Minutes int       `json:"minutes"`
	Level   string    `json:"level"`
	Summary []Block   `json:"summary"`
	Steps   []StepDoc `json:"steps"`
}

// StepDoc is one step of a Doc.
type StepDoc struct {
	ID    string    `json:"id"`
	Title string    `json:"title"`
	Body  []Block   `json:"body"`
	Do    []MoveDoc `json:"do,omitempty"`
	Ask   *AskDoc   `json:"ask,omitempty"`
	Goal  *GoalDoc  `json:"goal,omitempty"`
	After []Block   `json:"after,omitempty"`
}

// MoveDoc is a move to be made: an operation, or a replay with operations.
type MoveDoc struct {
	Act       string    `json:"act,omitempty"`
	Target    *Selector `json:"target,omitempty"`    // what the braces in Act stand for
	AfterNano int64     `json:"afterNano,omitempty"` // make it so long after where the step stands
	Replay    []string  `json:"replay,omitempty"`
	Text      []Block   `json:"text"`
}

// AskDoc is a question.
type AskDoc struct {
	Kind    string       `json:"kind"`
	Text    []Block      `json:"text"`
	Options []OptionText `json:"options"`
}

// GoalDoc is what is to be reached.
type GoalDoc struct {
	Cond string  `json:"cond"`
	Text []Block `json:"text"`
}

// Doc returns the lesson in lang, or in the first language if it has no other.
func (l *Lesson) Doc(lang string) Doc {
	t := l.text(lang)
	if t != l.Texts[lang] {
		lang = Langs[0]
	}
	d := Doc{Slug: l.Slug, Lang: lang, Title: t.Title, Topic: l.Topic, Minutes: l.Minutes, Level: l.Level, Summary: t.Summary}
	for i := range l.Steps {
		d.Steps = append(d.Steps, stepDoc(&l.Steps[i], &t.Steps[i]))
	}
	return d
}

func stepDoc(s *Step, t *StepText) StepDoc {
	d := StepDoc{ID: s.ID, Title: t.Title, Body: t.Body, After: t.After}
	items := doItems(t.Do)
	for i, m := range s.Do {
		md := MoveDoc{Act: m.Act, Replay: m.Replay, AfterNano: int64(m.After), Text: t.Do}
		if len(s.Do) > 1 {
			md.Text = []Block{{P: items[i]}}
		}
		if sel, err := targets(m.Act); err == nil && len(sel) > 0 {
			md.Target = &sel[0]
		}
		d.Do = append(d.Do, md)
	}
	if s.Predict != nil {
		d.Ask = &AskDoc{Kind: s.Predict.Ask, Text: t.Ask, Options: t.Options}
	}
	if s.Goal != "" {
		d.Goal = &GoalDoc{Cond: s.Goal, Text: t.Goal}
	}
	return d
}

// doItems are the items of the list that says what to do, one a move.
func doItems(blocks []Block) [][]Span {
	for _, b := range blocks {
		if b.OL != nil {
			return b.OL
		}
		if b.UL != nil {
			return b.UL
		}
	}
	return nil
}

// String names a step in messages.
func (s *Step) String() string { return fmt.Sprintf("step %q", s.ID) }
