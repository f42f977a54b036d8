package session

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"wirestep/web/journal"
	"wirestep/web/proto"
)

// errGone is the answer of a session that has left memory.
var errGone = errors.New("session: the session has left memory")

// actor is the outside of a session's goroutine.
type actor struct {
	id, addr string
	hub      *Hub
	mail     chan job
	ended    chan struct{}
	why      error        // why it ended, if it may not be opened again; set before ended closes
	used     atomic.Int64 // when it was last asked for something
	pages    atomic.Int32 // how many are connected
	weight   atomic.Int64 // what it holds
}

type job struct {
	f     func(*State)
	aside bool // it needs no timeline, and is no use of the session
	done  chan error
}

// do runs f in the session's goroutine and waits for it. f owns everything in
// the state while it runs, and nothing of it afterwards.
func (s *actor) do(ctx context.Context, j job) error {
	j.done = make(chan error, 1)
	select {
	case s.mail <- j:
	case <-s.ended:
		return errGone
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ended:
		select {
		case err := <-j.done: // it was the last thing that the session did
			return err
		default:
			return errGone
		}
	}
}

// run is the goroutine.
func (s *actor) run(load func(*turn) (*State, error)) {
	defer close(s.ended)
	defer s.hub.remove(s)
	st, err := s.guardedLoad(load)
	if err != nil {
		s.why = err
		return
	}
	st.id, st.hub, st.joined = s.id, s.hub, &s.pages
	s.weight.Store(st.weight())
	s.hub.tidy()
	idle := time.NewTimer(s.hub.conf.Limits.Idle)
	defer idle.Stop()
	var tell <-chan time.Time
	for !st.over {
		if st.people.due && tell == nil {
			tell = time.After(crowdEach)
		}
		select {
		case <-tell:
			st.tellPeopleNow()
			tell = nil
			continue
		case j := <-s.mail:
			if !j.aside {
				s.used.Store(time.Now().UnixNano())
			}
			err := st.guarded(j)
			s.why = afterwards(err)
			j.done <- err
			s.weight.Store(st.weight())
			s.hub.tidy()
		case <-idle.C:
			st.rest()
			s.weight.Store(st.weight())
		}
		idle.Reset(s.hub.conf.Limits.Idle)
	}
}

// afterwards is what those hear who come before a session that has ended is out of memory, as
// those after; nil: they open it again.
func afterwards(err error) error {
	var p *Refusal
	switch {
	case !errors.As(err, &p):
		return nil
	case p.Kind == Internal:
		return refuse(Gone, "broken")
	}
	return p
}

func (s *actor) guardedLoad(load func(*turn) (*State, error)) (st *State, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.hub.conf.Log.Error("session does not rebuild", "id", s.id, "panic", v, "stack", string(debug.Stack()))
			err = refuse(Internal, "broken")
		}
	}()
	t := &turn{gate: s.hub.gate, address: cmp.Or(s.addr, s.id)}
	t.begin()
	defer t.end()
	return load(t)
}

// guarded does a job. Whatever breaks in it breaks this session alone: pages hear of
// it, the journal notes it, and the bundle can still be had.
func (st *State) guarded(j job) (err error) {
	defer func() {
		if v := recover(); v != nil {
			st.breakDown(fmt.Sprint(v), debug.Stack())
			err = refuse(Internal, "broken")
		}
	}()
	if st.turn != nil {
		st.turn.begin()
		defer st.turn.end()
	}
	if st.T == nil && !j.aside {
		if err := st.wake(); err != nil {
			return st.lost(err)
		}
	}
	j.f(st)
	if st.broken != "" {
		st.breakDown(st.broken, nil)
		return refuse(Internal, "broken")
	}
	return nil
}

// lost ends a session that was at rest and is not to be had again.
func (st *State) lost(err error) error {
	st.over = true
	if errors.Is(err, journal.ErrNone) {
		st.closeAll("expired", CloseDone)
		return refuse(Unknown, "no-session", "id", st.id)
	}
	st.hub.conf.Log.Error("session does not come back", "id", st.id, "err", err)
	st.closeAll("drain", CloseRestart) // its pages come again, to what is kept
	return errGone
}

func (st *State) breakDown(what string, stack []byte) {
	h := st.hub
	h.metrics.Broken.Add(1)
	h.conf.Log.Error("session broke", "id", st.id, "what", what, "during", string(st.during), "stack", string(stack))
	m := st.kept // not of the timeline: it may be half-way through something
	m.Broken = what + "\n" + string(st.during)
	if err := h.conf.Journal.Mark(context.Background(), st.id, encodeCheckpoint(m)); err != nil {
		h.conf.Log.Error("breaking was not noted", "id", st.id, "err", err)
	}
	st.closeAll("broken", CloseBroken)
	st.over = true
}

// closeAll tells every page that this is the end, and why.
func (st *State) closeAll(why string, code int) {
	for w := range st.Subscribers {
		w.Close(Closing(why, w.Lang, code))
	}
}

// Closing is an end of the protocol: why is a word of docs/protocol.md.
func Closing(why, lang string, code int) *CloseFrame {
	return ClosingFor(why, lang, code, Cannot(why))
}

// ClosingFor is one with a reason of its own.
func ClosingFor(why, lang string, code int, p *Refusal) *CloseFrame {
	text := strings.Join(p.In(lang), "\n")
	return &CloseFrame{Message: encodeJSON(proto.Bye{T: "bye", Why: why, Text: text}), Code: code, Why: why}
}

func encodeJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("session: %T does not marshal: %v", v, err))
	}
	return b
}
