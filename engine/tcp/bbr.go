package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// BBRControl is the congestion control BBR (struct bbr).
type BBRControl struct {
	reno
	BBRModel
	bbrState `trace:"-"`
}

// BBRModel is what readers ask for.
type BBRModel struct {
	Mode       BBRMode      // bbr mode [state]: what BBR is doing.
	Bw         uint32       // bbr bw [count]: bandwidth of the bottleneck, segments per microsecond times 2^24.
	MinRTT     sim.Duration // bbr min_rtt_us [duration]: shortest round trip of the last ten seconds.
	MinRTTAt   sim.Time     // bbr min_rtt_stamp [time]: when it was seen.
	PacingGain uint32       // bbr pacing_gain [count]: 256ths of the bandwidth that are paced to.
	CwndGain   uint32       // bbr cwnd_gain [count]: 256ths of bandwidth times round trip that cwnd aims at.
	Rounds     uint32       // bbr rtt_cnt [count]: round trips so far.
	Phase      uint8        // bbr cycle_idx [count]: phase of PROBE_BW, 0 to 7.
	FullBw     uint32       // bbr full_bw [count]: bandwidth that has to be exceeded by a quarter, or the pipe is full.
	FullCnt    uint8        // bbr full_bw_cnt [count]: round trips in which it was not.
	Full       bool         // bbr full_bw_reached [bool]: the pipe has been filled.
	PriorCwnd  uint32       // bbr prior_cwnd [segments]: cwnd to return to after recovery or PROBE_RTT.
	Conserve   bool         // bbr packet_conservation [bool]: as much is sent as is delivered.
	Idle       bool         // bbr idle_restart [bool]: the application has sent again after a pause.
	Policed    bool         // bbr lt_use_bw [bool]: a policer seems to limit the rate.
}

// BBR, version 1 (tcp_bbr.c): a model of the path instead of a reaction to loss. Two
// numbers are measured, the bandwidth of the bottleneck and the round trip without
// a queue; the sender paces to the first, and keeps about their product in flight.
//
//	        three rounds without growth       in flight ≤ BDP
//	STARTUP ───────────────────────────▶ DRAIN ─────────────▶ PROBE_BW ⟲ 8 phases
//	 2.89 × bw                           0.35 × bw              1.25, 0.75, 1 … × bw
//	   ▲                                                          │
//	   └──────── pipe never filled ◀── PROBE_RTT ◀────────────────┘
//	                                4 segments, 200 ms     min_rtt is 10 s old
//
// Bandwidth is in segments per microsecond, times 2²⁴; gains are in 256ths.

// BBRMode is what BBR is doing.
type BBRMode uint8

// The modes.
const (
	BBRNone BBRMode = iota
	BBRStartup
	BBRDrain
	BBRProbeBW
	BBRProbeRTT
)

// BBRModeNames holds the name of each mode, by number.
var BBRModeNames = []string{"", "STARTUP", "DRAIN", "PROBE_BW", "PROBE_RTT"}

func (m BBRMode) String() string { return BBRModeNames[m] }

const (
	bbrUnit      = 256
	bbrBwScale   = 24
	bbrHighGain  = bbrUnit*2885/1000 + 1 // 2/ln 2: doubles the rate each round
	bbrDrainGain = bbrUnit * 1000 / 2885
	bbrCwndGain  = 2 * bbrUnit
	bbrMinCwnd   = 4
	bbrBwRounds  = 10 // length of the filter, in round trips
	bbrRTTWindow = 10 * sim.Second
	bbrProbeTime = 200 * sim.Millisecond
)

// bbrCycle are the pacing gains of PROBE_BW: more, to look for bandwidth; less, to
// drain what that has queued; then six round trips at what is known.
var bbrCycle = [...]uint32{bbrUnit * 5 / 4, bbrUnit * 3 / 4, bbrUnit, bbrUnit, bbrUnit, bbrUnit, bbrUnit, bbrUnit}

