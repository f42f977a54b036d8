package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Accurate ECN (draft-ietf-tcpm-accurate-ecn): every segment tells how many packets
// came marked, in the three flags AE, CWR and ECE taken as one number (ACE), and how
// many bytes, in an option. Linux 6.18 has it, but tcp_ecn does not go above 2 there:
// nothing asks for it. What is left is a client that asked for RFC 3168 and whose
// SYN-ACK comes back with other flags than ECE alone.

// accState is what a connection with Accurate ECN keeps: beside the control block,
// because no other has any use for it.
type accState struct {
	RcvCE, RcvE0, RcvE1 uint32 // received_ecn_bytes
	DlvCE, DlvE0, DlvE1 uint32 // delivered_ecn_bytes, as the peer counts them
	Fields              uint8  // accecn_minlen: so many counters the next option has to have
	Pending             uint8  // received_ce_pending: marks not told yet
	Demand              uint8  // accecn_opt_demand: so many segments will carry the option
	Prev                wire.ECN
	Guess               wire.ECN // est_ecnfield: what the bytes acknowledged without an option are taken for
	Option              accOption
	OptionAt            sim.Time // accecn_opt_tstamp
	Now                 sim.Time // when a segment last came or left
	Reflect             bool     // the next ACK completes the handshake: it tells how the SYN-ACK came
	SynAckECN           wire.ECN // syn_ect_rcv
	Every, Beacon       uint8    // tcp_ecn_option, tcp_ecn_option_beacon
	Failed              bool     // TCP_ACCECN_ACE_FAIL_RECV: the peer's count cannot be believed
}

// accOption is what has been seen of the peer's option (saw_accecn_opt).
type accOption uint8

const (
	accUnseen accOption = iota
	accEmpty
	accCounts
	accBroken // its counters are zero where they cannot be
)

const (
	aceStart    = 5 // the count begins with 5, so that 0 shows a box that clears the flags
	aceMask     = 7
	acePending  = 6 // so many marks may wait to be told
	accMaxBytes = 1<<23 - 1
)

// aceFlags spells a count in the three flags, the lowest bit in ECE.
func aceFlags(n uint32) wire.Flags { return wire.Flags(n&aceMask) * wire.ECE }

// ace reads the three flags as a count.
func ace(f wire.Flags) uint32 { return uint32(f/wire.ECE) & aceMask }

// aceOf tells in the three flags how a packet came (tcp_accecn_reflector_flags).
func aceOf(e wire.ECN) wire.Flags {
	return aceFlags([...]uint32{wire.NotECT: 2, wire.ECT1: 3, wire.ECT0: 4, wire.CE: 6}[e&3])
}

var accAgreed = trace.Declare(trace.Rule{
	ID:      "accecn.agreed",
	Says:    "The SYN-ACK has AE or CWR: a server that counts marks answers so, and tells by the flags how the SYN came. ECN is accurate from here on.",
	Linux:   "tcp_ecn_rcv_synack",
	Differs: "The draft has it only in answer to a SYN that asked for it, with AE; Linux 6.18 never asks, and yet takes a server that copies the flags of the SYN for one.",
})

// accTakeSynAck begins Accurate ECN (tcp_ecn_rcv_synack).
func (m *Marks) accTakeSynAck(x *Ctx, s *wire.Segment) {
	defer x.Enter(accAgreed)()
	m.ECN = ECNAcc
	m.acc = accState{SynAckECN: s.ECN, Reflect: true, Every: x.Sys.ECNOption, Beacon: x.Sys.ECNOptionBeacon}
	if s.Opts.On(wire.HasAccECN) {
		m.acc.Option = seenOption(&s.Opts.ECN)
		m.acc.Demand = 2
	}
	if s.ECN == wire.CE {
		fed := [...]wire.ECN{wire.ECT0, wire.ECT1, wire.NotECT, wire.ECT1, wire.ECT0, wire.ECT1, wire.CE, wire.ECT1}[ace(s.Flags)]
		if !x.Sys.ECNFallback || fed == wire.NotECT { // the SYN left unmarked
			m.ReceivedCE, m.acc.Pending = 1, 1
		} else {
			m.accFail(x)
		}
	}
}

// seenOption judges the first option of the peer (tcp_accecn_option_init).
func seenOption(e *wire.AccECN) accOption {
	first, last := e.B0, e.B1
	if e.Order == 1 {
		first, last = last, first
	}
	switch {
	case e.N == 0:
		return accEmpty
	case first == 0 || e.N == 3 && last == 0:
		return accBroken
	}
	return accCounts
}

var accFailRule = trace.Declare(trace.Rule{
	ID:    "accecn.fail",
	Says:  "What comes back about marks cannot be true: a box on the way changes the flags. Packets leave unmarked from here on.",
	Linux: "tcp_accecn_fail_mode_set",
	RFC:   trace.Cites("RFC 3168 §6.1.1"),
})

