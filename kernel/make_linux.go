package kernel

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// A scene's calls on the kernel: those of package host, spelled for the real system.
// What they mean is said there; that each is spelled here a test of the table asks.

// answer is what a call returned.
type answer struct {
	in    *host.Instr
	at    time.Duration // since the start of the scene
	n     int64
	errno string // "": none
	no    unix.Errno
	text  string // what it read, or the events that it told of
	mute  bool   // the text says nothing: the kernel writes no data
	gives bool   // n is a descriptor
	waits bool   // the engine's call has waited
	ended bool   // of reads to the end that were joined: the end has come
}

// maker makes one call. false: it is none of its.
type maker func(p *process, in *host.Instr, c host.Call, a *answer) (error, bool)

// makers are all calls. It is read only.
var makers = [...]maker{makeConnection, makeData, makeDescriptor, makeOption, makeEvents, makePipes}

// make makes a call.
func (p *process) make(in *host.Instr, c host.Call) (a answer) {
	if o, is := c.(*host.Opening); is {
		return p.opening(in, o)
	}
	err, known := error(unix.ENOSYS), false
	for _, m := range makers {
		if err, known = m(p, in, c, &a); known {
			break
		}
	}
	return a.with(err)
}

// with adds the error of a call.
func (a answer) with(err error) answer {
	if err == nil {
		return a
	}
	a.n, a.text = -1, ""
	if no, is := err.(unix.Errno); is {
		a.errno, a.no = errnoName(no), no
	} else {
		a.errno = fmt.Sprint(err)
	}
	return a
}

// opening is a call that makes its socket, and binds it, first.
func (p *process) opening(in *host.Instr, o *host.Opening) answer {
	fd, err := p.socket(in, 0)
	if err != nil {
		return answer{gives: true}.with(err)
	}
	next := o.Then(int32(fd))
	if o.At != nil {
		if err := unix.Bind(fd, sockaddr(*o.At)); err != nil {
			if _, listens := next.(*host.Listen); listens {
				_ = p.h.s.shut(fd)
			}
			return answer{}.with(err)
		}
	}
	return p.make(in, next)
}

func sockaddr(e wire.Endpoint) *unix.SockaddrInet4 {
	s := &unix.SockaddrInet4{Port: int(e.Port)}
	if e.Addr.Is4() {
		s.Addr = e.Addr.As4()
	}
	return s
}

func makeConnection(p *process, in *host.Instr, c host.Call, a *answer) (err error, known bool) {
	switch c := c.(type) {
	case *host.Socket:
		var fd int
		fd, err = p.socket(in, nonblock(c.NonBlock))
		a.n, a.gives = int64(fd), true
	case *host.Bind:
		err = unix.Bind(int(c.FD), sockaddr(c.At))
	case *host.Listen:
		err = unix.Listen(int(c.FD), int(c.Backlog))
	case *host.Accept:
		fd, _, e := unix.Accept4(int(c.FD), unix.SOCK_CLOEXEC|nonblock(c.NonBlock))
		a.gives = true
		a.n, err = p.opens(in, fd, e)
	case *host.Connect:
		if c.Unspec {
			return disconnect(int(c.FD)), true
		}
		err = unix.Connect(int(c.FD), sockaddr(c.To))
	case *host.Shutdown:
		err = unix.Shutdown(int(c.FD), int(c.How))
	default:
		return nil, false
	}
	return err, true
}

func nonblock(yes bool) int {
	if yes {
		return unix.SOCK_NONBLOCK
	}
	return 0
}

const fionbio = 0x5421