// bbrState is what no reader asks for.
type bbrState struct {
	BwMax     window   // largest rates of the last ten rounds
	NextRound uint32   // next_rtt_delivered: the round ends when a segment sent at this count is acknowledged
	CycleAt   sim.Time // cycle_mstamp: when this phase began
	DoneAt    sim.Time // probe_rtt_done_stamp; 0: not small enough yet
	PrevCA    CAState
	Round     bool // round_start: this acknowledgment begins a round
	RoundDone bool // probe_rtt_round_done
	SeenRTT   bool // has_seen_rtt

	LtSampling  bool // the long-term rate, of a path that is policed
	LtRounds    uint8
	LtDelivered uint32
	LtLost      uint32
	LtAt        sim.Time
	LtBw        uint32

	EpochAt    sim.Time  // ack_epoch_mstamp: how much acknowledgments come in lumps
	EpochAcked uint32    // ack_epoch_acked
	Extra      [2]uint32 // extra_acked, of two windows of five rounds
	ExtraAge   uint8
	ExtraNow   uint8
}

var bbrStart = trace.Declare(trace.Rule{
	ID:      "bbr.startup",
	Says:    "BBR begins with STARTUP: it paces at 2.89 times what it has measured, so the rate doubles each round trip until it grows no more.",
	Linux:   "bbr_init",
	Differs: "Not in an RFC: draft-cardwell-iccrg-bbr-congestion-control, version 1.",
})

// init begins (bbr_init).
func (b *BBRControl) init(x *Ctx, s ccSock) {
	defer x.Enter(bbrStart)()
	b.bbrState = bbrState{}
	s.Ssthresh = infSsthresh
	b.Mode, b.Bw, b.FullBw, b.FullCnt, b.Full, b.Rounds, b.Phase = BBRStartup, 0, 0, 0, false, 0, 0
	b.PriorCwnd, b.Conserve, b.Idle, b.Policed = 0, false, false, false
	b.PacingGain, b.CwndGain = 0, 0
	b.MinRTT, b.MinRTTAt = s.minRTT(), x.Now
	b.rateFromRTT(s)
	b.resetLtBw(s)
	b.EpochAt = x.Now
	s.Paced = true
}

// rateFromRTT paces a window per round trip before anything is measured
// (bbr_init_pacing_rate_from_rtt).
func (b *BBRControl) rateFromRTT(s ccSock) {
	rtt := uint64(1000)
	if s.SRTT > 0 {
		rtt = uint64(max(s.SRTT>>3, 1))
		b.SeenRTT = true
	}
	s.PacingRate = b.rate(s, uint64(s.Cwnd)<<bbrBwScale/rtt, bbrHighGain)
}

// rate turns a bandwidth into bytes a second: 1 % below, so that no queue stays
// (bbr_bw_to_pacing_rate).
func (b *BBRControl) rate(s ccSock, bw uint64, gain uint32) uint64 {
	return min(bw*uint64(s.mss)*uint64(gain)>>8*(1_000_000/100*99)>>bbrBwScale, s.PacingMax)
}

// bw is the estimate in use (bbr_bw).
func (b *BBRControl) bw() uint32 {
	if b.Policed {
		return b.LtBw
	}
	return b.Bw
}

// congControl takes one acknowledgment: the model first, then the rate, then cwnd
// (bbr_main).
func (b *BBRControl) congControl(x *Ctx, s ccSock, r rateSample) {
	if b.Mode == BBRNone {
		return // the handshake is not complete
	}
	b.updateBw(x, s, r)
	b.updateExtra(s, r)
	b.updateCycle(x, s, r)
	b.checkFull(x, s, r)
	b.checkDrain(x, s)
	b.findMinRTT(x, s, r)
	b.updateGains()
	b.setRate(x, s, b.PacingGain)
	b.setCwnd(x, s, r)
}

var bbrBandwidth = trace.Declare(trace.Rule{
	ID:      "bbr.bandwidth",
	Says:    "How much was delivered in how long is a sample of the bandwidth. The largest of the last ten round trips is taken for the bottleneck's.",
	Linux:   "bbr_update_bw",
	Differs: "Not in an RFC: draft-cheng-iccrg-delivery-rate-estimation.",
})

var bbrAppLimited = trace.Declare(trace.Rule{
	ID:      "bbr.app-limited",
	Says:    "The sender had run out of data, so the sample tells what the application did. It counts only if it is larger than what is known.",
	Linux:   "bbr_update_bw",
	Differs: "Not in an RFC: draft-cheng-iccrg-delivery-rate-estimation.",
})

