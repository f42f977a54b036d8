package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// What BBR does with its model: the rate, the window, and what happens to both in
// recovery and after a pause.

var bbrPace = trace.Declare(trace.Rule{
	ID:      "bbr.pace",
	Says:    "The pacing rate is the bandwidth times the gain of the mode, less 1 %. Before the pipe is full it is never lowered.",
	Linux:   "bbr_set_pacing_rate",
	Differs: "Not in an RFC.",
})

func (c *Conn) bbrSetRate(x *Ctx, gain uint32) {
	rate := c.bbrRate(uint64(c.bbrBw()), gain)
	if !c.bbr.SeenRTT && c.SRTT > 0 {
		defer x.Enter(bbrPace)()
		c.bbrRateFromRTT()
	}
	if (c.BBR.Full || rate > c.PacingRate) && rate != c.PacingRate {
		defer x.Enter(bbrPace)()
		c.PacingRate = rate
	}
}

// bbrMinTSO is the least size of a packet with offload (bbr_min_tso_segs).
func (c *Conn) bbrMinTSO() uint32 {
	if c.PacingRate < 1_200_000/8 {
		return 1
	}
	return 2
}

func (c *Conn) bbrTSOGoal() uint32 {
	bytes := min(c.PacingRate>>pacingShift, 65536-gsoHeadroom)
	return min(max(uint32(bytes)/uint32(c.MSS), c.bbrMinTSO()), 127)
}

// bbrBDP is the product of bandwidth and round trip, times a gain, in segments
// (bbr_bdp).
func (c *Conn) bbrBDP(bw, gain uint32) uint32 {
	if c.BBR.MinRTT == neverRTT {
		return initCwnd
	}
	w := uint64(bw) * uint64(us(c.BBR.MinRTT)) * uint64(gain) >> 8
	return uint32((w + 1<<bbrBwScale - 1) >> bbrBwScale)
}

// bbrQuantize adds what waits in the hosts themselves (bbr_quantization_budget).
func (c *Conn) bbrQuantize(cwnd uint32) uint32 {
	cwnd = (cwnd + 3*c.bbrTSOGoal() + 1) &^ 1
	if c.BBR.Mode == BBRProbeBW && c.BBR.Phase == 0 {
		cwnd += 2
	}
	return cwnd
}

func (c *Conn) bbrInflight(bw, gain uint32) uint32 { return c.bbrQuantize(c.bbrBDP(bw, gain)) }

// bbrInNet estimates what will be in the network when the next segment may leave
// (bbr_packets_in_net_at_edt).
func (c *Conn) bbrInNet(x *Ctx, now uint32) uint32 {
	wait := max(c.WStamp.Sub(x.Now), 0)
	gone := uint32(uint64(c.bbrBw()) * uint64(us(wait)) >> bbrBwScale)
	if c.BBR.PacingGain > bbrUnit {
		now += c.bbrTSOGoal()
	}
	return now - min(gone, now)
}

var bbrCwndRule = trace.Declare(trace.Rule{
	ID: "bbr.cwnd",
	Says: "cwnd follows the product of bandwidth and round trip, twice as much in the long run: enough for delayed and lumped ACKs. " +
		"It grows by what was delivered, and is cut to the target once the pipe has been filled.",
	Linux:   "bbr_set_cwnd",
	Differs: "Not in an RFC. Losses alone do not lower it.",
})

var bbrConserve = trace.Declare(trace.Rule{
	ID:      "bbr.conserve",
	Says:    "Recovery begins: for one round trip exactly as much is sent as is delivered. After it the window from before the loss comes back.",
	Linux:   "bbr_set_cwnd_to_recover_or_restore",
	Differs: "Not in an RFC. Reno and CUBIC would lower the window for good (RFC 5681).",
})

// bbrSetCwnd sets cwnd for one acknowledgment (bbr_set_cwnd).
func (c *Conn) bbrSetCwnd(x *Ctx, r *rateSample) {
	defer x.Enter(bbrCwndRule)()
	cwnd := c.Cwnd
	if r.acked > 0 && !c.bbrRecover(x, r, &cwnd) {
		target := c.bbrQuantize(c.bbrBDP(c.bbrBw(), c.BBR.CwndGain) + c.bbrExtraCwnd())
		if c.BBR.Full {
			cwnd = min(cwnd+r.acked, target)
		} else if cwnd < target || c.Delivered < initCwnd {
			cwnd += r.acked
		}
		cwnd = max(cwnd, bbrMinCwnd)
	}
	c.Cwnd = min(cwnd, c.CwndClamp)
	if c.BBR.Mode == BBRProbeRTT {
		c.Cwnd = min(c.Cwnd, bbrMinCwnd)
	}
}

