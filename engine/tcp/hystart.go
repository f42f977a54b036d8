package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// Hystart is the state of HyStart (struct bictcp).
type Hystart struct {
	Found bool         // hystart found [bool]: the end of slow start has been found.
	End   wire.Seq     // hystart end_seq [seq:snd]: end of this round.
	Round sim.Time     // hystart round_start [time]: when this round began; 0: never.
	Last  sim.Time     // hystart last_ack [time]: the last ACK of the train.
	RTT   sim.Duration // hystart curr_rtt [duration]: smallest round trip of this round.
	Cnt   uint8        // hystart sample_cnt [count]: samples in this round.
}
