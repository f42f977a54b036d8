package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Pacing is how fast segments leave.
type Pacing struct {
	WStamp     sim.Time // tcp_wstamp_ns [time]: when the last segment left, or may leave where the sender is paced.
	PacingRate uint64   // sk_pacing_rate [count]: bytes a second that the sender would pace to; all ones: no rate is known.
	PacingMax  uint64   // sk_max_pacing_rate [count]: bytes a second, SO_MAX_PACING_RATE; all ones: no limit.
	Paced      bool     // sk_pacing_status [bool]: segments leave one after the other, at the pacing rate.
}

// updatePacingRate works out the rate at which the sender would pace
// (tcp_update_pacing_rate): cwnd per round trip, and more, so that cwnd can grow. The
// size of packets with segmentation offload follows it, paced or not.
func (s *Sender) updatePacingRate(x *Ctx, mss uint32) {
	ratio := uint64(x.Sys.PacingCARatio)
	if s.Cwnd < s.Ssthresh/2 {
		ratio = uint64(x.Sys.PacingSSRatio)
	}
	rate := uint64(mss) * 80_000 * ratio * uint64(max(s.Cwnd, s.PacketsOut))
	if s.SRTT > 0 {
		rate /= uint64(s.SRTT)
	}
	s.PacingRate = min(rate, s.PacingMax)
}

// SetMaxPacing is SO_MAX_PACING_RATE: bytes a second, −1 for no limit. Any limit turns
// pacing on, and nothing turns it off again (sk_setsockopt).
func (p *Pacing) SetMaxPacing(n int64) {
	p.PacingMax = uint64(n)
	if n == 1<<32-1 {
		p.PacingMax = ^uint64(0) // an int of −1
	}
	p.Paced = p.Paced || p.PacingMax != ^uint64(0)
	p.PacingRate = min(p.PacingRate, p.PacingMax)
}

// MaxPacing is what SO_MAX_PACING_RATE tells, in 32 bits.
func (p *Pacing) MaxPacing() int64 { return int64(int32(min(p.PacingMax, 1<<32-1))) }

var paceRule = trace.Declare(trace.Rule{
	ID:      "pace.wait",
	Says:    "The next packet may leave only when the last one has had its time at the pacing rate: so no burst fills the queues on the way.",
	Linux:   "tcp_pacing_check",
	Differs: "RFC 9438 and RFC 5681 only recommend pacing. The first ten segments of a connection are not paced.",
})

// paceNext works out when the segment after one of n bytes may leave
// (tcp_update_skb_after_send), when so many segments with data have. prior is when this one might have left: what it was
// late is made good, up to half.
func (p *Pacing) paceNext(n int, prior sim.Time, sent uint32) {
	if !p.Paced || p.PacingRate == ^uint64(0) || p.PacingRate == 0 || sent < 10 {
		return
	}
	d := sim.Duration(uint64(n) * uint64(sim.Second) / p.PacingRate)
	p.WStamp = p.WStamp.Add(d - min(d/2, p.WStamp.Sub(prior)))
}

// paceWait reports whether the next packet has to wait, and starts the timer
// (tcp_pacing_check).
func (t *TCB) paceWait(x *Ctx) bool {
	if !t.Paced || t.WStamp <= x.Now {
		return false
	}
	x.When(paceRule, trace.Dur("time until the next packet may leave", t.WStamp.Sub(x.Now), trace.OpGT, "now", 0))
	if t.PaceAt == sim.Never {
		defer x.Enter(paceRule)()
		t.PaceAt = t.WStamp
		x.length(t.ID, TimerPace, t.PaceAt, HowPacing, [3]int64{int64(t.PacingRate)})
	}
	return true
}

var paceFire = trace.Declare(trace.Rule{
	ID:      "pace.fire",
	Says:    "The last packet has had its time at the pacing rate: the next one may leave.",
	Linux:   "tcp_pace_kick",
	Differs: "Not in an RFC.",
})

// onPace is the pacing timer (tcp_pace_kick, tcp_tsq_write).
func (c *Conn) onPace(x *Ctx) {
	defer x.Enter(paceFire)()
	c.PaceAt = sim.Never
	switch c.State {
	case Established, FinWait1, Closing, CloseWait, LastAck:
	default:
		return
	}
	if c.LostOut > c.RetransOut && c.Cwnd > c.inFlight() {
		c.retransmitQueue(x)
	}
	if len(c.Wq) > 0 {
		c.writeXmit(x, c.currentMSS(), pushNagle)
	}
}
