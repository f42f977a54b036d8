package packetdrill

import (
	"wirestep/engine/host"
	"wirestep/engine/packetdrill/compare"
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
		k := slot{d, d.At.Add(compare.Coarse(d.At.Sub(r.clock)) / 4 * sim.Duration(r.cfg.Late))}
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
