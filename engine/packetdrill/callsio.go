package packetdrill

import (
	"wirestep/engine/host"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// buffer is the memory that a call reads or writes.
type buffer struct {
	size  int64
	text  string // the beginning of it, when the script says
	exact bool
	null  bool // the null pointer
}

// buffers reads the memory of read(), recvmsg() and the like, and the flags.
func (c *Call) buffers() (b buffer, flags int64, msg *Expr, fail *failure) {
	switch c.Name {
	case "readv", "writev":
		return iovec(c.arg(1)), 0, nil, c.need(3)
	case "recvmsg", "sendmsg":
		msg = c.arg(1)
		if msg.Kind != Struct {
			return b, 0, nil, failf("a message as argument 2 of "+c.Name+"()", "%s", msg)
		}
		if iov := msg.field("msg_iov", -1); iov != nil {
			b = iovec(iov)
		}
		flags, fail = c.num(2)
		return b, flags, msg, fail
	}
	if b.size, fail = c.num(2); fail != nil {
		return b, 0, nil, fail
	}
	b.take(c.arg(1))
	if len(c.Args) > 3 {
		flags, fail = c.num(3)
	}
	return b, flags, nil, fail
}

func iovec(e *Expr) buffer {
	var b buffer
	for _, v := range e.List {
		if v.Kind != Struct || len(v.List) < 2 {
			continue
		}
		n, _ := v.List[len(v.List)-1].number()
		b.size += n
		b.take(v.List[0])
	}
	return b
}

// take reads what a script says of some memory.
func (b *buffer) take(e *Expr) {
	switch e.Kind {
	case Text:
		b.text += e.Text
		b.exact = true
	case Number, Word:
		n, is := e.number()
		b.null = is && n == 0 // NULL is 0
	}
}

// maxBuffer limits what one call may carry.
const maxBuffer = 64 << 20

func (b *buffer) bad(c *Call) *failure {
	if b.size < 0 || b.size > maxBuffer {
		return failf("a length of at most 64 MiB for "+c.Name+"()", "%d", b.size)
	}
	return nil
}

func makeRecv(r *runner, c *Call, b *blocked) (attempt, *failure) {
	buf, flags, msg, f := c.buffers()
	if f == nil {
		f = buf.bad(c)
	}
	if f != nil {
		return nil, f
	}
	if flags&(consts["MSG_ERRQUEUE"]|consts["MSG_OOB"]) != 0 {
		return now(func(x *host.Ctx) outcome {
			_, conn := r.h.FD(r.fd(c.arg(0)))
			switch {
			case conn == nil:
				return errnoOnly(r.noSocket(c.arg(0)))
			case flags&consts["MSG_ERRQUEUE"] != 0:
				return r.recvErr(conn, &buf, msg)
			}
			data, err := r.h.RecvUrgent(x, r.fd(c.arg(0)), flags&consts["MSG_PEEK"] != 0)
			return outcome{ret: min(int64(len(data)), buf.size), errno: err}
		})
	}
	peek, all, dont := flags&consts["MSG_PEEK"] != 0, flags&consts["MSG_WAITALL"] != 0, flags&consts["MSG_DONTWAIT"] != 0
	got, again := "", false
	return func(x *host.Ctx) (outcome, bool) {
		fd := r.fd(c.arg(0))
		if _, conn := r.h.FD(fd); again && conn != nil && !conn.Wakes() {
			return outcome{}, false
		}
		again = true
		if s, _ := r.h.FD(fd); s == nil {
			return r.recvPlain(c, &buf), true
		}
		if buf.size == 0 && (c.Name == "read" || c.Name == "readv") {
			return outcome{}, true // the file system asks nobody
		}
		nowhere := buf.null && flags&consts["MSG_TRUNC"] == 0 // MSG_TRUNC: it is thrown away
		data, err := r.h.Recv(x, fd, int(buf.size)-len(got), peek || nowhere)
		if nowhere && data != "" {
			return errnoOnly(tcp.EFAULT), true
		}
		got += data
		waits := r.waits(fd, dont)
		_, conn := r.h.FD(fd)
		over := got != "" && (conn.Err != tcp.OK || conn.State == tcp.Closed || conn.Shut&1 != 0 || conn.RcvFin)
		short := waits && !over && len(got) < conn.ReadTarget(int(buf.size), all)
		if short && (err == tcp.EAGAIN || err == tcp.OK && data != "" && !peek) {
			return outcome{}, false
		}
		if got != "" {
			err = tcp.OK
		}
		return outcome{ret: int64(len(got)), errno: err, wrong: r.received(fd, msg, err)}, true
	}, nil
}

// received compares what a call wrote beside the data. The data itself comes from
// the script, which gives it no content.
func (r *runner) received(fd int32, msg *Expr, err tcp.Errno) *failure {
	if msg == nil || err != tcp.OK {
		return nil
	}
	var got []Control
	if r.has(fd, "TCP_INQ") {
		_, conn := r.h.FD(fd)
		left := conn.InQ()
		if left == 0 && conn.RcvFin {
			left = 1 // Linux: the end of the data is worth a byte
		}
		got = append(got, Control{Level: consts["SOL_TCP"], Type: consts["TCP_CM_INQ"], Num: left})
	}
	return r.delivered(msg, 0, got)
}

func makeSend(r *runner, c *Call, b *blocked) (attempt, *failure) {
	buf, flags, msg, f := c.buffers()
	if f == nil {
		f = buf.bad(c)
	}
	if f != nil {
		return nil, f
	}
	more, dont := tcp.WriteFlags(0), flags&consts["MSG_DONTWAIT"] != 0
	if flags&consts["MSG_MORE"] != 0 {
		more = tcp.WriteMore
	}
	if flags&consts["MSG_EOR"] != 0 {
		more |= tcp.WriteEOR
	}
	if flags&consts["MSG_OOB"] != 0 {
		more |= tcp.WriteOOB
	}
	fast, f := r.makeFast(c, flags)
	if f != nil {
		return nil, f
	}
	s := sending{socketsOnly: aboutSockets[c.Name], zerocopy: flags&consts["MSG_ZEROCOPY"] != 0, stamping: stampsAsked(msg), fast: *fast}
	return r.sendAll(c.arg(0), &buf, more, dont, &s), nil
}

// sendAll writes memory to a socket, and waits for room if it may.
func (r *runner) sendAll(to *Expr, buf *buffer, more tcp.WriteFlags, dont bool, s *sending) attempt {
	done, waited := int64(0), false
	return func(x *host.Ctx) (outcome, bool) {
		fd := r.fd(to)
		_, conn := r.h.FD(fd)
		if conn == nil {
			if s.socketsOnly {
				return errnoOnly(tcp.EBADF), true // or ENOTSOCK, if it is open
			}
			return r.sendPlain(to, buf), true
		}
		if o, over, does := s.fast.try(r, x, fd, &done, *buf, dont); does {
			return o, over
		}
		if waited && (conn.State == tcp.Established || conn.State == tcp.CloseWait) && conn.Err == tcp.OK && !conn.Writable(&r.h.Sys) {
			return outcome{}, false // a writer is woken when a third of the room is free (sk_stream_is_writeable)
		}
		if done == 0 {
			s.from, s.tail = conn.SndMax, len(conn.Wq) > 0
		}
		if buf.null && buf.size > 0 && conn.State == tcp.Established && conn.WMem < conn.SndBuf {
			return errnoOnly(tcp.EFAULT), true
		}
		var err tcp.Errno
		for {
			var n int
			data := payload(*buf, done)
			n, err = r.h.Send(x, fd, data, more|host.Piece(done, len(data), buf.size))
			if done += int64(n); n > 0 {
				r.wrote(fd, conn, s)
			}
			if err != tcp.OK || n == 0 || done >= buf.size {
				break
			}
		}
		if done < buf.size && (err == tcp.EAGAIN || err == tcp.OK) && r.waits(fd, dont) {
			waited = true
			return outcome{}, false
		}
		if done > 0 {
			return outcome{ret: done}, true
		}
		return errnoOnly(err), true
	}
}

// stampsAsked is SO_TIMESTAMPING for one call, as a control message asks for it.
func stampsAsked(msg *Expr) int64 {
	if msg == nil {
		return -1
	}
	for _, m := range Controls(msg) {
		typ := m.field("cmsg_type", 1)
		if n, ok := typ.number(); ok && n == consts["SO_TIMESTAMPING"] {
			if v, ok := m.field("cmsg_data", 2).number(); ok {
				return v
			}
		}
	}
	return -1
}

// payload is the next piece of what a call sends.
func payload(b buffer, done int64) string {
	left := b.size - done
	if b.exact && done < int64(len(b.text)) {
		s := b.text[done:]
		return s[:min(int64(len(s)), left)]
	}
	return wire.Pattern(uint64(done), int(min(left, wire.PatternMax)))
}
