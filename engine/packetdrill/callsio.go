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
	if a := c.arg(1); a.Kind == Text {
		b.text, b.exact = a.Text, true
	}
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
		if t := v.List[0]; t.Kind == Text {
			b.text += t.Text
			b.exact = true
		}
	}
	return b
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
			if flags&consts["MSG_OOB"] != 0 {
				return errnoOnly(tcp.EINVAL)
			}
			return errnoOnly(tcp.EAGAIN)
		})
	}
	peek, all, dont := flags&consts["MSG_PEEK"] != 0, flags&consts["MSG_WAITALL"] != 0, flags&consts["MSG_DONTWAIT"] != 0
	got := ""
	return func(x *host.Ctx) (outcome, bool) {
		fd := r.fd(c.arg(0))
		data, err := r.h.Recv(x, fd, int(buf.size)-len(got), peek)
		got += data
		waits := r.waits(fd, dont)
		if err == tcp.EAGAIN && waits && (got == "" || all) {
			return outcome{}, false
		}
		if all && !peek && waits && err == tcp.OK && data != "" && len(got) < int(buf.size) {
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
	if f := msg.field("msg_flags", -1); f != nil {
		if n, ok := f.number(); ok && n != 0 {
			return failf("msg_flags="+f.String(), "0")
		}
	}
	m := msg.field("msg_control", -1)
	if m == nil {
		return nil
	}
	for _, cm := range m.List {
		typ, data := cm.field("cmsg_type", 1), cm.field("cmsg_data", 2)
		if !r.inq || typ == nil || data == nil || typ.Text != "TCP_CM_INQ" && typ.Text != "TCP_INQ" {
			return failf("the control message "+cm.String(), "none of its kind")
		}
		_, conn := r.h.FD(fd)
		left := int64(conn.Readable())
		if left == 0 && conn.RcvFin {
			left = 1 // Linux: the end of the data is worth a byte
		}
		if n, ok := data.number(); ok && n != left {
			return failf("TCP_CM_INQ "+itoa(int(n)), "%d", left)
		}
	}
	return nil
}

func makeSend(r *runner, c *Call, b *blocked) (attempt, *failure) {
	buf, flags, _, f := c.buffers()
	if f == nil {
		f = buf.bad(c)
	}
	if f != nil {
		return nil, f
	}
	if flags&(consts["MSG_OOB"]) != 0 {
		return nil, failf("flags that are modelled", "MSG_OOB")
	}
	more, dont := tcp.WriteFlags(0), flags&consts["MSG_DONTWAIT"] != 0
	if flags&consts["MSG_MORE"] != 0 {
		more = tcp.WriteMore
	}
	done := int64(0)
	return func(x *host.Ctx) (outcome, bool) {
		fd := r.fd(c.arg(0))
		var err tcp.Errno
		for {
			var n int
			data := payload(buf, done)
			n, err = r.h.Send(x, fd, data, more|host.Piece(done, len(data), buf.size))
			done += int64(n)
			if err != tcp.OK || n == 0 || done >= buf.size {
				break
			}
		}
		if done < buf.size && (err == tcp.EAGAIN || err == tcp.OK) && r.waits(fd, dont) {
			return outcome{}, false
		}
		if done > 0 {
			return outcome{ret: done}, true
		}
		return errnoOnly(err), true
	}, nil
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
