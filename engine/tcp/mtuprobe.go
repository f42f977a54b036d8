package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// MTUSearch is the search for the largest packet that the path takes.
type MTUSearch struct {
	MTUProbing  bool     // icsk_mtup.enabled [bool]: the largest packet that the path takes is searched for.
	MTUHigh     uint32   // search_high [bytes]: no larger packet gets through.
	MTULow      uint32   // search_low [bytes]: packets of this size are believed to get through.
	MTUProbe    uint32   // probe_size [bytes]: size of the packet that is being tried; 0: none is.
	MTUProbeSeq wire.Seq // probe_seq_start [seq:snd]: where the probe begins.
	MTUProbeEnd wire.Seq // probe_seq_end [seq:snd]: where the probe ends.
	MTUProbeAt  sim.Time // probe_timestamp [time]: when the search began.
}

// Packetization-layer path MTU discovery (RFC 4821): the size of packets that the
// path takes is found by trying, without a word from routers.

// mtuToMSS is the payload of a packet of so many bytes, of which the peer takes no
// more than it announced, and at least so many (tcp_mtu_to_mss).
func (z *Sizes) mtuToMSS(mtu uint32, h headers, least uint32) uint32 {
	mss := min(mtu-h.ip-tcpHeader, uint32(z.PeerMSS))
	return max(mss, least) - h.opts
}

// initMTUProbe starts the search, or leaves it off (tcp_mtup_init).
func (z *Sizes) initMTUProbe(x *Ctx, h headers) {
	z.MTUProbing = x.Sys.MTUProbing > 1
	z.MTUHigh = uint32(z.PeerMSS) + tcpHeader + h.ip
	z.MTULow = h.mtu(x.Sys.BaseMSS)
	z.MTUProbe = 0
	if z.MTUProbing {
		z.MTUProbeAt = x.Now
	}
}

var mtuProbeSend = trace.Declare(trace.Rule{
	ID: "mtu.probe",
	Says: "A larger packet is tried, half-way between the size that is known to get through and the largest that might. " +
		"Enough other segments follow for duplicate ACKs to tell if it does not.",
	RFC:   trace.Cites("RFC 4821 §7.1", "RFC 4821 §7.3"),
	Linux: "tcp_mtu_probe",
})

// tryMTUProbe sends a probe if there is occasion, as one segment (tcp_mtu_probe).
// wait: there soon will be, and nothing else is to be sent before.
func (c *Conn) tryMTUProbe(x *Ctx, mss uint32, push pushKind) (sent uint32, wait bool) {
	if !c.MTUProbing || push >= pushFirst || c.MTUProbe != 0 || c.CA != Open || c.Cwnd < 11 || c.SackN > 0 || c.Dsack != (wire.SackBlock{}) {
		return 0, false
	}
	h := c.headers()
	size := c.mtuToMSS((c.MTUHigh+c.MTULow)/2, h, x.Sys.MinSndMSS)
	need := size + (c.Reordering+1)*mss
	if size > c.mtuToMSS(c.MTUHigh, h, x.Sys.MinSndMSS) || int32(c.MTUHigh-c.MTULow) < int32(x.Sys.MTUProbeGap) {
		c.reprobeMTU(x, h, c.currentMSS())
		return 0, false
	}
	if uint32(c.SndMax-c.SndNxt) < need || c.SndWnd < need {
		return 0, false
	}
	if (c.SndNxt + wire.Seq(need)).After(c.sndEnd()) {
		return 0, true
	}
	if f := c.inFlight(); f+2 > c.Cwnd {
		return 0, f > 0
	}
	defer x.Enter(mtuProbeSend)()
	for uint32(len(c.Wq[0].Data)) < size && len(c.Wq) > 1 {
		c.growHead(size, &c.Buffers)
	}
	c.Cwnd-- // Linux: it stands for two
	head := c.takeWq(size, size, &c.Buffers)
	c.MTUProbe = h.mtu(uint32(len(head.Data)))
	c.MTUProbeSeq, c.MTUProbeEnd = head.Seq, head.End
	c.sendHead(x, head)
	return 1, false
}

var mtuReprobe = trace.Declare(trace.Rule{
	ID:    "mtu.probe-again",
	Says:  "The search is over, and tcp_probe_interval has passed: the path may have changed, so it begins anew above the present size.",
	RFC:   trace.Cites("RFC 4821 §7.7"),
	Linux: "tcp_mtu_check_reprobe",
})

