package packetdrill

import (
	"maps"
	"net/netip"
	"slices"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// A script's calls: its arguments are read here and made into calls of package host,
// and what those return is compared. What a call does is not here.

// spelled is a system call of a script, read.
type spelled struct {
	host.Call
	// check compares what the call left in its arguments; nil: nothing is said of that.
	check func(d *host.Done) *failure
	// then is what the runner has to know of it, right after its first attempt.
	then func(d *host.Done)
	// passes is an error that is taken for success: of an option that is not modelled.
	passes tcp.Errno
}

// call is a line with a system call.
type call struct{ *script.Call }

// speller reads the arguments of a system call.
type speller func(r *runner, c call) (*spelled, *failure)

// calls are the system calls by name. It is read only.
var calls map[string]speller

func init() {
	calls = map[string]speller{
		"socket": spellSocket, "bind": spellBind, "listen": spellListen, "accept": spellAccept, "accept4": spellAccept, "connect": spellConnect,
		"read": spellRecv, "recv": spellRecv, "recvfrom": spellRecv, "readv": spellRecv, "recvmsg": spellRecv,
		"write": spellSend, "send": spellSend, "sendto": spellSend, "writev": spellSend, "sendmsg": spellSend,
		"shutdown": spellShutdown, "close": spellClose, "fcntl": spellFcntl, "ioctl": spellIoctl,
		"open": spellOpen, "pipe": spellPipe, "splice": spellSplice, "sendfile": spellSendfile, "dup": spellDup, "cap_set": spellCapSet,
		"setsockopt": spellSetsockopt, "getsockopt": spellGetsockopt, "poll": spellPoll,
		"epoll_create": spellEpollCreate, "epoll_create1": spellEpollCreate, "epoll_ctl": spellEpollCtl, "epoll_wait": spellEpollWait,
	}
}

// Calls are the system calls that scripts may make, by name.
func Calls() []string { return slices.Sorted(maps.Keys(calls)) }

func plainly(c host.Call) (*spelled, *failure) { return &spelled{Call: c}, nil }

func (c call) arg(i int) *script.Expr {
	if i < len(c.Args) {
		return c.Args[i]
	}
	return &script.Expr{Kind: script.AnyValue}
}

func (c call) need(n int) *failure {
	if len(c.Args) < n {
		return failf(c.Name+"() with "+itoa(n)+" arguments", "%d", len(c.Args))
	}
	return nil
}

// num reads an argument that has to be a number.
func (c call) num(i int) (int64, *failure) {
	n, ok := c.arg(i).Value()
	if !ok {
		return 0, failf("a number as argument "+itoa(i+1)+" of "+c.Name+"()", "%s", c.arg(i))
	}
	return n, nil
}

func spellSocket(r *runner, c call) (*spelled, *failure) {
	typ, ok := c.arg(1).Value()
	if ok && typ&0xf != script.Const("SOCK_STREAM") {
		return nil, failf("a socket of TCP", "%s", c.arg(1))
	}
	return plainly(&host.Socket{NonBlock: ok && typ&script.Const("SOCK_NONBLOCK") != 0})
}

// address reads a socket address; ... is the one that the script is about. unspec: its
// family is AF_UNSPEC.
func (r *runner) address(e *script.Expr, live wire.Endpoint) (at wire.Endpoint, unspec bool, f *failure) {
	if e.Kind == script.Word && e.Text == "AF_UNSPEC" {
		return live, true, nil
	}
	if e.Kind != script.Struct {
		return live, false, nil
	}
	at = wire.Endpoint{Addr: live.Addr}
	for i, name := range e.Names {
		v := e.List[i]
		switch name {
		case "sa_family", "sin_family", "sin6_family":
			unspec = v.Constant() == "AF_UNSPEC"
		case "sin_port", "sin6_port":
			n, ok := v.Value()
			if !ok {
				return at, unspec, failf("a port", "%s", v)
			}
			at.Port = uint16(n)
		case "sin_addr", "sin6_addr":
			switch {
			case v.Kind == script.Apply && len(v.List) > 0:
				a, err := netip.ParseAddr(v.List[len(v.List)-1].Text)
				if err != nil {
					return at, unspec, failf("an address", "%s", v)
				}
				at.Addr = a.Unmap()
			case v.Constant() == "INADDR_ANY" || v.Kind == script.Number && v.Num == 0:
				at.Addr = netip.IPv4Unspecified()
			}
		}
	}
	return at, unspec, nil
}

func spellBind(r *runner, c call) (*spelled, *failure) {
	at, _, f := r.address(c.arg(1), wire.Endpoint{Addr: r.Local, Port: r.BindPort})
	if f != nil {
		return nil, f
	}
	return plainly(&host.Bind{FD: r.fd(c.arg(0)), At: at})
}

func spellListen(r *runner, c call) (*spelled, *failure) {
	n, f := c.num(1)
	if f != nil {
		return nil, f
	}
	fd := r.fd(c.arg(0))
	s := &spelled{Call: &host.Listen{FD: fd, Backlog: int64(int32(n))}}
	s.then = func(d *host.Done) {
		if _, l := r.h.FD(fd); d.Errno == tcp.OK && l != nil {
			n, _ := c.arg(0).Value()
			r.Fresh = r.Fresh || n == r.TestFD || r.ListenAt != l.Tuple.Local
			r.ListenAt = l.Tuple.Local
		}
	}
	return s, nil
}

func spellAccept(r *runner, c call) (*spelled, *failure) {
	flags, _ := c.arg(3).Value()
	return plainly(&host.Accept{FD: r.fd(c.arg(0)), NonBlock: flags&script.Const("SOCK_NONBLOCK") != 0})
}

func spellConnect(r *runner, c call) (*spelled, *failure) {
	to, unspec, f := r.address(c.arg(1), wire.Endpoint{Addr: r.Remote, Port: r.connectPort})
	if f != nil {
		return nil, f
	}
	fd := r.fd(c.arg(0))
	return &spelled{Call: &host.Connect{FD: fd, To: to, Unspec: unspec}, then: r.begins(fd)}, nil
}

// begins notes the connection whose SYN a call has sent.
func (r *runner) begins(fd int32) func(*host.Done) {
	return func(*host.Done) {
		if _, c := r.h.FD(fd); c != nil && c.State == tcp.SynSent && !c.FODefer {
			r.Begins(c.Tuple.Local, c.Tuple.Remote)
		}
	}
}

func spellShutdown(r *runner, c call) (*spelled, *failure) {
	how, f := c.num(1)
	if f != nil {
		return nil, f
	}
	return plainly(&host.Shutdown{FD: r.fd(c.arg(0)), How: how})
}

func spellClose(r *runner, c call) (*spelled, *failure) {
	fd := r.fd(c.arg(0))
	r.unbindFD(c.arg(0))
	return plainly(&host.Close{FD: fd})
}

func spellFcntl(r *runner, c call) (*spelled, *failure) {
	cmd, f := c.num(1)
	if f != nil {
		return nil, f
	}
	arg, _ := c.arg(2).Value()
	return plainly(&host.Fcntl{FD: r.fd(c.arg(0)), Cmd: cmd, Arg: arg})
}

func spellIoctl(r *runner, c call) (*spelled, *failure) {
	cmd, f := c.num(1)
	if f != nil {
		return nil, f
	}
	want, ok := c.arg(2).Value()
	s := &spelled{Call: &host.Ioctl{FD: r.fd(c.arg(0)), Cmd: cmd, Arg: want}}
	s.check = func(d *host.Done) *failure {
		if ok && len(d.Values) > 0 && want != d.Values[0] {
			return failf(c.Name+"() to give "+itoa(int(want)), "%d", d.Values[0])
		}
		return nil
	}
	return s, nil
}

func spellDup(r *runner, c call) (*spelled, *failure) { return plainly(&host.Dup{FD: r.fd(c.arg(0))}) }

// millis is the timeout of poll().
func millis(ms int64) sim.Duration { return max(sim.Duration(ms)*sim.Millisecond, -1) }
