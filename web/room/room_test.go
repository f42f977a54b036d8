package room

import (
	"errors"
	"strings"
	"testing"
	"time"

	"wirestep/web/journal"
)

func TestRoomIsFoundByItsCode(t *testing.T) {
	j, ctx := journal.NewMemory(time.Now), t.Context()
	a, b := Room{"aaaaaaaaaaaa", "k1"}, Room{"bbbbbbbbbbbb", "k2"}
	code, err := Open(ctx, j, a)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := Open(ctx, j, b)
	if again, _ := Open(ctx, j, a); again != code || other == code {
		t.Errorf("opened again %s is %s, another is %s", code, again, other)
	}
	if got, err := Find(ctx, j, code); got != a || err != nil {
		t.Errorf("%s is %+v, %v", code, got, err)
	}
	if _, err := Find(ctx, j, "222222"); !errors.Is(err, ErrNone) {
		t.Errorf("a code of no room: %v", err)
	}
}

// A code that another link has is left to it.
func TestRoomsWithOneCode(t *testing.T) {
	j, ctx, r := journal.NewMemory(time.Now), t.Context(), Room{"aaaaaaaaaaaa", "k"}
	if err := j.Create(ctx, record(codeOf(r, 0)), journal.Record{Entries: [][]byte{[]byte(`{"session":"x","key":"y"}`)}}); err != nil {
		t.Fatal(err)
	}
	code, err := Open(ctx, j, r)
	if err != nil || code != codeOf(r, 1) {
		t.Errorf("%s, %v, expected the second code %s", code, err, codeOf(r, 1))
	}
}

func TestReadCode(t *testing.T) {
	for text, want := range map[string]string{"7KQ-42N": "7KQ42N", " 7kq 42n ": "7KQ42N", "7kq42n": "7KQ42N", "7KQ-42": "", "7KQ-421": "", "": "", "7KQ-42NX": "", "７KQ42N": ""} {
		got, ok := Read(text)
		if ok != (want != "") || ok && got != want {
			t.Errorf("Read(%q) = %q, %v, expected %q", text, got, ok, want)
		}
	}
	if s := Spell("7KQ42N"); s != "7KQ-42N" {
		t.Error(s)
	}
	for _, c := range "01IO" {
		if strings.ContainsRune(letters, c) {
			t.Errorf("%c is taken for another", c)
		}
	}
}
