package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// CUBIC in integers, with the constants of the kernel: β = 717/1024, C = 41/100 · 1/1.024³,
// time in 1/1024 s.
const (
	cubicBeta       = 717
	cubicScale      = 1024
	cubicHZ         = 10                                                          // 2^10 units a second
	cubicRTTScale   = 41 * 10                                                     // C, scaled
	cubicFactor     = (1 << (10 + 3*cubicHZ)) / cubicRTTScale                     // 1/C
	cubicBetaScale  = 8 * (cubicScale + cubicBeta) / 3 / (cubicScale - cubicBeta) // Reno-friendly increase
	hystartLow      = 16
	hystartSamples  = 8
	hystartAckDelta = 2 * sim.Millisecond
	hystartDelayMin = 4 * sim.Millisecond
	hystartDelayMax = 16 * sim.Millisecond
)

var cubicSsthreshRule = trace.Declare(trace.Rule{
	ID:    "cubic.ssthresh",
	Says:  "CUBIC goes down to 0.7 of cwnd, and remembers where it was: that is where the trouble will begin again.",
	RFC:   trace.Cites("RFC 9438 §4.6", "RFC 9438 §4.7"),
	Linux: "cubictcp_recalc_ssthresh",
})

var renoSsthreshRule = trace.Declare(trace.Rule{
	ID:    "reno.ssthresh",
	Says:  "Reno halves: ssthresh is half of cwnd, and at least two segments.",
	RFC:   trace.Cites("RFC 5681 §3.1"),
	Linux: "tcp_reno_ssthresh",
})

// ccSsthresh asks the congestion control for the new ssthresh.
func (c *Conn) ccSsthresh(x *Ctx) uint32 {
	switch c.CC {
	case BBR:
		c.bbrSaveCwnd()
		return c.Ssthresh
	case Reno:
		x.Note(renoSsthreshRule)
		return max(c.Cwnd/2, 2)
	}
	defer x.Enter(cubicSsthreshRule)()
	c.CubicEpoch = 0
	if c.Cwnd < c.CubicMax {
		c.CubicMax = c.Cwnd * (cubicScale + cubicBeta) / (2 * cubicScale)
	} else {
		c.CubicMax = c.Cwnd
	}
	return max(c.Cwnd*cubicBeta/cubicScale, 2)
}

// cubicReset forgets the curve, after a timeout (bictcp_reset).
func (c *Conn) cubicReset() {
	c.CubicCnt, c.CubicMax, c.CubicLastCwnd, c.CubicLastAt = 0, 0, 0, 0
	c.CubicOrigin, c.CubicK, c.CubicDelayMin, c.CubicEpoch = 0, 0, 0, 0
	c.CubicAckCnt, c.CubicRenoCwnd, c.HystartFound = 0, 0, false
}

var cubicGrow = trace.Declare(trace.Rule{
	ID: "cubic.grow",
	Says: "CUBIC grows by the time that has passed since the last reduction, not by round trips: fast at first, flat near where the last loss was, " +
		"then faster again. It is never slower than Reno would be.",
	RFC:   trace.Cites("RFC 9438 §4.2", "RFC 9438 §4.3"),
	Linux: "bictcp_update",
})

// cubicUpdate works out after how many acknowledged segments cwnd grows by one
// (bictcp_update).
func (c *Conn) cubicUpdate(x *Ctx, acked uint32) {
	defer x.Enter(cubicGrow)()
	now := max(x.Now/sim.Time(jiffy), 1) // in ticks, as the kernel's clock
	c.CubicAckCnt += acked
	if c.CubicLastCwnd == c.Cwnd && now-c.CubicLastAt <= 250/32 {
		return
	}
	if c.CubicEpoch == 0 || now != c.CubicLastAt {
		c.cubicTarget(now, acked)
	}
	c.cubicFriendly()
	c.CubicCnt = max(c.CubicCnt, 2)
}

func (c *Conn) cubicTarget(now sim.Time, acked uint32) {
	c.CubicLastCwnd, c.CubicLastAt = c.Cwnd, now
	if c.CubicEpoch == 0 {
		c.CubicEpoch = now
		c.CubicAckCnt = acked
		c.CubicRenoCwnd = c.Cwnd
		if c.CubicMax <= c.Cwnd {
			c.CubicK, c.CubicOrigin = 0, c.Cwnd
		} else {
			c.CubicK = cubeRoot(cubicFactor * uint64(c.CubicMax-c.Cwnd))
			c.CubicOrigin = c.CubicMax
		}
	}
	t := uint64(now-c.CubicEpoch) + uint64(ceilJiffy(c.CubicDelayMin)/jiffy)
	t = t << cubicHZ / 250
	target := c.cubicCurve(t)
	if target > c.Cwnd {
		c.CubicCnt = c.Cwnd / (target - c.Cwnd)
	} else {
		c.CubicCnt = 100 * c.Cwnd
	}
	if c.CubicMax == 0 && c.CubicCnt > 20 {
		c.CubicCnt = 20
	}
}

