package host

import (
	"slices"
	"strconv"
	"strings"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// leaveFastOpen tells the listener of a connection that its third segment is no
// longer waited for.
func (h *Host) leaveFastOpen(x *Ctx, c *tcp.Conn, left *tcp.FastOpenLeft) {
	if l := h.Conn(left.Listener); l != nil {
		h.edit(x, l).FastOpenLeave(&x.Ctx, left.Reset, c.Parent == 0)
	}
}

// fastOpenSecret is the key of a host that was given none. Linux makes it when the
// first listener needs it, and shows zeros until then.
func (h *Host) fastOpenSecret() {
	if i := FindSysctl("tcp_fastopen_key"); h.Set.Values[i] != Sysctls[i].Default {
		return
	}
	r := sim.Derive(h.secret, "fastopen")
	h.Sys.FastOpenKeys[0], h.Sys.FastOpenKeyN = tcp.FastOpenKey{r.Uint64(), r.Uint64()}, 1
}

// SendFast is sendto(2) with MSG_FASTOPEN, or the first write after a deferred
// connect(): the SYN leaves with as much of the data as it takes. EINPROGRESS: a
// call that waits has to wait for the connection before it sends the rest; OK: it
// is there already (tcp_sendmsg_fastopen).
func (h *Host) SendFast(x *Ctx, fd int32, to wire.Endpoint, data string) (int, tcp.Errno) {
	s, c := h.take(x, fd)
	switch {
	case c == nil:
		return 0, tcp.EBADF
	case x.Sys.FastOpen&tcp.FastOpenClient == 0:
		return 0, tcp.EOPNOTSUPP
	case c.FODefer:
		s.Connecting = true
		return c.ConnectFast(&x.Ctx, c.ISS, data), tcp.EINPROGRESS
	case s.Connecting:
		done, err := h.Connected(x, fd)
		if !done {
			err = tcp.EALREADY
		}
		return 0, err
	case c.State == tcp.Listen:
		return 0, tcp.EISCONN
	}
	iss, err := h.choose(x, c, to)
	if err != tcp.OK {
		return 0, err
	}
	s.Connecting = true
	return c.ConnectFast(&x.Ctx, iss, data), tcp.EINPROGRESS
}

// writeFast is the part of a write that Fast Open does. It reports whether the call
// is answered, or waits for the connection.
func (h *Host) writeFast(x *Ctx, proc int, w *wait, s *Sock, data string, total int64, dont bool) bool {
	c := h.edit(x, h.Conn(s.Conn))
	if w.fast {
		err := c.TakeError(&x.Ctx)
		if err != tcp.OK {
			h.returned(x, proc, &w.in, 0, err, "")
		}
		return err != tcp.OK
	}
	to := wire.Endpoint{}
	if n := len(w.in.Args); w.in.Args[n-1].Kind == ArgAddr {
		to = w.in.Args[n-1].Addr
	}
	n, err := h.SendFast(x, s.FD, to, data)
	w.done = int64(n)
	switch {
	case err == tcp.OK:
		return false
	case err != tcp.EINPROGRESS, dont && n == 0:
		h.returned(x, proc, &w.in, 0, err, "")
	case dont:
		h.returned(x, proc, &w.in, w.done, tcp.OK, "")
	default:
		defer x.Enter(connectWait)()
		c.WritePending = w.done < total
		w.fast, w.sock, w.until = true, c.ID, sim.Never
		h.block(proc, *w)
	}
	return true
}

// hasFlag looks for a constant in an argument such as MSG_MORE|MSG_DONTWAIT.
func hasFlag(a Arg, name string) bool {
	return a.Kind == ArgWord && slices.Contains(strings.Split(a.Text, "|"), name)
}

// setFastOpen sets one of the options of Fast Open (do_tcp_setsockopt).
func setFastOpen(x *Ctx, c *tcp.Conn, name string, v []int64) tcp.Errno {
	flag := v[0] == 0 || v[0] == 1
	idle := c.State == tcp.Closed
	ok := false
	switch name {
	case "TCP_FASTOPEN":
		ok = c.TuneFastOpen(x.Sys, v[0])
	case "TCP_FASTOPEN_CONNECT":
		if flag && x.Sys.FastOpen&tcp.FastOpenClient == 0 {
			return tcp.EOPNOTSUPP
		}
		if ok = flag && idle; ok {
			c.FOConnect = v[0] == 1
		}
	case "TCP_FASTOPEN_NO_COOKIE":
		if ok = flag && (idle || c.State == tcp.Listen); ok {
			c.FONoCookie = v[0] == 1
		}
	default:
		return tcp.ENOPROTOOPT
	}
	if !ok {
		return tcp.EINVAL
	}
	return tcp.OK
}

// SetFastOpenKey is setsockopt(2) with TCP_FASTOPEN_KEY.
func (h *Host) SetFastOpenKey(x *Ctx, fd int32, key string) tcp.Errno {
	_, c := h.take(x, fd)
	if c == nil {
		return tcp.EBADF
	}
	defer x.Enter(optionRule)()
	if !c.SetFastOpenKey(key) {
		return tcp.EINVAL
	}
	return tcp.OK
}

// fastOpen reads one of them.
func fastOpen(c *tcp.Conn, name string) (int64, tcp.Errno) {
	switch name {
	case "TCP_FASTOPEN":
		return int64(c.FOMax), tcp.OK
	case "TCP_FASTOPEN_CONNECT":
		return bit(c.FOConnect), tcp.OK
	case "TCP_FASTOPEN_NO_COOKIE":
		return bit(c.FONoCookie), tcp.OK
	}
	return 0, tcp.ENOPROTOOPT
}

// keys reads tcp_fastopen_key: four words in hexadecimal digits, and after a comma
// those of the backup key (proc_tcp_fastopen_key).
func (d *Sysctl) keys(value string) ([]int64, error) {
	var v []int64
	parts := strings.Split(value, ",")
	for _, part := range parts {
		words := strings.Split(part, "-")
		for _, w := range words {
			n, err := strconv.ParseUint(w, 16, 32)
			if err != nil || len(words) != 4 || len(parts) > 2 {
				return nil, d.fail("%q; expected a key such as 01234567-89abcdef-01234567-89abcdef, or two with a comma between", value)
			}
			v = append(v, int64(n))
		}
	}
	return v, nil
}

// setFastOpenKeys takes the words of one or two keys. The default, zeros, means
// that there is none yet.
func setFastOpenKeys(s *tcp.Sysctls, v []int64) {
	for i := range len(v) / 4 {
		w := v[4*i:]
		s.FastOpenKeys[i] = tcp.ParseFastOpenKey([4]uint32{uint32(w[0]), uint32(w[1]), uint32(w[2]), uint32(w[3])})
	}
	s.FastOpenKeyN = uint8(len(v) / 4)
}

// spellKeys spells keys as the kernel shows them.
func spellKeys(v []int64) string {
	var b strings.Builder
	for i, w := range v {
		switch {
		case i == 4:
			b.WriteByte(',')
		case i > 0:
			b.WriteByte('-')
		}
		b.WriteString(strconv.FormatInt(w+1<<32, 16)[1:])
	}
	return b.String()
}

// parseNumber reads a number as the kernel does: 10, 0xa or 012.
func parseNumber(s string) (int64, error) {
	digits, base := strings.TrimPrefix(s, "-"), 10
	switch {
	case strings.HasPrefix(digits, "0x") || strings.HasPrefix(digits, "0X"):
		digits, base = digits[2:], 16
	case len(digits) > 1 && digits[0] == '0':
		digits, base = digits[1:], 8
	}
	n, err := strconv.ParseUint(digits, base, 63)
	if strings.HasPrefix(s, "-") {
		return -int64(n), err
	}
	return int64(n), err
}
