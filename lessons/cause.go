package lessons

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"wirestep/engine"
	"wirestep/engine/trace"
)

const (
	causesOffered = 2 // events of the chain among which one chooses
	othersOffered = 2 // and events that have nothing to do with it
)

// WhyAsked is the question which event caused what a step asked about.
type WhyAsked struct {
	Of         engine.StepNo
	Candidates []engine.StepNo
	Choice     engine.StepNo
	Right      []engine.StepNo // once chosen
}

// causeOf answers which event caused the one at a place that has happened already.
func (p *Player) causeOf(t *engine.Timeline, q *Question) (got Predicted, err error) {
	from := t.N()
	if err := p.findText(t, q.Of); err != nil {
		return got, err
	}
	if t.N() > from || t.N() == 0 {
		return got, fmt.Errorf("of: %q has not happened where the question is asked; expected an event of the past", q.Of)
	}
	got.offer, got.chain, err = candidates(t, t.N())
	if err != nil {
		return got, err
	}
	got.Why = t.N()
	got.Right = fmt.Sprint(got.chain[0])
	got.Answer = got.Right
	return got, nil
}

// candidates are events before event n of t's branch, in order: some that are among its
// causes, and that a person, a loss or a timer made; and some that are not.
func candidates(t *engine.Timeline, n engine.StepNo) (offer, chain []engine.StepNo, err error) {
	why, err := t.Why(t.Branch(), n)
	if err != nil {
		return nil, nil, err
	}
	among := map[engine.StepNo]bool{n: true}
	for i := range why.Links {
		l := &why.Links[i]
		among[l.N] = true
		if l.Sure != engine.Anyway && len(chain) < causesOffered && telling(t, l) {
			chain = append(chain, l.N)
		}
	}
	if len(chain) == 0 {
		return nil, nil, errors.New("no person, no loss and no timer is among its causes; expected an event that one of them made")
	}
	var others []engine.StepNo
	for _, wanted := range []bool{true, false} { // what looks like a cause first
		for k := n - 1; k > 0 && len(others) < othersOffered; k-- {
			e := t.Event(t.Branch(), k)
			if looks := e.Kind == trace.Timer || e.Kind == trace.Act || e.Kind == trace.Arrive; looks == wanted && !among[k] && !slices.Contains(others, k) {
				others = append(others, k)
			}
		}
	}
	offer = slices.Concat(chain, others)
	slices.Sort(offer)
	return offer, chain, nil
}

// telling reports whether a cause is one that says something: what a person did, what
// the network lost, what a timer did.
func telling(t *engine.Timeline, l *engine.CauseLink) bool {
	e := t.Event(t.Branch(), l.N)
	return e.Kind == trace.Act || e.Kind == trace.Timer || l.Why == engine.ReasonLost || l.Why == engine.ReasonDiscarded
}

// causeIs judges the choice of an event.
func (q *Question) causeIs(choice string, chain []engine.StepNo) string {
	if n, err := strconv.Atoi(choice); err == nil && slices.Contains(chain, engine.StepNo(n)) {
		return verdictRight
	}
	return verdictOther
}

// offer makes the events known among which one chooses a cause: those of a question
// for it, or, when a question is decided and its event has been seen, of that one.
func (p *Player) offer(t *engine.Timeline) error {
	q, a := p.step().Predict, &p.stand().Answer
	if q == nil || p.shadow || len(a.Offered) > 0 || p.away || p.lacks > 0 {
		return nil
	}
	switch {
	case q.Ask == "cause":
		got, err := p.ask(t)
		if err != nil {
			return err
		}
		a.Offered, a.Chain, a.Why = got.offer, got.chain, got.Why
	case q.Why && a.Right != "" && a.Right != "never" && t.N() >= a.Why && p.rightBranch(t):
		offered, chain, err := candidates(t, a.Why)
		if err != nil {
			return p.complain("why: %v", err)
		}
		a.Offered, a.Chain = offered, chain
	}
	return nil
}

// rightBranch reports whether the cursor is on the branch on which the question was
// decided.
func (p *Player) rightBranch(t *engine.Timeline) bool {
	return p.step().replays() == nil || p.replaying(t)
}

// answerCause takes the answer to the question for the cause.
func (p *Player) answerCause(t *engine.Timeline, text string) (Predicted, error) {
	a := &p.stand().Answer
	n, err := strconv.Atoi(text)
	if err != nil || !slices.Contains(a.Offered, engine.StepNo(n)) {
		return Predicted{}, fmt.Errorf("answer %q; expected one of the events %v", text, a.Offered)
	}
	a.Cause = engine.StepNo(n)
	return p.answered(), p.Observe(t)
}
