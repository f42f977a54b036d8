package session

import (
	"cmp"
	"context"
	"runtime/metrics"
	"slices"
	"sync"

	"wirestep/engine"
)

// The memory of all sessions together is bounded by what the collector found alive, not by
// counting: what a session holds depends on its scene. Beyond `full` of the limit the least
// used go back to their journal, until `room` of it is left in use. What lies above is for the
// collector and for what is being made.
const (
	full = 0.50
	room = 0.40
)

// beginning is what a session without events holds, in events of a run (2 to 5 KB each).
const beginning = 8

// keeper watches over the memory of a hub's sessions.
type keeper struct {
	mu     sync.Mutex
	cycles uint64 // of the collector, when it last looked: nothing is known anew before the next
}

// tidy lets the least used sessions go back to their journal if all hold too much. Whoever
// has done a job calls it; it is cheap when there is nothing to do.
func (h *Hub) tidy() {
	if h.conf.Limits.Memory <= 0 || !h.keeper.mu.TryLock() {
		return
	}
	defer h.keeper.mu.Unlock()
	now := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(now)
	cycles, live := now[0].Value.Uint64(), float64(now[1].Value.Uint64())
	if cycles == h.keeper.cycles {
		return
	}
	h.keeper.cycles = cycles
	if limit := float64(h.conf.Limits.Memory); live > full*limit {
		h.putAway((live - room*limit) / live)
	}
}

// putAway lets sessions that hold a share of what all hold leave memory, the least used first.
func (h *Hub) putAway(share float64) {
	h.mu.Lock()
	all := make([]*actor, 0, len(h.all))
	total := 0.0
	for _, s := range h.all {
		all = append(all, s)
		total += float64(s.weight.Load())
	}
	h.mu.Unlock()
	slices.SortFunc(all, func(a, b *actor) int { return cmp.Compare(a.used.Load(), b.used.Load()) })
	for gone := 0.0; len(all) > 0 && gone < share*total; all = all[1:] {
		s := all[0]
		if w := float64(s.weight.Load()); w > 0 {
			gone += w
			h.metrics.PutAway.Add(1)
			go s.do(context.Background(), job{aside: true, f: (*State).rest})
		}
	}
}

// rest gives a session's memory back. Without pages it ends; with them its goroutine stays and
// reads the journal again when somebody asks for something.
func (st *State) rest() {
	if len(st.Subscribers) == 0 {
		st.over = true
		return
	}
	if st.T == nil {
		return
	}
	for _, b := range st.T.Branches() {
		st.tips = append(st.tips, b.Tip)
	}
	st.T, st.Player, st.frames, st.shot, st.found, st.finding, st.ahead, st.veiledBy = nil, nil, frames{}, nil, nil, nil, nil, nil
}

// wake runs a session again to where it stood when it went to rest, so that its pages notice
// nothing: what they hold is what was computed then, in every branch.
func (st *State) wake() error {
	r, err := st.hub.conf.Journal.Read(context.Background(), st.id)
	if err != nil {
		return err
	}
	st.hub.metrics.Rebuilt.Add(1)
	n, err := rebuild(r, st.hub.conf.Limits, st.turn)
	if err != nil {
		return err
	}
	if n.entries != st.entries {
		return errGone // somebody else went on with it
	}
	branch, at := n.T.Branch(), n.T.N()
	for b, tip := range st.tips {
		if b := engine.BranchID(b); n.tipOf(b) < tip {
			n.GoTo(b, n.tipOf(b))
			if err := n.T.Seek(tip); err != nil {
				return err
			}
		}
	}
	n.GoTo(branch, at)
	st.T, st.Player, st.tips = n.T, n.Player, nil
	st.asked++
	return nil
}

// weight is what a session holds, in events.
func (st *State) weight() int64 {
	if st.T == nil {
		return 0
	}
	n := int64(beginning)
	for _, b := range st.T.Branches() {
		n += int64(b.Tip - max(b.Step, 0))
	}
	return n
}
