package packetdrill

import (
	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// The error queue of a socket: reports that MSG_ZEROCOPY has no more need of the
// memory, and when segments left or were acknowledged (SO_TIMESTAMPING). TCP
// itself takes no notice of either: the runner watches what is sent and what is
// still queued.

// errQueue is the error queue of one socket and what will come to it.
type errQueue struct {
	conn    sim.SubjectID
	nextZC  uint32 // number of the next call with MSG_ZEROCOPY
	copies  []zeroCopy
	flags   int64    // SO_TIMESTAMPING
	base    wire.Seq // where SOF_TIMESTAMPING_OPT_ID counts from
	stamps  []stamp
	reports []queued
	told    int // reports so far
}

// zeroCopy is memory that the socket still holds, of calls lo to hi.
type zeroCopy struct {
	lo, hi uint32
	end    wire.Seq
}

// stamp asks when the segment with a byte leaves and is acknowledged.
type stamp struct {
	key   wire.Seq
	flags int64
}

// queued is one entry of the error queue.
type queued struct {
	Report
	stamped bool
	at      sim.Time
	size    int // of the packet that comes with it
}

// The flags of SO_TIMESTAMPING that matter here.
const (
	txSoftware = 1 << 1
	software   = 1 << 4
	optID      = 1 << 7
	txSched    = 1 << 8
	txAck      = 1 << 9
	optTSOnly  = 1 << 11
	optIDTCP   = 1 << 16
	askedByTx  = txSoftware | txSched | txAck
)

func (r *runner) errQueueOf(id sim.SubjectID) *errQueue {
	for i := range r.errqs {
		if r.errqs[i].conn == id {
			return &r.errqs[i]
		}
	}
	r.errqs = append(r.errqs, errQueue{conn: id})
	return &r.errqs[len(r.errqs)-1]
}

// stampFlags sets SO_TIMESTAMPING (sock_set_timestamping).
func (r *runner) stampFlags(conn *tcp.Conn, n int64) tcp.Errno {
	q := r.errQueueOf(conn.ID)
	if n&optID != 0 && q.flags&optID == 0 {
		if conn.State == tcp.Closed || conn.State == tcp.Listen {
			return tcp.EINVAL
		}
		q.base = conn.SndUna
		if n&optIDTCP != 0 {
			q.base = conn.SndMax
		}
	}
	q.flags = n
	return tcp.OK
}

// wrote notes what a call has handed over.
func (r *runner) wrote(fd int32, conn *tcp.Conn, s *sending) {
	q := r.errQueueOf(conn.ID)
	if s.zerocopy && r.has(fd, "SO_ZEROCOPY") {
		n := len(q.copies)
		switch {
		case s.numbered:
			q.copies[n-1].end = conn.SndMax
		case s.tail && n > 0 && q.copies[n-1].end == s.from && q.copies[n-1].hi+1 == q.nextZC:
			q.copies[n-1].hi, q.copies[n-1].end = q.nextZC, conn.SndMax
			q.nextZC++
		default:
			q.copies = append(q.copies, zeroCopy{q.nextZC, q.nextZC, conn.SndMax})
			q.nextZC++
		}
		s.numbered = true
	}
	flags := q.flags
	if s.stamping >= 0 {
		flags = q.flags&^askedByTx | s.stamping&askedByTx
	}
	if flags&askedByTx != 0 {
		q.stamps = append(q.stamps, stamp{conn.SndMax - 1, flags})
	}
}

// sending is a call that writes, as it goes on.
type sending struct {
	socketsOnly        bool
	fast               fastSend // what Fast Open does of it
	zerocopy, numbered bool
	tail               bool     // unsent data lay before it
	from               wire.Seq // where it began
	stamping           int64    // what a control message asks for; -1: nothing
}

// watch looks for segments that have left and for data that is acknowledged.
func (r *runner) watch(x *host.Ctx) {
	for i := range r.errqs {
		q := &r.errqs[i]
		c := r.h.Conn(q.conn)
		if c == nil {
			continue
		}
		if len(q.stamps) > 0 {
			q.lastOfEach(c)
			q.acknowledged(c, x) // what an ACK allows leaves after it was counted
			q.left(c, x)
		}
		q.freed(c)
	}
}

// lastOfEach keeps one stamp in a buffer: the last that asked for it.
func (q *errQueue) lastOfEach(c *tcp.Conn) {
	for _, k := range c.Rtx {
		last := -1
		for i := 0; i < len(q.stamps); i++ {
			if s := q.stamps[i].key; s.Before(k.Seq) || !s.Before(k.End) {
				continue
			}
			if last >= 0 {
				q.stamps = append(q.stamps[:last:last], q.stamps[last+1:]...)
				i--
			}
			last = i
		}
	}
}

// left reports the segments that leave now: to the queue of the device, and from
// there, which is the same instant here.
func (q *errQueue) left(c *tcp.Conn, x *host.Ctx) {
	for i := range x.Out {
		s := &x.Out[i].Seg
		if s.Src != c.Tuple.Local || s.Dst != c.Tuple.Remote {
			continue
		}
		for _, t := range q.stamps {
			if t.key.Before(s.Seq) || !t.key.Before(s.Seq+wire.Seq(len(s.Payload))) {
				continue
			}
			size := 20 + 20 + s.Opts.Len() + len(s.Payload)
			if s.Src.Addr.Is6() {
				size += 20
			}
			if t.flags&txSched != 0 {
				q.stamped(t, scmSched, x.Now, size)
			}
			if t.flags&txSoftware != 0 {
				q.stamped(t, scmSnd, x.Now, size)
			}
		}
	}
}

// acknowledged reports data that the peer has acknowledged (tcp_ack_tstamp).
func (q *errQueue) acknowledged(c *tcp.Conn, x *host.Ctx) {
	for i := 0; i < len(q.stamps); {
		t := q.stamps[i]
		if !t.key.Before(c.SndUna) {
			i++
			continue
		}
		if t.flags&txAck != 0 {
			q.stamped(t, scmAck, x.Now, 0)
		}
		q.stamps = append(q.stamps[:i:i], q.stamps[i+1:]...)
	}
}

// What ee_info of a time stamp says.
const (
	scmSnd   = 0
	scmSched = 1
	scmAck   = 2
)

func (q *errQueue) stamped(t stamp, info int64, at sim.Time, size int) {
	e := queued{Report: Report{Errno: errnoENOMSG, Origin: 4, Info: info}, stamped: q.flags&software != 0, at: at, size: size}
	if q.flags&optID != 0 {
		e.Data = int64(uint32(t.key - q.base))
	}
	if q.flags&optTSOnly != 0 {
		e.size = 0
	}
	q.reports = append(q.reports, e)
	q.told++
}

const errnoENOMSG = 42

// freed reports the calls with MSG_ZEROCOPY whose data is acknowledged, all of it:
// one report for numbers that follow each other (msg_zerocopy_complete). The
// device of a script copies what passes it, which the report says.
func (q *errQueue) freed(c *tcp.Conn) {
	held := append(append([]tcp.Skb(nil), c.Rtx...), c.Wq...)
	for len(q.copies) > 0 {
		z := q.copies[0]
		if c.State != tcp.Closed && len(held) > 0 && held[0].Seq.Before(z.end) {
			return
		}
		q.copies = q.copies[1:]
		q.told++
		if n := len(q.reports); n > 0 && q.reports[n-1].Origin == 5 && q.reports[n-1].Data+1 == int64(z.lo) {
			q.reports[n-1].Data = int64(z.hi)
			continue
		}
		q.reports = append(q.reports, queued{Report: Report{Origin: 5, Code: 1, Info: int64(z.lo), Data: int64(z.hi)}})
	}
}

// recvErr is recvmsg() with MSG_ERRQUEUE.
func (r *runner) recvErr(conn *tcp.Conn, b *buffer, msg *Expr) outcome {
	q := r.errQueueOf(conn.ID)
	if len(q.reports) == 0 {
		return errnoOnly(tcp.EAGAIN)
	}
	e := q.reports[0]
	q.reports = q.reports[1:]
	flags := consts["MSG_ERRQUEUE"]
	if int64(e.size) > b.size {
		flags |= consts["MSG_TRUNC"]
	}
	var got []Control
	if e.stamped {
		got = append(got, Control{Level: consts["SOL_SOCKET"], Type: consts["SO_TIMESTAMPING"], Stamped: true, Stamp: e.at.Sub(epoch)})
	}
	level, typ := consts["SOL_IP"], consts["IP_RECVERR"]
	if r.local.Is6() || r.mapped {
		level, typ = consts["SOL_IPV6"], consts["IPV6_RECVERR"]
	}
	got = append(got, Control{Level: level, Type: typ, Report: &e.Report})
	return outcome{ret: min(int64(e.size), b.size), wrong: r.delivered(msg, flags, got)}
}

// delivered compares what recvmsg() wrote beside the data. There is room for as
// many control messages as the script expects.
func (r *runner) delivered(msg *Expr, flags int64, got []Control) *failure {
	if msg == nil {
		return nil
	}
	if room := len(Controls(msg)); len(got) > room {
		got = got[:room]
		flags |= consts["MSG_CTRUNC"]
	}
	if want, was := Delivered(msg, flags, got, r.tol); want != "" {
		return failf(want, "%s", was)
	}
	return nil
}
