package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// RTT is what is known of the round trip, and the timeout that follows from it.
type RTT struct {
	SRTT    uint32       // srtt_us [count]: smoothed round-trip time, eighths of a microsecond unit as Linux keeps it (8 × µs).
	MDev    uint32       // mdev_us [count]: medium deviation, 4 × µs.
	MDevMax uint32       // mdev_max_us [count]: largest deviation in this round trip, 4 × µs.
	RTTVar  uint32       // rttvar_us [count]: the deviation that RTO uses, 4 × µs.
	RTTSeq  wire.Seq     // rtt_seq [seq:snd]: rttvar may shrink when this is acknowledged.
	MinRTT  sim.Duration // min_rtt [duration]: smallest round-trip time seen lately.
	LastRTT sim.Duration // rtt sample [duration]: the latest measured round-trip time.
	RTO     sim.Duration // RTO [duration]: retransmission timeout, doubled by back-off.
}

const (
	initialRTO  = sim.Second       // RFC 6298 §2.1 (Linux: TCP_TIMEOUT_INIT)
	constRTOMax = 120 * sim.Second // Linux: TCP_RTO_MAX_SEC
	fallbackRTO = 3 * sim.Second   // RFC 6298 §5.7 (Linux: TCP_TIMEOUT_FALLBACK)
	delackMin   = 40 * sim.Millisecond
	delackMax   = 200 * sim.Millisecond
)

var rttSample = trace.Declare(trace.Rule{
	ID: "rtt.sample",
	Says: "An acknowledgment of something sent only once measures the round trip. The smoothed time moves an eighth of the way towards it, " +
		"the deviation a quarter.",
	RFC:     trace.Cites("RFC 6298 §2.2", "RFC 6298 §2.3"),
	Linux:   "tcp_rtt_estimator",
	Differs: "When the round trip gets shorter, Linux lets the deviation grow only an eighth as fast: a drop in delay is not a reason to wait longer.",
})

var rttKarn = trace.Declare(trace.Rule{
	ID:    "rtt.karn",
	Says:  "The acknowledged segment was sent more than once: nobody can tell which copy was answered, so no round-trip time is taken from it.",
	RFC:   trace.Cites("RFC 6298 §3"),
	Linux: "tcp_clean_rtx_queue",
})

var rtoCompute = trace.Declare(trace.Rule{
	ID:      "rto.compute",
	Says:    "The retransmission timeout is the smoothed round trip plus four deviations, which count for at least tcp_rto_min_us.",
	RFC:     trace.Cites("RFC 6298 §2.2", "RFC 6298 §2.4"),
	Linux:   "tcp_set_rto",
	Differs: "RFC 6298 asks for at least 1 s in all; Linux puts the floor of 200 ms under the deviation alone and rounds up to a tick of 4 ms.",
})

// rtoMin is the floor of the deviation in a timeout: that of the route, else the one of
// the socket (tcp_rto_min).
func (c *Conn) rtoMin(x *Ctx) sim.Duration {
	if d := x.Sys.Route.RTOMin; d > 0 {
		return d
	}
	return c.RTOMin
}

// sampleRTT takes one measured round trip (tcp_rtt_estimator). The estimator
// works in Linux' fixed point: SRTT in eighths, the deviations in quarters.
func (c *Conn) sampleRTT(x *Ctx, rtt sim.Duration) {
	defer x.Enter(rttSample)()
	c.LastRTT = rtt
	us := max(int64(rtt/sim.Microsecond), 1)
	floor := uint32(c.rtoMin(x) / sim.Microsecond)
	m := us
	if c.SRTT != 0 {
		m -= int64(c.SRTT >> 3)
		c.SRTT = uint32(int64(c.SRTT) + m)
		if m < 0 {
			m = -m - int64(c.MDev>>2)
			if m > 0 {
				m >>= 3 // Linux: a shorter round trip widens the deviation slowly
			}
		} else {
			m -= int64(c.MDev >> 2)
		}
		c.MDev = uint32(int64(c.MDev) + m)
		if c.MDev > c.MDevMax {
			c.MDevMax = c.MDev
			if c.MDevMax > c.RTTVar {
				c.RTTVar = c.MDevMax
			}
		}
		if c.SndUna.After(c.RTTSeq) {
			if c.MDevMax < c.RTTVar {
				c.RTTVar -= (c.RTTVar - c.MDevMax) >> 2
			}
			c.RTTSeq = c.SndNxt
			c.MDevMax = floor
		}
	} else {
		c.SRTT = uint32(m << 3)
		c.MDev = uint32(m << 1)
		c.RTTVar = max(c.MDev, floor)
		c.MDevMax = c.RTTVar
		c.RTTSeq = c.SndNxt
	}
	c.setRTO(x)
}

