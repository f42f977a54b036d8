package web

import (
	"context"
	"encoding/json"
	"net/http"

	"wirestep/engine"
	"wirestep/web/journal"
)

// spot is a place that a link names.
type spot struct {
	Branch engine.BranchID
	N      engine.StepNo
}

// copied is the record of a session that begins as this one is, at a place if one
// is given: the same scene, moves, branches, names and lesson, but its own owner,
// no links and no guests.
func (st *stage) copied(ctx context.Context, owner []byte, at *spot) (journal.Record, error) {
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
	m := mark{Branch: st.t.Branch(), N: st.t.N(), Tip: st.t.Tip()}
	if v := st.veil(); v != nil && at != nil && st.knows(at.Branch) && !v.shows(st.t, at.Branch, at.N) {
		return r, refuse(http.StatusConflict, "answer-first")
	}
	if at != nil {
		if m, err = st.markAt(*at); err != nil {
			return r, err
		}
	}
	if st.player != nil {
		m.Lesson = encodeJSON(st.player.State())
	}
	c.Mark = encodeMark(m)
	return c, nil
}

// markAt is the mark of a place. A place beyond the end is the end; one that has
// not been computed since a restart is computed aside.
func (st *stage) markAt(at spot) (mark, error) {
	if !st.knows(at.Branch) {
		return mark{}, cannot("branch", "branch", at.Branch)
	}
	if err := between("n", int32(at.N), 0, int32(st.t.Limit())); err != nil {
		return mark{}, err
	}
	t, tip := st.t.Clone(), st.tipOf(at.Branch)
	if err := t.Switch(at.Branch, min(at.N, tip)); err != nil {
		return mark{}, err
	}
	if t.N() < at.N && t.Seek(at.N) != nil {
		at.N = t.N()
	}
	return mark{Branch: at.Branch, N: at.N, Tip: max(tip, at.N)}, nil
}
