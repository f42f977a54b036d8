package journal

import (
	"bytes"
	"context"
	"sync"
	"time"
)

// Memory keeps sessions as long as the process lives.
type Memory struct {
	now func() time.Time
	mu  sync.Mutex
	all map[string]*kept
}

type kept struct {
	Record
	at time.Time
}

// NewMemory returns an empty journal that tells time by now.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{now: now, all: map[string]*kept{}}
}

// Create implements Journal.
func (m *Memory) Create(_ context.Context, id string, r Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all[id] != nil {
		return ErrExists
	}
	m.all[id] = &kept{r.clone(), m.now()}
	return nil
}

// Append implements Journal.
func (m *Memory) Append(_ context.Context, id string, after int, entry, mark []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.all[id]
	switch {
	case k == nil:
		return ErrNone
	case len(k.Entries) != after:
		return ErrConflict
	}
	k.Entries = append(k.Entries, bytes.Clone(entry))
	k.Record.Mark, k.at = bytes.Clone(mark), m.now()
	return nil
}

// Mark implements Journal.
func (m *Memory) Mark(_ context.Context, id string, mark []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.all[id]
	if k == nil {
		return ErrNone
	}
	k.Record.Mark, k.at = bytes.Clone(mark), m.now()
	return nil
}

// Read implements Journal.
func (m *Memory) Read(_ context.Context, id string) (Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.all[id]
	if k == nil {
		return Record{}, ErrNone
	}
	return k.clone(), nil
}

func (r *Record) clone() Record {
	c := Record{Mark: bytes.Clone(r.Mark)}
	for _, e := range r.Entries {
		c.Entries = append(c.Entries, bytes.Clone(e))
	}
	return c
}

// Expire implements Journal.
func (m *Memory) Expire(_ context.Context, since time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for id, k := range m.all {
		if k.at.Before(since) {
			delete(m.all, id)
			n++
		}
	}
	return n, nil
}

// Close implements Journal.
func (m *Memory) Close() error { return nil }
