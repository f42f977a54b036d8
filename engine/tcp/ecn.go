package tcp

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Marks are what a connection knows of explicit congestion notification.
type Marks struct {
	ECN         ECNMode // ecn mode [state]: what is agreed about congestion marks.
	QueueCWR    bool    // ECN_QUEUE_CWR [bool]: the next new data tells the peer that cwnd was reduced.
	DemandCWR   bool    // ECN_DEMAND_CWR [bool]: a mark came; ACKs echo it until the peer says CWR.
	ECNSeen     bool    // ECN_SEEN [bool]: the peer has sent ECN-capable packets.
	DeliveredCE uint32  // delivered_ce [segments]: segments that the peer has and that came marked, in all.
	ReceivedCE  uint32  // received_ce [segments]: packets that came marked, where Accurate ECN counts them.
	TOS         uint8   // tos [flags]: traffic class of what is sent, without the two bits of ECN.

	acc accState `trace:"-"`
}

// Explicit congestion notification (RFC 3168): a router that would soon drop a
// packet marks it instead. The mark goes round once:
//
//	 sender                    router                  receiver
//	 data, ECT(0) ───────────▶ queue grows ──▶ CE ───▶ DEMAND_CWR
//	 ECE: enter CWR ◀──────────────────────── ACK ECE ── every ACK
//	 next new data, CWR ─────────────────────────────▶ stop echoing

// ECNMode is what the two ends have agreed about congestion marks.
type ECNMode uint8

// The modes.
const (
	ECNOff     ECNMode = iota
	ECNClassic         // RFC 3168: ECE until CWR
	ECNAcc             // Accurate ECN: ACKs count the marks
)

// ECNModeNames holds the name of each mode, by number.
var ECNModeNames = []string{"off", "RFC 3168", "AccECN"}

func (m ECNMode) String() string { return ECNModeNames[m] }

var ecnAsk = trace.Declare(trace.Rule{
	ID:      "ecn.ask",
	Says:    "The SYN asks for ECN: ECE and CWR together mean nothing else at this point. Routers could then mark packets instead of dropping them.",
	RFC:     trace.Cites("RFC 3168 §6.1.1"),
	Linux:   "tcp_ecn_send_syn",
	Differs: "Linux asks only with tcp_ecn = 1, or on a route with the feature ecn; by default, 2, it agrees when asked.",
})

// ecnAskSyn says with which flags the SYN leaves (tcp_ecn_send_syn).
func (m *Marks) ecnAskSyn(x *Ctx) wire.Flags {
	m.ECN = ECNOff
	if x.Sys.ECN != 1 && !x.Sys.Route.ECN {
		return 0
	}
	m.ECN = ECNClassic
	x.Note(ecnAsk)
	return wire.ECE | wire.CWR
}

var ecnFallback = trace.Declare(trace.Rule{
	ID:    "ecn.fallback",
	Says:  "The SYN is repeated without asking for ECN: a few boxes on the way drop every SYN that has these flags.",
	RFC:   trace.Cites("RFC 3168 §6.1.1.1"),
	Linux: "tcp_ecn_clear_syn",
})

// ecnClearSyn takes the question out of a SYN that is repeated (tcp_ecn_clear_syn).
func (c *Conn) ecnClearSyn(x *Ctx, k *Skb) {
	if k.Flags.Has(wire.SYN|wire.ECE|wire.CWR) && x.Sys.ECNFallback {
		x.Note(ecnFallback)
		k.Flags &^= wire.ECE | wire.CWR | wire.AE
	}
}

var ecnAgree = trace.Declare(trace.Rule{
	ID:    "ecn.agree",
	Says:  "The peer asks for ECN, and this host understands it: ECE alone in the SYN-ACK says so.",
	RFC:   trace.Cites("RFC 3168 §6.1.1"),
	Linux: "tcp_ecn_create_request",
})

var ecnSynMarked = trace.Declare(trace.Rule{
	ID: "ecn.syn-marked",
	Says: "A SYN must not be marked as ECN-capable itself. One that is comes from a peer, or a box, that gets ECN wrong: " +
		"the offer is not taken.",
	RFC:   trace.Cites("RFC 3168 §6.1.1"),
	Linux: "tcp_ecn_create_request",
})

