package kernel

import (
	"fmt"
	"net/netip"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"wirestep/engine/packetdrill/script"
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

// dataTask prepares the calls that carry data.
func (p *player) dataTask(c *script.Call, a args) *task {
	fd := p.fd(a.at(0))
	switch c.Name {
	case "read":
		m := p.pieceOf(a.at(1), a.num(2, 0))
		return plain(unix.SYS_READ, fd, m.at(), m.size)
	case "write":
		m := p.pieceOf(a.at(1), a.num(2, 0))
		return plain(unix.SYS_WRITE, fd, m.at(), m.size)
	case "readv", "writev":
		v := vectors(p.pieces(a.at(1)))
		call := uintptr(unix.SYS_READV)
		if c.Name == "writev" {
			call = unix.SYS_WRITEV
		}
		return plain(call, fd, uintptr(unsafe.Pointer(unsafe.SliceData(v))), a.num(2, int64(len(v))))
	case "recv", "recvfrom":
		return addressed(unix.SYS_RECVFROM, fd, p.pieceOf(a.at(1), a.num(2, 0)), a.num(3, 0))
	case "send", "sendto":
		m := p.pieceOf(a.at(1), a.num(2, 0))
		if x := a.at(4); x.Kind == script.Struct || a.num(3, 0)&unix.MSG_FASTOPEN != 0 {
			to := p.address(x, p.u.remote, p.u.connect)
			return &task{blocks: true, do: func() (int64, error) {
				n, err := unix.SendmsgN(fd, m.b, nil, to, int(a.num(3, 0))|unix.MSG_NOSIGNAL)
				return int64(n), err
			}}
		}
		return addressed(unix.SYS_SENDTO, fd, m, a.num(3, 0)|unix.MSG_NOSIGNAL)
	case "recvmsg":
		return p.message(unix.SYS_RECVMSG, fd, a.at(1), a.num(2, 0))
	case "sendmsg":
		return p.message(unix.SYS_SENDMSG, fd, a.at(1), a.num(2, 0)|unix.MSG_NOSIGNAL)
	}
	return p.fileTask(c, a)
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
			ev := p.epollEvent(a.at(3))
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
		w := "revents=0x0"
		if r := x.Field("revents", 2); r != nil {
			w = ""
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

// epollEvent reads a struct epoll_event. What a script calls fd is the descriptor
// that it stands for.
func (p *player) epollEvent(x *expr) *unix.EpollEvent {
	ev := &unix.EpollEvent{}
	if n, ok := fieldValue(x, "events"); ok {
		ev.Events = uint32(n)
	}
	if f := x.Field("fd", -1); f != nil {
		ev.Fd = int32(p.fd(f))
	} else if n, ok := fieldValue(x, "ptr", "u32", "u64"); ok {
		ev.Fd, ev.Pad = int32(n), int32(n>>32)
	}
	return ev
}

func (p *player) epollTask(fd int, a args) *task {
	want := []*expr{a.at(1)}
	if a.at(1).Kind == script.Array {
		want = a.at(1).List
	}
	events := make([]unix.EpollEvent, max(a.num(2, 1), 1))
	return &task{blocks: true,
		do: func() (int64, error) {
			n, err := unix.EpollWait(fd, events[:max(a.num(2, 1), 0)], int(a.num(3, 0)))
			return int64(n), err
		},
		check: func() (expected, got string) {
			for i := 0; i < min(len(events), len(want)); i++ {
				if want[i].Kind != script.Struct {
					continue
				}
				w := p.epollEvent(want[i])
				expected += fmt.Sprintf(" events=%#x data=%d", w.Events, w.Fd)
				got += fmt.Sprintf(" events=%#x data=%d", events[i].Events, events[i].Fd)
			}
			return strings.TrimSpace(expected), strings.TrimSpace(got)
		}}
}
