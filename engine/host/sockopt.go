package host

import (
	"encoding/binary"
	"slices"
	"strings"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
)

// Setsockopt is setsockopt(2).
type Setsockopt struct {
	FD     int32
	Name   string // "": the level has no such option
	Values []int64
	Text   string // when IsText
	IsText bool
	Null   bool  // the value lies at address 0
	Size   int64 // optlen
	Alien  bool  // an option of IPv6, and the socket is of IPv4
}

// short are options that may have a value of one byte.
var short = map[string]bool{"IP_TOS": true, "IP_TTL": true, "IP_MTU_DISCOVER": true, "IP_RECVERR": true, "IP_RECVTTL": true, "IP_RECVTOS": true, "IP_FREEBIND": true,
	"IP_TRANSPARENT": true, "IP_MINTTL": true, "IP_BIND_ADDRESS_NO_PORT": true}

func (c *Setsockopt) do(h *Host, x *Ctx, _ *Wait) (Done, bool) {
	_, s, err := h.socket(x, c.FD)
	if err != tcp.OK {
		return failed(err)
	}
	defer x.Enter(optionRule)()
	err, done := c.other(h, x, s)
	if !done {
		err = setOption(x, s, c.Name, c.Values)
	}
	return Done{Errno: err}.under(x)
}

// other is what does not come to TCP itself: what is refused, texts, and options that
// are kept beside the socket.
func (c *Setsockopt) other(h *Host, x *Ctx, s *tcp.Conn) (err tcp.Errno, done bool) {
	switch {
	case c.Name == "" || c.Alien:
		return tcp.ENOPROTOOPT, true
	case h.noAdmin && strings.HasSuffix(c.Name, "BUFFORCE"):
		return tcp.EPERM, true
	case c.Size < 0:
		return tcp.EINVAL, true
	case c.Name == "TCP_FASTOPEN_KEY":
		return setFastOpenKey(s, c.octets()), true
	case c.IsText:
		return setText(x, s, c.Name, strings.TrimRight(c.Text[:min(len(c.Text), int(c.Size))], "\x00")), true
	case c.Null && c.Size > 0:
		return tcp.EFAULT, true
	case len(c.Values) == 0, c.Size < 4 && !short[c.Name], c.Size < 8 && c.Name == "SO_LINGER":
		return tcp.EINVAL, true
	}
	switch c.Name {
	case "SO_RCVTIMEO", "SO_SNDTIMEO":
		return h.setTimeout(s, c.Name, c.Values), true
	}
	if o := FindOption(c.Name); o != nil && o.Keeps != nil {
		return h.keep(s, o, c.Values[0]), true
	}
	return tcp.OK, false
}

// octets is the memory of the value: a text, or integers of four bytes.
func (c *Setsockopt) octets() string {
	b := []byte(c.Text)
	if !c.IsText {
		for _, n := range c.Values {
			b = binary.LittleEndian.AppendUint32(b, uint32(n))
		}
	}
	return string(b[:min(int64(len(b)), c.Size)])
}

// devices are the interfaces that a host may have.
var devices = [...]string{"", "lo", "eth0", "tun0"}

// setText sets an option whose value is a text.
func setText(x *Ctx, c *tcp.Conn, name, text string) tcp.Errno {
	switch name {
	case "TCP_CONGESTION":
		return setCongestion(x, c, text)
	case "SO_BINDTODEVICE":
		if !slices.Contains(devices[:], text) {
			return tcp.ENODEV
		}
		return tcp.OK
	case "TCP_ULP":
		return tcp.ENOENT
	}
	return tcp.EINVAL
}

// setTimeout is SO_RCVTIMEO or SO_SNDTIMEO, in seconds and microseconds; what is not
// a whole tick becomes one more (sock_set_timeout).
func (h *Host) setTimeout(c *tcp.Conn, name string, v []int64) tcp.Errno {
	if len(v) < 2 || v[1] >= 1000_000 || v[1] < 0 {
		if len(v) < 2 {
			return tcp.EINVAL
		}
		return tcp.EDOM
	}
	d := sim.Duration(min(v[0], 1<<31))*sim.Second + (sim.Duration(v[1])*sim.Microsecond+tick-1)/tick*tick
	if v[0] < 0 {
		d = 1 // Linux: it does not wait at all
	}
	h.setKept(c.ID, name, int64(d))
	return tcp.OK
}

const tick = 4 * sim.Millisecond // 250 a second

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
	case "TCP_RTO_MAX_MS", "TCP_RTO_MIN_US", "TCP_DELACK_MAX_US":
		ok = setBound(c, name, n)
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

// setCongestion is TCP_CONGESTION (tcp_set_congestion_control).
func setCongestion(x *Ctx, c *tcp.Conn, name string) tcp.Errno {
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

// setBound sets a bound of the timers, and reports whether its value is a good one.
func setBound(c *tcp.Conn, name string, n int64) (ok bool) {
	switch name {
	case "TCP_RTO_MAX_MS":
		if ok = n >= 1000 && n <= 120000; ok {
			c.RTOMax = sim.Duration(n) * sim.Millisecond
		}
	case "TCP_RTO_MIN_US":
		if ok = n > 4000 && n <= 200_000; ok {
			c.RTOMin = ticks(n)
		}
	default:
		if ok = n > 4000 && n <= 200_000; ok {
			c.DelackMax = ticks(n)
		}
	}
	return ok
}

// ticks rounds microseconds up to ticks of the kernel's clock.
func ticks(us int64) sim.Duration { return (sim.Duration(us)*sim.Microsecond + tick - 1) / tick * tick }

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
