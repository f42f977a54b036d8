package host

import (
	"strings"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// line is a line of a program on its way to a system call.
type line struct {
	*Instr
	fdOf func(name string) int32
}

// Spell is the call that a line of a program stands for; nil: there is none. fd gives the
// descriptor of a variable.
func Spell(in *Instr, fd func(name string) int32) Call {
	if f := spellings[in.Name]; f != nil {
		return f(&line{in, fd})
	}
	return nil
}

func (l *line) arg(i int) *Arg {
	if i < len(l.Args) {
		return &l.Args[i]
	}
	return &Arg{}
}

// fd is the descriptor of a variable, -1 where there is none.
func (l *line) fd(i int) int32 {
	if a := l.arg(i); i < len(l.Args) && a.Kind == ArgVar {
		return l.fdOf(a.Text)
	}
	return -1
}

// num is a number, or d where there is none.
func (l *line) num(i int, d int64) int64 {
	if a := l.arg(i); i < len(l.Args) && a.Kind == ArgNum {
		return a.Num
	}
	return d
}

// flags adds up the constants of an argument.
func (l *line) flags(i int, of []Flag) (n int64) {
	a := l.arg(i)
	if i >= len(l.Args) || a.Kind == ArgNum {
		return a.Num
	}
	for _, w := range strings.Split(a.Text, "|") {
		v, _ := flagIn(of, w)
		n |= v
	}
	return n
}

// timeout is how long poll() and its like wait: a time, or milliseconds.
func (l *line) timeout(i int) sim.Duration {
	switch a := l.arg(i); {
	case i >= len(l.Args):
		return -1
	case a.Kind == ArgDur:
		return a.Dur
	default:
		return max(sim.Duration(a.Num)*sim.Millisecond, -1)
	}
}

type spelling func(l *line) Call

// spellings are the calls of programs by name. It is read only.
var spellings map[string]spelling

func init() {
	spellings = map[string]spelling{
		"socket":  func(l *line) Call { return &Socket{l.flags(1, types)&sockNonblock != 0} },
		"bind":    func(l *line) Call { return &Bind{l.fd(0), l.arg(1).Addr} },
		"listen":  spellListen,
		"accept":  func(l *line) Call { return &Accept{l.fd(0), false} },
		"accept4": func(l *line) Call { return &Accept{l.fd(0), l.flags(1, accepting)&sockNonblock != 0} },
		"connect": spellConnect,
		"read":    spellRecv, "recv": spellRecv, "recvmsg": spellRecv,
		"write": spellSend, "send": spellSend, "sendto": spellSend,
		"shutdown":     func(l *line) Call { return &Shutdown{l.fd(0), l.flags(1, ways)} },
		"close":        func(l *line) Call { return &Close{l.fd(0)} },
		"abort":        func(l *line) Call { return &Abort{l.fd(0)} },
		"setsockopt":   spellSetsockopt,
		"getsockopt":   func(l *line) Call { return &Getsockopt{FD: l.fd(0), Name: l.arg(len(l.Args) - 1).Text} },
		"fcntl":        func(l *line) Call { return &Fcntl{l.fd(0), l.flags(1, commands), l.flags(2, fileFlags)} },
		"ioctl":        func(l *line) Call { return &Ioctl{l.fd(0), l.flags(1, questions), l.num(2, 0)} },
		"poll":         spellPoll,
		"epoll_create": func(*line) Call { return &EpollCreate{} },
		"epoll_ctl": func(l *line) Call {
			return &EpollCtl{Epoll: l.fd(0), Op: l.flags(1, epollOps), FD: l.fd(2), Events: l.flags(3, epollEvents), Data: int64(l.fd(2))}
		},
		"epoll_wait": func(l *line) Call { return &EpollWait{l.fd(0), 64, l.timeout(1)} },
		"pipe":       func(*line) Call { return &Pipe{} },
		"open":       spellOpen,
		"splice":     func(l *line) Call { return &Splice{l.fd(0), l.fd(1), l.num(2, 0), l.flags(3, splicing)} },
		"sendfile":   func(l *line) Call { return &Sendfile{l.fd(0), l.fd(1), l.num(3, -1), l.num(2, 0)} },
		"dup":        func(l *line) Call { return &Dup{l.fd(0)} },
	}
}

const defaultBacklog = 4096

func spellListen(l *line) Call {
	if l.arg(0).Kind == ArgVar {
		return &Listen{l.fd(0), l.num(1, defaultBacklog)}
	}
	n := l.num(1, defaultBacklog)
	return &Opening{&l.arg(0).Addr, func(fd int32) Call { return &Listen{fd, n} }}
}

func spellConnect(l *line) Call {
	if l.arg(0).Kind == ArgVar {
		return &Connect{l.fd(0), l.arg(1).Addr, l.arg(1).Kind == ArgWord}
	}
	var at *wire.Endpoint
	if len(l.Args) > 1 {
		at = &l.arg(1).Addr
	}
	to := l.arg(0).Addr
	return &Opening{at, func(fd int32) Call { return &Connect{FD: fd, To: to} }}
}

const readSize = 65536 // of a read() that names no size

func spellRecv(l *line) Call {
	return &Recv{FD: l.fd(0), Size: l.num(1, readSize), Flags: l.flags(2, receiving), Plain: l.Name == "read", Msg: l.Name == "recvmsg"}
}

// UntilEnd reports whether a line reads again and again, to the end.
func (in *Instr) UntilEnd() bool {
	return len(in.Args) > 1 && in.Args[1].Text == "eof" && in.Args[1].Kind == ArgWord
}

func spellSend(l *line) Call {
	c := &Send{FD: l.fd(0), Size: l.arg(1).Num, Flags: l.flags(2, sending), Plain: l.Name == "write"}
	if a := l.arg(1); a.Kind == ArgText {
		c.Text, c.Size = a.Text, int64(len(a.Text))
	}
	if l.Name == "sendto" {
		c.To, c.Unspec = l.arg(3).Addr, l.arg(3).Kind == ArgWord
	}
	return c
}

func spellSetsockopt(l *line) Call {
	at := 1
	if FindOption(l.arg(1).Text) == nil {
		at = 2
	}
	c := &Setsockopt{FD: l.fd(0), Name: l.arg(at).Text, Size: 16}
	o := FindOption(c.Name)
	if o == nil {
		c.Name = ""
		return c
	}
	for i := at + 1; i < len(l.Args); i++ {
		switch a := &l.Args[i]; a.Kind {
		case ArgText:
			c.Text, c.IsText, c.Size = a.Text, true, int64(len(a.Text))
		case ArgDur:
			c.Values = append(c.Values, int64(a.Dur/max(o.Unit, 1)))
			if o.Unit == 0 {
				c.Values[len(c.Values)-1] = int64(a.Dur / sim.Second)
			}
		default:
			c.Values = append(c.Values, l.flags(i, values))
		}
	}
	if o.Name == "SO_RCVTIMEO" || o.Name == "SO_SNDTIMEO" {
		c.timeval(l.arg(at + 1))
	}
	return c
}

// timeval turns one number, milliseconds, or a time into seconds and microseconds.
func (c *Setsockopt) timeval(a *Arg) {
	if len(c.Values) != 1 {
		return
	}
	us := c.Values[0] * 1000
	if a.Kind == ArgDur {
		us = int64(a.Dur / sim.Microsecond)
	}
	c.Values = []int64{us / 1000_000, us % 1000_000}
}

func spellPoll(l *line) Call {
	c := &Poll{Timeout: -1}
	for i := 0; i < len(l.Args); i += 2 {
		if i == len(l.Args)-1 {
			c.Timeout = l.timeout(i)
			break
		}
		c.Of = append(c.Of, PollItem{l.fd(i), Events(l.flags(i+1, pollEvents))})
	}
	return c
}

func spellOpen(l *line) Call {
	if l.arg(0).Text == "/dev/zero" {
		return &Open{Size: -1}
	}
	return &Open{Missing: l.arg(0).Text != "/dev/null"}
}
