package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var seqAcceptable = trace.Declare(trace.Rule{
	ID:    "seq.acceptable",
	Says:  "A segment is looked at only if some of it lies in the receive window. Anything else is an old duplicate or not meant for this connection.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4", "RFC 9293 §3.4"),
	Linux: "tcp_sequence",
})

var seqUnacceptable = trace.Declare(trace.Rule{
	ID:    "seq.unacceptable",
	Says:  "The segment lies outside the receive window: it is discarded, and an ACK tells the sender where this side really is.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_validate_incoming",
	Drops: true,
})

var pawsCheck = trace.Declare(trace.Rule{
	ID:    "paws.check",
	Says:  "The timestamp of a new segment is never older than one already seen: an older one marks a segment from before a wrap of the sequence numbers, or from another connection.",
	RFC:   trace.Cites("RFC 7323 §5.3"),
	Linux: "tcp_paws_check",
})

var pawsDrop = trace.Declare(trace.Rule{
	ID:    "paws.drop",
	Says:  "Its timestamp is too old: the segment is discarded and answered with an ACK.",
	RFC:   trace.Cites("RFC 7323 §5.3"),
	Linux: "tcp_validate_incoming",
	Drops: true,
})

var pawsOldAck = trace.Declare(trace.Rule{
	ID:      "paws.old-ack",
	Says:    "An ACK without data, with an old timestamp and from below RCV.NXT: it was overtaken by others on the way. It is discarded without an answer.",
	RFC:     trace.Cites("RFC 7323 §5.3"),
	Linux:   "tcp_disordered_ack_check",
	Differs: "RFC 7323 would answer it with an ACK.",
	Drops:   true,
})

// checkSequence is the first step, with PAWS before it. A false answer: the
// segment is done with.
func (c *Conn) checkSequence(x *Ctx, s *wire.Segment) bool {
	if s.Flags&(wire.ACK|wire.RST|wire.SYN) == 0 {
		c.Stats.drop(x, ackMissing)
		return false
	}
	rst := s.Flags.Has(wire.RST)
	if c.pawsReject(x, s) && !rst {
		if s.Flags.Has(wire.SYN) {
			c.synChallenge(x)
			return false
		}
		if s.Flags.Has(wire.ACK) && s.Len() == 0 && s.Seq.Before(c.RcvNxt) {
			x.Count(PAWSOldAck)
			c.Stats.drop(x, pawsOldAck)
			return false
		}
		x.Count(PAWSEstab)
		c.Stats.drop(x, pawsDrop)
		if !c.oowLimited(x, s, TCPACKSkippedPAWS) {
			c.sendDupAck(x, s)
		}
		return false
	}
	old := x.When(seqAcceptable, c.rcvCheck("SEG.END", s.End(), trace.OpLT, "rcv_wup", c.RcvWup))
	edge := c.RcvNxt + wire.Seq(c.receiveWindow())
	beyond := !old && (s.End() - finLen(s)).After(edge) && // Linux: a FIN needs no room
		(s.Seq.After(edge) || len(c.Rcv) > 0) // Linux: an empty queue still takes what starts inside
	if beyond {
		x.When(seqAcceptable, c.rcvCheck("SEG.END", s.End(), trace.OpGT, "RCV.NXT + RCV.WND", edge))
	}
	if !old && !beyond {
		return true
	}
	if rst {
		if c.resetAfterFin(x, s) {
			c.reset(x)
		} else {
			c.Stats.drop(x, resetOutside)
		}
		return false
	}
	if s.Flags.Has(wire.SYN) {
		c.synChallenge(x)
		return false
	}
	if beyond {
		x.Count(BeyondWindow)
	}
	c.Stats.drop(x, seqUnacceptable)
	if !c.oowLimited(x, s, TCPACKSkippedSeq) {
		c.sendDupAck(x, s)
	}
	return false
}

// pawsReject reports whether the timestamp is from the past (tcp_paws_discard).
func (c *Conn) pawsReject(x *Ctx, s *wire.Segment) bool {
	if !c.TSOK || !s.Opts.On(wire.HasTS) || c.TSRecent == 0 {
		return false
	}
	age := int32(c.TSRecent - s.Opts.TSVal)
	ok := x.When(pawsCheck, trace.Le("TS.Recent − SEG.TSval", age, "slack", 1))
	if ok || x.Now.Sub(c.TSStamp) >= 24*24*60*sim.Minute {
		return false
	}
	return !c.disorderedAck(s, age)
}

// disorderedAck: a bare ACK that overtook a newer one says nothing wrong
// (tcp_disordered_ack).
func (t *TCB) disorderedAck(s *wire.Segment, age int32) bool {
	bare := s.Flags.Has(wire.ACK) && s.Len() == 0 && s.Seq == t.RcvNxt
	moves := s.Ack.After(t.SndUna) || s.Seq.After(t.SndWl1) || (s.Seq == t.SndWl1 && uint32(s.Win)<<t.WScale > t.SndWnd)
	return bare && s.Ack == t.SndUna && !moves && int64(age) <= int64(t.RTO/sim.Millisecond)*1200/1000 // Linux: a clock of 1200 Hz may be meant
}

