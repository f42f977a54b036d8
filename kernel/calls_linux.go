package kernel

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"wirestep/engine/packetdrill/script"
)

// expr is an argument of a script's call.
type expr = script.Expr

// task is a system call, ready to be made.
type task struct {
	do     func() (int64, error)
	check  func() (expected, got string) // what it left in its arguments; nil: nothing is said about that
	blocks bool                          // it may wait, so it is made in a thread of its own
	opens  bool                          // it returns a descriptor
}

// done is the outcome of a call.
type done struct {
	n   int64
	err error
	at  time.Time
}

// waiting is a call that the script lets block.
type waiting struct {
	e     *script.Event
	t     *task
	done  chan done
	began time.Time
	until time.Time // when it is to end
}

// patience is how much longer than on the engine, by an eighth besides, a call may take.
const patience = 3 * time.Second

// call makes a system call and compares its result.
func (p *player) call(e *script.Event, base time.Time) *Difference {
	if d := p.join(); d != nil {
		return d
	}
	t, err := p.task(e.Call)
	if err != nil {
		return p.differ(e, InScript, "expected a call that can be made, got %v", err)
	}
	if !e.When.Blocks && (!t.blocks || p.never(e.Call)) {
		n, err := t.do()
		return p.returned(e, t, done{n, err, time.Now()})
	}
	ch, began := make(chan done, 1), make(chan time.Time, 1)
	p.s.run(func() {
		began <- time.Now()
		p.s.call(func() {
			n, err := t.do()
			ch <- done{n, err, time.Now()}
		})
	})
	now := p.w.Now()
	p.w.Happened(now, max(now, p.sims(<-began)))
	if e.When.Blocks {
		until := p.start.Add(time.Duration(e.When.End))
		if e.When.EndRel || e.When.Kind == script.Relative {
			until = base.Add(time.Duration(e.When.End))
		}
		p.blocked = &waiting{e, t, ch, base, until}
		return nil
	}
	select {
	case r := <-ch:
		p.w.Happened(p.w.Now(), max(p.w.Now(), p.sims(r.at)))
		return p.returned(e, t, r)
	case <-time.After(p.takes[e.Line]*9/8 + patience):
		return p.differ(e, InResult, "expected %s, got a call that does not return", result(e.Call))
	}
}

// never reports whether a call never waits, because its socket does not.
func (p *player) never(c *script.Call) bool {
	if c.Name == "close" || c.Name == "poll" || c.Name == "epoll_wait" {
		return false
	}
	f, err := unix.FcntlInt(uintptr(p.fd(args(c.Args).at(0))), unix.F_GETFL, 0)
	return err != nil || f&unix.O_NONBLOCK != 0
}

// join waits for the call that blocks, if there is one.
func (p *player) join() *Difference {
	w := p.blocked
	if w == nil {
		return nil
	}
	p.blocked = nil
	select {
	case r := <-w.done:
		tol := max(p.tol(), time.Duration(float64(w.until.Sub(w.began))*p.u.percent/100))
		if off := r.at.Sub(w.until); off > tol || off < -tol {
			return p.differ(w.e, InTime, "expected the call to return at %s, got %s", p.stamp(w.until), p.stamp(r.at))
		}
		return p.returned(w.e, w.t, r)
	case <-time.After(max(time.Until(w.until), 0) + patience):
		return p.differ(w.e, InTime, "expected the call to return at %s, got a call that still waits", p.stamp(w.until))
	}
}

// result spells what a script expects of a call.
func result(c *script.Call) string {
	return strings.TrimSpace(c.Result.String() + " " + c.Errno)
}

// returned compares the result of a call.
func (p *player) returned(e *script.Event, t *task, r done) *Difference {
	c := e.Call
	got := fmt.Sprint(r.n)
	name := ""
	if r.err != nil {
		no, is := r.err.(unix.Errno)
		if !is {
			return p.differ(e, InScript, "expected a call that can be made, got %v", r.err)
		}
		name = errnoName(no)
		r.n, got = -1, "-1 "+name
	}
	want, known := c.Result.Value()
	switch {
	case name != c.Errno && (c.Errno != "" || want != -1 || !known): // a bare -1 is any error
		return p.differ(e, InErrno, "expected %s, got %s", result(c), got)
	case t.opens && r.err == nil && (!known || want >= 0):
		if !known {
			want = r.n
		}
		p.s.keep(int(r.n))
		p.fds[want] = int(r.n)
	case known && want != r.n:
		return p.differ(e, InResult, "expected %s, got %s", result(c), got)
	}
	if t.check != nil && r.err == nil {
		if expected, got := t.check(); expected != got {
			return p.differ(e, InResult, "expected %s, got %s", expected, got)
		}
	}
	return nil
}

