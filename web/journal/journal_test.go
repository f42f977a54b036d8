package journal_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"wirestep/web/journal"
	"wirestep/web/journal/bolt"
)

// Every journal passes this suite.
func TestJournals(t *testing.T) {
	kinds := map[string]func(t *testing.T, now func() time.Time) journal.Journal{
		"memory": func(_ *testing.T, now func() time.Time) journal.Journal { return journal.NewMemory(now) },
		"bolt": func(t *testing.T, now func() time.Time) journal.Journal {
			b, err := bolt.Open(t.TempDir(), now)
			if err != nil {
				t.Fatal(err)
			}
			return b
		},
	}
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) { conform(t, open) })
	}
}

// first is a record of one entry.
func first(text string) journal.Record { return journal.Record{Entries: [][]byte{[]byte(text)}} }

func conform(t *testing.T, open func(*testing.T, func() time.Time) journal.Journal) {
	ctx := context.Background()
	clock := time.Unix(1000, 0)
	fresh := func(t *testing.T) journal.Journal {
		j := open(t, func() time.Time { return clock })
		t.Cleanup(func() { j.Close() })
		return j
	}
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Run("keeps entries in order and the last mark", func(t *testing.T) {
		j := fresh(t)
		must(t, j.Create(ctx, "a", first("scene")))
		for i := 1; i < 300; i++ {
			must(t, j.Append(ctx, "a", i, fmt.Append(nil, i), []byte("m1")))
		}
		must(t, j.Mark(ctx, "a", []byte("m2")))
		r, err := j.Read(ctx, "a")
		must(t, err)
		if len(r.Entries) != 300 || string(r.Entries[0]) != "scene" || string(r.Entries[299]) != "299" || string(r.Mark) != "m2" {
			t.Fatalf("read %d entries, first %q, last %q, mark %q", len(r.Entries), r.Entries[0], r.Entries[len(r.Entries)-1], r.Mark)
		}
	})
	t.Run("names what is wrong", func(t *testing.T) {
		j := fresh(t)
		must(t, j.Create(ctx, "a", first("scene")))
		_, read := j.Read(ctx, "b")
		for what, c := range map[string]struct{ got, want error }{
			"create twice":    {j.Create(ctx, "a", journal.Record{}), journal.ErrExists},
			"append too soon": {j.Append(ctx, "a", 2, nil, nil), journal.ErrConflict},
			"append too late": {j.Append(ctx, "a", 0, nil, nil), journal.ErrConflict},
			"append to none":  {j.Append(ctx, "b", 1, nil, nil), journal.ErrNone},
			"mark none":       {j.Mark(ctx, "b", nil), journal.ErrNone},
			"read none":       {read, journal.ErrNone},
		} {
			if !errors.Is(c.got, c.want) {
				t.Errorf("%s: got %v, want %v", what, c.got, c.want)
			}
		}
	})
	t.Run("lets one of two writers win", func(t *testing.T) {
		j := fresh(t)
		must(t, j.Create(ctx, "a", first("scene")))
		var won sync.Map
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for n := 1; n <= 50; n++ {
					if err := j.Append(ctx, "a", n, fmt.Append(nil, w), nil); err == nil {
						if other, twice := won.LoadOrStore(n, w); twice {
							t.Errorf("entry %d was won by %d and by %d", n, other, w)
						}
					} else if !errors.Is(err, journal.ErrConflict) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		r, err := j.Read(ctx, "a")
		must(t, err)
		for n, e := range r.Entries[1:] {
			if w, _ := won.Load(n + 1); fmt.Sprint(w) != string(e) {
				t.Fatalf("entry %d is by %s, but %v was told that it won", n+1, e, w)
			}
		}
	})
	t.Run("does not share memory with its callers", func(t *testing.T) {
		j := fresh(t)
		entry := []byte("scene")
		must(t, j.Create(ctx, "a", journal.Record{Entries: [][]byte{entry}}))
		entry[0] = 'X'
		r, _ := j.Read(ctx, "a")
		r.Entries[0][1] = 'X'
		if r, _ = j.Read(ctx, "a"); string(r.Entries[0]) != "scene" {
			t.Fatalf("kept %q", r.Entries[0])
		}
	})
	t.Run("expires what nobody touched", func(t *testing.T) {
		j := fresh(t)
		must(t, j.Create(ctx, "old", first("scene")))
		must(t, j.Create(ctx, "used", first("scene")))
		clock = clock.Add(time.Hour)
		must(t, j.Mark(ctx, "used", []byte("m")))
		n, err := j.Expire(ctx, clock.Add(-time.Minute))
		must(t, err)
		_, old := j.Read(ctx, "old")
		_, used := j.Read(ctx, "used")
		if n != 1 || !errors.Is(old, journal.ErrNone) || used != nil {
			t.Fatalf("removed %d; old: %v; used: %v", n, old, used)
		}
	})
}

// What a bolt journal acknowledged is there when the file is opened again.
func TestBoltReopened(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	j, err := bolt.Open(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(j.Create(ctx, "a", first("scene")), j.Append(ctx, "a", 1, []byte("act"), []byte("mark")), j.Close()); err != nil {
		t.Fatal(err)
	}
	if j, err = bolt.Open(dir, time.Now); err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	r, err := j.Read(ctx, "a")
	if err != nil || !slices.EqualFunc(r.Entries, []string{"scene", "act"}, func(b []byte, s string) bool { return string(b) == s }) || string(r.Mark) != "mark" {
		t.Fatalf("read %q, mark %q, %v", r.Entries, r.Mark, err)
	}
}
