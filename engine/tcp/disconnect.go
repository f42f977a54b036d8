package tcp

import "wirestep/engine/wire"

// Disconnect gives the connection up and makes the socket as good as new, but for
// what the application has set and for the number at which the next one begins
// (tcp_disconnect).
func (c *Conn) Disconnect(x *Ctx) {
	old := c.State
	switch {
	case old == Listen || old == Closed:
	case c.needsReset(), c.SndNxt != c.SndMax && (old == Closing || old == LastAck):
		c.sendReset(x)
		c.Err = ECONNRESET
	case old == SynSent:
		c.Err = ECONNRESET
	}
	c.purge(x)
	c.done(x)
	for i := range c.Rcv {
		c.uncharge(c.Rcv[i].Cost)
	}
	for i := range c.Ofo {
		c.uncharge(c.Ofo[i].Cost)
	}
	fresh := NewConn(c.ID)
	fresh.InitBuffers(x.Sys)
	n := fresh.TCB
	c.keepSet(&n)
	if c.CCSet {
		n.CC = c.CC
	}
	n.SndMax = c.SndMax + wire.Seq(c.MaxWnd) + 2
	n.Err, n.Soft = c.Err, c.Soft
	n.RMem = c.RMem
	n.Retries, n.SndNxt = c.Retries, c.SndNxt
	n.MSS, n.RcvMSS, n.AdvMSS, n.RcvSsthresh = c.MSS, c.RcvMSS, c.AdvMSS, c.RcvSsthresh
	c.TCB = n
	c.Rcv, c.Ofo, c.SackN, c.handOver = nil, nil, 0, nil
	c.Stats = Stats{}
	c.lastEcho = 0
}

// keepSet carries over what the application has set.
func (c *Conn) keepSet(n *TCB) {
	n.NoDelay, n.Cork, n.NotsentLowat, n.ThinLinear, n.UserMSS = c.NoDelay, c.Cork, c.NotsentLowat, c.ThinLinear, c.UserMSS
	n.Linger, n.LingerT, n.Linger2, n.ReuseAddr, n.ReusePort = c.Linger, c.LingerT, c.Linger2, c.ReuseAddr, c.ReusePort
	n.KeepOn, n.KeepIdle, n.KeepIntvl, n.KeepCnt = c.KeepOn, c.KeepIdle, c.KeepIntvl, c.KeepCnt
	n.UserTO, n.SynCnt, n.DeferAccept, n.RTOMax, n.OOBInline, n.RcvLowat = c.UserTO, c.SynCnt, c.DeferAccept, c.RTOMax, c.OOBInline, c.RcvLowat
	n.RcvBuf, n.RcvBufLock, n.SndBuf, n.SndBufLock, n.Scaling = c.RcvBuf, c.RcvBufLock, c.SndBuf, c.SndBufLock, c.Scaling
	n.PacingMax, n.Paced, n.CCSet, n.TOS, n.MTU = c.PacingMax, c.Paced, c.CCSet, c.TOS, c.MTU
	n.FOMax, n.FOConnect, n.FONoCookie, n.SndUp = c.FOMax, c.FOConnect, c.FONoCookie, c.SndUp
}
