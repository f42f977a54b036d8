package session

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"wirestep/web/proto"
)

// DecodeCommand reads a message. A name that the protocol does not have is
// passed over, so that a newer page can talk to an older server; anything that
// is not one JSON object of the right shape is an error.
func DecodeCommand(b []byte) (proto.Command, error) {
	var c proto.Command
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&c); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return c, fmt.Errorf("%q is a %s, expected %s", kind.Field, kind.Value, kind.Type)
		}
		return c, fmt.Errorf("expected one JSON object (%w)", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return c, errors.New("expected one JSON object, something follows it")
	}
	if c.T == "" {
		return c, errors.New(`"t" is missing, expected the name of a command`)
	}
	return c, nil
}

// CarryOut does what a page asks: do it, put it into the journal, tell everybody,
// answer. What moved before is answered as it was; what only looks is looked at again.
func (st *State) CarryOut(w *Subscriber, c proto.Command) {
	if _, here := st.Subscribers[w]; !here { // it left memory and came back, without this page
		w.Close(Closing("drain", w.Lang, CloseRestart))
		return
	}
	moves := commands[c.T].moves && May(w.role, c.T)
	switch {
	case c.ID <= 0:
		w.Answer(Failed(c.ID, w.Lang, Cannot("id")))
		return
	case moves && c.ID <= st.lastOf(w.token):
		w.Answer(st.pages[w.token].answerTo(c.ID))
		return
	}
	st.during = encodeJSON(c)
	said := st.attempt(w, c)
	if said == nil {
		return // the session is over
	}
	st.during = nil
	w.Answer(said)
	if !moves {
		return
	}
	p := st.page(w.token)
	p.last = c.ID
	p.answers = append(p.answers, answered{c.ID, said})
	if len(p.answers) > answersPerPage {
		p.answers = p.answers[1:]
	}
}

// attempt carries out a new command and returns the answer.
func (st *State) attempt(w *Subscriber, c proto.Command) []byte {
	cmd, known := commands[c.T]
	if !known {
		return Failed(c.ID, w.Lang, Cannot("unknown", "name", c.T))
	}
	if !May(w.role, c.T) {
		st.hub.metrics.Refused.Add(1)
		return Failed(c.ID, w.Lang, st.notFor(w))
	}
	if err := st.forbids(c); err != nil {
		st.hub.metrics.Refused.Add(1)
		return Failed(c.ID, w.Lang, err)
	}
	if err := st.hides(c); err != nil {
		st.hub.metrics.Refused.Add(1)
		return Failed(c.ID, w.Lang, err)
	}
	st.asked++
	st.trim()
	before := st.place()
	if cmd.long {
		st.turn.long()
	}
	done, err := cmd.run(st, w, c)
	if err != nil {
		st.GoTo(before.branch, before.n)
		st.hub.metrics.Refused.Add(1)
		return Failed(c.ID, w.Lang, err)
	}
	if cmd.moves {
		if st.remember(w.token, c.ID) != nil {
			return nil
		}
		if now := st.place(); now.branch != before.branch || now.n != before.n {
			st.moved = move{w.person, c.T}
		}
		st.broadcast(before)
		st.dismiss()
	}
	st.hub.metrics.Commands.Add(1)
	st.hub.metrics.Events.Add(int64(st.frames.made))
	st.frames.made = 0
	done.T, done.ID = "done", c.ID
	return encodeJSON(done)
}

// notFor says why a command is not for the one who gave it.
func (st *State) notFor(w *Subscriber) *Refusal {
	if w.role == Follower {
		return Cannot("read-only")
	}
	return Cannot("owner-only")
}

// answerTo says again what was answered. Of one long ago only that it was done
// is known.
func (p *page) answerTo(id int64) []byte {
	for _, a := range p.answers {
		if a.id == id {
			return a.text
		}
	}
	return encodeJSON(proto.Done{T: "done", ID: id})
}

func Failed(id int64, lang string, err error) []byte {
	p := &Refusal{Code: "op", Args: []any{"what", err.Error()}}
	errors.As(err, &p)
	return encodeJSON(proto.Failed{T: "failed", ID: id, Code: p.Code, Text: strings.Join(p.In(lang), "\n")})
}
