package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// The round trip, and the timeout that follows from it (RFC 6298), in the fixed point
// of Linux: SRTT in eighths of a microsecond, the deviations in quarters.
//
//	sample ──▶ SRTT   += (R − SRTT) / 8            RTO = SRTT + 4 · RTTVAR,
//	           MDEV   += (|R − SRTT| − MDEV) / 4         of which the deviation is
//	           RTTVAR  = the largest MDEV of a            at least tcp_rto_min
//	                     round trip; down by a
//	                     quarter a round trip
//
// Where a sample comes from, and which are none (Karn), is the connection's business:
// see ackRTT.

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
	Backoff uint8        // backoff [count]: how often RTO or the probe interval has been doubled.

	minima window `trace:"-"` // smallest round trips, µs over ticks
	rto    sum    `trace:"-"` // where RTO came from
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
func (o *Options) rtoMin(x *Ctx) sim.Duration {
	if d := x.Sys.Route.RTOMin; d > 0 {
		return d
	}
	return o.RTOMin
}

// sample takes one measured round trip, of a sender that has una and nxt
// (tcp_rtt_estimator).
func (r *RTT) sample(x *Ctx, rtt sim.Duration, o *Options, una, nxt wire.Seq) {
	defer x.Enter(rttSample)()
	r.LastRTT = rtt
	m, floor := max(us(rtt), 1), uint32(us(o.rtoMin(x)))
	if r.SRTT == 0 {
		r.SRTT = uint32(m << 3)
		r.MDev = uint32(m << 1)
		r.RTTVar = max(r.MDev, floor)
		r.MDevMax = r.RTTVar
		r.RTTSeq = nxt
	} else {
		r.smooth(m)
		if una.After(r.RTTSeq) { // a round trip has passed
			if r.MDevMax < r.RTTVar {
				r.RTTVar -= (r.RTTVar - r.MDevMax) >> 2
			}
			r.RTTSeq = nxt
			r.MDevMax = floor
		}
	}
	r.setRTO(x, o)
}

// smooth moves the averages towards a sample of so many microseconds.
func (r *RTT) smooth(m int64) {
	m -= int64(r.SRTT >> 3)
	r.SRTT = uint32(int64(r.SRTT) + m)
	if m < 0 {
		m = -m - int64(r.MDev>>2)
		if m > 0 {
			m >>= 3 // Linux: a shorter round trip widens the deviation slowly
		}
	} else {
		m -= int64(r.MDev >> 2)
	}
	r.MDev = uint32(int64(r.MDev) + m)
	if r.MDev > r.MDevMax {
		r.MDevMax = r.MDev
		r.RTTVar = max(r.RTTVar, r.MDevMax)
	}
}

// setRTO works the timeout out of the estimates (tcp_set_rto); it also ends
// back-off.
func (r *RTT) setRTO(x *Ctx, o *Options) {
	defer x.Enter(rtoCompute)()
	r.setTimeout(min(r.computed(), o.RTOMax), HowEstimate, r.estimate(x, o))
	r.Backoff = 0
}

// setTimeout sets RTO, and notes where it came from.
func (r *RTT) setTimeout(d sim.Duration, how How, terms [3]int64) {
	r.RTO, r.rto = d, sum{how, terms}
}

// computed is the timeout that the estimates give, in whole ticks (__tcp_set_rto).
func (r *RTT) computed() sim.Duration {
	return ceilJiffy(sim.Duration(r.SRTT>>3+r.RTTVar) * sim.Microsecond)
}

// estimate is the sum of the estimates, before any doubling.
func (r *RTT) estimate(x *Ctx, o *Options) [3]int64 {
	return dur(r.srtt(), sim.Duration(r.RTTVar)*sim.Microsecond, o.rtoMin(x))
}

// srtt is the smoothed round-trip time as a duration, or 0.
func (r *RTT) srtt() sim.Duration { return sim.Duration(r.SRTT>>3) * sim.Microsecond }

// srttExact is the same with its fractions of a microsecond.
func (r *RTT) srttExact() sim.Duration { return sim.Duration(r.SRTT) * sim.Microsecond / 8 }

// updateMinRTT keeps the smallest round trip of the last tcp_min_rtt_wlen seconds
// (tcp_update_rtt_min). One that may hold a delayed ACK counts only if it is smaller.
func (r *RTT) updateMinRTT(x *Ctx, rtt sim.Duration, delayed bool) {
	if delayed && rtt > r.minRTT() {
		return
	}
	v, now := uint32(max(us(rtt), 1)), uint32(x.Now/sim.Time(jiffy))
	if r.MinRTT == 0 {
		r.minima.reset(now, v)
	}
	r.MinRTT = sim.Duration(r.minima.runningMin(uint32(x.Sys.MinRTTWlen/jiffy), now, v)) * sim.Microsecond
}

// neverRTT stands for a round trip that was never measured.
const neverRTT = (1<<32 - 1) * sim.Microsecond

// minRTT is the smallest round trip seen lately, or a very long time (tcp_min_rtt).
func (r *RTT) minRTT() sim.Duration {
	if r.MinRTT == 0 {
		return neverRTT
	}
	return r.MinRTT
}

// sampleRTT takes one measured round trip.
func (c *Conn) sampleRTT(x *Ctx, rtt sim.Duration) {
	c.RTT.sample(x, rtt, &c.Options, c.SndUna, c.SndNxt)
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
	c.cc().pktsAcked(x, c.ccSock(), ca)
	return true
}

// echoRTT is the round trip that an echoed timestamp tells; 0: none (tcp_rtt_tsopt_us).
func (a *Agreed) echoRTT(x *Ctx, s *wire.Segment) sim.Duration {
	if !a.TSOK || !s.Opts.On(wire.HasTS) || s.Opts.TSEcr == 0 {
		return 0
	}
	delta := int32(x.tsClock() + a.TSOffset - s.Opts.TSEcr)
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
func (r *RTT) fallBack(x *Ctx) {
	if r.SRTT != 0 {
		return
	}
	defer x.Enter(rtoFallback)()
	r.setTimeout(fallbackRTO, HowFallback, dur(fallbackRTO))
	r.RTTVar, r.MDev, r.MDevMax = uint32(us(fallbackRTO)), uint32(us(fallbackRTO)), uint32(us(fallbackRTO))
}

// firstRTO is the timeout before the first sample: 1 s, or 3 s before Linux 3.1.
func (s *Sysctls) firstRTO() sim.Duration {
	if s.InitialRTO > 0 {
		return s.InitialRTO
	}
	return initialRTO
}