// fd maps a descriptor of the script to the one that it stands for.
func (p *player) fd(x *expr) int {
	n, ok := x.Value()
	if live, known := p.fds[n]; ok && known {
		return live
	}
	return -1
}

// args gives the arguments of a call by place, with defaults for what is not said.
type args []*expr

func (a args) at(i int) *expr {
	if i < len(a) {
		return a[i]
	}
	return &expr{}
}

// num is an argument that is a number; anything else is d.
func (a args) num(i int, d int64) int64 {
	if n, ok := a.at(i).Value(); ok {
		return n
	}
	return d
}

// task prepares a call by its name.
func (p *player) task(c *script.Call) (*task, error) {
	a := args(c.Args)
	if t := p.socketTask(c.Name, a); t != nil {
		return t, nil
	}
	if t := p.dataTask(c, a); t != nil {
		return t, nil
	}
	if t, err := p.optionTask(c.Name, a); t != nil || err != nil {
		return t, err
	}
	if t := p.eventTask(c.Name, a); t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("%s, which is not known", c.Name)
}

func zero(err error) (int64, error) { return 0, err }

func (p *player) socketTask(name string, a args) *task {
	fd := p.fd(a.at(0))
	switch name {
	case "socket":
		family := unix.AF_INET
		if p.u.v6 || p.u.mapped {
			family = unix.AF_INET6
		}
		return &task{opens: true, do: func() (n int64, err error) {
			err = p.s.inside(func() error {
				live, err := unix.Socket(int(a.num(0, int64(family))), int(a.num(1, unix.SOCK_STREAM))|unix.SOCK_CLOEXEC, int(a.num(2, 0)))
				n = int64(live)
				return err
			})
			if err == nil && p.u.control != "" {
				err = unix.SetsockoptString(int(n), unix.IPPROTO_TCP, unix.TCP_CONGESTION, p.u.control)
			}
			return n, err
		}}
	case "bind":
		return &task{do: func() (int64, error) { return zero(unix.Bind(fd, p.address(a.at(1), p.u.local, p.u.bind))) }}
	case "listen":
		return &task{do: func() (int64, error) { return zero(unix.Listen(fd, int(a.num(1, 1)))) }}
	case "accept", "accept4":
		return &task{opens: true, blocks: true, do: func() (int64, error) {
			n, _, err := unix.Accept4(fd, int(a.num(3, 0))|unix.SOCK_CLOEXEC)
			return int64(n), err
		}}
	case "connect":
		return &task{blocks: true, do: func() (int64, error) { return zero(unix.Connect(fd, p.address(a.at(1), p.u.remote, p.u.connect))) }}
	case "shutdown":
		return &task{do: func() (int64, error) { return zero(unix.Shutdown(fd, int(a.num(1, 0)))) }}
	case "close":
		return &task{blocks: true, do: func() (int64, error) { return zero(p.s.shut(fd)) }}
	case "fcntl":
		return &task{do: func() (int64, error) {
			n, err := unix.FcntlInt(uintptr(fd), int(a.num(1, 0)), int(a.num(2, 0)))
			return int64(n), err
		}}
	}
	return nil
}

// address reads a struct sockaddr; what is not said is the default.
func (p *player) address(x *expr, ip addrOf, port uint16) unix.Sockaddr {
	if x.Kind == script.Struct {
		if n, ok := fieldValue(x, "sin_port", "sin6_port"); ok {
			port = uint16(n)
		}
		for _, name := range []string{"sin_addr", "sin6_addr"} {
			if f := x.Field(name, -1); f != nil && len(f.List) > 0 {
				if a, ok := parseAddr(f.List[len(f.List)-1].Text, f.List[0].Text); ok {
					ip = a
				}
			}
		}
	}
	if p.u.v6 || p.u.mapped {
		return &unix.SockaddrInet6{Port: int(port), Addr: ip.As16()}
	}
	return &unix.SockaddrInet4{Port: int(port), Addr: ip.As4()}
}

func fieldValue(x *expr, names ...string) (int64, bool) {
	for _, n := range names {
		if f := x.Field(n, -1); f != nil {
			return f.Value()
		}
	}
	return 0, false
}

// errnoName spells an error as the man pages do: two of them share a number.
func errnoName(no unix.Errno) string {
	if no == unix.EOPNOTSUPP {
		return "EOPNOTSUPP"
	}
	return unix.ErrnoName(no)
}