func makeDescriptor(p *process, in *host.Instr, c host.Call, a *answer) (err error, known bool) {
	switch c := c.(type) {
	case *host.Close:
		err = p.h.s.shut(int(c.FD))
	case *host.Abort:
		_ = unix.SetsockoptLinger(int(c.FD), unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		err = p.h.s.shut(int(c.FD))
	case *host.Dup:
		fd, e := unix.FcntlInt(uintptr(c.FD), unix.F_DUPFD_CLOEXEC, 0)
		a.gives = true
		a.n, err = p.opens(in, fd, e)
	case *host.Fcntl:
		n, e := unix.FcntlInt(uintptr(c.FD), int(c.Cmd), int(c.Arg))
		if a.n, err = int64(n), e; c.Cmd == unix.F_DUPFD {
			a.gives = true
			a.n, err = p.opens(in, n, e)
		}
	case *host.Ioctl:
		n := int(c.Arg)
		if c.Cmd == fionbio {
			err = unix.IoctlSetPointerInt(int(c.FD), uint(c.Cmd), n)
			break
		}
		n, err = unix.IoctlGetInt(int(c.FD), uint(c.Cmd))
		a.n = int64(n)
	case *host.CapSet:
		err = unix.ENOSYS // a scene has no word for it
	default:
		return nil, false
	}
	return err, true
}

func makeEvents(p *process, in *host.Instr, c host.Call, a *answer) (err error, known bool) {
	switch c := c.(type) {
	case *host.Poll:
		var fds []unix.PollFd
		for _, o := range c.Of {
			fds = append(fds, unix.PollFd{Fd: o.FD, Events: int16(o.Ask)})
		}
		n, e := untilSignal(c.Timeout, func(ms int) (int, error) { return unix.Poll(fds, ms) })
		a.n, err = int64(n), e
		if n > 0 && len(fds) == 1 {
			a.text = host.Events(fds[0].Revents).Words("POLL")
		}
	case *host.EpollCreate:
		fd, e := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
		a.gives = true
		a.n, err = p.opens(in, fd, e)
	case *host.EpollCtl:
		err = unix.EpollCtl(int(c.Epoll), int(c.Op), int(c.FD), &unix.EpollEvent{Events: uint32(c.Events), Fd: int32(c.Data)})
	case *host.EpollWait:
		events := make([]unix.EpollEvent, max(c.Most, 1))
		n, e := untilSignal(c.Timeout, func(ms int) (int, error) { return unix.EpollWait(int(c.FD), events, ms) })
		a.n, err = int64(n), e
		if n == 1 {
			a.text = host.Events(events[0].Events).Words("EPOLL")
		}
	default:
		return nil, false
	}
	return err, true
}

// untilSignal waits as long as a call is to, also where Go's runtime interrupts it.
func untilSignal(timeout sim.Duration, wait func(ms int) (int, error)) (int, error) {
	until := time.Now().Add(time.Duration(timeout))
	for {
		ms := -1
		if timeout >= 0 {
			ms = int((max(time.Until(until), 0) + time.Millisecond - 1) / time.Millisecond)
		}
		n, err := wait(ms)
		if err != unix.EINTR || ms == 0 {
			return n, err
		}
	}
}

func makePipes(p *process, in *host.Instr, c host.Call, a *answer) (err error, known bool) {
	switch c := c.(type) {
	case *host.Pipe:
		var fds [2]int
		if err = unix.Pipe2(fds[:], unix.O_CLOEXEC); err == nil {
			p.h.s.keep(fds[:]...)
			for i, fd := range fds {
				p.vars[in.Args[i].Text] = fd
			}
		}
	case *host.Open:
		name := "/dev/null"
		if c.Size < 0 {
			name = "/dev/zero"
		}
		fd, e := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		a.gives = true
		a.n, err = p.opens(in, fd, e)
	case *host.Splice:
		a.n, err = unix.Splice(int(c.From), nil, int(c.To), nil, int(c.Size), int(c.Flags))
	case *host.Sendfile:
		var from *int64
		if at := c.At; at >= 0 {
			from = &at
		}
		n, e := unix.Sendfile(int(c.To), int(c.From), from, int(c.Size))
		a.n, err = int64(n), e
	default:
		return nil, false
	}
	return err, true
}
