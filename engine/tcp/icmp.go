package tcp

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// icmp4Unreach is the error for each code of "destination unreachable"
// (icmp_err_convert).
var icmp4Unreach = [...]Errno{ENETUNREACH, EHOSTUNREACH, ENOPROTOOPT, ECONNREFUSED, EMSGSIZE, EOPNOTSUPP,
	ENETUNREACH, EHOSTUNREACH, ENETUNREACH, ENETUNREACH, EHOSTUNREACH, ENETUNREACH, EHOSTUNREACH, EHOSTUNREACH,
	EHOSTUNREACH, EHOSTUNREACH}

var icmp6Unreach = [...]Errno{ENETUNREACH, EACCES, EHOSTUNREACH, EHOSTUNREACH, ECONNREFUSED, EACCES, EACCES}

// icmpErrno is the error that an ICMP message means for a socket; OK for none.
func icmpErrno(m wire.ICMP) Errno {
	switch {
	case m.V6 && m.Type == 1 && int(m.Code) < len(icmp6Unreach):
		return icmp6Unreach[m.Code]
	case m.V6 && m.Type == 3, !m.V6 && m.Type == 11:
		return EHOSTUNREACH
	case m.V6 && m.Type == 4, !m.V6 && m.Type == 12:
		return EPROTO
	case !m.V6 && m.Type == 3 && int(m.Code) < len(icmp4Unreach) && m.Code != 4:
		return icmp4Unreach[m.Code]
	}
	return OK
}

// icmpFatal: the message also ends a request that has no socket yet; some that
// end an attempt to connect do not (tcp_v4_err, tcp_v6_err).
func icmpFatal(m wire.ICMP) bool {
	if m.V6 {
		return m.Type == 4 || m.Type == 1 && (m.Code == 1 || m.Code >= 4 && m.Code <= 6)
	}
	return m.Type == 11 || m.Type == 12 || m.Type == 3 && m.Code <= 1
}

// The smallest path MTU that is believed, of IPv4 (ip_rt_min_pmtu) and of IPv6.
const (
	minPathMTU4 = 552
	minPathMTU6 = 1280
)

// smallerMTU is the MTU that a router says a packet was too big for; 0: the
// message says something else.
func smallerMTU(m wire.ICMP) uint32 {
	switch {
	case m.V6 && m.Type == 2:
		return max(m.MTU, minPathMTU6)
	case !m.V6 && m.Type == 3 && m.Code == 4:
		return max(m.MTU, minPathMTU4)
	}
	return 0
}

var icmpRevert = trace.Declare(trace.Rule{
	ID: "icmp.revert-backoff",
	Says: "A router says that the segment that was sent again cannot be forwarded at present. So it was not congestion that held up the answer: " +
		"one doubling of the timeout is taken back.",
	RFC:   trace.Cites("RFC 6069 §4"),
	Linux: "tcp_ld_RTO_revert",
})

// revertBackoff takes one doubling of the timeout back, if the network or the host
// cannot be reached and the message is about the oldest segment.
func (c *Conn) revertBackoff(x *Ctx, s *wire.Segment) {
	m := s.ICMP
	path := !m.V6 && m.Type == 3 && m.Code <= 1 || m.V6 && m.Type == 1 && m.Code == 0
	if !path || s.Seq != c.SndUna || c.Retries == 0 || c.Backoff == 0 || len(c.Rtx) == 0 {
		return
	}
	defer x.Enter(icmpRevert)()
	c.Backoff--
	rto := initialRTO
	if c.SRTT > 0 {
		rto = c.computed()
	}
	for range c.Backoff {
		rto = min(2*rto, c.RTOMax)
	}
	c.setTimeout(rto, HowReverted, [3]int64{int64(rto), int64(c.Backoff)})
	if left := ticks(c.Rtx[0].SentAt, x.Now); left < c.RTO {
		c.armXmit(x, TimerRTO, c.RTO-left, HowRest, dur(c.RTO, left))
	} else {
		c.onRTO(x)
	}
}

var icmpTooBig = trace.Declare(trace.Rule{
	ID: "icmp.too-big",
	Says: "A router could not forward the packet because it is larger than the next link takes. The segments get smaller, " +
		"and those that were too large are sent again at once.",
	RFC:   trace.Cites("RFC 1191 §6.4", "RFC 8201 §5.2"),
	Linux: "tcp_v4_mtu_reduced",
})

// mtuReduced takes over a smaller path MTU (tcp_v4_mtu_reduced).
func (c *Conn) mtuReduced(x *Ctx, mtu uint32) {
	if !x.When(icmpTooBig, trace.Lt("MTU of the message", mtu, "MTU of the path", c.MTU).In(trace.UnitBytes)) {
		return
	}
	defer x.Enter(icmpTooBig)()
	x.Mem.learnMTU(x, c.Tuple.Remote.Addr, mtu)
	c.syncMSS(x.Sys, mtu)
	c.simpleRetransmit(x)
}

// simpleRetransmit repeats what is too large for the path, without a word about
// congestion (tcp_simple_retransmit).
func (c *Conn) simpleRetransmit(x *Ctx) {
	mss := int(c.currentMSS())
	if c.SynData && c.State == SynSent {
		mss = -1 // Linux: the SYN is kept apart from the data that made it too large
	}
	for i := range c.Rtx {
		if k := &c.Rtx[i]; k.Segs == 1 && len(k.Data) > mss || int(k.Size) > mss {
			c.markLost(x, k)
		}
	}
	if c.LostOut == 0 {
		return
	}
	if !c.SackOK {
		c.SackedOut = min(c.SackedOut, c.PacketsOut-c.LostOut)
	}
	c.repeatLost(x)
}

// repeatLost sends lost segments again where no congestion has lost them
// (tcp_non_congestion_loss_retransmit).
func (c *Conn) repeatLost(x *Ctx) {
	if c.CA != Loss {
		c.HighSeq = c.SndNxt
		c.Ssthresh = c.currentSsthresh()
		c.PriorSsthresh = 0
		c.UndoMarker = 0
		c.setCA(x, Loss)
	}
	c.retransmitQueue(x)
}

// OnICMP handles an ICMP error about the SYN-ACK (tcp_req_err). It reports whether
// the request is over.
func (q *Request) OnICMP(x *Ctx, s *wire.Segment) bool {
	if s.Seq != q.ISS {
		x.Drop(icmpIgnored)
		return false
	}
	if !icmpFatal(s.ICMP) {
		return false
	}
	defer x.Enter(icmpHard)()
	x.Count(ListenDrops)
	return true
}
