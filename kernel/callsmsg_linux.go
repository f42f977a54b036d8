package kernel

import (
	"encoding/binary"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"wirestep/engine/packetdrill/compare"
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// maxBuffer limits what one call may carry.
const maxBuffer = 64 << 20

// piece is memory that a call reads into or writes from.
type piece struct {
	b    []byte
	size int64
}

// pieceOf makes the memory of an argument: 0 is the null pointer.
func (p *player) pieceOf(base *expr, size int64) piece {
	if n, is := base.Value(); is && n == 0 {
		return piece{nil, size}
	}
	b := []byte(wire.Pattern(0, int(min(max(size, 0), maxBuffer))))
	copy(b, base.Text)
	p.held = append(p.held, b) // with MSG_ZEROCOPY the kernel may read it later
	return piece{b, size}
}

func (m *piece) at() uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(m.b))) }

// pieces reads [{…, 1000}, {…, 500}].
func (p *player) pieces(x *expr) (all []piece) {
	if x == nil {
		return nil
	}
	for _, v := range x.List {
		if n := len(v.List); n >= 2 {
			size, _ := v.List[n-1].Value()
			all = append(all, p.pieceOf(v.List[0], size))
		}
	}
	return all
}

func vectors(all []piece) (v []unix.Iovec) {
	for i := range all {
		v = append(v, unix.Iovec{Base: unsafe.SliceData(all[i].b), Len: uint64(all[i].size)})
	}
	return v
}

// raw turns what a raw call returns into what Go's do.
func raw(n uintptr, e unix.Errno) (int64, error) {
	if e != 0 {
		return -1, e
	}
	return int64(n), nil
}

// plain is read(2), write(2), readv(2) or writev(2).
func plain(call uintptr, fd int, at uintptr, n int64) *task {
	return &task{blocks: true, do: func() (int64, error) {
		n, _, e := unix.Syscall(call, uintptr(fd), at, uintptr(n))
		return raw(n, e)
	}}
}

// addressed is recvfrom(2) or sendto(2), of a connected socket.
func addressed(call uintptr, fd int, m piece, flags int64) *task {
	return &task{blocks: true, do: func() (int64, error) {
		n, _, e := unix.Syscall6(call, uintptr(fd), m.at(), uintptr(m.size), uintptr(flags), 0, 0)
		return raw(n, e)
	}}
}

// message is recvmsg(2) or sendmsg(2).
func (p *player) message(call uintptr, fd int, msg *expr, flags int64) *task {
	var h unix.Msghdr
	v := vectors(p.pieces(msg.Field("msg_iov", -1)))
	h.Iov, h.Iovlen = unsafe.SliceData(v), uint64(len(v))
	control := make([]byte, controlRoom(msg))
	t := &task{blocks: true}
	t.do = func() (int64, error) {
		if call == unix.SYS_RECVMSG {
			h.Control, h.Controllen = unsafe.SliceData(control), uint64(len(control))
		}
		n, _, e := unix.Syscall(call, uintptr(fd), uintptr(unsafe.Pointer(&h)), uintptr(flags))
		return raw(n, e)
	}
	if call == unix.SYS_RECVMSG {
		t.check = func() (string, string) {
			got := p.controls(control[:min(h.Controllen, uint64(len(control)))])
			return compare.Delivered(msg, int64(h.Flags), got, sim.Duration(p.u.tolerance))
		}
	}
	return t
}

// controlRoom is the room that packetdrill gives to control messages: what those
// of the script take.
func controlRoom(msg *expr) (n int) {
	for _, c := range compare.Controls(msg) {
		size := 4
		data := c.Field("cmsg_data", 2)
		if data != nil && data.Kind == script.Struct {
			size = 48
			if data.Field("ee_errno", -1) != nil {
				level, _ := fieldValue(c, "cmsg_level")
				if size = 16 + 16; level == unix.SOL_IPV6 {
					size = 16 + 28
				}
			}
		}
		n += unix.CmsgSpace(size)
	}
	return n
}

// controls reads the control messages that were delivered.
func (p *player) controls(b []byte) (all []compare.Control) {
	msgs, err := unix.ParseSocketControlMessage(b)
	if err != nil {
		return nil
	}
	for _, m := range msgs {
		c := compare.Control{Level: int64(m.Header.Level), Type: int64(m.Header.Type)}
		d := m.Data
		report := c.Level == unix.SOL_IP && c.Type == unix.IP_RECVERR || c.Level == unix.SOL_IPV6 && c.Type == unix.IPV6_RECVERR
		switch {
		case report && len(d) >= 16:
			u32 := binary.NativeEndian.Uint32
			c.Report = &compare.Report{Errno: int64(u32(d)), Origin: int64(d[4]), Type: int64(d[5]), Code: int64(d[6]), Info: int64(u32(d[8:])), Data: int64(u32(d[12:]))}
		case c.Level == unix.SOL_SOCKET && c.Type == unix.SO_TIMESTAMPING && len(d) >= 16:
			at := time.Unix(int64(binary.NativeEndian.Uint64(d)), int64(binary.NativeEndian.Uint64(d[8:])))
			c.Stamp, c.Stamped = sim.Duration(at.Sub(p.start)), true
		case len(d) >= 4:
			c.Num = int64(int32(binary.NativeEndian.Uint32(d)))
		}
		all = append(all, c)
	}
	return all
}
