package lessons

import (
	"fmt"
	"strings"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// Answer takes the person's answer to the question of this step and returns the
// engine's. The first answer stands; asking again returns the same.
func (p *Player) Answer(t *engine.Timeline, key string) (Predicted, error) {
	if len(p.s.Homes) == 0 || p.l.Steps[p.s.Step].Predict == nil {
		return Predicted{}, fmt.Errorf("this step asks nothing")
	}
	a := &p.s.Answers[p.s.Step]
	if a.Choice != "" {
		return Predicted{Choice: a.Choice, Right: a.Right, Why: engine.StepNo(a.Why)}, nil
	}
	q := p.l.Steps[p.s.Step].Predict
	known := false
	for _, o := range q.Options {
		known = known || o.Key == key
	}
	if !known {
		return Predicted{}, fmt.Errorf("answer %q; expected the key of an option", key)
	}
	got, err := p.ask(t)
	if err != nil {
		return Predicted{}, err
	}
	got.Choice = key
	*a = Answer{Choice: key, Right: got.Right, Why: int32(got.Why)}
	return got, p.Observe(t)
}

// ask runs a clone of the timeline ahead, from where the step stands and with
// its moves made, until the question is decided.
func (p *Player) ask(t *engine.Timeline) (Predicted, error) {
	step := &p.l.Steps[p.s.Step]
	q := step.Predict
	future := t.Clone()
	shadow := &Player{l: p.l, sc: p.sc, s: p.State()}
	if err := shadow.Return(future); err != nil {
		return Predicted{}, err
	}
	from := future.N()
	if err := shadow.perform(future); err != nil {
		return Predicted{}, err
	}
	if n := len(step.Do); n > 0 && len(step.Do[n-1].Replay) > 0 {
		from = 0
	}
	if err := future.Seek(from); err != nil {
		return Predicted{}, err
	}
	answer, right, err := shadow.decide(future, q)
	if err == nil && right == "" {
		right, err = q.right(answer)
	}
	if err != nil {
		return Predicted{}, fmt.Errorf("%s/lesson.yaml:%d: %s: %w", p.l.dir, q.line, step, err)
	}
	return Predicted{Right: right, Why: future.N(), Answer: answer}, nil
}

// decide runs t until the question is decided and returns the answer, or, where
// options are conditions, the right option.
func (p *Player) decide(t *engine.Timeline, q *Question) (answer, right string, err error) {
	switch q.Ask {
	case "next-segment":
		answer = "nothing"
		for pk := range p.sent(t, Selector{Kind: "segment", From: q.Host}) {
			answer = pk.Seg.Kind().String() + " from " + hostName(t.World(), pk.From)
			break
		}
	case "next-state":
		answer, err = p.nextState(t, q.Host)
	case "errno":
		answer, err = p.nextErrno(t, q.Host)
	case "time-of":
		at, err := ParsePlace(q.What)
		if err != nil {
			return "", "", err
		}
		answer = "never"
		if p.find(t, at) == nil {
			answer = spellTime(int64(t.World().Now()))
		} else if t.Err() != nil {
			return "", "", t.Err()
		}
	case "count":
		answer, err = p.count(t, q)
	case "field":
		answer, err = p.field(t, q)
	case "which":
		at, err := ParsePlace(q.Until)
		if err != nil {
			return "", "", err
		}
		if err := p.find(t, at); err != nil {
			return "", "", err
		}
		right, err = p.which(t, q)
		return "", right, err
	}
	return answer, "", err
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
	until, err := ParsePlace(q.Until)
	if err != nil {
		return "", err
	}
	sel, err := parseKind(q.Of)
	if err != nil {
		return "", err
	}
	if err := p.find(t, until); err != nil {
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

// nextState runs on until the host's connection is in another state.
func (p *Player) nextState(t *engine.Timeline, host string) (string, error) {
	is := map[string]scene.Cond{}
	for _, name := range tcp.StateNames {
		if name == "" {
			continue
		}
		c, err := scene.Compile(fmt.Sprintf("%s.state == %q", strings.ReplaceAll(host, "-", "_"), name), p.sc)
		if err != nil {
			return "", err
		}
		is[name] = c
	}
	state := func() string {
		for _, name := range tcp.StateNames {
			if name != "" && holds(t, is[name]) {
				return name
			}
		}
		return ""
	}
	before := state()
	for range ahead {
		if _, ok := t.Step(); !ok {
			return "same", t.Err()
		}
		if now := state(); now != before {
			return now, nil
		}
	}
	return "same", nil
}

// nextErrno runs on until a call on the host fails.
func (p *Player) nextErrno(t *engine.Timeline, host string) (string, error) {
	for range ahead {
		ev, ok := t.Step()
		if !ok {
			break
		}
		for _, x := range ev.Effects {
			if x.Kind == trace.Returned && x.Result < 0 && hostName(t.World(), x.Host) == host {
				return x.Errno, nil
			}
		}
	}
	return "none", t.Err()
}
