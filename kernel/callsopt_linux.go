package kernel

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"wirestep/engine/packetdrill/script"
	"wirestep/engine/tcp"
)

// numbers reads the value of an option: [1], {onoff=1, linger=0}.
func numbers(x *expr) (v []int64) {
	for _, e := range x.List {
		if n, ok := e.Value(); ok {
			v = append(v, n)
		} else {
			v = append(v, numbers(e)...)
		}
	}
	return v
}

// ints lays numbers out as C ints.
func ints(v []int64) (b []byte) {
	for _, n := range v {
		b = binary.NativeEndian.AppendUint32(b, uint32(n))
	}
	return b
}

func (p *player) optionTask(name string, a args) (*task, error) {
	if name != "setsockopt" && name != "getsockopt" {
		return nil, nil
	}
	fd := p.fd(a.at(0))
	level, ok1 := a.at(1).Value()
	number, ok2 := a.at(2).Value()
	if !ok1 || !ok2 {
		return nil, fmt.Errorf("the option %s of %s, which is not known", a.at(2), a.at(1))
	}
	no := [2]int{int(level), int(number)}
	if name == "setsockopt" {
		b := ints(numbers(a.at(3)))
		if a.at(3).Kind == script.Text {
			b = []byte(a.at(3).Text)
		}
		if n, is := a.at(3).Value(); is && n == 0 && a.at(3).Kind == script.Number {
			b = nil
		}
		size := a.num(4, int64(len(b)))
		return &task{do: func() (int64, error) { return zero(sockopt(unix.SYS_SETSOCKOPT, fd, no, b, &size)) }}, nil
	}
	return getTask(fd, no, a), nil
}

// sockopt is setsockopt(2) or getsockopt(2) on plain memory.
func sockopt(call uintptr, fd int, no [2]int, b []byte, size *int64) error {
	mem := append(append([]byte(nil), b...), make([]byte, max(16, min(*size, 4096)))...)
	length := uint32(*size)
	at, last := uintptr(unsafe.Pointer(&mem[0])), uintptr(*size)
	if b == nil {
		at = 0
	}
	var e unix.Errno
	if call == unix.SYS_GETSOCKOPT {
		_, _, e = unix.Syscall6(call, uintptr(fd), uintptr(no[0]), uintptr(no[1]), uintptr(unsafe.Pointer(&mem[0])), uintptr(unsafe.Pointer(&length)), 0)
		copy(b, mem)
		*size = int64(length)
	} else {
		_, _, e = unix.Syscall6(call, uintptr(fd), uintptr(no[0]), uintptr(no[1]), at, last, 0)
	}
	if e != 0 {
		return e
	}
	return nil
}

func getTask(fd int, no [2]int, a args) *task {
	want := a.at(3)
	b := make([]byte, 512)
	size := int64(len(b))
	if v := numbers(want); len(v) > 0 {
		size = 4 * int64(len(v))
	}
	asked := a.num(4, -1)
	if asked >= 0 {
		size = asked
	}
	t := &task{do: func() (int64, error) { return zero(sockopt(unix.SYS_GETSOCKOPT, fd, no, b, &size)) }}
	if want.Kind == script.AnyValue {
		return t
	}
	t.check = func() (string, string) {
		switch {
		case want.Kind == script.Text:
			return strings.TrimRight(want.Text, "\x00"), strings.TrimRight(string(b[:min(int(size), len(b))]), "\x00")
		case no == [2]int{unix.SOL_TCP, unix.TCP_INFO}:
			return infoCheck(fd, want)
		case asked >= 0 && size != asked:
			return fmt.Sprint(asked, " bytes"), fmt.Sprint(size)
		case no == [2]int{unix.SOL_SOCKET, unix.SO_ERROR} && len(want.List) == 1 && want.List[0].Kind == script.Word:
			return want.List[0].Text, errnoName(unix.Errno(binary.NativeEndian.Uint32(b)))
		}
		var got []int64
		for i := range numbers(want) {
			got = append(got, int64(int32(binary.NativeEndian.Uint32(b[4*i:]))))
		}
		return fmt.Sprint(numbers(want)), fmt.Sprint(got)
	}
	return t
}

// infoCheck compares the fields of TCP_INFO that a script names.
func infoCheck(fd int, want *expr) (expected, got string) {
	info, err := tcpInfo(fd)
	if err != nil {
		return "TCP_INFO", err.Error()
	}
	for i, name := range want.Names {
		n, ok := want.List[i].Value()
		for _, f := range info {
			if ok && (f.Name == name || f.Name == "tcpi_"+name) && f.Value != n {
				return fmt.Sprintf("%s=%d", name, n), fmt.Sprintf("%s=%d", name, f.Value)
			}
		}
	}
	return "", ""
}

// tcpInfo asks TCP_INFO, whole, under the kernel's names.
func tcpInfo(fd int) ([]tcp.InfoField, error) {
	b := make([]byte, unsafe.Sizeof(unix.TCPInfo{}))
	size := int64(len(b))
	if err := sockopt(unix.SYS_GETSOCKOPT, fd, [2]int{unix.SOL_TCP, unix.TCP_INFO}, b, &size); err != nil {
		return nil, err
	}
	return append(infoFields((*unix.TCPInfo)(unsafe.Pointer(&b[0])), b), bbrInfo(fd)...), nil
}

// bbrInfo asks TCP_CC_INFO of a socket that has BBR.
func bbrInfo(fd int) (out []tcp.InfoField) {
	b := make([]byte, 20)
	size := int64(len(b))
	if sockopt(unix.SYS_GETSOCKOPT, fd, [2]int{unix.SOL_TCP, unix.TCP_CC_INFO}, b, &size) != nil || size != 20 {
		return nil
	}
	for i, name := range [...]string{"bbr_bw_lo", "bbr_bw_hi", "bbr_min_rtt", "bbr_pacing_gain", "bbr_cwnd_gain"} {
		out = append(out, tcp.InfoField{Name: name, Value: int64(binary.NativeEndian.Uint32(b[4*i:]))})
	}
	return out
}
