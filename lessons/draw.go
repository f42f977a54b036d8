package lessons

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"wirestep/engine"
	"wirestep/engine/scene"
)

const (
	drawsTried = 60  // before it is given up that a draw is fair
	seedsTried = 100 // that check plays
)

// Draw is a drill with its numbers, and what the engine answers.
type Draw struct {
	Lesson *Lesson
	Drill  *Drill
	Seed   uint64
	Values map[string]string
	Scene  string // with its numbers, and what is set and done

	ask     *Question
	truth   Predicted
	beliefs []string // the answers of q.Beliefs, in their order
	shown   engine.StepNo
	said    map[string]string // what {=EXPR} stands for, where it is decided
}

// Drill returns the drill with this id.
func (l *Lesson) Drill(id string) *Drill {
	for i := range l.Drills {
		if l.Drills[i].ID == id {
			return &l.Drills[i]
		}
	}
	return nil
}

var errUnfair = errors.New("a belief gives the truth")

// Draw draws the numbers of a drill by a seed. A draw in which somebody is right for a
// wrong reason is thrown away, and the next is made.
func (l *Lesson) Draw(id string, seed uint64) (*Draw, error) {
	return l.draw(id, seed, func(d *Drill, values map[string]string) (*Draw, error) { return l.drawn(d, values) })
}

func (l *Lesson) draw(id string, seed uint64, drawn func(*Drill, map[string]string) (*Draw, error)) (*Draw, error) {
	d := l.Drill(id)
	if d == nil {
		return nil, fmt.Errorf("%s: no drill %q", l.Slug, id)
	}
	dice := rand.New(rand.NewPCG(seed, 0))
	for range drawsTried {
		values := map[string]string{}
		for _, name := range sortedKeys(d.Vary) {
			values[name] = d.Vary[name][dice.IntN(len(d.Vary[name]))]
		}
		got, err := drawn(d, values)
		if errors.Is(err, errUnfair) {
			continue
		}
		if err != nil {
			return nil, l.wrong(d.path, "drill %q with %v: %w", d.ID, values, err)
		}
		got.Seed = seed
		return got, nil
	}
	return nil, l.wrong(d.path+".ask.beliefs", "drill %q: no fair draw in %d; expected values with which no belief gives the truth", d.ID, drawsTried)
}

// drawn asks the engine with these values.
func (l *Lesson) drawn(d *Drill, values map[string]string) (*Draw, error) {
	got := &Draw{Lesson: l, Drill: d, Values: values, ask: d.Ask.filled(values)}
	r, err := l.drillRun(d, values, nil)
	if err != nil {
		return nil, err
	}
	got.shown, got.Scene = r.t.N(), r.written()
	if got.truth, err = r.p.decide(r.t, got.ask); err == nil && got.truth.Right == "" {
		got.truth.Right, err = got.ask.right(got.truth.Answer)
	}
	if err != nil {
		return nil, err
	}
	if got.truth.Why == 0 {
		got.truth.Why = r.t.N()
	}
	got.truth.Why -= r.plans(got.truth.Why)
	for _, b := range got.ask.Beliefs {
		answer := b.Is
		if len(b.Replay) > 0 {
			other, err := l.drillRun(d, values, b.Replay)
			if err != nil {
				return nil, fmt.Errorf("belief %q: %w", b.Key, err)
			}
			p, err := other.p.decide(other.t, got.ask)
			if err != nil {
				return nil, fmt.Errorf("belief %q: %w", b.Key, err)
			}
			answer = p.Answer
		}
		if got.ask.meets(got.ask.spoken(answer), got.truth.Answer) {
			return nil, errUnfair
		}
		got.beliefs = append(got.beliefs, answer)
	}
	got.said, err = l.drillValues(d, r)
	return got, err
}

// drillRun is the run of a drill at the place where it is asked.
func (l *Lesson) drillRun(d *Drill, values map[string]string, also []string) (ran, error) {
	var do []Move
	for _, op := range d.Do {
		do = append(do, Move{Act: fillIn(op, values)})
	}
	return l.runWith(l.dir+"/"+orElse(d.File, l.file), d.scene, values, slices.Concat(fillAll(d.Set, values), also), fillIn(d.At, values), do)
}

// written is the scene of the run as a text, with what was set and done in it.
func (r *ran) written() string {
	var b strings.Builder
	b.WriteString(strings.TrimRight(r.scene, "\n") + "\n\n")
	for _, iv := range r.t.Interventions(r.t.Branch()) {
		if text := scene.FormatOp(iv.Op); isPlan(iv) {
			b.WriteString(text + "\n") // it has its instant
		} else {
			fmt.Fprintf(&b, "at %ss %s\n", iv.At.Seconds(), text)
		}
	}
	return b.String()
}

// isPlan reports whether an intervention only says what is to be done later: in a scene
// that is no event.
func isPlan(iv engine.Intervention) bool { return strings.HasPrefix(scene.FormatOp(iv.Op), "at ") }

// plans counts those up to an event.
func (r *ran) plans(n engine.StepNo) (k engine.StepNo) {
	for _, iv := range r.t.Interventions(r.t.Branch()) {
		if iv.AtStep < n && isPlan(iv) {
			k++
		}
	}
	return k
}

