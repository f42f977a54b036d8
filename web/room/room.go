// Package room gives the link that follows a session a short name, so that a whole
// class can type it: six characters, spoken and read from a bench. A room is only
// that name. Who follows, what followers may do and how they come back after a
// break is the session's own; the right to lead stays with whoever made it, and is
// in nothing that a room holds. A room lies in the journal beside the sessions, so
// that it survives what they survive.
package room

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"wirestep/web/journal"
)

// Room is what a code stands for.
type Room struct {
	Session string `json:"session"` // its id
	Key     string `json:"key"`     // of the link that follows it
}

const (
	letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" // none that is taken for another: no 0, 1, I, O
	length  = 6
	tries   = 8 // codes for one link, should others have them
)

// ErrNone says that no room has a code.
var ErrNone = errors.New("room: no room has this code")

// Open gives a room its code: the same one each time, for as long as the link is the
// same, so that nobody has to remember it.
func Open(ctx context.Context, j journal.Journal, r Room) (code string, err error) {
	b, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	for n := range tries {
		code = codeOf(r, n)
		err = j.Create(ctx, record(code), journal.Record{Entries: [][]byte{b}})
		if !errors.Is(err, journal.ErrExists) {
			return code, err
		}
		switch had, err := Find(ctx, j, code); {
		case errors.Is(err, ErrNone): // it expired just now
		case err != nil:
			return "", err
		case had == r:
			return code, j.Mark(ctx, record(code), []byte("{}")) // it is in use: it does not expire
		}
	}
	return "", fmt.Errorf("room: %d codes of a link are taken", tries)
}

// Find is the room of a code as Read gives it, or ErrNone.
func Find(ctx context.Context, j journal.Journal, code string) (Room, error) {
	var r Room
	got, err := j.Read(ctx, record(code))
	switch {
	case errors.Is(err, journal.ErrNone):
		return r, ErrNone
	case err != nil:
		return r, err
	case len(got.Entries) == 0:
		return r, fmt.Errorf("room %s: its record is empty", code)
	}
	return r, json.Unmarshal(got.Entries[0], &r)
}

// Read takes a code as people write one: in any case, with or without its hyphen.
func Read(text string) (code string, ok bool) {
	code = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(text))
	if len(code) != length {
		return "", false
	}
	return code, strings.Trim(code, letters) == ""
}

// Spell writes a code as it is shown: ABC-234.
func Spell(code string) string { return code[:length/2] + "-" + code[length/2:] }

// record is where a room lies in the journal: no session's id has a hyphen.
func record(code string) string { return "room-" + strings.ToLower(code) }

// codeOf is the nth code of a link. Whoever has the link has the code; nothing leads
// from a code to a link but the journal.
func codeOf(r Room, n int) string {
	h := sha256.Sum256(fmt.Appendf(nil, "room %d %s %s", n, r.Session, r.Key))
	bits := binary.BigEndian.Uint64(h[:])
	code := make([]byte, length)
	for i := range code {
		code[i] = letters[bits%uint64(len(letters))]
		bits /= uint64(len(letters))
	}
	return string(code)
}
