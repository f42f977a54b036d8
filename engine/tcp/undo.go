package tcp

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// initUndo remembers what is needed to take a reduction back (tcp_init_undo).
func (t *TCB) initUndo() {
	t.UndoMarker = t.SndUna
	t.UndoRetrans = int32(t.RetransOut)
	if t.TLPHigh != 0 && t.TLPRetrans {
		t.UndoRetrans++
	}
	if t.UndoRetrans == 0 {
		t.UndoRetrans = -1 // 0 would mean: every retransmission has proved needless
	}
}

var undoAsk = trace.Declare(trace.Rule{
	ID: "undo.possible",
	Says: "Was the retransmission needless? Yes, when every copy was reported as a duplicate, " +
		"or when the ACK echoes a timestamp from before the first copy.",
	RFC:   trace.Cites("RFC 3522 §3", "RFC 4015 §3", "RFC 3708 §3"),
	Linux: "tcp_may_undo",
})

func (t *TCB) mayUndo(x *Ctx, s *wire.Segment) bool {
	if t.UndoMarker == 0 {
		return false
	}
	return x.When(undoAsk, trace.Is("every retransmission proved needless", t.UndoRetrans == 0 || t.packetDelayed(s)))
}

// packetDelayed: the acknowledged segment was late, not lost (tcp_packet_delayed).
func (t *TCB) packetDelayed(s *wire.Segment) bool {
	if t.RetStamp != 0 {
		return t.echoBefore(s, t.RetStamp)
	}
	if !t.SackOK && !t.SndUna.Before(t.HighSeq) {
		return false
	}
	return t.State != SynSent
}

var undoRule = trace.Declare(trace.Rule{
	ID:    "undo.cwnd",
	Says:  "The loss was an illusion: cwnd and ssthresh go back to what they were before.",
	RFC:   trace.Cites("RFC 4015 §3.2", "RFC 5682 §4"),
	Linux: "tcp_undo_cwnd_reduction",
})

// undo takes a reduction back (tcp_undo_cwnd_reduction). unmark: what was
// sent is not lost after all.
func (t *TCB) undo(x *Ctx, sent []Skb, unmark bool) {
	defer x.Enter(undoRule)()
	if unmark {
		for i := range sent {
			sent[i].Lost = false
		}
		t.LostOut = 0
	}
	if t.PriorSsthresh != 0 {
		t.Cwnd = t.cc().undoCwnd(t.ccSock())
		if t.PriorSsthresh > t.Ssthresh {
			t.Ssthresh = t.PriorSsthresh
			t.QueueCWR = false
		}
	}
	t.CwndStamp = x.Now
	t.UndoMarker = 0
	t.Rack.Advanced = true
}

var recoveryDone = trace.Declare(trace.Rule{
	ID:    "recovery.done",
	Says:  "Everything that was outstanding when the trouble began has been acknowledged: the episode is over.",
	RFC:   trace.Cites("RFC 6582 §3.2", "RFC 6675 §5"),
	Linux: "tcp_try_undo_recovery",
})

var renoHold = trace.Declare(trace.Rule{
	ID:    "newreno.hold",
	Says:  "Without SACK the state is kept until something above is acknowledged: late duplicate ACKs must not start another recovery.",
	RFC:   trace.Cites("RFC 6582 §4"),
	Linux: "tcp_is_non_sack_preventing_reopen",
})

// tryUndoRecovery ends Recovery or Loss; hold: the state has to be kept
// (tcp_try_undo_recovery).
func (c *Conn) tryUndoRecovery(x *Ctx, s *wire.Segment) (hold bool) {
	if c.mayUndo(x, s) {
		if c.CA == Loss {
			x.Count(TCPLossUndo)
		} else {
			x.Count(TCPFullUndo)
		}
		c.undo(x, nil, false)
	} else if c.Rack.Persist > 0 {
		c.Rack.Persist--
	}
	if c.holdOpen(x, c.anyRetransDone(c.RetransOut)) {
		return true
	}
	defer x.Enter(recoveryDone)()
	c.setCA(x, Open)
	return false
}

func (t *TCB) holdOpen(x *Ctx, repeated bool) bool {
	if t.SndUna != t.HighSeq || t.SackOK {
		return false
	}
	defer x.Enter(renoHold)()
	if !repeated {
		t.RetStamp = 0
	}
	return true
}

var undoDsack = trace.Declare(trace.Rule{
	ID:    "undo.dsack",
	Says:  "Every retransmission has been reported as a duplicate: the reduction is taken back.",
	RFC:   trace.Cites("RFC 3708 §3"),
	Linux: "tcp_try_undo_dsack",
})

func (t *TCB) tryUndoDsack(x *Ctx) bool {
	if t.UndoMarker == 0 || t.UndoRetrans != 0 {
		return false
	}
	defer x.Enter(undoDsack)()
	t.Rack.Persist = min(16, t.Rack.Persist+1)
	t.undo(x, nil, false)
	x.Count(TCPDSACKUndo)
	return true
}

var undoPartial = trace.Declare(trace.Rule{
	ID:    "undo.partial",
	Says:  "The hole was filled by the original, which was only late: the network reorders more than was thought.",
	RFC:   trace.Cites("RFC 4015 §3.2"),
	Linux: "tcp_try_undo_partial",
})

// tryUndoPartial judges an ACK that covers a part of what is being recovered;
// stop: nothing more is to be marked or repeated for now.
func (c *Conn) tryUndoPartial(x *Ctx, s *wire.Segment, prior wire.Seq) (stop bool) {
	if c.UndoMarker == 0 || !c.packetDelayed(s) {
		return false
	}
	defer x.Enter(undoPartial)()
	c.checkSackReordering(x, prior, true)
	if c.RetransOut > 0 {
		return true
	}
	if !c.anyRetransDone(c.RetransOut) {
		c.RetStamp = 0
	}
	c.undo(x, c.Rtx, true)
	x.Count(TCPPartialUndo)
	c.tryKeepOpen(x, c.anyRetransDone(c.RetransOut))
	return false
}

var undoTimeout = trace.Declare(trace.Rule{
	ID: "undo.timeout",
	Says: "The timeout was premature: what it declared lost had arrived, or was only late. cwnd and ssthresh are restored, " +
		"and nothing more is repeated.",
	RFC:   trace.Cites("RFC 5682 §3.1", "RFC 4015 §3.2"),
	Linux: "tcp_try_undo_loss",
})

// tryUndoLoss takes a timeout back (tcp_try_undo_loss).
func (c *Conn) tryUndoLoss(x *Ctx, s *wire.Segment, frto bool) bool {
	if !frto && !c.mayUndo(x, s) {
		return false
	}
	defer x.Enter(undoTimeout)()
	c.undo(x, c.Rtx, true)
	x.Count(TCPLossUndo)
	if frto {
		x.Count(TCPSpuriousRTOs)
	}
	c.Retries = 0
	if c.holdOpen(x, c.anyRetransDone(c.RetransOut)) {
		return true
	}
	if frto || c.SackOK {
		c.setCA(x, Open)
	}
	return true
}
