package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// CubicCurve is CUBIC's state (struct bictcp).
type CubicCurve struct {
	Cnt      uint32       // cubic cnt [segments]: acknowledged segments for each growth of cwnd.
	Max      uint32       // cubic last_max_cwnd [segments]: cwnd at the last reduction.
	LastCwnd uint32       // cubic last_cwnd [segments]: cwnd when the curve was last computed.
	LastAt   sim.Time     // cubic last_time [count]: when that was, in ticks of 4 ms.
	Origin   uint32       // cubic origin_point [segments]: plateau of the curve.
	K        uint32       // cubic K [count]: time to the plateau, in 1/1024 s.
	DelayMin sim.Duration // cubic delay_min [duration]: smallest round trip seen.
	Epoch    sim.Time     // cubic epoch_start [count]: start of the curve, in ticks of 4 ms; 0: none.
	AckCnt   uint32       // cubic ack_cnt [segments]: acknowledged since the Reno estimate last grew.
	RenoCwnd uint32       // cubic tcp_cwnd [segments]: what Reno would have.
}

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
	c.Cubic.Epoch = 0
	if c.Cwnd < c.Cubic.Max {
		c.Cubic.Max = c.Cwnd * (cubicScale + cubicBeta) / (2 * cubicScale)
	} else {
		c.Cubic.Max = c.Cwnd
	}
	return max(c.Cwnd*cubicBeta/cubicScale, 2)
}

// cubicReset forgets the curve, after a timeout (bictcp_reset).
func (c *Conn) cubicReset() {
	c.Cubic.Cnt, c.Cubic.Max, c.Cubic.LastCwnd, c.Cubic.LastAt = 0, 0, 0, 0
	c.Cubic.Origin, c.Cubic.K, c.Cubic.DelayMin, c.Cubic.Epoch = 0, 0, 0, 0
	c.Cubic.AckCnt, c.Cubic.RenoCwnd, c.Hystart.Found = 0, 0, false
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
	c.Cubic.AckCnt += acked
	if c.Cubic.LastCwnd == c.Cwnd && now-c.Cubic.LastAt <= 250/32 {
		return
	}
	if c.Cubic.Epoch == 0 || now != c.Cubic.LastAt {
		c.cubicTarget(now, acked)
	}
	c.cubicFriendly()
	c.Cubic.Cnt = max(c.Cubic.Cnt, 2)
}

func (c *Conn) cubicTarget(now sim.Time, acked uint32) {
	c.Cubic.LastCwnd, c.Cubic.LastAt = c.Cwnd, now
	if c.Cubic.Epoch == 0 {
		c.Cubic.Epoch = now
		c.Cubic.AckCnt = acked
		c.Cubic.RenoCwnd = c.Cwnd
		if c.Cubic.Max <= c.Cwnd {
			c.Cubic.K, c.Cubic.Origin = 0, c.Cwnd
		} else {
			c.Cubic.K = cubeRoot(cubicFactor * uint64(c.Cubic.Max-c.Cwnd))
			c.Cubic.Origin = c.Cubic.Max
		}
	}
	t := uint64(now-c.Cubic.Epoch) + uint64(ceilJiffy(c.Cubic.DelayMin)/jiffy)
	t = t << cubicHZ / 250
	target := c.cubicCurve(t)
	if target > c.Cwnd {
		c.Cubic.Cnt = c.Cwnd / (target - c.Cwnd)
	} else {
		c.Cubic.Cnt = 100 * c.Cwnd
	}
	if c.Cubic.Max == 0 && c.Cubic.Cnt > 20 {
		c.Cubic.Cnt = 20
	}
}

// cubicCurve is W_cubic at a time since the start of the curve, in 1/1024 s.
func (c *Conn) cubicCurve(t uint64) uint32 {
	k := uint64(c.Cubic.K)
	off := max(t, k) - min(t, k)
	delta := uint32(cubicRTTScale * off * off * off >> (10 + 3*cubicHZ))
	if t < k {
		return c.Cubic.Origin - delta
	}
	return c.Cubic.Origin + delta
}

// cubicFriendly follows what Reno would have by now, if that is more.
func (c *Conn) cubicFriendly() {
	delta := c.Cwnd * cubicBetaScale >> 3
	for delta > 0 && c.Cubic.AckCnt > delta {
		c.Cubic.AckCnt -= delta
		c.Cubic.RenoCwnd++
	}
	if c.Cubic.RenoCwnd > c.Cwnd {
		c.Cubic.Cnt = min(c.Cubic.Cnt, c.Cwnd/(c.Cubic.RenoCwnd-c.Cwnd))
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
	if c.Cubic.Epoch != 0 && max(x.Now/sim.Time(jiffy), 1)-c.Cubic.Epoch < 250 {
		return
	}
	rtt = max(rtt, sim.Microsecond)
	if c.Cubic.DelayMin == 0 || c.Cubic.DelayMin > rtt {
		c.Cubic.DelayMin = rtt
	}
	if !c.Hystart.Found && c.inSlowStart() {
		c.hystart(x, rtt)
	}
}

// hystart looks for the end of slow start (hystart_update).
func (c *Conn) hystart(x *Ctx, rtt sim.Duration) {
	if c.SndUna.After(c.Hystart.End) || c.Hystart.Round == 0 {
		c.Hystart.Round, c.Hystart.Last = max(x.Now, 1), max(x.Now, 1)
		c.Hystart.End = c.SndNxt
		c.Hystart.RTT, c.Hystart.Cnt = 1<<62, 0
	}
	if c.Cwnd < hystartLow {
		return
	}
	if x.Now.Sub(c.Hystart.Last) <= hystartAckDelta {
		c.Hystart.Last = x.Now
		if x.Now.Sub(c.Hystart.Round) > (c.Cubic.DelayMin+c.hystartAckDelay())/2 {
			c.leaveSlowStart(x, TCPHystartTrainDetect, TCPHystartTrainCwnd)
		}
	}
	if c.Hystart.RTT > rtt {
		c.Hystart.RTT = rtt
	}
	if c.Hystart.Cnt < hystartSamples {
		c.Hystart.Cnt++
	} else if c.Hystart.RTT > c.Cubic.DelayMin+min(max(c.Cubic.DelayMin/8, hystartDelayMin), hystartDelayMax) {
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
	c.Hystart.Found = true
	x.Count(found)
	x.CountBy(cwnd, int(c.Cwnd))
	c.Ssthresh = c.Cwnd
}

// cubicStart moves the curve along after a pause of the application
// (cubictcp_cwnd_event, CA_EVENT_TX_START).
func (c *Conn) cubicStart(x *Ctx) {
	idle := x.Now/sim.Time(jiffy) - c.LastSent/sim.Time(jiffy)
	if c.Cubic.Epoch != 0 && idle > 0 {
		c.Cubic.Epoch = min(c.Cubic.Epoch+idle, max(x.Now/sim.Time(jiffy), 1))
	}
}
