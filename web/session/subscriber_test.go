package session

import (
	"bytes"
	"testing"
)

// A page that falls behind gets a snapshot in place of what waited, but no answer is lost:
// neither one given before nor one given since, and they keep their order.
func TestAnswersOutliveALag(t *testing.T) {
	w := NewSubscriber("page0001", "en", "")
	w.put(bytes.Repeat([]byte("s"), 2*maxWaitingBytes))
	w.Answer([]byte("first"))
	if !w.put([]byte("people")) {
		t.Fatal("with so much waiting it is not behind")
	}
	w.Answer([]byte("second"))
	if _, _, behind, err := w.Next(t.Context()); !behind || err != nil {
		t.Fatalf("behind %v, %v", behind, err)
	}
	w.resume([]byte("snapshot"))
	messages, _, _, err := w.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := bytes.Join(messages, []byte(" ")), "snapshot first second"; string(got) != want {
		t.Errorf("it is sent %q, want %q", got, want)
	}
	if w.put([]byte("next")) {
		t.Error("it is behind still")
	}
}
