package kernel

import (
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A play is real time: if the machine does not get to something when it should, what
// comes of it says nothing about the kernel. So the machine's own lateness is measured
// while a play lasts, in two ways: how late the testbed does what has its time, and
// how late a thread wakes that has nothing to do but that.

// meter is by how much the machine was late in one play, at the worst.
type meter struct {
	mu    sync.Mutex
	worst time.Duration
}

// late notes that something was late.
func (m *meter) late(by time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.worst = max(m.worst, by)
}

func (m *meter) most() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.worst
}

// play plays once, with the machine under watch.
func (v *Verdict) play(once func(*meter) error) {
	began := time.Now()
	v.Late = measured(func(m *meter) { v.Err = once(m) })
	v.Took = time.Since(began)
}

// measured runs f and returns by how much the machine was late meanwhile.
func measured(f func(*meter)) time.Duration {
	m := &meter{}
	watch.add(m)
	defer watch.remove(m)
	f(m)
	return m.most()
}

// nap is how long the watching thread sleeps.
const nap = 2 * time.Millisecond

// watch is the thread that wakes again and again while something is measured.
var watch watcher

type watcher struct {
	mu      sync.Mutex
	meters  map[*meter]bool
	running bool
}

func (w *watcher) add(m *meter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.meters == nil {
		w.meters = map[*meter]bool{}
	}
	w.meters[m] = true
	if !w.running {
		w.running = true
		go w.run()
	}
}

func (w *watcher) remove(m *meter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.meters, m)
}

func (w *watcher) run() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for {
		ts := unix.NsecToTimespec(int64(nap))
		due := time.Now().Add(nap)
		_, _ = unix.Ppoll(nil, &ts, nil) // woken too early it is not late
		if !w.tell(time.Since(due)) {
			return
		}
	}
}

// tell notes a lateness for whoever measures; false: there is nobody.
func (w *watcher) tell(late time.Duration) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for m := range w.meters {
		m.late(late)
	}
	w.running = len(w.meters) > 0
	return w.running
}
