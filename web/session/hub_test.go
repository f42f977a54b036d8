package session

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wirestep/web/journal"
	"wirestep/web/proto"
)

const plain = `
scene "Plain"
host client 10.0.0.1
host server 10.0.0.2
link client server delay 20ms
program server
  s = listen(:80, 128)
  c = accept(s)
  read(c, eof)
  close(c)
program client
  c = connect(server:80)
  write(c, 3000)
  close(c)
`

var few = Limits{Sessions: 20, PerAddress: 20, Sockets: 8, Followers: 80, Steps: 2000, Idle: 30 * time.Minute}

func quiet(j journal.Journal) *Hub {
	return NewHub(Config{Journal: j, Limits: few, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}, &Counts{})
}

// A session that nobody uses leaves memory, and later the journal.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const keep = 30 * 24 * time.Hour
		kept := journal.NewMemory(time.Now)
		h := quiet(kept)
		made, err := h.Create(t.Context(), "a", Opening{Scene: plain})
		id := made.ID
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(few.Idle - time.Second)
		h.With(t.Context(), id, func(st *State) {})
		<-time.After(few.Idle - time.Second)
		if h.Count() != 1 {
			t.Fatal("a session that was used left memory")
		}
		<-time.After(2 * time.Second)
		if synctest.Wait(); h.Count() != 0 || h.from["a"] != 0 {
			t.Fatal("a session that nobody used stays in memory")
		}
		if err := h.With(t.Context(), id, func(*State) {}); err != nil {
			t.Fatal(err)
		}
		<-time.After(keep + time.Hour)
		if n, _ := kept.Expire(t.Context(), time.Now().Add(-keep)); n != 1 {
			t.Errorf("%d sessions expired, want 1", n)
		}
		var p *Refusal
		if err := h.With(t.Context(), id, func(*State) {}); !errors.As(err, &p) || p.Code != "no-session" {
			t.Errorf("an expired session: %v", err)
		}
	})
}

// What breaks in one session ends that one: its pages hear so, and the journal
// keeps what broke and during which command.
func TestSessionThatBreaks(t *testing.T) {
	commands["break"] = command{Driver, true, false, func(*State, *Subscriber, proto.Command) (proto.Done, error) { panic("SND.UNA > SND.NXT") }}
	defer delete(commands, "break")
	kept := journal.NewMemory(time.Now)
	h := quiet(kept)
	m, err := h.Create(t.Context(), "a", Opening{Scene: plain})
	if err != nil {
		t.Fatal(err)
	}
	w := NewSubscriber("page0001", "en", m.Key)
	if err := h.With(t.Context(), m.ID, func(st *State) { st.Join(w, -1, -1) }); err != nil {
		t.Fatal(err)
	}
	err = h.With(t.Context(), m.ID, func(st *State) { st.CarryOut(w, proto.Command{T: "break", ID: 1, Op: "something odd"}) })
	var p *Refusal
	if !errors.As(err, &p) || p.Code != "broken" {
		t.Errorf("it said %v", err)
	}
	for {
		_, end, _, err := w.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if end != nil {
			if end.Why != "broken" || end.Code != CloseBroken || !strings.Contains(string(end.Message), `"bye"`) {
				t.Errorf("its page heard %+v", end)
			}
			break
		}
	}
	r, err := kept.Read(context.Background(), m.ID)
	var c checkpoint
	if err = errors.Join(err, json.Unmarshal(r.Mark, &c)); err != nil || !strings.Contains(c.Broken, "SND.UNA > SND.NXT") || !strings.Contains(c.Broken, "something odd") {
		t.Errorf("kept: %+v, %v", c, err)
	}
	if err := h.With(t.Context(), m.ID, func(*State) {}); !errors.As(err, &p) || p.Kind != Gone {
		t.Errorf("asked again, it said %v", err)
	}
}
