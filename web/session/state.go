// Package session is the core of Wirestep's server without a server: what a session is,
// who may do what in it, what is kept of it and what its pages are sent.
//
//	Hub ─▶ actor (a goroutine) ─▶ State ─▶ engine.Timeline
//	          ▲ functions          │ └─▶ journal.Journal
//	        whoever asks           └─▶ Subscriber ─▶ whoever carries messages
//
// One goroutine owns a session's State; everything else sends it functions to run
// (Hub.With). What it computes is encoded once (encode.go, the only file that knows both
// the engine's types and those of the stream) and put into the queue of each
// Subscriber. A command is in the journal before it is acknowledged, and a session is
// rebuilt from there by whoever needs it.
//
// It knows no HTTP and no sockets, and it runs in a browser as it runs on a server: a
// test builds it for both and compares what they send, byte by byte.
package session

import (
	"context"
	"encoding/json"
	"errors"
	"sync/atomic"

	"wirestep/engine"
	"wirestep/engine/outcome"
	"wirestep/engine/scene"
	"wirestep/lessons"
	"wirestep/web/journal"
	"wirestep/web/proto"
)

// State is the inside of a session: what its goroutine owns.
type State struct {
	id     string        // "": it is only shown, and nobody joins it
	hub    *Hub          // nil likewise
	joined *atomic.Int32 // how many pages are connected, for whoever is outside
	turn   *turn         // to compute; nil: nobody else waits
	record
	T           *engine.Timeline
	Player      *lessons.Player // nil: no lesson
	frames      frames
	pages       map[string]*page
	Subscribers map[*Subscriber]struct{}
	looking     int // of the subscribers, who may only look
	people      people
	giving      *share                            // what a command does to the links, until it is kept
	moved       move                              // who moved last
	asked       int                               // commands so far
	tips        []engine.StepNo                   // at rest (T is nil): how far each branch had been computed
	found       []lessons.Try                     // what there is to try in a scene that is none of ours
	stoodAt     map[engine.BranchID]engine.StepNo // where a branch was left for one without some move
	reached     reached
	finding     *finding // what is being looked for

	ahead []*outcome.Run // branches as they were run ahead, to be compared

	shot   []byte // the last snapshot made
	shotAt int    // good while asked is this

	cover    *veil // lies over a run that is only shown
	veiledBy *veil // the last veil, good for
	veiledAt veilKey

	during []byte // the command that is being carried out, for when it breaks
	broken string // an invariant that broke
	over   bool   // the goroutine ends after this
}

// page is what a session remembers of one client token.
type page struct {
	kept    bool  // it is in the checkpoint: its person may move, has done so or has a name
	last    int64 // its last command that was carried out and moved
	answers []answered
}

type answered struct {
	id   int64
	text []byte
}

// move is what brought a session to its place: a command, and whose it was.
type move struct {
	by  int32
	did string
}

// Begin makes the state of a new session.
func Begin(o Opening, l Limits) (*State, error) {
	s, err := openRecord(o)
	if err != nil {
		return nil, err
	}
	return restore(s, l, nil)
}

// rebuild makes the state of a session in the journal.
func rebuild(r journal.Record, l Limits, turn *turn) (*State, error) {
	s, err := readRecord(r)
	if err != nil {
		return nil, err
	}
	if s.kept.Broken != "" {
		return nil, refuse(Gone, "broken")
	}
	return restore(s, l, turn)
}

// restore runs a record to where its people stand.
func restore(s record, l Limits, turn *turn) (*State, error) {
	t, err := scene.Load(s.File)
	if err != nil {
		return nil, badScene(err)
	}
	t.Pace = turn.pace
	st := &State{record: s, turn: turn, T: t, pages: map[string]*page{}, Subscribers: map[*Subscriber]struct{}{}}
	for token, id := range s.kept.Pages {
		st.pages[token] = &page{kept: true, last: id}
	}
	st.people = newPeople(s.kept.Guests, s.kept.Owner, s.kept.Last)
	t.SetLimit(l.Steps)
	for _, b := range s.File.Branches {
		if err := t.Label(b.ID, b.Label); err != nil {
			return nil, err
		}
	}
	if err := st.restoreCursor(); err != nil {
		return nil, err
	}
	if s.Lesson != "" {
		if err := st.startLesson(); err != nil {
			return nil, err
		}
	}
	return st, nil
}

