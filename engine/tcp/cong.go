package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// A congestion control decides how cwnd grows and shrinks. As in the kernel (struct
// tcp_congestion_ops) it is a set of operations, which the connection calls where
// something happens that may be told or asked:
//
//	what happens                      operation      Reno          CUBIC           BBR
//	established, or chosen anew       init                         no curve        STARTUP
//	a reduction begins                ssthresh       cwnd / 2      0.7 cwnd        as it is
//	delivered, and all is well        congAvoid      1 a window    the curve       –
//	delivered, whatever the state     congControl    –             –               the model
//	a reduction was a mistake         undoCwnd       prior_cwnd    prior_cwnd      as it is
//	the state changes                 setState                     Loss: no curve  Loss: a round
//	sent with nothing in flight       txStart                      curve moves on  at the rate
//	a round trip was measured         pktsAcked                    HyStart         –
//
// What one does not say for itself, Reno says. Each is a value, with its own part of the
// control block, and knows of the connection what stands in ccSock, nothing else.
type control interface {
	init(x *Ctx, s ccSock)
	ssthresh(x *Ctx, s ccSock) uint32
	congAvoid(x *Ctx, s ccSock, acked uint32)
	congControl(x *Ctx, s ccSock, r rateSample)
	undoCwnd(s ccSock) uint32
	setState(x *Ctx, s ccSock, to CAState)
	txStart(x *Ctx, s ccSock)
	pktsAcked(x *Ctx, s ccSock, rtt sim.Duration)

	setsCwnd() bool                        // congControl does it all: no reduction, no congAvoid, no pacing rate from cwnd
	minTSO(sys *Sysctls, s *Sender) uint32 // least size of a packet with offload, in segments (min_tso_segs)
	sndbufExpand() uint32                  // windows that the send buffer should hold
	info(s ccSock) []InfoField             // TCP_CC_INFO (get_info)
}

// ccSock is what a congestion control sees of its connection.
type ccSock struct {
	*Sender
	una, nxt wire.Seq
	mss      uint32
}

// ccSock shows the connection to its congestion control.
func (t *TCB) ccSock() ccSock { return ccSock{&t.Sender, t.SndUna, t.SndNxt, uint32(t.MSS)} }

// cc is the congestion control that the connection has.
func (t *TCB) cc() control {
	switch t.CC {
	case Cubic:
		return &t.Cubic
	case BBR:
		return &t.BBR
	}
	return reno{}
}

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
func (t *TCB) ccInit(x *Ctx) {
	if t.CC != BBR {
		t.Cubic.reset()
	}
	t.cc().init(x, t.ccSock())
}

var renoSsthreshRule = trace.Declare(trace.Rule{
	ID:    "reno.ssthresh",
	Says:  "Reno halves: ssthresh is half of cwnd, and at least two segments.",
	RFC:   trace.Cites("RFC 5681 §3.1"),
	Linux: "tcp_reno_ssthresh",
})

// reno is the congestion control of RFC 5681, and what every other falls back on.
type reno struct{}

func (reno) init(*Ctx, ccSock)                    {}
func (reno) congControl(*Ctx, ccSock, rateSample) {}
func (reno) setState(*Ctx, ccSock, CAState)       {}
func (reno) txStart(*Ctx, ccSock)                 {}
func (reno) pktsAcked(*Ctx, ccSock, sim.Duration) {}
func (reno) setsCwnd() bool                       { return false }
func (reno) sndbufExpand() uint32                 { return 2 }
func (reno) info(ccSock) []InfoField              { return nil }

func (reno) minTSO(sys *Sysctls, _ *Sender) uint32 { return uint32(sys.MinTSOSegs) }

// ssthresh is tcp_reno_ssthresh.
func (reno) ssthresh(x *Ctx, s ccSock) uint32 {
	x.Note(renoSsthreshRule)
	return max(s.Cwnd/2, 2)
}

// congAvoid is tcp_reno_cong_avoid.
func (reno) congAvoid(x *Ctx, s ccSock, acked uint32) {
	if left := s.grow(x, acked); left > 0 {
		s.avoid(x, s.Cwnd, left)
	}
}

// undoCwnd is tcp_reno_undo_cwnd.
func (reno) undoCwnd(s ccSock) uint32 { return max(s.Cwnd, s.PriorCwnd) }

// setCA moves to a congestion state (tcp_set_ca_state).
func (t *TCB) setCA(x *Ctx, to CAState) {
	t.cc().setState(x, t.ccSock(), to)
	t.rate.Reneged = t.rate.Reneged && to != Open
	t.CA = to
}

// congControl adjusts cwnd for one ACK that delivered so many segments and showed so many
// to be lost (tcp_cong_control).
func (c *Conn) congControl(x *Ctx, delivered, lost uint32, r *rateSample, f *ackFlags) {
	cc := c.cc()
	if cc.setsCwnd() {
		cc.congControl(x, c.ccSock(), *r)
		return
	}
	defer c.updatePacingRate(x, uint32(c.MSS))
	if c.inReduction() {
		c.Prr.step(x, &c.Sender, delivered, lost, f.advanced)
		return
	}
	may := f.dataAcked
	if c.Reordering > x.Sys.Reordering {
		may = f.acked() || f.sacked
	}
	if may {
		c.CwndStamp = x.Now
		cc.congAvoid(x, c.ccSock(), delivered)
	}
}

// validateCwnd notes whether cwnd is what limits the sender, and lets a cwnd go
// that has not been used for a timeout (tcp_cwnd_validate).
func (c *Conn) validateCwnd(x *Ctx, limited bool) {
	if c.used(x, c.SndUna, c.SndNxt, limited) {
		return
	}
	if len(c.Wq) == 0 && c.NoSpace && c.State.canSend() {
		c.Stats.Time.start(x, chronoSndbuf)
	}
	if x.Sys.SlowStartAfterIdle && !c.cc().setsCwnd() && x.Now.Sub(c.CwndStamp) >= c.RTO {
		c.applicationLimited(x)
	}
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
	c.initMTUProbe(x, c.headers())
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
	want := c.cc().sndbufExpand() * per * max(initCwnd, c.Cwnd, c.Reordering+1)
	if c.SndBuf < want {
		c.SndBuf = min(want, x.Sys.WMem[2])
	}
}
