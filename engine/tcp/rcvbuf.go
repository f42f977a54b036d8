package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var growWnd = trace.Declare(trace.Rule{
	ID:    "window.grow",
	Says:  "The sender fills the window with well packed segments, so the ceiling of the offered window may rise by two segments.",
	RFC:   trace.Cites("RFC 9293 §3.8.6"),
	Linux: "tcp_grow_window",
})

// growWindow lets the offered window grow while data comes in well packed
// segments (tcp_grow_window).
func (b *Buffers) growWindow(x *Ctx, n int, cost uint32, d *Delack, adv uint16) {
	room := min(int64(b.WindowClamp), b.space()) - int64(b.RcvSsthresh)
	if room <= 0 {
		return
	}
	inc := int64(0)
	if b.winFromSpace(int64(cost)) <= int64(n) {
		inc = 2 * int64(adv)
	} else {
		inc = b.growSlowly(x, n, cost, d.RcvMSS)
	}
	if inc == 0 {
		return
	}
	defer x.Enter(growWnd)()
	inc = max(inc, 2*int64(n))
	b.RcvSsthresh += uint32(min(room, inc))
	d.Quick |= 1
}

// rescale learns how much of the buffer payload can fill from a segment larger
// than any before (tcp_measure_rcv_mss, tcp_set_window_clamp).
func (b *Buffers) rescale(n int, cost uint32, wnd uint32) {
	old := b.Scaling
	if b.Scaling = uint8(min(max(uint32(n)<<8/cost, 1), 255)); b.Scaling == old {
		return
	}
	clamp := uint32(max(b.winFromSpace(int64(b.RcvBuf)), 1152))
	was := b.WindowClamp
	b.WindowClamp = clamp
	if clamp < was {
		b.RcvSsthresh = min(b.RcvSsthresh, clamp)
	} else {
		b.RcvSsthresh = max(b.RcvSsthresh, min(wnd, clamp))
	}
	b.RcvQSpace = min(b.RcvQSpace, clamp)
}

// growSlowly is for segments with much overhead (__tcp_grow_window).
func (b *Buffers) growSlowly(x *Ctx, n int, cost uint32, mss uint16) int64 {
	size := b.winFromSpace(int64(cost)) >> 1
	window := b.winFromSpace(int64(x.Sys.RMem[2])) >> 1
	for int64(b.RcvSsthresh) <= window {
		if size <= int64(n) {
			return 2 * int64(mss)
		}
		size >>= 1
		window >>= 1
	}
	return 0
}

// measureRcvRTT times how long the peer takes to fill the window offered, for
// want of a better estimate of the round trip (tcp_rcv_rtt_measure).
func (b *Buffers) measureRcvRTT(x *Ctx, q *RecvSeq) {
	if b.RcvRTTAt == 0 {
		b.RcvRTTSeq, b.RcvRTTAt = q.RcvNxt+wire.Seq(q.RcvWnd), max(x.Now, 1)
		return
	}
	if q.RcvNxt.Before(b.RcvRTTSeq) {
		return
	}
	us := uint32(max(x.Now.Sub(b.RcvRTTAt)/sim.Microsecond, 1))
	if sample := us << 3; b.RcvRTT == 0 || sample < b.RcvRTT {
		b.RcvRTT = sample
	}
	b.RcvRTTSeq, b.RcvRTTAt = q.RcvNxt+wire.Seq(q.RcvWnd), max(x.Now, 1)
}

var rcvRTT = trace.Declare(trace.Rule{
	ID:    "rcvbuf.round-trip",
	Says:  "The receiver needs the round trip too, to know how much is read in one. It takes it from the timestamp that a full segment echoes: a smaller sample counts at once, a larger one only while the application keeps up.",
	RFC:   trace.Cites("RFC 7323 §4"),
	Linux: "tcp_rcv_rtt_measure_ts",
})

// measureEcho takes the round trip of a full segment from the timestamp that it
// echoes (tcp_rcv_rtt_measure_ts).
func (c *Conn) measureEcho(x *Ctx, s *wire.Segment) {
	if !c.TSOK || !s.Opts.On(wire.HasTS) || s.Opts.TSEcr == c.lastEcho {
		return
	}
	c.lastEcho = s.Opts.TSEcr
	ms := int32(x.tsClock() + c.TSOffset - s.Opts.TSEcr)
	if s.Len() < uint32(c.RcvMSS) || ms <= 0 || ms > (1<<31-1)/1000 {
		return
	}
	us := uint32(ms) * 1000
	if c.RcvRTT != 0 && us<<3 >= c.RcvRTT && c.RcvNxt != c.Copied {
		return
	}
	defer x.Enter(rcvRTT)()
	if c.RcvRTT == 0 || us<<3 < c.RcvRTT {
		c.RcvRTT = us << 3
	} else {
		c.RcvRTT += us - c.RcvRTT>>3
	}
}

var tuneBuf = trace.Declare(trace.Rule{
	ID:    "rcvbuf.tune",
	Says:  "The application reads more per round trip than before, so the receive buffer grows: it should hold twice what it reads.",
	Linux: "tcp_rcv_space_adjust",
	RFC:   trace.Cites("RFC 9293 §3.8.6"),
})

// tuneRcvBuf grows the receive buffer of an application that keeps up
// (tcp_rcv_space_adjust).
func (q *RecvQueue) tuneRcvBuf(x *Ctx, b *Buffers, s *RecvSeq) {
	rtt := sim.Duration(b.RcvRTT>>3) * sim.Microsecond
	if rtt == 0 || x.Now.Sub(b.RcvQAt) < rtt {
		return
	}
	copied := int32(s.Copied-b.RcvQSeq) - int32(s.RcvNxt-s.Copied) // Linux: what waits unread speaks against it
	if copied > int32(b.RcvQSpace) {
		q.growRcvBuf(x, uint32(copied), b, s.RcvNxt)
	}
	b.RcvQSeq, b.RcvQAt = s.Copied, x.Now
}

// growRcvBuf makes room for twice what was read in a round trip, for more when
// that grows, and for the gaps before what waits out of order (tcp_rcvbuf_grow).
func (q *RecvQueue) growRcvBuf(x *Ctx, read uint32, b *Buffers, nxt wire.Seq) {
	old := b.RcvQSpace
	if read != old {
		defer x.Enter(tuneBuf)()
		b.RcvQSpace = read
	}
	if !x.Sys.ModerateRcvbuf || b.RcvBufLock || old == 0 {
		return
	}
	want := 2 * uint64(read)
	want += want * uint64(read-old) / uint64(old) * 2
	if n := len(q.Ofo); n > 0 {
		want += uint64(q.Ofo[n-1].End - nxt)
	}
	buf := uint32(min(want<<8/uint64(b.Scaling), uint64(x.Sys.RMem[2])))
	if buf > b.RcvBuf {
		defer x.Enter(tuneBuf)()
		b.RcvBuf = buf
		b.WindowClamp = uint32(b.fullSpace())
	}
}
