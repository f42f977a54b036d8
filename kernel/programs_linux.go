package kernel

import (
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// programs are what makes calls in a namespace, and the descriptors that they have
// open. The namespace owns both: a descriptor stands in its table from its opening
// until somebody closes it, and nothing is taken away from under a program, because
// the namespace ends only after the last program has returned.
type programs struct {
	mu      sync.Mutex
	open    []int          // in the order in which they were opened
	threads map[int]bool   // those of programs that are in a call
	running sync.WaitGroup // programs
}

// keep takes descriptors that were just opened.
func (p *programs) keep(fds ...int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = append(p.open, fds...)
}

// shut closes a descriptor. It is out of the table before its number can be
// somebody else's.
func (p *programs) shut(fd int) error {
	p.mu.Lock()
	p.open = slices.DeleteFunc(p.open, func(n int) bool { return n == fd })
	p.mu.Unlock()
	return unix.Close(fd)
}

// find goes through what is open, the one that was opened last first, until f
// says yes. Meanwhile nothing is closed.
func (p *programs) find(f func(fd int) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.open) - 1; i >= 0; i-- {
		if f(p.open[i]) {
			return
		}
	}
}

// run runs a program at the same time as everything else.
func (p *programs) run(f func()) { p.running.Go(f) }

// call makes a call that may wait, so that end can find its thread.
func (p *programs) call(f func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	p.in(unix.Gettid(), true)
	defer p.in(unix.Gettid(), false)
	f()
}

func (p *programs) in(thread int, yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !yes {
		delete(p.threads, thread)
		return
	}
	if p.threads == nil {
		p.threads = map[int]bool{}
	}
	p.threads[thread] = true
}

// wakeAgain is when end looks again: a program may have been about to make a call
// that waits.
const wakeAgain = 5 * time.Millisecond

// end waits until every program has returned, whatever it waits for, and closes
// what they left open.
func (p *programs) end() {
	over := make(chan struct{})
	go func() {
		p.running.Wait()
		close(over)
	}()
	for done := false; !done; {
		p.wake()
		select {
		case <-over:
			done = true
		case <-time.After(wakeAgain):
		}
	}
	for _, fd := range p.open {
		unix.Close(fd)
	}
	p.open = nil
}

// wake lets every call return: a socket that is shut down gives nothing to wait for,
// nor does a pipe whose other end is gone. poll() and a close() that lingers end by a
// signal; it is the one by which Go's runtime interrupts its threads, and so harmless.
func (p *programs) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.threads) == 0 {
		return
	}
	for _, fd := range p.open {
		if unix.Shutdown(fd, unix.SHUT_RDWR) != unix.ENOTSOCK {
			continue
		}
		if null, err := unix.Open("/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0); err == nil {
			_ = unix.Dup3(null, fd, unix.O_CLOEXEC)
			unix.Close(null)
		}
	}
	for thread := range p.threads {
		_ = unix.Tgkill(unix.Getpid(), thread, unix.SIGURG)
	}
}
