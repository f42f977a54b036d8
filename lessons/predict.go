package lessons

import (
	"errors"
	"fmt"
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
)

// Verdicts on an answer.
const (
	verdictRight  = "right"
	verdictNear   = "near"   // within a tenth of the truth
	verdictBelief = "belief" // it is what somebody says who believes something else
	verdictOther  = "other"
)

// Predicted is what an answer came to, and, once the question is decided, the engine's,
// run ahead on a fork.
type Predicted struct {
	Choice  string
	Right   string        // a key, or the answer as one would give it; "" while tries are left
	Why     engine.StepNo // the event that decides, in the branch as it will be
	Answer  string        // as the engine put it: "1s", "ACK from server"
	Verdict string
	Belief  string // the key of the belief that it belongs to
	Left    int    // tries

	chain []engine.StepNo // cause: what may be chosen and is right
	offer []engine.StepNo // cause: what may be chosen
}

// ErrMoveFirst says that a move is to be made before the question is answered.
var ErrMoveFirst = errors.New("first make the move that this step asks for")

// Answer takes the person's answer to the question of this step and returns the
// engine's. Once decided it stands; what cannot be read costs no try. Where the cause
// is asked afterwards, an answer is an answer to that.
func (p *Player) Answer(t *engine.Timeline, text string) (Predicted, error) {
	if !p.started() || p.step().Predict == nil {
		return Predicted{}, errors.New("this step asks nothing")
	}
	q, a := p.step().Predict, &p.stand().Answer
	if a.Right != "" && len(a.Offered) > 0 && a.Cause == 0 && q.Ask != "cause" {
		return p.answerCause(t, text)
	}
	if a.Right != "" {
		return p.answered(), nil
	}
	if p.lacks > 0 || p.away && len(p.step().Do) > 0 {
		return Predicted{}, ErrMoveFirst
	}
	choice, err := q.read(text)
	if err != nil {
		return Predicted{}, err
	}
	got, err := p.ask(t)
	if err != nil {
		return Predicted{}, err
	}
	a.Choice = choice
	a.Verdict, a.Belief = p.judge(t, q, choice, got)
	if a.Verdict != verdictRight {
		a.Tried = append(a.Tried, choice)
	}
	if left := q.tries() - len(a.Tried); a.Verdict == verdictRight || left <= 0 {
		a.Right, a.Why = got.Right, got.Why
	}
	if err := p.Observe(t); err != nil {
		return Predicted{}, err
	}
	out := p.answered()
	if a.Right != "" {
		out.Answer = got.Answer
	}
	return out, nil
}

// answered is what has been said to the question so far.
func (p *Player) answered() Predicted {
	a := &p.stand().Answer
	out := Predicted{Choice: a.Choice, Right: a.Right, Why: a.Why, Verdict: a.Verdict, Belief: a.Belief}
	if a.Right == "" {
		out.Left = p.step().Predict.tries() - len(a.Tried)
	}
	return out
}

// ask runs a clone of the timeline ahead, from where the step stands and with
// its moves made, until the question is decided.
func (p *Player) ask(t *engine.Timeline) (Predicted, error) {
	step := p.step()
	q := step.Predict
	future, err := p.ahead(t)
	if err != nil {
		return Predicted{}, err
	}
	shadow := &Player{l: p.l, sc: p.sc, s: p.State()}
	got, err := shadow.decide(future, q)
	if err == nil && got.Right == "" {
		got.Right, err = q.right(got.Answer)
	}
	if err != nil {
		return Predicted{}, p.l.wrong(q.path+".options", "%s: %w", step, err)
	}
	if got.Why == 0 {
		got.Why = future.N()
	}
	if d := p.stand(); d.After == nil && len(step.After) > 0 {
		if d.After, err = p.evaluate(future, step.After); err != nil {
			return Predicted{}, p.complainOf(".values-after", "%v", err)
		}
	}
	return got, nil
}

