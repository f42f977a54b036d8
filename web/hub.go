package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"wirestep/web/journal"
)

// hub knows the sessions that are in memory and opens those that are not.
type hub struct {
	conf    Config
	log     *slog.Logger
	metrics *metrics

	mu       sync.Mutex
	all      map[string]*session
	from     map[string]int // address → sessions in memory
	draining bool
}

func newHub(conf Config, m *metrics) *hub {
	return &hub{conf: conf, log: conf.Log, metrics: m, all: map[string]*session{}, from: map[string]int{}}
}

func (h *hub) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.all)
}

// newID is a name that nobody guesses: whoever knows it may look at the session,
// and copy it.
func newID() string { return strings.ToLower(rand.Text()[:12]) }

// made is a session that has just begun, and the key of its owner.
type made struct{ ID, Key string }

// create begins a session.
func (h *hub) create(ctx context.Context, addr string, o opening) (made, error) {
	if err := h.room(addr); err != nil {
		return made{}, err
	}
	m := made{newID(), newKey()}
	o.Owner = hashKey(m.Key)
	st, err := begin(o, h.conf.Limits)
	if err != nil {
		return made{}, err
	}
	return m, h.found(ctx, addr, m.ID, st, journal.Record{Entries: [][]byte{encodeEntry(entry{Opening: &o})}})
}

// copy begins a session that is what another one is, at a place of it.
func (h *hub) copy(ctx context.Context, addr, id string, at *spot) (made, error) {
	var r journal.Record
	var failed error
	m := made{newID(), newKey()}
	err := h.with(ctx, id, func(st *stage) { r, failed = st.copied(ctx, hashKey(m.Key), at) })
	if err = cmp.Or(err, failed); err != nil {
		return made{}, err
	}
	if err := h.room(addr); err != nil {
		return made{}, err
	}
	st, err := rebuild(r, h.conf.Limits)
	if err != nil {
		return made{}, err
	}
	return m, h.found(ctx, addr, m.ID, st, r)
}

// found keeps a new session and puts it into memory.
func (h *hub) found(ctx context.Context, addr, id string, st *stage, r journal.Record) error {
	if err := h.conf.Journal.Create(ctx, id, r); err != nil {
		return err
	}
	h.metrics.created.Add(1)
	_, err := h.start(id, addr, func() (*stage, error) { return st, nil })
	return err
}

// with runs f in the goroutine of a session, which is read from the journal if
// it is not in memory.
func (h *hub) with(ctx context.Context, id string, f func(*stage)) error {
	for range 3 {
		s, err := h.open(ctx, id)
		if err != nil {
			return err
		}
		err = s.do(ctx, f)
		switch {
		case !errors.Is(err, errGone):
			return err
		case s.why != nil:
			return s.why
		}
		// It left memory just now: open it again.
	}
	return refuse(http.StatusServiceUnavailable, "many-sessions", "max", h.conf.Limits.Sessions)
}

func (h *hub) open(ctx context.Context, id string) (*session, error) {
	h.mu.Lock()
	s := h.all[id]
	h.mu.Unlock()
	if s != nil {
		return s, nil
	}
	r, err := h.conf.Journal.Read(ctx, id)
	if errors.Is(err, journal.ErrNone) {
		return nil, refuse(http.StatusNotFound, "no-session", "id", id)
	}
	if err != nil {
		return nil, err
	}
	if err := h.room(""); err != nil {
		return nil, err
	}
	return h.start(id, "", func() (*stage, error) {
		h.metrics.rebuilt.Add(1)
		return rebuild(r, h.conf.Limits)
	})
}

// start puts a session into memory; load runs in the session's goroutine.
func (h *hub) start(id, addr string, load func() (*stage, error)) (*session, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.draining {
		return nil, refuse(http.StatusServiceUnavailable, "drain")
	}
	if s := h.all[id]; s != nil { // somebody opened it meanwhile
		return s, nil
	}
	s := &session{id: id, addr: addr, hub: h, mail: make(chan job, mailbox), ended: make(chan struct{})}
	h.all[id] = s
	if addr != "" {
		h.from[addr]++
	}
	h.metrics.sessions.Add(1)
	s.used.Store(time.Now().UnixNano())
	go s.run(load)
	return s, nil
}

// forget is called once by a session that ends.
func (h *hub) forget(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.all, s.id)
	if s.addr != "" {
		if h.from[s.addr]--; h.from[s.addr] == 0 {
			delete(h.from, s.addr)
		}
	}
	h.metrics.sessions.Add(-1)
}

// room makes sure that one more session may run. When there are too many, the
// one that nobody looks at for longest leaves memory; the journal keeps it.
func (h *hub) room(addr string) error {
	l := h.conf.Limits
	h.mu.Lock()
	if h.from[addr] >= l.PerAddress && addr != "" {
		h.mu.Unlock()
		return refuse(http.StatusTooManyRequests, "many-from-address", "max", l.PerAddress)
	}
	var idle *session
	if len(h.all) >= l.Sessions {
		for _, s := range h.all {
			if s.pages.Load() == 0 && (idle == nil || s.used.Load() < idle.used.Load()) {
				idle = s
			}
		}
		if idle == nil {
			h.mu.Unlock()
			return refuse(http.StatusServiceUnavailable, "many-sessions", "max", l.Sessions)
		}
	}
	h.mu.Unlock()
	if idle != nil {
		over := true
		err := idle.do(context.Background(), func(st *stage) {
			st.over = len(st.watchers) == 0 // somebody may have come just now
			over = st.over
		})
		if over || err != nil {
			<-idle.ended
		}
	}
	return nil
}

// drain ends every session, with a word to its pages.
func (h *hub) drain() {
	h.mu.Lock()
	h.draining = true
	all := make([]*session, 0, len(h.all))
	for _, s := range h.all {
		all = append(all, s)
	}
	h.mu.Unlock()
	var wg sync.WaitGroup
	for _, s := range all {
		wg.Go(func() {
			s.do(context.Background(), func(st *stage) {
				st.farewell("drain", closeRestart)
				st.over = true
			})
			<-s.ended
		})
	}
	wg.Wait()
}

// story reads a session from the journal without running it.
func (h *hub) story(ctx context.Context, id string) (story, error) {
	r, err := h.conf.Journal.Read(ctx, id)
	if errors.Is(err, journal.ErrNone) {
		return story{}, refuse(http.StatusNotFound, "no-session", "id", id)
	}
	if err != nil {
		return story{}, err
	}
	return readStory(r)
}
