package host

import (
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// Pipes and files, and the calls that move data between them and sockets without
// copying it.

// pipe holds bytes, whose content nobody asks for.
type pipe struct {
	id                 int32
	bytes              int64
	noReader, noWriter bool
}

// pipeRoom is what a pipe takes: 16 pages.
const pipeRoom = 65536

func (h *Host) pipeOf(f *File, end fileKind) *pipe {
	if f == nil || f.kind != end {
		return nil
	}
	for i := range h.pipes {
		if h.pipes[i].id == f.object {
			return &h.pipes[i]
		}
	}
	return nil
}

// Pipe is pipe2(2): Values are the end that is read and the one that is written to.
type Pipe struct{ NonBlock bool }

func (c *Pipe) do(h *Host, _ *Ctx, _ *Wait) (Done, bool) {
	id := h.nextFD
	h.pipes = append(h.pipes, pipe{id: id})
	r := h.newFile(File{kind: kindPipeRead, object: id, NonBlock: c.NonBlock})
	w := h.newFile(File{kind: kindPipeWrite, object: id, NonBlock: c.NonBlock})
	return Done{Values: []int64{int64(r), int64(w)}}, true
}

// Open is open(2) of something to be read; Size -1: it has no end.
type Open struct {
	Size    int64
	Missing bool
}

func (c *Open) do(h *Host, _ *Ctx, _ *Wait) (Done, bool) {
	if c.Missing {
		return failed(tcp.ENOENT)
	}
	return Done{N: int64(h.newFile(File{kind: kindFile, size: c.Size})), Opens: true}, true
}

// closeOther closes what is no socket.
func (h *Host) closeOther(f *File) {
	if p := h.pipeOf(f, kindPipeRead); p != nil {
		p.noReader = true
	}
	if p := h.pipeOf(f, kindPipeWrite); p != nil {
		p.noWriter = true
	}
	if f.kind == kindEpoll {
		for i := range h.epolls {
			if h.epolls[i].id == f.object {
				h.epolls = append(h.epolls[:i:i], h.epolls[i+1:]...)
				return
			}
		}
	}
}

// otherEvents are those of what is no socket.
func (h *Host) otherEvents(f *File) Events {
	if p := h.pipeOf(f, kindPipeWrite); p != nil {
		switch {
		case p.noReader:
			return PollOut | PollErr
		case p.bytes < pipeRoom:
			return PollOut | PollWrNorm
		}
	}
	if p := h.pipeOf(f, kindPipeRead); p != nil {
		switch {
		case p.bytes > 0:
			return PollIn | PollRdNorm
		case p.noWriter:
			return PollHup
		}
	}
	if ep := h.epollOf(f); ep != nil && h.reports(ep) != 0 {
		return PollIn | PollRdNorm
	}
	if f.kind == kindFile {
		return PollIn | PollOut | PollRdNorm | PollWrNorm
	}
	return 0
}

// readFile is read() of what is no socket.
func (h *Host) readFile(f *File, w *Wait, size int64) (Done, bool) {
	switch f.kind {
	case kindPipeRead:
		p := h.pipeOf(f, kindPipeRead)
		n := min(size, p.bytes)
		if n == 0 && !p.noWriter && size > 0 {
			if f.NonBlock {
				return failed(tcp.EAGAIN)
			}
			w.what, w.fd = forPipeData, f.FD
			return Done{}, false
		}
		p.bytes -= n
		return gave(n)
	case kindFile:
		n := f.left(size)
		f.at += n
		return gave(n)
	case kindPipeWrite:
		return failed(tcp.EBADF)
	}
	return failed(tcp.EINVAL)
}

// left is how much of so many bytes a file still has.
func (f *File) left(size int64) int64 {
	if f.size < 0 {
		return size
	}
	return min(size, max(f.size-f.at, 0))
}

// writeFile is write() to what is no socket.
func (h *Host) writeFile(f *File, w *Wait, size int64) (Done, bool) {
	switch f.kind {
	case kindPipeWrite:
		p := h.pipeOf(f, kindPipeWrite)
		n := min(size-w.moved, pipeRoom-p.bytes)
		switch {
		case p.noReader:
			return failed(tcp.EPIPE)
		case f.NonBlock && n == 0 && size > 0:
			return failed(tcp.EAGAIN)
		}
		p.bytes += n
		if w.moved += n; w.moved < size && !f.NonBlock {
			w.what, w.fd = forPipeRoom, f.FD
			return Done{}, false
		}
		return gave(w.moved)
	case kindEpoll:
		return failed(tcp.EINVAL)
	}
	return failed(tcp.EBADF)
}

func (h *Host) canDrain(w *Wait) bool {
	p := h.pipeOf(h.file(w.fd), kindPipeRead)
	return p == nil || p.bytes > 0 || p.noWriter
}

func (h *Host) canFill(w *Wait) bool {
	p := h.pipeOf(h.file(w.fd), kindPipeWrite)
	return p == nil || p.bytes < pipeRoom || p.noReader
}

// Splice is splice(2).
type Splice struct {
	From, To int32
	Size     int64
	Flags    int64 // SPLICE_F_*
}

func (c *Splice) do(h *Host, x *Ctx, w *Wait) (Done, bool) {
	in, out := h.file(c.From), h.file(c.To)
	if in == nil || out == nil {
		return failed(tcp.EBADF)
	}
	from, to := h.pipeOf(in, kindPipeRead), h.pipeOf(out, kindPipeWrite)
	switch {
	case from == nil && to == nil, from != nil && out.kind != kindSocket && to == nil:
		return failed(tcp.EINVAL)
	case c.Size == 0:
		return gave(0)
	case from != nil && w.moved == 0:
		if from.bytes == 0 {
			if from.noWriter {
				return gave(0)
			}
			if c.Flags&SpliceNonblock != 0 {
				return failed(tcp.EAGAIN)
			}
			w.what, w.fd = forPipeData, in.FD
			return Done{}, false
		}
	}
	if from != nil && to == nil {
		return c.out(h, x, from, w)
	}
	room := pipeRoom - to.bytes
	if room == 0 {
		if c.Flags&SpliceNonblock != 0 {
			return failed(tcp.EAGAIN)
		}
		w.what, w.fd = forPipeRoom, out.FD
		return Done{}, false
	}
	n := min(c.Size, room)
	switch {
	case from != nil:
		n = min(n, from.bytes)
		from.bytes -= n
	case in.kind == kindFile:
		n = in.left(n)
		in.at += n
	case in.kind == kindSocket:
		d, over := c.in(h, x, in, n, w)
		to.bytes += d.N
		return d, over
	default:
		return failed(tcp.EINVAL)
	}
	to.bytes += n
	return gave(n)
}

// out moves what a pipe holds to a socket.
func (c *Splice) out(h *Host, x *Ctx, p *pipe, w *Wait) (Done, bool) {
	if w.size == 0 {
		w.size = min(c.Size, p.bytes)
	}
	s := Send{FD: c.To, Size: w.size}
	if c.Flags&SpliceMore != 0 {
		s.Flags |= MsgMore
	}
	if c.Flags&SpliceNonblock != 0 {
		s.Flags |= MsgDontwait
	}
	d, over := s.do(h, x, w)
	if over && d.Errno == tcp.OK {
		p.bytes -= d.N
	}
	return d, over
}

// in moves what a socket has into a pipe. Whether it waits is the socket's affair:
// SPLICE_F_NONBLOCK is about the pipe (tcp_splice_read).
func (c *Splice) in(h *Host, x *Ctx, f *File, n int64, w *Wait) (Done, bool) {
	_, s, _ := h.socket(x, f.FD)
	if s.UrgState != 0 {
		if ahead := s.UrgSeq.Minus(s.Copied); ahead >= 0 {
			n = min(n, int64(ahead))
		}
	}
	data, err := "", tcp.EAGAIN
	if n > 0 || len(s.Rcv) == 0 {
		data, err = s.Read(&x.Ctx, int(n), false)
	}
	if err != tcp.EAGAIN || f.NonBlock || w.expired(x) {
		return Done{N: int64(len(data)), Errno: err}, true
	}
	if len(s.Rcv) > 0 {
		return gave(0) // Linux: it does not wait with something in the queue, be it the urgent byte
	}
	x.When(readWait, trace.Gt("receive queue", s.InQueue, "none", 0).In(trace.UnitBytes))
	return w.wait(x, forData, s.ID, h.timeout(s.ID, "SO_RCVTIMEO"))
}

// Sendfile is sendfile(2): a part of a file to a socket. At -1: from where it stands.
type Sendfile struct {
	To, From int32
	At, Size int64
}

func (c *Sendfile) do(h *Host, x *Ctx, w *Wait) (Done, bool) {
	f := h.file(c.From)
	switch {
	case f == nil:
		return failed(tcp.EBADF)
	case f.kind != kindFile:
		return failed(tcp.ESPIPE)
	}
	if !w.begun {
		from := *f
		if c.At >= 0 {
			from.at = c.At
		}
		w.size = from.left(c.Size)
	}
	if w.size == 0 {
		return gave(0)
	}
	d, over := (&Send{FD: c.To, Size: w.size, Plain: true}).do(h, x, w)
	if over && d.Errno == tcp.OK && c.At < 0 {
		h.file(c.From).at += d.N
	}
	return d, over
}
