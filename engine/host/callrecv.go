package host

import (
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
)

// Recv is read(2), readv(2), recv(2), recvfrom(2) and recvmsg(2).
type Recv struct {
	FD    int32
	Size  int64 // of all the memory
	Flags int64 // MSG_*
	Plain bool  // read() or readv(): any file will do
	Null  bool  // the memory is at address 0
	Msg   bool  // recvmsg(): control messages are taken
}

func (c *Recv) do(h *Host, x *Ctx, w *Wait) (Done, bool) {
	f, s, err := h.socket(x, c.FD)
	switch {
	case err == tcp.ENOTSOCK && c.Plain:
		return h.readFile(f, w, c.Size)
	case err != tcp.OK:
		return failed(err)
	case c.Flags&MsgErrqueue != 0:
		return h.recvError(s, c.Size)
	case c.Flags&MsgOOB != 0:
		data, err := s.ReadUrgent(&x.Ctx, c.Flags&MsgPeek != 0)
		data = data[:min(int64(len(data)), c.Size)]
		return Done{N: int64(len(data)), Errno: err, Text: data}, true
	case c.Plain && c.Size == 0:
		return gave(0) // the file system asks nobody
	}
	return c.stream(h, x, f, s, w)
}

// stream reads from the receive queue, as much as the caller waits for (tcp_recvmsg).
func (c *Recv) stream(h *Host, x *Ctx, f *File, s *tcp.Conn, w *Wait) (Done, bool) {
	peek := c.Flags&MsgPeek != 0
	nowhere := c.Null && c.Flags&MsgTrunc == 0 // MSG_TRUNC: it is thrown away
	if peek {
		w.got = ""
	}
	data, err := s.Read(&x.Ctx, int(c.Size)-len(w.got), peek || nowhere)
	if nowhere && data != "" {
		return failed(tcp.EFAULT)
	}
	w.got += data
	got, have := w.got, len(w.got)
	over := have > 0 && (s.Err != tcp.OK || s.State == tcp.Closed || s.Shut&1 != 0 || s.RcvFin)
	ends := err != tcp.EAGAIN && data == "" && have == 0
	if !over && !ends && have < s.ReadTarget(int(c.Size), c.Flags&MsgWaitall != 0) && !f.NonBlock && c.Flags&MsgDontwait == 0 && !w.expired(x) {
		x.When(readWait, trace.Gt("receive queue", s.InQueue, "none", 0).In(trace.UnitBytes))
		if w.seen = 0; peek {
			w.seen = uint32(have)
		}
		return w.wait(x, forData, s.ID, h.timeout(s.ID, "SO_RCVTIMEO"))
	}
	if have > 0 {
		err = tcp.OK
	}
	d := Done{N: int64(have), Errno: err, Text: got, reads: c}
	if err != tcp.OK {
		return d, true
	}
	if have == 0 && c.Size > 0 {
		x.When(readEOF, trace.Is("FIN received", s.RcvFin))
		defer x.Enter(readEOF)()
		d, _ = d.under(x)
		d.read = readEnd
	} else if !peek {
		d.read = readData
	}
	if c.Msg {
		d.Controls = h.inqMessage(s)
	}
	return d, true
}

func (h *Host) canRead(w *Wait) bool {
	c := h.Conn(w.On)
	return c.Wakes() && (c.InQueue > w.seen || c.Err != tcp.OK || c.RcvFin || c.State == tcp.Closed || c.Shut&1 != 0)
}

// timeout is how long a call may wait by an option of the socket; 0: for ever.
func (h *Host) timeout(id sim.SubjectID, option string) sim.Duration {
	if len(h.kept) == 0 {
		return 0
	}
	n, _ := h.keptValue(id, option)
	return sim.Duration(n)
}