// cubicCurve is W_cubic at a time since the start of the curve, in 1/1024 s.
func (c *Conn) cubicCurve(t uint64) uint32 {
	k := uint64(c.CubicK)
	off := max(t, k) - min(t, k)
	delta := uint32(cubicRTTScale * off * off * off >> (10 + 3*cubicHZ))
	if t < k {
		return c.CubicOrigin - delta
	}
	return c.CubicOrigin + delta
}

// cubicFriendly follows what Reno would have by now, if that is more.
func (c *Conn) cubicFriendly() {
	delta := c.Cwnd * cubicBetaScale >> 3
	for delta > 0 && c.CubicAckCnt > delta {
		c.CubicAckCnt -= delta
		c.CubicRenoCwnd++
	}
	if c.CubicRenoCwnd > c.Cwnd {
		c.CubicCnt = min(c.CubicCnt, c.Cwnd/(c.CubicRenoCwnd-c.Cwnd))
	}
}

// cubeRoot is the integer cube root.
//
// Simplified: Linux takes one step of Newton's from a table; its K is off by less
// than a tick for windows up to 200 segments.
func cubeRoot(a uint64) uint32 {
	lo, hi := uint64(0), uint64(1)<<21
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if mid*mid*mid <= a {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return uint32(lo)
}

var hystartFound = trace.Declare(trace.Rule{
	ID: "hystart.exit",
	Says: "HyStart: acknowledgments come in a train as long as the round trip, or the round trip has become longer. " +
		"The pipe is full, so slow start ends here, before it would end in losses.",
	RFC:     trace.Cites("RFC 9406 §4.2"),
	Linux:   "hystart_update",
	Differs: "Linux has the original HyStart, which leaves slow start at once; RFC 9406 adds a conservative phase.",
})

// cubicAcked takes a delay sample (cubictcp_acked).
func (c *Conn) cubicAcked(x *Ctx, rtt sim.Duration) {
	if c.CC != Cubic || rtt < 0 {
		return
	}
	if c.CubicEpoch != 0 && max(x.Now/sim.Time(jiffy), 1)-c.CubicEpoch < 250 {
		return
	}
	rtt = max(rtt, sim.Microsecond)
	if c.CubicDelayMin == 0 || c.CubicDelayMin > rtt {
		c.CubicDelayMin = rtt
	}
	if !c.HystartFound && c.inSlowStart() {
		c.hystart(x, rtt)
	}
}

// hystart looks for the end of slow start (hystart_update).
func (c *Conn) hystart(x *Ctx, rtt sim.Duration) {
	if c.SndUna.After(c.HystartEnd) || c.HystartRound == 0 {
		c.HystartRound, c.HystartLast = max(x.Now, 1), max(x.Now, 1)
		c.HystartEnd = c.SndNxt
		c.HystartRTT, c.HystartCnt = 1<<62, 0
	}
	if c.Cwnd < hystartLow {
		return
	}
	if x.Now.Sub(c.HystartLast) <= hystartAckDelta {
		c.HystartLast = x.Now
		if x.Now.Sub(c.HystartRound) > (c.CubicDelayMin+c.hystartAckDelay())/2 {
			c.leaveSlowStart(x, TCPHystartTrainDetect, TCPHystartTrainCwnd)
		}
	}
	if c.HystartRTT > rtt {
		c.HystartRTT = rtt
	}
	if c.HystartCnt < hystartSamples {
		c.HystartCnt++
	} else if c.HystartRTT > c.CubicDelayMin+min(max(c.CubicDelayMin/8, hystartDelayMin), hystartDelayMax) {
		c.leaveSlowStart(x, TCPHystartDelayDetect, TCPHystartDelayCwnd)
	}
}

// hystartAckDelay allows for a sender that bursts (hystart_ack_delay): four
// largest offloaded segments at the pacing rate, at most 1 ms.
func (c *Conn) hystartAckDelay() sim.Duration {
	if c.SRTT == 0 {
		return 0
	}
	rate := uint64(c.MSS) * 2 * uint64(max(c.Cwnd, c.PacketsOut)) * 8_000_000 / uint64(c.SRTT)
	if rate == 0 {
		return 0
	}
	return min(sim.Millisecond, sim.Duration(65536*4*uint64(sim.Second)/rate))
}

func (c *Conn) leaveSlowStart(x *Ctx, found, cwnd Counter) {
	defer x.Enter(hystartFound)()
	c.HystartFound = true
	x.Count(found)
	x.CountBy(cwnd, int(c.Cwnd))
	c.Ssthresh = c.Cwnd
}

// cubicStart moves the curve along after a pause of the application
// (cubictcp_cwnd_event, CA_EVENT_TX_START).
func (c *Conn) cubicStart(x *Ctx) {
	idle := x.Now/sim.Time(jiffy) - c.LastSent/sim.Time(jiffy)
	if c.CubicEpoch != 0 && idle > 0 {
		c.CubicEpoch = min(c.CubicEpoch+idle, max(x.Now/sim.Time(jiffy), 1))
	}
}
