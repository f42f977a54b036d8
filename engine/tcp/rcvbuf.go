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
func (c *Conn) growWindow(x *Ctx, n int) {
	room := min(int64(c.WindowClamp), c.space()) - int64(c.RcvSsthresh)
	if room <= 0 {
		return
	}
	inc := int64(0)
	if c.winFromSpace(int64(skbCost(n))) <= int64(n) {
		inc = 2 * int64(c.AdvMSS)
	} else {
		inc = c.growSlowly(x, n)
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
func (c *Conn) rescale(n int) {
	old := c.Scaling
	if c.Scaling = uint8(min(max(uint32(n)<<8/skbCost(n), 1), 255)); c.Scaling == old {
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
func (c *Conn) growSlowly(x *Ctx, n int) int64 {
	size := c.winFromSpace(int64(skbCost(n))) >> 1
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
	copied := uint32(c.Copied - c.RcvQSeq)
	if copied > c.RcvQSpace {
		defer x.Enter(tuneBuf)()
		if x.Sys.ModerateRcvbuf && !c.RcvBufLock {
			want := uint64(copied)<<1 + 16*uint64(c.AdvMSS)
			want += want * uint64(copied-c.RcvQSpace) / uint64(max(c.RcvQSpace, 1)) * 2
			buf := uint32(min(want*256/uint64(c.Scaling), uint64(x.Sys.RMem[2])))
			if buf > c.RcvBuf {
				c.RcvBuf = buf
				c.WindowClamp = uint32(c.fullSpace())
			}
		}
		c.RcvQSpace = copied
	}
	c.RcvQSeq, c.RcvQAt = c.Copied, x.Now
}
