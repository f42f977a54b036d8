package session

import (
	"wirestep/engine"
	"wirestep/web/proto"
)

// Showing makes a state, which nobody joins, of a run that was made elsewhere.
func Showing(text string, t *engine.Timeline) (*State, error) {
	s, err := openRecord(Opening{Scene: text})
	if err != nil {
		return nil, err
	}
	return &State{record: s, T: t}, nil
}

// Shown is a whole run as a page draws it.
func (st *State) Shown() []byte {
	return encodeJSON(struct {
		Hello    proto.Hello   `json:"hello"`
		Snapshot wholeSnapshot `json:"snapshot"`
	}{st.hello("", 0), st.makeSnapshot()})
}

// CoverFrom hides what first came to be after an event, as an open question does.
func (st *State) CoverFrom(n engine.StepNo) {
	st.cover = &veil{branch: 0, n: n, now: st.T.World().Now()}
}
