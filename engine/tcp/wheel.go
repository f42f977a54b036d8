package tcp

import "wirestep/engine/sim"

// Timers fire at their nominal instant here. The kernel's fire with the next turn of a
// wheel whose slots are the coarser the further ahead a timer lies, never sooner. Where a
// limit of time is asked at a timer, what that makes at least is counted: so
// tcp_retries2 = 4 ends a connection as 3 does, 80 ms before its nominal time.

// wheelGran is the width of the slot of a timer of so many ticks (kernel/time/timer.c).
func wheelGran(ticks int64) int64 {
	gran := int64(1)
	for end := int64(63); ticks >= end && gran < 1<<24; end *= 8 {
		gran *= 8
	}
	return gran
}

// turnWheel adds to the lateness of an episode what the timer that has just fired was
// late by, at least: it was set at a turn of the slot before.
func (c *Conn) turnWheel() {
	ticks := int64(c.RTO / jiffy)
	gran := wheelGran(ticks)
	if c.RetStamp == 0 {
		c.late, c.slot = 0, gran
		return
	}
	step := min(max(c.slot, 1), gran)
	c.late += sim.Duration(step-ticks%step) * jiffy
	c.slot = gran
}