// setRTO works the timeout out of the estimates (tcp_set_rto); it also ends
// back-off.
func (c *Conn) setRTO(x *Ctx) {
	defer x.Enter(rtoCompute)()
	us := sim.Duration(c.SRTT>>3+c.RTTVar) * sim.Microsecond
	c.timeout(min(ceilJiffy(us), c.RTOMax), HowEstimate, c.estimate(x))
	c.Backoff = 0
}

// srtt is the smoothed round-trip time as a duration, or 0.
func (c *Conn) srtt() sim.Duration { return sim.Duration(c.SRTT>>3) * sim.Microsecond }

// updateMinRTT keeps the smallest round trip of the last tcp_min_rtt_wlen seconds
// (tcp_update_rtt_min). One that may hold a delayed ACK counts only if it is smaller.
func (c *Conn) updateMinRTT(x *Ctx, rtt sim.Duration, delayed bool) {
	if delayed && rtt > c.minRTT() {
		return
	}
	v, now := uint32(max(us(rtt), 1)), uint32(x.Now/sim.Time(jiffy))
	if c.MinRTT == 0 {
		c.rttMin.reset(now, v)
	}
	c.MinRTT = sim.Duration(c.rttMin.runningMin(uint32(x.Sys.MinRTTWlen/jiffy), now, v)) * sim.Microsecond
}

// ackRTT takes the samples that an acknowledgment allows (tcp_ack_update_rtt):
// from a segment sent once, or else from the echoed timestamp. ca is the sample
// of the latest segment, for the congestion control.
func (c *Conn) ackRTT(x *Ctx, s *wire.Segment, rtt, ca sim.Duration, r *rateSample, f *ackFlags) bool {
	if rtt < 0 && f.acked() {
		if echo := c.echoRTT(x, s); echo > 0 {
			rtt, ca = echo, echo
		}
	}
	r.rtt = ca
	if rtt < 0 {
		if f.retransAckd {
			x.Note(rttKarn)
		}
		return false
	}
	c.updateMinRTT(x, ca, r.ackDelayed)
	c.sampleRTT(x, rtt)
	c.cubicAcked(x, ca)
	return true
}

// echoRTT is the round trip that an echoed timestamp tells; 0: none (tcp_rtt_tsopt_us).
func (c *Conn) echoRTT(x *Ctx, s *wire.Segment) sim.Duration {
	if !c.TSOK || !s.Opts.On(wire.HasTS) || s.Opts.TSEcr == 0 {
		return 0
	}
	delta := int32(x.tsClock() + c.TSOffset - s.Opts.TSEcr)
	if delta < 0 {
		return 0
	}
	return max(sim.Duration(delta)*sim.Millisecond, sim.Millisecond)
}

var rtoFallback = trace.Declare(trace.Rule{
	ID:    "rto.fallback",
	Says:  "The handshake has given no measurement, most likely because the SYN or its answer had to be repeated: 1 s was too bold for this path, and the timeout falls back to 3 s.",
	RFC:   trace.Cites("RFC 6298 §5.7"),
	Linux: "tcp_init_metrics",
})

// fallBack begins with a careful timeout when nothing was measured.
func (c *Conn) fallBack(x *Ctx) {
	if c.SRTT != 0 {
		return
	}
	defer x.Enter(rtoFallback)()
	c.timeout(fallbackRTO, HowFallback, dur(fallbackRTO))
	c.RTTVar, c.MDev, c.MDevMax = uint32(fallbackRTO/sim.Microsecond), uint32(fallbackRTO/sim.Microsecond), uint32(fallbackRTO/sim.Microsecond)
}

// firstRTO is the timeout before the first sample: 1 s, or 3 s before Linux 3.1.
func (s *Sysctls) firstRTO() sim.Duration {
	if s.InitialRTO > 0 {
		return s.InitialRTO
	}
	return initialRTO
}