// bbrRecover is for the beginning and the end of recovery; it reports whether the
// window is being conserved (bbr_set_cwnd_to_recover_or_restore).
func (c *Conn) bbrRecover(x *Ctx, r *rateSample, cwnd *uint32) bool {
	b := &c.bbr
	if r.losses > 0 {
		*cwnd = uint32(max(int64(*cwnd)-int64(r.losses), 1))
	}
	switch {
	case c.CA == Recovery && b.PrevCA != Recovery:
		defer x.Enter(bbrConserve)()
		c.BBR.Conserve, b.NextRound = true, c.Delivered
		*cwnd = c.inFlight() + r.acked
	case b.PrevCA >= Recovery && c.CA < Recovery:
		defer x.Enter(bbrConserve)()
		*cwnd = max(*cwnd, c.BBR.PriorCwnd)
		c.BBR.Conserve = false
	}
	b.PrevCA = c.CA
	if c.BBR.Conserve {
		*cwnd = max(*cwnd, c.inFlight()+r.acked)
	}
	return c.BBR.Conserve
}

// bbrSaveCwnd keeps the window to return to (bbr_save_cwnd).
func (c *Conn) bbrSaveCwnd() {
	if c.bbr.PrevCA < Recovery && c.BBR.Mode != BBRProbeRTT {
		c.BBR.PriorCwnd = c.Cwnd
	} else {
		c.BBR.PriorCwnd = max(c.BBR.PriorCwnd, c.Cwnd)
	}
}

// bbrUpdateExtra measures by how much acknowledgments come in lumps: what is
// acknowledged beyond bandwidth × time (bbr_update_ack_aggregation).
func (c *Conn) bbrUpdateExtra(r *rateSample) {
	b := &c.bbr
	if r.acked == 0 || r.delivered < 0 || r.interval <= 0 {
		return
	}
	if b.Round {
		if b.ExtraAge = min(b.ExtraAge+1, 31); b.ExtraAge >= 5 {
			b.ExtraAge, b.ExtraNow = 0, 1-b.ExtraNow
			b.Extra[b.ExtraNow] = 0
		}
	}
	expected := uint32(uint64(c.bbrBw()) * uint64(us(c.rate.Delivered.Sub(b.EpochAt))) >> bbrBwScale)
	if b.EpochAcked <= expected || b.EpochAcked+r.acked >= 1<<20 {
		b.EpochAcked, b.EpochAt, expected = 0, c.rate.Delivered, 0
	}
	b.EpochAcked = min(b.EpochAcked+r.acked, 1<<20-1)
	b.Extra[b.ExtraNow] = max(b.Extra[b.ExtraNow], min(b.EpochAcked-expected, c.Cwnd))
}

// bbrExtraCwnd is the allowance for lumps, at most 100 ms (bbr_ack_aggregation_cwnd).
func (c *Conn) bbrExtraCwnd() uint32 {
	if !c.BBR.Full {
		return 0
	}
	return min(max(c.bbr.Extra[0], c.bbr.Extra[1]), uint32(uint64(c.bbrBw())*100_000>>bbrBwScale))
}

var bbrPause = trace.Declare(trace.Rule{
	ID:      "bbr.idle",
	Says:    "The application sends again after a pause: at the bandwidth that is known, no faster, since nothing has to be looked for.",
	Linux:   "bbr_cwnd_event",
	Differs: "Not in an RFC. Reno and CUBIC would start again with a small window (RFC 5681 §4.1).",
})

// bbrTxStart is the first transmission with nothing in flight (CA_EVENT_TX_START).
func (c *Conn) bbrTxStart(x *Ctx) {
	if c.AppLimited == 0 {
		return
	}
	defer x.Enter(bbrPause)()
	c.BBR.Idle = true
	c.bbr.EpochAt, c.bbr.EpochAcked = x.Now, 0
	switch c.BBR.Mode {
	case BBRProbeBW:
		c.bbrSetRate(x, bbrUnit)
	case BBRProbeRTT:
		c.bbrProbeDone(x)
	}
}

