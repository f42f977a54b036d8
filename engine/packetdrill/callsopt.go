package packetdrill

import (
	"wirestep/engine/host"
	"wirestep/engine/tcp"
)

// option returns the name of the socket option of a call.
func (c *Call) option() string {
	if w := c.arg(2).word(); w != "" {
		return w
	}
	level, ok1 := c.arg(1).number()
	n, ok2 := c.arg(2).number()
	switch {
	case !ok1 || !ok2:
		return c.arg(2).String()
	case level == consts["SOL_SOCKET"]:
		return sockOptions[n]
	case level == consts["SOL_TCP"]:
		return tcpOptions[n]
	}
	return c.arg(2).String()
}

// numbers reads the value of an option: [1], {onoff=1, linger=0}.
func numbers(e *Expr) []int64 {
	var v []int64
	for _, x := range e.List {
		if n, ok := x.number(); ok {
			v = append(v, n)
		} else if x.Kind == Struct {
			v = append(v, numbers(x)...)
		}
	}
	return v
}

func makeSetsockopt(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	if f := c.need(4); f != nil {
		return nil, f
	}
	name, value := c.option(), c.arg(3)
	v := numbers(value)
	if n, ok := c.arg(4).number(); ok && n < 4 && value.Kind != Text && n >= 0 {
		v = nil // Linux: EINVAL
	}
	return now(func(x *host.Ctx) outcome {
		fd := r.fd(c.arg(0))
		_, conn := r.h.FD(fd)
		switch {
		case conn == nil:
			return errnoOnly(tcp.EBADF)
		case harmless[name]:
			return outcome{}
		case name == "TCP_INQ":
			r.inq = len(v) > 0 && v[0] != 0
			return outcome{}
		case name == "TCP_CONGESTION":
			return errnoOnly(host.SetCongestion(conn, value.Text))
		case len(v) == 0:
			return errnoOnly(tcp.EINVAL)
		}
		err := r.h.SetOption(x, fd, name, v)
		if err == tcp.ENOPROTOOPT && c.Errno == "" {
			r.odd("setsockopt " + name + ": not modelled")
			return outcome{}
		}
		return errnoOnly(err)
	})
}

func makeGetsockopt(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	if f := c.need(4); f != nil {
		return nil, f
	}
	name, value := c.option(), c.arg(3)
	return now(func(x *host.Ctx) outcome {
		fd := r.fd(c.arg(0))
		_, conn := r.h.FD(fd)
		if conn == nil {
			return errnoOnly(tcp.EBADF)
		}
		switch name {
		case "TCP_INFO":
			return outcome{wrong: r.checkInfo(conn, value)}
		case "TCP_CONGESTION":
			if got := conn.CC.String(); value.Kind == Text && value.Text != got {
				return outcome{wrong: failf("TCP_CONGESTION "+value.String(), "%q", got)}
			}
			return outcome{}
		}
		v, err := r.h.Option(x, fd, name)
		if err != tcp.OK {
			if err == tcp.ENOPROTOOPT && c.Errno == "" {
				return outcome{wrong: failf("an option that is modelled", "%s", name)}
			}
			return errnoOnly(err)
		}
		return outcome{wrong: differs(name, value, v)}
	})
}

// differs compares the value of an option with what the script expects.
func differs(name string, want *Expr, got []int64) *failure {
	for i, w := range want.List {
		if w.Kind == Word && name == "SO_ERROR" && i == 0 {
			if e := tcp.Errno(got[0]).String(); e != w.Text {
				return failf("SO_ERROR "+w.Text, "%q", e)
			}
			continue
		}
		if w.Kind == Struct {
			return differs(name, w, got)
		}
		if n, ok := w.number(); ok && (i >= len(got) || n != got[i]) {
			return failf(name+" "+want.String(), "%v", got)
		}
	}
	return nil
}

// checkInfo compares the fields of TCP_INFO that a script names.
func (r *runner) checkInfo(conn *tcp.Conn, want *Expr) *failure {
	for i, name := range want.Names {
		n, ok := want.List[i].number()
		for _, f := range conn.Info(r.now, &r.h.Sys) {
			if ok && (f.Name == name || f.Name == "tcpi_"+name) && f.Value != n {
				return failf(name+"="+itoa(int(n)), "%d", f.Value)
			}
		}
	}
	return nil
}
