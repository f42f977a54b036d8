package kernel

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Whatever a program waits for, the end of its namespace ends that, and comes after
// it; no descriptor is left, and none is closed that is somebody else's by then.
func TestProgramsEndBeforeTheirNamespace(t *testing.T) {
	needsKernel(t)
	for _, c := range []struct {
		name  string
		waits func(s *space, fd int) error
	}{
		{"accept", func(s *space, fd int) error {
			_ = unix.Listen(fd, 1)
			n, _, err := unix.Accept4(fd, 0)
			if err == nil {
				s.keep(n)
			}
			return err
		}},
		{"connect", func(_ *space, fd int) error {
			return unix.Connect(fd, &unix.SockaddrInet4{Port: 80, Addr: [4]byte{192, 0, 2, 1}})
		}},
		{"poll", func(_ *space, fd int) error {
			_ = unix.Listen(fd, 1)
			_, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLPRI}}, -1)
			return err
		}},
		{"read from a pipe", func(s *space, _ int) error {
			var ends [2]int
			_ = unix.Pipe2(ends[:], unix.O_CLOEXEC)
			s.keep(ends[:]...)
			_, err := unix.Read(ends[0], make([]byte, 1))
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := newSpace(false)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.ip("link set lo up", "link set dev tun0 up", "addr add 192.168.0.1/16 dev tun0", "route add 192.0.2.0/24 dev tun0"); err != nil {
				t.Error(err)
			}
			fd := 0
			_ = s.inside(func() (err error) {
				fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
				return err
			})
			s.keep(fd)
			about, over := make(chan bool), false
			s.run(func() {
				close(about)
				s.call(func() { _ = c.waits(s, fd) })
				over = true
			})
			<-about
			s.close()
			if !over {
				t.Error("the namespace is closed, and its program has not returned")
			}
			if err := unix.Fstat(fd, new(unix.Stat_t)); err != unix.EBADF {
				t.Errorf("the socket is still there: %v", err)
			}
		})
	}
}

// A close() that lingers holds nobody up when the play is over.
func TestLingeringCloseEnds(t *testing.T) {
	needsKernel(t)
	v := inTime(func() *Verdict { return Play("linger.pkt", lingers) })
	if busy(v) {
		skip(t, v.Err.Error())
	}
	var d *Difference
	if !errors.As(v.Err, &d) || d.Line != 11 {
		t.Errorf("%v; expected a difference in line 11", v.Err)
	}
	if v.Took > 30*time.Second {
		t.Errorf("took %v: the close() that lingers for a minute was waited for", v.Took)
	}
}

const lingers = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 32792 <mss 1000>
+0 > S. 0:0(0) ack 1 <...>
+0 < . 1:1(0) ack 1 win 257
+0 accept(3, ..., ...) = 4
+0 setsockopt(4, SOL_SOCKET, SO_LINGER, {onoff=1, linger=60}, 8) = 0
+0...60 close(4) = 0
+0 > F. 1:1(0) ack 1
+0 > F. 9:9(0) ack 9
`
