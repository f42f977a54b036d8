package host

import (
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// The error queue of a socket: reports that MSG_ZEROCOPY has no more need of the
// memory, and when segments left or were acknowledged (SO_TIMESTAMPING). TCP itself
// takes no notice of either: the host watches what is sent and what is still queued.

// errQueue is the error queue of one socket and what will come to it.
type errQueue struct {
	conn    sim.SubjectID
	nextZC  uint32 // number of the next call with MSG_ZEROCOPY
	copies  []zeroCopy
	flags   int64    // SO_TIMESTAMPING
	base    wire.Seq // where SOF_TIMESTAMPING_OPT_ID counts from
	stamps  []sendStamp
	reports []queued
	told    int // reports so far
}

// zeroCopy is memory that the socket still holds, of calls lo to hi.
type zeroCopy struct {
	lo, hi uint32
	end    wire.Seq
}

// sendStamp asks when the segment with a byte leaves and is acknowledged.
type sendStamp struct {
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

// Control is a control message of recvmsg(): an error report, a time stamp, or a
// number.
type Control struct {
	Level, Type int64
	Num         int64
	Report      *Report
	At          sim.Time // when Stamped
	Stamped     bool
}

// Report is a struct sock_extended_err.
type Report struct{ Errno, Origin, Type, Code, Info, Data int64 }

// Origins of a report.
const (
	originStamp = 4
	originZero  = 5
)

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

// What ee_info of a time stamp says.
const (
	scmSnd   = 0
	scmSched = 1
	scmAck   = 2
)

const errnoENOMSG = 42

func (q *errQueue) clone() errQueue {
	n := *q
	n.copies, n.stamps, n.reports = slices.Clone(q.copies), slices.Clone(q.stamps), slices.Clone(q.reports)
	return n
}

// errorsOf is the error queue of a socket, or nil.
func (h *Host) errorsOf(id sim.SubjectID) *errQueue {
	for i := range h.errqs {
		if h.errqs[i].conn == id {
			return &h.errqs[i]
		}
	}
	return nil
}

func (h *Host) needErrors(id sim.SubjectID) *errQueue {
	if q := h.errorsOf(id); q != nil {
		return q
	}
	h.errqs = append(h.errqs, errQueue{conn: id})
	return &h.errqs[len(h.errqs)-1]
}

// stampFlags sets SO_TIMESTAMPING (sock_set_timestamping).
func (h *Host) stampFlags(c *tcp.Conn, n int64) tcp.Errno {
	q := h.needErrors(c.ID)
	if n&optID != 0 && q.flags&optID == 0 {
		if c.State == tcp.Closed || c.State == tcp.Listen {
			return tcp.EINVAL
		}
		q.base = c.SndUna
		if n&optIDTCP != 0 {
			q.base = c.SndMax
		}
	}
	q.flags = n
	return tcp.OK
}

// zeroSend is a call with MSG_ZEROCOPY as it goes on.
type zeroSend struct {
	from     wire.Seq // where it began
	tail     bool     // unsent data lay before it
	numbered bool
}

// wrote notes what a call has handed over.
func (h *Host) wrote(c *tcp.Conn, s *Send, w *Wait) {
	if s.Flags&MsgZerocopy != 0 && h.isKept(c.ID, "SO_ZEROCOPY") {
		h.needErrors(c.ID).holds(c, &w.zero)
	}
	flags := int64(0)
	if q := h.errorsOf(c.ID); q != nil {
		flags = q.flags
	}
	if s.Stamping {
		flags = flags&^askedByTx | s.Stamps&askedByTx
	}
	if flags&askedByTx != 0 {
		q := h.needErrors(c.ID)
		q.stamps = append(q.stamps, sendStamp{c.SndMax - 1, flags})
	}
}

// holds notes memory that the socket sends from; calls that follow each other into
// one buffer are told as one (msg_zerocopy_realloc).
func (q *errQueue) holds(c *tcp.Conn, z *zeroSend) {
	n := len(q.copies)
	switch {
	case z.numbered:
		q.copies[n-1].end = c.SndMax
	case z.tail && n > 0 && q.copies[n-1].end == z.from && q.copies[n-1].hi+1 == q.nextZC:
		q.copies[n-1].hi, q.copies[n-1].end = q.nextZC, c.SndMax
		q.nextZC++
	default:
		q.copies = append(q.copies, zeroCopy{q.nextZC, q.nextZC, c.SndMax})
		q.nextZC++
	}
	z.numbered = true
}

// watchErrors looks for segments that have left and for data that is acknowledged.
func (h *Host) watchErrors(x *Ctx) {
	if len(h.errqs) == 0 {
		return
	}
	if h.outOf != x.Event.ID {
		h.outOf, h.outSeen = x.Event.ID, 0
	}
	for i := range h.errqs {
		q := &h.errqs[i]
		c := h.Conn(q.conn)
		if c == nil {
			continue
		}
		if len(q.stamps) > 0 {
			q.lastOfEach(c)
			q.acknowledged(c, x) // what an ACK allows leaves after it was counted
			q.left(c, x, h.outSeen)
		}
		q.freed(c)
	}
	h.outSeen = len(x.Out)
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
func (q *errQueue) left(c *tcp.Conn, x *Ctx, from int) {
	for i := from; i < len(x.Out); i++ {
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
func (q *errQueue) acknowledged(c *tcp.Conn, x *Ctx) {
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

func (q *errQueue) stamped(t sendStamp, info int64, at sim.Time, size int) {
	e := queued{Report: Report{Errno: errnoENOMSG, Origin: originStamp, Info: info}, stamped: q.flags&software != 0, at: at, size: size}
	if q.flags&optID != 0 {
		e.Data = int64(uint32(t.key - q.base))
	}
	if q.flags&optTSOnly != 0 {
		e.size = 0
	}
	q.reports = append(q.reports, e)
	q.told++
}

// freed reports the calls with MSG_ZEROCOPY whose data is acknowledged, all of it:
// one report for numbers that follow each other (msg_zerocopy_complete). The device
// of a script copies what passes it, which the report says.
func (q *errQueue) freed(c *tcp.Conn) {
	for len(q.copies) > 0 {
		z := q.copies[0]
		if c.State != tcp.Closed && heldBefore(c, z.end) {
			return
		}
		q.copies = q.copies[1:]
		q.told++
		if n := len(q.reports); n > 0 && q.reports[n-1].Origin == originZero && q.reports[n-1].Data+1 == int64(z.lo) {
			q.reports[n-1].Data = int64(z.hi)
			continue
		}
		q.reports = append(q.reports, queued{Report: Report{Origin: originZero, Code: 1, Info: int64(z.lo), Data: int64(z.hi)}})
	}
}

// heldBefore reports whether something before end is not acknowledged.
func heldBefore(c *tcp.Conn, end wire.Seq) bool {
	if len(c.Rtx) > 0 {
		return c.Rtx[0].Seq.Before(end)
	}
	return len(c.Wq) > 0 && c.Wq[0].Seq.Before(end)
}

// recvError is recvmsg() with MSG_ERRQUEUE: it never waits (inet_recv_error).
func (h *Host) recvError(c *tcp.Conn, room int64) (Done, bool) {
	q := h.errorsOf(c.ID)
	if q == nil || len(q.reports) == 0 {
		return failed(tcp.EAGAIN)
	}
	e := q.reports[0]
	q.reports = q.reports[1:]
	d := Done{N: min(int64(e.size), room), MsgFlags: MsgErrqueue, Text: e.Report.String()}
	if int64(e.size) > room {
		d.MsgFlags |= MsgTrunc
	}
	if e.stamped {
		d.Controls = append(d.Controls, Control{Level: solSocket, Type: soTimestamping, Stamped: true, At: e.at})
	}
	level, typ := int64(solIP), int64(ipRecverr)
	if c.Tuple.Local.Addr.Is6() {
		level, typ = solIPv6, ipv6Recverr
	}
	d.Controls = append(d.Controls, Control{Level: level, Type: typ, Report: &e.Report})
	return d, true
}

// String says in the words of C what a report is about.
func (r *Report) String() string {
	switch {
	case r.Origin == originZero:
		return "SO_EE_ORIGIN_ZEROCOPY " + itoa(r.Info) + " to " + itoa(r.Data)
	case r.Info == scmSched:
		return "SCM_TSTAMP_SCHED " + itoa(r.Data)
	case r.Info == scmAck:
		return "SCM_TSTAMP_ACK " + itoa(r.Data)
	}
	return "SCM_TSTAMP_SND " + itoa(r.Data)
}

// inqMessage is what TCP_INQ adds to recvmsg(): how much is left to read.
func (h *Host) inqMessage(c *tcp.Conn) []Control {
	if !h.isKept(c.ID, "TCP_INQ") {
		return nil
	}
	left := c.InQ()
	if left == 0 && c.RcvFin {
		left = 1 // Linux: the end of the data is worth a byte
	}
	return []Control{{Level: solTCP, Type: tcpInq, Num: left}}
}
