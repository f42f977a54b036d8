package engine

import (
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Reason is how an event is a cause of another: the key of a text, cause.<reason>.
type Reason string

// The reasons that were recorded while the events ran.
const (
	ReasonSent    Reason = "sent"    // it sent the segment that arrived
	ReasonArmed   Reason = "armed"   // it set the timer that fired
	ReasonProgram Reason = "program" // the line before it in the program
	ReasonWoke    Reason = "woke"    // it let the blocked call go on
	ReasonAsked   Reason = "asked"   // somebody made the process call
	ReasonPlanned Reason = "planned" // somebody planned it
	ReasonCopied  Reason = "copied"  // it made the copy that arrived
)

// The reasons of absence and of change: who took away what would have come, or made
// it come otherwise.
const (
	ReasonLost      Reason = "lost"      // the network lost the segment
	ReasonDiscarded Reason = "discarded" // a host or a box discarded the segment
	ReasonAct       Reason = "act"       // an intervention: without it the event does not happen
	ReasonRule      Reason = "rule"      // a standing rule that somebody set up met the segment
	ReasonOwner     Reason = "owner"     // it sent the segment that did not come, or not as it was
)

// Sure says how a cause is known.
type Sure uint8

// How a cause is known.
const (
	Recorded  Sure = iota // the engine noted it while it ran
	Checked               // on a fork without it, and without Instead, the event does not happen
	Unchecked             // the check was beyond the limit of what one question may run
	Anyway                // on a fork without it the event happens all the same
)

// CauseLink is one cause of an event.
type CauseLink struct {
	N       StepNo
	Of      StepNo // the event that it is a cause of
	Why     Reason
	Sure    Sure
	Packet  sim.PacketID // the segment that it is about; 0: none
	Rule    *trace.Rule  // Lost, Discarded: who took it
	Spared  bool         // on that fork it happens, but does not take Packet
	Instead []StepNo     // events that would have done the same without it
	Root    bool         // nothing made it happen but a person, a program or the scene
}

// Chain is how an event came about: its causes, the latest first, back to a person,
// a call or the scene.
type Chain struct {
	Of        StepNo
	Links     []CauseLink
	Folded    int // links of the middle that are left out
	Unchecked int // interventions of which it was not found out whether they matter
	LeadsTo   []StepNo
}

const (
	chainNear  = 12    // links beside the event that are always told
	chainFar   = 3     // and at the other end
	chainWalk  = 5_000 // links that are followed
	chainProbe = 4     // absences that are looked for, nearest first
)

// Why tells how event n of a branch came about. What was recorded is followed; that
// an intervention or a loss is among the causes is found out by running a future
// without it.
func (t *Timeline) Why(b BranchID, n StepNo) (Chain, error) {
	if b < 0 || int(b) >= len(t.branches) || n < 1 || n > t.branches[b].info.Tip {
		return Chain{}, refuse("event %d of branch %d; expected one that has happened", n, b)
	}
	q := &asker{t: t, b: b, of: n, facts: t.factsOf(b), budget: whyBudget, told: map[StepNo]bool{}}
	q.w = t.rewind(b, t.branches[b].info.Tip)
	q.walk()
	q.verify()
	q.interventions()
	return q.chain(), nil
}

// asker answers one question.
type asker struct {
	t      *Timeline
	b      BranchID
	of     StepNo
	facts  *facts
	w      *World // at the tip: it knows every packet
	budget int
	told   map[StepNo]bool
	links  []CauseLink
	probes int
	open   int
}

func (q *asker) event(n StepNo) *trace.Event { return q.t.Event(q.b, n) }

func (q *asker) tell(l CauseLink) bool {
	if l.N < 1 || q.told[l.N] {
		return false
	}
	q.told[l.N] = true
	q.links = append(q.links, l)
	return true
}

// walk follows what was recorded, back from the event, the latest first.
func (q *asker) walk() {
	todo := []StepNo{q.of}
	for len(todo) > 0 && len(q.links) < chainWalk {
		at := 0
		for i := range todo { // the latest first
			if todo[i] > todo[at] {
				at = i
			}
		}
		e := q.event(todo[at])
		todo = slices.Delete(todo, at, at+1)
		for _, l := range q.causes(e) {
			if q.tell(l) {
				todo = append(todo, l.N)
			}
		}
	}
}

// causes lists the direct causes of an event: what let it happen, and who took away
// what would have prevented it.
func (q *asker) causes(e *trace.Event) []CauseLink {
	var out []CauseLink
	if c, ok := q.recorded(e); ok {
		out = append(out, c)
	}
	if p := q.w.sent.get(e.Packet); e.Kind == trace.Arrive && p != nil && p.CopyOf != 0 {
		for _, f := range q.facts.took[p.ID] {
			if f.kind == trace.Copied && f.event != p.SentBy {
				out = append(out, CauseLink{N: f.event, Of: e.ID, Why: ReasonCopied, Packet: p.ID})
			}
		}
	}
	return append(out, q.absences(e)...)
}

// recorded is the cause that the engine noted while the event ran.
func (q *asker) recorded(e *trace.Event) (l CauseLink, ok bool) {
	if e.Cause == 0 {
		return l, false
	}
	l = CauseLink{N: e.Cause, Of: e.ID}
	switch e.Kind {
	case trace.Arrive:
		l.Why, l.Packet = ReasonSent, e.Packet
	case trace.Timer:
		l.Why = ReasonArmed
	case trace.Act:
		l.Why = ReasonPlanned
	default:
		l.Why = q.whyCalled(e)
	}
	return l, true
}

func (q *asker) whyCalled(e *trace.Event) Reason {
	c := q.event(e.Cause)
	for i := range c.Effects {
		if x := &c.Effects[i]; x.Kind == trace.Woke && x.Host == e.Host {
			return ReasonWoke
		}
	}
	if c.Kind == trace.Act {
		return ReasonAsked
	}
	return ReasonProgram
}

// absences finds who took away what would have prevented an event: the segments of
// this connection that did not come while a timer ran, and the earlier copies of
// what is sent again.
func (q *asker) absences(e *trace.Event) []CauseLink {
	if q.probes >= chainProbe {
		return nil
	}
	missing := q.missing(e)
	if len(missing) == 0 {
		return nil
	}
	q.probes++
	var out []CauseLink
	for _, f := range missing[:min(len(missing), 4)] {
		out = append(out, q.absence(e, f)...)
	}
	return out
}

// absence makes links of something that befell a segment, if the event would not
// have happened otherwise.
func (q *asker) absence(e *trace.Event, f fact) []CauseLink {
	l := CauseLink{N: f.event, Of: e.ID, Packet: f.packet, Rule: f.rule, Spared: true, Why: ReasonLost}
	switch {
	case f.kind == trace.Dropped && !f.sparable(q.w):
		l.Why = ReasonDiscarded
		if !f.rule.Refuses {
			return nil // it was nothing that anybody waited for
		}
	case f.kind == trace.Dropped:
		l.Why = ReasonDiscarded
	case f.act:
		l.Why, l.Spared = ReasonAct, false
	case f.by != 0:
		l.Why = ReasonRule
	}
	if l.Why != ReasonDiscarded || f.sparable(q.w) {
		happens, known := q.t.without(q.b, e.ID, l.ifNot(), &q.budget)
		l.Sure = Checked
		if !known {
			l.Sure = Unchecked
		} else if happens {
			return nil
		}
	}
	out := []CauseLink{l}
	if l.Why == ReasonRule {
		out = append(out, CauseLink{N: f.by, Of: f.event, Why: ReasonRule, Packet: f.packet, Sure: l.Sure})
	}
	return append(out, CauseLink{N: q.w.sent.get(f.packet).SentBy, Of: f.event, Why: ReasonOwner, Packet: f.packet})
}

// ifNot is the future in which a cause does not happen.
func (l *CauseLink) ifNot() ifNot {
	k := ifNot{event: l.N}
	if l.Spared {
		k.spare = l.Packet
	}
	return k
}

// sparable reports whether a discarded packet can be let through in a shadow: what
// boxes, rules of a firewall and checksums do, not what a connection decides.
func (f *fact) sparable(w *World) bool {
	p := w.sent.get(f.packet)
	return w.boxes[p.To] != nil && !w.hosts[p.To].Has(p.Seg.Dst.Addr) || f.rule.Filters
}

// verify runs the futures without the direct causes of the event.
func (q *asker) verify() {
	for i := range q.links {
		l := &q.links[i]
		switch l.Why {
		case ReasonSent, ReasonArmed, ReasonProgram, ReasonWoke, ReasonCopied, ReasonAsked, ReasonPlanned:
			if l.Of == q.of {
				q.instead(l)
			}
		}
	}
}

// instead finds out whether an event happens without its recorded cause, and which
// other events of the same kind would have brought it about: of ten acknowledgments
// that arrive together each lets the data go that the first one let go.
func (q *asker) instead(l *CauseLink) {
	k := l.ifNot()
	for i := 0; ; i++ {
		s, cause, happens, known := q.t.lookWithout(q.b, l.Of, k, &q.budget)
		switch {
		case !known:
			l.Sure = Unchecked
			return
		case !happens:
			l.Sure = Checked
			return
		case i == maxInstead || cause <= k.event:
			l.Sure = Anyway
			return
		}
		if e, there := q.event(cause), s.stands(cause); e == nil || e.At != there.at || e.Kind != there.kind || e.Host != there.host {
			l.Sure = Anyway
			return
		}
		k.more[i] = cause
		l.Instead = append(l.Instead, cause)
	}
}

// missing lists what befell segments that an event waited for or sends again, the
// latest first.
func (q *asker) missing(e *trace.Event) []fact {
	var out []fact
	seen := map[sim.PacketID]bool{}
	add := func(id sim.PacketID, from StepNo) {
		for _, f := range q.facts.took[id] {
			if !seen[id] && f.kind != trace.Copied && f.event < e.ID && f.event >= from {
				seen[id] = true
				out = append(out, f)
			}
		}
	}
	for i := range e.Effects {
		if p := q.w.sent.get(e.Effects[i].Packet); e.Effects[i].Kind == trace.Sent && p.Retx > 0 {
			for _, id := range q.earlier(p) {
				add(id, 1)
			}
		}
	}
	if e.Kind == trace.Timer {
		if t, ok := q.facts.ends[e.Subject]; ok {
			for id := q.firstAfter(e.Cause); id <= q.w.sent.n && q.w.sent.get(id).SentBy < e.ID; id++ {
				if q.between(id, t) {
					add(id, e.Cause)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b fact) int { return int(b.event - a.event) })
	return out
}

const lookBack = 400 // packets before an event in which its earlier copies are looked for

// earlier lists the packets that had the same bytes as one that is sent again.
func (q *asker) earlier(p *Packet) (out []sim.PacketID) {
	for id := p.ID - 1; id >= max(1, p.ID-lookBack); id-- {
		o := q.w.sent.get(id)
		if o != nil && o.From == p.From && o.Seg.Src == p.Seg.Src && o.Seg.Dst == p.Seg.Dst && o.Seg.Len() > 0 &&
			!o.Seg.Seq.After(p.Seg.Seq) && o.Seg.End().After(p.Seg.Seq) {
			out = append(out, id)
		}
	}
	return out
}

// firstAfter is the first packet that may matter to a timer that an event set: the
// first that was sent by it, or was under way then.
func (q *asker) firstAfter(n StepNo) sim.PacketID {
	id := sim.PacketID(1)
	lo, hi := sim.PacketID(1), q.w.sent.n+1
	for lo < hi { // packets are in order of sending
		if mid := (lo + hi) / 2; q.w.sent.get(mid).SentBy < n {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return max(id, lo-lookBack/4)
}

// between reports whether a packet, or the one that a box made it of, travelled
// between the ends of a connection.
func (q *asker) between(id sim.PacketID, t wire.Tuple) bool {
	for p := q.w.sent.get(id); p != nil; p = q.w.sent.get(p.Of) {
		s := wire.Tuple{Local: p.Seg.Src, Remote: p.Seg.Dst}
		if s == t || s.Flip() == t {
			return true
		}
	}
	return false
}
