package engine

import (
	"slices"

	"wirestep/engine/trace"
)

// interventions finds the acts without which the event does not happen. It asks
// every act before the event, the latest first, as long as the budget lasts.
func (q *asker) interventions() {
	for i := len(q.facts.acts) - 1; i >= 0; i-- {
		n := q.facts.acts[i]
		if n >= q.of {
			continue
		}
		happens, known := q.t.without(q.b, q.of, ifNot{event: n}, &q.budget)
		at := slices.IndexFunc(q.links, func(l CauseLink) bool { return l.N == n })
		switch {
		case !known:
			q.open++
			if at >= 0 {
				q.links[at].Sure = Unchecked
			}
		case at >= 0 && !happens:
			q.links[at].Sure = Checked
		case at >= 0 && q.links[at].Why == ReasonAct: // it took a segment, and the event happens all the same
			q.links = slices.Delete(q.links, at, at+1)
		case at < 0 && !happens:
			q.tell(CauseLink{N: n, Of: q.of, Why: ReasonAct, Sure: Checked, Packet: q.event(n).Packet})
		}
	}
}

// chain puts the causes in order, the latest first, and folds the middle of a long
// one: what is near, the far end and every act stay.
func (q *asker) chain() Chain {
	slices.SortFunc(q.links, func(a, b CauseLink) int { return int(b.N - a.N) })
	c := Chain{Of: q.of, Unchecked: q.open, LeadsTo: q.leadsTo()}
	for i, l := range q.links {
		e := q.event(l.N)
		l.Root = e.Cause == 0
		if i < chainNear || i >= len(q.links)-chainFar || e.Kind == trace.Act && e.Cause == 0 {
			c.Links = append(c.Links, l)
		} else {
			c.Folded++
		}
	}
	return c
}

const maxLeadsTo = 6

// leadsTo lists what an event brought about: the first events of which it is the
// recorded cause.
func (q *asker) leadsTo() (out []StepNo) {
	for n := q.of + 1; n <= min(q.facts.upTo, q.of+2000) && len(out) < maxLeadsTo; n++ {
		if q.event(n).Cause == q.of {
			out = append(out, n)
		}
	}
	if e := q.event(q.of); e.Kind != trace.Act || len(out) > 0 {
		return out
	}
	for n := q.of + 1; n <= min(q.facts.upTo, q.of+400) && len(out) < maxLeadsTo; n++ {
		if happens, known := q.t.without(q.b, n, ifNot{event: q.of}, &q.budget); known && !happens {
			out = append(out, n)
		} else if !known {
			break
		}
	}
	return out
}
