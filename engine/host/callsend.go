package host

import (
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Send is write(2), writev(2), send(2), sendto(2) and sendmsg(2).
type Send struct {
	FD       int32
	Size     int64
	Text     string // the beginning of the data; what follows is a known pattern
	Flags    int64  // MSG_*
	Plain    bool   // write() or writev(): any file will do
	Null     bool   // the memory is at address 0
	To       wire.Endpoint
	Unspec   bool  // the address is of family AF_UNSPEC
	Stamps   int64 // SO_TIMESTAMPING for this call alone, when Stamping
	Stamping bool
}

func (c *Send) do(h *Host, x *Ctx, w *Wait) (Done, bool) {
	f, s, err := h.socket(x, c.FD)
	switch {
	case err == tcp.ENOTSOCK && c.Plain:
		return h.writeFile(f, w, c.Size)
	case err != tcp.OK:
		return failed(err)
	}
	if w.moved == 0 && !w.fast {
		w.zero = zeroSend{from: s.SndMax, tail: len(s.Wq) > 0}
	}
	dont := f.NonBlock || c.Flags&MsgDontwait != 0
	if c.Flags&MsgFastopen != 0 || s.FODefer || w.fast {
		if d, over, does := c.fast(h, x, f, s, w, dont); does {
			return d, over
		}
	}
	if w.moved > 0 && w.moved >= c.Size {
		return gave(w.moved) // all of it has gone with the SYN
	}
	if c.Null && c.Size > 0 && (s.State == tcp.Established || s.State == tcp.CloseWait) && s.WMem < s.SndBuf {
		return failed(tcp.EFAULT)
	}
	err = c.pieces(h, x, s, w)
	switch {
	case w.moved >= c.Size && (err == tcp.OK || w.moved > 0):
		return gave(w.moved)
	case (err == tcp.EAGAIN || err == tcp.OK) && !dont && !w.expired(x):
		x.When(writeWait, trace.Lt("sk_wmem_queued", s.WMem, "sk_sndbuf", s.SndBuf).In(trace.UnitBytes))
		return w.wait(x, forRoom, s.ID, h.timeout(s.ID, "SO_SNDTIMEO"))
	case w.moved > 0:
		return gave(w.moved)
	}
	return failed(err)
}

// pieces hands over as much as there is room for.
func (c *Send) pieces(h *Host, x *Ctx, s *tcp.Conn, w *Wait) (err tcp.Errno) {
	var f tcp.WriteFlags
	for _, k := range [...]struct {
		msg int64
		f   tcp.WriteFlags
	}{{MsgMore, tcp.WriteMore}, {MsgEOR, tcp.WriteEOR}, {MsgOOB, tcp.WriteOOB}} {
		if c.Flags&k.msg != 0 {
			f |= k.f
		}
	}
	for {
		data := c.payload(w.moved)
		n := 0
		n, err = s.Write(&x.Ctx, data, f|piece(w.moved, len(data), c.Size))
		if w.moved += int64(n); n > 0 {
			h.wrote(s, c, w)
		}
		if err != tcp.OK || n == 0 || w.moved >= c.Size {
			return err
		}
	}
}

// piece says which part of a write a piece of n bytes is.
func piece(done int64, n int, total int64) (f tcp.WriteFlags) {
	if done > 0 {
		f = tcp.WriteGoes
	}
	if done+int64(n) < total {
		f |= tcp.WriteRest
	}
	return f
}

// payload is the next piece of what the call sends.
func (c *Send) payload(done int64) string {
	left := c.Size - done
	if done < int64(len(c.Text)) {
		s := c.Text[done:]
		return s[:min(int64(len(s)), left)]
	}
	return wire.Pattern(uint64(done), int(min(left, wire.PatternMax)))
}

func (h *Host) canWrite(w *Wait) bool {
	c := h.Conn(w.On)
	switch c.State {
	case tcp.Established, tcp.CloseWait, tcp.SynSent, tcp.SynRecv:
		return c.Writable(&h.Sys)
	}
	return true
}

// fast is the part of a write that Fast Open does: the SYN leaves with as much of the
// data as it takes (tcp_sendmsg_fastopen). does is false when the write goes on as
// any other does.
func (c *Send) fast(h *Host, x *Ctx, f *File, s *tcp.Conn, w *Wait, dont bool) (d Done, over, does bool) {
	if w.fast {
		if undecided(s) {
			if w.expired(x) {
				return Done{N: w.moved, Errno: w.lateIf(w.moved == 0)}, true, true
			}
			return d, false, true
		}
		w.fast = false
		err := h.connected(x, f, s)
		return Done{Errno: err}, true, err != tcp.OK
	}
	err := c.open(h, x, f, s, w)
	switch {
	case err == tcp.OK:
		return d, false, false
	case err != tcp.EINPROGRESS, dont && w.moved == 0:
		return Done{Errno: err}, true, true
	case dont:
		return Done{N: w.moved}, true, true
	}
	defer x.Enter(connectWait)()
	s.WritePending = w.moved < c.Size
	w.fast, w.late = true, tcp.EINPROGRESS
	d, over = w.wait(x, forConnect, s.ID, h.timeout(s.ID, "SO_SNDTIMEO"))
	return d, over, true
}

func (w *Wait) lateIf(nothing bool) tcp.Errno {
	if nothing {
		return w.late
	}
	return tcp.OK
}

// open lets the SYN of a first write leave. EINPROGRESS: it has; OK: the connection
// is there already.
func (c *Send) open(h *Host, x *Ctx, f *File, s *tcp.Conn, w *Wait) tcp.Errno {
	switch {
	case x.Sys.FastOpen&tcp.FastOpenClient == 0, c.Unspec && c.Flags&MsgFastopen != 0:
		return tcp.EOPNOTSUPP
	case s.FODefer:
		return c.synData(h, x, f, s, w, s.ISS)
	case f.Connecting && undecided(s):
		return tcp.EALREADY
	case f.Connecting:
		return h.connected(x, f, s)
	case s.State == tcp.Listen:
		return tcp.EISCONN
	}
	iss, err := h.choose(x, s, c.To)
	if err != tcp.OK {
		return err
	}
	return c.synData(h, x, f, s, w, iss)
}

func (c *Send) synData(h *Host, x *Ctx, f *File, s *tcp.Conn, w *Wait, iss wire.Seq) tcp.Errno {
	f.Connecting = true
	w.moved = int64(s.ConnectFast(&x.Ctx, iss, c.payload(0)))
	if w.moved > 0 {
		h.wrote(s, c, w)
	}
	return tcp.EINPROGRESS
}
