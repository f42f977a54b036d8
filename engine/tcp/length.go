package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// How says which sum the length of a timer is, and so what its terms are. It is
// recorded where the sum is worked out.
type How uint8

// The sums.
const (
	HowInitial   How = iota // nothing has been measured yet
	HowEstimate             // the smoothed round trip and its deviation
	HowCached               // what an earlier connection to this address left behind
	HowDoubled              // twice what it was
	HowLinear               // an early timeout of a SYN is not doubled
	HowThin                 // a thin stream's is not either
	HowFallback             // the handshake gave no measurement
	HowReverted             // a doubling was taken back
	HowRest                 // what is left of the timeout of the oldest segment
	HowUser                 // what TCP_USER_TIMEOUT leaves
	HowTLP                  // two round trips and a little
	HowReorder              // how much later than others a segment may come
	HowProbe                // a probe of a closed window
	HowAto                  // the delay of an ACK
	HowAckMax               // an ACK that the first data is to carry
	HowKeepIdle             // silence before the first keepalive probe
	HowKeepIntvl            // from probe to probe
	HowFinWait              // the wait for the peer's FIN
	HowSynAck               // a SYN-ACK's
	HowTimeWait             // TIME_WAIT, or FIN_WAIT_2 in its small form
	HowCompress             // SACKs that are saved
	HowPacing               // when the next segment may leave
	HowReneged              // a moment's thought when the peer took back a SACK
	HowBadAck               // an answer to a SYN acknowledged something else
	HowResource             // the interface refused what was to be sent
)

// HowDef is what a reader is told of a sum: a catalogue key, length.<key>, and the
// names of its terms.
type HowDef struct {
	Key   string
	Terms []TermDef
}

// TermDef is one term of a sum.
type TermDef struct {
	Name string
	Unit trace.Unit
}

func span(names ...string) (out []TermDef) {
	for _, n := range names {
		out = append(out, TermDef{n, trace.UnitDuration})
	}
	return out
}

func counted(name string) TermDef { return TermDef{name, trace.UnitCount} }

// Hows lists every sum, by number.
var Hows = []HowDef{
	HowInitial:   {"initial", span("TCP_TIMEOUT_INIT")},
	HowEstimate:  {"estimate", span("SRTT", "4·RTTVAR", "tcp_rto_min")},
	HowCached:    {"cached", span("tcp_metrics RTT", "tcp_rto_min")},
	HowDoubled:   {"doubled", append(span("RTO"), counted("backoff"), TermDef{"tcp_rto_max", trace.UnitDuration})},
	HowLinear:    {"linear", append(span("TCP_TIMEOUT_INIT"), counted("retransmits"), counted("tcp_syn_linear_timeouts"))},
	HowThin:      {"thin", span("SRTT", "4·RTTVAR", "tcp_rto_min")},
	HowFallback:  {"fallback", span("TCP_TIMEOUT_FALLBACK")},
	HowReverted:  {"reverted", append(span("RTO"), counted("backoff"))},
	HowRest:      {"rest", span("RTO", "since it was sent")},
	HowUser:      {"user", span("TCP_USER_TIMEOUT", "RTO")},
	HowTLP:       {"tlp", span("2·SRTT", "tcp_rto_min", "RTO")},
	HowReorder:   {"reorder", span("reordering window", "RTO")},
	HowProbe:     {"probe", append(span("RTO"), counted("backoff"), TermDef{"tcp_rto_max", trace.UnitDuration})},
	HowAto:       {"ato", span("ack.ato", "tcp_delack_max")},
	HowAckMax:    {"ack-max", span("TCP_DELACK_MAX")},
	HowKeepIdle:  {"keep-idle", span("tcp_keepalive_time", "idle")},
	HowKeepIntvl: {"keep-intvl", append(span("tcp_keepalive_intvl"), counted("probes_out"))},
	HowFinWait:   {"fin-wait", span("tcp_fin_timeout", "TCP_TIMEWAIT_LEN")},
	HowSynAck:    {"syn-ack", append(span("TCP_TIMEOUT_INIT"), counted("num_timeout"), TermDef{"tcp_rto_max", trace.UnitDuration})},
	HowTimeWait:  {"time-wait", span("TCP_TIMEWAIT_LEN")},
	HowCompress:  {"compress", span("RTT / 20", "tcp_comp_sack_delay_ns", "tcp_comp_sack_slack_ns")},
	HowPacing:    {"pacing", []TermDef{{"sk_pacing_rate", trace.UnitBytes}}},
	HowReneged:   {"reneged", span("SRTT / 2", "10 ms")},
	HowBadAck:    {"bad-ack", span("TCP_TIMEOUT_MIN")},
	HowResource:  {"resource", span("TCP_RESOURCE_PROBE_INTERVAL")},
}

// sum is how a length came about, kept until a timer is set with it.
type sum struct {
	how   How
	terms [3]int64
}

func dur(d ...sim.Duration) (t [3]int64) {
	for i, x := range d {
		t[i] = int64(x)
	}
	return t
}

// length records where the length of a timer came from.
func (x *Ctx) length(id sim.SubjectID, k TimerKind, at sim.Time, how How, terms [3]int64) {
	if x.On {
		x.Length(trace.Length{Subject: id, Timer: uint8(k), At: at, How: uint8(how), Terms: terms})
	}
}
