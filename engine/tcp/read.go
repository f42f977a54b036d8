package tcp

import (
	"strings"

	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var callRead = trace.Declare(trace.Rule{
	ID:    "call.read",
	Says:  "The application takes bytes out of the receive queue. That makes room, and room may be worth telling the peer.",
	RFC:   trace.Cites("RFC 9293 §3.10.3"),
	Linux: "tcp_recvmsg",
})

var readUpdate = trace.Declare(trace.Rule{
	ID:    "window.update-sent",
	Says:  "Reading has made so much room that the window can open by a worthwhile step: an ACK says so without waiting.",
	RFC:   trace.Cites("RFC 9293 §3.8.6.2.2"),
	Linux: "__tcp_cleanup_rbuf",
})

// Read takes up to n bytes (tcp_recvmsg). With nothing to read it returns EAGAIN,
// or the pending error, or an empty string and OK for end of file.
func (c *Conn) Read(x *Ctx, n int, peek bool) (string, Errno) {
	data := ""
	if len(c.Rcv) > 0 {
		if !peek {
			defer x.Enter(callRead)()
		}
		data = c.walkRcv(x, n, peek)
		if !peek {
			c.cleanupRcv(x, len(data))
		}
	}
	switch {
	case data != "":
		return data, OK
	case c.RcvFin: // Linux: SOCK_DONE; an error after the end of the data waits for a write
		return "", OK
	case c.Err != OK:
		return "", c.takeErr(x)
	case c.Shut&shutRead != 0:
		return "", OK
	case c.State == Closed || c.State == Listen:
		return "", ENOTCONN
	}
	return "", EAGAIN
}

// walkRcv reads up to n bytes of the receive queue (tcp_recvmsg_locked). A buffer that
// is read as a whole is handed out as it came. A read that comes to the FIN takes it
// along, if the FIN shares a buffer with data or there is room to spare. It stops
// before the urgent byte, and steps over that when it begins there.
func (c *Conn) walkRcv(x *Ctx, n int, peek bool) string {
	var out joiner
	seq, i := c.Copied, 0
	for n > 0 && i < len(c.Rcv) {
		if c.UrgState != urgNone && c.UrgSeq == seq && out.n > 0 {
			break
		}
		k := &c.Rcv[i]
		off := int(seq - k.Seq)
		m, skip := min(len(k.Data)-off, n), 0
		if d := uint32(c.UrgSeq - seq); c.UrgState != urgNone && d < uint32(m) {
			if d > 0 {
				m = int(d)
			} else if !c.OOBInline {
				skip, m = 1, m-1
			}
		}
		off += skip
		out.add(k.Data[off:off+m], min(n, int(c.InQueue)))
		n, off = n-m, off+m
		seq += wire.Seq(skip + m)
		whole := off == len(k.Data)
		if !peek {
			c.Copied = seq
			c.InQueue -= uint32(skip + m)
		}
		if m > 0 { // of a look (MSG_PEEK) as well
			c.tuneRcvBuf(x, &c.Buffers, &c.RecvSeq)
		}
		if c.UrgState != urgNone && c.Copied.After(c.UrgSeq) {
			c.UrgState = urgNone
			c.checkFastPath(c.Ofo)
		}
		fin := k.FIN
		switch {
		case peek && whole:
			i++
		case !peek && whole:
			c.eat(&c.Buffers, &c.RecvSeq)
		case !peek:
			k.Data, k.Seq, k.Cut = k.Data[off:], seq, true
		}
		if whole && fin {
			break
		}
	}
	return out.String()
}

// joiner puts pieces together; a single one stays what it is.
type joiner struct {
	first string
	b     strings.Builder
	n     int
}

func (j *joiner) add(piece string, most int) {
	switch {
	case piece == "":
	case j.n == 0:
		j.first = piece
	default:
		if j.b.Len() == 0 {
			j.b.Grow(most + len(j.first))
			j.b.WriteString(j.first)
		}
		j.b.WriteString(piece)
	}
	j.n += len(piece)
}

func (j *joiner) String() string {
	if j.b.Len() > 0 {
		return j.b.String()
	}
	return j.first
}

// ReadTarget is how much a blocking read of n bytes waits for (sock_rcvlowat).
func (c *Conn) ReadTarget(n int, all bool) int {
	if all {
		return n
	}
	return max(min(int(c.lowat()), n), 1)
}

func (t *TCB) lowat() uint32 { return max(t.RcvLowat, 1) }

// ReadReady reports whether a reader that waits is woken: so much is there as
// SO_RCVLOWAT asks, or no more can come (tcp_epollin_ready).
func (c *Conn) ReadReady() bool {
	have, want := c.RcvNxt.Minus(c.Copied), int32(c.lowat())
	if c.AtMark() && !c.OOBInline {
		want++
	}
	if have <= 0 {
		return false
	}
	return have >= want || c.RMem > c.RcvBuf-c.RcvBuf>>3 || c.receiveWindow() <= uint32(c.RcvMSS)
}

// Wakes reports whether a blocked reader has something to look at.
func (c *Conn) Wakes() bool {
	return c.ReadReady() || c.Err != OK || c.RcvFin || c.State == Closed || c.Shut&shutRead != 0
}

// SetRcvLowat is SO_RCVLOWAT: the buffer has to be able to hold so much
// (tcp_set_rcvlowat).
func (t *TCB) SetRcvLowat(x *Ctx, n int64) {
	if n < 0 {
		n = 1<<31 - 1
	}
	most := x.Sys.RMem[2] >> 1
	if t.RcvBufLock {
		most = t.RcvBuf >> 1
	}
	t.RcvLowat = uint32(max(min(n, int64(most)), 1))
	if t.RcvBufLock {
		return
	}
	val := uint32(min(n, int64(most)))
	if space := val << 8 / uint32(t.Scaling); space > t.RcvBuf {
		t.RcvBuf = space
		if t.WindowClamp > 0 && val > t.WindowClamp {
			t.WindowClamp = val
		}
	}
}

// eat takes the first buffer off the receive queue. It reports whether it held the
// FIN, which counts as read then.
func (q *RecvQueue) eat(b *Buffers, s *RecvSeq) (fin bool) {
	k := &q.Rcv[0]
	b.uncharge(k.Cost)
	if fin = k.FIN; fin {
		s.Copied = k.End
	}
	q.Rcv = pop(q.Rcv)
	return fin
}

// cleanupRcv decides after a read whether the peer should hear of it at once
// (__tcp_cleanup_rbuf).
func (c *Conn) cleanupRcv(x *Ctx, copied int) {
	now := false
	if c.AckPending&ackSched != 0 {
		due := uint32(c.RcvNxt - c.RcvWup)
		if due > uint32(c.RcvMSS) ||
			(copied > 0 && (c.AckPending&ackPushed2 != 0 || (c.AckPending&ackPushed != 0 && !c.inPingpong(x))) && c.RMem == 0) {
			now = true
		}
	}
	if copied > 0 && !now && c.Shut&shutRead == 0 {
		have := c.receiveWindow()
		if 2*have <= c.WindowClamp {
			if next := c.freeWindow(x); next > 0 && next >= 2*have {
				now = true
			}
		}
	}
	if now {
		defer x.Enter(readUpdate)()
		c.sendAck(x)
	}
}
