package session

import (
	"context"
	"encoding/json"

	"wirestep/engine"
	"wirestep/web/journal"
)

// Spot is a place that a link names.
type Spot struct {
	Branch engine.BranchID
	N      engine.StepNo
}

// copied is the record of a session that begins as this one is, at a place if one
// is given: the same scene, moves, branches, names and lesson, but its own owner,
// no links and no guests.
func (st *State) copied(ctx context.Context, owner []byte, at *Spot) (journal.Record, error) {
	r, err := st.hub.conf.Journal.Read(ctx, st.id)
	if err != nil {
		return r, err
	}
	c := journal.Record{}
	for _, b := range r.Entries {
		var e entry
		if err := json.Unmarshal(b, &e); err != nil {
			return r, err
		}
		switch {
		case e.Opening != nil:
			e.Opening.Owner = owner
		case len(e.News) == 0:
			continue
		}
		c.Entries = append(c.Entries, encodeEntry(entry{Opening: e.Opening, News: e.News}))
	}
	m := checkpoint{Branch: st.T.Branch(), N: st.T.N(), Tip: st.T.Tip()}
	if v := st.veil(); v != nil && at != nil && st.knows(at.Branch) && !v.shows(st.T, at.Branch, at.N) {
		return r, refuse(Conflict, "answer-first")
	}
	if at != nil {
		if m, err = st.markAt(*at); err != nil {
			return r, err
		}
	}
	if st.Player != nil {
		m.Lesson = encodeJSON(st.Player.State())
	}
	c.Mark = encodeCheckpoint(m)
	return c, nil
}

// markAt is the checkpoint of a place. A place beyond the end is the end; one that has
// not been computed since a restart is computed aside.
func (st *State) markAt(at Spot) (checkpoint, error) {
	if !st.knows(at.Branch) {
		return checkpoint{}, Cannot("branch", "branch", at.Branch)
	}
	if err := Between("n", int32(at.N), 0, int32(st.T.Limit())); err != nil {
		return checkpoint{}, err
	}
	t, tip := st.T.Clone(), st.tipOf(at.Branch)
	if err := t.Switch(at.Branch, min(at.N, tip)); err != nil {
		return checkpoint{}, err
	}
	if t.N() < at.N && t.Seek(at.N) != nil {
		at.N = t.N()
	}
	return checkpoint{Branch: at.Branch, N: at.N, Tip: max(tip, at.N)}, nil
}
