package host

import (
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// The calls that make connections.

// Socket is socket(2).
type Socket struct{ NonBlock bool }

func (c *Socket) do(h *Host, x *Ctx, _ *Wait) (Done, bool) {
	h.Watch(x)
	defer x.Enter(socketRule)()
	fd, _ := h.newSocket(x)
	h.file(fd).NonBlock = c.NonBlock
	return Done{N: int64(fd), Opens: true}.under(x)
}

// Bind is bind(2).
type Bind struct {
	FD int32
	At wire.Endpoint
}

func (c *Bind) do(h *Host, x *Ctx, _ *Wait) (Done, bool) {
	_, s, err := h.socket(x, c.FD)
	if err != tcp.OK {
		return failed(err)
	}
	defer x.Enter(bindRule)()
	return Done{Errno: h.bind(x, s, c.At)}.under(x)
}

// Listen is listen(2).
type Listen struct {
	FD      int32
	Backlog int64
}

func (c *Listen) do(h *Host, x *Ctx, _ *Wait) (Done, bool) {
	_, s, err := h.socket(x, c.FD)
	if err != tcp.OK {
		return failed(err)
	}
	return failed(h.listen(x, s, c.Backlog))
}

// Accept is accept4(2).
type Accept struct {
	FD       int32
	NonBlock bool // SOCK_NONBLOCK: of the new socket
}

func (c *Accept) do(h *Host, x *Ctx, w *Wait) (Done, bool) {
	f, l, err := h.socket(x, c.FD)
	if err != tcp.OK {
		return failed(err)
	}
	s, err := h.acceptFrom(x, l)
	if err == tcp.EAGAIN && !f.NonBlock && !w.expired(x) {
		return w.wait(x, forAccept, l.ID, h.timeout(l.ID, "SO_RCVTIMEO"))
	}
	if s == nil {
		return failed(err)
	}
	h.inherit(l.ID, s.ID)
	return Done{N: int64(h.newFile(File{Conn: s.ID, NonBlock: c.NonBlock})), Opens: true}, true
}

func (h *Host) canAccept(w *Wait) bool {
	l := h.Conn(w.On)
	return l.State != tcp.Listen || h.pending(l) != nil
}

// acceptFrom takes the connection that has waited longest (inet_csk_accept).
func (h *Host) acceptFrom(x *Ctx, l *tcp.Conn) (*tcp.Conn, tcp.Errno) {
	if l.State != tcp.Listen {
		return nil, tcp.EINVAL
	}
	c := h.pending(l)
	if !x.When(acceptRule, trace.Gt("accept queue", l.AcceptQ, "none", 0)) || c == nil {
		return nil, tcp.EAGAIN
	}
	defer x.Enter(acceptRule)()
	c = h.edit(x, c)
	c.Parent = 0
	l.AcceptQ--
	x.Event.Subject = c.ID
	return c, tcp.OK
}

// pending returns the socket that has waited longest for accept().
func (h *Host) pending(l *tcp.Conn) *tcp.Conn {
	if l.AcceptQ == 0 {
		return nil
	}
	for _, c := range h.Live {
		if c.Parent == l.ID {
			return c
		}
	}
	return nil
}

// Connect is connect(2).
type Connect struct {
	FD     int32
	To     wire.Endpoint
	Unspec bool // the address is of family AF_UNSPEC: the socket is disconnected
}

func (c *Connect) do(h *Host, x *Ctx, w *Wait) (Done, bool) {
	f, s, err := h.socket(x, c.FD)
	switch {
	case err != tcp.OK:
		return failed(err)
	case w.begun:
		return h.finishConnect(x, f, s, w)
	case c.Unspec:
		return failed(h.disconnect(x, f, s))
	}
	if err = h.beginConnect(x, f, s, c.To); err != tcp.EINPROGRESS && err != tcp.EALREADY {
		return failed(err)
	}
	if !undecided(s) {
		return h.finishConnect(x, f, s, w)
	}
	if f.NonBlock {
		return failed(err)
	}
	x.Note(connectWait)
	w.late = err
	return w.wait(x, forConnect, s.ID, h.timeout(s.ID, "SO_SNDTIMEO"))
}

func undecided(c *tcp.Conn) bool { return c.State == tcp.SynSent || c.State == tcp.SynRecv }

// beginConnect lets the SYN leave: EINPROGRESS. EALREADY: an earlier call did
// (__inet_stream_connect).
func (h *Host) beginConnect(x *Ctx, f *File, s *tcp.Conn, to wire.Endpoint) tcp.Errno {
	switch {
	case s.State == tcp.Listen || s.FODefer || undecided(s) && !f.Connecting:
		return tcp.EISCONN
	case f.Connecting:
		return tcp.EALREADY
	}
	if err := h.connect(x, s, to); err != tcp.OK {
		return err
	}
	if s.FODefer {
		return tcp.OK
	}
	f.Connecting = true
	return tcp.EINPROGRESS
}

func (h *Host) isDecided(w *Wait) bool { return !undecided(h.Conn(w.On)) }

// finishConnect ends a connect() that has waited, or comes back to ask.
func (h *Host) finishConnect(x *Ctx, f *File, s *tcp.Conn, w *Wait) (Done, bool) {
	if undecided(s) {
		if w.expired(x) {
			return failed(w.late)
		}
		return Done{}, false
	}
	x.When(connectDone, trace.Is("established", s.State != tcp.Closed))
	return failed(h.connected(x, f, s))
}

var connectFailed = trace.Declare(trace.Rule{
	ID: "call.connect-failed",
	Says: "connect() tells that the attempt has failed, and makes the socket as good as new: TCP_INFO forgets the attempt, read() fails with ENOTCONN, " +
		"and the socket can be connected again.",
	RFC:     trace.Cites("RFC 9293 §3.10.1"),
	Linux:   "__inet_stream_connect",
	Differs: "RFC 9293 has no socket that outlives its connection.",
})

// connected is how a connect() that is decided ends.
func (h *Host) connected(x *Ctx, f *File, s *tcp.Conn) tcp.Errno {
	f.Connecting = false
	if s.State != tcp.Closed {
		return tcp.OK
	}
	err := s.TakeError(&x.Ctx)
	if err == tcp.OK {
		err = tcp.ECONNABORTED
	}
	defer x.Enter(connectFailed)()
	s.Disconnect(&x.Ctx)
	return err
}

var disconnectRule = trace.Declare(trace.Rule{
	ID: "call.disconnect",
	Says: "connect() to an address of family AF_UNSPEC: the connection is given up, with a RST where the peer believes in it. " +
		"What was not read or sent is gone, and the socket can be bound and connected again.",
	RFC:     trace.Cites("RFC 9293 §3.10.5"),
	Linux:   "tcp_disconnect",
	Differs: "RFC 9293 calls it ABORT, after which nothing is left of the connection.",
})

// disconnect makes a socket as good as new.
func (h *Host) disconnect(x *Ctx, f *File, s *tcp.Conn) tcp.Errno {
	defer x.Enter(disconnectRule)()
	f.Connecting = false
	if s.State == tcp.Listen {
		h.stopListening(x, s, true)
	}
	s.Disconnect(&x.Ctx)
	return tcp.OK
}

// Shutdown is shutdown(2); How is 0, 1 or 2.
type Shutdown struct {
	FD  int32
	How int64
}

func (c *Shutdown) do(h *Host, x *Ctx, _ *Wait) (Done, bool) {
	f, s, err := h.socket(x, c.FD)
	if err != tcp.OK {
		return failed(err)
	}
	err = h.shutdown(x, s, c.How)
	f.Connecting = f.Connecting && s.State != tcp.Closed // Linux: an attempt that is given up may be followed by another
	return failed(err)
}

// shutdown closes the halves of a socket that how, 0 to 2, names (inet_shutdown).
func (h *Host) shutdown(x *Ctx, c *tcp.Conn, how int64) tcp.Errno {
	if how < 0 || how > 2 {
		return tcp.EINVAL
	}
	if c.State != tcp.Listen {
		return c.Shutdown(&x.Ctx, uint8(how)+1)
	}
	if how != 1 {
		h.stopListening(x, c, true)
	}
	return tcp.OK
}

// Opening is a call that a scene writes without a socket, listen(:80) or
// connect(server:80, :40000): it makes the socket, and binds it, first.
type Opening struct {
	At   *wire.Endpoint // where to bind; nil: nowhere
	Then func(fd int32) Call
}

// begin makes the socket.
func (c *Opening) begin(h *Host, x *Ctx) (int32, Call) {
	fd, _ := h.newSocket(x)
	return fd, &opened{c.At, fd, c.Then(fd)}
}

func (c *Opening) do(h *Host, x *Ctx, w *Wait) (Done, bool) {
	_, next := c.begin(h, x)
	return next.do(h, x, w)
}

// opened is the rest of it.
type opened struct {
	at *wire.Endpoint
	fd int32
	Call
}

func (c *opened) do(h *Host, x *Ctx, w *Wait) (Done, bool) {
	if c.at != nil && !w.begun {
		_, s, _ := h.socket(x, c.fd)
		if err := h.bind(x, s, *c.at); err != tcp.OK {
			if _, listens := c.Call.(*Listen); listens {
				h.closeFD(x, c.fd)
			}
			return failed(err)
		}
	}
	return c.Call.do(h, x, w)
}
