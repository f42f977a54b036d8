package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// The congestion states of Linux, and what leads from one to the next:
//
//	        dup ACK, SACK            loss proven
//	  Open ───────────────▶ Disorder ───────────▶ Recovery ─┐
//	   ▲ ◀── all in order ─────┘                            │ high_seq
//	   │                                                    │ acknowledged,
//	   ├◀── above high_seq ── CWR ◀── ECN, probe ── Open    │ or undone
//	   └◀───────────────────────────────────────────────────┤
//	                    timeout, from any: Loss ────────────┘
//
//	in flight = packets_out − sacked_out − lost_out + retrans_out
//
// RACK says which segments are lost; the state says how cwnd follows; neither
// sends. That is done by retransmitQueue and writeXmit once cwnd is known.

var lossProven = trace.Declare(trace.Rule{
	ID:    "recovery.time",
	Says:  "Recovery begins as soon as one segment is known to be lost.",
	RFC:   trace.Cites("RFC 8985 §6.2", "RFC 6675 §5"),
	Linux: "tcp_time_to_recover",
})

// fastRetransAlert updates what is believed about loss, and the congestion state.
// It neither lowers cwnd nor sends (tcp_fastretrans_alert).
func (c *Conn) fastRetransAlert(x *Ctx, s *wire.Segment, prior wire.Seq, dup uint32, f *ackFlags, again *rexmit) {
	if c.PacketsOut == 0 {
		c.SackedOut = 0
	}
	if f.ece {
		c.PriorSsthresh = 0
	}
	if c.checkReneging(x, f) {
		return
	}
	if c.CA == Open {
		c.RetStamp = 0
	} else if !c.SndUna.Before(c.HighSeq) && c.leaveState(x, s) {
		return
	}
	switch c.CA {
	case Recovery:
		if c.inRecovery(x, s, prior, dup, f) {
			return
		}
	case Loss:
		c.inLoss(x, s, dup, f, again)
		if c.CA != Loss {
			c.Stats.recovered(x)
		}
		c.identifyLoss(x, f)
		if c.CA != Open && !f.lostRetrans {
			return
		}
		if !c.disorder(x, dup, f) {
			return
		}
	default:
		if !c.disorder(x, dup, f) {
			return
		}
	}
	*again = rexmitLost
}

// leaveState ends CWR and Recovery once high_seq is acknowledged. stop: nothing
// more is to be judged.
func (c *Conn) leaveState(x *Ctx, s *wire.Segment) (stop bool) {
	switch c.CA {
	case CWR:
		if c.SndUna != c.HighSeq {
			c.endReduction(x)
			c.setCA(x, Open)
		}
	case Recovery:
		if !c.SackOK {
			c.SackedOut = 0
		}
		if c.tryUndoRecovery(x, s) {
			return true
		}
		c.endReduction(x)
	}
	return false
}

func (c *Conn) inRecovery(x *Ctx, s *wire.Segment, prior wire.Seq, dup uint32, f *ackFlags) (stop bool) {
	if !f.advanced {
		if !c.SackOK {
			c.addRenoSack(x, dup)
		}
	} else if c.tryUndoPartial(x, s, prior) {
		return true
	}
	if c.tryUndoDsack(x) {
		c.tryToOpen(x, f, c.anyRetransDone(c.RetransOut))
	}
	c.identifyLoss(x, f)
	if c.CA != Recovery {
		if c.LostOut == 0 {
			return true
		}
		c.enterRecovery(x, c.anyRetransDone(c.RetransOut))
	}
	return false
}

// disorder is for Open, Disorder and CWR; it reports whether recovery has begun.
func (c *Conn) disorder(x *Ctx, dup uint32, f *ackFlags) bool {
	if !c.SackOK {
		if f.advanced {
			c.SackedOut = 0
		}
		c.addRenoSack(x, dup)
	}
	if c.CA <= Disorder {
		c.tryUndoDsack(x)
	}
	c.identifyLoss(x, f)
	if !x.When(lossProven, trace.Gt("lost_out", c.LostOut, "none", 0).In(trace.UnitSegments)) {
		c.tryToOpen(x, f, c.anyRetransDone(c.RetransOut))
		return false
	}
	if c.mtuProbeLost(x) {
		return false
	}
	c.enterRecovery(x, c.anyRetransDone(c.RetransOut))
	return true
}