func (m *Marks) accFail(x *Ctx) {
	defer x.Enter(accFailRule)()
	m.acc.Failed = true
}

var accTell = trace.Declare(trace.Rule{
	ID:      "accecn.ace",
	Says:    "The flags AE, CWR and ECE are one number: the packets that came marked, plus 5, modulo 8. Every segment has it, so a lost ACK does no harm.",
	Linux:   "tcp_accecn_set_ace",
	Differs: "Not in RFC 3168, where ECE and CWR are a question and its answer: draft-ietf-tcpm-accurate-ecn.",
})

// accFlags are the flags of a segment that is not a SYN.
func (m *Marks) accFlags(x *Ctx) wire.Flags {
	x.Note(accTell)
	if m.acc.Reflect {
		m.acc.Reflect = false
		return aceOf(m.acc.SynAckECN)
	}
	m.acc.Pending = 0
	return aceFlags(m.ReceivedCE + aceStart)
}

var accChange = trace.Declare(trace.Rule{
	ID:      "accecn.change",
	Says:    "The ECN field of this packet is another than that of the one before: the ACK leaves at once, so that the sender learns which packets were marked.",
	Linux:   "tcp_ecn_received_counters",
	Differs: "draft-ietf-tcpm-accurate-ecn; RFC 3168 has no such ACK.",
})

var ecnSeen = trace.Declare(trace.Rule{
	ID:      "ecn.seen",
	Says:    "The first packet that is ECN-capable: the peer marks what it sends. One that is not will look like a retransmission.",
	Linux:   "tcp_ecn_received_counters",
	Differs: "Linux notes it also where ECN was not agreed.",
})

var accMarked = trace.Declare(trace.Rule{
	ID:      "accecn.marked",
	Says:    "A router has marked this packet CE: congestion. The count that every segment carries moves on by one.",
	Linux:   "tcp_ecn_received_counters",
	Differs: "draft-ietf-tcpm-accurate-ecn. RFC 3168 would echo one bit until CWR came.",
})

// accReceived counts what came, marked or not (tcp_ecn_received_counters).
func (m *Marks) accReceived(x *Ctx, s *wire.Segment, d *Delack) {
	e := s.ECN
	if e != wire.NotECT && m.ECN != ECNClassic && !m.ECNSeen {
		defer x.Enter(ecnSeen)()
		m.ECNSeen = true
	}
	if m.ECN != ECNAcc {
		return
	}
	a := &m.acc
	a.Now = x.Now
	if e == wire.CE {
		defer x.Enter(accMarked)()
		m.ReceivedCE++
		m.acc.Pending = min(m.acc.Pending+1, 15)
	}
	if bytes, order := a.received(e); bytes != nil && len(s.Payload) > 0 {
		old := *bytes
		*bytes += uint32(len(s.Payload))
		a.Fields = max(a.Fields, order)
		if (*bytes^old)>>22 != 0 {
			a.Demand = max(a.Demand, 1)
		}
	}
	edge := e != a.Prev
	if !edge && e != wire.CE {
		return
	}
	if edge {
		defer x.Enter(accChange)()
		d.AckPending |= ackAtOnce
	}
	a.Prev, a.Demand = e, 2
}

// received is the count of bytes that came with an ECN field, and how many counters
// an option needs to tell it: ECT(1), CE, ECT(0).
func (a *accState) received(e wire.ECN) (bytes *uint32, order uint8) {
	switch e {
	case wire.ECT1:
		return &a.RcvE1, 1
	case wire.CE:
		return &a.RcvCE, 2
	case wire.ECT0:
		return &a.RcvE0, 3
	}
	return nil, 0
}

// accFit is how many counters fit into an option beside so many bytes of others, and
// the room it takes. ok: it is to be sent at all (tcp_options_fit_accecn).
func (m *Marks) accFit(used uint32, sack bool, srtt sim.Duration) (fields uint8, size uint32, ok bool) {
	a := &m.acc
	if m.ECN != ECNAcc || a.Every == 0 || a.Option == accUnseen {
		return 0, 0, false
	}
	beacon := a.Beacon > 0 && a.Now.Sub(a.OptionAt)*sim.Duration(a.Beacon) >= srtt
	if a.Every < 2 && a.Demand == 0 && !beacon {
		return 0, 0, false
	}
	spare := uint32(0)
	if sack {
		spare = 2 // the padding before the blocks
	}
	for n := int(3); n >= int(a.Fields); n-- {
		size := uint32(2 + 3*n)
		if size&3 > spare {
			size += 3
		}
		if size &^= 3; used+size <= 40 {
			return uint8(n), size, true
		}
	}
	return 0, 0, false
}

