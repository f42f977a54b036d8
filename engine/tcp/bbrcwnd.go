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

func (b *BBRControl) setRate(x *Ctx, s ccSock, gain uint32) {
	rate := b.rate(s, uint64(b.bw()), gain)
	if !b.SeenRTT && s.SRTT > 0 {
		defer x.Enter(bbrPace)()
		b.rateFromRTT(s)
	}
	if (b.Full || rate > s.PacingRate) && rate != s.PacingRate {
		defer x.Enter(bbrPace)()
		s.PacingRate = rate
	}
}

// minTSO is the least size of a packet with offload (bbr_min_tso_segs).
func (b *BBRControl) minTSO(_ *Sysctls, s *Sender) uint32 {
	if s.PacingRate < 1_200_000/8 {
		return 1
	}
	return 2
}

func (b *BBRControl) tsoGoal(s ccSock) uint32 {
	bytes := min(s.PacingRate>>pacingShift, 65536-gsoHeadroom)
	return min(max(uint32(bytes)/s.mss, b.minTSO(nil, s.Sender)), 127)
}

// bdp is the product of bandwidth and round trip, times a gain, in segments
// (bbr_bdp).
func (b *BBRControl) bdp(bw, gain uint32) uint32 {
	if b.MinRTT == neverRTT {
		return initCwnd
	}
	w := uint64(bw) * uint64(us(b.MinRTT)) * uint64(gain) >> 8
	return uint32((w + 1<<bbrBwScale - 1) >> bbrBwScale)
}

// quantize adds what waits in the hosts themselves (bbr_quantization_budget).
func (b *BBRControl) quantize(s ccSock, cwnd uint32) uint32 {
	cwnd = (cwnd + 3*b.tsoGoal(s) + 1) &^ 1
	if b.Mode == BBRProbeBW && b.Phase == 0 {
		cwnd += 2
	}
	return cwnd
}

func (b *BBRControl) inflight(s ccSock, bw, gain uint32) uint32 {
	return b.quantize(s, b.bdp(bw, gain))
}