// judge compares an answer with the engine's, and then with those of the beliefs.
func (p *Player) judge(t *engine.Timeline, q *Question, choice string, got Predicted) (verdict, belief string) {
	if q.how() == asCause {
		return q.causeIs(choice, got.chain), ""
	}
	if choice == got.Right || q.meets(choice, got.Answer) {
		return verdictRight, ""
	}
	if q.how() != asNumber && q.how() != asAxis {
		return verdictOther, ""
	}
	for _, b := range q.Beliefs {
		if answer, err := p.believed(t, q, b); err == nil && q.meets(choice, answer) {
			return verdictBelief, b.Key
		}
	}
	if q.near(choice, got.Answer) {
		return verdictNear, ""
	}
	return verdictOther, ""
}

// believed is what the engine answers where the belief holds.
func (p *Player) believed(t *engine.Timeline, q *Question, b Belief) (string, error) {
	if len(b.Replay) == 0 {
		return b.Is, nil
	}
	future, err := p.ahead(t)
	if err != nil {
		return "", err
	}
	shadow := &Player{l: p.l, sc: p.sc, s: p.State()}
	if err := shadow.replay(future, Move{Replay: b.Replay}); err != nil {
		return "", err
	}
	if ops := future.N(); p.step().replays() == nil && shadow.find(future, p.step().At) != nil || future.N() < ops {
		if err := future.Seek(min(ops, future.Tip())); err != nil {
			return "", err
		}
	}
	got, err := shadow.decide(future, q)
	return got.Answer, err
}

// decide runs t until the question is decided and returns the answer, or, where
// options are conditions, the right option.
func (p *Player) decide(t *engine.Timeline, q *Question) (got Predicted, err error) {
	switch q.Ask {
	case "next-segment":
		got.Answer = "nothing"
		for pk := range p.sent(t, Selector{Kind: "segment", From: q.Host}) {
			got.Answer = pk.Seg.Kind().String() + " from " + hostName(t.World(), pk.From)
			break
		}
	case "next-state":
		got.Answer, err = p.nextState(t, q.Host)
	case "errno":
		got.Answer, err = p.nextErrno(t, q.Host)
	case "time-of":
		got.Answer, err = p.timeOf(t, q.What)
	case "count":
		got.Answer, err = p.count(t, q)
	case "field":
		got.Answer, err = p.field(t, q)
	case "which":
		if err = p.findText(t, q.Until); err == nil {
			got.Right, err = p.which(t, q)
			got.Answer = got.Right
		}
	case "value":
		got.Answer, err = p.value(t, q)
	case "order":
		got.Answer, err = p.order(t, q)
	case "segment":
		return p.segment(t, q)
	case "cause":
		return p.causeOf(t, q)
	}
	return got, err
}

func (p *Player) findText(t *engine.Timeline, text string) error {
	at, err := ParsePlace(text)
	if err != nil {
		return err
	}
	return p.find(t, at)
}

func (p *Player) timeOf(t *engine.Timeline, place string) (string, error) {
	at, err := ParsePlace(place)
	if err != nil {
		return "", err
	}
	if p.find(t, at) == nil {
		return spellTime(int64(t.World().Now())), nil
	}
	return "never", t.Err()
}

// value is what an expression comes to at a place.
func (p *Player) value(t *engine.Timeline, q *Question) (string, error) {
	if err := p.findText(t, q.Until); err != nil {
		return "", err
	}
	v, err := (&linter{sc: p.sc}).value(q.What)
	if err != nil {
		return "", err
	}
	got, err := v.ask(t.World(), current(t))
	if err != nil {
		return "", err
	}
	return strings.ReplaceAll(spell(got, v.unit), " ", ""), nil
}

