package host

import (
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// The system calls by descriptor, for a caller that waits by itself: none of
// them blocks. EAGAIN means that a blocking call would wait.

// take finds and watches the socket of a descriptor.
func (h *Host) take(x *Ctx, fd int32) (*Sock, *tcp.Conn) {
	s, c := h.FD(fd)
	if c != nil {
		x.Event.Subject = c.ID
		c = h.edit(x, c)
	}
	return s, c
}

// FD returns an open descriptor and its socket, or nil.
func (h *Host) FD(fd int32) (*Sock, *tcp.Conn) {
	for i := range h.Socks {
		if h.Socks[i].FD == fd {
			return &h.Socks[i], h.Conn(h.Socks[i].Conn)
		}
	}
	return nil, nil
}

// open gives a socket the next descriptor.
func (h *Host) open(proc int, c *tcp.Conn) int32 {
	fd := h.nextFD
	h.nextFD++
	h.Socks = append(h.Socks, Sock{FD: fd, Proc: proc, Conn: c.ID})
	return fd
}

// Socket is socket(2).
func (h *Host) Socket(x *Ctx) int32 {
	h.Watch(x)
	defer x.Enter(socketRule)()
	c := h.newConn(x)
	x.Event.Subject = c.ID
	h.created(x, c.ID)
	return h.open(-1, c)
}

// Bind is bind(2).
func (h *Host) Bind(x *Ctx, fd int32, e wire.Endpoint) tcp.Errno {
	_, c := h.take(x, fd)
	if c == nil {
		return tcp.EBADF
	}
	defer x.Enter(bindRule)()
	return h.bind(x, c, e)
}

// Listen is listen(2).
func (h *Host) Listen(x *Ctx, fd int32, backlog int64) tcp.Errno {
	_, c := h.take(x, fd)
	if c == nil {
		return tcp.EBADF
	}
	return h.listen(x, c, backlog)
}

// Accept is accept(2).
func (h *Host) Accept(x *Ctx, fd int32) (int32, tcp.Errno) {
	_, l := h.take(x, fd)
	if l == nil {
		return -1, tcp.EBADF
	}
	c, err := h.acceptFrom(x, l)
	if c == nil {
		return -1, err
	}
	return h.open(-1, c), tcp.OK
}

// Connect is connect(2) without the wait: EINPROGRESS when the SYN has left.
func (h *Host) Connect(x *Ctx, fd int32, to wire.Endpoint) tcp.Errno {
	s, c := h.take(x, fd)
	if c == nil {
		return tcp.EBADF
	}
	if s.Connecting {
		done, err := h.Connected(x, fd)
		if !done {
			return tcp.EALREADY
		}
		return err
	}
	if c.State == tcp.Listen || c.FODefer {
		return tcp.EISCONN
	}
	if err := h.connect(x, c, to); err != tcp.OK {
		return err
	}
	if c.FODefer {
		return tcp.OK
	}
	s.Connecting = true
	return tcp.EINPROGRESS
}

// Connected tells whether connect() is decided, and how it ends (inet_wait_for_connect).
func (h *Host) Connected(x *Ctx, fd int32) (bool, tcp.Errno) {
	s, c := h.take(x, fd)
	if c == nil {
		return true, tcp.EBADF
	}
	if c.State == tcp.SynSent || c.State == tcp.SynRecv {
		return false, tcp.OK
	}
	s.Connecting = false
	err := tcp.OK
	if c.State == tcp.Closed {
		if err = c.TakeError(&x.Ctx); err == tcp.OK {
			err = tcp.ECONNABORTED
		}
	}
	return true, err
}

// Send is send(2), or a piece of one: it takes what there is room for.
func (h *Host) Send(x *Ctx, fd int32, data string, f tcp.WriteFlags) (int, tcp.Errno) {
	_, c := h.take(x, fd)
	if c == nil {
		return 0, tcp.EBADF
	}
	return c.Write(&x.Ctx, data, f)
}

// Recv is recv(2). An empty string and OK are the end of the data.
func (h *Host) Recv(x *Ctx, fd int32, n int, peek bool) (string, tcp.Errno) {
	_, c := h.take(x, fd)
	if c == nil {
		return "", tcp.EBADF
	}
	return c.Read(&x.Ctx, n, peek)
}

// RecvUrgent is recv(2) with MSG_OOB.
func (h *Host) RecvUrgent(x *Ctx, fd int32, peek bool) (string, tcp.Errno) {
	_, c := h.take(x, fd)
	if c == nil {
		return "", tcp.EBADF
	}
	return c.ReadUrgent(&x.Ctx, peek)
}

// Shutdown is shutdown(2); how is 0, 1 or 2.
func (h *Host) Shutdown(x *Ctx, fd int32, how int64) tcp.Errno {
	s, c := h.take(x, fd)
	if c == nil {
		return tcp.EBADF
	}
	err := h.shutdown(x, c, how)
	s.Connecting = s.Connecting && c.State != tcp.Closed // Linux: an attempt that is given up may be followed by another
	return err
}

// Close is close(2). lingers: a blocking close would wait for the socket.
func (h *Host) Close(x *Ctx, fd int32) (lingers *tcp.Conn, err tcp.Errno) {
	_, c := h.take(x, fd)
	if c == nil {
		return nil, tcp.EBADF
	}
	wait := c.Linger && c.LingerT > 0
	h.closeSock(x, fd)
	h.sweep(x)
	if wait && Lingering(c) {
		return c, tcp.OK
	}
	return nil, tcp.OK
}

// Lingering reports whether a closed socket still waits for its FIN to be
// acknowledged.
func Lingering(c *tcp.Conn) bool {
	return c.State == tcp.FinWait1 || c.State == tcp.Closing || c.State == tcp.LastAck
}

// Events are what poll(2) reports.
type Events uint16

// The events, with Linux' numbers.
const (
	PollIn     Events = 0x1
	PollPri    Events = 0x2
	PollOut    Events = 0x4
	PollErr    Events = 0x8
	PollHup    Events = 0x10
	PollNval   Events = 0x20
	PollRdNorm Events = 0x40
	PollWrNorm Events = 0x100
	PollRdHup  Events = 0x2000
)

// Poll is what poll(2) would report for a descriptor (tcp_poll).
func (h *Host) Poll(fd int32) Events {
	_, c := h.FD(fd)
	if c == nil {
		return PollNval
	}
	if c.State == tcp.Listen {
		if h.pending(c) != nil {
			return PollIn | PollRdNorm
		}
		return 0
	}
	var e Events
	if c.Shut == 3 || c.State == tcp.Closed {
		e |= PollHup
	}
	if c.Shut&1 != 0 {
		e |= PollIn | PollRdNorm | PollRdHup
	}
	if c.State != tcp.SynSent && (c.State != tcp.SynRecv || c.HalfOpen()) {
		if c.ReadReady() {
			e |= PollIn | PollRdNorm
		}
		if c.Urgent() {
			e |= PollPri
		}
		if c.Writable(&h.Sys) || c.Shut&2 != 0 || c.State == tcp.Closed {
			e |= PollOut | PollWrNorm
		}
	}
	if c.FODefer {
		e |= PollOut | PollWrNorm // Linux: a write will send the SYN
	}
	if c.Err != tcp.OK {
		e |= PollErr
	}
	return e
}

// Info is TCP_INFO.
func (h *Host) Info(fd int32, now sim.Time) ([]tcp.InfoField, tcp.Errno) {
	_, c := h.FD(fd)
	if c == nil {
		return nil, tcp.EBADF
	}
	return c.Info(now, &h.Sys), tcp.OK
}