// bbrUndo: a loss was none, so the pipe may not be full either (bbr_undo_cwnd).
func (c *Conn) bbrUndo(x *Ctx) {
	c.BBR.FullBw, c.BBR.FullCnt = 0, 0
	c.bbrResetLtBw(x)
}

// bbrLoss is the begin of the state Loss (bbr_set_state).
func (c *Conn) bbrLoss(x *Ctx) {
	c.bbr.PrevCA = Loss
	c.BBR.FullBw = 0
	c.bbr.Round = true
	c.bbrLtSample(x, &rateSample{losses: 1})
}

var bbrPolicedRule = trace.Declare(trace.Rule{
	ID: "bbr.policed",
	Says: "Twice in a row a fifth and more was lost at the same rate: a policer drops what goes above it. " +
		"BBR paces at that rate for 48 round trips and looks for no more.",
	Linux:   "bbr_lt_bw_interval_done",
	Differs: "Not in an RFC.",
})

func (c *Conn) bbrResetLtInterval(x *Ctx) {
	b := &c.bbr
	b.LtAt = c.rate.Delivered / sim.Time(sim.Millisecond)
	b.LtDelivered, b.LtLost, b.LtRounds = c.Delivered, c.Lost, 0
}

func (c *Conn) bbrResetLtBw(x *Ctx) {
	c.bbr.LtBw, c.bbr.LtSampling, c.BBR.Policed = 0, false, false
	c.bbrResetLtInterval(x)
}

// bbrLtSample looks for a policer: a long-term rate with many losses
// (bbr_lt_bw_sampling).
func (c *Conn) bbrLtSample(x *Ctx, r *rateSample) {
	b := &c.bbr
	if c.BBR.Policed {
		if c.BBR.Mode == BBRProbeBW && b.Round {
			if b.LtRounds++; b.LtRounds >= 48 {
				c.bbrResetLtBw(x)
				c.bbrProbeBW(x)
			}
		}
		return
	}
	if !b.LtSampling {
		if r.losses == 0 {
			return
		}
		c.bbrResetLtInterval(x)
		b.LtSampling = true
	}
	if r.appLimited {
		c.bbrResetLtBw(x)
		return
	}
	if b.Round {
		b.LtRounds++
	}
	if b.LtRounds < 4 {
		return
	}
	if b.LtRounds > 16 {
		c.bbrResetLtBw(x)
		return
	}
	lost, delivered := uint64(c.Lost-b.LtLost), uint64(c.Delivered-b.LtDelivered)
	if r.losses == 0 || delivered == 0 || lost<<8 < 50*delivered {
		return
	}
	ms := int64(c.rate.Delivered/sim.Time(sim.Millisecond) - b.LtAt)
	if ms < 1 {
		return
	}
	c.bbrLtDone(x, uint32(delivered<<bbrBwScale/uint64(ms*1000)))
}

// bbrLtDone compares an interval with the one before (bbr_lt_bw_interval_done).
func (c *Conn) bbrLtDone(x *Ctx, bw uint32) {
	b := &c.bbr
	if b.LtBw > 0 {
		diff := uint64(max(bw, b.LtBw) - min(bw, b.LtBw))
		if diff*bbrUnit <= bbrUnit/8*uint64(b.LtBw) || c.bbrRate(diff, bbrUnit) <= 4000/8 {
			defer x.Enter(bbrPolicedRule)()
			b.LtBw, b.LtRounds = uint32((uint64(bw)+uint64(b.LtBw))>>1), 0
			c.BBR.Policed, c.BBR.PacingGain = true, bbrUnit
			return
		}
	}
	b.LtBw = bw
	c.bbrResetLtInterval(x)
}

// BBRInfo is TCP_CC_INFO of a connection that has BBR (bbr_get_info): bytes a second,
// microseconds, and gains in 256ths.
func (c *Conn) BBRInfo() []InfoField {
	if c.CC != BBR {
		return nil
	}
	bw := uint64(c.bbrBw()) * uint64(c.MSS) * 1_000_000 >> bbrBwScale
	return []InfoField{{"bbr_bw_lo", int64(uint32(bw))}, {"bbr_bw_hi", int64(bw >> 32)}, {"bbr_min_rtt", us(c.BBR.MinRTT)},
		{"bbr_pacing_gain", int64(c.BBR.PacingGain)}, {"bbr_cwnd_gain", int64(c.BBR.CwndGain)}}
}
