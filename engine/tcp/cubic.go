package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// CUBIC (RFC 9438): cwnd follows a cubic function of the time since the last reduction,
// whatever the round trip is.
//
//	cwnd │                              ╱        W(t) = C · (t − K)³ + W_max
//	     │                            ╱
//	W_max│┄┄┄┄┄┄┄┄┄╱╲┄┄┄┄┄___──────'┄┄┄┄         K = ∛((W_max − cwnd) / C)
//	     │       ╱   │  ╱
//	     │     ╱     │╱  0.7 W_max
//	     └───────────┴────────────┴──────▶ t
//	                 0            K
//
// In integers, with the constants of the kernel: β = 717/1024, C = 41/100 · 1/1.024³,
// time in 1/1024 s. The curve says after how many acknowledged segments cwnd grows by
// one; where Reno would have more by now, Reno is followed.

// CubicControl is the congestion control CUBIC (struct bictcp): the curve, and HyStart,
// which ends slow start.
type CubicControl struct {
	reno
	CubicCurve
	Hystart Hystart `trace:"Hystart"`
}

// CubicCurve is where cwnd is on its way back to where the last loss was, and beyond.
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

const (
	cubicBeta      = 717
	cubicScale     = 1024
	cubicHZ        = 10                                                          // 2^10 units a second
	cubicRTTScale  = 41 * 10                                                     // C, scaled
	cubicFactor    = (1 << (10 + 3*cubicHZ)) / cubicRTTScale                     // 1/C
	cubicBetaScale = 8 * (cubicScale + cubicBeta) / 3 / (cubicScale - cubicBeta) // Reno-friendly increase
)

// cubicClock is an instant in ticks, as the kernel's clock has it; never 0.
func cubicClock(t sim.Time) sim.Time { return max(t/sim.Time(jiffy), 1) }

var cubicSsthreshRule = trace.Declare(trace.Rule{
	ID:    "cubic.ssthresh",
	Says:  "CUBIC goes down to 0.7 of cwnd, and remembers where it was: that is where the trouble will begin again.",
	RFC:   trace.Cites("RFC 9438 §4.6", "RFC 9438 §4.7"),
	Linux: "cubictcp_recalc_ssthresh",
})

// init is cubictcp_init.
func (c *CubicControl) init(*Ctx, ccSock) { c.reset() }

// ssthresh is cubictcp_recalc_ssthresh.
func (c *CubicControl) ssthresh(x *Ctx, s ccSock) uint32 {
	defer x.Enter(cubicSsthreshRule)()
	return c.reduce(s.Cwnd)
}

// congAvoid is cubictcp_cong_avoid.
func (c *CubicControl) congAvoid(x *Ctx, s ccSock, acked uint32) {
	if left := s.grow(x, acked); left > 0 {
		c.update(x, s.Cwnd, left)
		s.avoid(x, c.Cnt, left)
	}
}

// setState is cubictcp_state.
func (c *CubicControl) setState(_ *Ctx, s ccSock, to CAState) {
	if to == Loss && s.CA != Loss {
		c.reset()
	}
}

// reset forgets the curve, and that slow start has ended (bictcp_reset).
func (c *CubicControl) reset() { c.CubicCurve, c.Hystart.Found = CubicCurve{}, false }

// pktsAcked takes a round trip (cubictcp_acked).
func (c *CubicControl) pktsAcked(x *Ctx, s ccSock, rtt sim.Duration) {
	if rtt < 0 || c.Epoch != 0 && cubicClock(x.Now)-c.Epoch < 250 {
		return // Linux: not in the first second of a curve
	}
	rtt = max(rtt, sim.Microsecond)
	if c.DelayMin == 0 || c.DelayMin > rtt {
		c.DelayMin = rtt
	}
	if !c.Hystart.Found && s.inSlowStart() {
		c.Hystart.update(x, s, rtt, c.DelayMin)
	}
}

// txStart is cubictcp_cwnd_event.
func (c *CubicControl) txStart(x *Ctx, s ccSock) { c.pause(s.LastSent, x.Now) }

// reduce begins a new curve at cwnd, and returns where it starts: the new ssthresh.
func (c *CubicCurve) reduce(cwnd uint32) uint32 {
	c.Epoch = 0
	if cwnd < c.Max { // fast convergence
		c.Max = cwnd * (cubicScale + cubicBeta) / (2 * cubicScale)
	} else {
		c.Max = cwnd
	}
	return max(cwnd*cubicBeta/cubicScale, 2)
}

var cubicGrow = trace.Declare(trace.Rule{
	ID: "cubic.grow",
	Says: "CUBIC grows by the time that has passed since the last reduction, not by round trips: fast at first, flat near where the last loss was, " +
		"then faster again. It is never slower than Reno would be.",
	RFC:   trace.Cites("RFC 9438 §4.2", "RFC 9438 §4.3"),
	Linux: "bictcp_update",
})

// update works out after how many acknowledged segments cwnd grows by one
// (bictcp_update).
func (c *CubicCurve) update(x *Ctx, cwnd, acked uint32) {
	defer x.Enter(cubicGrow)()
	now := cubicClock(x.Now)
	c.AckCnt += acked
	if c.LastCwnd == cwnd && now-c.LastAt <= 250/32 {
		return
	}
	if c.Epoch == 0 || now != c.LastAt {
		c.target(now, cwnd, acked)
	}
	c.friendly(cwnd)
	c.Cnt = max(c.Cnt, 2)
}

// target aims at where the curve will be in one round trip.
func (c *CubicCurve) target(now sim.Time, cwnd, acked uint32) {
	c.LastCwnd, c.LastAt = cwnd, now
	if c.Epoch == 0 {
		c.Epoch = now
		c.AckCnt = acked
		c.RenoCwnd = cwnd
		if c.Max <= cwnd {
			c.K, c.Origin = 0, cwnd
		} else {
			c.K = cubeRoot(cubicFactor * uint64(c.Max-cwnd))
			c.Origin = c.Max
		}
	}
	t := uint64(now-c.Epoch) + uint64(ceilJiffy(c.DelayMin)/jiffy)
	if target := c.at(t << cubicHZ / 250); target > cwnd {
		c.Cnt = cwnd / (target - cwnd)
	} else {
		c.Cnt = 100 * cwnd
	}
	if c.Max == 0 && c.Cnt > 20 {
		c.Cnt = 20
	}
}

// at is W_cubic at a time since the start of the curve, in 1/1024 s.
func (c *CubicCurve) at(t uint64) uint32 {
	k := uint64(c.K)
	off := max(t, k) - min(t, k)
	delta := uint32(cubicRTTScale * off * off * off >> (10 + 3*cubicHZ))
	if t < k {
		return c.Origin - delta
	}
	return c.Origin + delta
}

// friendly follows what Reno would have by now, if that is more.
func (c *CubicCurve) friendly(cwnd uint32) {
	delta := cwnd * cubicBetaScale >> 3
	for delta > 0 && c.AckCnt > delta {
		c.AckCnt -= delta
		c.RenoCwnd++
	}
	if c.RenoCwnd > cwnd {
		c.Cnt = min(c.Cnt, cwnd/(c.RenoCwnd-cwnd))
	}
}

// pause moves the curve along after a pause of the application, so that the pause does
// not count as growth.
func (c *CubicCurve) pause(last, now sim.Time) {
	idle := now/sim.Time(jiffy) - last/sim.Time(jiffy)
	if c.Epoch != 0 && idle > 0 {
		c.Epoch = min(c.Epoch+idle, cubicClock(now))
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
