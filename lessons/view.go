package lessons

import "fmt"

// Doc is a lesson in one language, as a page gets it. It does not say which
// options are right.
type Doc struct {
	Slug       string     `json:"slug"`
	Lang       string     `json:"lang"`
	Title      string     `json:"title"`
	Chapter    string     `json:"chapter"`
	Minutes    int        `json:"minutes"`
	Level      string     `json:"level"`
	Claims     []string   `json:"claims,omitempty"`
	Needs      []string   `json:"needs,omitempty"`
	Summary    []Block    `json:"summary"`
	Belief     []Block    `json:"belief,omitempty"`
	Afterwards []Block    `json:"afterwards,omitempty"`
	Steps      []StepDoc  `json:"steps"`
	Drills     []DrillDoc `json:"drills,omitempty"`
}

// StepDoc is one step of a Doc.
type StepDoc struct {
	ID     string    `json:"id"`
	Levels []string  `json:"levels,omitempty"` // who has it; absent: everybody
	Title  string    `json:"title"`
	Claims []string  `json:"claims,omitempty"`
	On     string    `json:"on,omitempty"`
	Show   *Show     `json:"show,omitempty"`
	Body   []Block   `json:"body"`
	Do     []MoveDoc `json:"do,omitempty"`
	Ask    *AskDoc   `json:"ask,omitempty"`
	Hints  [][]Span  `json:"hints,omitempty"`
	Param  *ParamDoc `json:"param,omitempty"`
	Goal   *GoalDoc  `json:"goal,omitempty"`
	After  []Block   `json:"after,omitempty"`
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
	Kind      string       `json:"kind"`
	As        string       `json:"as"` // choose number axis order segment cause
	Text      []Block      `json:"text"`
	Options   []OptionText `json:"options"`           // choose; order: what is to be put in order
	Replies   []ReplyDoc   `json:"replies,omitempty"` // to those who believe something else
	Right     []Block      `json:"right,omitempty"`   // said in the end
	Unit      string       `json:"unit,omitempty"`
	Tolerance string       `json:"tolerance,omitempty"`
	EndNano   int64        `json:"endNano,omitempty"` // axis
	TickNano  int64        `json:"tickNano,omitempty"`
	Tries     int          `json:"tries"`
	Why       bool         `json:"why,omitempty"` // which event caused it? is asked afterwards
}

// ReplyDoc is what is said to somebody whose answer belongs to a belief.
type ReplyDoc struct {
	Key    string   `json:"key"`
	Text   []Block  `json:"text"`
	Replay []string `json:"replay,omitempty"` // of the world in which the belief is right
}

// ParamDoc is a value that the person turns.
type ParamDoc struct {
	Name     string   `json:"name"`
	Cells    []string `json:"cells"`
	Start    string   `json:"start"`
	FindEdge bool     `json:"findEdge,omitempty"`
	Second   *AxisDoc `json:"second,omitempty"`
	Text     []Block  `json:"text"`
}

// AxisDoc is the second value of a grid.
type AxisDoc struct {
	Name  string   `json:"name"`
	Cells []string `json:"cells"`
}

// DrillDoc says that there is a drill; its question comes with its numbers.
type DrillDoc struct {
	ID   string `json:"id"`
	Step string `json:"step"` // what a wrong answer opens
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
	d := Doc{
		Slug: l.Slug, Lang: lang, Title: t.Title, Chapter: l.Chapter, Minutes: l.Minutes, Level: l.Level, Claims: l.Claims, Needs: l.Needs,
		Summary: t.Summary, Belief: t.Belief, Afterwards: t.Afterwards,
	}
	for i := range l.Steps {
		d.Steps = append(d.Steps, stepDoc(&l.Steps[i], &t.Steps[i]))
	}
	for _, x := range l.Drills {
		d.Drills = append(d.Drills, DrillDoc{ID: x.ID, Step: x.Step})
	}
	return d
}

func stepDoc(s *Step, t *StepText) StepDoc {
	d := StepDoc{
		ID: s.ID, Levels: s.Levels, Title: t.Title, Claims: s.Claims, On: s.On, Show: s.Show, Body: t.Body, Hints: t.Hints, After: t.After,
	}
	items := doItems(t.Do)
	for i, m := range s.Do {
		md := MoveDoc{Act: m.Act, Replay: m.Replay, AfterNano: int64(m.After), Text: t.Do}
		if len(s.Do) > 1 && i < len(items) { // a draft may have fewer
			md.Text = []Block{{P: items[i]}}
		}
		if sel, err := targets(m.Act); err == nil && len(sel) > 0 {
			md.Target = &sel[0]
		}
		d.Do = append(d.Do, md)
	}
	if s.Predict != nil {
		d.Ask = askDoc(s.Predict, t)
	}
	if s.Param != nil {
		d.Param = paramDoc(s.Param, t)
	}
	if s.Goal != "" {
		d.Goal = &GoalDoc{Cond: s.Goal, Text: t.Goal}
	}
	return d
}

func askDoc(q *Question, t *StepText) *AskDoc {
	d := &AskDoc{
		Kind: q.Ask, As: q.how(), Text: t.Ask, Options: []OptionText{}, Unit: q.Unit, Tolerance: q.Tolerance, Tries: q.tries(), Why: q.Why,
	}
	d.EndNano, _, _ = instant(q.End)
	d.TickNano, _, _ = instant(q.Tick)
	for _, o := range t.Options {
		switch {
		case d.As == asChoose || d.As == asOrder && o.Key != rightText:
			d.Options = append(d.Options, o)
		case o.Key == rightText:
			d.Right = o.blocks()
		default:
			d.Replies = append(d.Replies, ReplyDoc{o.Key, o.blocks(), q.replayOf(o.Key)})
		}
	}
	return d
}

// replayOf are the operations of a belief that is a run of its own.
func (q *Question) replayOf(key string) []string {
	for _, b := range q.Beliefs {
		if b.Key == key {
			return b.Replay
		}
	}
	return nil
}

// blocks are all that an item says.
func (o *OptionText) blocks() []Block {
	return append([]Block{{P: o.Label}}, o.Why...)
}

func paramDoc(p *Param, t *StepText) *ParamDoc {
	d := &ParamDoc{Name: p.Name, Start: p.Start, FindEdge: p.FindEdge, Text: t.Param}
	most := maxCells
	if p.Second != nil {
		most = maxGrid
		cells, _ := p.Second.Cells(maxGrid)
		d.Second = &AxisDoc{Name: p.Second.Name, Cells: cells}
	}
	d.Cells, _ = p.Cells(most)
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
