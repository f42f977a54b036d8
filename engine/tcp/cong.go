package tcp

import (
	"wirestep/engine/trace"
)

// Congestion is a congestion control: what decides how cwnd grows and shrinks.
type Congestion uint8

// The congestion controls.
const (
	Reno Congestion = iota
	Cubic
	BBR
)

// CongestionNames holds the name of each congestion control, by number, as
// tcp_available_congestion_control has it.
var CongestionNames = []string{"reno", "cubic", "bbr"}

func (n Congestion) String() string { return CongestionNames[n] }

// ParseCongestion returns the congestion control with this name.
func ParseCongestion(s string) (Congestion, bool) {
	for i, n := range CongestionNames {
		if n == s {
			return Congestion(i), true
		}
	}
	return 0, false
}

// ccInit begins a congestion control on a connection (tcp_init_congestion_control).
func (c *Conn) ccInit(x *Ctx) {
	if c.CC == BBR {
		c.bbrInit(x)
	} else {
		c.cubicReset()
	}
}

// ccTxStart tells it that something is sent with nothing in flight (CA_EVENT_TX_START).
func (c *Conn) ccTxStart(x *Ctx) {
	switch c.CC {
	case Cubic:
		c.cubicStart(x)
	case BBR:
		c.bbrTxStart(x)
	}
}

const initCwnd = 10 // RFC 6928 (Linux: TCP_INIT_CWND)

// currentSsthresh is ssthresh, or three quarters of cwnd when that is more, so
// that a reduction begun is not lost (tcp_current_ssthresh).
func (c *Conn) currentSsthresh() uint32 {
	if c.CA == CWR || c.CA == Recovery {
		return c.Ssthresh
	}
	return max(c.Ssthresh, c.Cwnd/2+c.Cwnd/4)
}

func (c *Conn) inSlowStart() bool { return c.Cwnd < c.Ssthresh }

var slowStart = trace.Declare(trace.Rule{
	ID:    "cwnd.slow-start",
	Says:  "Below ssthresh every acknowledged segment lets cwnd grow by one: it doubles each round trip.",
	RFC:   trace.Cites("RFC 5681 §3.1", "RFC 3465"),
	Linux: "tcp_slow_start",
})

var congAvoid = trace.Declare(trace.Rule{
	ID:    "cwnd.avoidance",
	Says:  "Above ssthresh cwnd grows by one for every so many segments acknowledged: a full window of them with Reno, which is one more per round trip; CUBIC computes the number from its curve.",
	RFC:   trace.Cites("RFC 5681 §3.1", "RFC 9438 §4.4"),
	Linux: "tcp_cong_avoid_ai",
})

var cwndUnused = trace.Declare(trace.Rule{
	ID:    "cwnd.unused",
	Says:  "cwnd grows only when it was what limited the sender: otherwise nothing has been learnt about the network.",
	RFC:   trace.Cites("RFC 7661 §4.2"),
	Linux: "tcp_is_cwnd_limited",
})

// growCwnd opens the congestion window for n newly delivered segments
// (tcp_reno_cong_avoid, cubictcp_cong_avoid).
func (c *Conn) growCwnd(x *Ctx, n uint32) {
	c.CwndStamp = x.Now
	if n == 0 || !x.When(cwndUnused, trace.Is("cwnd limited the sender in this round", c.cwndLimited())) {
		return
	}
	if c.inSlowStart() {
		if n = c.slowStart(x, n); n == 0 {
			return
		}
	}
	per := c.Cwnd
	if c.CC == Cubic {
		c.cubicUpdate(x, n)
		per = c.Cubic.Cnt
	}
	c.avoid(x, per, n)
}

// cwndLimited: would a larger cwnd have been used? (tcp_is_cwnd_limited)
func (c *Conn) cwndLimited() bool {
	return c.CwndLimited || (c.inSlowStart() && c.Cwnd < 2*c.MaxOut)
}

func (c *Conn) slowStart(x *Ctx, n uint32) (left uint32) {
	defer x.Enter(slowStart)()
	next := min(c.Cwnd+n, c.Ssthresh)
	left = n - (next - c.Cwnd)
	c.Cwnd = min(next, c.CwndClamp)
	return left
}

// avoid grows cwnd by one for each per segments (tcp_cong_avoid_ai).
func (c *Conn) avoid(x *Ctx, per, n uint32) {
	defer x.Enter(congAvoid)()
	if c.CwndCnt >= per {
		c.CwndCnt = 0
		c.Cwnd++
	}
	c.CwndCnt += n
	if c.CwndCnt >= per {
		d := c.CwndCnt / per
		c.CwndCnt -= d * per
		c.Cwnd += d
	}
	c.Cwnd = min(c.Cwnd, c.CwndClamp)
}

// validateCwnd notes whether cwnd is what limits the sender, and lets a cwnd go
// that has not been used for a timeout (tcp_cwnd_validate).
func (c *Conn) validateCwnd(x *Ctx, limited bool) {
	if !c.SndUna.Before(c.CwndUsageSeq) || limited || (!c.CwndLimited && c.PacketsOut > c.MaxOut) {
		c.CwndLimited = limited
		c.MaxOut = c.PacketsOut
		c.CwndUsageSeq = c.SndNxt
	}
	if c.cwndLimited() {
		c.CwndUsed = 0
		c.CwndStamp = x.Now
		return
	}
	c.CwndUsed = max(c.CwndUsed, c.PacketsOut)
	if len(c.Wq) == 0 && c.NoSpace && c.State.canSend() {
		c.chronoStart(x, chronoSndbuf)
	}
	if x.Sys.SlowStartAfterIdle && c.CC != BBR && x.Now.Sub(c.CwndStamp) >= c.RTO {
		c.applicationLimited(x)
	}
}

