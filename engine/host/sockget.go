package host

import (
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// Getsockopt is getsockopt(2): Values are the numbers of an option.
type Getsockopt struct {
	FD    int32
	Name  string // "": the level has no such option
	Size  int64  // optlen, when Sized
	Sized bool
	Alien bool // an option of IPv6, and the socket is of IPv4
}

func (c *Getsockopt) do(h *Host, x *Ctx, _ *Wait) (Done, bool) {
	_, s, err := h.socket(x, c.FD)
	switch {
	case err != tcp.OK:
		return failed(err)
	case c.Name == "" || c.Alien:
		return failed(tcp.ENOPROTOOPT)
	case c.Sized && c.Size < 0:
		return failed(tcp.EINVAL)
	}
	defer x.Enter(optionRule)()
	return c.get(h, x, s).under(x)
}

func (c *Getsockopt) get(h *Host, x *Ctx, s *tcp.Conn) (d Done) {
	switch c.Name {
	case "TCP_INFO":
		return d
	case "TCP_CONGESTION":
		d.Text = s.CC.String()
		return d
	}
	if d.Values, d.Errno = h.option(x, s, c.Name); d.Errno != tcp.OK {
		return Done{Errno: d.Errno}
	}
	d.N = d.Values[0]
	if c.Name == "SO_ERROR" {
		d.Text = tcp.Errno(d.N).String()
	}
	return d
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
	case "TCP_RTO_MIN_US":
		n = int64(c.RTOMin / sim.Microsecond)
	case "TCP_DELACK_MAX_US":
		n = int64(c.DelackMax / sim.Microsecond)
	default:
		return h.otherOption(c, name)
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

// otherOption reads what is kept beside the socket, and the options of Fast Open.
func (h *Host) otherOption(c *tcp.Conn, name string) ([]int64, tcp.Errno) {
	switch name {
	case "SO_RCVTIMEO", "SO_SNDTIMEO":
		n, _ := h.keptValue(c.ID, name)
		return []int64{n / int64(sim.Second), n % int64(sim.Second) / int64(sim.Microsecond)}, tcp.OK
	case "SO_DOMAIN":
		if c.Tuple.Local.Addr.Is6() {
			return []int64{10}, tcp.OK
		}
		return []int64{2}, tcp.OK
	case "IP_MTU", "IPV6_MTU":
		if c.State == tcp.Closed || c.State == tcp.Listen {
			return nil, tcp.ENOTCONN
		}
		return []int64{int64(c.MTU)}, tcp.OK
	}
	o := FindOption(name)
	if o == nil || o.Keeps == nil {
		n, err := fastOpen(c, name)
		return []int64{n}, err
	}
	n, set := h.keptValue(c.ID, name)
	if !set {
		n = o.Keeps.first
	}
	return []int64{n}, tcp.OK
}