var resetOutside = trace.Declare(trace.Rule{
	ID:    "reset.outside",
	Says:  "A RST outside the window is ignored without an answer: an attacker who guesses learns nothing.",
	RFC:   trace.Cites("RFC 5961 §3.2"),
	Linux: "tcp_validate_incoming",
	Drops: true,
})

var resetExact = trace.Declare(trace.Rule{
	ID:      "reset.exact",
	Says:    "A RST ends the connection only if its sequence number is exactly the one expected next.",
	RFC:     trace.Cites("RFC 5961 §3.2", "RFC 9293 §3.10.7.4"),
	Linux:   "tcp_validate_incoming",
	Differs: "Linux also accepts the right edge of the highest block it holds out of order.",
})

var resetChallenge = trace.Declare(trace.Rule{
	ID:    "reset.challenge",
	Says:  "The RST is in the window, but not exact. A real peer that has lost its connection will answer the ACK with an exact RST; a forger will not see it.",
	RFC:   trace.Cites("RFC 5961 §3.2"),
	Linux: "tcp_validate_incoming",
	Drops: true,
})

var resetInWindow = trace.Declare(trace.Rule{
	ID:      "reset.in-window",
	Says:    "An old kernel: a RST anywhere in the window ends the connection. Whoever knows the four-tuple has to try one number in every window, and is soon done.",
	RFC:     trace.Cites("RFC 793 §3.4"),
	Linux:   "tcp_validate_incoming",
	Differs: "RFC 5961, and Linux since 3.6, want the exact number. Modelled after the source, not measured.",
})

var synInWindow = trace.Declare(trace.Rule{
	ID:      "syn.in-window",
	Says:    "An old kernel: a SYN in the window is an error, so the connection is reset, and a RST sent.",
	RFC:     trace.Cites("RFC 793 §3.9"),
	Linux:   "tcp_validate_incoming",
	Differs: "RFC 5961, and Linux since 3.6, answer with a challenge ACK. Modelled after the source, not measured.",
})

// checkReset is the second step: the RST bit.
func (c *Conn) checkReset(x *Ctx, s *wire.Segment) bool {
	if !s.Flags.Has(wire.RST) {
		return true
	}
	if x.When(resetExact, c.rcvCheck("SEG.SEQ", s.Seq, trace.OpEQ, "RCV.NXT", c.RcvNxt)) || c.resetAfterFin(x, s) {
		c.reset(x)
		return false
	}
	if x.Sys.RSTInWindow {
		x.Note(resetInWindow)
		c.reset(x)
		return false
	}
	if !x.Sys.RSTExact && c.SackOK && c.SackN > 0 {
		top := c.Sacks[0].End
		for _, b := range c.Sacks[:c.SackN] {
			top = wire.MaxSeq(top, b.End)
		}
		if s.Seq == top {
			c.reset(x)
			return false
		}
	}
	c.Stats.drop(x, resetChallenge)
	if c.SynFO && c.Stats.DataIn == 0 && c.State == Established {
		c.meetHole(x)
	}
	c.challenge(x)
	return false
}

// resetAfterFin: a RST numbered as the peer's FIN is taken too (tcp_reset_check).
func (t *TCB) resetAfterFin(x *Ctx, s *wire.Segment) bool {
	return !x.Sys.RSTExact && s.Seq == t.RcvNxt-1 && (t.State == CloseWait || t.State == LastAck || t.State == Closing)
}

var synChallenge = trace.Declare(trace.Rule{
	ID: "syn.challenge",
	Says: "A SYN in a connection that exists: whatever its number, it is answered with an ACK. If the peer really has restarted, " +
		"the ACK means nothing to it, its RST clears the way, and the next SYN gets through.",
	RFC:     trace.Cites("RFC 5961 §4.2", "RFC 9293 §3.10.7.4"),
	Linux:   "tcp_validate_incoming",
	Differs: "RFC 793 reset the connection on a SYN in the window.",
	Drops:   true,
})

// checkSyn is the fourth step: the SYN bit.
func (c *Conn) checkSyn(x *Ctx, s *wire.Segment) bool {
	if !s.Flags.Has(wire.SYN) {
		if s.Flags.Has(wire.ACK) {
			return true
		}
		c.Stats.drop(x, ackMissing)
		return false
	}
	if c.State == SynRecv && s.Flags.Has(wire.ACK) && s.Len() == 1 && s.Seq+1 == c.RcvNxt && s.Ack == c.SndNxt {
		return true // Linux: the SYN-ACK of a simultaneous open
	}
	if x.Sys.RSTInWindow {
		x.Note(synInWindow)
		ReplyReset(x, s)
		c.reset(x)
		return false
	}
	c.synChallenge(x)
	return false
}

