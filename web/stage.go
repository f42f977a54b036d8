package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"wirestep/engine"
	"wirestep/engine/outcome"
	"wirestep/engine/scene"
	"wirestep/lessons"
	"wirestep/web/journal"
	"wirestep/web/proto"
)

// stage is the inside of a session: what its goroutine owns.
type stage struct {
	*session
	story
	t        *engine.Timeline
	player   *lessons.Player // nil: no lesson
	frames   frames
	pages    map[string]*page
	watchers map[*watcher]struct{}
	people   people
	giving   *share                            // what a command does to the links, until it is kept
	moved    move                              // who moved last
	asked    int                               // commands so far
	found    []lessons.Try                     // what there is to try in a scene that is none of ours
	stoodAt  map[engine.BranchID]engine.StepNo // where a branch was left for one without some move
	reached  reached
	finding  *finding // what is being looked for

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
	last    int64 // its last command that was carried out
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

// begin makes the stage of a new session.
func begin(o opening, l Limits) (*stage, error) {
	s, err := openStory(o)
	if err != nil {
		return nil, err
	}
	return raise(s, l)
}

// rebuild makes the stage of a session in the journal.
func rebuild(r journal.Record, l Limits) (*stage, error) {
	s, err := readStory(r)
	if err != nil {
		return nil, err
	}
	if s.kept.Broken != "" {
		return nil, refuse(http.StatusGone, "broken")
	}
	return raise(s, l)
}

// raise runs a story to where its people stand.
func raise(s story, l Limits) (*stage, error) {
	t, err := scene.Load(s.file)
	if err != nil {
		return nil, sceneProblem(err)
	}
	st := &stage{story: s, t: t, pages: map[string]*page{}, watchers: map[*watcher]struct{}{}}
	for token, id := range s.kept.Pages {
		st.pages[token] = &page{last: id}
	}
	st.people = newPeople(s.kept.Guests, s.kept.Owner, s.kept.Last)
	t.SetLimit(l.Steps)
	for _, b := range s.file.Branches {
		if err := t.Label(b.ID, b.Label); err != nil {
			return nil, err
		}
	}
	if err := st.standAgain(); err != nil {
		return nil, err
	}
	if s.Lesson != "" {
		if err := st.lead(); err != nil {
			return nil, err
		}
	}
	return st, nil
}

// standAgain computes what people had seen, and goes to where they stood.
func (st *stage) standAgain() error {
	k := st.kept
	if !st.knows(k.Branch) {
		return cannot("branch", "branch", k.Branch)
	}
	st.goTo(k.Branch, min(k.N, st.tipOf(k.Branch)))
	err := st.t.Seek(max(k.N, k.Tip))
	if st.At > 0 && st.t.Err() == nil {
		st.goTo(k.Branch, min(k.N, st.t.Tip())) // a link to an event that this version of a scene does not come to
		return nil
	}
	if err != nil {
		return err
	}
	st.goTo(k.Branch, k.N)
	return nil
}

// lead begins the lesson, or goes on with it. A lesson that is no longer there
// leaves its scene to play with.
func (st *stage) lead() error {
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
	st.player = lessons.Resume(lesson, state)
	if st.kept.Lesson != nil {
		return st.player.Observe(st.t)
	}
	if err := st.player.Start(st.t); err != nil {
		return err
	}
	st.kept.Branch, st.kept.N = st.t.Branch(), st.t.N()
	return nil
}

// remember puts what a command did into the journal: news of the tree as an
// entry, where people stand as the mark. It returns only when both are safe.
func (st *stage) remember(token string, id int64) error {
	if p := st.page(token); p != nil {
		p.last = max(p.last, id)
	}
	m := mark{Branch: st.t.Branch(), N: st.t.N(), Tip: st.t.Tip(), Pages: map[string]int64{}}
	m.Guests, m.Last, m.Owner = st.people.kept(), st.people.last, st.people.named[0]
	for token, p := range st.pages {
		m.Pages[token] = p.last
	}
	if st.player != nil {
		m.Lesson = encodeJSON(st.player.State())
	}
	ctx, j := context.Background(), st.hub.conf.Journal
	all := st.compare(st.t)
	var err error
	if len(all) == 0 && st.giving == nil {
		err = j.Mark(ctx, st.id, encodeMark(m))
	} else {
		err = j.Append(ctx, st.id, st.entries, encodeEntry(entry{News: all, Share: st.giving, Page: token, ID: id}), encodeMark(m))
	}
	switch {
	case errors.Is(err, journal.ErrNone):
		st.farewell("expired", closeDone)
	case err != nil:
		// Somebody else went on with this session, or the storage failed. What is
		// in memory is not what is kept: pages come back to what is kept.
		st.hub.log.Error("journal refused", "id", st.id, "err", err)
		st.farewell("drain", closeRestart)
	}
	if err != nil {
		st.over = true
		return err
	}
	st.kept = m
	if len(all) > 0 || st.giving != nil {
		st.entries++
	}
	st.give(st.giving)
	st.giving = nil
	return st.add(all)
}

// page returns what is remembered of a token, making room for a new one.
func (st *stage) page(token string) *page {
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
func (st *stage) forgetOnePage() {
	here := map[string]bool{}
	for w := range st.watchers {
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
func (st *stage) status() *proto.Lesson {
	if st.player == nil {
		return nil
	}
	return encodeLesson(st.player.Status())
}
