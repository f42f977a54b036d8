package kernel

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"wirestep/engine/packetdrill"
	"wirestep/engine/tcp"
)

// optionNumbers are the socket options by name.
var optionNumbers = map[string][2]int{
	"SO_REUSEADDR": {unix.SOL_SOCKET, unix.SO_REUSEADDR}, "SO_REUSEPORT": {unix.SOL_SOCKET, unix.SO_REUSEPORT},
	"SO_ERROR": {unix.SOL_SOCKET, unix.SO_ERROR}, "SO_TYPE": {unix.SOL_SOCKET, unix.SO_TYPE}, "SO_PROTOCOL": {unix.SOL_SOCKET, unix.SO_PROTOCOL},
	"SO_SNDBUF": {unix.SOL_SOCKET, unix.SO_SNDBUF}, "SO_RCVBUF": {unix.SOL_SOCKET, unix.SO_RCVBUF}, "SO_KEEPALIVE": {unix.SOL_SOCKET, unix.SO_KEEPALIVE},
	"SO_LINGER": {unix.SOL_SOCKET, unix.SO_LINGER}, "SO_RCVLOWAT": {unix.SOL_SOCKET, unix.SO_RCVLOWAT}, "SO_ACCEPTCONN": {unix.SOL_SOCKET, unix.SO_ACCEPTCONN},
	"SO_BUSY_POLL": {unix.SOL_SOCKET, unix.SO_BUSY_POLL}, "SO_PRIORITY": {unix.SOL_SOCKET, unix.SO_PRIORITY}, "SO_MARK": {unix.SOL_SOCKET, unix.SO_MARK},
	"SO_ZEROCOPY": {unix.SOL_SOCKET, unix.SO_ZEROCOPY}, "SO_OOBINLINE": {unix.SOL_SOCKET, unix.SO_OOBINLINE},
	"SO_MAX_PACING_RATE": {unix.SOL_SOCKET, unix.SO_MAX_PACING_RATE},
	"TCP_NODELAY":        {unix.SOL_TCP, unix.TCP_NODELAY}, "TCP_MAXSEG": {unix.SOL_TCP, unix.TCP_MAXSEG}, "TCP_CORK": {unix.SOL_TCP, unix.TCP_CORK},
	"TCP_KEEPIDLE": {unix.SOL_TCP, unix.TCP_KEEPIDLE}, "TCP_KEEPINTVL": {unix.SOL_TCP, unix.TCP_KEEPINTVL}, "TCP_KEEPCNT": {unix.SOL_TCP, unix.TCP_KEEPCNT},
	"TCP_SYNCNT": {unix.SOL_TCP, unix.TCP_SYNCNT}, "TCP_LINGER2": {unix.SOL_TCP, unix.TCP_LINGER2}, "TCP_DEFER_ACCEPT": {unix.SOL_TCP, unix.TCP_DEFER_ACCEPT},
	"TCP_WINDOW_CLAMP": {unix.SOL_TCP, unix.TCP_WINDOW_CLAMP}, "TCP_INFO": {unix.SOL_TCP, unix.TCP_INFO}, "TCP_QUICKACK": {unix.SOL_TCP, unix.TCP_QUICKACK},
	"TCP_CONGESTION": {unix.SOL_TCP, unix.TCP_CONGESTION}, "TCP_USER_TIMEOUT": {unix.SOL_TCP, unix.TCP_USER_TIMEOUT},
	"TCP_FASTOPEN": {unix.SOL_TCP, unix.TCP_FASTOPEN}, "TCP_FASTOPEN_CONNECT": {unix.SOL_TCP, unix.TCP_FASTOPEN_CONNECT},
	"TCP_TIMESTAMP": {unix.SOL_TCP, unix.TCP_TIMESTAMP}, "TCP_NOTSENT_LOWAT": {unix.SOL_TCP, unix.TCP_NOTSENT_LOWAT}, "TCP_INQ": {unix.SOL_TCP, unix.TCP_INQ},
	"TCP_THIN_LINEAR_TIMEOUTS": {unix.SOL_TCP, unix.TCP_THIN_LINEAR_TIMEOUTS}, "TCP_TX_DELAY": {unix.SOL_TCP, unix.TCP_TX_DELAY},
	"TCP_REPAIR": {unix.SOL_TCP, unix.TCP_REPAIR}, "TCP_SAVE_SYN": {unix.SOL_TCP, unix.TCP_SAVE_SYN},
	"IP_TOS": {unix.SOL_IP, unix.IP_TOS}, "IP_TTL": {unix.SOL_IP, unix.IP_TTL}, "IP_RECVERR": {unix.SOL_IP, unix.IP_RECVERR},
	"IP_MTU_DISCOVER": {unix.SOL_IP, unix.IP_MTU_DISCOVER}, "IP_FREEBIND": {unix.SOL_IP, unix.IP_FREEBIND},
	"IPV6_V6ONLY": {unix.SOL_IPV6, unix.IPV6_V6ONLY}, "IPV6_TCLASS": {unix.SOL_IPV6, unix.IPV6_TCLASS}, "IPV6_RECVERR": {unix.SOL_IPV6, unix.IPV6_RECVERR},
	"IPV6_MTU_DISCOVER": {unix.SOL_IPV6, unix.IPV6_MTU_DISCOVER},
}

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
	fd, word := p.fd(a.at(0)), a.at(2).Text
	no, known := optionNumbers[word]
	if n, ok := a.at(2).Value(); ok {
		level, _ := a.at(1).Value()
		no, known = [2]int{int(level), int(n)}, true
	} else if l, ok := a.at(1).Value(); ok && known {
		no[0] = int(l) // a script may ask the wrong level on purpose
	}
	if !known {
		return nil, fmt.Errorf("the option %s, which is not known", a.at(2))
	}
	if name == "setsockopt" {
		b := ints(numbers(a.at(3)))
		if a.at(3).Kind == packetdrill.Text {
			b = []byte(a.at(3).Text)
		}
		size := a.num(4, int64(len(b)))
		if a.at(3).Kind == packetdrill.Text {
			size = int64(len(b))
		}
		return &task{do: func() (int64, error) { return zero(sockopt(unix.SYS_SETSOCKOPT, fd, no, b, &size)) }}, nil
	}
	return getTask(fd, no, a), nil
}

// sockopt is setsockopt(2) or getsockopt(2) on plain memory.
func sockopt(call uintptr, fd int, no [2]int, b []byte, size *int64) error {
	mem := append(append([]byte(nil), b...), make([]byte, 16)...)
	length := uint32(*size)
	at, last := uintptr(unsafe.Pointer(&mem[0])), uintptr(*size)
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
	t := &task{do: func() (int64, error) { return zero(sockopt(unix.SYS_GETSOCKOPT, fd, no, b, &size)) }}
	if want.Kind == packetdrill.AnyValue {
		return t
	}
	t.check = func() (string, string) {
		switch {
		case want.Kind == packetdrill.Text:
			return want.Text, string(b[:min(int(size), len(want.Text))])
		case no == optionNumbers["TCP_INFO"]:
			return infoCheck(fd, want)
		case no == optionNumbers["SO_ERROR"] && len(want.List) == 1 && want.List[0].Kind == packetdrill.Word:
			return want.List[0].Text, unix.ErrnoName(unix.Errno(binary.NativeEndian.Uint32(b)))
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
	return infoFields((*unix.TCPInfo)(unsafe.Pointer(&b[0])), b), nil
}