func (c *Conn) synChallenge(x *Ctx) {
	if c.State == Established {
		x.Count(InErrs)
	}
	x.Count(TCPSYNChallenge)
	c.Stats.drop(x, synChallenge)
	c.challenge(x)
}

var challengeAck = trace.Declare(trace.Rule{
	ID:    "challenge.ack",
	Says:  "A challenge ACK: what came is suspicious, so the peer is asked to prove that it meant it.",
	RFC:   trace.Cites("RFC 5961 §7"),
	Linux: "tcp_send_challenge_ack",
})

var challengeLimit = trace.Declare(trace.Rule{
	ID:    "challenge.limit",
	Says:  "Such answers are rationed: one per tcp_invalid_ratelimit and socket, so that two confused hosts, or an attacker, cannot make a storm of them.",
	RFC:   trace.Cites("RFC 5961 §7"),
	Linux: "__tcp_oow_rate_limited",
})

var challengeHost = trace.Declare(trace.Rule{
	ID: "challenge.host-limit",
	Says: "The host as a whole sends only so many challenge ACKs in a second. How many exactly is drawn anew each second: " +
		"from a fixed number an attacker could tell whether somebody else's connection has just got one.",
	RFC:     trace.Cites("RFC 5961 §7"),
	Linux:   "tcp_send_challenge_ack",
	Differs: "RFC 5961 suggests such a limit; Linux sets none by default, and limits each socket instead.",
})

// challenge sends a challenge ACK, unless one left a moment ago, or the host has
// sent enough (tcp_send_challenge_ack).
func (c *Conn) challenge(x *Ctx) {
	if limited(x, &c.LastOOW, TCPACKSkippedChallenge) {
		return
	}
	if x.Sys.ChallengeAckLimit != noChallengeLimit && !x.When(challengeHost, trace.Gt("challenge ACKs left in this second", x.challengesLeft(), "none", 0)) {
		return
	}
	defer x.Enter(challengeAck)()
	c.ChallengeAt = x.Now
	x.Count(TCPChallengeACK)
	x.Mem.ChallengeLeft -= min(x.Mem.ChallengeLeft, 1)
	c.sendAck(x)
}

const noChallengeLimit = 1<<31 - 1

// challengesLeft is how many challenge ACKs the host may still send in this second.
func (x *Ctx) challengesLeft() uint64 {
	if second := x.Now/sim.Time(sim.Second) + 1; x.Mem.ChallengeSecond != second {
		limit := uint64(x.Sys.ChallengeAckLimit)
		span := limit
		if limit == 0 {
			span = 1 << 32 // Linux: the upper end of the draw wraps round, so that 0 is no limit either
		}
		x.Mem.ChallengeSecond, x.Mem.ChallengeLeft = second, (limit+1)/2+x.Rand.Below(span)
	}
	return x.Mem.ChallengeLeft
}

// oowLimited reports whether the answer to an unacceptable segment is withheld.
// Data and FINs cannot be part of a loop of ACKs, so they are always answered
// (tcp_oow_rate_limited).
func (d *Delack) oowLimited(x *Ctx, s *wire.Segment, counter Counter) bool {
	if s.Len() > 0 && !s.Flags.Has(wire.SYN) {
		return false
	}
	return limited(x, &d.LastOOW, counter)
}

func limited(x *Ctx, last *sim.Time, counter Counter) bool {
	if *last != 0 && x.When(challengeLimit, trace.Dur("time since the last", x.Now.Sub(*last), trace.OpLT, "tcp_invalid_ratelimit", x.Sys.InvalidRatelimit)) {
		x.Count(counter)
		return true
	}
	*last = max(x.Now, 1)
	return false
}

// sendDupAck answers an unacceptable segment; what was received before is
// reported as a duplicate (tcp_send_dupack).
func (c *Conn) sendDupAck(x *Ctx, s *wire.Segment) {
	if s.Len() > 0 && s.Seq.Before(c.RcvNxt) {
		x.Count(DelayedACKLost)
		c.enterQuickAck(x, maxQuickAcks, c.RcvWnd)
		end := s.End()
		if end.After(c.RcvNxt) {
			end = c.RcvNxt
		}
		c.setDsack(x, s.Seq, end)
	}
	c.sendAck(x)
}

var resetTake = trace.Declare(trace.Rule{
	ID: "reset.take",
	Says: "The peer knows nothing of this connection any more, or wants nothing more of it. It ends here: " +
		"no farewell, no TIME_WAIT, and the application gets an error.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4", "RFC 9293 §3.5.3"),
	Linux: "tcp_reset",
})

// reset ends the connection because the peer said so (tcp_reset).
func (c *Conn) reset(x *Ctx) {
	defer x.Enter(resetTake)()
	switch c.State {
	case SynSent:
		c.Err = ECONNREFUSED
	case CloseWait:
		c.Err = EPIPE
	case Closed:
		return
	default:
		c.Err = ECONNRESET
	}
	c.purge(x)
	c.done(x)
}
