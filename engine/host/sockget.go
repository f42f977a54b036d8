package host

import (
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// SetOption is setsockopt(2) for an option that is one or two numbers.
func (h *Host) SetOption(x *Ctx, fd int32, name string, v []int64) tcp.Errno {
	_, c := h.take(x, fd)
	if c == nil {
		return tcp.EBADF
	}
	defer x.Enter(optionRule)()
	return setOption(x, c, name, v)
}

// Option is getsockopt(2): the numbers of an option.
func (h *Host) Option(x *Ctx, fd int32, name string) ([]int64, tcp.Errno) {
	_, c := h.take(x, fd)
	if c == nil {
		return nil, tcp.EBADF
	}
	defer x.Enter(optionRule)()
	return h.option(x, c, name)
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func seconds(d sim.Duration) int64 { return int64(d / sim.Second) }

// switched reads an option that is on or off.
func switched(c *tcp.Conn, name string) (on, known bool) {
	switch name {
	case "SO_REUSEADDR":
		return c.ReuseAddr, true
	case "SO_REUSEPORT":
		return c.ReusePort, true
	case "SO_KEEPALIVE":
		return c.KeepOn, true
	case "IP_BIND_ADDRESS_NO_PORT":
		return c.NoPort, true
	case "SO_OOBINLINE":
		return c.OOBInline, true
	case "SO_ACCEPTCONN":
		return c.State == tcp.Listen, true
	case "TCP_NODELAY":
		return c.NoDelay, true
	case "TCP_CORK":
		return c.Cork, true
	case "TCP_THIN_LINEAR_TIMEOUTS":
		return c.ThinLinear, true
	}
	return false, false
}

// option reads an option (sk_getsockopt, do_tcp_getsockopt).
func (h *Host) option(x *Ctx, c *tcp.Conn, name string) ([]int64, tcp.Errno) {
	either := func(own, other sim.Duration) int64 {
		if own > 0 {
			return seconds(own)
		}
		return seconds(other)
	}
	if on, known := switched(c, name); known {
		return []int64{bit(on)}, tcp.OK
	}
	var n int64
	switch name {
	case "SO_ERROR":
		n = int64(c.AskError(&x.Ctx))
	case "SO_LINGER":
		return []int64{bit(c.Linger), seconds(c.LingerT)}, tcp.OK
	case "SO_RCVBUF":
		n = int64(c.RcvBuf)
	case "SO_RCVLOWAT":
		n = max(int64(c.RcvLowat), 1)
	case "SO_SNDBUF":
		n = int64(c.SndBuf)
	case "SO_MAX_PACING_RATE":
		n = c.MaxPacing()
	case "SO_TYPE":
		n = 1
	case "SO_PROTOCOL":
		n = 6
	case "TCP_NOTSENT_LOWAT":
		n = int64(int32(c.NotsentLowat))
	case "TCP_QUICKACK":
		n = bit(c.Pingpong < x.Sys.PingpongThresh)
	case "TCP_MAXSEG":
		n = int64(c.MSS)
		if c.UserMSS > 0 && (c.State == tcp.Closed || c.State == tcp.Listen) {
			n = int64(c.UserMSS)
		}
	case "TCP_WINDOW_CLAMP":
		n = int64(c.WindowClamp)
	case "TCP_SYNCNT":
		if n = int64(c.SynCnt); n == 0 {
			n = int64(x.Sys.SynRetries)
		}
	case "TCP_LINGER2":
		if n = int64(c.Linger2); n == 0 {
			n = seconds(x.Sys.FinTimeout)
		}
	case "TCP_DEFER_ACCEPT":
		n = secondsFor(c.DeferAccept)
	case "TCP_USER_TIMEOUT":
		n = int64(c.UserTO / sim.Millisecond)
	case "TCP_RTO_MAX_MS":
		n = int64(c.RTOMax / sim.Millisecond)
	case "TCP_KEEPIDLE":
		n = either(c.KeepIdle, x.Sys.KeepaliveTime)
	case "TCP_KEEPINTVL":
		n = either(c.KeepIntvl, x.Sys.KeepaliveIntvl)
	case "TCP_KEEPCNT":
		if n = int64(c.KeepCnt); n == 0 {
			n = int64(x.Sys.KeepaliveProbes)
		}
	default:
		n, err := fastOpen(c, name)
		return []int64{n}, err
	}
	return []int64{n}, tcp.OK
}

// secondsFor turns SYN-ACK retransmissions into seconds (retrans_to_secs).
func secondsFor(n uint8) int64 {
	var period int64
	if n > 0 {
		period = 1
		for step := int64(1); n > 1; n-- {
			step = min(step*2, 120)
			period += step
		}
	}
	return period
}
