package host

import (
	"net/netip"
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

// What a host knows of those who call: who has proven to exist, and what it hides in
// a SYN cookie.

const (
	maxProven = 1024 // addresses; the oldest goes first
	maxLog    = 256  // lines
)

// isProven reports whether a connection with an address came to a good end
// (tcp_peer_is_proven).
func (h *Host) isProven(a netip.Addr) bool { return slices.Contains(h.proven, a) }

// learnProven notes what the end of a connection says of its peer (tcp_update_metrics).
func (h *Host) learnProven(c *tcp.Conn) {
	if c.Ended == tcp.EndUnknown {
		return
	}
	a, good := c.Tuple.Remote.Addr, c.Ended == tcp.EndProven
	c.Ended = tcp.EndUnknown
	if i := slices.Index(h.proven, a); i >= 0 {
		h.proven = slices.Delete(h.proven, i, i+1)
	}
	if good {
		if len(h.proven) >= maxProven {
			h.proven = slices.Delete(h.proven, 0, 1)
		}
		h.proven = append(h.proven, a)
	}
}

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
