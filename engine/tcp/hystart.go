package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// HyStart ends slow start before it ends in losses. It looks at each round of
// acknowledgments in two ways:
//
//	train   ACKs that follow each other closely, for longer than half of the smallest
//	        round trip: what is in flight fills the pipe
//	delay   the smallest round trip of eight samples has grown by an eighth, 4 to 16 ms:
//	        a queue is building
//
// Either says that the pipe is full: ssthresh becomes cwnd.

// Hystart is the state of HyStart (struct bictcp).
type Hystart struct {
	Found bool         // hystart found [bool]: the end of slow start has been found.
	End   wire.Seq     // hystart end_seq [seq:snd]: end of this round.
	Round sim.Time     // hystart round_start [time]: when this round began; 0: never.
	Last  sim.Time     // hystart last_ack [time]: the last ACK of the train.
	RTT   sim.Duration // hystart curr_rtt [duration]: smallest round trip of this round.
	Cnt   uint8        // hystart sample_cnt [count]: samples in this round.
}

const (
	hystartLow      = 16 // segments of cwnd, below which it does not look
	hystartSamples  = 8
	hystartAckDelta = 2 * sim.Millisecond
	hystartDelayMin = 4 * sim.Millisecond
	hystartDelayMax = 16 * sim.Millisecond
)

var hystartFound = trace.Declare(trace.Rule{
	ID: "hystart.exit",
	Says: "HyStart: acknowledgments come in a train as long as the round trip, or the round trip has become longer. " +
		"The pipe is full, so slow start ends here, before it would end in losses.",
	RFC:     trace.Cites("RFC 9406 §4.2"),
	Linux:   "hystart_update",
	Differs: "Linux has the original HyStart, which leaves slow start at once; RFC 9406 adds a conservative phase.",
})

// update looks for the end of slow start, with a round trip and the smallest of all
// (hystart_update).
func (h *Hystart) update(x *Ctx, s ccSock, rtt, delayMin sim.Duration) {
	if s.una.After(h.End) || h.Round == 0 {
		h.Round, h.Last = max(x.Now, 1), max(x.Now, 1)
		h.End = s.nxt
		h.RTT, h.Cnt = 1<<62, 0
	}
	if s.Cwnd < hystartLow {
		return
	}
	if x.Now.Sub(h.Last) <= hystartAckDelta {
		h.Last = x.Now
		if x.Now.Sub(h.Round) > (delayMin+hystartAckDelay(s))/2 {
			h.leave(x, s.Sender, TCPHystartTrainDetect, TCPHystartTrainCwnd)
		}
	}
	if h.RTT > rtt {
		h.RTT = rtt
	}
	if h.Cnt < hystartSamples {
		h.Cnt++
	} else if h.RTT > delayMin+min(max(delayMin/8, hystartDelayMin), hystartDelayMax) {
		h.leave(x, s.Sender, TCPHystartDelayDetect, TCPHystartDelayCwnd)
	}
}

// hystartAckDelay allows for a sender that bursts (hystart_ack_delay): four
// largest offloaded segments at the pacing rate, at most 1 ms.
func hystartAckDelay(s ccSock) sim.Duration {
	if s.SRTT == 0 {
		return 0
	}
	rate := uint64(s.mss) * 2 * uint64(max(s.Cwnd, s.PacketsOut)) * 8_000_000 / uint64(s.SRTT)
	if rate == 0 {
		return 0
	}
	return min(sim.Millisecond, sim.Duration(65536*4*uint64(sim.Second)/rate))
}

// leave ends slow start, and counts how it was found to be over.
func (h *Hystart) leave(x *Ctx, s *Sender, found, cwnd Counter) {
	defer x.Enter(hystartFound)()
	h.Found = true
	x.Count(found)
	x.CountBy(cwnd, int(s.Cwnd))
	s.Ssthresh = s.Cwnd
}
