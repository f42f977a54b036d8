package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"wirestep/web/proto"
)

// errGone is the answer of a session that has left memory.
var errGone = errors.New("web: the session has left memory")

// session is the outside of a session's goroutine.
type session struct {
	id, addr string
	hub      *hub
	mail     chan job
	ended    chan struct{}
	why      error        // why it ended, if it may not be opened again; set before ended closes
	used     atomic.Int64 // when it was last asked for something
	pages    atomic.Int32 // how many are connected
}

type job struct {
	f    func(*stage)
	done chan error
}

// do runs f in the session's goroutine and waits for it. f owns everything in
// the stage while it runs, and nothing of it afterwards.
func (s *session) do(ctx context.Context, f func(*stage)) error {
	j := job{f, make(chan error, 1)}
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
func (s *session) run(load func() (*stage, error)) {
	defer close(s.ended)
	defer s.hub.forget(s)
	st, err := s.guardedLoad(load)
	if err != nil {
		s.why = err
		return
	}
	st.session = s
	idle := time.NewTimer(s.hub.conf.Limits.Idle)
	defer idle.Stop()
	for !st.over {
		select {
		case j := <-s.mail:
			s.used.Store(time.Now().UnixNano())
			err := st.guarded(j.f)
			if err != nil {
				s.why = err
			}
			j.done <- err
		case <-idle.C:
			st.over = len(st.watchers) == 0
		}
		idle.Reset(s.hub.conf.Limits.Idle)
	}
}

func (s *session) guardedLoad(load func() (*stage, error)) (st *stage, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.hub.log.Error("session does not rebuild", "id", s.id, "panic", v, "stack", string(debug.Stack()))
			err = refuse(http.StatusInternalServerError, "broken")
		}
	}()
	return load()
}

// guarded runs f. Whatever breaks in it breaks this session alone: pages hear of
// it, the journal notes it, and the bundle can still be had.
func (st *stage) guarded(f func(*stage)) (err error) {
	defer func() {
		if v := recover(); v != nil {
			st.breakDown(fmt.Sprint(v), debug.Stack())
			err = refuse(http.StatusInternalServerError, "broken")
		}
	}()
	f(st)
	if st.broken != "" {
		st.breakDown(st.broken, nil)
		return refuse(http.StatusInternalServerError, "broken")
	}
	return nil
}

func (st *stage) breakDown(what string, stack []byte) {
	h := st.session.hub
	h.metrics.broken.Add(1)
	h.log.Error("session broke", "id", st.session.id, "what", what, "during", string(st.during), "stack", string(stack))
	m := st.kept // not of the timeline: it may be half-way through something
	m.Broken = what + "\n" + string(st.during)
	if err := h.conf.Journal.Mark(context.Background(), st.session.id, encodeMark(m)); err != nil {
		h.log.Error("breaking was not noted", "id", st.session.id, "err", err)
	}
	st.farewell("broken", closeBroken)
	st.over = true
}

// farewell tells every page that this is the end, and why.
func (st *stage) farewell(why string, code int) {
	for w := range st.watchers {
		w.bye(goodbye(why, w.lang, code))
	}
}

// goodbye is an end of the protocol: why is a word of docs/protocol.md.
func goodbye(why, lang string, code int) *farewell {
	return goodbyeFor(why, lang, code, refuse(0, why))
}

// goodbyeFor is one with a reason of its own.
func goodbyeFor(why, lang string, code int, p *problem) *farewell {
	text := strings.Join(p.in(lang), "\n")
	return &farewell{message: encodeJSON(proto.Bye{T: "bye", Why: why, Text: text}), code: code, why: why}
}

func encodeJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("web: %T does not marshal: %v", v, err))
	}
	return b
}