// addAccECN adds the option to a segment (tcp_options_write).
func (m *Marks) addAccECN(x *Ctx, o *wire.Options, used uint32, srtt sim.Duration) {
	m.acc.Now = x.Now
	if o.SackN > 0 {
		used += sackBaseLen + sackBlockLen*uint32(o.SackN)
	}
	n, _, ok := m.accFit(used, o.SackN > 0, srtt)
	if !ok {
		return
	}
	a := &m.acc
	o.Has |= wire.HasAccECN
	o.ECN = wire.AccECN{N: n, Order: 1, B0: (a.RcvE0 + 1) & 0xffffff, CE: a.RcvCE & 0xffffff, B1: (a.RcvE1 + 1) & 0xffffff}
	a.Fields, a.OptionAt = 0, x.Now
	a.Demand -= min(a.Demand, 1)
}

var accCount = trace.Declare(trace.Rule{
	ID:      "accecn.count",
	Says:    "The count in the flags has moved on: so many more of our packets came marked. That is congestion, and cwnd is reduced once per window.",
	Linux:   "__tcp_accecn_process",
	Differs: "draft-ietf-tcpm-accurate-ecn. The response is that of RFC 3168: Reno and CUBIC do not use how many they were.",
})

// accAck reads the count of an acknowledgment, and returns by how much it has moved
// (tcp_accecn_process).
func (c *Conn) accAck(x *Ctx, s *wire.Segment, delivered uint32, sack *sackState, f *ackFlags) {
	if c.ECN != ECNAcc || !f.acked() && !f.sacked && !f.tsAdvanced {
		return
	}
	a := &c.acc
	was := a.DlvCE
	valid := c.accTakeOption(s, sack.rate.bytes, c.BytesSent)
	if f.synAcked {
		return
	}
	if c.acc.Pending >= acePending {
		c.AckPending |= ackAtOnce
	}
	delta := (ace(s.Flags) - aceStart - c.DeliveredCE) & aceMask
	if delivered > aceMask {
		delta = accDelta(delta, delivered, sack.rate.bytes, a.DlvCE-was, valid, uint32(c.MSS), c.SackOK || c.CA == Open || c.CA == CWR)
	}
	if x.When(accCount, trace.Gt("marks told", delta, "none", 0).In(trace.UnitSegments)) {
		c.DeliveredCE += delta
		x.CountBy(TCPDeliveredCE, int(delta))
		f.ece = true
	}
}

// accDelta judges a count of three bits that may have gone round, because the
// acknowledgment covers more packets than it can count.
func accDelta(delta, delivered, bytes, marked uint32, valid bool, mss uint32, sure bool) uint32 {
	safe := delivered - (delivered-delta)&aceMask
	if !valid {
		return safe
	}
	switch {
	case marked == 0:
		return delta
	case delivered >= 2*(aceMask+1) && sure:
		if bytes <= marked {
			return safe
		}
		est := uint32((uint64(marked)*uint64(delivered) + uint64(bytes) - 1) / uint64(bytes))
		return min(safe, delta+est&^aceMask)
	case marked > delta*mss:
		return safe
	case marked < safe*mss/2:
		return delta
	}
	return safe
}

// accTakeOption takes the counts of bytes, and says whether they can be relied on
// (tcp_accecn_process_option).
func (m *Marks) accTakeOption(s *wire.Segment, bytes uint32, sent uint64) bool {
	a := &m.acc
	if a.Option == accBroken {
		return false
	}
	if !s.Opts.On(wire.HasAccECN) {
		if a.Option == accUnseen {
			if sent >= accMaxBytes {
				a.Option = accBroken // too late: the counters may have gone round
			}
			return false
		}
		if n := a.delivered(a.Guess); n != nil {
			*n += bytes
			return true
		}
		return false
	}
	e := &s.Opts.ECN
	if a.Option < accCounts {
		a.Option = seenOption(e)
	}
	valid, changed, unclear := a.Guess != wire.NotECT, false, false
	guess := a.Guess
	for i, k := range [...]wire.ECN{wire.ECT0, wire.CE, wire.ECT1} {
		v, start := [...]uint32{e.B0, e.CE, e.B1}[i], [...]uint32{1, 0, 1}[i]
		if !e.Has(k) {
			continue
		}
		n := a.delivered(k)
		d := int32(v-start-*n) << 8 >> 8 // 24 bits, with their sign
		*n += uint32(d)
		switch {
		case d < 0:
			unclear = true
		case d > 0 && k != guess && changed:
			unclear = true
		case d > 0 && k != guess:
			a.Guess, changed = k, true
		}
	}
	if unclear {
		a.Guess = wire.NotECT
	}
	return valid && !unclear
}

// delivered is the peer's count of bytes with an ECN field.
func (a *accState) delivered(e wire.ECN) *uint32 {
	switch e {
	case wire.ECT0:
		return &a.DlvE0
	case wire.CE:
		return &a.DlvCE
	case wire.ECT1:
		return &a.DlvE1
	}
	return nil
}
