package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

const (
	tcpTimeoutMin = 2 * jiffy           // Linux: TCP_TIMEOUT_MIN
	tlpTimeoutMin = 2 * sim.Millisecond // Linux: TCP_TIMEOUT_MIN_US
)

var tlpArm = trace.Declare(trace.Rule{
	ID: "tlp.arm",
	Says: "A probe is scheduled well before the timeout: two round trips after the last segment, " +
		"and when only one is out, tcp_rto_min more, because its ACK may be delayed.",
	RFC:     trace.Cites("RFC 8985 §7.2"),
	Linux:   "tcp_schedule_loss_probe",
	Differs: "RFC 8985 adds the peer's worst delayed ACK; Linux adds the smallest RTO.",
})

// scheduleTLP replaces the retransmission timer by an earlier probe where that is
// allowed (tcp_schedule_loss_probe).
func (c *Conn) scheduleTLP(x *Ctx, advancing bool) bool {
	if (x.Sys.EarlyRetrans != 3 && x.Sys.EarlyRetrans != 4) || c.PacketsOut == 0 || !c.SackOK ||
		(c.CA != Open && c.CA != CWR) || c.State == SynSent || c.State == SynRecv || c.rsk != nil {
		return false
	}
	defer x.Enter(tlpArm)()
	d, two, more := sim.Duration(initialRTO), sim.Duration(0), sim.Duration(initialRTO)
	if c.SRTT > 0 {
		two, more = sim.Duration(c.SRTT>>2)*sim.Microsecond, tlpTimeoutMin
		if c.PacketsOut == 1 {
			more = c.rtoMin(x)
		}
		d = ceilJiffy(two + more)
	}
	left := c.RTO
	if !advancing {
		left = c.rtoDelta(x, c.RTO)
	}
	if left > 0 {
		d = min(d, left)
	}
	c.armXmit(x, TimerTLP, d, HowTLP, dur(two, more, left))
	return true
}

var tlpFire = trace.Declare(trace.Rule{
	ID: "tlp.fire",
	Says: "Silence after the last segment. Before the timeout, one probe: new data if there is any, else the last segment again. " +
		"Its acknowledgment will show what is missing.",
	RFC:   trace.Cites("RFC 8985 §7.3"),
	Linux: "tcp_send_loss_probe",
})

// onTLP sends the probe (tcp_send_loss_probe).
func (c *Conn) onTLP(x *Ctx) {
	defer x.Enter(tlpFire)()
	c.stopXmit()
	if c.PacketsOut == 0 {
		return
	}
	if c.TLPHigh != 0 || !c.sendProbeSegment(x) {
		c.resumeRTO(x) // at most one probe at a time
		return
	}
	c.TLPHigh = c.SndNxt
	x.Count(TCPLossProbes)
	c.rearmRTO(x)
}

func (c *Conn) sendProbeSegment(x *Ctx) bool {
	c.TLPRetrans = false
	mss := c.currentMSS()
	if len(c.Wq) > 0 && c.windowFits(&c.Wq[0], mss) {
		before := c.PacketsOut
		c.writeXmit(x, mss, pushProbe)
		return c.PacketsOut > before
	}
	last := len(c.Rtx) - 1
	if last < 0 {
		return false
	}
	if k := &c.Rtx[last]; k.Segs > 1 && uint32(len(k.Data)) > uint32(k.Segs-1)*mss {
		c.splitRtx(last, uint32(k.Segs-1)*mss, mss, c.books())
		last++
	}
	if !c.repeatSkb(x, last, 1) {
		return false
	}
	c.TLPRetrans = true
	return true
}
