package kernel

import (
	"encoding/binary"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"wirestep/engine/host"
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// process is one program of a scene, making real calls.
type process struct {
	l     *lab
	h     *station
	lines []host.Instr
	vars  map[string]int
	errno atomic.Uintptr // of the last failed call: the judge reads it while the program may still run
	n     int64          // what the last call gave, and its errno, 0 if it succeeded: its program asks
	no    unix.Errno
}

// run makes one line after the other, until the scene is over.
func (p *process) run() {
	at := p.l.start
	var loops []round
	for pc := 0; pc < len(p.lines); pc++ {
		in := &p.lines[pc]
		switch in.Kind {
		case host.InstrSleep:
			at = maxTime(at, time.Now()).Add(time.Duration(in.Wait))
		case host.InstrAt:
			at = maxTime(at, p.l.real(in.At))
		case host.InstrLoop:
			loops = append(loops, round{pc, in.N})
		case host.InstrEnd:
			n := len(loops) - 1
			if loops[n].left--; loops[n].left == 0 {
				loops = loops[:n]
			} else {
				pc = loops[n].start
			}
		case host.InstrIf:
			if !p.holds(in.Test) {
				pc = in.To - 1
			}
		case host.InstrElse:
			pc = in.To - 1
		case host.InstrEndIf:
		default:
			early := at.Equal(p.l.start) && prepares[in.Name]
			if !early && !p.sleep(at) {
				return
			}
			p.call(in)
			if in.To > 0 && p.holds(p.lines[loops[len(loops)-1].start].Test) {
				pc, loops = in.To-1, loops[:len(loops)-1]
			}
		}
	}
}

// round is a loop that the process is in.
type round struct{ start, left int }

// holds answers what the program asks about its last call.
func (p *process) holds(t host.Test) bool { return t.Holds(p.n, int64(p.no)) }

// prepares are calls that take no time before a scene begins, so that who
// listens from the start is there when the first SYN comes.
var prepares = map[string]bool{"socket": true, "bind": true, "listen": true, "setsockopt": true}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// sleep waits until a time; false: the scene is over.
func (p *process) sleep(at time.Time) bool {
	if p.over() {
		return false
	}
	wait := time.Until(at)
	if wait <= 0 {
		return true
	}
	select {
	case <-p.l.over:
		return false
	case <-time.After(wait):
		p.l.m.late(time.Since(at))
		return true
	}
}

func (p *process) over() bool {
	select {
	case <-p.l.over:
		return true
	default:
		return false
	}
}

// lastErrno is the name of the errno of the last failed call, or "".
func (p *process) lastErrno() string {
	if no := unix.Errno(p.errno.Load()); no != 0 {
		return errnoName(no)
	}
	return ""
}

// call makes one call; what fails leaves its errno.
func (p *process) call(in *host.Instr) {
	var err error
	p.h.s.call(func() { err = p.make(in) })
	if p.over() { // it returned because of that
		return
	}
	if p.no, _ = err.(unix.Errno); p.no != 0 {
		p.errno.Store(uintptr(p.no))
	}
}

func (p *process) arg(in *host.Instr, i int) host.Arg {
	if i < len(in.Args) {
		return in.Args[i]
	}
	return host.Arg{}
}

func (p *process) make(in *host.Instr) error {
	p.n = 0
	fd := -1
	if a := p.arg(in, 0); a.Kind == host.ArgVar {
		if n, ok := p.vars[a.Text]; ok {
			fd = n
		}
	}
	switch in.Name {
	case "socket", "listen", "connect", "bind", "accept":
		return p.opening(in, fd)
	case "read", "recv":
		return p.reads(fd, p.arg(in, 1), p.flags(in, 2))
	case "write", "send":
		return p.writes(fd, p.arg(in, 1), p.flags(in, 2))
	case "shutdown":
		n, _ := script.Constant(p.arg(in, 1).Text)
		return unix.Shutdown(fd, int(n))
	case "close", "abort":
		if in.Name == "abort" {
			_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		}
		return p.h.s.shut(fd)
	case "kill":
		for _, n := range p.vars {
			_ = p.h.s.shut(n)
		}
		p.vars = map[string]int{}
		return nil
	case "setsockopt":
		return p.option(fd, in.Args[1:])
	case "fcntl":
		return unix.SetNonblock(fd, true)
	}
	return unix.ENOSYS
}

func (p *process) flags(in *host.Instr, i int) int {
	n, _ := script.Constant(p.arg(in, i).Text)
	return int(n) | unix.MSG_NOSIGNAL
}

// socket opens a socket in the host's namespace.
func (p *process) socket() (fd int, err error) {
	err = p.h.s.inside(func() error {
		fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err == nil {
			p.h.s.keep(fd)
			err = unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, defaultControl)
		}
		return err
	})
	return fd, err
}

