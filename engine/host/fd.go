package host

import (
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// File is an open file: a socket, an end of a pipe, an epoll instance, or something
// that is read. dup() gives it further descriptors.
type File struct {
	ID         int32   // the descriptor that it was opened with: none is given out twice
	FD         int32   // its oldest descriptor that is open
	Dups       []int32 // others; replaced whole
	Proc       int     // index of the process that holds it; -1: none
	NonBlock   bool
	Connecting bool          // a connect() is under way
	Conn       sim.SubjectID // the socket; 0: it is none
	kind       fileKind
	object     int32 // the pipe or the epoll instance
	size, at   int64 // of a file that is read; size -1: it has no end
}

type fileKind uint8

const (
	kindSocket fileKind = iota
	kindPipeRead
	kindPipeWrite
	kindEpoll
	kindFile
)

func (f *File) has(fd int32) bool { return f.FD == fd || slices.Contains(f.Dups, fd) }

// file returns what a descriptor stands for, or nil.
func (h *Host) file(fd int32) *File {
	for i := range h.Files {
		if h.Files[i].has(fd) {
			return &h.Files[i]
		}
	}
	return nil
}

// FD returns the open file of a descriptor and the socket, or nil.
func (h *Host) FD(fd int32) (*File, *tcp.Conn) {
	if f := h.file(fd); f != nil {
		return f, h.Conn(f.Conn)
	}
	return nil, nil
}

// socket finds and watches the socket of a call (sockfd_lookup_light).
func (h *Host) socket(x *Ctx, fd int32) (*File, *tcp.Conn, tcp.Errno) {
	f, c := h.FD(fd)
	switch {
	case f == nil:
		x.Note(badSocket)
		return nil, nil, tcp.EBADF
	case c == nil:
		return f, nil, tcp.ENOTSOCK
	}
	x.Event.Subject = c.ID
	return f, h.edit(x, c), tcp.OK
}

// newFile opens something, and gives it the next descriptor.
func (h *Host) newFile(f File) int32 {
	f.ID, f.FD, f.Proc = h.nextFD, h.nextFD, h.caller
	h.nextFD++
	h.Files = append(h.Files, f)
	return f.FD
}

// newSocket makes a socket, and a descriptor for it.
func (h *Host) newSocket(x *Ctx) (int32, *tcp.Conn) {
	c := h.newConn(x)
	fd := h.newFile(File{Conn: c.ID})
	x.Event.Subject = c.ID
	h.created(x, c.ID)
	return fd, c
}

// closeFD closes a descriptor, and what it stood for if it was the last one. It
// returns the socket that was closed.
func (h *Host) closeFD(x *Ctx, fd int32) *tcp.Conn {
	i := slices.IndexFunc(h.Files, func(f File) bool { return f.has(fd) })
	if i < 0 {
		return nil
	}
	f := &h.Files[i]
	if left := append([]int32{f.FD}, f.Dups...); len(left) > 1 {
		left = slices.DeleteFunc(left, func(n int32) bool { return n == fd })
		f.FD, f.Dups = left[0], left[1:]
		return nil // another descriptor is of the same file, and whoever watches it goes on
	}
	return h.closeFile(x, i)
}

// closeFile closes an open file, whatever descriptors it has.
func (h *Host) closeFile(x *Ctx, i int) *tcp.Conn {
	f := h.Files[i]
	h.Files = append(h.Files[:i:i], h.Files[i+1:]...)
	h.unwatch(f.ID)
	if f.kind != kindSocket {
		h.closeOther(&f)
		return nil
	}
	c := h.Conn(f.Conn)
	if c == nil {
		return nil
	}
	c = h.edit(x, c)
	if c.State == tcp.Listen {
		h.stopListening(x, c, false)
	}
	h.takeOver(x, c.Close(&x.Ctx))
	h.forgetKept(c.ID)
	return c
}

// Dup is dup(2).
type Dup struct{ FD int32 }

func (c *Dup) do(h *Host, x *Ctx, _ *Wait) (Done, bool) {
	f := h.file(c.FD)
	if f == nil {
		return failed(tcp.EBADF)
	}
	n := h.nextFD
	h.nextFD++
	f.Dups = append(slices.Clone(f.Dups), n)
	return Done{N: int64(n), Opens: true}, true
}

// Close is close(2).
type Close struct{ FD int32 }

func (c *Close) do(h *Host, x *Ctx, w *Wait) (Done, bool) {
	if w.begun { // it lingered: acknowledged, or out of time
		return gave(0)
	}
	f, s := h.FD(c.FD)
	if f == nil {
		x.Note(badSocket)
		return failed(tcp.EBADF)
	}
	lingers := false
	if s != nil {
		x.Event.Subject = s.ID
		lingers = s.Linger && s.LingerT > 0 && !f.NonBlock
	}
	if s = h.closeFD(x, c.FD); s == nil {
		return gave(0)
	}
	if !lingers || !lingering(s) {
		return gave(0)
	}
	x.Note(closeWait)
	return w.wait(x, forClose, s.ID, s.LingerT)
}

// lingering reports whether a closed socket still waits for its FIN to be
// acknowledged.
func lingering(c *tcp.Conn) bool {
	return c.State == tcp.FinWait1 || c.State == tcp.Closing || c.State == tcp.LastAck
}

func (h *Host) hasClosed(w *Wait) bool { return !lingering(h.Conn(w.On)) }

// Abort closes a socket with SO_LINGER of 0 s: a RST.
type Abort struct{ FD int32 }

func (c *Abort) do(h *Host, x *Ctx, _ *Wait) (Done, bool) {
	_, s, err := h.socket(x, c.FD)
	if err != tcp.OK {
		return failed(err)
	}
	s.Linger, s.LingerT = true, 0
	h.closeFD(x, c.FD)
	return gave(0)
}

// Fcntl is fcntl(2).
type Fcntl struct {
	FD       int32
	Cmd, Arg int64
}

func (c *Fcntl) do(h *Host, x *Ctx, w *Wait) (Done, bool) {
	f, s := h.FD(c.FD)
	if f == nil {
		x.Note(badSocket)
		return failed(tcp.EBADF)
	}
	if s != nil {
		x.Event.Subject = s.ID
	}
	defer x.Enter(optionRule)()
	d := Done{}
	switch c.Cmd {
	case fDupFD, fDupFDCloexec:
		d, _ = (&Dup{c.FD}).do(h, x, w)
	case fGetFL:
		n := oRdwr
		if f.NonBlock {
			n |= oNonblock
		}
		d.N = int64(n)
	case fSetFL:
		f.NonBlock = c.Arg&oNonblock != 0
	case fGetFD, fSetFD, fGetOwn, fSetOwn:
	default:
		d.Errno = tcp.EINVAL
	}
	return d.under(x)
}

// Ioctl is ioctl(2) of a socket; Arg is what FIONBIO sets. What it tells is its result,
// as that of getsockopt() is.
type Ioctl struct {
	FD       int32
	Cmd, Arg int64
}

func (c *Ioctl) do(h *Host, x *Ctx, _ *Wait) (Done, bool) {
	f, s, err := h.socket(x, c.FD)
	if s == nil {
		if err == tcp.ENOTSOCK {
			err = tcp.ENOTTY
		}
		return failed(err)
	}
	var n int64
	switch c.Cmd {
	case siocInQ:
		if s.State == tcp.Listen {
			return failed(tcp.EINVAL)
		}
		n = s.InQ()
	case siocAtMark:
		n = bit(s.AtMark())
	case siocOutQ:
		n = s.OutQ()
	case siocOutQNSD:
		n = s.OutQUnsent()
	case fionbio:
		f.NonBlock = c.Arg != 0
		return gave(0)
	default:
		return failed(tcp.EINVAL)
	}
	return Done{N: n, Values: []int64{n}}, true
}

// CapSet takes CAP_NET_ADMIN from the caller, or gives it back.
type CapSet struct{ On bool }

func (c *CapSet) do(h *Host, _ *Ctx, _ *Wait) (Done, bool) {
	h.noAdmin = !c.On
	return gave(0)
}