// updateBw takes the sample of the acknowledgment (bbr_update_bw).
func (b *BBRControl) updateBw(x *Ctx, s ccSock, r rateSample) {
	b.Round = false
	if r.delivered < 0 || r.interval <= 0 {
		return
	}
	defer x.Enter(bbrBandwidth)()
	if int32(r.prior-b.NextRound) >= 0 {
		b.NextRound, b.Round = s.Delivered, true
		b.Rounds++
		b.Conserve = false
	}
	b.ltSample(x, s, r)
	bw := uint32(uint64(r.delivered) << bbrBwScale / uint64(max(us(r.interval), 1)))
	if r.appLimited && x.When(bbrAppLimited, trace.Lt("sample", bw, "bbr bw", b.Bw)) {
		return
	}
	b.Bw = b.BwMax.runningMax(bbrBwRounds, b.Rounds, bw)
}

var bbrPipeFull = trace.Declare(trace.Rule{
	ID:      "bbr.full-pipe",
	Says:    "For three round trips the bandwidth has not grown by a quarter, though twice as much was sent each time: the pipe is full.",
	Linux:   "bbr_check_full_bw_reached",
	Differs: "Not in an RFC. CUBIC's HyStart asks the same question by delay and spacing.",
})

// checkFull asks whether STARTUP has filled the pipe (bbr_check_full_bw_reached).
func (b *BBRControl) checkFull(x *Ctx, s ccSock, r rateSample) {
	if b.Full || !b.Round || r.appLimited {
		return
	}
	defer x.Enter(bbrPipeFull)()
	if x.When(bbrPipeFull, trace.Ge("bbr bw", b.Bw, "5/4 of what it was", uint32(uint64(b.FullBw)*(bbrUnit*5/4)>>8))) {
		b.FullBw, b.FullCnt = b.Bw, 0
		return
	}
	b.FullCnt++
	b.Full = b.FullCnt >= 3
}

var bbrDrain = trace.Declare(trace.Rule{
	ID:      "bbr.drain",
	Says:    "STARTUP has queued what the bottleneck could not take. DRAIN paces at a third of the bandwidth until no more than the product of bandwidth and round trip is in flight.",
	Linux:   "bbr_check_drain",
	Differs: "Not in an RFC.",
})

var bbrCruise = trace.Declare(trace.Rule{
	ID:      "bbr.probe-bw",
	Says:    "PROBE_BW: a cycle of eight round trips, one a quarter faster to see whether there is more, one a quarter slower to drain that, six at what is known. It begins at a phase drawn at random.",
	Linux:   "bbr_reset_probe_bw_mode",
	Differs: "Not in an RFC.",
})

// checkDrain goes from STARTUP to DRAIN to PROBE_BW (bbr_check_drain).
func (b *BBRControl) checkDrain(x *Ctx, s ccSock) {
	if b.Mode == BBRStartup && b.Full {
		defer x.Enter(bbrDrain)()
		b.Mode = BBRDrain
		s.Ssthresh = b.inflight(s, b.Bw, bbrUnit)
	}
	if b.Mode == BBRDrain && x.When(bbrDrain, trace.Le("in flight", b.inNet(x, s, s.inFlight()), "BDP", b.inflight(s, b.Bw, bbrUnit)).In(trace.UnitSegments)) {
		b.probeBW(x, s)
	}
}

// probeBW begins the cycle (bbr_reset_probe_bw_mode).
func (b *BBRControl) probeBW(x *Ctx, s ccSock) {
	defer x.Enter(bbrCruise)()
	b.Mode = BBRProbeBW
	b.Phase = uint8(len(bbrCycle)-1) - uint8(x.Rand.Below(7))
	b.nextPhase(s)
}

func (b *BBRControl) nextPhase(s ccSock) {
	b.Phase = (b.Phase + 1) % uint8(len(bbrCycle))
	b.CycleAt = s.rate.Delivered
}

var bbrPhase = trace.Declare(trace.Rule{
	ID:      "bbr.phase",
	Says:    "The next phase of PROBE_BW. The fast one lasts until a quarter more is in flight, the slow one until that has drained, the others a round trip.",
	Linux:   "bbr_update_cycle_phase",
	Differs: "Not in an RFC.",
})