// ecnRequested says whether a half-open connection will have ECN
// (tcp_ecn_create_request).
func ecnRequested(x *Ctx, s *wire.Segment) ECNMode {
	if !s.Flags.Has(wire.ECE|wire.CWR) || x.Sys.ECN == 0 && !x.Sys.Route.ECN {
		return ECNOff
	}
	if !s.Flags.Has(wire.AE) && x.When(ecnSynMarked, trace.Ne("ECN field of the SYN", s.ECN, "not ECT", wire.NotECT)) {
		return ECNOff
	}
	x.Note(ecnAgree)
	return ECNClassic
}

var ecnAgreed = trace.Declare(trace.Rule{
	ID:    "ecn.agreed",
	Says:  "ECE and not CWR in the SYN-ACK: the server agrees to ECN.",
	RFC:   trace.Cites("RFC 3168 §6.1.1"),
	Linux: "tcp_ecn_rcv_synack",
})

var ecnRefused = trace.Declare(trace.Rule{
	ID:    "ecn.refused",
	Says:  "The SYN-ACK has no ECE, or all flags that were sent: the server does not know ECN, or copies what it does not know.",
	RFC:   trace.Cites("RFC 3168 §6.1.1"),
	Linux: "tcp_ecn_rcv_synack",
})

// ecnTakeSynAck learns from the SYN-ACK whether ECN is agreed (tcp_ecn_rcv_synack).
func (m *Marks) ecnTakeSynAck(x *Ctx, s *wire.Segment) {
	if m.ECN == ECNOff {
		return
	}
	switch ace(s.Flags) {
	case 0, 7:
		x.Note(ecnRefused)
		m.ECN = ECNOff
	case 1, 5: // ECE alone, or with the flag that was once the nonce sum
		x.Note(ecnAgreed)
	default:
		m.accTakeSynAck(x, s)
	}
}

// ecnCrossed is for the SYN of a simultaneous open, and says with which flags the
// SYN-ACK answers it (tcp_ecn_rcv_syn, tcp_ecn_send_synack).
func (m *Marks) ecnCrossed(x *Ctx, s *wire.Segment) wire.Flags {
	if m.ECN == ECNOff {
		return 0
	}
	if !s.Flags.Has(wire.ECE | wire.CWR) {
		m.ECN = ECNOff
		return 0
	}
	x.Note(ecnAgree)
	return wire.ECE
}

var ecnCapable = trace.Declare(trace.Rule{
	ID: "ecn.ect",
	Says: "New data leaves as ECT(0): a router may mark it instead of dropping it. Pure ACKs and retransmissions do not: " +
		"a mark on them could be lost, or forged, without anybody noticing.",
	RFC:   trace.Cites("RFC 3168 §6.1.2", "RFC 3168 §6.1.4", "RFC 3168 §6.1.5"),
	Linux: "tcp_ecn_send",
})

var ecnTell = trace.Declare(trace.Rule{
	ID:    "ecn.cwr-sent",
	Says:  "cwnd has been reduced since the last new data, for a mark or for a loss, so this segment says CWR: the receiver can stop echoing.",
	RFC:   trace.Cites("RFC 3168 §6.1.2"),
	Linux: "tcp_ecn_send",
})

// ecnMark gives a data segment its ECN bits (tcp_ecn_send).
func (m *Marks) ecnMark(x *Ctx, s *wire.Segment, nxt wire.Seq) {
	if m.ECN != ECNClassic || s.Flags.Has(wire.SYN) || s.Payload == "" || s.Seq.Before(nxt) {
		return
	}
	x.Note(ecnCapable)
	s.ECN = wire.ECT0
	if m.QueueCWR {
		x.Note(ecnTell)
		m.QueueCWR = false
		s.Flags |= wire.CWR
	}
}

var ecnEcho = trace.Declare(trace.Rule{
	ID:    "ecn.echo",
	Says:  "A marked packet came and the sender has not confirmed it yet: every segment says ECE, so that one lost ACK does no harm.",
	RFC:   trace.Cites("RFC 3168 §6.1.3"),
	Linux: "tcp_ecn_send",
})

