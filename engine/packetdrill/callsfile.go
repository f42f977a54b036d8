package packetdrill

import (
	"strings"

	"wirestep/engine/host"
	"wirestep/engine/tcp"
)

// thing is what a descriptor stands for that is no socket.
type thing struct {
	epoll *epoll
	pipe  *pipe
	write bool // the end of the pipe that is written to
	file  *file
}

func (t *thing) is() bool { return t.epoll != nil || t.pipe != nil || t.file != nil }

func (t *thing) close() {
	if t.pipe == nil {
		return
	}
	if t.write {
		t.pipe.noWriter = true
	} else {
		t.pipe.noReader = true
	}
}

// pipe holds bytes, whose content nobody asks for.
type pipe struct {
	bytes              int64
	noReader, noWriter bool
}

// pipeRoom is what a pipe takes: 16 pages.
const pipeRoom = 65536

// file is a file that a script reads; size -1: it has no end.
type file struct {
	name     string
	size, at int64
}

// thingOf is what a descriptor stands for beside a socket.
func (r *runner) thingOf(e *Expr) *thing {
	n, ok := e.number()
	for i := range r.fds {
		if ok && r.fds[i].script == n && r.fds[i].thing.is() {
			return &r.fds[i].thing
		}
	}
	return &thing{}
}

// noSocket is the error for a descriptor that is no socket.
func (r *runner) noSocket(e *Expr) tcp.Errno {
	if r.thingOf(e).is() {
		return tcp.ENOTSOCK
	}
	return tcp.EBADF
}

// open reports whether a descriptor of the script still stands for one of the host.
func (r *runner) open(live int32) bool {
	for i := range r.fds {
		if !r.fds[i].thing.is() && r.fds[i].live == live {
			return true
		}
	}
	return false
}

func makeDup(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	return now(func(x *host.Ctx) outcome {
		if t := r.thingOf(c.arg(0)); t.is() {
			return outcome{ret: -2, open: true, thing: *t}
		}
		live := r.fd(c.arg(0))
		if live < 0 {
			return errnoOnly(tcp.EBADF)
		}
		return outcome{ret: int64(live), open: true}
	})
}

func makePipe(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	ends := c.arg(0).List
	if len(ends) != 2 {
		return nil, failf("two descriptors in pipe()", "%s", c.arg(0))
	}
	return now(func(x *host.Ctx) outcome {
		p := &pipe{}
		for i, e := range ends {
			n, ok := e.number()
			if !ok {
				return outcome{wrong: failf("a descriptor in pipe()", "%s", e)}
			}
			r.bindFD(n, -2, thing{pipe: p, write: i == 1})
		}
		return outcome{}
	})
}

func makeOpen(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	name := c.arg(0).Text
	flags, f := c.num(1)
	if f != nil || c.arg(0).Kind != Text {
		return nil, failf("a name and flags in open()", "%s", c.arg(0))
	}
	return now(func(x *host.Ctx) outcome {
		for i := range r.files {
			if r.files[i].name == name {
				fl := r.files[i]
				return outcome{ret: -2, open: true, thing: thing{file: &fl}}
			}
		}
		switch {
		case name == "/dev/zero":
			return outcome{ret: -2, open: true, thing: thing{file: &file{name, -1, 0}}}
		case name == "/dev/null":
			return outcome{ret: -2, open: true, thing: thing{file: &file{name, 0, 0}}}
		case r.cfg.Read != nil && flags&consts["O_CREAT"] == 0:
			if b, err := r.cfg.Read(name); err == nil {
				return outcome{ret: -2, open: true, thing: thing{file: &file{name, int64(len(b)), 0}}}
			}
		}
		return errnoOnly(tcp.ENOENT)
	})
}

// makeSplice moves data between a pipe and a socket.
func makeSplice(r *runner, c *Call, b *blocked) (attempt, *failure) {
	if f := c.need(6); f != nil {
		return nil, f
	}
	size, f := c.num(4)
	if f != nil {
		return nil, f
	}
	flags, _ := c.arg(5).number()
	dont := flags&consts["SPLICE_F_NONBLOCK"] != 0
	in, out := r.thingOf(c.arg(0)), r.thingOf(c.arg(2))
	switch {
	case in.pipe != nil && out.pipe == nil && !out.is():
		n := min(size, in.pipe.bytes)
		if n == 0 {
			return now(func(x *host.Ctx) outcome {
				if in.pipe.noWriter || size == 0 {
					return outcome{}
				}
				return errnoOnly(tcp.EAGAIN)
			})
		}
		more := tcp.WriteFlags(0)
		if flags&consts["SPLICE_F_MORE"] != 0 {
			more = tcp.WriteMore
		}
		try := r.sendAll(c.arg(2), &buffer{size: n}, more, dont, &sending{stamping: -1})
		p := in.pipe
		return func(x *host.Ctx) (outcome, bool) {
			o, over := try(x)
			p.bytes -= max(o.ret, 0)
			return o, over
		}, nil
	case out.pipe != nil && !in.is():
		return r.spliceIn(c, out.pipe, size), nil
	}
	return now(func(x *host.Ctx) outcome { return errnoOnly(tcp.EINVAL) })
}

