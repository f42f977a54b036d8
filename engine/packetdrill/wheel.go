package packetdrill

import (
	"wirestep/engine/host"
	"wirestep/engine/sim"
)

// slot is a timer in the kernel's wheel: a deadline, and the instant at which the
// wheel comes to it.
type slot struct {
	d    host.Deadline
	late sim.Time
}

// nextTimer is the timer that fires next, and when: at its deadline, or with Config.Late
// later, as on a kernel, whose wheel turns the slower the further ahead a timer lies.
func (r *runner) nextTimer() (next host.Deadline, at sim.Time) {
	if r.cfg.Late == 0 {
		d := r.h.NextTimer()
		return d, d.At
	}
	old := r.wheel
	r.wheel, at = nil, sim.Never
	for _, d := range r.h.Deadlines() {
		k := slot{d, d.At.Add(Coarse(d.At.Sub(r.clock)) / 4 * sim.Duration(r.cfg.Late))}
		for _, o := range old {
			if o.d == d {
				k = o
			}
		}
		r.wheel = append(r.wheel, k)
		if k.late < at {
			next, at = d, k.late
		}
	}
	return next, at
}

// Coarse is how late a timer may be that is armed for so long (the timer wheel at 250
// jiffies a second).
func Coarse(d sim.Duration) sim.Duration {
	switch {
	case d < 252*sim.Millisecond:
		return 4 * sim.Millisecond
	case d < 2044*sim.Millisecond:
		return 32 * sim.Millisecond
	case d < 16*sim.Second:
		return 256 * sim.Millisecond
	}
	return 2 * sim.Second
}
