package tcp

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// WriteFlags say how a piece of a write is to be taken.
type WriteFlags uint8

// A call may hand its bytes over in several pieces.
const (
	WriteMore WriteFlags = 1 << iota // MSG_MORE: the application will write more
	WriteGoes                        // an earlier piece of the same call was taken
	WriteRest                        // more of the same call follows at once
	WriteOOB                         // MSG_OOB: the last byte is urgent
	WriteEOR                         // MSG_EOR: what is written next begins a segment of its own
)

var callWrite = trace.Declare(trace.Rule{
	ID:    "call.write",
	Says:  "The application hands bytes over. They are in the send queue now; when they leave is TCP's business.",
	RFC:   trace.Cites("RFC 9293 §3.10.2"),
	Linux: "tcp_sendmsg",
})

var writeFull = trace.Declare(trace.Rule{
	ID:    "call.write-full",
	Says:  "The send buffer is full: no more is taken until the peer has acknowledged a good part of it.",
	RFC:   trace.Cites("RFC 9293 §3.10.2"),
	Linux: "sk_stream_memory_free",
})

// Write takes as much of data as the send buffer has room for (tcp_sendmsg_locked).
// It returns how many bytes it took; an error only when that is none. A buffer that is
// full leaves while the application still writes.
func (c *Conn) Write(x *Ctx, data string, f WriteFlags) (int, Errno) {
	if c.Err != OK {
		return 0, c.takeErr(x)
	}
	if c.Shut&shutWrite != 0 {
		return 0, EPIPE
	}
	if !c.canSend() {
		if c.State == SynSent || c.State == SynRecv {
			return 0, EAGAIN
		}
		return 0, EPIPE
	}
	defer x.Enter(callWrite)()
	c.rateCheckApp(uint32(c.SndMax-c.SndNxt), uint32(c.MSS))
	mss := c.currentMSS()
	goal := int(c.sizeGoal(x, mss))
	n := 0
	for n < len(data) {
		if !c.gather(x, data, &n, goal, n == 0 && f&WriteGoes == 0) {
			break
		}
		if n == len(data) && f&(WriteRest|WriteEOR) == WriteEOR {
			c.Wq[len(c.Wq)-1].EOR = true
		}
		if n == len(data) && f&WriteRest == 0 || len(c.Wq) == 0 || len(c.Wq[len(c.Wq)-1].Data) < goal {
			continue
		}
		if c.forcedPush() {
			c.markPush(&c.SendSeq)
			c.pushPending(x, mss, pushAll)
		} else if len(c.Wq) == 1 {
			c.writeXmit(x, mss, pushFirst)
		}
	}
	if n < len(data) {
		c.NoSpace = true
		f &^= WriteRest
		if n == 0 && f&WriteGoes == 0 {
			return 0, EAGAIN
		}
	}
	if f&WriteRest == 0 {
		c.push(x, mss, f, n < len(data))
	}
	if n == 0 && len(data) > 0 {
		return 0, EAGAIN
	}
	return n, OK
}

// gather adds bytes to the last unsent buffer until that has so many as are worth one
// packet, or starts a new one where the send buffer has room. first: they are the
// first of a call.
func (c *Conn) gather(x *Ctx, data string, n *int, goal int, first bool) bool {
	last := len(c.Wq) - 1
	if last < 0 || len(c.Wq[last].Data) >= goal || c.Wq[last].Flags.Has(wire.FIN) || c.Wq[last].EOR {
		if c.WMem >= c.SndBuf || !c.lowWater(x.Sys, 0) {
			x.When(writeFull, trace.Lt("sk_wmem_queued", c.WMem, "sk_sndbuf", c.SndBuf).In(trace.UnitBytes))
			return false
		}
		c.restartAfterIdle(x)
		c.Stats.Time.start(x, chronoBusy)
		c.Wq = append(c.Wq, Skb{Seq: c.SndMax, End: c.SndMax})
		c.chargeWrite(skbWriteCost(0))
		last++
	}
	k := &c.Wq[last]
	m := min(goal-len(k.Data), len(data)-*n)
	k.Data += data[*n : *n+m]
	k.End += wire.Seq(m)
	if first {
		k.Flags &^= wire.PSH
	}
	c.SndMax = k.End
	c.chargeWrite(uint32(m))
	*n += m
	return true
}

// push sends what a call has written (tcp_push). full: the send buffer had no room
// for all of it, and nothing waits for more.
func (c *Conn) push(x *Ctx, mss uint32, f WriteFlags, full bool) {
	more := f&WriteMore != 0 && !full
	if !more || c.forcedPush() {
		c.markPush(&c.SendSeq)
	}
	if f&WriteOOB != 0 {
		c.SndUp = c.SndMax // tcp_mark_urg
	}
	if len(c.Wq) == 0 {
		return
	}
	kind := pushNagle
	if full {
		kind = pushAll
	}
	cork := c.Cork
	c.Cork = cork || more
	c.pushPending(x, mss, kind)
	c.Cork = cork
}

// forcedPush: more than half of the largest window has been written since a buffer
// was last pushed (forced_push).
func (q *SendSeq) forcedPush() bool { return q.SndMax.After(q.PushedSeq + wire.Seq(q.MaxWnd/2)) }

// lowWater: less is unsent than the low-water mark (tcp_stream_memory_free). wake 1: half
// of it, so that a writer is not woken for a few bytes.
func (t *TCB) lowWater(sys *Sysctls, wake uint8) bool {
	mark := t.NotsentLowat
	if mark == 0 {
		mark = sys.NotsentLowat
	}
	return uint64(t.SndMax-t.SndNxt)<<wake < uint64(mark)
}

// Writable reports whether a writer that waits would be woken (sk_stream_is_writeable).
func (c *Conn) Writable(sys *Sysctls) bool {
	if c.Err != OK || c.Shut&shutWrite != 0 {
		return true
	}
	free := c.SndBuf - min(c.WMem, c.SndBuf)
	return c.canSend() && free >= c.WMem/2 && free > 0 && c.lowWater(sys, 1)
}

var writeRoom = trace.Declare(trace.Rule{
	ID: "call.write-room",
	Says: "A writer waits for room. A third of the send buffer has to be free before it is woken, and a buffer that is small for cwnd " +
		"is made larger: then it, and not the network, was what held the sender back.",
	RFC:   trace.Cites("RFC 9293 §3.10.2"),
	Linux: "tcp_check_space",
})

// checkSpace lets a writer that waits know of room, and the send buffer grow when it,
// not cwnd, limits the sender (tcp_check_space).
func (c *Conn) checkSpace(x *Ctx) {
	if !c.NoSpace {
		return
	}
	defer x.Enter(writeRoom)()
	if !c.SndBufLock && c.inFlight() < c.Cwnd {
		c.expandSndBuf(x)
		c.CwndStamp = x.Now
	}
	if c.NoSpace = !c.Writable(x.Sys); !c.NoSpace {
		c.Stats.Time.stop(x, chronoSndbuf, c.idle())
	}
}
