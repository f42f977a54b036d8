package packetdrill

import (
	"encoding/binary"
	"strings"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine/host"
	"wirestep/engine/tcp"
)

// option returns the name of the socket option of a call: "" if the level has
// none of that number.
func (c call) option() (string, *failure) {
	level, ok1 := c.arg(1).Value()
	n, ok2 := c.arg(2).Value()
	if !ok1 || !ok2 {
		return "", failf("a level and an option that are known", "%s, %s", c.arg(1), c.arg(2))
	}
	return host.OptionName(level, n), nil
}

// textual: the value of an option is bytes, not numbers.
func textual(name string) bool {
	o := host.FindOption(name)
	return o == nil || o.Text || name == "TCP_FASTOPEN_KEY"
}

// memory are the numbers that a text stands for, byte by byte: a struct timeval is two of
// eight bytes, everything else made of C ints.
func memory(name, text string) (v []int64) {
	long := 4
	if name == "SO_RCVTIMEO" || name == "SO_SNDTIMEO" {
		long = 8
	}
	for b := []byte(text); len(b) >= long; b = b[long:] {
		if long == 8 {
			v = append(v, int64(binary.LittleEndian.Uint64(b)))
		} else {
			v = append(v, int64(int32(binary.LittleEndian.Uint32(b))))
		}
	}
	return v
}

// foreign reports whether a level is that of IPv6, and the sockets are not.
func (r *runner) foreign(level *script.Expr) bool {
	n, _ := level.Value()
	return n == script.Const("SOL_IPV6") && !r.Local.Is6() && !r.mapped
}

// numbers reads the value of an option: [1], {onoff=1, linger=0}.
func numbers(e *script.Expr) []int64 {
	var v []int64
	for _, x := range e.List {
		if n, ok := x.Value(); ok {
			v = append(v, int64(int32(n)))
		} else if x.Kind == script.Struct {
			v = append(v, numbers(x)...)
		}
	}
	return v
}

func spellSetsockopt(r *runner, c call) (*spelled, *failure) {
	if f := c.need(4); f != nil {
		return nil, f
	}
	name, f := c.option()
	if f != nil {
		return nil, f
	}
	value := c.arg(3)
	s := &host.Setsockopt{FD: r.fd(c.arg(0)), Name: name, Values: numbers(value), Text: value.Text, IsText: value.Kind == script.Text,
		Null: value.Kind == script.Number && value.Num == 0, Alien: r.foreign(c.arg(1))}
	switch {
	case value.Kind != script.Text:
		s.Text = ""
	case !textual(name):
		s.Values, s.Text, s.IsText = memory(name, value.Text), "", false
	}
	given := false
	if s.Size, given = c.arg(4).Value(); !given {
		s.Size = int64(max(4*len(s.Values), len(s.Text)))
	}
	k := &spelled{Call: s}
	if name != "" && host.FindOption(name) == nil && c.Errno == "" {
		r.odd("setsockopt " + name + ": not modelled")
		k.passes = tcp.ENOPROTOOPT
	}
	return k, nil
}

func spellGetsockopt(r *runner, c call) (*spelled, *failure) {
	if f := c.need(4); f != nil {
		return nil, f
	}
	name, f := c.option()
	if f != nil {
		return nil, f
	}
	value := c.arg(3)
	s := &host.Getsockopt{FD: r.fd(c.arg(0)), Name: name, Alien: r.foreign(c.arg(1))}
	s.Size, s.Sized = c.arg(4).Value()
	if name != "" && name != "TCP_INFO" && host.FindOption(name) == nil && c.Errno == "" {
		return nil, failf("an option that is modelled", "%s", name)
	}
	check := func(d *host.Done) *failure {
		switch name {
		case "TCP_INFO":
			_, conn := r.h.FD(s.FD)
			return r.checkInfo(conn, value)
		case "TCP_CONGESTION":
			return differsText(value, d.Text, s.Size)
		}
		if long := int64(4 * len(d.Values)); s.Sized && s.Size > long && long > 0 {
			return failf(name+" of "+itoa(int(s.Size))+" bytes", "%d", long)
		}
		return differs(name, value, d.Values)
	}
	return &spelled{Call: s, check: check}, nil
}

// differsText compares the value of an option that is a text; zeros that fill it
// up may stand behind it.
func differsText(want *script.Expr, got string, size int64) *failure {
	if size > 0 && size < int64(len(got)) {
		got = got[:size]
	}
	if want.Kind != script.Text || strings.TrimRight(want.Text, "\x00") == got {
		return nil
	}
	return failf(want.String(), "%q", got)
}

// differs compares the value of an option with what the script expects.
func differs(name string, want *script.Expr, got []int64) *failure {
	for i, w := range want.List {
		if w.Kind == script.Word && name == "SO_ERROR" && i == 0 && len(got) > 0 {
			if e := tcp.Errno(got[0]).String(); e != w.Text {
				return failf("SO_ERROR "+w.Text, "%q", e)
			}
			continue
		}
		if w.Kind == script.Struct {
			return differs(name, w, got)
		}
		if n, ok := w.Value(); ok && (i >= len(got) || int32(n) != int32(got[i])) {
			return failf(name+" "+want.String(), "%v", got)
		}
	}
	return nil
}

// checkInfo compares the fields of TCP_INFO that a script names.
func (r *runner) checkInfo(conn *tcp.Conn, want *script.Expr) *failure {
	for i, name := range want.Names {
		n, ok := want.List[i].Value()
		for _, f := range conn.Info(r.Now, &r.h.Sys) {
			if ok && (f.Name == name || f.Name == "tcpi_"+name) && f.Value != n {
				return failf(name+"="+itoa(int(n)), "%d", f.Value)
			}
		}
	}
	return nil
}