// drillValues asks the expressions that the texts hold, where the question is decided.
func (l *Lesson) drillValues(d *Drill, r ran) (map[string]string, error) {
	out := map[string]string{}
	k := &linter{sc: r.p.sc}
	for _, name := range d.uses {
		v, err := k.value(name)
		if err != nil {
			return nil, fmt.Errorf("{=%s}: %w", name, err)
		}
		from, err := r.p.where(r.t, v)
		if err != nil {
			return nil, fmt.Errorf("{=%s}: %w", name, err)
		}
		got, err := v.ask(from.World(), current(from))
		if err != nil {
			return nil, fmt.Errorf("{=%s}: %w", name, err)
		}
		out[name] = spell(got, v.unit)
	}
	return out, nil
}

// Shown is how much of the run may be seen before the answer.
func (d *Draw) Shown() engine.StepNo { return d.shown }

// Doc is the question, with its numbers, and nothing that answers it.
func (d *Draw) Doc(lang string) *AskDoc {
	doc := askDoc(d.ask, d.text(lang))
	doc.Text = fillBlocks(doc.Text, d.Values)
	doc.Replies, doc.Right = nil, nil
	for i := range doc.Options {
		doc.Options[i] = OptionText{Key: doc.Options[i].Key, Label: fill(doc.Options[i].Label, d.Values)}
	}
	return doc
}

func (d *Draw) text(lang string) *StepText {
	t := d.Lesson.text(lang)
	for i := range t.Drills {
		if t.Drills[i].ID == d.Drill.ID {
			return &t.Drills[i]
		}
	}
	return &StepText{}
}

// Judged is what an answer to a drill came to.
type Judged struct {
	Verdict string        `json:"verdict"`
	Belief  string        `json:"belief,omitempty"`
	Right   string        `json:"right"` // as one would give it
	Unit    string        `json:"unit,omitempty"`
	Reply   []Block       `json:"reply,omitempty"` // to the belief, or the reason of the option chosen
	End     []Block       `json:"end,omitempty"`   // said to everybody
	Why     engine.StepNo `json:"why"`             // the event that decides, in the drill's scene
	Step    string        `json:"step"`            // of the lesson, for those who were wrong
}

// Judge judges an answer.
func (d *Draw) Judge(answer, lang string) (Judged, error) {
	choice, err := d.ask.read(answer)
	if err != nil {
		return Judged{}, err
	}
	out := Judged{Verdict: verdictOther, Right: d.ask.spoken(d.truth.Answer), Unit: d.ask.Unit, Why: d.truth.Why, Step: d.Drill.Step}
	if d.ask.how() == asChoose || d.ask.how() == asOrder || d.ask.how() == asSegment {
		out.Right = d.truth.Right
	}
	switch {
	case choice == d.truth.Right || d.ask.meets(choice, d.truth.Answer):
		out.Verdict = verdictRight
	case d.ask.how() == asCause:
		out.Verdict = d.ask.causeIs(choice, d.truth.chain)
	case d.ask.near(choice, d.truth.Answer):
		out.Verdict = verdictNear
	}
	is := ""
	for i, b := range d.ask.Beliefs {
		if out.Verdict != verdictRight && d.ask.meets(choice, d.beliefs[i]) {
			out.Verdict, out.Belief, is = verdictBelief, b.Key, withSpace(d.beliefs[i])
			break
		}
	}
	known := map[string]string{"is": is}
	for _, m := range []map[string]string{d.Values, d.said} {
		for k, v := range m {
			known[k] = v
		}
	}
	for _, o := range d.text(lang).Options {
		switch {
		case o.Key == rightText:
			out.End = fillBlocks(o.blocks(), known)
		case o.Key == out.Belief:
			out.Reply = fillBlocks(o.blocks(), known)
		case d.ask.how() == asChoose && o.Key == choice:
			out.Reply = fillBlocks(o.Why, known)
		}
	}
	return out, nil
}

// playDrills draws each drill by a hundred seeds and answers it.
func (l *Lesson) playDrills() (errs []error) {
	for i := range l.Drills {
		d := &l.Drills[i]
		if d.Ask == nil {
			continue
		}
		say := func(format string, args ...any) {
			errs = append(errs, l.wrong(d.path, "drill %q: %s", d.ID, fmt.Sprintf(format, args...)))
		}
		answers := map[string]bool{}
		known := map[string]func() (*Draw, error){}
		once := func(d *Drill, values map[string]string) (*Draw, error) {
			key := fmt.Sprint(values)
			if known[key] == nil {
				known[key] = sync.OnceValues(func() (*Draw, error) { return l.drawn(d, values) })
			}
			return known[key]()
		}
		for seed := range uint64(seedsTried) {
			got, err := l.draw(d.ID, seed, once)
			if err != nil {
				errs = append(errs, err)
				break
			}
			answers[got.truth.Right] = true
			right := got.truth.Right
			if how := got.ask.how(); how == asNumber || how == asAxis {
				right = got.ask.spoken(got.truth.Answer)
			}
			if j, err := got.Judge(right, Langs[0]); err != nil || j.Verdict != verdictRight {
				say("with %v: %q is the engine's answer and is not taken for right: %v", got.Values, right, err)
				break
			}
		}
		if len(answers) == 1 {
			say("every draw has the same answer; expected vary to change it")
		}
	}
	return errs
}
