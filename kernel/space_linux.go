package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// space is a network namespace with one TUN device, tun0, and the thread that
// lives in it. Sockets stay in the namespace in which they were made, so only
// making them, and settings, need the thread.
type space struct {
	programs
	do   chan func()
	over chan struct{} // closed: nothing is done any more
	tun  int           // the device: bytes written are packets that arrive
	tap  int           // a packet socket: what the kernel hands to the device, stamped
	mss  uint16        // of the segments that a packet is taken for; 0: it is one
}

// Offloads that a TUN device may promise: whoever reads it takes segments larger
// than the MTU, and checksums that are not filled in.
const (
	tunCsum = 0x01
	tunTSO4 = 0x02
	tunTSO6 = 0x04
	tunECN  = 0x08
)

// vnetLen is the header before each packet on a device with IFF_VNET_HDR.
const vnetLen = 10

// Check returns nil if namespaces and TUN devices can be made here, and a
// *Refusal that says what is missing otherwise.
func Check() error {
	s, err := newSpace(false)
	if err == nil {
		s.close()
	}
	return err
}

// newSpace makes a namespace. With offload the device takes large segments.
func newSpace(offload bool) (*space, error) {
	s := &space{do: make(chan func()), over: make(chan struct{}), tun: -1, tap: -1}
	made := make(chan error)
	go s.live(made)
	if err := <-made; err != nil {
		return nil, err
	}
	err := s.inside(func() error { return s.open(offload) })
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// live is the thread: it ends with the namespace, because nobody else may use it.
func (s *space) live(made chan<- error) {
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		made <- refuse("a network namespace of its own needs the rights of root (CAP_SYS_ADMIN): unshare: %v", err)
		return
	}
	made <- nil
	for {
		select {
		case f := <-s.do:
			f()
		case <-s.over:
			return
		}
	}
}

// inside runs f inside the namespace; after its end nothing is done any more.
func (s *space) inside(f func() error) error {
	done := make(chan error)
	select {
	case s.do <- func() { done <- f() }:
		return <-done
	case <-s.over:
		return unix.EBADF
	}
}

// close ends the programs, and then the namespace that they live in.
func (s *space) close() {
	s.end()
	for _, fd := range []int{s.tun, s.tap} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
	close(s.over)
}

func (s *space) open(offload bool) (err error) {
	s.tun, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return refuse("the wire needs /dev/net/tun: %v", err)
	}
	ifr, err := unix.NewIfreq("tun0")
	if err != nil {
		return err
	}
	ifr.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI | unix.IFF_VNET_HDR)
	if err := unix.IoctlIfreq(s.tun, unix.TUNSETIFF, ifr); err != nil {
		return refuse("the wire needs a TUN device (CAP_NET_ADMIN): %v", err)
	}
	if offload {
		if err := unix.IoctlSetInt(s.tun, unix.TUNSETOFFLOAD, tunCsum|tunTSO4|tunTSO6|tunECN); err != nil {
			return fmt.Errorf("segmentation offload of the TUN device: %w", err)
		}
	}
	all := int(binary.NativeEndian.Uint16([]byte{0, unix.ETH_P_ALL}))
	s.tap, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, all)
	if err != nil {
		return refuse("reading what leaves needs a packet socket (CAP_NET_RAW): %v", err)
	}
	if err := unix.SetsockoptInt(s.tap, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		return err
	}
	if err := unix.SetsockoptSockFprog(s.tap, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, onlyOutgoing()); err != nil {
		return fmt.Errorf("the filter of the packet socket: %w", err)
	}
	return unix.SetsockoptInt(s.tap, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20)
}

// onlyOutgoing is a filter for what leaves. A copy of what arrives, even if nobody
// looks at it, would keep the receiver from joining buffers.
func onlyOutgoing() *unix.SockFprog {
	const packetType = 0xfffff000 + 4 // SKF_AD_OFF + SKF_AD_PKTTYPE
	f := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_B | unix.BPF_ABS, K: packetType},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: unix.PACKET_OUTGOING},
		{Code: unix.BPF_RET | unix.BPF_K, K: 0xffffffff},
		{Code: unix.BPF_RET | unix.BPF_K},
	}
	return &unix.SockFprog{Len: uint16(len(f)), Filter: &f[0]}
}

// ip runs ip(8) commands in the namespace, one per line.
func (s *space) ip(lines ...string) error {
	return s.tool(strings.Join(lines, "\n"), "ip", "-batch", "-")
}

