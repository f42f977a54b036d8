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

// chronoStart lets the time count as of a kind, unless it counts as a more telling
// one (tcp_chrono_start).
func (c *Conn) chronoStart(x *Ctx, k chrono) {
	if k > c.Stats.Time.Now {
		c.Stats.Time.set(x, k)
	}
}

// chronoStop ends a kind (tcp_chrono_stop).
func (c *Conn) chronoStop(x *Ctx, k chrono) {
	switch t := &c.Stats.Time; {
	case len(c.Rtx) == 0 && len(c.Wq) == 0:
		t.set(x, chronoIdle)
	case k == t.Now:
		t.set(x, chronoBusy)
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

// chronoInfo is what TCP_INFO tells (tcp_get_info_chrono_stats).
func (c *Conn) chronoInfo(now sim.Time) (busy, rwnd, sndbuf int64) {
	t := &c.Stats.Time
	rwnd, sndbuf = us(t.spent(now, chronoRwnd)), us(t.spent(now, chronoSndbuf))
	return us(t.spent(now, chronoBusy)) + rwnd + sndbuf, rwnd, sndbuf
}

// chronoLimit follows what stopped the sender (tcp_write_xmit).
func (c *Conn) chronoLimit(x *Ctx, l Limit) {
	if l == LimitRwnd {
		c.chronoStart(x, chronoRwnd)
	} else {
		c.chronoStop(x, chronoRwnd)
	}
}
