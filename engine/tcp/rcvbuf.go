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
func (c *Conn) growWindow(x *Ctx, n int, cost uint32) {
	room := min(int64(c.WindowClamp), c.space()) - int64(c.RcvSsthresh)
	if room <= 0 {
		return
	}
	inc := int64(0)
	if c.winFromSpace(int64(cost)) <= int64(n) {
		inc = 2 * int64(c.AdvMSS)
	} else {
		inc = c.growSlowly(x, n, cost)
	}
	if inc == 0 {
		return
	}
	defer x.Enter(growWnd)()
	inc = max(inc, 2*int64(n))
	c.RcvSsthresh += uint32(min(room, inc))
	c.Quick |= 1
}

// rescale learns how much of the buffer payload can fill from a segment larger
// than any before (tcp_measure_rcv_mss, tcp_set_window_clamp).
func (c *Conn) rescale(n int, cost uint32) {
	old := c.Scaling
	if c.Scaling = uint8(min(max(uint32(n)<<8/cost, 1), 255)); c.Scaling == old {
		return
	}
	clamp := uint32(max(c.winFromSpace(int64(c.RcvBuf)), 1152))
	was := c.WindowClamp
	c.WindowClamp = clamp
	if clamp < was {
		c.RcvSsthresh = min(c.RcvSsthresh, clamp)
	} else {
		c.RcvSsthresh = max(c.RcvSsthresh, min(c.RcvWnd, clamp))
	}
	c.RcvQSpace = min(c.RcvQSpace, clamp)
}

// growSlowly is for segments with much overhead (__tcp_grow_window).
func (c *Conn) growSlowly(x *Ctx, n int, cost uint32) int64 {
	size := c.winFromSpace(int64(cost)) >> 1
	window := c.winFromSpace(int64(x.Sys.RMem[2])) >> 1
	for int64(c.RcvSsthresh) <= window {
		if size <= int64(n) {
			return 2 * int64(c.RcvMSS)
		}
		size >>= 1
		window >>= 1
	}
	return 0
}

// measureRcvRTT times how long the peer takes to fill the window offered, for
// want of a better estimate of the round trip (tcp_rcv_rtt_measure).
func (c *Conn) measureRcvRTT(x *Ctx) {
	if c.RcvRTTAt == 0 {
		c.RcvRTTSeq, c.RcvRTTAt = c.RcvNxt+wire.Seq(c.RcvWnd), max(x.Now, 1)
		return
	}
	if c.RcvNxt.Before(c.RcvRTTSeq) {
		return
	}
	us := uint32(max(x.Now.Sub(c.RcvRTTAt)/sim.Microsecond, 1))
	if sample := us << 3; c.RcvRTT == 0 || sample < c.RcvRTT {
		c.RcvRTT = sample
	}
	c.RcvRTTSeq, c.RcvRTTAt = c.RcvNxt+wire.Seq(c.RcvWnd), max(x.Now, 1)
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
func (c *Conn) tuneRcvBuf(x *Ctx) {
	rtt := sim.Duration(c.RcvRTT>>3) * sim.Microsecond
	if rtt == 0 || x.Now.Sub(c.RcvQAt) < rtt {
		return
	}
	copied := int32(c.Copied-c.RcvQSeq) - int32(c.RcvNxt-c.Copied) // Linux: what waits unread speaks against it
	if copied > int32(c.RcvQSpace) {
		c.growRcvBuf(x, uint32(copied))
	}
	c.RcvQSeq, c.RcvQAt = c.Copied, x.Now
}

// growRcvBuf makes room for twice what was read in a round trip, for more when
// that grows, and for the gaps before what waits out of order (tcp_rcvbuf_grow).
func (c *Conn) growRcvBuf(x *Ctx, read uint32) {
	old := c.RcvQSpace
	if read != old {
		defer x.Enter(tuneBuf)()
		c.RcvQSpace = read
	}
	if !x.Sys.ModerateRcvbuf || c.RcvBufLock || old == 0 {
		return
	}
	want := 2 * uint64(read)
	want += want * uint64(read-old) / uint64(old) * 2
	if n := len(c.Ofo); n > 0 {
		want += uint64(c.Ofo[n-1].End - c.RcvNxt)
	}
	buf := uint32(min(want<<8/uint64(c.Scaling), uint64(x.Sys.RMem[2])))
	if buf > c.RcvBuf {
		defer x.Enter(tuneBuf)()
		c.RcvBuf = buf
		c.WindowClamp = uint32(c.fullSpace())
	}
}
