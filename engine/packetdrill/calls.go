package packetdrill

import (
	"net/netip"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// callMaker prepares a system call: it reads the arguments and returns what
// makes the call.
type callMaker func(r *runner, c *Call, b *blocked) (attempt, *failure)

// calls are the system calls by name. It is read only.
var calls map[string]callMaker

func init() {
	calls = map[string]callMaker{
		"socket": makeSocket, "bind": makeBind, "listen": makeListen, "accept": makeAccept, "accept4": makeAccept, "connect": makeConnect,
		"read": makeRecv, "recv": makeRecv, "recvfrom": makeRecv, "readv": makeRecv, "recvmsg": makeRecv,
		"write": makeSend, "send": makeSend, "sendto": makeSend, "writev": makeSend, "sendmsg": makeSend,
		"shutdown": makeShutdown, "close": makeClose, "fcntl": makeFcntl, "ioctl": makeIoctl,
		"open": makeOpen, "pipe": makePipe, "splice": makeSplice, "sendfile": makeSendfile, "dup": makeDup, "cap_set": makeCapSet,
		"setsockopt": makeSetsockopt, "getsockopt": makeGetsockopt, "poll": makePoll,
		"epoll_create": makeEpollCreate, "epoll_create1": makeEpollCreate, "epoll_ctl": makeEpollCtl, "epoll_wait": makeEpollWait,
	}
}

// now makes a call that never waits.
func now(f func(x *host.Ctx) outcome) (attempt, *failure) {
	return func(x *host.Ctx) (outcome, bool) { return f(x), true }, nil
}

func (c *Call) arg(i int) *Expr {
	if i < len(c.Args) {
		return c.Args[i]
	}
	return &Expr{Kind: AnyValue}
}

func (c *Call) need(n int) *failure {
	if len(c.Args) < n {
		return failf(c.Name+"() with "+itoa(n)+" arguments", "%d", len(c.Args))
	}
	return nil
}

// num reads an argument that has to be a number.
func (c *Call) num(i int) (int64, *failure) {
	n, ok := c.arg(i).number()
	if !ok {
		return 0, failf("a number as argument "+itoa(i+1)+" of "+c.Name+"()", "%s", c.arg(i))
	}
	return n, nil
}

func errnoOnly(e tcp.Errno) outcome { return outcome{errno: e} }

func makeSocket(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	typ, ok := c.arg(1).number()
	if ok && typ&0xf != consts["SOCK_STREAM"] {
		return nil, failf("a socket of TCP", "%s", c.arg(1))
	}
	return now(func(x *host.Ctx) outcome {
		fd := r.h.Socket(x)
		if ok && typ&consts["SOCK_NONBLOCK"] != 0 {
			s, _ := r.h.FD(fd)
			s.NonBlock = true
		}
		return outcome{ret: int64(fd), open: true}
	})
}

// address reads a socket address; ... is the one that the script is about.
func (r *runner) address(e *Expr, live wire.Endpoint) (wire.Endpoint, *failure) {
	if e.Kind != Struct {
		return live, nil
	}
	at := wire.Endpoint{Addr: live.Addr}
	for i, name := range e.Names {
		v := e.List[i]
		switch name {
		case "sin_port", "sin6_port":
			n, ok := v.number()
			if !ok {
				return at, failf("a port", "%s", v)
			}
			at.Port = uint16(n)
		case "sin_addr", "sin6_addr":
			switch {
			case v.Kind == Apply && len(v.List) > 0:
				a, err := netip.ParseAddr(v.List[len(v.List)-1].Text)
				if err != nil {
					return at, failf("an address", "%s", v)
				}
				at.Addr = a.Unmap()
			case v.word() == "INADDR_ANY" || v.Kind == Number && v.Num == 0:
				at.Addr = netip.IPv4Unspecified()
			}
		}
	}
	return at, nil
}

func makeBind(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	at, f := r.address(c.arg(1), wire.Endpoint{Addr: r.local, Port: r.bindPort})
	if f != nil {
		return nil, f
	}
	return now(func(x *host.Ctx) outcome { return errnoOnly(r.h.Bind(x, r.fd(c.arg(0)), at)) })
}

func makeListen(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	n, f := c.num(1)
	if f != nil {
		return nil, f
	}
	return now(func(x *host.Ctx) outcome {
		err := r.h.Listen(x, r.fd(c.arg(0)), int64(int32(n)))
		if _, l := r.h.FD(r.fd(c.arg(0))); err == tcp.OK && l != nil {
			n, _ := c.arg(0).number()
			r.fresh = r.fresh || n == r.testFD || r.listenAt != l.Tuple.Local
			r.listenAt = l.Tuple.Local
		}
		return errnoOnly(err)
	})
}

// waits reports whether a call on a descriptor waits rather than fails.
func (r *runner) waits(fd int32, dont bool) bool {
	s, _ := r.h.FD(fd)
	return s != nil && !s.NonBlock && !dont
}

func makeAccept(r *runner, c *Call, b *blocked) (attempt, *failure) {
	flags, _ := c.arg(3).number()
	return func(x *host.Ctx) (outcome, bool) {
		l := r.fd(c.arg(0))
		fd, err := r.h.Accept(x, l)
		if err == tcp.EAGAIN && r.waits(l, false) {
			return outcome{}, false
		}
		if s, _ := r.h.FD(fd); s != nil {
			s.NonBlock = flags&consts["SOCK_NONBLOCK"] != 0
			r.inherit(l, fd)
		}
		return outcome{ret: int64(fd), errno: err, open: true}, true
	}, nil
}

func makeConnect(r *runner, c *Call, b *blocked) (attempt, *failure) {
	to, f := r.address(c.arg(1), wire.Endpoint{Addr: r.remote, Port: r.connectPort})
	if f != nil {
		return nil, f
	}
	started := false
	return func(x *host.Ctx) (outcome, bool) {
		fd := r.fd(c.arg(0))
		if started {
			done, err := r.h.Connected(x, fd)
			return errnoOnly(err), done
		}
		started = true
		err := r.h.Connect(x, fd, to)
		if _, conn := r.h.FD(fd); err == tcp.EINPROGRESS && conn != nil {
			r.peerOf(&wire.Segment{Src: conn.Tuple.Local, Dst: conn.Tuple.Remote})
			return errnoOnly(err), !r.waits(fd, false)
		}
		return errnoOnly(err), true
	}, nil
}

func makeShutdown(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	how, f := c.num(1)
	if f != nil {
		return nil, f
	}
	return now(func(x *host.Ctx) outcome { return errnoOnly(r.h.Shutdown(x, r.fd(c.arg(0)), how)) })
}

func makeClose(r *runner, c *Call, b *blocked) (attempt, *failure) {
	var wait *tcp.Conn
	return func(x *host.Ctx) (outcome, bool) {
		if wait != nil {
			return outcome{}, !host.Lingering(wait) || x.Now >= b.until
		}
		n, _ := c.arg(0).number()
		for i := range r.fds {
			if r.fds[i].script != n {
				continue
			}
			fd, t := r.fds[i].live, r.fds[i].thing
			r.fds = append(r.fds[:i:i], r.fds[i+1:]...)
			r.forget(n)
			if t.is() {
				t.close()
				return outcome{}, true
			}
			if r.open(fd) {
				return outcome{}, true // another descriptor is of the same socket
			}
			may := r.waits(fd, false)
			conn, err := r.h.Close(x, fd)
			if conn != nil && may {
				wait, b.until = conn, x.Now.Add(conn.LingerT)
				return outcome{}, false
			}
			return errnoOnly(err), true
		}
		return errnoOnly(tcp.EBADF), true
	}, nil
}

func makeFcntl(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	cmd, f := c.num(1)
	if f != nil {
		return nil, f
	}
	flags, _ := c.arg(2).number()
	return now(func(x *host.Ctx) outcome {
		s, _ := r.h.FD(r.fd(c.arg(0)))
		if s == nil {
			return errnoOnly(tcp.EBADF)
		}
		switch cmd {
		case consts["F_GETFL"]:
			if s.NonBlock {
				return outcome{ret: consts["O_RDWR"] | consts["O_NONBLOCK"]}
			}
			return outcome{ret: consts["O_RDWR"]}
		case consts["F_SETFL"]:
			s.NonBlock = flags&consts["O_NONBLOCK"] != 0
		}
		return outcome{}
	})
}

func makeIoctl(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	cmd, f := c.num(1)
	if f != nil {
		return nil, f
	}
	return now(func(x *host.Ctx) outcome {
		s, conn := r.h.FD(r.fd(c.arg(0)))
		if conn == nil {
			return errnoOnly(tcp.EBADF)
		}
		var n int64
		switch cmd {
		case consts["SIOCINQ"]:
			if conn.State == tcp.Listen {
				return errnoOnly(tcp.EINVAL)
			}
			n = conn.InQ()
		case consts["SIOCATMARK"]:
			if conn.AtMark() {
				n = 1
			}
		case consts["SIOCOUTQ"]:
			n = conn.OutQ()
		case consts["SIOCOUTQNSD"]:
			n = conn.OutQUnsent()
		case consts["FIONBIO"]:
			on, _ := c.arg(2).number()
			s.NonBlock = on != 0
			return outcome{}
		default:
			return errnoOnly(tcp.EINVAL)
		}
		if want, ok := c.arg(2).number(); ok && want != n {
			return outcome{wrong: failf(c.Name+"() to give "+itoa(int(want)), "%d", n)}
		}
		return outcome{}
	})
}

// millis turns the timeout of poll() into a deadline.
func millis(x *host.Ctx, ms int64) sim.Time {
	if ms < 0 {
		return sim.Never
	}
	return x.Now.Add(sim.Duration(ms) * sim.Millisecond)
}
