package tcp

import (
	"math/bits"

	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

const (
	maxWScale    = 14    // RFC 7323 §2.3
	maxSigned    = 32767 // the largest window for peers that take it as signed
	scalingHalf  = 128   // half of the buffer may be payload: TCP_DEFAULT_SCALING_RATIO
	infSsthresh  = 0x7fffffff
	maxSegWindow = 65535
)

// winFromSpace is how much payload fits into so much buffer (tcp_win_from_space).
func (b *Buffers) winFromSpace(space int64) int64 {
	if space <= 0 {
		return 0
	}
	return space * int64(b.Scaling) >> 8
}

func (b *Buffers) fullSpace() int64 { return b.winFromSpace(int64(b.RcvBuf)) }

// space is the room for payload that is left in the receive buffer (tcp_space).
func (b *Buffers) space() int64 { return b.winFromSpace(int64(b.RcvBuf) - int64(b.RMem)) }

// initialWindow chooses the first receive window and the scale that we offer
// (tcp_select_initial_window). mss is what a full segment will carry.
func initialWindow(sys *Sysctls, space int64, mss uint32, clamp *uint32, scaleOK bool) (wnd uint32, scale uint8) {
	if *clamp == 0 {
		*clamp = maxSegWindow << maxWScale
	}
	space = min(space, int64(*clamp))
	if space > int64(mss) {
		space -= space % int64(mss)
	}
	wnd = uint32(space)
	if sys.SignedWindows {
		wnd = min(wnd, maxSigned)
	}
	if sys.Route.InitRwnd > 0 {
		wnd = min(wnd, sys.Route.InitRwnd*mss)
	}
	if scaleOK {
		top := max(space, int64(sys.RMem[2]), int64(sys.CoreRMemMax))
		top = min(top, int64(*clamp))
		scale = uint8(min(max(bits.Len64(uint64(top))-16, 0), maxWScale))
	}
	*clamp = min(uint32(maxSegWindow)<<scale, *clamp)
	return wnd, scale
}

// receiveWindow is what is left of the window that we last offered (tcp_receive_window).
func (q *RecvSeq) receiveWindow() uint32 {
	w := int64(q.RcvWnd) - int64(q.RcvNxt.Minus(q.RcvWup))
	return uint32(max(w, 0))
}

var windowChoose = trace.Declare(trace.Rule{
	ID:    "window.choose",
	Says:  "Every segment with an ACK tells how much more may be sent: the room left in the receive buffer, but never less than was promised before.",
	RFC:   trace.Cites("RFC 9293 §3.8.6", "RFC 1122 §4.2.3.3"),
	Linux: "tcp_select_window",
})

var windowKeep = trace.Declare(trace.Rule{
	ID:    "window.never-shrink",
	Says:  "The room has become smaller than what was promised. A promise is kept: the right edge of the window does not move back.",
	RFC:   trace.Cites("RFC 9293 §3.8.6.2.1"),
	Linux: "tcp_select_window",
})

var windowZero = trace.Declare(trace.Rule{
	ID:    "window.zero",
	Says:  "Less room is left than one full segment, or a sixteenth of the buffer: the window is closed rather than opened by a little, or the sender would answer with tiny segments.",
	RFC:   trace.Cites("RFC 9293 §3.8.6.2.2", "RFC 813"),
	Linux: "__tcp_select_window",
})

var windowNoMem = trace.Declare(trace.Rule{
	ID:      "window.no-memory",
	Says:    "A segment in order had to be thrown away for want of memory. Until there is room again the window is closed, whatever was promised.",
	RFC:     trace.Cites("RFC 9293 §3.8.6.2.1"),
	Linux:   "tcp_select_window",
	Differs: "RFC 9293 asks never to take back what was offered.",
})

var windowShrink = trace.Declare(trace.Rule{
	ID:      "window.shrink",
	Says:    "tcp_shrink_window is on: the window says how much room there really is, even if that is less than was promised.",
	RFC:     trace.Cites("RFC 9293 §3.8.6.2.1", "RFC 7323 §2.4"),
	Linux:   "__tcp_select_window",
	Differs: "RFC 9293 advises against taking back what was offered; a sender has to be able to bear it.",
})

// selectWindow returns the window field of the next segment and remembers the
// promise that it makes (tcp_select_window).
func (c *Conn) selectWindow(x *Ctx) uint16 {
	old := c.RcvWnd
	if c.AckPending&ackNoMem != 0 {
		defer x.Enter(windowNoMem)()
		c.FastPath = false
		c.RcvWnd, c.RcvWup = 0, c.RcvNxt
		return 0
	}
	cur := c.receiveWindow()
	next := c.freeWindow(x)
	switch {
	case next >= cur:
	case x.Sys.ShrinkWindow && c.RcvWScale > 0:
		x.Note(windowShrink)
	default:
		if next == 0 {
			x.Count(TCPWantZeroWindowAdv)
		}
		x.Note(windowKeep)
		next = alignUp(cur, c.RcvWScale)
	}
	if next != old {
		defer x.Enter(windowChoose)()
	}
	c.RcvWnd = next
	c.RcvWup = c.RcvNxt
	c.RcvMaxEnd = wire.MaxSeq(c.RcvMaxEnd, c.RcvWup+wire.Seq(next))
	if c.RcvWScale == 0 && x.Sys.SignedWindows {
		next = min(next, maxSigned)
	} else {
		next = min(next, uint32(maxSegWindow)<<c.RcvWScale)
	}
	field := next >> c.RcvWScale
	if field == 0 {
		c.FastPath = false
	}
	if field == 0 && old > 0 {
		x.Count(TCPToZeroWindowAdv)
	} else if field > 0 && old == 0 {
		x.Count(TCPFromZeroWindowAdv)
	}
	return uint16(field)
}

// freeWindow is the window that the buffer would allow now (__tcp_select_window).
func (t *TCB) freeWindow(x *Ctx) uint32 {
	mss := int64(t.RcvMSS)
	free, allowed := t.space(), t.fullSpace()
	full := min(int64(t.WindowClamp), allowed)
	if mss > full {
		if mss = full; mss <= 0 {
			return 0
		}
	}
	if x.Sys.ShrinkWindow && t.RcvWScale > 0 {
		return t.shrunkWindow(x, free, full, allowed, mss)
	}
	if free < full/2 {
		t.Quick = 0
		free = free >> t.RcvWScale << t.RcvWScale
		if free < allowed>>4 || free < mss {
			x.Note(windowZero)
			return 0
		}
	}
	free = min(free, int64(t.RcvSsthresh))
	if t.RcvWScale > 0 {
		return alignUp(uint32(free), t.RcvWScale)
	}
	w := int64(t.RcvWnd)
	switch {
	case w <= free-mss || w > free:
		w = free - free%mss
	case mss == full && free > w+full/2:
		w = free
	}
	return uint32(w)
}

// shrunkWindow is the window of a host that takes promises back: what is free, in
// whole units of the scale.
func (t *TCB) shrunkWindow(x *Ctx, free, full, allowed, mss int64) uint32 {
	unit := int64(1) << t.RcvWScale
	free = free &^ (unit - 1)
	if free < full/2 {
		t.Quick = 0
		if free < allowed>>4 || free < mss || free < unit {
			x.Note(windowZero)
			return 0
		}
	}
	if free > int64(t.RcvSsthresh) {
		return alignUp(t.RcvSsthresh, t.RcvWScale)
	}
	return uint32(free)
}

func alignUp(n uint32, shift uint8) uint32 {
	unit := uint32(1) << shift
	return (n + unit - 1) &^ (unit - 1)
}
