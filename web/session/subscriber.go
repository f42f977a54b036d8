package session

import (
	"context"
	"sync"

	"wirestep/engine"
)

// What one socket may have waiting. Past it the queue is cleared: the page has
// lost its place in the stream and gets one snapshot when it reads again.
const (
	maxWaiting      = 256
	maxWaitingBytes = 1 << 20
	maxAnswers      = 512
	maxAnswerBytes  = 16 << 20 // one answer may hold thousands of frames
)

// Subscriber is what a session knows of one connected page. The session's goroutine
// puts messages in, the socket's writer takes them out; what lies between is
// guarded by mu. The fields above it belong to the session alone.
type Subscriber struct {
	token  string                     // of the page, see docs/protocol.md
	Lang   string                     // of its reader
	key    string                     // that it came with; "" lets one look
	role   role                       // that the key gives
	person int32                      // who is behind it
	lost   bool                       // at this place, as he said
	holds  map[engine.BranchID]spanOf // which frames the page has

	mu      sync.Mutex
	queue   []waiting
	bytes   int
	answers []waiting // "done" and "failed" that wait for the snapshot
	lagging bool
	last    *CloseFrame // no more messages after this one
	wake    chan struct{}
}

// waiting is a message that waits to be written.
type waiting struct {
	text   []byte
	answer bool // it is for this page alone, which waits for it
}

// spanOf says that a page holds the frames after From, up to To.
type spanOf struct{ From, To engine.StepNo }

// Close codes of a stream, as docs/protocol.md has them.
const (
	CloseDone    = 1000
	CloseRestart = 1001
	ClosePolicy  = 1008
	CloseBroken  = 1011
)

// CloseFrame is the end of a connection: a last message and a close code.
type CloseFrame struct {
	Message []byte
	Code    int
	Why     string
}

func NewSubscriber(token, lang, key string) *Subscriber {
	return &Subscriber{token: token, Lang: lang, key: key, holds: map[engine.BranchID]spanOf{}, wake: make(chan struct{}, 1)}
}

// put queues a message that everybody gets. It reports whether the page is
// behind: then the message is not for it.
func (w *Subscriber) put(b []byte) (behind bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lagging || w.last != nil {
		return w.lagging
	}
	w.queue = append(w.queue, waiting{text: b})
	w.bytes += len(b)
	// What counts is what waited before: one large snapshot behind a hello is no lag.
	if len(w.queue) > maxWaiting || w.bytes-len(b) > maxWaitingBytes {
		w.fallBehind()
	}
	w.signal()
	return w.lagging
}

// fallBehind clears the queue but for the answers in it.
func (w *Subscriber) fallBehind() {
	w.lagging, w.bytes, w.answers = true, 0, nil
	for _, m := range w.queue {
		if m.answer {
			w.answers = append(w.answers, m)
			w.bytes += len(m.text)
		}
	}
	w.queue = nil
}

// Answer queues what only this page gets, in answer to a command. It is kept
// when the queue is cleared: the page waits for it.
func (w *Subscriber) Answer(b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.last != nil:
	case w.lagging && len(w.answers) >= maxAnswers, w.bytes+len(b) > maxAnswerBytes:
		w.last = &CloseFrame{Code: ClosePolicy, Why: "answers are not read"}
	case w.lagging:
		w.answers = append(w.answers, waiting{b, true})
		w.bytes += len(b)
	default:
		w.queue = append(w.queue, waiting{b, true})
		w.bytes += len(b)
	}
	w.signal()
}

// resume begins anew with a snapshot, then what was answered meanwhile.
func (w *Subscriber) resume(snapshot []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queue, w.bytes = append([]waiting{{text: snapshot}}, w.answers...), 0
	for _, m := range w.queue {
		w.bytes += len(m.text)
	}
	w.answers, w.lagging = nil, false
	w.signal()
}

// Close queues the last message.
func (w *Subscriber) Close(f *CloseFrame) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last == nil {
		w.last = f
	}
	w.signal()
}

func (w *Subscriber) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// take empties the queue; whoever calls it holds mu.
func (w *Subscriber) take() (messages [][]byte) {
	for _, m := range w.queue {
		messages = append(messages, m.text)
	}
	w.queue, w.bytes = nil, 0
	return messages
}

// Next waits for something to write. Exactly one of its results is set: all messages that
// wait, the end, or that the page is behind and needs a snapshot.
func (w *Subscriber) Next(ctx context.Context) (messages [][]byte, end *CloseFrame, behind bool, err error) {
	for {
		w.mu.Lock()
		switch {
		case len(w.queue) > 0:
			messages = w.take()
		case w.last != nil:
			end = w.last
		case w.lagging:
			behind = true
		}
		w.mu.Unlock()
		if messages != nil || end != nil || behind {
			return messages, end, behind, nil
		}
		select {
		case <-w.wake:
		case <-ctx.Done():
			return nil, nil, false, ctx.Err()
		}
	}
}
