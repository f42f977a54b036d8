package session

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"wirestep/lessons"
	"wirestep/web/journal"
	"wirestep/web/proto"
)

// A session that went to rest while its pages are there goes on as if it had not: they are
// sent the same bytes, and every branch is as far as it was.
func TestRest(t *testing.T) {
	sameAfterRests(t, Opening{Scene: plain}, []proto.Command{
		{T: "step", N: 9}, {T: "act", Op: "drop next DATA from client"}, {T: "step", N: 12}, {T: "seek", N: 7}, {T: "act", Op: "drop next ACK from server"},
		{T: "step", N: 5}, {T: "branch", Branch: new(int32), N: 3}, {T: "step"}, {T: "fork", Text: "mine"}, {T: "back"}, {T: "moves", Undo: []int32{10}, Branch: new(int32)}, {T: "step", N: 3},
		{T: "name", Text: "Ada"}, {T: "step"},
	})
}

// So does a lesson, whatever has been done in its step.
func TestRestInALesson(t *testing.T) {
	all, err := lessons.All()
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range all {
		if raced && i%6 != 0 { // ten times as slow, and nothing here meets anything
			continue
		}
		level := lessons.Levels[1+i%2]
		commands := []proto.Command{{T: "lesson", Text: "level", Answer: level}}
		for i := range l.Steps {
			s := &l.Steps[i]
			if !s.Has(level) {
				continue
			}
			if n := len(s.Do); n == 1 && len(s.Do[0].Replay) > 0 { // as a page makes it
				commands = append(commands, proto.Command{T: "replay", Ops: s.Do[0].Replay})
			} else if n > 0 {
				commands = append(commands, proto.Command{T: "lesson", Text: "do"})
			}
			if s.Predict != nil {
				commands = append(commands, proto.Command{T: "predict", Answer: s.Predict.Guess()})
			}
			commands = append(commands, proto.Command{T: "step"}, proto.Command{T: "lesson", Text: "next"})
		}
		t.Run(l.Slug+"/"+level, func(t *testing.T) { sameAfterRests(t, Opening{Scene: l.Scene, Lesson: l.Slug}, commands) })
	}
}

// sameAfterRests carries out commands with and without a rest after each.
func sameAfterRests(t *testing.T, o Opening, commands []proto.Command) {
	t.Helper()
	said := [2][][]byte{}
	for i, rests := range []bool{false, true} {
		h := quiet(journal.NewMemory(time.Now))
		m := Made{NewID(), newKey()}
		o := o
		o.Owner = hashKey(m.Key)
		st, err := Begin(o, few)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.keep(t.Context(), "a", m.ID, st, journal.Record{Entries: [][]byte{encodeEntry(entry{Opening: &o})}}); err != nil {
			t.Fatal(err)
		}
		w := NewSubscriber("page0001", "en", m.Key)
		if err := h.With(t.Context(), m.ID, func(st *State) { st.Join(w, -1, -1); w.take() }); err != nil {
			t.Fatal(err)
		}
		for n, c := range commands {
			c.ID = int64(n + 1)
			if err := h.With(t.Context(), m.ID, func(st *State) {
				if st.CarryOut(w, c); w.lagging {
					st.CatchUp(w)
				}
				said[i] = append(said[i], w.take()...)
			}); err != nil {
				t.Fatal(err)
			}
			if rests {
				h.all[m.ID].do(t.Context(), job{aside: true, f: func(st *State) {
					if st.rest(); st.T != nil || st.over {
						t.Error("it did not go to rest")
					}
				}})
			}
		}
		h.With(t.Context(), m.ID, func(st *State) { said[i] = append(said[i], encodeJSON(st.makeSnapshot())) })
		h.Drain()
	}
	for i := range min(len(said[0]), len(said[1])) {
		if a, b := said[0][i], said[1][i]; !bytes.Equal(a, b) {
			at := 0
			for at < min(len(a), len(b)) && a[at] == b[at] {
				at++
			}
			t.Fatalf("message %d: %.60s … %.200s\nafter a rest: … %.200s", i, a, a[max(at-30, 0):], b[max(at-30, 0):])
		}
	}
	if len(said[0]) < len(commands) || len(said[0]) != len(said[1]) {
		t.Fatalf("%d messages, after rests %d", len(said[0]), len(said[1]))
	}
}

// When all sessions hold too much the least used leave, and nothing of them is lost.
func TestMemoryLimit(t *testing.T) {
	h := quiet(journal.NewMemory(time.Now))
	defer h.Drain()
	h.conf.Limits.Memory = 1 // whatever they hold is too much
	var ids []string
	for range 5 {
		m, err := h.Create(t.Context(), "a", Opening{Scene: plain, At: 7})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.ID)
	}
	for h.Count() > 0 {
		runtime.GC()
		h.tidy()
		runtime.Gosched()
	}
	for _, id := range ids {
		if err := h.With(t.Context(), id, func(st *State) {
			if st.T.N() != 7 {
				t.Errorf("it stood at 7 and stands at %d", st.T.N())
			}
		}); err != nil {
			t.Error(err)
		}
	}
	if n := h.metrics.PutAway.Load(); n < 5 {
		t.Errorf("%d sessions were put away", n)
	}
}

// BenchmarkIdle measures what a session holds that has just begun, and one that has been
// stepped ten times, journal included.
func BenchmarkIdle(b *testing.B) {
	b.Run("begun", func(b *testing.B) { idle(b, 0) })
	b.Run("stepped", func(b *testing.B) { idle(b, 10) })
}

func idle(b *testing.B, steps int32) {
	h := quiet(journal.NewMemory(time.Now))
	h.conf.Limits.Sessions, h.conf.Limits.PerAddress = 1<<30, 1<<30
	held := func() float64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc + m.StackInuse)
	}
	before := held()
	for range b.N {
		m, err := h.Create(b.Context(), "a", Opening{Scene: plain})
		if err == nil && steps > 0 {
			w := NewSubscriber("page0001", "en", m.Key)
			err = h.With(b.Context(), m.ID, func(st *State) {
				st.Join(w, -1, -1)
				st.CarryOut(w, proto.Command{T: "step", ID: 1, N: steps})
				st.leave(w)
			})
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((held()-before)/float64(b.N), "B/session")
	runtime.KeepAlive(h)
}
