package middlebox

import "wirestep/engine/wire"

// Chain is a list of rules with what each has met.
type Chain struct {
	Rules  []Rule // replaced whole, never written
	Met    []Met  // by rule
	Policy Action // what becomes of a packet that no rule means: Accept or Discard
	Rest   Met    // how many of those there were
}

// Met is what a rule has met: iptables -v shows it.
type Met struct{ Packets, Bytes uint64 }

func (m *Met) add(s *wire.Segment) {
	m.Packets++
	m.Bytes += PacketSize(s)
}

// quoted is what an ICMP error has of the packet that it is about, with the headers
// of IP and ICMP: Linux quotes as much as 576 bytes take.
const quoted = 28

// PacketSize is what a packet takes on the wire with its IP header.
func PacketSize(s *wire.Segment) uint64 {
	n := uint64(len(s.Payload)) + uint64(s.Segs())*uint64(s.Headers())
	if s.ICMP.Set {
		n += quoted
	}
	return n
}

// NewChain is a chain that has met nothing.
func NewChain(rules []Rule) Chain { return Chain{Rules: rules, Met: make([]Met, len(rules))} }

// Clone returns a copy that shares nothing that either may write.
func (c *Chain) Clone() Chain {
	n := *c
	n.Met = append(make([]Met, 0, len(c.Met)), c.Met...)
	return n
}

// Tracks reports whether a rule asks conntrack.
func (c *Chain) Tracks() bool {
	for i := range c.Rules {
		if c.Rules[i].State != 0 {
			return true
		}
	}
	return false
}

// Empty reports whether every packet passes.
func (c *Chain) Empty() bool { return len(c.Rules) == 0 && c.Policy == Accept }

// Decide says what becomes of a segment of which conntrack says st: what the first
// rule does that means it, or the policy; with is the error of a Reject.
func (c *Chain) Decide(s *wire.Segment, st CtState) (do Action, with uint8) {
	for i := range c.Rules {
		if r := &c.Rules[i]; r.Matches(s, st) {
			c.Met[i].add(s)
			return r.Action, r.With
		}
	}
	c.Rest.add(s)
	return c.Policy, 0
}

// Insert puts a rule before the i-th, counted from 0.
func (c *Chain) Insert(i int, r Rule) {
	c.Rules = append(append(append(make([]Rule, 0, len(c.Rules)+1), c.Rules[:i]...), r), c.Rules[i:]...)
	c.Met = append(append(append(make([]Met, 0, len(c.Met)+1), c.Met[:i]...), Met{}), c.Met[i:]...)
}

// Delete takes the i-th rule away.
func (c *Chain) Delete(i int) {
	c.Rules = append(append(make([]Rule, 0, len(c.Rules)), c.Rules[:i]...), c.Rules[i+1:]...)
	c.Met = append(append(make([]Met, 0, len(c.Met)), c.Met[:i]...), c.Met[i+1:]...)
}

// Flush takes all rules away; the policy stays.
func (c *Chain) Flush() { c.Rules, c.Met = nil, nil }

// Zero forgets what was met.
func (c *Chain) Zero() { c.Met, c.Rest = make([]Met, len(c.Rules)), Met{} }
