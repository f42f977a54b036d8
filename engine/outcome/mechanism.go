package outcome

import "wirestep/engine/trace"

// Mechanism is a rule that explains why the outcomes differ.
type Mechanism struct {
	Side int // -1: all sides came to it, with different answers
	Rule *trace.Rule
}

// Mechanisms says what can be told of why: the rules where they part, else the rule
// by which segments were discarded on one side only. The latter too where the
// outcome does not follow from what is done where they part.
func (c *Comparison) Mechanisms() []Mechanism {
	parted, dropped := c.whereTheyPart(), c.discards()
	if len(dropped) > 0 && (len(parted) == 0 || !c.partingLeads()) {
		return dropped
	}
	return parted
}

// whereTheyPart are the rules where they part.
func (c *Comparison) whereTheyPart() []Mechanism {
	var out []Mechanism
	p := &c.Parting
	for i := range p.Sides {
		s := &p.Sides[i]
		switch {
		case s.Rule == nil:
		case s.Check != nil && s.Rule == p.Sides[(i+1)%len(p.Sides)].Rule:
			return []Mechanism{{-1, s.Rule}}
		case s.Check == nil:
			out = append(out, Mechanism{i, s.Rule})
		}
	}
	return out
}

// partingLeads: on some side the outcome of the verdict goes back, cause by cause, to
// what is done where they part.
func (c *Comparison) partingLeads() bool {
	if c.Verdict.Row < 0 {
		return false
	}
	for i, v := range c.Rows[c.Verdict.Row].Values {
		if i >= len(c.Parting.Sides) {
			break
		}
		from := c.Parting.Sides[i].Event
		for e := c.Runs[i].event(v.Event); e != nil && from > 0; e = c.Runs[i].event(e.Cause) {
			if e.ID == from {
				return true
			}
		}
	}
	return false
}

// discards is the rule by which segments were discarded on one side only.
func (c *Comparison) discards() []Mechanism {
	if len(c.Runs) != 2 {
		return nil
	}
	for i := range c.Rows {
		r := &c.Rows[i]
		if !r.Differs || r.What != Dropped || r.Values[0].N != 0 && r.Values[1].N != 0 {
			continue
		}
		side := 0
		if r.Values[0].N == 0 {
			side = 1
		}
		for _, rule := range trace.Rules() {
			if rule.ID == r.Name {
				return []Mechanism{{side, rule}}
			}
		}
	}
	return nil
}
