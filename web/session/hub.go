package session

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"wirestep/web/journal"
)

// Hub knows the sessions that are in memory and opens those that are not.
type Hub struct {
	conf    Config
	metrics *Counts
	gate    *gate // to the processors
	keeper  keeper

	mu       sync.Mutex
	all      map[string]*actor
	from     map[string]int // address → sessions in memory
	draining bool
}

// Config is what a hub is made of.
type Config struct {
	Journal journal.Journal
	Limits  Limits
	Log     *slog.Logger
}

func NewHub(c Config, n *Counts) *Hub {
	return &Hub{conf: c, metrics: n, gate: newGate(), all: map[string]*actor{}, from: map[string]int{}}
}

func (h *Hub) Count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.all)
}

// NewID is a name that nobody guesses: whoever knows it may look at the session,
// and copy it.
func NewID() string { return strings.ToLower(rand.Text()[:12]) }

// Made is a session that has just begun, and the key of its owner.
type Made struct{ ID, Key string }

// Create begins a session.
func (h *Hub) Create(ctx context.Context, addr string, o Opening) (Made, error) {
	if err := h.makeRoom(addr); err != nil {
		return Made{}, err
	}
	m := Made{NewID(), newKey()}
	o.Owner = hashKey(m.Key)
	st, err := Begin(o, h.conf.Limits)
	if err != nil {
		return Made{}, err
	}
	return m, h.keep(ctx, addr, m.ID, st, journal.Record{Entries: [][]byte{encodeEntry(entry{Opening: &o})}})
}

// Copy begins a session that is what another one is, at a place of it.
func (h *Hub) Copy(ctx context.Context, addr, id string, at *Spot) (Made, error) {
	var r journal.Record
	var failed error
	m := Made{NewID(), newKey()}
	err := h.With(ctx, id, func(st *State) { r, failed = st.copied(ctx, hashKey(m.Key), at) })
	if err = cmp.Or(err, failed); err != nil {
		return Made{}, err
	}
	if err := h.makeRoom(addr); err != nil {
		return Made{}, err
	}
	st, err := rebuild(r, h.conf.Limits, nil)
	if err != nil {
		return Made{}, err
	}
	return m, h.keep(ctx, addr, m.ID, st, r)
}

// keep journals a new session and puts it into memory.
func (h *Hub) keep(ctx context.Context, addr, id string, st *State, r journal.Record) error {
	if err := h.conf.Journal.Create(ctx, id, r); err != nil {
		return err
	}
	h.metrics.Created.Add(1)
	_, err := h.start(id, addr, func(t *turn) (*State, error) { st.turn, st.T.Pace = t, t.pace; return st, nil })
	return err
}

// With runs f in the goroutine of a session, which is read from the journal if
// it is not in memory.
func (h *Hub) With(ctx context.Context, id string, f func(*State)) error {
	for range 3 {
		s, err := h.open(ctx, id)
		if err != nil {
			return err
		}
		err = s.do(ctx, job{f: f})
		switch {
		case !errors.Is(err, errGone):
			return err
		case s.why != nil:
			return s.why
		}
		// It left memory just now: open it again.
	}
	return refuse(Unavailable, "many-sessions", "max", h.conf.Limits.Sessions)
}

// Leave ends to watch, which brings no session back into memory.
func (h *Hub) Leave(ctx context.Context, id string, w *Subscriber) {
	h.mu.Lock()
	s := h.all[id]
	h.mu.Unlock()
	if s != nil {
		s.do(ctx, job{aside: true, f: func(st *State) { st.leave(w) }})
	}
}

func (h *Hub) open(ctx context.Context, id string) (*actor, error) {
	h.mu.Lock()
	s := h.all[id]
	h.mu.Unlock()
	if s != nil {
		return s, nil
	}
	r, err := h.read(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := h.makeRoom(""); err != nil {
		return nil, err
	}
	return h.start(id, "", func(t *turn) (*State, error) {
		h.metrics.Rebuilt.Add(1)
		return rebuild(r, h.conf.Limits, t)
	})
}

// start puts a session into memory; load runs in the session's goroutine.
func (h *Hub) start(id, addr string, load func(*turn) (*State, error)) (*actor, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.draining {
		return nil, refuse(Unavailable, "drain")
	}
	if s := h.all[id]; s != nil { // somebody opened it meanwhile
		return s, nil
	}
	s := &actor{id: id, addr: addr, hub: h, mail: make(chan job, mailbox), ended: make(chan struct{})}
	h.all[id] = s
	if addr != "" {
		h.from[addr]++
	}
	h.metrics.Sessions.Add(1)
	s.used.Store(time.Now().UnixNano())
	go s.run(load)
	return s, nil
}

// remove is called once by a session that ends.
func (h *Hub) remove(s *actor) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.all, s.id)
	if s.addr != "" {
		if h.from[s.addr]--; h.from[s.addr] == 0 {
			delete(h.from, s.addr)
		}
	}
	h.metrics.Sessions.Add(-1)
}

// makeRoom makes sure that one more session may run. When there are too many, the
// one that nobody looks at for longest leaves memory; the journal keeps it.
func (h *Hub) makeRoom(addr string) error {
	l := h.conf.Limits
	h.mu.Lock()
	if h.from[addr] >= l.PerAddress && addr != "" {
		h.mu.Unlock()
		return refuse(TooMany, "many-from-address", "max", l.PerAddress)
	}
	var idle *actor
	if len(h.all) >= l.Sessions {
		for _, s := range h.all {
			if s.pages.Load() == 0 && (idle == nil || s.used.Load() < idle.used.Load()) {
				idle = s
			}
		}
		if idle == nil {
			h.mu.Unlock()
			return refuse(Unavailable, "many-sessions", "max", l.Sessions)
		}
	}
	h.mu.Unlock()
	if idle != nil {
		over := true
		err := idle.do(context.Background(), job{aside: true, f: func(st *State) {
			st.over = len(st.Subscribers) == 0 // somebody may have come just now
			over = st.over
		}})
		if over || err != nil {
			<-idle.ended
		}
	}
	return nil
}

// Drain ends every session, with a word to its pages.
func (h *Hub) Drain() {
	h.mu.Lock()
	h.draining = true
	all := make([]*actor, 0, len(h.all))
	for _, s := range h.all {
		all = append(all, s)
	}
	h.mu.Unlock()
	var wg sync.WaitGroup
	for _, s := range all {
		wg.Go(func() {
			s.do(context.Background(), job{aside: true, f: func(st *State) {
				st.closeAll("drain", CloseRestart)
				st.over = true
			}})
			<-s.ended
		})
	}
	wg.Wait()
}

// Bundle reads a session from the journal without running it.
func (h *Hub) Bundle(ctx context.Context, id string) (record, error) {
	r, err := h.read(ctx, id)
	if err != nil {
		return record{}, err
	}
	return readRecord(r)
}

// read finds a session in the journal. What else lies there has a hyphen in its name.
func (h *Hub) read(ctx context.Context, id string) (journal.Record, error) {
	if strings.Contains(id, "-") {
		return journal.Record{}, refuse(Unknown, "no-session", "id", id)
	}
	r, err := h.conf.Journal.Read(ctx, id)
	if errors.Is(err, journal.ErrNone) {
		err = refuse(Unknown, "no-session", "id", id)
	}
	return r, err
}
