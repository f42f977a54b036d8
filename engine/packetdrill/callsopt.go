package packetdrill

import (
	"encoding/binary"
	"strings"

	"wirestep/engine/host"
	"wirestep/engine/tcp"
)

// option returns the name of the socket option of a call: "" if the level has
// none of that number.
func (c *Call) option() (string, *failure) {
	level, ok1 := c.arg(1).number()
	n, ok2 := c.arg(2).number()
	if !ok1 || !ok2 {
		return "", failf("a level and an option that are known", "%s, %s", c.arg(1), c.arg(2))
	}
	return optionLevels[level][n], nil
}

// foreign reports whether a level is that of IPv6, and the sockets are not.
func (r *runner) foreign(level *Expr) bool {
	n, _ := level.number()
	return n == consts["SOL_IPV6"] && !r.local.Is6() && !r.mapped
}

// numbers reads the value of an option: [1], {onoff=1, linger=0}.
func numbers(e *Expr) []int64 {
	var v []int64
	for _, x := range e.List {
		if n, ok := x.number(); ok {
			v = append(v, int64(int32(n)))
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
	name, f := c.option()
	if f != nil {
		return nil, f
	}
	value := c.arg(3)
	v := numbers(value)
	size, given := c.arg(4).number()
	if !given {
		size = int64(max(4*len(v), len(value.Text)))
	}
	return now(func(x *host.Ctx) outcome {
		fd := r.fd(c.arg(0))
		_, conn := r.h.FD(fd)
		switch {
		case conn == nil:
			return errnoOnly(r.noSocket(c.arg(0)))
		case name == "" || r.foreign(c.arg(1)):
			return errnoOnly(tcp.ENOPROTOOPT)
		case r.poor && strings.HasSuffix(name, "BUFFORCE"):
			return errnoOnly(tcp.EPERM)
		case size < 0:
			return errnoOnly(tcp.EINVAL)
		case name == "TCP_FASTOPEN_KEY":
			return errnoOnly(r.h.SetFastOpenKey(x, fd, octets(value, v, size)))
		case value.Kind == Text:
			return r.setText(x, conn, name, value.Text[:min(len(value.Text), int(size))])
		case value.Kind == Number && value.Num == 0 && size > 0:
			return errnoOnly(tcp.EFAULT)
		case len(v) == 0, size < 4 && !short[name], size < 8 && name == "SO_LINGER":
			return errnoOnly(tcp.EINVAL)
		}
		err := r.h.SetOption(x, fd, name, v)
		if err == tcp.ENOPROTOOPT {
			if err = r.keep(fd, conn, name, v[0]); err == tcp.ENOPROTOOPT && c.Errno == "" {
				r.odd("setsockopt " + name + ": not modelled")
				return outcome{}
			}
		}
		return errnoOnly(err)
	})
}

// setText sets an option whose value is a text.
func (r *runner) setText(x *host.Ctx, conn *tcp.Conn, name, text string) outcome {
	text = strings.TrimRight(text, "\x00")
	switch name {
	case "TCP_CONGESTION":
		if text == "" {
			return errnoOnly(tcp.EINVAL)
		}
		return errnoOnly(host.SetCongestion(x, conn, text))
	case "SO_BINDTODEVICE":
		if text != "" && text != "tun0" && text != "lo" {
			return errnoOnly(tcp.ENODEV)
		}
		return outcome{}
	case "TCP_ULP":
		return errnoOnly(tcp.ENOENT)
	}
	return outcome{wrong: failf("an option whose value is a text, and that is modelled", "%s", name)}
}

func makeGetsockopt(r *runner, c *Call, _ *blocked) (attempt, *failure) {
	if f := c.need(4); f != nil {
		return nil, f
	}
	name, f := c.option()
	if f != nil {
		return nil, f
	}
	value := c.arg(3)
	size, given := c.arg(4).number()
	return now(func(x *host.Ctx) outcome {
		fd := r.fd(c.arg(0))
		_, conn := r.h.FD(fd)
		switch {
		case conn == nil:
			return errnoOnly(r.noSocket(c.arg(0)))
		case name == "" || r.foreign(c.arg(1)):
			return errnoOnly(tcp.ENOPROTOOPT)
		case given && size < 0:
			return errnoOnly(tcp.EINVAL)
		case name == "TCP_INFO":
			return outcome{wrong: r.checkInfo(conn, value)}
		case name == "TCP_CONGESTION":
			return outcome{wrong: differsText(value, conn.CC.String(), size)}
		}
		v, err := r.h.Option(x, fd, name)
		if err == tcp.ENOPROTOOPT {
			v, err = r.kept(fd, conn, name)
		}
		if err != tcp.OK {
			if err == tcp.ENOPROTOOPT && c.Errno == "" {
				return outcome{wrong: failf("an option that is modelled", "%s", name)}
			}
			return errnoOnly(err)
		}
		if long := int64(4 * len(v)); given && size > long {
			return outcome{wrong: failf(name+" of "+itoa(int(size))+" bytes", "%d", long)}
		}
		return outcome{wrong: differs(name, value, v)}
	})
}

// differsText compares the value of an option that is a text; zeros that fill it
// up may stand behind it.
func differsText(want *Expr, got string, size int64) *failure {
	if size > 0 && size < int64(len(got)) {
		got = got[:size]
	}
	if want.Kind != Text || strings.TrimRight(want.Text, "\x00") == got {
		return nil
	}
	return failf(want.String(), "%q", got)
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
		if n, ok := w.number(); ok && (i >= len(got) || int32(n) != int32(got[i])) {
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

// octets is the memory of an option's value: a text, or integers of four bytes.
func octets(value *Expr, v []int64, size int64) string {
	b := []byte(value.Text)
	if value.Kind != Text {
		for _, n := range v {
			b = binary.LittleEndian.AppendUint32(b, uint32(n))
		}
	}
	return string(b[:min(int64(len(b)), size)])
}
