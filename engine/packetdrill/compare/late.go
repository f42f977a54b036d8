package compare

import "wirestep/engine/sim"

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