// restoreCursor computes what people had seen, and goes to where they stood.
func (st *State) restoreCursor() error {
	k := st.kept
	if !st.knows(k.Branch) {
		return Cannot("branch", "branch", k.Branch)
	}
	st.GoTo(k.Branch, min(k.N, st.tipOf(k.Branch)))
	err := st.T.Seek(max(k.N, k.Tip))
	if st.At > 0 && st.T.Err() == nil {
		st.GoTo(k.Branch, min(k.N, st.T.Tip())) // a link to an event that this version of a scene does not come to
		return nil
	}
	if err != nil {
		return err
	}
	st.GoTo(k.Branch, k.N)
	return nil
}

// startLesson begins the lesson, or goes on with it. A lesson that is no longer there
// leaves its scene to play with.
func (st *State) startLesson() error {
	lesson, ok := lessons.Get(st.Lesson)
	if !ok {
		return nil
	}
	var state lessons.State
	if st.kept.Lesson != nil {
		if err := json.Unmarshal(st.kept.Lesson, &state); err != nil {
			return err
		}
	}
	st.Player = lessons.Resume(lesson, state)
	if st.kept.Lesson != nil {
		if err := st.Player.Recompute(st.T); err != nil {
			return err
		}
		return st.Player.Observe(st.T)
	}
	if err := st.Player.Start(st.T); err != nil {
		return err
	}
	st.kept.Branch, st.kept.N = st.T.Branch(), st.T.N()
	return nil
}

// remember puts what a command did into the journal: what is new in the tree as an
// entry, where people stand as the checkpoint. It returns only when both are safe.
func (st *State) remember(token string, id int64) error {
	if p := st.page(token); p != nil {
		p.last, p.kept = max(p.last, id), true
	}
	m := checkpoint{Branch: st.T.Branch(), N: st.T.N(), Tip: st.T.Tip(), Pages: map[string]int64{}}
	m.Guests, m.Last, m.Owner = st.keptGuests(), st.people.last, st.people.named[0]
	for token, p := range st.pages {
		if p.kept {
			m.Pages[token] = p.last
		}
	}
	if st.Player != nil {
		m.Lesson = encodeJSON(st.Player.State())
	}
	ctx, j := context.Background(), st.hub.conf.Journal
	all := st.compare(st.T)
	var err error
	if len(all) == 0 && st.giving == nil {
		err = j.Mark(ctx, st.id, encodeCheckpoint(m))
	} else {
		err = j.Append(ctx, st.id, st.entries, encodeEntry(entry{News: all, Share: st.giving, Page: token, ID: id}), encodeCheckpoint(m))
	}
	switch {
	case errors.Is(err, journal.ErrNone):
		st.closeAll("expired", CloseDone)
	case err != nil:
		// Somebody else went on with this session, or the storage failed. What is
		// in memory is not what is kept: pages come back to what is kept.
		st.hub.conf.Log.Error("journal refused", "id", st.id, "err", err)
		st.closeAll("drain", CloseRestart)
	}
	if err != nil {
		st.over = true
		return err
	}
	st.kept = m
	if len(all) > 0 || st.giving != nil {
		st.entries++
	}
	if st.giving != nil {
		st.people.changes++
	}
	st.give(st.giving)
	st.giving = nil
	return st.add(all)
}

// lastOf is the last command of a token that was carried out.
func (st *State) lastOf(token string) int64 {
	if p := st.pages[token]; p != nil {
		return p.last
	}
	return 0
}

// page returns what is remembered of a token, making room for a new one.
func (st *State) page(token string) *page {
	if token == "" {
		return nil
	}
	p := st.pages[token]
	if p == nil {
		if len(st.pages) >= maxPagesKnown {
			st.forgetOnePage()
		}
		p = &page{}
		st.pages[token] = p
	}
	return p
}

// forgetOnePage drops a token that nobody is connected with.
func (st *State) forgetOnePage() {
	here := map[string]bool{}
	for w := range st.Subscribers {
		here[w.token] = true
	}
	for token := range st.pages {
		if !here[token] {
			delete(st.pages, token)
			st.people.forget(token)
			return
		}
	}
}

// status is the lesson's, or nil.
func (st *State) status() *proto.Lesson {
	if st.Player == nil {
		return nil
	}
	return encodeLesson(st.Player.Status())
}
