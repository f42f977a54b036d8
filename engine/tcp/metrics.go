package tcp

import (
	"net/netip"
	"slices"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Memory is what a host keeps from one connection to the next: the numbers of each
// destination, whether Fast Open has met a black hole, and how many challenge ACKs
// all of them may still send.
type Memory struct {
	Metrics   []Metrics
	Paths     []PathMTU
	HoleAt    sim.Time // when Fast Open was last switched off
	HoleTimes uint32   // how often, since it last worked

	ChallengeSecond sim.Time // the second in which the host last sent a challenge ACK; counted from 1
	ChallengeLeft   uint64   // how many more it may send in that second
}

// Proven reports whether a connection with an address came to a good end, and its
// round trip was measured (tcp_peer_is_proven).
func (m *Memory) Proven(t wire.Tuple) bool {
	for i := range m.Metrics {
		if k := &m.Metrics[i]; k.Local == t.Local.Addr && k.Remote == t.Remote.Addr {
			return k.RTT > 0
		}
	}
	return false
}

// Clone returns a copy that shares nothing that either may write.
func (m *Memory) Clone() Memory {
	n := *m
	n.Metrics, n.Paths = slices.Clone(m.Metrics), slices.Clone(m.Paths)
	return n
}

// Metrics is one entry of that memory, as `ip tcp_metrics` shows it (struct
// tcp_metrics_block).
type Metrics struct {
	Local, Remote netip.Addr
	At            sim.Time // when a connection last told something

	RTT, RTTVar                uint32 // 8 × µs and 4 × µs, as Linux keeps them
	Ssthresh, Cwnd, Reordering uint32

	MSS       uint16 // Fast Open: what the peer last announced
	SynLost   uint16 // SYNs with data that were lost in a row
	SynLostAt sim.Time
	TryExp    uint8 // 1: the experimental option is tried next; 2: it was of no use
	Cookie    Cookie
}

const (
	metricsAge = 60 * sim.Minute // Linux: TCP_METRICS_TIMEOUT
	maxMetrics = 1024
)

// metrics finds what is known of the way to the peer of a connection
// (tcp_get_metrics). What was learnt more than an hour ago is forgotten, except
// the cookie.
//
// Simplified: Linux keeps at least a few entries for each chain of a hash table;
// here the oldest of all makes room.
func (h *Memory) metrics(x *Ctx, t wire.Tuple, create bool) *Metrics {
	all := &h.Metrics
	oldest := 0
	for i := range *all {
		m := &(*all)[i]
		if m.Local == t.Local.Addr && m.Remote == t.Remote.Addr {
			if x.Now.Sub(m.At) > metricsAge {
				m.learn(x)
			}
			return m
		}
		if m.At < (*all)[oldest].At {
			oldest = i
		}
	}
	if !create {
		return nil
	}
	if len(*all) < maxMetrics {
		*all = append(*all, Metrics{})
		oldest = len(*all) - 1
	}
	m := &(*all)[oldest]
	*m = Metrics{Local: t.Local.Addr, Remote: t.Remote.Addr}
	m.learn(x)
	return m
}

// learn begins an entry with what the route says (tcpm_suck_dst).
func (m *Metrics) learn(x *Ctx) {
	r := &x.Sys.Route
	m.At, m.RTT, m.RTTVar = x.Now, r.RTT, r.RTTVar
	m.Ssthresh, m.Cwnd, m.Reordering = r.Ssthresh, r.Cwnd, r.Reordering
}

var metricsUse = trace.Declare(trace.Rule{
	ID: "metrics.use",
	Says: "The host remembers what earlier connections to this address had learnt when they ended well. A round trip longer than that of the handshake " +
		"makes the first timeout longer, and reordering is expected again; ssthresh is taken over only where tcp_no_ssthresh_metrics_save is 0.",
	RFC:   trace.Cites("RFC 9040 §4", "RFC 9040 §8"),
	Linux: "tcp_init_metrics",
})

var handshakeSsthresh = trace.Declare(trace.Rule{
	ID: "ssthresh.handshake",
	Says: "A lost SYN has lowered ssthresh, as every timeout does. A connection that has come about begins without such a bound all the same: " +
		"the loss of a SYN says little about what the path can carry.",
	RFC:   trace.Cites("RFC 5681 §3.1"),
	Linux: "tcp_init_metrics",
})

// forgetHandshake gives ssthresh back what the handshake has made of it.
func (s *Sender) forgetHandshake(x *Ctx) {
	if s.Ssthresh != infSsthresh {
		defer x.Enter(handshakeSsthresh)()
		s.Ssthresh = infSsthresh
	}
}

// initMetrics lets a new connection begin with what is known of its destination
// (tcp_init_metrics).
func (c *Conn) initMetrics(x *Ctx) {
	cached := uint32(0)
	c.forgetHandshake(x)
	if m := x.Mem.metrics(x, c.Tuple, false); m != nil {
		defer x.Enter(metricsUse)()
		if x.Sys.Route.CwndLock {
			c.CwndClamp = m.Cwnd
		}
		if m.Ssthresh != 0 && !x.Sys.NoSsthreshMetrics {
			c.Ssthresh = min(m.Ssthresh, c.CwndClamp)
		}
		if m.Reordering != 0 {
			c.Reordering = m.Reordering
		}
		cached = m.RTT
	}
	if cached > c.SRTT {
		ticks := sim.Duration(cached/(8*uint32(jiffy/sim.Microsecond))) * jiffy
		c.setTimeout(ticks+max(2*ticks, ceilJiffy(c.rtoMin(x))), HowCached, dur(ticks, c.rtoMin(x)))
		return
	}
	c.fallBack(x)
}

// saveMetrics tells the memory of the host what the connection has learnt
// (tcp_update_metrics).
func (c *Conn) saveMetrics(x *Ctx) {
	if x.Sys.NoMetricsSave {
		return
	}
	if c.Backoff > 0 || c.SRTT == 0 {
		if m := x.Mem.metrics(x, c.Tuple, false); m != nil && !x.Sys.Route.RTTLock {
			m.RTT = 0
		}
		return
	}
	m, r := x.Mem.metrics(x, c.Tuple, true), &x.Sys.Route
	m.saveRTT(c, r)
	ssthresh := !x.Sys.NoSsthreshMetrics && !r.SsthreshLock
	switch {
	case c.Ssthresh >= infSsthresh: // slow start has not ended
		if ssthresh && m.Ssthresh != 0 {
			m.Ssthresh = max(m.Ssthresh, c.Cwnd/2)
		}
		if !r.CwndLock {
			m.Cwnd = max(m.Cwnd, c.Cwnd)
		}
	case !c.inSlowStart() && c.CA == Open: // cwnd is what the way takes
		if ssthresh {
			m.Ssthresh = max(c.Cwnd/2, c.Ssthresh)
		}
		if !r.CwndLock {
			m.Cwnd = (m.Cwnd + c.Cwnd) / 2
		}
	default:
		if !r.CwndLock {
			m.Cwnd = (m.Cwnd + c.Ssthresh) / 2
		}
		if ssthresh && m.Ssthresh != 0 {
			m.Ssthresh = max(m.Ssthresh, c.Ssthresh)
		}
		if !r.ReorderingLock && c.Reordering != x.Sys.Reordering {
			m.Reordering = max(m.Reordering, c.Reordering)
		}
	}
	m.At = x.Now
}

// saveRTT takes a longer round trip at once and comes down to a shorter one by
// eighths, the deviation by quarters: too long a timeout is the lesser evil.
func (m *Metrics) saveRTT(c *Conn, r *Route) {
	d := int32(m.RTT - c.SRTT)
	if !r.RTTLock {
		if d <= 0 {
			m.RTT = c.SRTT
		} else {
			m.RTT -= uint32(d >> 3)
		}
	}
	if d < 0 {
		d = -d
	}
	if !r.RTTVarLock {
		if v := max(uint32(d>>1), c.MDev); v >= m.RTTVar {
			m.RTTVar = v
		} else {
			m.RTTVar -= (m.RTTVar - v) >> 2
		}
	}
}
