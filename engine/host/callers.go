package host

import (
	"net/netip"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// What a host tells of those who call: what it hides in a SYN cookie, and what it logs.

const maxLog = 256 // lines

// cookieKey is the secret half of a SYN cookie (cookie_hash).
func (h *Host) cookieKey(t wire.Tuple, minute uint32) uint32 {
	r := sim.Derive(h.secret^uint64(minute)<<32, "syn cookie")
	return uint32(r.Uint64() ^ t.Hash()*r.Uint64()>>13)
}

// LogLine is a line of the kernel's log.
type LogLine struct {
	At   sim.Time
	Text string // as dmesg prints it, without the time
}

// logFlood logs that a port may be flooded (tcp_syn_flood_action).
func (h *Host) logFlood(x *Ctx, l *tcp.Conn) {
	what := "Dropping request"
	if x.Sys.Syncookies != 0 {
		what = "Sending cookies"
	}
	at := netip.AddrPortFrom(l.Tuple.Local.Addr, l.Tuple.Local.Port)
	if len(h.Log) < maxLog {
		h.Log = append(h.Log, LogLine{x.Now, "TCP: request_sock_TCP: Possible SYN flooding on port " + at.String() + ". " + what + "."})
	}
}
