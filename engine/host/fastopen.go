package host

import (
	"strconv"
	"strings"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
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

// setFastOpenKey is TCP_FASTOPEN_KEY.
func setFastOpenKey(c *tcp.Conn, key string) tcp.Errno {
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
