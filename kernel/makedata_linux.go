package kernel

import (
	"encoding/binary"
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"wirestep/engine/host"
	"wirestep/engine/wire"
)

// makeData makes the calls that carry data.
func makeData(p *process, _ *host.Instr, c host.Call, a *answer) (err error, known bool) {
	switch c := c.(type) {
	case *host.Recv:
		return p.receives(c, a), true
	case *host.Send:
		return p.sends(c, a), true
	}
	return nil, false
}

// receives is read(2), recv(2) or recvmsg(2).
func (p *process) receives(c *host.Recv, a *answer) error {
	b := make([]byte, c.Size+1)[:c.Size]
	at := uintptr(unsafe.Pointer(unsafe.SliceData(b[:1])))
	report := c.Flags&host.MsgErrqueue != 0
	var err error
	switch {
	case c.Msg || report:
		n, controls, e := p.message(int(c.FD), b, int(c.Flags))
		if a.n, err = int64(n), e; report && err == nil {
			a.text = reported(controls)
			return nil
		}
	case c.Plain:
		n, _, e := unix.Syscall(unix.SYS_READ, uintptr(c.FD), at, uintptr(c.Size))
		a.n, err = raw(n, e)
	default:
		n, _, e := unix.Syscall6(unix.SYS_RECVFROM, uintptr(c.FD), at, uintptr(c.Size), uintptr(c.Flags), 0, 0)
		a.n, err = raw(n, e)
	}
	runtime.KeepAlive(b)
	if a.mute = c.Flags&host.MsgTrunc != 0; err == nil && !a.mute {
		a.text = string(b[:a.n])
	}
	return err
}

func (p *process) message(fd int, b []byte, flags int) (int, []byte, error) {
	oob := make([]byte, 512)
	n, oobn, _, _, err := unix.Recvmsg(fd, b, oob, flags)
	return n, oob[:max(oobn, 0)], err
}

// reported spells what the error queue has told.
func reported(b []byte) string {
	for _, c := range (&player{}).controls(b) {
		if c.Report != nil {
			r := host.Report(*c.Report)
			return r.String()
		}
	}
	return ""
}

// sends is write(2), send(2) or sendto(2).
func (p *process) sends(c *host.Send, a *answer) error {
	b := append([]byte(wire.Pattern(0, int(c.Size))), 0)[:c.Size] // never the null pointer
	copy(b, c.Text)
	if c.Flags&host.MsgZerocopy != 0 {
		p.held = append(p.held, b)
	}
	at := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	var err error
	switch flags := c.Flags | unix.MSG_NOSIGNAL; {
	case c.To.Port != 0 || c.To.Addr.IsValid():
		n, e := unix.SendmsgN(int(c.FD), b, nil, sockaddr(c.To), int(flags))
		a.n, err = int64(n), e
	case c.Unspec:
		none := unix.RawSockaddrAny{}
		n, _, e := unix.Syscall6(unix.SYS_SENDTO, uintptr(c.FD), at, uintptr(c.Size), uintptr(flags), uintptr(unsafe.Pointer(&none)), unix.SizeofSockaddrInet4)
		a.n, err = raw(n, e)
	case c.Plain:
		n, e := unix.Write(int(c.FD), b)
		a.n, err = int64(n), e
	default:
		n, _, e := unix.Syscall6(unix.SYS_SENDTO, uintptr(c.FD), at, uintptr(c.Size), uintptr(flags), 0, 0)
		a.n, err = raw(n, e)
	}
	runtime.KeepAlive(b)
	return err
}

// disconnect is connect() to an address of family AF_UNSPEC.
func disconnect(fd int) error {
	none := unix.RawSockaddrAny{}
	if _, _, e := unix.Syscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(&none)), unix.SizeofSockaddrInet4); e != 0 {
		return e
	}
	return nil
}

// makeOption makes setsockopt(2) and getsockopt(2).
func makeOption(_ *process, _ *host.Instr, c host.Call, a *answer) (error, bool) {
	switch c := c.(type) {
	case *host.Setsockopt:
		level, number, _ := host.OptionNumber(c.Name)
		b := []byte(c.Text)
		switch {
		case c.IsText && c.Name == "SO_BINDTODEVICE":
			b = []byte(strings.Replace(c.Text, "eth0", "tun0", 1)) // what a play has for an interface
		case c.IsText:
		default:
			b = valuesOf(c)
		}
		size := int64(len(b))
		return sockopt(unix.SYS_SETSOCKOPT, int(c.FD), [2]int{int(level), int(number)}, b, &size), true
	case *host.Getsockopt:
		return option(c, a), true
	}
	return nil, false
}

// isTime says which options are a struct timeval.
func isTime(name string) bool { return name == "SO_RCVTIMEO" || name == "SO_SNDTIMEO" }

// valuesOf lays the value of an option out as C does.
func valuesOf(c *host.Setsockopt) []byte {
	if !isTime(c.Name) && (c.Name != "SO_MAX_PACING_RATE" || len(c.Values) != 1 || c.Values[0]>>32 == 0) {
		return ints(c.Values)
	}
	var b []byte
	for _, n := range c.Values {
		b = binary.NativeEndian.AppendUint64(b, uint64(n))
	}
	return b
}

// option is getsockopt(2): the first of its numbers, or a text.
func option(c *host.Getsockopt, a *answer) error {
	level, number, _ := host.OptionNumber(c.Name)
	o := host.FindOption(c.Name)
	size := int64(4)
	switch {
	case o != nil && o.Text:
		size = 64
	case c.Name == "SO_LINGER":
		size = 8
	case isTime(c.Name):
		size = 16
	}
	b := make([]byte, 64)
	if err := sockopt(unix.SYS_GETSOCKOPT, int(c.FD), [2]int{int(level), int(number)}, b, &size); err != nil {
		return err
	}
	switch {
	case o != nil && o.Text:
		a.text = strings.TrimRight(string(b[:size]), "\x00")
	case isTime(c.Name):
		a.n = int64(binary.NativeEndian.Uint64(b))
	default:
		a.n = int64(int32(binary.NativeEndian.Uint32(b)))
	}
	if c.Name == "SO_ERROR" {
		if a.n != 0 {
			a.text = errnoName(unix.Errno(a.n))
		}
	}
	return nil
}
