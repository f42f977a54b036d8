package shell

import (
	"fmt"
	"net/netip"
	"strings"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// procStates are the states as /proc/net/tcp numbers them.
var procStates = map[tcp.State]int{tcp.Established: 1, tcp.SynSent: 2, tcp.SynRecv: 3, tcp.FinWait1: 4, tcp.FinWait2: 5, tcp.TimeWaitState: 6, tcp.Closed: 7,
	tcp.CloseWait: 8, tcp.LastAck: 9, tcp.Listen: 10, tcp.Closing: 11}

// procTCP is /proc/net/tcp, or tcp6.
func (r *request) procTCP(six bool) string {
	var b strings.Builder
	b.WriteString("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n")
	n := 0
	for _, s := range r.sockets() {
		if s.tuple.Local.Addr.Is6() != six {
			continue
		}
		timer, when := 0, int64(0)
		for i, name := range [...]string{"", "on", "keepalive", "timewait", "persist"} {
			if i > 0 && strings.HasPrefix(s.timer, "timer:("+name+",") {
				timer, when = i, int64(s.left/(10*sim.Millisecond))
			}
		}
		sent, retries := s.sndq, 0
		if s.state == tcp.Listen {
			sent = 0
		}
		if s.conn != nil {
			retries = int(s.conn.Retries)
		}
		line := fmt.Sprintf("%4d: %s %s %02X %08X:%08X %02X:%08X %08X %5d %8d %d", n, procEnd(s.tuple.Local, six), procEnd(s.tuple.Remote, six), procStates[s.state],
			sent, s.recvq, timer, when, retries, 0, 0, inodeOf(&s))
		b.WriteString(pad(line, 149) + "\n")
		n++
	}
	if n > 0 {
		r.ahead = true
	}
	return b.String()
}

// procEnd writes an end as little-endian machines do.
func procEnd(e wire.Endpoint, six bool) (s string) {
	a := e.Addr
	if !a.IsValid() {
		a = map[bool]netip.Addr{true: netip.IPv6Unspecified(), false: netip.IPv4Unspecified()}[six]
	}
	bytes := a.AsSlice()
	for i := 0; i+3 < len(bytes); i += 4 {
		s += fmt.Sprintf("%02X%02X%02X%02X", bytes[i+3], bytes[i+2], bytes[i+1], bytes[i])
	}
	return fmt.Sprintf("%s:%04X", s, e.Port)
}