// identifyLoss marks lost segments (tcp_identify_packet_loss).
func (c *Conn) identifyLoss(x *Ctx, f *ackFlags) {
	if len(c.Rtx) == 0 {
		return
	}
	if !c.SackOK {
		c.newRenoMarkLost(x, f.advanced)
		return
	}
	prior := c.RetransOut
	if c.rackMarkLost(x) {
		f.setTimer = false
	}
	if prior > c.RetransOut {
		f.lostRetrans = true
	}
}

var newRenoLost = trace.Declare(trace.Rule{
	ID: "newreno.lost",
	Says: "Three duplicate ACKs, or an ACK in recovery that covers only a part, point to the oldest segment; " +
		"without SACK they point to no other.",
	RFC:   trace.Cites("RFC 6582 §3.2", "RFC 5681 §3.2"),
	Linux: "tcp_newreno_mark_lost",
})

func (c *Conn) newRenoMarkLost(x *Ctx, advanced bool) {
	if (c.CA < Recovery && x.When(newRenoLost, trace.Ge("duplicate ACKs", c.SackedOut, "tcp_reordering", c.Reordering))) ||
		(c.CA == Recovery && advanced) {
		if k := &c.Rtx[0]; !k.Lost {
			defer x.Enter(newRenoLost)()
			if k.Segs > 1 {
				c.splitRtx(0, uint32(k.Size), uint32(k.Size), c.books())
			}
			c.markLost(x, &c.Rtx[0])
		}
	}
}

var enterRecoveryRule = trace.Declare(trace.Rule{
	ID: "recovery.enter",
	Says: "A loss is proven while acknowledgments still come: fast recovery. ssthresh is set to what the congestion control thinks right, " +
		"and cwnd goes there step by step within a round trip.",
	RFC:     trace.Cites("RFC 5681 §3.2", "RFC 6675 §5", "RFC 9937 §5"),
	Linux:   "tcp_enter_recovery",
	Differs: "RFC 5681 sets cwnd to ssthresh + 3 at once and inflates it with each duplicate ACK; Linux lowers it gradually (PRR) and never inflates.",
})

// enterRecovery begins fast recovery (tcp_enter_recovery).
func (t *TCB) enterRecovery(x *Ctx, repeated bool) {
	defer x.Enter(enterRecoveryRule)()
	if !repeated {
		t.RetStamp = 0
	}
	if t.SackOK {
		x.Count(TCPSackRecovery)
	} else {
		x.Count(TCPRenoRecovery)
	}
	t.PriorSsthresh = 0
	t.initUndo()
	if !t.inReduction() {
		t.PriorSsthresh = t.currentSsthresh()
		t.initReduction(x)
	}
	t.setCA(x, Recovery)
}

// checkReneging: the peer has dropped what it said it held. The sender waits a
// moment, then treats it as a timeout (tcp_check_sack_reneging).
func (t *TCB) checkReneging(x *Ctx, f *ackFlags) bool {
	if !f.reneging || !f.advanced {
		return false
	}
	defer x.Enter(renegeRule)()
	half := ceilJiffy(sim.Duration(t.SRTT>>4) * sim.Microsecond)
	t.armXmit(x, TimerRTO, max(half, ceilJiffy(10*sim.Millisecond)), HowReneged, dur(half, 10*sim.Millisecond))
	f.setTimer = false
	return true
}

var renegeRule = trace.Declare(trace.Rule{
	ID:    "sack.reneging",
	Says:  "The cumulative ACK stops below a segment that the peer once held: it has thrown it away. If that does not change in a moment, all is sent again.",
	RFC:   trace.Cites("RFC 2018 §8"),
	Linux: "tcp_check_sack_reneging",
})

