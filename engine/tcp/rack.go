package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Rack is what RACK remembers (RFC 8985 §6.1).
type Rack struct {
	At            sim.Time     // rack.mstamp [time]: when the latest segment known to have arrived was sent.
	No            uint32       // rack transmission [count]: which transmission that was, counted from the first.
	End           wire.Seq     // rack.end_seq [seq:snd]: its end: parts of one packet are ordered by it.
	XmitNo        uint32       `trace:"XmitNo"` // transmissions [count]: segments with sequence numbers sent so far.
	RTT           sim.Duration // rack.rtt_us [duration]: its round-trip time.
	Advanced      bool         // rack.advanced [bool]: something new has arrived since losses were last looked for.
	Dsack         bool         // rack.dsack_seen [bool]: a duplicate was reported in this round trip.
	Steps         uint8        // rack.reo_wnd_steps [count]: width of the reordering window in quarters of the smallest round trip.
	Persist       uint8        // rack.reo_wnd_persist [count]: recoveries for which that width is kept.
	LastDelivered uint32       // rack.last_delivered [segments]: delivered when the width was last changed.
}

var rackLost = trace.Declare(trace.Rule{
	ID: "rack.lost",
	Says: "A segment sent later has arrived, and this one has had a round trip and the reordering window to arrive as well. " +
		"It is believed lost.",
	RFC:   trace.Cites("RFC 8985 §6.2"),
	Linux: "tcp_rack_detect_loss",
})

var rackWindow = trace.Declare(trace.Rule{
	ID: "rack.reordering-window",
	Says: "How long to wait for a straggler: not at all when three later segments have arrived and no reordering was ever seen, " +
		"else a quarter of the smallest round trip, more after needless retransmissions.",
	RFC:   trace.Cites("RFC 8985 §6.2"),
	Linux: "tcp_rack_reo_wnd",
})

var rackWait = trace.Declare(trace.Rule{
	ID:    "rack.wait",
	Says:  "Not yet: the segment may only have been overtaken. A timer decides when the reordering window is over.",
	RFC:   trace.Cites("RFC 8985 §6.2", "RFC 8985 §6.3"),
	Linux: "tcp_rack_mark_lost",
})

// advance notes the latest transmission that is known to have arrived
// (tcp_rack_advance). Transmissions are ordered by their count: in virtual time
// many leave at the same instant.
func (r *Rack) advance(x *Ctx, k *Skb, minRTT sim.Duration) {
	rtt := x.Now.Sub(k.SentAt)
	if rtt < minRTT && k.EverRetx {
		return // the answer came too soon to be for the copy
	}
	r.Advanced = true
	r.RTT = rtt
	if r.No == 0 || sentAfter(k.No, r.No, k.End, r.End) {
		r.At, r.No, r.End = k.SentAt, k.No, k.End
	}
}

// sentAfter orders transmissions by their count, and parts of one by their end
// (tcp_rack_sent_after).
func sentAfter(a, b uint32, aEnd, bEnd wire.Seq) bool {
	return int32(a-b) > 0 || a == b && aEnd.After(bEnd)
}

// reoWnd is how long a segment may be late (tcp_rack_reo_wnd).
func (r *Rack) reoWnd(x *Ctx, s *Sender) sim.Duration {
	if s.ReordSeen == 0 {
		if s.CA >= Recovery {
			return 0
		}
		if x.Sys.Recovery&4 == 0 && x.When(rackWindow, trace.Ge("sacked_out", s.SackedOut, "tcp_reordering", s.Reordering).In(trace.UnitSegments)) {
			return 0
		}
	}
	return min(s.MinRTT/4*sim.Duration(max(r.Steps, 1)), s.srtt())
}

// detect marks what of the buffers that were sent is lost by now. It returns how long the last of the
// others still has (tcp_rack_detect_loss). What it has marked once is out of its queue until it is sent
// again, also when the mark is taken back by an undo.
func (r *Rack) detect(x *Ctx, s *Sender, sent []Skb) (wait sim.Duration) {
	wnd := r.reoWnd(x, s)
	for i := range sent {
		k := &sent[i]
		if k.Sacked || k.Judged || (k.Lost && !k.Retrans) {
			continue
		}
		if !sentAfter(r.No, k.No, r.End, k.End) {
			continue
		}
		left := k.SentAt.Add(r.RTT + wnd).Sub(x.Now)
		if left <= 0 {
			s.rackMark(x, k)
		} else {
			wait = max(wait, left)
		}
	}
	return wait
}

func (s *Sender) rackMark(x *Ctx, k *Skb) {
	defer x.Enter(rackLost)()
	s.markLost(x, k)
	k.Judged = true
}

// rackMarkLost looks for losses when something new has arrived, and reports
// whether the reordering timer now runs (tcp_rack_mark_lost).
func (c *Conn) rackMarkLost(x *Ctx) bool {
	if !c.Rack.Advanced {
		return false
	}
	c.Rack.Advanced = false
	wait := c.Rack.detect(x, &c.Sender, c.Rtx)
	if wait == 0 {
		return false
	}
	defer x.Enter(rackWait)()
	c.armXmit(x, TimerReo, min(ceilJiffy(wait+2*sim.Millisecond), c.RTO), HowReorder, dur(wait, c.RTO))
	return true
}

var reoFire = trace.Declare(trace.Rule{
	ID:    "rack.fire",
	Says:  "The reordering window is over. What has not arrived by now is believed lost, and recovery begins.",
	RFC:   trace.Cites("RFC 8985 §6.3"),
	Linux: "tcp_rack_reo_timeout",
})

// onReo is the reordering timer (tcp_rack_reo_timeout).
func (c *Conn) onReo(x *Ctx) {
	defer x.Enter(reoFire)()
	c.stopXmit()
	prior := c.inFlight()
	lost := c.Lost
	c.Rack.detect(x, &c.Sender, c.Rtx)
	if prior != c.inFlight() {
		if c.CA != Recovery {
			c.enterRecovery(x, c.anyRetransDone(c.RetransOut))
			if !c.cc().setsCwnd() {
				c.Prr.step(x, &c.Sender, 1, c.Lost-lost, false)
			}
		}
		c.retransmitQueue(x)
	}
	if c.XmitKind != TimerRTO && c.PacketsOut > 0 {
		c.resumeRTO(x)
	}
}

// updateReoWnd widens the reordering window after needless retransmissions
// (tcp_rack_update_reo_wnd).
func (r *Rack) updateReoWnd(x *Ctx, prior, delivered uint32) {
	if x.Sys.Recovery&2 != 0 || prior == 0 {
		return
	}
	if int32(prior-r.LastDelivered) < 0 {
		r.Dsack = false
	}
	if r.Dsack {
		r.Steps = min(max(r.Steps, 1)+1, 254)
		r.Dsack = false
		r.LastDelivered = delivered
		r.Persist = 16
	} else if r.Persist == 0 {
		r.Steps = 1
	}
}
