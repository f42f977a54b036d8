// Package journal keeps what sessions are made of: the scene, what people did to
// it, and where they stand. The engine is deterministic, so this is all that is
// needed to have a session again after a restart, on this machine or another.
//
// A session has entries and a mark. Entries are what happened once and for all,
// numbered from 1 without a gap. The mark is where people stand: only the last
// one counts, so a class that plays a scene for an hour adds nothing. Both are
// opaque bytes here.
package journal

import (
	"context"
	"errors"
	"time"
)

// What can go wrong besides the storage itself.
var (
	ErrExists   = errors.New("journal: a session with this id exists")
	ErrNone     = errors.New("journal: no session with this id")
	ErrConflict = errors.New("journal: somebody else appended first")
)

// Record is the journal of one session.
type Record struct {
	Entries [][]byte
	Mark    []byte // nil before the first one
}

// Journal is where sessions are kept. When Create, Append and Mark return nil,
// what they wrote survives the process. All methods may be called by several
// goroutines, and the slices they take and return belong to the other side.
type Journal interface {
	// Create begins a session with a record of one entry at least, or fails with
	// ErrExists.
	Create(ctx context.Context, id string, r Record) error
	// Append adds an entry to a session that has exactly `after` of them and
	// sets the mark with it: both or neither. It fails with ErrConflict when
	// the session has more or fewer, with ErrNone when there is no session.
	Append(ctx context.Context, id string, after int, entry, mark []byte) error
	// Mark replaces the mark of a session, or fails with ErrNone.
	Mark(ctx context.Context, id string, mark []byte) error
	// Read returns all of a session, or ErrNone.
	Read(ctx context.Context, id string) (Record, error)
	// Expire removes the sessions that nobody wrote to since then and tells
	// how many these were.
	Expire(ctx context.Context, since time.Time) (int, error)
	// Close ends the use of the journal.
	Close() error
}
