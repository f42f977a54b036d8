package outcome

import (
	"cmp"
	"slices"
	"strings"

	"wirestep/engine"
	"wirestep/engine/sim"
)

// Comparison is what became of several futures.
type Comparison struct {
	Runs    []*Run
	Rows    []Row // those that differ first, the most visible first
	Verdict Verdict
	Parting Parting
	Change  Change
}

// Compare runs branches ahead and finds in what they differ. t stays as it is.
func Compare(t *engine.Timeline, branches []engine.BranchID) (*Comparison, error) {
	runs, err := Ahead(t, branches)
	if err != nil {
		return nil, err
	}
	all := make([]*collector, len(runs))
	for i, r := range runs {
		all[i] = collect(r)
	}
	callFacts(all)
	c := &Comparison{Runs: runs, Rows: rows(all)}
	c.Parting = parting(runs)
	c.Change = changed(t, runs)
	c.Verdict = verdict(c)
	c.choose()
	return c, nil
}

// rows puts the facts of all sides together.
func rows(all []*collector) []Row {
	var out []Row
	at := map[Fact]int{}
	for side, c := range all {
		for _, e := range c.facts.list {
			i, ok := at[e.Fact]
			if !ok {
				i = len(out)
				at[e.Fact] = i
				r := Row{Fact: e.Fact, Values: make([]Value, len(all))}
				for s := range all {
					r.Values[s] = absent(e.Fact)
				}
				out = append(out, r)
			}
			out[i].Values[side] = e.Value
		}
	}
	for i := range out {
		for _, v := range out[i].Values[1:] {
			out[i].Differs = out[i].Differs || !v.same(out[i].Values[0])
		}
	}
	slices.SortStableFunc(out, func(a, b Row) int {
		if a.Differs != b.Differs {
			return map[bool]int{true: -1, false: 1}[a.Differs]
		}
		return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(callRank(a), callRank(b)), cmp.Compare(first(a), first(b)))
	})
	return out
}

// absent is the value of a fact that a branch does not have: nothing was counted.
func absent(f Fact) Value {
	switch f.What {
	case Sent, Again, Lost, Dropped:
		return Value{Kind: Segments}
	case Read:
		return Value{Kind: Bytes}
	case TimeWaits, Opened, State, Orphans, Count, Peak:
		return Value{Kind: Number}
	}
	return Value{}
}

// dull counters move with every segment: they say last what differs.
var dull = map[string]bool{
	"TcpInSegs": true, "TcpOutSegs": true, "IpExtInNoECTPkts": true, "TcpExtTCPDelivered": true, "TcpExtTCPPureAcks": true, "TcpExtTCPHPAcks": true,
	"TcpRetransSegs": true, "TcpExtTCPTimeouts": true,
}

// callRank orders rows about like things: what a program cannot do without comes first.
func callRank(r Row) int {
	if r.What == Count && dull[r.Name] {
		return 1
	}
	if r.What > ReturnedAt {
		return 0
	}
	for i, name := range [...]string{"connect", "bind", "listen", "read", "recv", "accept", "write", "send"} {
		if r.Name == name {
			return i
		}
	}
	return 99
}

// first is the earliest event that made a value of a row.
func first(r Row) engine.StepNo {
	n := engine.StepNo(1 << 30)
	for _, v := range r.Values {
		if v.Event > 0 {
			n = min(n, v.Event)
		}
	}
	return n
}

// When is the earliest instant at which a side had its value of a row.
func (c *Comparison) When(r *Row) (side int, n engine.StepNo, at sim.Time) {
	at = sim.Never
	for i, v := range r.Values {
		if e := c.Runs[i].event(v.Event); e != nil && v.Kind != Pending && e.At < at {
			side, n, at = i, v.Event, e.At
		}
	}
	return side, n, at
}

// follows: what a row tells follows from the row before: the same process came to
// its next call so much sooner or later.
func follows(rows []Row, r *Row) bool {
	if r.What != ReturnedAt || len(r.Values) != 2 {
		return false
	}
	for i := range rows {
		o := &rows[i]
		if o == r || o.What != ReturnedAt || o.Host != r.Host || o.Proc != r.Proc || !o.Differs || first(*o) >= first(*r) {
			continue
		}
		if o.Values[1].N-o.Values[0].N == r.Values[1].N-r.Values[0].N {
			return true
		}
	}
	return false
}

const (
	shortRows  = 6
	shortAlike = 2 // rows about the same in the short table
)

// choose picks the rows of the short table: the one of the verdict first, then two of
// each sort at most, and one that is the same on all sides, to hold on to.
func (c *Comparison) choose() {
	if c.Verdict.Row > 0 {
		r := c.Rows[c.Verdict.Row]
		copy(c.Rows[1:c.Verdict.Row+1], c.Rows[:c.Verdict.Row])
		c.Rows[0], c.Verdict.Row = r, 0
	}
	n := 0
	alike := map[What]int{}
	for i := range c.Rows {
		r := &c.Rows[i]
		if !r.Differs || n == shortRows || alike[r.What] == shortAlike || follows(c.Rows, r) || r.plain() || c.echoes(i) {
			continue
		}
		r.Short = true
		alike[r.What]++
		n++
	}
	if i := c.anchor(); i >= 0 {
		c.Rows[i].Short = true
	}
}

// echoes: some row before in the short table is so much earlier or later too, or so
// many more segments were sent because they were sent again.
func (c *Comparison) echoes(i int) bool {
	r := &c.Rows[i]
	for j := range c.Rows[:i] {
		o := &c.Rows[j]
		if !o.Short || len(r.Values) != 2 || o.Values[1].N-o.Values[0].N != r.Values[1].N-r.Values[0].N {
			continue
		}
		both := o.Values[0].Kind == Time && o.Values[1].Kind == Time && r.Values[0].Kind == Time && r.Values[1].Kind == Time
		if both || r.What == Again && o.What == Sent && o.Host == r.Host && o.Name == r.Name {
			return true
		}
	}
	return false
}

// plain: the row tells nothing that a user would look at first.
func (r *Row) plain() bool {
	switch r.What {
	case Ends:
		return true
	case Lost:
		return strings.HasPrefix(r.Name, "act.") // what somebody took away is no outcome
	case Returned, ReturnedAt: // not made everywhere, or more of them, of which as many failed
		if r.Name == "connect" && r.Nth == 0 {
			return true // told among all that connect there
		}
		for _, v := range r.Values {
			if v.Kind == None {
				return true
			}
		}
		for _, v := range r.Values {
			if v.Kind != Portion || v.Of-v.N != r.Values[0].Of-r.Values[0].N {
				return false
			}
		}
		return true
	}
	return false
}

// anchor is a row that is the same everywhere: the nearest to the verdict.
func (c *Comparison) anchor() int {
	best, of := -1, -1
	for i := range c.Rows {
		r := &c.Rows[i]
		if r.Differs || r.What == Ends {
			continue
		}
		near := 1
		if r.What <= ReturnedAt && callRank(*r) > 4 {
			near = 0 // that a socket was made tells nobody anything
		}
		if c.Verdict.Row >= 0 {
			v := &c.Rows[c.Verdict.Row]
			if r.Host == v.Host {
				near++
			}
			if v.What <= ReturnedAt && r.Proc == v.Proc && r.Name == v.Name && r.Nth == v.Nth {
				near += 3
			}
			if r.What == Read {
				near += 2
			}
		}
		if near > of {
			best, of = i, near
		}
	}
	return best
}
