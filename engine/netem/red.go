package netem

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

var redDrop = trace.Declare(trace.Rule{
	ID: "red.drop",
	Says: "The average length of the queue lies above its lower threshold: the more, the likelier it is that a packet is dropped before the queue is full, " +
		"so that senders slow down one after the other.",
	RFC:   trace.Cites("RFC 2309 §3", "RFC 7567 §4.2"),
	Linux: "red_action",
})

var redMark = trace.Declare(trace.Rule{
	ID:    "red.mark",
	Says:  "The average length of the queue lies above its lower threshold, and the dice fell so. The packet is ECN-capable: it is marked CE instead of dropped.",
	RFC:   trace.Cites("RFC 3168 §5"),
	Linux: "red_action",
})

// redShift is how slowly the average follows: 1/512 of the way with each packet.
//
// Simplified: tc works it out of burst and avpkt; this is its usual outcome.
const redShift = 9

// redMemory is what RED remembers.
type redMemory struct {
	avg   uint64 // average backlog in bytes, << redShift
	count uint32 // packets since the last one that was hit
	idle  sim.Time
}

// red decides about a packet that finds so many bytes waiting.
func (l *Link) red(now sim.Time, backlog uint64, markable bool) (rule *trace.Rule, marked bool) {
	r := &l.RED
	if backlog == 0 && l.Rate > 0 && r.idle < now {
		// As if packets of full size had left and found nothing, since the link is idle.
		for n := uint64(now.Sub(r.idle)) * l.Rate / (8 * maxPacket * uint64(sim.Second)); n > 0 && r.avg > 0; n-- {
			r.avg -= r.avg >> redShift
			if r.avg < 1<<redShift {
				r.avg = 0
			}
		}
	}
	r.avg += backlog - r.avg>>redShift
	avg := r.avg >> redShift
	hit := false
	switch {
	case avg < uint64(l.RedMin):
		r.count = 0
	case avg >= uint64(l.RedMax):
		r.count, hit = 0, true
	default:
		r.count++
		p := uint64(l.RedPPM) * (avg - uint64(l.RedMin)) / uint64(l.RedMax-l.RedMin)
		if room := 1_000_000 - min(p*uint64(r.count), 999_999); l.Rand.Chance(uint32(min(p*1_000_000/room, 1_000_000))) {
			r.count, hit = 0, true
		}
	}
	switch {
	case !hit:
		return nil, false
	case l.ECN && markable && avg < uint64(l.RedMax):
		return nil, true
	}
	return redDrop, false
}
