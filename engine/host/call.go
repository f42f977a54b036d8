package host

import (
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// Call is a system call with its arguments. It is never written, so that copies of a
// host may share the calls that wait. Scenes, scripts and the kernel judge spell
// calls; what they do, with Linux' bounds and errors, is here and nowhere else.
type Call interface {
	// do makes the call, or goes on with it. false: it waits for what w says.
	do(h *Host, x *Ctx, w *Wait) (Done, bool)
}

// Done is what a call returned, and what it left in its arguments.
type Done struct {
	N        int64 // not looked at when there is an error
	Errno    tcp.Errno
	Opens    bool         // N is a new descriptor
	Text     string       // what it read, or an error by name
	Values   []int64      // the value of an option, what ioctl() tells, the ends of a pipe
	Polled   []Events     // of each descriptor that poll() asked about
	Ready    []EpollEvent // of epoll_wait()
	Controls []Control    // control messages of recvmsg()
	MsgFlags int64        // msg_flags of recvmsg()
	reads    Call         // the read() that it was, if another may follow
	read     readOutcome
	span     int16 // one more than the span that the return belongs to; 0: none
}

// readOutcome is what a read() was, for who counts them.
type readOutcome uint8

const (
	readNothing readOutcome = iota
	readData                // bytes were taken
	readEnd                 // the end of the data
)

func failed(e tcp.Errno) (Done, bool) { return Done{Errno: e}, true }
func gave(n int64) (Done, bool)       { return Done{N: n}, true }

// under makes the return of a call part of the rule at hand.
func (d Done) under(x *Ctx) (Done, bool) {
	d.span = x.Recorder.Span() + 1
	return d, true
}

// Wait is where a call that has not returned stands, and what it waits for.
type Wait struct {
	call  Call
	Until sim.Time      // its own time is over; sim.Never: it has none
	On    sim.SubjectID // the socket that it waits for; 0: none
	what  condition
	begun bool
	late  tcp.Errno // what it returns when its time is over
	fast  bool      // a SYN has left with the first of the data
	fd    int32     // of the pipe that it waits for
	size  int64     // bytes that it is to move in all, where it had to find out
	moved int64     // bytes written so far
	got   string    // bytes read so far
	seen  uint32    // bytes that a look without reading has found
	zero  zeroSend
}

// condition is what a call waits for. A Wait can be compared, so it is a number.
type condition uint8

const (
	forTime condition = iota
	forAccept
	forConnect
	forData
	forRoom
	forClose
	forEvents
	forEpoll
	forPipeData
	forPipeRoom
)

var conditions = [...]func(h *Host, w *Wait) bool{
	forTime:     func(*Host, *Wait) bool { return false },
	forAccept:   (*Host).canAccept,
	forConnect:  (*Host).isDecided,
	forData:     (*Host).canRead,
	forRoom:     (*Host).canWrite,
	forClose:    (*Host).hasClosed,
	forEvents:   (*Host).hasEvents,
	forEpoll:    (*Host).epollRings,
	forPipeData: (*Host).canDrain,
	forPipeRoom: (*Host).canFill,
}

// Ready reports whether a call that waits can go on.
func (h *Host) Ready(w *Wait, now sim.Time) bool {
	return w.Until <= now || w.On != 0 && h.Conn(w.On) == nil || conditions[w.what](h, w)
}

// Call makes a call. It tells what that returned, or where it waits.
func (h *Host) Call(x *Ctx, c Call) (Done, *Wait) {
	d, w := h.goOn(x, &Wait{call: c, Until: sim.Never}, nil)
	h.sweep(x)
	return d, w
}

// Resume goes on with a call that waited.
func (h *Host) Resume(x *Ctx, was *Wait) (Done, *Wait) {
	w := *was
	d, left := h.goOn(x, &w, was)
	h.sweep(x)
	return d, left
}

func (h *Host) goOn(x *Ctx, w, was *Wait) (Done, *Wait) {
	d, over := w.call.do(h, x, w)
	w.begun = true
	h.watchErrors(x)
	switch {
	case over:
		return d, nil
	case was != nil && *was == *w:
		return d, was
	}
	return d, w
}

// wait lets a call wait for something of a socket, at most as long as an option of
// that socket allows.
func (w *Wait) wait(x *Ctx, what condition, on sim.SubjectID, most sim.Duration) (Done, bool) {
	if !w.begun && most > 0 {
		w.Until = x.Now.Add(most)
	}
	w.what, w.On = what, on
	return Done{}, false
}

// expired reports whether the time of a call is over.
func (w *Wait) expired(x *Ctx) bool { return w.begun && w.Until <= x.Now }