// ecnFlags are the ECN flags of a segment that is not a SYN.
func (m *Marks) ecnFlags(x *Ctx) wire.Flags {
	if m.ECN == ECNAcc {
		return m.accFlags(x)
	}
	if m.ECN == ECNClassic && m.DemandCWR {
		x.Note(ecnEcho)
		return wire.ECE
	}
	return 0
}

var ecnMarked = trace.Declare(trace.Rule{
	ID: "ecn.marked",
	Says: "A router has marked this packet CE: congestion. From now on the ACKs echo it, and they are not delayed, " +
		"since the sender may soon have a very small window.",
	RFC:   trace.Cites("RFC 3168 §6.1.3"),
	Linux: "tcp_data_ecn_check",
})

var ecnNotMarkable = trace.Declare(trace.Rule{
	ID: "ecn.not-ect",
	Says: "The peer sends its data ECN-capable, but not this segment: it must be a retransmission. " +
		"The next ACKs are not delayed.",
	Linux:   "tcp_data_ecn_check",
	Differs: "No RFC has it; Linux draws the conclusion from RFC 3168 §6.1.5.",
})

// ecnData looks at the ECN field of a segment with data (tcp_data_ecn_check).
func (m *Marks) ecnData(x *Ctx, s *wire.Segment, d *Delack, wnd uint32) {
	if m.ECN == ECNOff {
		return
	}
	switch {
	case s.ECN == wire.NotECT:
		if m.ECNSeen {
			defer x.Enter(ecnNotMarkable)()
			d.enterQuickAck(x, 2, wnd)
		}
		return
	case m.ECN != ECNClassic:
		return
	case s.ECN == wire.CE && !m.DemandCWR:
		defer x.Enter(ecnMarked)()
		d.enterQuickAck(x, 2, wnd)
		m.DemandCWR = true
	}
	m.ECNSeen = true
}

var ecnHeard = trace.Declare(trace.Rule{
	ID: "ecn.echo-received",
	Says: "ECE: a router marked a packet on the way to the peer. That is congestion, as a loss would be, but nothing has to be repeated: " +
		"cwnd is reduced once per window, and the state is CWR until all that is in flight now is acknowledged.",
	RFC:   trace.Cites("RFC 3168 §6.1.2"),
	Linux: "tcp_ecn_rcv_ecn_echo",
})

var ecnConfirmed = trace.Declare(trace.Rule{
	ID:      "ecn.cwr-received",
	Says:    "CWR: the sender has reduced its window and knows of the mark. The echo ends, and data with it is acknowledged at once.",
	RFC:     trace.Cites("RFC 3168 §6.1.3"),
	Linux:   "tcp_ecn_accept_cwr",
	Differs: "RFC 3168 wants CWR on new data only; Linux takes it from any segment.",
})

// ecnAck reads the ECN flags of an acknowledgment that is not old: does it echo
// congestion? (tcp_ecn_rcv_ecn_echo, tcp_ecn_accept_cwr)
func (m *Marks) ecnAck(x *Ctx, s *wire.Segment, d *Delack) (ece bool) {
	if m.ECN != ECNClassic {
		return false
	}
	ece = s.Flags.Has(wire.ECE) && !s.Flags.Has(wire.SYN)
	if ece {
		x.Note(ecnHeard)
	}
	if s.Flags.Has(wire.CWR) {
		defer x.Enter(ecnConfirmed)()
		m.DemandCWR = false
		if s.Len() > 0 {
			d.AckPending |= ackAtOnce
		}
	}
	return ece
}

// ecnQueueCWR notes that the next new data has to say CWR (tcp_ecn_queue_cwr).
func (m *Marks) ecnQueueCWR() {
	if m.ECN == ECNClassic {
		m.QueueCWR = true
	}
}

// ecnDelivered counts what an acknowledgment with ECE delivered.
func (m *Marks) ecnDelivered(x *Ctx, n uint32, f *ackFlags) {
	if f.ece && n > 0 && m.ECN == ECNClassic {
		m.DeliveredCE += n
		x.CountBy(TCPDeliveredCE, int(n))
	}
}