// updateCycle ends a phase when it is time (bbr_update_cycle_phase).
func (b *BBRControl) updateCycle(x *Ctx, s ccSock, r rateSample) {
	if b.Mode != BBRProbeBW {
		return
	}
	full := s.rate.Delivered.Sub(b.CycleAt) > b.MinRTT
	next := full
	if g := b.PacingGain; g != bbrUnit {
		in := b.inNet(x, s, r.inFlight)
		if g > bbrUnit {
			next = full && (r.losses > 0 || in >= b.inflight(s, b.Bw, g))
		} else {
			next = full || in <= b.inflight(s, b.Bw, bbrUnit)
		}
	}
	if next {
		defer x.Enter(bbrPhase)()
		b.nextPhase(s)
	}
}

var bbrShortest = trace.Declare(trace.Rule{
	ID:      "bbr.min-rtt",
	Says:    "The shortest round trip of the last ten seconds is taken for that of the path without a queue.",
	Linux:   "bbr_update_min_rtt",
	Differs: "Not in an RFC.",
})

var bbrProbe = trace.Declare(trace.Rule{
	ID:      "bbr.probe-rtt",
	Says:    "For ten seconds no round trip was as short: perhaps our own queue hides it. PROBE_RTT leaves only four segments in flight for 200 ms and a round trip, so that the queue empties.",
	Linux:   "bbr_update_min_rtt",
	Differs: "Not in an RFC.",
})

var bbrProbed = trace.Declare(trace.Rule{
	ID:      "bbr.probe-rtt-over",
	Says:    "200 ms and a round trip with four segments are over: the window returns to what it was.",
	Linux:   "bbr_check_probe_rtt_done",
	Differs: "Not in an RFC.",
})

// findMinRTT keeps the shortest round trip, and looks for it when it is old
// (bbr_update_min_rtt).
func (b *BBRControl) findMinRTT(x *Ctx, s ccSock, r rateSample) {
	old := tick(x.Now).Sub(tick(b.MinRTTAt)) > bbrRTTWindow
	if r.rtt >= 0 && (r.rtt <= b.MinRTT || old && !r.ackDelayed) {
		defer x.Enter(bbrShortest)()
		b.MinRTT, b.MinRTTAt = r.rtt, x.Now
	}
	if old && !b.Idle && b.Mode != BBRProbeRTT {
		defer x.Enter(bbrProbe)()
		b.Mode = BBRProbeRTT
		b.saveCwnd(s)
		b.DoneAt = 0
	}
	if b.Mode == BBRProbeRTT {
		defer x.Enter(bbrProbe)()
		s.AppLimited = max(s.Delivered+s.inFlight(), 1)
		switch {
		case b.DoneAt == 0 && s.inFlight() <= bbrMinCwnd:
			b.DoneAt, b.RoundDone, b.NextRound = tick(x.Now).Add(bbrProbeTime), false, s.Delivered
		case b.DoneAt != 0:
			if b.RoundDone = b.RoundDone || b.Round; b.RoundDone {
				b.probeDone(x, s)
			}
		}
	}
	if r.delivered > 0 {
		b.Idle = false
	}
}

// probeDone leaves PROBE_RTT when its time is over (bbr_check_probe_rtt_done).
func (b *BBRControl) probeDone(x *Ctx, s ccSock) {
	if b.DoneAt == 0 || tick(x.Now) <= b.DoneAt {
		return
	}
	defer x.Enter(bbrProbed)()
	b.MinRTTAt = x.Now
	s.Cwnd = max(s.Cwnd, b.PriorCwnd)
	if b.Full {
		b.probeBW(x, s)
	} else {
		b.Mode = BBRStartup
	}
}

func (b *BBRControl) updateGains() {
	pace, cwnd := uint32(bbrHighGain), uint32(bbrHighGain)
	switch b.Mode {
	case BBRDrain:
		pace = bbrDrainGain
	case BBRProbeBW:
		pace, cwnd = bbrCycle[b.Phase], bbrCwndGain
		if b.Policed {
			pace = bbrUnit
		}
	case BBRProbeRTT:
		pace, cwnd = bbrUnit, bbrUnit
	}
	b.PacingGain, b.CwndGain = pace, cwnd
}
