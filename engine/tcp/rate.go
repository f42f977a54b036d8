package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// Delivery rate (draft-cheng-iccrg-delivery-rate-estimation): how much was delivered
// between two acknowledgments that a flight of segments links:
//
//	sent    ──■─────────────■──▶   each segment remembers how much had been
//	           ╲             ╲     delivered when it left, and when that was
//	acked   ────▲─────────────▲──▶ rate = delivered in between / the longer of
//	                               the two intervals, of sending and of ACKs

// rateClock is the estimator of a connection. It stands beside the control block,
// because most congestion controls decide nothing by it.
type rateClock struct {
	First      sim.Time     // first_tx_mstamp: when the flight began that is being measured
	Delivered  sim.Time     // delivered_mstamp: when something was last delivered
	Sample     uint32       // rate_delivered: segments of the latest sample that says something about the path …
	Interval   sim.Duration // rate_interval_us: … and how long they took
	AppLimited bool         // rate_app_limited: the application, not the path, kept that rate low
	Reneged    bool         // is_sack_reneg: what was delivered is not certain
}

// rateStamp is what a segment remembers of its last transmission.
type rateStamp struct {
	First      sim.Time
	Delivered  sim.Time // 0: never sent, or counted already
	AppLimited bool
}

// rateSample is what one acknowledgment measures (struct rate_sample).
type rateSample struct {
	priorAt    sim.Time // delivered_mstamp when the segment was sent; 0: nothing is measured
	prior      uint32   // delivered then
	end        wire.Seq // of the segment
	delivered  int64    // since then; −1: no sample
	interval   sim.Duration
	acked      uint32 // newly delivered by this acknowledgment
	losses     uint32 // newly lost
	inFlight   uint32 // before it
	bytes      uint32 // newly delivered
	rtt        sim.Duration
	appLimited bool
	ackDelayed bool // a lone segment: its acknowledgment may have waited
}

// rateSent stamps a segment that leaves (tcp_rate_skb_sent).
func (s *Sender) rateSent(x *Ctx, k *Skb) {
	now := max(x.Now, 1)
	if s.PacketsOut == 0 && !k.Flags.Has(wire.SYN) {
		s.rate.First, s.rate.Delivered = now, now
	}
	k.Delivered = s.Delivered
	k.Rate = rateStamp{s.rate.First, s.rate.Delivered, s.AppLimited != 0}
}

// delivered takes the sample of a segment that has arrived, if it was sent
// later than those before (tcp_rate_skb_delivered).
func (c *rateClock) delivered(k *Skb, r *rateSample) {
	if k.Rate.Delivered == 0 {
		return
	}
	r.bytes += uint32(len(k.Data))
	sent := max(k.SentAt, 1)
	if r.prior == 0 || sent > c.First || sent == c.First && k.End.After(r.end) {
		r.prior, r.priorAt, r.appLimited, r.end = k.Delivered, k.Rate.Delivered, k.Rate.AppLimited, k.End
		c.First = sent
		r.interval = sent.Sub(k.Rate.First)
	}
	if k.Sacked {
		k.Rate.Delivered = 0 // it must not count again when it is acknowledged
	}
}

// maybeDelayed: one small segment alone was acknowledged, so the peer may have
// waited with the ACK (FLAG_ACK_MAYBE_DELAYED).
func (r *rateSample) maybeDelayed(gone, mss, delivered uint32, f *ackFlags) bool {
	return gone < mss && r.prior+1 == delivered && !f.sacked && !f.ece && !f.synAcked && !f.retransAckd
}

// rateGen completes the sample of an acknowledgment (tcp_rate_gen).
func (s *Sender) rateGen(x *Ctx, r *rateSample, delivered, lost uint32) {
	if s.AppLimited != 0 && int32(s.Delivered-s.AppLimited) > 0 {
		s.AppLimited = 0 // the bubble has passed
	}
	if delivered > 0 {
		s.rate.Delivered = max(x.Now, 1)
	}
	r.acked, r.losses = delivered, lost
	if r.priorAt == 0 || s.rate.Reneged {
		r.delivered, r.interval = -1, -1
		return
	}
	r.delivered = int64(int32(s.Delivered - r.prior))
	r.interval = max(r.interval, x.Now.Sub(r.priorAt))
	if r.interval < s.minRTT() {
		r.interval = -1 // too short to be true
		return
	}
	if !r.appLimited || uint64(r.delivered)*uint64(s.rate.Interval) >= uint64(s.rate.Sample)*uint64(r.interval) {
		s.rate.Sample, s.rate.Interval, s.rate.AppLimited = uint32(r.delivered), r.interval, r.appLimited
	}
}

// rateCheckApp notes that the sender has run out of data: what is delivered next
// tells about the application, not about the path (tcp_rate_check_app_limited).
func (s *Sender) rateCheckApp(unsent, mss uint32) {
	if unsent < mss && s.inFlight() < s.Cwnd && s.LostOut <= s.RetransOut {
		s.AppLimited = max(s.Delivered+s.inFlight(), 1)
	}
}

// perSecond is the rate in bytes a second (tcp_compute_delivery_rate).
func (c *rateClock) perSecond(mss uint16) int64 {
	us := int64(c.Interval / sim.Microsecond)
	if us == 0 {
		return 0
	}
	return int64(c.Sample) * int64(mss) * 1_000_000 / us
}
