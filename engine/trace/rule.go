package trace

import "sort"

// Rule is one thing that the engine can do and say why. Declare it right above
// the function that obeys it; it is that function's comment.
type Rule struct {
	ID      string   // area.name, in kebab case: "rto.enter-loss"; translations key on it
	Says    string   // one or two sentences, present tense: what happens and why
	RFC     []string // citations such as "RFC 9293 §3.10.7.4"
	Linux   string   // the Linux function that does the same, without parentheses
	Differs string   // where Linux and the RFC part ways, or what is simplified here
	Drops   bool     // the rule discards a segment
	Refuses bool     // and somebody waits for it in vain: there is no room, or nobody at home
	Filters bool     // and what comes after it would have taken the segment

	Index uint16 // place in the registry, stable within one build
}

var registry []*Rule

// Declare registers a rule and returns it. It panics on a second rule with the
// same ID: rules are package-level variables, so that is seen at start-up.
func Declare(r Rule) *Rule {
	for _, o := range registry {
		if o.ID == r.ID {
			panic("trace: rule declared twice: " + r.ID)
		}
	}
	r.Index = uint16(len(registry))
	registry = append(registry, &r)
	return registry[r.Index]
}

// Cites lists citations; it exists so that a declaration reads well.
func Cites(c ...string) []string { return c }

// Rules returns every rule, by ID.
func Rules() []*Rule {
	rs := append([]*Rule(nil), registry...)
	sort.Slice(rs, func(i, j int) bool { return rs[i].ID < rs[j].ID })
	return rs
}

// RuleAt returns the rule with this index.
func RuleAt(i uint16) *Rule { return registry[i] }
