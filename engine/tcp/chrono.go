package tcp

import "wirestep/engine/sim"

// chrono is what the sender's time goes into: one of them at a time, the most
// telling one (enum tcp_chrono).
type chrono uint8

const (
	chronoIdle   chrono = iota
	chronoBusy          // something is to be sent or acknowledged
	chronoRwnd          // the peer's window stops it
	chronoSndbuf        // the send buffer stops it
	numChronos
)

// chronos measures, in ticks as Linux does, for TCP_INFO only.
type chronos struct {
	Now   chrono
	Since sim.Time
	Spent [numChronos]sim.Duration
}

// tick is an instant in whole ticks of the kernel's clock.
func tick(t sim.Time) sim.Time { return t / sim.Time(jiffy) * sim.Time(jiffy) }

func (k *chronos) set(x *Ctx, to chrono) {
	now := tick(x.Now)
	k.Spent[k.Now] += now.Sub(k.Since)
	k.Now, k.Since = to, now
}

// start lets the time count as of a kind, unless it counts as a more telling
// one (tcp_chrono_start).
func (k *chronos) start(x *Ctx, kind chrono) {
	if kind > k.Now {
		k.set(x, kind)
	}
}

// stop ends a kind (tcp_chrono_stop). idle: nothing is to be sent or acknowledged.
func (k *chronos) stop(x *Ctx, kind chrono, idle bool) {
	switch {
	case idle:
		k.set(x, chronoIdle)
	case kind == k.Now:
		k.set(x, chronoBusy)
	}
}

// spent is the time that counted as a kind until now.
func (k *chronos) spent(now sim.Time, kind chrono) sim.Duration {
	d := k.Spent[kind]
	if k.Now == kind {
		d += tick(now).Sub(k.Since)
	}
	return d
}

// info is what TCP_INFO tells (tcp_get_info_chrono_stats).
func (k *chronos) info(now sim.Time) (busy, rwnd, sndbuf int64) {
	rwnd, sndbuf = us(k.spent(now, chronoRwnd)), us(k.spent(now, chronoSndbuf))
	return us(k.spent(now, chronoBusy)) + rwnd + sndbuf, rwnd, sndbuf
}

// limited follows what stopped the sender (tcp_write_xmit).
func (k *chronos) limited(x *Ctx, l Limit, idle bool) {
	if l == LimitRwnd {
		k.start(x, chronoRwnd)
	} else {
		k.stop(x, chronoRwnd, idle)
	}
}
