package kernel

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/sys/unix"

	"wirestep/engine/packetdrill"
	"wirestep/engine/wire"
)

type addrOf = netip.Addr

// parseAddr reads an address as inet_addr("…") and inet_pton(AF_INET6, "…") have it.
func parseAddr(texts ...string) (netip.Addr, bool) {
	for _, t := range texts {
		if a, err := netip.ParseAddr(t); err == nil {
			return a, true
		}
		if t == "INADDR_ANY" {
			return netip.IPv4Unspecified(), true
		}
	}
	return netip.Addr{}, false
}

// maxBuffer limits what one call may carry.
const maxBuffer = 64 << 20

// memory is what a call reads into or writes from.
func memory(size int64, text string) []byte {
	b := []byte(wire.Pattern(0, int(min(max(size, 0), maxBuffer))))
	copy(b, text)
	return b
}

// buffer reads the memory argument of a call of one buffer.
func buffer(a args) []byte { return memory(a.num(2, 0), a.at(1).Text) }

// iovec reads [{…, 1000}, {…, 500}] as one buffer.
func iovec(x *expr) []byte {
	var b []byte
	for _, v := range x.List {
		if n := len(v.List); n >= 2 {
			size, _ := v.List[n-1].Value()
			b = append(b, memory(size, v.List[0].Text)...)
		}
	}
	return b
}

// message reads a struct msghdr.
func message(x *expr) []byte {
	if iov := x.Field("msg_iov", -1); iov != nil {
		return iovec(iov)
	}
	return nil
}

// dataTask prepares the calls that carry data.
func (p *player) dataTask(c *packetdrill.Call, a args) *task {
	fd := p.fd(a.at(0))
	switch c.Name {
	case "read":
		return receives(fd, buffer(a), -1, nil)
	case "recv", "recvfrom":
		return receives(fd, buffer(a), int(a.num(3, 0)), nil)
	case "readv":
		return receives(fd, iovec(a.at(1)), -1, nil)
	case "recvmsg":
		return receives(fd, message(a.at(1)), int(a.num(2, 0)), a.at(1).Field("msg_flags", -1))
	case "write":
		return sends(fd, buffer(a), -1, nil)
	case "send":
		return sends(fd, buffer(a), int(a.num(3, 0)), nil)
	case "sendto":
		var to unix.Sockaddr
		if x := a.at(4); x.Kind == packetdrill.Struct || a.num(3, 0)&unix.MSG_FASTOPEN != 0 {
			to = p.address(x, p.u.remote, p.u.connect)
		}
		return sends(fd, buffer(a), int(a.num(3, 0)), to)
	case "writev":
		return sends(fd, iovec(a.at(1)), -1, nil)
	case "sendmsg":
		return sends(fd, message(a.at(1)), int(a.num(2, 0)), nil)
	}
	return nil
}

// receives is a read; flags -1 is read(2) itself.
func receives(fd int, b []byte, flags int, msgFlags *expr) *task {
	got := 0
	t := &task{blocks: true, do: func() (int64, error) {
		if flags < 0 {
			n, err := unix.Read(fd, b)
			return int64(n), err
		}
		n, _, f, _, err := unix.Recvmsg(fd, b, make([]byte, 256), flags)
		got = f &^ unix.MSG_CMSG_CLOEXEC
		return int64(n), err
	}}
	if want, ok := int64(0), false; msgFlags != nil {
		if want, ok = msgFlags.Value(); ok {
			t.check = func() (string, string) { return fmt.Sprintf("msg_flags=%#x", want), fmt.Sprintf("msg_flags=%#x", got) }
		}
	}
	return t
}

// sends is a write; flags -1 is write(2) itself.
func sends(fd int, b []byte, flags int, to unix.Sockaddr) *task {
	return &task{blocks: true, do: func() (int64, error) {
		if flags < 0 {
			n, err := unix.Write(fd, b)
			return int64(n), err
		}
		n, err := unix.SendmsgN(fd, b, nil, to, flags|unix.MSG_NOSIGNAL)
		return int64(n), err
	}}
}

// eventTask prepares poll, epoll and ioctl.
func (p *player) eventTask(name string, a args) *task {
	fd := p.fd(a.at(0))
	switch name {
	case "ioctl":
		return p.ioctlTask(fd, a)
	case "poll":
		return p.pollTask(a)
	case "epoll_create", "epoll_create1":
		return &task{opens: true, do: func() (int64, error) {
			n, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
			return int64(n), err
		}}
	case "epoll_ctl":
		return &task{do: func() (int64, error) {
			ev := &unix.EpollEvent{Fd: int32(a.num(2, 0))}
			if n, ok := fieldValue(a.at(3), "events"); ok {
				ev.Events = uint32(n)
			}
			return zero(unix.EpollCtl(fd, int(a.num(1, 0)), p.fd(a.at(2)), ev))
		}}
	case "epoll_wait":
		return p.epollTask(fd, a)
	}
	return nil
}

func (p *player) ioctlTask(fd int, a args) *task {
	n := 0
	t := &task{do: func() (_ int64, err error) {
		n, err = unix.IoctlGetInt(fd, uint(a.num(1, 0)))
		return 0, err
	}}
	if want, ok := a.at(2).Value(); ok {
		t.check = func() (string, string) { return fmt.Sprint(want), fmt.Sprint(n) }
	}
	return t
}

func (p *player) pollTask(a args) *task {
	var fds []unix.PollFd
	var want []string
	for _, x := range a.at(0).List {
		f, events := x.Field("fd", 0), x.Field("events", 1)
		if f == nil || events == nil {
			continue
		}
		n, _ := events.Value()
		fds = append(fds, unix.PollFd{Fd: int32(p.fd(f)), Events: int16(n)})
		w := ""
		if r := x.Field("revents", 2); r != nil {
			if n, ok := r.Value(); ok {
				w = fmt.Sprintf("revents=%#x", n)
			}
		}
		want = append(want, w)
	}
	return &task{blocks: true,
		do: func() (int64, error) {
			n, err := unix.Poll(fds, int(a.num(2, 0)))
			return int64(n), err
		},
		check: func() (string, string) {
			var got []string
			for i, f := range fds {
				if want[i] == "" {
					got = append(got, "")
				} else {
					got = append(got, fmt.Sprintf("revents=%#x", uint16(f.Revents)))
				}
			}
			return strings.Join(want, " "), strings.Join(got, " ")
		}}
}

func (p *player) epollTask(fd int, a args) *task {
	want := []*expr{a.at(1)}
	if a.at(1).Kind == packetdrill.Array {
		want = a.at(1).List
	}
	events := make([]unix.EpollEvent, max(a.num(2, 1), 1))
	n := 0
	return &task{blocks: true,
		do: func() (_ int64, err error) {
			n, err = unix.EpollWait(fd, events, int(a.num(3, 0)))
			return int64(n), err
		},
		check: func() (expected, got string) {
			for i := 0; i < min(n, len(want)); i++ {
				if w, ok := fieldValue(want[i], "events"); ok {
					expected += fmt.Sprintf(" events=%#x", uint32(w))
					got += fmt.Sprintf(" events=%#x", events[i].Events)
				}
			}
			return strings.TrimSpace(expected), strings.TrimSpace(got)
		}}
}