// order is how the items come in the run: the keys, joined by commas.
func (p *Player) order(t *engine.Timeline, q *Question) (string, error) {
	from := t.N()
	type found struct {
		key string
		n   engine.StepNo
	}
	var all []found
	for _, it := range q.Items {
		if err := t.Seek(from); err != nil {
			return "", err
		}
		if err := p.findText(t, it.When); err != nil {
			return "", fmt.Errorf("item %q: %w", it.Key, err)
		}
		at := len(all)
		for i, f := range all {
			if f.n == t.N() {
				return "", fmt.Errorf("items %q and %q come in one event; expected places that can be told apart", f.key, it.Key)
			}
			if f.n > t.N() && i < at {
				at = i
			}
		}
		all = append(all[:at], append([]found{{it.Key, t.N()}}, all[at:]...)...)
	}
	var keys []string
	for _, f := range all {
		keys = append(keys, f.key)
	}
	return strings.Join(keys, ","), t.Seek(all[len(all)-1].n)
}

// segment is the one to be pointed at: it has been sent before the question is asked.
func (p *Player) segment(t *engine.Timeline, q *Question) (got Predicted, err error) {
	from := t.N()
	at, err := segmentPlace(q.What)
	if err != nil {
		return got, err
	}
	if err := p.find(t, at); err != nil {
		return got, err
	}
	ev := current(t)
	all := packetsIn(t, ev, effectOf[at.Kind], at.Seg)
	if len(all) == 0 {
		return got, fmt.Errorf("%s is in no event", q.What)
	}
	pk := all[len(all)-1]
	if engine.StepNo(pk.SentBy) > from {
		return got, fmt.Errorf("%s is sent after the question is asked; expected one that is on the diagram by then", q.What)
	}
	got.Answer = fmt.Sprint(pk.ID)
	got.Right, got.Why = got.Answer, t.N()
	return got, nil
}

// sent yields the segments that fit sel as they are sent, running t on.
func (p *Player) sent(t *engine.Timeline, sel Selector) func(func(*engine.Packet) bool) {
	return func(yield func(*engine.Packet) bool) {
		for range ahead {
			ev, ok := t.Step()
			if !ok {
				return
			}
			for _, pk := range packetsIn(t, ev, trace.Sent, sel) {
				if !yield(pk) {
					return
				}
			}
		}
	}
}

func (p *Player) count(t *engine.Timeline, q *Question) (string, error) {
	from := t.N()
	if q.Since == "start" {
		from = 0
	}
	sel, err := parseKind(q.Of)
	if err != nil {
		return "", err
	}
	if err := p.findText(t, q.Until); err != nil {
		return "", err
	}
	end, n := t.N(), 0
	if err := t.Seek(from); err != nil {
		return "", err
	}
	for t.N() < end {
		ev, ok := t.Step()
		if !ok {
			return "", t.Err()
		}
		n += len(packetsIn(t, ev, trace.Sent, sel))
	}
	return fmt.Sprint(n), nil
}

func (p *Player) field(t *engine.Timeline, q *Question) (string, error) {
	sel, err := ParseSelector(q.What)
	if err != nil {
		return "", err
	}
	if err := p.find(t, Place{Kind: AtSent, Seg: sel, Text: q.What + " sent"}); err != nil {
		return "", err
	}
	pk, ok := p.nthSent(t, sel)
	if !ok {
		return "", fmt.Errorf("%s is never sent", q.What)
	}
	switch q.Field {
	case "seq":
		return fmt.Sprint(int32(pk.RelSeq())), nil
	case "ack":
		return fmt.Sprint(int32(pk.RelAck())), nil
	case "len":
		return fmt.Sprint(len(pk.Seg.Payload)), nil
	}
	return fmt.Sprint(pk.Seg.Win), nil
}

// which returns the first option whose condition holds at the cursor.
func (p *Player) which(t *engine.Timeline, q *Question) (string, error) {
	var keys []string
	for _, o := range q.Options {
		if o.When == "" {
			continue
		}
		c, err := scene.Compile(o.When, p.sc)
		if err != nil {
			return "", err
		}
		if holds(t, c) {
			keys = append(keys, o.Key)
		}
	}
	return q.only(keys, "none of the conditions holds")
}
