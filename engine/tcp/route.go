package tcp

import "wirestep/engine/sim"

// Route holds the attributes of the route that a host sends by, as `ip route`
// sets them; 0 is none. There is one route: the engine knows no others.
type Route struct {
	InitCwnd       uint32       // initcwnd [segments]
	InitRwnd       uint32       // initrwnd [segments]
	ECN            bool         // features ecn
	NoCookie       bool         // fastopen_no_cookie
	RTT            uint32       // rtt, as Linux keeps it: 8 × µs
	RTTVar         uint32       // rttvar: 4 × µs
	Ssthresh       uint32       // ssthresh [segments]
	Cwnd           uint32       // cwnd [segments]; it counts only when it is locked
	Reordering     uint32       // reordering [segments]
	AdvMSS         uint32       // advmss [bytes]: no larger MSS is announced
	Window         uint32       // window [bytes]: no larger window is offered
	RTOMin         sim.Duration // rto_min: instead of the socket's own
	QuickAck       bool         // quickack: ACKs are not delayed
	RTTLock        bool         // "lock": connections do not change what is remembered
	RTTVarLock     bool
	SsthreshLock   bool
	CwndLock       bool
	ReorderingLock bool
}

// ttl is the hop limit of what the socket sends.
func (c *Conn) ttl() uint8 {
	if c.IP.TTL > 0 {
		return c.IP.TTL
	}
	return 64
}

// The values of IP_MTU_DISCOVER that matter here.
const (
	pmtudiscDont      = 0
	pmtudiscInterface = 4
)

// believesMTU reports whether ICMP may tell the socket of a smaller MTU
// (ip_sk_accept_pmtu, tcp_v4_mtu_reduced).
func (o *IPOptions) believesMTU() bool {
	d := int(o.MTUDiscover) - 1
	return d != pmtudiscDont && d < pmtudiscInterface
}

// advMSS is the MSS that a connection with packets of mtu bytes may announce
// (dst_metric_advmss).
func (r *Route) advMSS(mss uint32) uint32 {
	if r.AdvMSS > 0 {
		return min(mss, r.AdvMSS)
	}
	return mss
}
