package kernel

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"wirestep/engine/packetdrill/script"
)

// fileTask prepares the calls about files and pipes, and those that move data
// between them and a socket.
func (p *player) fileTask(c *script.Call, a args) *task {
	switch c.Name {
	case "open":
		return &task{opens: true, do: func() (int64, error) {
			flags := int(a.num(1, 0))
			if flags&(unix.O_WRONLY|unix.O_RDWR|unix.O_CREAT|unix.O_TRUNC|unix.O_APPEND) != 0 {
				return -1, fmt.Errorf("open() of %s: files are only read", a.at(0))
			}
			n, err := unix.Open(a.at(0).Text, flags|unix.O_CLOEXEC, 0)
			return int64(n), err
		}}
	case "pipe":
		var fds [2]int
		return &task{do: func() (int64, error) {
			if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
				return -1, err
			}
			for i, x := range a.at(0).List {
				if n, ok := x.Value(); ok && i < 2 {
					p.fds[n] = fds[i]
				}
			}
			p.s.keep(fds[:]...)
			return 0, nil
		}}
	case "splice":
		return &task{blocks: true, do: func() (int64, error) {
			n, err := unix.Splice(p.fd(a.at(0)), nil, p.fd(a.at(2)), nil, int(a.num(4, 0)), int(a.num(5, 0)))
			return n, err
		}}
	case "sendfile":
		return &task{blocks: true, do: func() (int64, error) {
			at := a.num(2, 0)
			n, err := unix.Sendfile(p.fd(a.at(0)), p.fd(a.at(1)), &at, int(a.num(3, 0)))
			return int64(n), err
		}}
	case "dup":
		return &task{opens: true, do: func() (int64, error) {
			n, err := unix.FcntlInt(uintptr(p.fd(a.at(0))), unix.F_DUPFD_CLOEXEC, 0)
			return int64(n), err
		}}
	case "cap_set":
		return &task{do: func() (int64, error) { return zero(p.capability(a)) }}
	}
	return nil
}

// capability takes a capability from the thread of the script, or gives it back.
func (p *player) capability(a args) error {
	word := strings.TrimPrefix(a.at(1).Text, "CAP_")
	n, known := script.Constant("CAP_" + word)
	if !known || a.num(0, 0) != 0 {
		return fmt.Errorf("cap_set() of %s: only effective capabilities that have a name", a.at(1))
	}
	h := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var d [2]unix.CapUserData
	if err := unix.Capget(&h, &d[0]); err != nil {
		return err
	}
	if bit := uint32(1) << (n % 32); a.num(2, 0) != 0 {
		d[n/32].Effective |= bit
	} else {
		d[n/32].Effective &^= bit
	}
	if p.caps == nil {
		h2 := h
		p.caps = func() { unix.Capset(&h2, &p.had[0]) }
		unix.Capget(&h, &p.had[0])
	}
	return unix.Capset(&h, &d[0])
}
