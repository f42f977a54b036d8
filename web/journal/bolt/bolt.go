// Package bolt keeps the journal in one file, by go.etcd.io/bbolt.
package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.etcd.io/bbolt"
	"go.etcd.io/bbolt/errors"

	"wirestep/web/journal"
)

// Journal keeps sessions in one file. One goroutine writes: it takes whatever
// waits, commits it in one transaction, and answers everybody after the file is
// synced. Alone, a write waits for one sync; a thousand at once share one.
//
// In the file, every session is a bucket: entries under their number, the mark
// under "mark", the time of the last write under "at".
type Journal struct {
	db    *bbolt.DB
	now   func() time.Time
	queue chan write
	quit  chan struct{}
	done  chan struct{}
}

type write struct {
	do     func(*bbolt.Tx) error
	answer chan error
}

var (
	keyMark = []byte("mark")
	keyAt   = []byte("at")
)

// Open opens or makes the journal in a directory.
func Open(dir string, now func() time.Time) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "sessions.bolt")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: 2 * time.Second, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		return nil, fmt.Errorf("%s: %w (does another server use this directory?)", path, err)
	}
	b := &Journal{db: db, now: now, queue: make(chan write, 1024), quit: make(chan struct{}), done: make(chan struct{})}
	go b.writer()
	return b, nil
}

func (b *Journal) writer() {
	defer close(b.done)
	for {
		select {
		case w := <-b.queue:
			b.commit(w)
		case <-b.quit:
			return
		}
	}
}

// commit writes w and all that waits behind it. One that is refused takes
// nothing back from the others: each checks before it writes.
func (b *Journal) commit(w write) {
	batch, errs := []write{w}, []error{}
	for len(batch) < 1024 {
		select {
		case w := <-b.queue:
			batch = append(batch, w)
			continue
		default:
		}
		break
	}
	err := b.db.Update(func(tx *bbolt.Tx) error {
		for _, w := range batch {
			errs = append(errs, w.do(tx))
		}
		return nil
	})
	for i, w := range batch {
		if err != nil {
			w.answer <- err
		} else {
			w.answer <- errs[i]
		}
	}
}

func (b *Journal) write(ctx context.Context, do func(*bbolt.Tx) error) error {
	w := write{do, make(chan error, 1)}
	select {
	case b.queue <- w:
	case <-ctx.Done():
		return ctx.Err()
	case <-b.quit:
		return errors.ErrDatabaseNotOpen
	}
	select {
	case err := <-w.answer: // the answer is awaited even when ctx ends: the write happens
		return err
	case <-b.done:
		return errors.ErrDatabaseNotOpen
	}
}

// Create implements Journal.
func (b *Journal) Create(ctx context.Context, id string, r journal.Record) error {
	return b.write(ctx, func(tx *bbolt.Tx) error {
		s, err := tx.CreateBucket([]byte(id))
		if err != nil {
			return journal.ErrExists
		}
		for i, e := range r.Entries {
			if err := b.touch(s, number(i+1), e, r.Mark); err != nil {
				return err
			}
		}
		return nil
	})
}

// Append implements Journal.
func (b *Journal) Append(ctx context.Context, id string, after int, entry, mark []byte) error {
	return b.write(ctx, func(tx *bbolt.Tx) error {
		s := tx.Bucket([]byte(id))
		switch {
		case s == nil:
			return journal.ErrNone
		case s.Get(number(after)) == nil || s.Get(number(after+1)) != nil:
			return journal.ErrConflict
		}
		return b.touch(s, number(after+1), entry, mark)
	})
}

// Mark implements Journal.
func (b *Journal) Mark(ctx context.Context, id string, mark []byte) error {
	return b.write(ctx, func(tx *bbolt.Tx) error {
		s := tx.Bucket([]byte(id))
		if s == nil {
			return journal.ErrNone
		}
		return b.touch(s, nil, nil, mark)
	})
}

func (b *Journal) touch(s *bbolt.Bucket, key, entry, mark []byte) error {
	if key != nil {
		if err := s.Put(key, entry); err != nil {
			return err
		}
	}
	if mark != nil {
		if err := s.Put(keyMark, mark); err != nil {
			return err
		}
	}
	return s.Put(keyAt, binary.BigEndian.AppendUint64(nil, uint64(b.now().UnixNano())))
}

// number is the key of an entry: keys sort as numbers do, before "at" and "mark".
func number(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

// Read implements Journal.
func (b *Journal) Read(_ context.Context, id string) (journal.Record, error) {
	var r journal.Record
	err := b.db.View(func(tx *bbolt.Tx) error {
		s := tx.Bucket([]byte(id))
		if s == nil {
			return journal.ErrNone
		}
		r.Mark = bytes.Clone(s.Get(keyMark))
		for n := 1; ; n++ {
			e := s.Get(number(n))
			if e == nil {
				return nil
			}
			r.Entries = append(r.Entries, bytes.Clone(e))
		}
	})
	return r, err
}

// What expiry does at a time, so that nobody who writes waits for it long.
const (
	lookedAt = 20_000 // sessions that one reading transaction looks at
	removed  = 64     // that one writing transaction removes, among what others write
)

// Expire implements Journal. It looks for old sessions while others read and write, and
// removes them a few at a time, each if it is old still.
func (b *Journal) Expire(ctx context.Context, since time.Time) (int, error) {
	n, from := 0, []byte(nil)
	for {
		old, next, err := b.old(from, since)
		if err != nil {
			return n, err
		}
		for few := range slices.Chunk(old, removed) {
			gone := 0
			err := b.write(ctx, func(tx *bbolt.Tx) error {
				for _, id := range few {
					if s := tx.Bucket(id); s == nil || !before(s, since) {
						continue
					}
					if err := tx.DeleteBucket(id); err != nil {
						return err
					}
					gone++
				}
				return nil
			})
			if err != nil {
				return n, err
			}
			n += gone
		}
		if next == nil {
			return n, nil
		}
		from = next
	}
}

// old finds those of the sessions after from that nobody wrote to since then, and where to go
// on; nil: that was the last one.
func (b *Journal) old(from []byte, since time.Time) (all [][]byte, next []byte, err error) {
	err = b.db.View(func(tx *bbolt.Tx) error {
		c := tx.Cursor()
		id, _ := c.Seek(from)
		for range lookedAt {
			if id == nil {
				return nil
			}
			if s := tx.Bucket(id); s != nil && before(s, since) {
				all = append(all, bytes.Clone(id))
			}
			id, _ = c.Next()
		}
		next = bytes.Clone(id)
		return nil
	})
	return all, next, err
}

// before reports whether a session was written to for the last time before an instant.
func before(s *bbolt.Bucket, since time.Time) bool {
	at := s.Get(keyAt)
	return len(at) == 8 && int64(binary.BigEndian.Uint64(at)) < since.UnixNano()
}

// Close implements Journal.
func (b *Journal) Close() error {
	close(b.quit)
	<-b.done
	return b.db.Close()
}
