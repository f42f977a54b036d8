package tcp

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Urgency is the urgent byte.
type Urgency struct {
	UrgSeq    wire.Seq // urg_seq [seq:rcv]: where the urgent byte is.
	UrgState  uint8    // urg_data [state]: 0 none, 1 announced, 2 here, 3 read.
	UrgByte   uint8    // urgent byte [count]: what it is.
	OOBInline bool     // SO_OOBINLINE [bool]: the urgent byte stays in the stream.
}

// States of the urgent byte (urg_data).
const (
	urgNone  = 0
	urgYet   = 1 // announced, not here
	urgHere  = 2
	urgTaken = 3 // read out of band
)

var urgTake = trace.Declare(trace.Rule{
	ID: "urgent.pointer",
	Says: "URG: the sender points at a byte that its application calls urgent. Linux takes that one byte out of the stream, " +
		"for recv() with MSG_OOB, and a normal read stops before its place.",
	RFC:     trace.Cites("RFC 9293 §3.8.5", "RFC 6093 §3"),
	Linux:   "tcp_check_urg",
	Differs: "RFC 9293 knows urgent data, not an urgent byte, and its pointer names the last byte of it; Linux, like BSD, takes the byte before unless tcp_stdurg is on.",
})

// checkUrgent is the sixth step: the URG bit (tcp_urg, tcp_check_urg).
func (c *Conn) checkUrgent(x *Ctx, s *wire.Segment) {
	if s.Flags.Has(wire.URG) {
		c.urgentPointer(x, s)
	}
	if c.UrgState != urgYet {
		return
	}
	at := uint32(c.UrgSeq - s.Seq)
	if s.Flags.Has(wire.SYN) {
		at--
	}
	if at < uint32(len(s.Payload)) {
		defer x.Enter(urgTake)()
		c.UrgState, c.UrgByte = urgHere, s.Payload[at]
	}
}

func (c *Conn) urgentPointer(x *Ctx, s *wire.Segment) {
	at := s.Seq + wire.Seq(s.Urg)
	if s.Urg > 0 && !x.Sys.Stdurg {
		at--
	}
	if c.Copied.After(at) || at.Before(c.RcvNxt) || c.UrgState != urgNone && !at.After(c.UrgSeq) {
		return
	}
	defer x.Enter(urgTake)()
	if c.UrgState != urgNone && c.UrgSeq == c.Copied && !c.OOBInline && c.Copied != c.RcvNxt {
		c.skipUrgent() // Linux: the last urgent byte, which nobody has read past, goes first
	}
	c.UrgState, c.UrgSeq = urgYet, at
	c.FastPath = false
}

// skipUrgent moves a reader over the urgent byte at the head of the queue.
func (c *Conn) skipUrgent() {
	c.Copied++
	if len(c.Rcv) == 0 || len(c.Rcv[0].Data) == 0 {
		return
	}
	c.InQueue--
	k := &c.Rcv[0]
	k.Data, k.Seq, k.Cut = k.Data[1:], k.Seq+1, true
	if !c.Copied.Before(k.End) {
		c.eat(&c.Buffers, &c.RecvSeq)
	}
}

var urgRead = trace.Declare(trace.Rule{
	ID:    "call.read-urgent",
	Says:  "recv() with MSG_OOB takes the one urgent byte, wherever the reader is in the stream. It never waits.",
	RFC:   trace.Cites("RFC 9293 §3.9.1", "RFC 6093 §3"),
	Linux: "tcp_recv_urg",
})

// ReadUrgent is recv() with MSG_OOB (tcp_recv_urg).
func (t *TCB) ReadUrgent(x *Ctx, peek bool) (string, Errno) {
	switch {
	case t.State == Listen:
		return "", ENOTCONN
	case t.OOBInline || t.UrgState == urgNone || t.UrgState == urgTaken:
		return "", EINVAL
	case t.State == Closed && !t.RcvFin:
		return "", ENOTCONN
	case t.UrgState == urgHere:
		if !peek {
			defer x.Enter(urgRead)()
			t.UrgState = urgTaken
		}
		return string([]byte{t.UrgByte}), OK
	case t.State == Closed || t.Shut&shutRead != 0:
		return "", OK
	}
	return "", EAGAIN
}

// AtMark is SIOCATMARK: the next byte to be read is the urgent one.
func (t *TCB) AtMark() bool { return t.UrgState != urgNone && t.UrgSeq == t.Copied }

// Urgent reports whether an urgent byte waits: POLLPRI.
func (u *Urgency) Urgent() bool { return u.UrgState == urgHere }

// InQ is what SIOCINQ tells: bytes in order that nobody has read, up to the urgent one
// (tcp_inq).
func (t *TCB) InQ() int64 {
	n := t.RcvNxt.Minus(t.Copied)
	if u := t.UrgSeq; t.State != SynSent && t.State != SynRecv && !t.OOBInline && t.UrgState != urgNone && !u.Before(t.Copied) && u.Before(t.RcvNxt) {
		return int64(u.Minus(t.Copied))
	}
	if t.State == SynSent || t.State == SynRecv {
		return 0
	}
	if n > 0 && t.RcvFin {
		n--
	}
	return int64(n)
}

// markUrgent points at the end of urgent data that is not acknowledged yet
// (__tcp_transmit_skb). The pointer reaches 64 KiB.
func (q *SendSeq) markUrgent(s *wire.Segment) {
	switch {
	case q.SndUp == q.SndUna || !q.SndUp.After(s.Seq):
	case q.SndUp.Minus(s.Seq) < 0x10000:
		s.Flags |= wire.URG
		s.Urg = uint16(q.SndUp - s.Seq)
	case (s.Seq + 0xffff).After(q.SndNxt):
		s.Flags |= wire.URG
		s.Urg = 0xffff
	}
}