// tool runs a program in the namespace, without a shell between.
func (s *space) tool(in string, name string, args ...string) error {
	return s.inside(func() error {
		cmd := exec.Command(name, args...)
		cmd.Stdin = strings.NewReader(in)
		out, err := cmd.CombinedOutput()
		if errors.Is(err, exec.ErrNotFound) {
			return refuse("settings need the program %s (iproute2)", name)
		}
		if err != nil {
			return fmt.Errorf("%s %s: %s", name, strings.Join(args, " "), strings.TrimSpace(string(out)))
		}
		return nil
	})
}

// sysctl writes a setting of the namespace: what a namespace does not have for
// itself is not there, or cannot be written.
func (s *space) sysctl(name, value string) error {
	if !strings.HasPrefix(name, "net.") || strings.Contains(name, "..") {
		return fmt.Errorf("%s is not a setting of a network namespace", name)
	}
	return s.inside(func() error {
		err := os.WriteFile("/proc/sys/"+strings.ReplaceAll(name, ".", "/"), []byte(value), 0)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) && !strings.HasSuffix(name, "congestion_control") {
			return fmt.Errorf("not a setting that a namespace has for itself")
		}
		return err
	})
}

// inject lets a packet arrive.
func (s *space) inject(packet []byte) error {
	head := make([]byte, vnetLen)
	if s.mss > 0 && len(packet) > int(s.mss) { // virtio_net_hdr: gso_type, gso_size
		if head[1] = unix.VIRTIO_NET_HDR_GSO_TCPV4; packet[0]>>4 == 6 {
			head[1] = unix.VIRTIO_NET_HDR_GSO_TCPV6
		}
		binary.NativeEndian.PutUint16(head[4:], s.mss)
	}
	_, err := unix.Write(s.tun, append(head, packet...))
	return err
}

// drain empties the device: its queue is short, and the tap has it all.
func (s *space) drain() {
	var b [1]byte
	for {
		if _, err := unix.Read(s.tun, b[:]); err != nil && err != unix.EINVAL {
			return
		}
	}
}

// sent is a packet that the kernel handed to the device.
type sent struct {
	at    time.Time
	bytes []byte
}

// receive returns the next packet that was sent, waiting until a time at most.
func (s *space) receive(until time.Time, buf []byte) (p sent, ok bool, err error) {
	for {
		p, ok, err = s.tapped(buf)
		if ok || err != nil {
			return p, ok, err
		}
		wait := time.Until(until)
		if wait <= 0 {
			return p, false, nil
		}
		s.poll(wait)
	}
}

// poll waits until something was sent, or a time has passed.
func (s *space) poll(wait time.Duration) {
	ts := unix.NsecToTimespec(int64(max(wait, 0)))
	fds := []unix.PollFd{{Fd: int32(s.tap), Events: unix.POLLIN}, {Fd: int32(s.tun), Events: unix.POLLIN}}
	unix.Ppoll(fds, &ts, nil) // an interruption is as good as nothing: the callers look again
	if fds[1].Revents != 0 {
		s.drain()
	}
}

// tapped returns a packet that waits in the packet socket.
func (s *space) tapped(buf []byte) (sent, bool, error) {
	for {
		oob := make([]byte, 128)
		n, oobn, _, from, err := unix.Recvmsg(s.tap, buf, oob, 0)
		if err == unix.EAGAIN {
			return sent{}, false, nil
		}
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return sent{}, false, fmt.Errorf("the packet socket: %w", err)
		}
		ll, is := from.(*unix.SockaddrLinklayer)
		if !is || ll.Pkttype != unix.PACKET_OUTGOING {
			continue
		}
		p := sent{time.Now(), append([]byte(nil), buf[:n]...)}
		msgs, _ := unix.ParseSocketControlMessage(oob[:oobn])
		for _, m := range msgs {
			if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SO_TIMESTAMPNS && len(m.Data) >= int(unsafe.Sizeof(unix.Timespec{})) {
				ts := (*unix.Timespec)(unsafe.Pointer(&m.Data[0]))
				p.at = time.Unix(ts.Unix())
			}
		}
		return p, true, nil
	}
}

// allows reports whether a socket of the namespace may use a congestion control.
func (s *space) allows(control string) error {
	return s.inside(func() error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		return unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, control)
	})
}
