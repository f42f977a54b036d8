package host

import (
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// value returns the numbers of a setsockopt: plain, or in a list.
func numbers(args []Arg) []int64 {
	var v []int64
	for _, a := range args {
		switch a.Kind {
		case ArgNum:
			v = append(v, a.Num)
		case ArgDur:
			v = append(v, int64(a.Dur/sim.Second))
		}
	}
	return v
}

// callSetsockopt sets an option (tcp_setsockopt, sk_setsockopt).
func (h *Host) callSetsockopt(x *Ctx, proc int, w wait) {
	_, c := h.enter(x, proc, &w.in)
	if c == nil {
		return
	}
	defer x.Enter(optionRule)()
	args := w.in.Args[1:]
	if len(args) > 1 && (args[0].Text == "SOL_SOCKET" || args[0].Text == "SOL_TCP" || args[0].Text == "IPPROTO_TCP") {
		args = args[1:]
	}
	if args[0].Text == "TCP_CONGESTION" && len(args) > 1 {
		h.returned(x, proc, &w.in, 0, SetCongestion(x, c, args[1].Text), "")
		return
	}
	v := numbers(args[1:])
	if len(v) == 0 {
		h.returned(x, proc, &w.in, 0, tcp.EINVAL, "")
		return
	}
	h.returned(x, proc, &w.in, 0, setOption(x, c, args[0].Text, v), "")
}

func setOption(x *Ctx, c *tcp.Conn, name string, v []int64) tcp.Errno {
	n, on := v[0], v[0] != 0
	between := func(lo, hi int64) bool { return n >= lo && n <= hi }
	ok := true
	switch name {
	case "SO_REUSEADDR":
		c.ReuseAddr = on
	case "SO_RCVLOWAT":
		c.SetRcvLowat(&x.Ctx, n)
	case "SO_OOBINLINE":
		c.OOBInline = on
	case "SO_REUSEPORT":
		c.ReusePort = on
	case "IP_BIND_ADDRESS_NO_PORT":
		c.NoPort = on
	case "SO_KEEPALIVE":
		c.KeepOn = on
		c.ArmUser(&x.Ctx)
	case "SO_LINGER":
		if len(v) < 2 {
			return tcp.EINVAL
		}
		c.Linger, c.LingerT = on, sim.Duration(v[1])*sim.Second
	case "SO_RCVBUF", "SO_RCVBUFFORCE":
		c.SetRcvBuf(&x.Ctx, n, name == "SO_RCVBUFFORCE")
	case "SO_SNDBUF", "SO_SNDBUFFORCE":
		c.SetSndBuf(&x.Ctx, n, name == "SO_SNDBUFFORCE")
	case "SO_MAX_PACING_RATE":
		c.SetMaxPacing(n)
	case "TCP_NODELAY", "TCP_CORK", "TCP_NOTSENT_LOWAT", "TCP_THIN_LINEAR_TIMEOUTS":
		ok = setSender(x, c, name, n)
	case "TCP_QUICKACK":
		c.SetQuickAck(&x.Ctx, n)
	case "TCP_MAXSEG":
		if ok = n == 0 || between(88, 32767); ok {
			c.UserMSS = uint16(n)
		}
	case "TCP_WINDOW_CLAMP":
		ok = c.SetWindowClamp(n)
	case "TCP_SYNCNT":
		if ok = between(1, 127); ok {
			c.SynCnt = uint8(n)
		}
	case "TCP_LINGER2":
		c.Linger2 = int32(min(n, 120))
	case "TCP_DEFER_ACCEPT":
		c.DeferAccept = retransFor(n)
	case "TCP_USER_TIMEOUT":
		if ok = n >= 0; ok {
			c.UserTO = sim.Duration(n) * sim.Millisecond
		}
	case "TCP_RTO_MAX_MS":
		if ok = between(1000, 120000); ok {
			c.RTOMax = sim.Duration(n) * sim.Millisecond
		}
	case "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT":
		return setKeepalive(x, c, name, n)
	default:
		return setFastOpen(x, c, name, v)
	}
	if !ok {
		return tcp.EINVAL
	}
	return tcp.OK
}

// SetCongestion is TCP_CONGESTION (tcp_set_congestion_control).
func SetCongestion(x *Ctx, c *tcp.Conn, name string) tcp.Errno {
	if name == "" {
		return tcp.EINVAL
	}
	cc, ok := tcp.ParseCongestion(name)
	if !ok {
		return tcp.ENOENT
	}
	c.SetCongestion(&x.Ctx, cc)
	return tcp.OK
}

// setSender sets an option that only a sender has, and reports whether its value is
// a good one.
func setSender(x *Ctx, c *tcp.Conn, name string, n int64) bool {
	on := n != 0
	switch name {
	case "TCP_NODELAY":
		if c.NoDelay = on; on {
			c.Flush(&x.Ctx)
		}
	case "TCP_CORK":
		if c.Cork = on; !on {
			c.Flush(&x.Ctx)
		}
	case "TCP_NOTSENT_LOWAT":
		c.NotsentLowat = uint32(n)
	default:
		if n < 0 || n > 1 {
			return false
		}
		c.ThinLinear = on
	}
	return true
}

// setKeepalive sets one of the three numbers of keepalive.
func setKeepalive(x *Ctx, c *tcp.Conn, name string, n int64) tcp.Errno {
	most := int64(32767)
	if name == "TCP_KEEPCNT" {
		most = 127
	}
	if n < 1 || n > most {
		return tcp.EINVAL
	}
	switch name {
	case "TCP_KEEPIDLE":
		c.SetKeepIdle(&x.Ctx, sim.Duration(n)*sim.Second)
	case "TCP_KEEPINTVL":
		c.KeepIntvl = sim.Duration(n) * sim.Second
	default:
		c.KeepCnt = uint8(n)
	}
	return tcp.OK
}

// retransFor turns seconds into SYN-ACK retransmissions (secs_to_retrans).
func retransFor(seconds int64) uint8 {
	n := uint8(0)
	if seconds > 0 {
		n = 1
		for period, step := int64(1), int64(1); seconds > period && n < 255; n++ {
			step = min(step*2, 120)
			period += step
		}
	}
	return n
}

// callGetsockopt reads an option: SO_ERROR is the one that lessons need.
func (h *Host) callGetsockopt(x *Ctx, proc int, w wait) {
	_, c := h.enter(x, proc, &w.in)
	if c == nil {
		return
	}
	defer x.Enter(optionRule)()
	name := w.in.Args[len(w.in.Args)-1].Text
	for _, a := range w.in.Args[1:] {
		if a.Text == "SO_ERROR" || a.Text == "TCP_MAXSEG" {
			name = a.Text
		}
	}
	v, err := h.option(x, c, name)
	if err != tcp.OK {
		h.returned(x, proc, &w.in, 0, err, "")
		return
	}
	text := ""
	if name == "SO_ERROR" {
		text = tcp.Errno(v[0]).String()
	}
	h.returned(x, proc, &w.in, v[0], tcp.OK, text)
}

func (h *Host) callFcntl(x *Ctx, proc int, w wait) {
	s, c := h.enter(x, proc, &w.in)
	if c == nil {
		return
	}
	defer x.Enter(optionRule)()
	s.NonBlock = false
	for _, a := range w.in.Args[1:] {
		if a.Text == "O_NONBLOCK" {
			s.NonBlock = true
		}
	}
	h.returned(x, proc, &w.in, 0, tcp.OK, "")
}