// reprobeMTU begins the search anew after a while, above segments of mss bytes
// (tcp_mtu_check_reprobe).
func (z *Sizes) reprobeMTU(x *Ctx, h headers, mss uint32) {
	if x.Now.Sub(z.MTUProbeAt) < x.Sys.MTUProbeInterval {
		return
	}
	defer x.Enter(mtuReprobe)()
	z.MTUProbe = 0
	z.MTUHigh = uint32(z.PeerMSS) + tcpHeader + h.ip
	z.MTULow = h.mtu(mss)
	z.MTUProbeAt = x.Now
}

var mtuProbeGood = trace.Declare(trace.Rule{
	ID: "mtu.probe-success",
	Says: "The probe has arrived: the path takes packets of that size, and segments grow. cwnd counts segments, so it shrinks as they grow, " +
		"and the bytes in flight stay the same.",
	RFC:   trace.Cites("RFC 4821 §7.6.1"),
	Linux: "tcp_mtup_probe_success",
})

// mtuProbeAcked looks whether the probe has been acknowledged (tcp_mtup_probe_success).
func (c *Conn) mtuProbeAcked(x *Ctx) {
	if c.MTUProbe == 0 || c.MTUProbeEnd.After(c.SndUna) {
		return
	}
	defer x.Enter(mtuProbeGood)()
	h := c.headers()
	c.Cwnd = max(1, uint32(uint64(c.Cwnd)*uint64(h.mtu(uint32(c.MSS)))/uint64(c.MTUProbe)))
	c.CwndCnt, c.CwndStamp = 0, x.Now
	c.Ssthresh = c.currentSsthresh()
	c.MTULow, c.MTUProbe = c.MTUProbe, 0
	c.syncMSS(x.Sys, c.MTU)
	x.Count(TCPMTUPSuccess)
}

var mtuProbeBad = trace.Declare(trace.Rule{
	ID: "mtu.probe-failure",
	Says: "Only the probe is missing: it was too large for the path. Its bytes are sent again in smaller segments, " +
		"and since no congestion has lost it, cwnd stays.",
	RFC:   trace.Cites("RFC 4821 §7.6.2", "RFC 4821 §7.5"),
	Linux: "tcp_fastretrans_alert",
})

// mtuProbeLost takes a loss for what it is when it is the probe's
// (tcp_mtup_probe_failed). It reports whether that is all there was.
func (c *Conn) mtuProbeLost(x *Ctx) bool {
	if c.CA >= CWR || c.MTUProbe == 0 || c.SndUna != c.MTUProbeSeq {
		return false
	}
	defer x.Enter(mtuProbeBad)()
	c.MTUHigh, c.MTUProbe = c.MTUProbe-1, 0
	x.Count(TCPMTUPFail)
	c.Cwnd++
	c.simpleRetransmit(x)
	return true
}

var mtuBlackHole = trace.Declare(trace.Rule{
	ID: "mtu.black-hole",
	Says: "Segments have gone unanswered for as long as tcp_retries1 repetitions take: perhaps they are too large, and no router says so. " +
		"The search starts from tcp_base_mss, and with each further timeout from half of that.",
	RFC:   trace.Cites("RFC 4821 §7.7", "RFC 2923 §2.1"),
	Linux: "tcp_mtu_probing",
})

// suspectBlackHole makes segments smaller when nothing comes through (tcp_mtu_probing).
func (c *Conn) suspectBlackHole(x *Ctx) {
	if x.Sys.MTUProbing == 0 || !c.timedOut(x, mtuBlackHole, "tcp_retries1", int(x.Sys.Retries1), 0) {
		return
	}
	defer x.Enter(mtuBlackHole)()
	if !c.MTUProbing {
		c.MTUProbing, c.MTUProbeAt = true, x.Now
	} else {
		h := c.headers()
		mss := min(x.Sys.BaseMSS, c.mtuToMSS(c.MTULow, h, x.Sys.MinSndMSS)/2)
		c.MTULow = h.mtu(max(mss, x.Sys.MTUProbeFloor, x.Sys.MinSndMSS))
	}
	c.syncMSS(x.Sys, c.MTU)
}
