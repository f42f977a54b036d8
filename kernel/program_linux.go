package kernel

import (
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"wirestep/engine/host"
)

// process is one program of a scene, making real calls.
type process struct {
	l     *lab
	h     *station
	lines []host.Instr
	vars  map[string]int
	held  [][]byte // memory that the kernel may read later
	last  answer   // of the last call: its program asks

	mu    sync.Mutex
	calls []answer // the judge reads them while the program may still run
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
			if in.Name == "kill" {
				p.exit()
				return
			}
			if !p.call(in) {
				return
			}
			if in.To > 0 && p.holds(p.lines[loops[len(loops)-1].start].Test) {
				pc, loops = in.To-1, loops[:len(loops)-1]
			}
		}
	}
}

// round is a loop that the process is in.
type round struct{ start, left int }

// holds answers what the program asks about its last call.
func (p *process) holds(t host.Test) bool { return t.Holds(p.last.n, int64(p.last.no)) }

// prepares are calls that take no time before a scene begins, so that who
// listens from the start is there when the first SYN comes.
var prepares = map[string]bool{"socket": true, "bind": true, "listen": true, "setsockopt": true, "fcntl": true,
	"epoll_create": true, "epoll_ctl": true, "pipe": true, "open": true, "dup": true}

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

// call makes the call of a line: again and again, where it reads to the end. false:
// the scene is over.
func (p *process) call(in *host.Instr) bool {
	c := host.Spell(in, p.fd)
	for {
		var a answer
		p.h.s.call(func() { a = p.make(in, c) })
		if p.over() { // it returned because of that
			return false
		}
		a.in, a.at = in, time.Since(p.l.start)
		p.last = a
		p.mu.Lock()
		p.calls = append(p.calls, a)
		p.mu.Unlock()
		if !in.UntilEnd() || a.errno != "" || a.n <= 0 {
			return true
		}
	}
}

// exit ends the process: what it held is closed.
func (p *process) exit() {
	for _, n := range p.vars {
		_ = p.h.s.shut(n)
	}
	p.vars = map[string]int{}
}

func (p *process) fd(name string) int32 {
	if n, ok := p.vars[name]; ok {
		return int32(n)
	}
	return -1
}

// opens keeps a descriptor that a call has given.
func (p *process) opens(in *host.Instr, fd int, err error) (int64, error) {
	if err != nil {
		return -1, err
	}
	p.h.s.keep(fd)
	if in.Var != "" {
		p.vars[in.Var] = fd
	}
	return int64(fd), nil
}

// socket opens a socket in the host's namespace.
func (p *process) socket(in *host.Instr, flags int) (fd int, err error) {
	err = p.h.s.inside(func() error {
		fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|flags, 0)
		return err
	})
	if _, err = p.opens(in, fd, err); err == nil && p.h.u.control != "" {
		err = unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, p.h.u.control)
	}
	return fd, err
}
