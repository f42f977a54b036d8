package tcp

// bufferAsked bounds what SO_RCVBUF or SO_SNDBUF asks for. Unforced, a negative
// number is a very large one.
func bufferAsked(n int64, most uint32, force bool) int64 {
	switch {
	case force:
		return min(max(n, 0), 1<<30-1)
	case n < 0:
		return int64(most)
	}
	return min(n, int64(most))
}

// SetRcvBuf is SO_RCVBUF: twice what was asked for, for the overhead, and no
// autotuning any more (sk_setsockopt). SO_RCVBUFFORCE knows no limit.
func (b *Buffers) SetRcvBuf(x *Ctx, n int64, force bool) {
	n = bufferAsked(n, x.Sys.CoreRMemMax, force)
	b.RcvBuf = uint32(max(2*n, 2304))
	b.RcvBufLock = true
}

// SetWindowClamp is TCP_WINDOW_CLAMP (tcp_set_window_clamp). It reports whether the
// value is allowed.
func (t *TCB) SetWindowClamp(n int64) bool {
	if n == 0 {
		if t.State != Closed {
			return false
		}
		t.WindowClamp = 0
		return true
	}
	clamp, was := uint32(min(max(n, 1152), 1<<31-1)), t.WindowClamp
	t.WindowClamp = clamp
	switch {
	case clamp < was:
		t.RcvSsthresh = min(t.RcvSsthresh, clamp)
	case clamp > was:
		t.RcvSsthresh = max(t.RcvSsthresh, min(t.RcvWnd, clamp))
	}
	return true
}

// SetSndBuf is SO_SNDBUF, or SO_SNDBUFFORCE.
func (b *Buffers) SetSndBuf(x *Ctx, n int64, force bool) {
	n = bufferAsked(n, x.Sys.CoreWMemMax, force)
	b.SndBuf = uint32(max(2*n, 4608))
	b.SndBufLock = true
}

// SetQuickAck is TCP_QUICKACK (__tcp_sock_set_quickack).
func (c *Conn) SetQuickAck(x *Ctx, n int64) {
	if n == 0 {
		c.Pingpong = x.Sys.PingpongThresh
		return
	}
	c.Pingpong = 0
	if c.AckPending&ackSched != 0 && (c.State == Established || c.State == CloseWait) {
		c.AckPending |= ackPushed
		c.cleanupRcv(x, 1)
		if n&1 == 0 {
			c.Pingpong = x.Sys.PingpongThresh
		}
	}
}

// SetCongestion is TCP_CONGESTION: another congestion control from here on
// (tcp_set_congestion_control).
func (t *TCB) SetCongestion(x *Ctx, cc Congestion) {
	t.CCSet = true
	if t.CC == cc {
		return
	}
	t.CC = cc
	if t.State != Closed && t.State != Listen {
		t.ccInit(x)
	}
}
