package kernel

import (
	"os"
	"runtime"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// setting reads a setting of the namespace.
func (s *space) setting(name string) (value string, ok bool) {
	if strings.Contains(name, "..") {
		return "", false
	}
	err := s.inside(func() error {
		b, err := os.ReadFile("/proc/sys/" + strings.ReplaceAll(name, ".", "/"))
		value = strings.Join(strings.Fields(string(b)), " ")
		return err
	})
	return value, err == nil
}

// act does what tc or ethtool would do to the interface. false: it is not one of the acts
// that are known.
func (s *space) act(w []string) bool {
	switch {
	case w[0] == "tc" && len(w) > 1 && (w[1] == "qdisc" || w[1] == "class" || w[1] == "filter"):
		return s.tool("", "tc", w[1:]...) == nil
	case w[0] == "ethtool" && len(w) > 4 && w[1] == "-K":
		return s.features(w[3:])
	}
	return false
}

// features switches what the interface does by itself, as ethtool -K does.
func (s *space) features(w []string) bool {
	commands := map[string]uint32{"tx": unix.ETHTOOL_STXCSUM, "sg": unix.ETHTOOL_SSG, "tso": unix.ETHTOOL_STSO, "gso": unix.ETHTOOL_SGSO, "gro": unix.ETHTOOL_SGRO}
	for i := 0; i+1 < len(w); i += 2 {
		cmd, known := commands[w[i]]
		if !known {
			return false
		}
		value := [2]uint32{cmd, 0}
		if w[i+1] == "on" {
			value[1] = 1
		}
		if s.inside(func() error { return ethtool("tun0", &value) }) != nil {
			return false
		}
	}
	return true
}

// ethtool is the ioctl of that name.
func ethtool(dev string, value *[2]uint32) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	req := struct {
		name [unix.IFNAMSIZ]byte
		data unsafe.Pointer
		_    [16]byte
	}{data: unsafe.Pointer(value)}
	copy(req.name[:unix.IFNAMSIZ-1], dev)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&req)))
	runtime.KeepAlive(value)
	if errno != 0 {
		return errno
	}
	return nil
}
