package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wirestep/web/journal"
	"wirestep/web/proto"
)

// everything takes what waits for a page, by name.
func (w *Subscriber) everything() map[string][][]byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[string][][]byte{}
	for _, b := range w.take() {
		name, _, _ := bytes.Cut(b[len(`{"t":"`):], []byte(`"`))
		all[string(name)] = append(all[string(name)], b)
	}
	return all
}

// A class comes at once: nobody is told of each of the others, a step is the same bytes for
// all in one message, and what the journal keeps does not grow by those who only look.
func TestCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := journal.NewMemory(time.Now)
		h := quiet(kept)
		defer h.Drain()
		m, err := h.Create(t.Context(), "a", Opening{Scene: plain})
		if err != nil {
			t.Fatal(err)
		}
		driver := NewSubscriber("page0001", "en", m.Key)
		with := func(f func(*State)) {
			t.Helper()
			if err := h.With(t.Context(), m.ID, f); err != nil {
				t.Fatal(err)
			}
		}
		var class []*Subscriber
		with(func(st *State) { st.Join(driver, -1, -1) })
		for i := range few.Followers {
			w := NewSubscriber(fmt.Sprintf("follower%d", i), "en", "")
			class = append(class, w)
			with(func(st *State) { st.Join(w, -1, -1) })
		}
		<-time.After(2 * crowdEach)
		if got := len(driver.everything()["people"]); got > crowded+3 {
			t.Errorf("%d came and the driver was told so %d times", few.Followers, got)
		}
		var shot []byte
		for i, w := range class {
			got := w.everything()
			if len(got["snapshot"]) != 1 || i > 0 && &got["snapshot"][0][0] != &shot[0] {
				t.Fatalf("follower %d got %d snapshots, or one of its own", i, len(got["snapshot"]))
			}
			shot = got["snapshot"][0]
		}
		late := NewSubscriber("latecome", "en", "")
		with(func(st *State) { st.Join(late, -1, -1) })
		if late.last == nil || late.last.Why != "busy" {
			t.Errorf("one more than may follow was told %+v", late.last)
		}
		with(func(st *State) { st.CarryOut(driver, proto.Command{T: "step", ID: 1}) })
		var people proto.People
		var frames proto.Frames
		for i, w := range class {
			got := w.everything()
			if len(got) != 1 || len(got["frames"]) != 1 {
				t.Fatalf("follower %d: a step came as %d kinds of messages", i, len(got))
			}
			if err := json.Unmarshal(got["frames"][0], &frames); err != nil || frames.Cursor == nil || frames.Cursor.N != 1 || len(frames.Frames) != 1 {
				t.Fatalf("a step came as %s, %v", got["frames"][0], err)
			}
		}
		with(func(st *State) { json.Unmarshal(st.present(), &people) })
		if len(people.People) != maxListed || people.More != few.Followers+1-maxListed || people.People[0].Role != "owner" {
			t.Errorf("%d are named, %d are said to be there besides; first: %+v", len(people.People), people.More, people.People[0])
		}
		r, _ := kept.Read(t.Context(), m.ID)
		if bytes.Contains(r.Mark, []byte("follower")) || !bytes.Contains(r.Mark, []byte("page0001")) {
			t.Errorf("kept of them: %s", r.Mark)
		}
	})
}