func (p *process) sockaddr(a host.Arg) *unix.SockaddrInet4 {
	s := &unix.SockaddrInet4{Port: int(a.Addr.Port)}
	if h := p.l.host(a.Text); h != nil {
		s.Addr = h.spec.Addr.As4()
	} else if a.Addr.Addr.Is4() {
		s.Addr = a.Addr.Addr.As4()
	}
	return s
}

func (p *process) opening(in *host.Instr, fd int) error {
	var err error
	if fd < 0 && in.Name != "accept" && in.Name != "bind" {
		if fd, err = p.socket(); err != nil {
			return err
		}
		if in.Var != "" {
			p.vars[in.Var] = fd
		}
	}
	var addrs []*unix.SockaddrInet4
	n := int64(128)
	for _, a := range in.Args {
		switch a.Kind {
		case host.ArgAddr:
			addrs = append(addrs, p.sockaddr(a))
		case host.ArgNum:
			n = a.Num
		}
	}
	switch in.Name {
	case "socket":
		p.n = int64(fd)
	case "listen":
		if len(addrs) > 0 {
			if err := unix.Bind(fd, addrs[0]); err != nil {
				return err
			}
		}
		return unix.Listen(fd, int(n))
	case "bind":
		return unix.Bind(fd, addrs[0])
	case "connect":
		if len(addrs) > 1 {
			if err := unix.Bind(fd, addrs[1]); err != nil {
				return err
			}
		}
		return unix.Connect(fd, addrs[0])
	case "accept":
		c, _, err := unix.Accept4(fd, unix.SOCK_CLOEXEC)
		if err == nil {
			p.h.s.keep(c)
			p.vars[in.Var], p.n = c, int64(c)
		}
		return err
	}
	return nil
}

func (p *process) reads(fd int, a host.Arg, flags int) error {
	b := make([]byte, 64<<10)
	if a.Kind == host.ArgNum {
		b = make([]byte, min(max(a.Num, 0), maxBuffer))
	}
	for {
		n, _, err := unix.Recvfrom(fd, b, flags)
		if err != nil {
			return err
		}
		if p.n = int64(n); a.Kind == host.ArgNum || n == 0 {
			return nil
		}
	}
}

func (p *process) writes(fd int, a host.Arg, flags int) error {
	b := []byte(a.Text)
	if a.Kind == host.ArgNum {
		b = []byte(wire.Pattern(0, int(min(a.Num, maxBuffer))))
	}
	n, err := unix.SendmsgN(fd, b, nil, nil, flags)
	p.n = int64(n)
	return err
}

// option is setsockopt([LEVEL,] OPTION, VALUE…).
func (p *process) option(fd int, a []host.Arg) error {
	if _, _, is := script.OptionNumber(a[0].Text); !is && len(a) > 1 {
		a = a[1:]
	}
	level, number, known := script.OptionNumber(a[0].Text)
	if !known {
		return unix.ENOPROTOOPT
	}
	no := [2]int{int(level), int(number)}
	var b []byte
	for _, v := range a[1:] {
		n := v.Num
		if v.Kind == host.ArgDur {
			n = int64(v.Dur / sim.Second)
		}
		b = binary.NativeEndian.AppendUint32(b, uint32(n))
	}
	size := int64(len(b))
	return sockopt(unix.SYS_SETSOCKOPT, fd, no, b, &size)
}