var cwndDecay = trace.Declare(trace.Rule{
	ID:    "cwnd.decay",
	Says:  "For a whole timeout the application has sent less than cwnd allows. What is not tested is not known: cwnd moves half-way to what was used.",
	RFC:   trace.Cites("RFC 7661 §4.4", "RFC 2861"),
	Linux: "tcp_cwnd_application_limited",
})

func (c *Conn) applicationLimited(x *Ctx) {
	if c.CA == Open && !c.NoSpace {
		used := max(c.CwndUsed, c.initialCwnd(x))
		if used < c.Cwnd {
			defer x.Enter(cwndDecay)()
			c.Ssthresh = c.currentSsthresh()
			c.Cwnd = (c.Cwnd + used) / 2
		}
		c.CwndUsed = 0
	}
	c.CwndStamp = x.Now
}

var cwndRestart = trace.Declare(trace.Rule{
	ID:    "cwnd.restart",
	Says:  "Nothing has been sent for longer than a timeout. What cwnd knew about the network is stale, so it is halved for each timeout that passed, down to the initial window.",
	RFC:   trace.Cites("RFC 5681 §4.1", "RFC 2861"),
	Linux: "tcp_cwnd_restart",
})

// restartAfterIdle lowers cwnd when data is to be sent after a pause
// (tcp_slow_start_after_idle_check).
func (c *Conn) restartAfterIdle(x *Ctx) {
	if !x.Sys.SlowStartAfterIdle || c.CC == BBR || c.PacketsOut > 0 || c.LastSent == 0 {
		return
	}
	idle := x.Now.Sub(c.LastSent)
	if idle <= c.RTO {
		return
	}
	defer x.Enter(cwndRestart)()
	restart := min(c.initialCwnd(x), c.Cwnd)
	cwnd := c.Cwnd
	c.Ssthresh = c.currentSsthresh()
	for idle -= c.RTO; idle > 0 && cwnd > restart; idle -= c.RTO {
		cwnd /= 2
	}
	c.Cwnd = max(cwnd, restart)
	c.CwndStamp = x.Now
	c.CwndUsed = 0
}

// initialCwnd is the congestion window of a new connection (tcp_init_cwnd).
func (c *Conn) initialCwnd(x *Ctx) uint32 {
	if x.Sys.Route.InitCwnd > 0 {
		return min(x.Sys.Route.InitCwnd, c.CwndClamp)
	}
	return min(initCwnd, c.CwndClamp)
}

var cwndSynLost = trace.Declare(trace.Rule{
	ID:    "cwnd.syn-lost",
	Says:  "The handshake was lost more than once: the network is in trouble, and the first window is a single segment.",
	RFC:   trace.Cites("RFC 5681 §3.1"),
	Linux: "tcp_init_transfer",
})

// initTransfer prepares a connection that has just been established
// (tcp_init_transfer).
func (c *Conn) initTransfer(x *Ctx) {
	c.initMTUProbe(x)
	c.initMetrics(x)
	c.Cwnd = c.initialCwnd(x)
	if c.TotalRetrans > 1 && c.UndoMarker != 0 {
		defer x.Enter(cwndSynLost)()
		c.Cwnd = 1
	}
	c.CwndStamp = x.Now
	c.ccInit(x)
	c.initBuffers(x)
}

// initBuffers sizes windows and buffers for a new connection (tcp_init_buffer_space).
func (c *Conn) initBuffers(x *Ctx) {
	if !c.SndBufLock {
		c.expandSndBuf(x)
	}
	c.RcvQAt, c.RcvQSeq = x.Now, c.Copied
	full := uint32(c.fullSpace())
	if c.WindowClamp >= full {
		c.WindowClamp = full
		if adv := uint32(c.AdvMSS); x.Sys.AppWin > 0 && full > 4*adv {
			c.WindowClamp = max(full-full>>x.Sys.AppWin, 4*adv)
		}
	}
	if adv := uint32(c.AdvMSS); x.Sys.AppWin > 0 && c.WindowClamp > 2*adv && c.WindowClamp+adv > full {
		c.WindowClamp = max(2*adv, full-adv) // Linux: room for one segment is kept back
	}
	c.RcvSsthresh = min(c.RcvSsthresh, c.WindowClamp)
	c.RcvQSpace = min(c.RcvSsthresh, c.RcvWnd, initCwnd*uint32(c.AdvMSS))
	if c.LastSent == 0 {
		c.LastSent = x.Now
	}
}

// expandSndBuf lets the send buffer hold two windows of full segments
// (tcp_sndbuf_expand).
func (c *Conn) expandSndBuf(x *Ctx) {
	per := uint32(1)
	for per < max(uint32(c.PeerMSS), uint32(c.MSS))+gsoHeadroom-1+320 {
		per *= 2
	}
	per += 256
	windows := uint32(2)
	if c.CC == BBR {
		windows = 3 // Linux: it may slow-start even in recovery
	}
	want := windows * per * max(initCwnd, c.Cwnd, c.Reordering+1)
	if c.SndBuf < want {
		c.SndBuf = min(want, x.Sys.WMem[2])
	}
}
