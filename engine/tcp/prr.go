package tcp

import "wirestep/engine/trace"

// PRR is the state of proportional rate reduction.
type PRR struct {
	Delivered uint32 // prr_delivered [segments]: delivered since recovery began.
	Out       uint32 // prr_out [segments]: sent since recovery began.
}

var reductionStart = trace.Declare(trace.Rule{
	ID:    "cwnd.reduce",
	Says:  "The congestion control sets a new, lower ssthresh. cwnd will follow in proportion to what is delivered.",
	RFC:   trace.Cites("RFC 9937 §5", "RFC 5681 §3.1"),
	Linux: "tcp_init_cwnd_reduction",
})

// initReduction begins to lower cwnd (tcp_init_cwnd_reduction).
func (c *Conn) initReduction(x *Ctx) {
	defer x.Enter(reductionStart)()
	c.HighSeq = c.SndNxt
	c.TLPHigh = 0
	c.CwndCnt = 0
	c.PriorCwnd = c.Cwnd
	c.Prr.Delivered, c.Prr.Out = 0, 0
	c.Ssthresh = c.ccSsthresh(x)
	c.ecnQueueCWR()
}

var prrRule = trace.Declare(trace.Rule{
	ID: "prr.step",
	Says: "Proportional rate reduction: for what is delivered, only so much may be sent that cwnd arrives at ssthresh when the round trip ends. " +
		"When losses have already taken more than that, it may grow back to ssthresh.",
	RFC:   trace.Cites("RFC 9937 §6"),
	Linux: "tcp_cwnd_reduction",
})

var prrAbove = trace.Declare(trace.Rule{
	ID:    "prr.above",
	Says:  "Is more in flight than ssthresh allows?",
	RFC:   trace.Cites("RFC 9937 §6"),
	Linux: "tcp_cwnd_reduction",
})

// prr sets cwnd for one ACK of an episode of reduction (tcp_cwnd_reduction).
func (c *Conn) prr(x *Ctx, delivered, lost uint32, advanced bool) {
	if delivered == 0 || c.PriorCwnd == 0 {
		return
	}
	defer x.Enter(prrRule)()
	c.Prr.Delivered += delivered
	send := int64(0)
	if x.When(prrAbove, trace.Gt("in flight", c.inFlight(), "ssthresh", c.Ssthresh).In(trace.UnitSegments)) {
		up := uint64(c.Ssthresh)*uint64(c.Prr.Delivered) + uint64(c.PriorCwnd) - 1
		send = int64(up/uint64(c.PriorCwnd)) - int64(c.Prr.Out)
	} else {
		send = max(int64(c.Prr.Delivered)-int64(c.Prr.Out), int64(delivered))
		if advanced && lost == 0 {
			send++
		}
		send = min(int64(c.Ssthresh)-int64(c.inFlight()), send)
	}
	if c.Prr.Out == 0 {
		send = max(send, 1) // the first retransmission is never held back
	}
	c.Cwnd = uint32(max(int64(c.inFlight())+max(send, 0), 1))
}

var reductionEnd = trace.Declare(trace.Rule{
	ID:    "cwnd.reduced",
	Says:  "The reduction is complete: cwnd is ssthresh now, and grows slowly from here.",
	RFC:   trace.Cites("RFC 9937 §5", "RFC 5681 §3.2"),
	Linux: "tcp_end_cwnd_reduction",
})

// endReduction ends an episode of reduction (tcp_end_cwnd_reduction).
func (c *Conn) endReduction(x *Ctx) {
	if c.CC != BBR && c.Ssthresh < infSsthresh && (c.CA == CWR || c.UndoMarker != 0) {
		defer x.Enter(reductionEnd)()
		c.Cwnd = c.Ssthresh
		c.CwndStamp = x.Now
	}
}

// congControl adjusts cwnd for one ACK (tcp_cong_control).
func (c *Conn) congControl(x *Ctx, delivered, lost uint32, r *rateSample, f *ackFlags) {
	if c.CC == BBR {
		if c.BBR.Mode != BBRNone {
			c.bbrMain(x, r)
		}
		return
	}
	defer c.updatePacingRate(x)
	if c.inReduction() {
		c.prr(x, delivered, lost, f.advanced)
		return
	}
	may := f.dataAcked
	if c.Reordering > x.Sys.Reordering {
		may = f.acked() || f.sacked
	}
	if may {
		c.growCwnd(x, delivered)
	}
}