// spliceIn moves what a socket has into a pipe (tcp_splice_read). Whether it
// waits is the socket's affair: SPLICE_F_NONBLOCK is about the pipe.
func (r *runner) spliceIn(c *Call, p *pipe, size int64) attempt {
	return func(x *host.Ctx) (outcome, bool) {
		fd := r.fd(c.arg(0))
		if fd < 0 {
			return errnoOnly(tcp.EBADF), true
		}
		n := min(size, pipeRoom-p.bytes)
		if n <= 0 {
			return errnoOnly(tcp.EAGAIN), true
		}
		data, err := r.h.Recv(x, fd, int(n), false)
		if err == tcp.EAGAIN && r.waits(fd, false) {
			return outcome{}, false
		}
		p.bytes += int64(len(data))
		return outcome{ret: int64(len(data)), errno: err}, true
	}
}

// makeSendfile writes a part of a file to a socket.
func makeSendfile(r *runner, c *Call, b *blocked) (attempt, *failure) {
	size, f := c.num(3)
	if f != nil {
		return nil, f
	}
	from := r.thingOf(c.arg(1)).file
	if from == nil {
		return now(func(x *host.Ctx) outcome {
			if r.thingOf(c.arg(1)).is() || r.fd(c.arg(1)) >= 0 {
				return errnoOnly(tcp.ESPIPE)
			}
			return errnoOnly(tcp.EBADF)
		})
	}
	at, _ := c.arg(2).number()
	if from.size >= 0 {
		size = min(size, max(from.size-at, 0))
	}
	if size == 0 {
		return now(func(x *host.Ctx) outcome { return outcome{} })
	}
	return r.sendAll(c.arg(0), &buffer{size: size}, 0, false, &sending{stamping: -1}), nil
}

// makeCapSet gives a capability up, or takes it back.
func makeCapSet(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	if f := c.need(3); f != nil {
		return nil, f
	}
	on, f := c.num(2)
	if f != nil {
		return nil, f
	}
	return now(func(x *host.Ctx) outcome {
		if strings.HasSuffix(c.arg(1).Text, "CAP_NET_ADMIN") {
			r.poor = on == 0
		}
		return outcome{}
	})
}

// recvPlain is read() from what is no socket.
func (r *runner) recvPlain(c *Call, b *buffer) outcome {
	t := r.thingOf(c.arg(0))
	switch {
	case !t.is():
		return errnoOnly(tcp.EBADF)
	case c.Name != "read" && c.Name != "readv":
		return errnoOnly(tcp.ENOTSOCK)
	case t.pipe != nil && !t.write:
		n := min(b.size, t.pipe.bytes)
		if n == 0 && !t.pipe.noWriter {
			return errnoOnly(tcp.EAGAIN)
		}
		t.pipe.bytes -= n
		return outcome{ret: n}
	case t.file != nil:
		n := b.size
		if t.file.size >= 0 {
			n = min(n, t.file.size-t.file.at)
		}
		t.file.at += n
		return outcome{ret: n}
	case t.pipe != nil:
		return errnoOnly(tcp.EBADF)
	}
	return errnoOnly(tcp.EINVAL)
}

// sendPlain is write() to what is no socket.
func (r *runner) sendPlain(to *Expr, b *buffer) outcome {
	t := r.thingOf(to)
	switch {
	case t.pipe != nil && t.write:
		if t.pipe.noReader {
			return errnoOnly(tcp.EPIPE)
		}
		n := min(b.size, pipeRoom-t.pipe.bytes)
		if n == 0 {
			return errnoOnly(tcp.EAGAIN)
		}
		t.pipe.bytes += n
		return outcome{ret: n}
	case t.epoll != nil:
		return errnoOnly(tcp.EINVAL)
	}
	return errnoOnly(tcp.EBADF)
}
