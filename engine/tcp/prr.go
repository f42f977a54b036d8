package tcp

import "wirestep/engine/trace"

// Proportional rate reduction (RFC 9937): cwnd comes down to ssthresh within the round trip
// of a recovery, not at once and not by waiting.
//
//	in flight > ssthresh    send ssthresh / prior_cwnd of what is delivered
//	else                    send as much as is delivered, and one more if nothing
//	                        else is lost: up to ssthresh

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
func (t *TCB) initReduction(x *Ctx) {
	defer x.Enter(reductionStart)()
	t.HighSeq = t.SndNxt
	t.TLPHigh = 0
	t.CwndCnt = 0
	t.PriorCwnd = t.Cwnd
	t.Prr = PRR{}
	t.Ssthresh = t.cc().ssthresh(x, t.ccSock())
	t.ecnQueueCWR()
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

// step sets cwnd for one ACK of an episode of reduction (tcp_cwnd_reduction).
func (p *PRR) step(x *Ctx, s *Sender, delivered, lost uint32, advanced bool) {
	if delivered == 0 || s.PriorCwnd == 0 {
		return
	}
	defer x.Enter(prrRule)()
	p.Delivered += delivered
	send := int64(0)
	if x.When(prrAbove, trace.Gt("in flight", s.inFlight(), "ssthresh", s.Ssthresh).In(trace.UnitSegments)) {
		up := uint64(s.Ssthresh)*uint64(p.Delivered) + uint64(s.PriorCwnd) - 1
		send = int64(up/uint64(s.PriorCwnd)) - int64(p.Out)
	} else {
		send = max(int64(p.Delivered)-int64(p.Out), int64(delivered))
		if advanced && lost == 0 {
			send++
		}
		send = min(int64(s.Ssthresh)-int64(s.inFlight()), send)
	}
	if p.Out == 0 {
		send = max(send, 1) // the first retransmission is never held back
	}
	s.Cwnd = uint32(max(int64(s.inFlight())+max(send, 0), 1))
}
