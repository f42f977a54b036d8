package tcp

// SetRcvBuf is SO_RCVBUF: twice what was asked for, for the overhead, and no
// autotuning any more (sk_setsockopt).
func (c *Conn) SetRcvBuf(x *Ctx, n int64) {
	n = min(max(n, 0), int64(x.Sys.CoreRMemMax))
	c.RcvBuf = uint32(max(2*n, 2304))
	c.RcvBufLock = true
	if c.State != Closed {
		c.WindowClamp = min(c.WindowClamp, uint32(c.fullSpace()))
	}
}

// SetWindowClamp is TCP_WINDOW_CLAMP (tcp_set_window_clamp). It reports whether the
// value is allowed.
func (c *Conn) SetWindowClamp(n int64) bool {
	if n == 0 {
		if c.State != Closed {
			return false
		}
		c.WindowClamp = 0
		return true
	}
	clamp, was := uint32(min(max(n, 1152), 1<<31-1)), c.WindowClamp
	c.WindowClamp = clamp
	switch {
	case clamp < was:
		c.RcvSsthresh = min(c.RcvSsthresh, clamp)
	case clamp > was:
		c.RcvSsthresh = max(c.RcvSsthresh, min(c.RcvWnd, clamp))
	}
	return true
}

// SetSndBuf is SO_SNDBUF.
func (c *Conn) SetSndBuf(x *Ctx, n int64) {
	n = min(max(n, 0), int64(x.Sys.CoreWMemMax))
	c.SndBuf = uint32(max(2*n, 4608))
	c.SndBufLock = true
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
func (c *Conn) SetCongestion(cc Congestion) {
	c.CCSet = true
	if c.CC != cc {
		c.CC = cc
		c.cubicReset()
	}
}