var keepOpen = trace.Declare(trace.Rule{
	ID:    "state.open-or-disorder",
	Says:  "Nothing is known to be lost. While segments are held out of order, or a retransmission is on its way, the state is Disorder; else Open.",
	RFC:   trace.Cites("RFC 5681 §3.2"),
	Linux: "tcp_try_keep_open",
})

// tryKeepOpen (tcp_try_keep_open).
func (t *TCB) tryKeepOpen(x *Ctx, repeated bool) {
	s := Open
	if t.leftOut() > 0 || repeated {
		s = Disorder
	}
	if t.CA != s {
		defer x.Enter(keepOpen)()
		t.setCA(x, s)
		t.HighSeq = t.SndNxt
	}
}

// tryToOpen (tcp_try_to_open).
func (t *TCB) tryToOpen(x *Ctx, f *ackFlags, repeated bool) {
	if !repeated {
		t.RetStamp = 0
	}
	if f.ece {
		t.enterCWR(x)
	}
	if t.CA != CWR {
		t.tryKeepOpen(x, repeated)
	}
}

// enterCWR reduces cwnd without a loss (tcp_enter_cwr).
func (t *TCB) enterCWR(x *Ctx) {
	t.PriorSsthresh = 0
	if t.CA < CWR {
		t.UndoMarker = 0
		t.initReduction(x)
		t.setCA(x, CWR)
	}
}

var frtoReal = trace.Declare(trace.Rule{
	ID:    "frto.real",
	Says:  "After the new data only duplicate ACKs came: the timeout was right, and the lost segments are repeated.",
	RFC:   trace.Cites("RFC 5682 §3.1"),
	Linux: "tcp_process_loss",
})

var frtoNew = trace.Declare(trace.Rule{
	ID: "frto.try-new-data",
	Says: "The first ACK after a timeout moves forward. Perhaps nothing was lost, only late. Instead of repeating more, new data is sent: " +
		"the next ACK will tell.",
	RFC:   trace.Cites("RFC 5682 §2.1", "RFC 5682 §3.1"),
	Linux: "tcp_process_loss",
})

// inLoss handles an ACK after a timeout (tcp_process_loss).
func (c *Conn) inLoss(x *Ctx, s *wire.Segment, dup uint32, f *ackFlags, again *rexmit) {
	recovered := !c.SndUna.Before(c.HighSeq)
	if f.advanced && c.tryUndoLoss(x, s, false) {
		return
	}
	if c.Frto {
		if f.origAcked && c.tryUndoLoss(x, s, true) {
			return
		}
		if c.SndNxt.After(c.HighSeq) {
			if f.sacked || dup > 0 {
				defer x.Enter(frtoReal)()
				c.Frto = false
			}
		} else if f.advanced && !recovered {
			c.HighSeq = c.SndNxt
			if len(c.Wq) > 0 && c.sndEnd().After(c.SndNxt) {
				x.Note(frtoNew)
				*again = rexmitNew
				return
			}
			c.Frto = false
		}
	}
	if recovered {
		c.tryUndoRecovery(x, s)
		return
	}
	if !c.SackOK {
		if c.SndNxt.After(c.HighSeq) && dup > 0 {
			c.addRenoSack(x, dup)
		} else if f.advanced {
			c.SackedOut = 0
		}
	}
	*again = rexmitLost
}

// xmitRecovery sends what the judgement allows (tcp_xmit_recovery).
func (c *Conn) xmitRecovery(x *Ctx, again rexmit) {
	if again == rexmitNone || c.State == SynSent {
		return
	}
	if again == rexmitNew {
		c.pushPending(x, c.currentMSS(), pushAll)
		if c.SndNxt.After(c.HighSeq) {
			return
		}
		c.Frto = false
	}
	c.retransmitQueue(x)
}