// inNet estimates what will be in the network when the next segment may leave
// (bbr_packets_in_net_at_edt).
func (b *BBRControl) inNet(x *Ctx, s ccSock, now uint32) uint32 {
	wait := max(s.WStamp.Sub(x.Now), 0)
	gone := uint32(uint64(b.bw()) * uint64(us(wait)) >> bbrBwScale)
	if b.PacingGain > bbrUnit {
		now += b.tsoGoal(s)
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

// setCwnd sets cwnd for one acknowledgment (bbr_set_cwnd).
func (b *BBRControl) setCwnd(x *Ctx, s ccSock, r rateSample) {
	defer x.Enter(bbrCwndRule)()
	cwnd := s.Cwnd
	if r.acked > 0 && !b.recover(x, s, r, &cwnd) {
		target := b.quantize(s, b.bdp(b.bw(), b.CwndGain)+b.extraCwnd())
		if b.Full {
			cwnd = min(cwnd+r.acked, target)
		} else if cwnd < target || s.Delivered < initCwnd {
			cwnd += r.acked
		}
		cwnd = max(cwnd, bbrMinCwnd)
	}
	s.Cwnd = min(cwnd, s.CwndClamp)
	if b.Mode == BBRProbeRTT {
		s.Cwnd = min(s.Cwnd, bbrMinCwnd)
	}
}

// recover is for the beginning and the end of recovery; it reports whether the
// window is being conserved (bbr_set_cwnd_to_recover_or_restore).
func (b *BBRControl) recover(x *Ctx, s ccSock, r rateSample, cwnd *uint32) bool {
	if r.losses > 0 {
		*cwnd = uint32(max(int64(*cwnd)-int64(r.losses), 1))
	}
	switch {
	case s.CA == Recovery && b.PrevCA != Recovery:
		defer x.Enter(bbrConserve)()
		b.Conserve, b.NextRound = true, s.Delivered
		*cwnd = s.inFlight() + r.acked
	case b.PrevCA >= Recovery && s.CA < Recovery:
		defer x.Enter(bbrConserve)()
		*cwnd = max(*cwnd, b.PriorCwnd)
		b.Conserve = false
	}
	b.PrevCA = s.CA
	if b.Conserve {
		*cwnd = max(*cwnd, s.inFlight()+r.acked)
	}
	return b.Conserve
}

// ssthresh stays as it is (bbr_ssthresh).
func (b *BBRControl) ssthresh(_ *Ctx, s ccSock) uint32 {
	b.saveCwnd(s)
	return s.Ssthresh
}

func (b *BBRControl) setsCwnd() bool { return true }

// sndbufExpand allows for slow start even in recovery (bbr_sndbuf_expand).
func (b *BBRControl) sndbufExpand() uint32 { return 3 }

// saveCwnd keeps the window to return to (bbr_save_cwnd).
func (b *BBRControl) saveCwnd(s ccSock) {
	if b.PrevCA < Recovery && b.Mode != BBRProbeRTT {
		b.PriorCwnd = s.Cwnd
	} else {
		b.PriorCwnd = max(b.PriorCwnd, s.Cwnd)
	}
}

// updateExtra measures by how much acknowledgments come in lumps: what is
// acknowledged beyond bandwidth × time (bbr_update_ack_aggregation).
func (b *BBRControl) updateExtra(s ccSock, r rateSample) {
	if r.acked == 0 || r.delivered < 0 || r.interval <= 0 {
		return
	}
	if b.Round {
		if b.ExtraAge = min(b.ExtraAge+1, 31); b.ExtraAge >= 5 {
			b.ExtraAge, b.ExtraNow = 0, 1-b.ExtraNow
			b.Extra[b.ExtraNow] = 0
		}
	}
	expected := uint32(uint64(b.bw()) * uint64(us(s.rate.Delivered.Sub(b.EpochAt))) >> bbrBwScale)
	if b.EpochAcked <= expected || b.EpochAcked+r.acked >= 1<<20 {
		b.EpochAcked, b.EpochAt, expected = 0, s.rate.Delivered, 0
	}
	b.EpochAcked = min(b.EpochAcked+r.acked, 1<<20-1)
	b.Extra[b.ExtraNow] = max(b.Extra[b.ExtraNow], min(b.EpochAcked-expected, s.Cwnd))
}

// extraCwnd is the allowance for lumps, at most 100 ms (bbr_ack_aggregation_cwnd).
func (b *BBRControl) extraCwnd() uint32 {
	if !b.Full {
		return 0
	}
	return min(max(b.Extra[0], b.Extra[1]), uint32(uint64(b.bw())*100_000>>bbrBwScale))
}

var bbrPause = trace.Declare(trace.Rule{
	ID:      "bbr.idle",
	Says:    "The application sends again after a pause: at the bandwidth that is known, no faster, since nothing has to be looked for.",
	Linux:   "bbr_cwnd_event",
	Differs: "Not in an RFC. Reno and CUBIC would start again with a small window (RFC 5681 §4.1).",
})

// txStart is the first transmission with nothing in flight (CA_EVENT_TX_START).
func (b *BBRControl) txStart(x *Ctx, s ccSock) {
	if s.AppLimited == 0 {
		return
	}
	defer x.Enter(bbrPause)()
	b.Idle = true
	b.EpochAt, b.EpochAcked = x.Now, 0
	switch b.Mode {
	case BBRProbeBW:
		b.setRate(x, s, bbrUnit)
	case BBRProbeRTT:
		b.probeDone(x, s)
	}
}

// undoCwnd: a loss was none, so the pipe may not be full either (bbr_undo_cwnd).
func (b *BBRControl) undoCwnd(s ccSock) uint32 {
	b.FullBw, b.FullCnt = 0, 0
	b.resetLtBw(s)
	return s.Cwnd
}

// setState is for the begin of the state Loss (bbr_set_state).
func (b *BBRControl) setState(x *Ctx, s ccSock, to CAState) {
	if to != Loss {
		return
	}
	b.PrevCA = Loss
	b.FullBw = 0
	b.Round = true
	b.ltSample(x, s, rateSample{losses: 1})
}

var bbrPolicedRule = trace.Declare(trace.Rule{
	ID: "bbr.policed",
	Says: "Twice in a row a fifth and more was lost at the same rate: a policer drops what goes above it. " +
		"BBR paces at that rate for 48 round trips and looks for no more.",
	Linux:   "bbr_lt_bw_interval_done",
	Differs: "Not in an RFC.",
})

func (b *BBRControl) resetLtInterval(s ccSock) {
	b.LtAt = s.rate.Delivered / sim.Time(sim.Millisecond)
	b.LtDelivered, b.LtLost, b.LtRounds = s.Delivered, s.Lost, 0
}

func (b *BBRControl) resetLtBw(s ccSock) {
	b.LtBw, b.LtSampling, b.Policed = 0, false, false
	b.resetLtInterval(s)
}

// ltSample looks for a policer: a long-term rate with many losses
// (bbr_lt_bw_sampling).
func (b *BBRControl) ltSample(x *Ctx, s ccSock, r rateSample) {
	if b.Policed {
		if b.Mode == BBRProbeBW && b.Round {
			if b.LtRounds++; b.LtRounds >= 48 {
				b.resetLtBw(s)
				b.probeBW(x, s)
			}
		}
		return
	}
	if !b.LtSampling {
		if r.losses == 0 {
			return
		}
		b.resetLtInterval(s)
		b.LtSampling = true
	}
	if r.appLimited {
		b.resetLtBw(s)
		return
	}
	if b.Round {
		b.LtRounds++
	}
	if b.LtRounds < 4 {
		return
	}
	if b.LtRounds > 16 {
		b.resetLtBw(s)
		return
	}
	lost, delivered := uint64(s.Lost-b.LtLost), uint64(s.Delivered-b.LtDelivered)
	if r.losses == 0 || delivered == 0 || lost<<8 < 50*delivered {
		return
	}
	ms := int64(s.rate.Delivered/sim.Time(sim.Millisecond) - b.LtAt)
	if ms < 1 {
		return
	}
	b.ltDone(x, s, uint32(delivered<<bbrBwScale/uint64(ms*1000)))
}

// ltDone compares an interval with the one before (bbr_lt_bw_interval_done).
func (b *BBRControl) ltDone(x *Ctx, s ccSock, bw uint32) {
	if b.LtBw > 0 {
		diff := uint64(max(bw, b.LtBw) - min(bw, b.LtBw))
		if diff*bbrUnit <= bbrUnit/8*uint64(b.LtBw) || b.rate(s, diff, bbrUnit) <= 4000/8 {
			defer x.Enter(bbrPolicedRule)()
			b.LtBw, b.LtRounds = uint32((uint64(bw)+uint64(b.LtBw))>>1), 0
			b.Policed, b.PacingGain = true, bbrUnit
			return
		}
	}
	b.LtBw = bw
	b.resetLtInterval(s)
}

// info is TCP_CC_INFO (bbr_get_info): bytes a second,
// microseconds, and gains in 256ths.
func (b *BBRControl) info(s ccSock) []InfoField {
	bw := uint64(b.bw()) * uint64(s.mss) * 1_000_000 >> bbrBwScale
	return []InfoField{{"bbr_bw_lo", int64(uint32(bw))}, {"bbr_bw_hi", int64(bw >> 32)}, {"bbr_min_rtt", us(b.MinRTT)},
		{"bbr_pacing_gain", int64(b.PacingGain)}, {"bbr_cwnd_gain", int64(b.CwndGain)}}
}
