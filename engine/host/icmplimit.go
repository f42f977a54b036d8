package host

import (
	"net/netip"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// told is how many ICMP errors an address may be sent: a bucket that fills with time
// (struct inet_peer).
type told struct {
	peer netip.Addr
	left sim.Duration
	at   sim.Time
}

const (
	icmpBurst = 6 // Linux: XRLIM_BURST_FACTOR
	maxTold   = 1024
)

var icmpLimited = trace.Declare(trace.Rule{
	ID: "icmp.rate-limit",
	Says: "This host has been told of several errors within a short time: the next one is not sent. After a burst of six, one leaves each icmp_ratelimit " +
		"milliseconds; whoever is not told has to wait for his timer.",
	RFC:   trace.Cites("RFC 1812 §4.3.2.8"),
	Linux: "icmpv4_xrlim_allow",
})

// MayTell reports whether the host may send an ICMP error to a peer now. One of a
// packet that is too large always goes, and so does one to itself.
func (h *Host) MayTell(x *Ctx, peer netip.Addr, m wire.ICMP) bool {
	every := h.Sys.ICMPRate
	if every == 0 || h.Has(peer) || !m.V6 && (m.Type == 3 && m.Code == 4 || h.Sys.ICMPMask>>m.Type&1 == 0) || m.V6 && m.Type == 2 {
		return true
	}
	t := h.toldOf(peer, x.Now, every)
	t.left = min(t.left+x.Now.Sub(t.at), icmpBurst*every)
	t.at = x.Now
	if x.When(icmpLimited, trace.Is("told too often", t.left < every)) {
		return false
	}
	t.left -= every
	return true
}

func (h *Host) toldOf(peer netip.Addr, now sim.Time, every sim.Duration) *told {
	for i := range h.told {
		if h.told[i].peer == peer {
			return &h.told[i]
		}
	}
	if len(h.told) >= maxTold {
		h.told = h.told[1:]
	}
	h.told = append(h.told, told{peer, icmpBurst * every, now})
	return &h.told[len(h.told)-1]
}
