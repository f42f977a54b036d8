package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// dupThresh is how many duplicate ACKs a sender without SACK waits for before it
// repeats a segment: so many are never saved.
const dupThresh = 3

var sackCompress = trace.Declare(trace.Rule{
	ID: "ack.compress",
	Says: "Three duplicate ACKs have told of the gap. From here on one ACK, a little later, tells of several segments that wait behind it: " +
		"its SACK blocks leave nothing out.",
	RFC:     trace.Cites("RFC 5681 §4.2", "RFC 2018 §4"),
	Linux:   "__tcp_ack_snd_check",
	Differs: "RFC 5681 asks for an ACK at once for every segment out of order; Linux waits a twentieth of the round trip, 1 ms at most.",
})

var sackCompressed = trace.Declare(trace.Rule{
	ID:    "ack.compress-over",
	Says:  "The short wait is over, or a third SACK block needs telling: one ACK stands for those that were saved.",
	RFC:   trace.Cites("RFC 2018 §4"),
	Linux: "tcp_compressed_ack_kick",
})

// compress saves the ACK of a segment out of order, if enough have left for the
// same gap. It reports whether it did.
func (t *TCB) compress(x *Ctx) bool {
	if !t.mayCompress(x, t.SackOK) || t.CompSeq != t.RcvNxt || t.DupAckCnt < dupThresh {
		return false
	}
	defer x.Enter(sackCompress)()
	t.CompAcks++
	if t.CompAt != sim.Never {
		return true
	}
	rtt := t.RcvRTT
	if t.SRTT > 0 && t.SRTT < rtt {
		rtt = t.SRTT
	}
	wait := min(sim.Duration(rtt)*(sim.Microsecond/8)/20, x.Sys.CompSackDelay)
	t.CompAt = x.Now.Add(wait + x.Sys.CompSackSlack)
	x.length(t.ID, TimerComp, t.CompAt, HowCompress, dur(sim.Duration(rtt)*(sim.Microsecond/8)/20, x.Sys.CompSackDelay, x.Sys.CompSackSlack))
	return true
}

func (d *Delack) mayCompress(x *Ctx, sackOK bool) bool {
	return sackOK && uint32(d.CompAcks) < x.Sys.CompSackNr
}

// tellGap sends the ACK of a segment out of order, or of one that filled a gap.
func (c *Conn) tellGap(x *Ctx) {
	defer x.Enter(ackGap)()
	if c.AckPending&ackAtOnce == 0 && c.mayCompress(x, c.SackOK) {
		if c.CompSeq != c.RcvNxt {
			c.CompSeq, c.DupAckCnt = c.RcvNxt, 0
		}
		c.DupAckCnt++
	}
	c.sendAck(x)
}

// onCompress is the timer of saved ACKs (tcp_compressed_ack_kick).
func (c *Conn) onCompress(x *Ctx) {
	defer x.Enter(sackCompressed)()
	c.CompAt = sim.Never
	if c.CompAcks > 0 {
		c.CompAcks--
		c.sendAck(x)
	}
}

// flushCompressed sends the ACK that was saved, before its blocks do not fit any more
// (tcp_sack_compress_send_ack).
func (c *Conn) flushCompressed(x *Ctx) {
	if c.CompAcks > 0 {
		c.onCompress(x)
	}
}
