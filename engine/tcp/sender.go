package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Sender is what decides how much may be in flight: the congestion window, what is out
// under it, and how fast more may follow. It is what the kernel's congestion controls
// see of a socket.
type Sender struct {
	RTT

	Retries  uint8    // retransmits [count]: timeouts since the last progress.
	RetStamp sim.Time // retrans_stamp [time]: when the first retransmission of this episode left; 0: none.

	CA            CAState  // ca_state [state]: what the congestion machinery believes.
	Cwnd          uint32   // cwnd [segments]: congestion window.
	CwndCnt       uint32   // snd_cwnd_cnt [segments]: acknowledged segments on the way to the next growth.
	CwndClamp     uint32   // snd_cwnd_clamp [segments]: cwnd never goes above.
	Ssthresh      uint32   // ssthresh [segments]: slow start ends here; 2147483647 is infinity.
	PriorSsthresh uint32   // prior_ssthresh [segments]: ssthresh to return to if the reduction was a mistake.
	PriorCwnd     uint32   // prior_cwnd [segments]: cwnd before the reduction.
	HighSeq       wire.Seq // high_seq [seq:snd]: SND.NXT when the present episode began.
	Flight
	UndoMarker  wire.Seq // undo_marker [seq:snd]: SND.UNA when the episode began; 0 when it cannot be undone.
	UndoRetrans int32    // undo_retrans [segments]: retransmissions that may still prove needless; -1: cannot be undone.
	Reordering  uint32   // reordering [segments]: how far segments may overtake each other.
	Usage
	LastSent sim.Time // lsndtime [time]: when data was last sent.
	Pacing
	NotsentLowat uint32   // notsent_lowat [bytes]: unsent data up to which a writer is let in; 0: tcp_notsent_lowat.
	LastAckAt    sim.Time // rcv_tstamp [time]: when the last acknowledgment came.
	Delivered    uint32   // delivered [segments]: segments that the peer has, in all.
	AppLimited   uint32   // app_limited [segments]: delivered when the last segment before a lack of data has arrived; 0: data never lacked.
	NoSpace      bool     // SOCK_NOSPACE [bool]: a writer waits for room in the send buffer.
	Limit        Limit    // limited by [state]: what stopped the sender when it last looked.

	CwndStamp sim.Time // snd_cwnd_stamp [time]: when cwnd was last known to be used or right.
	Lost      uint32   // lost [segments]: segments ever marked lost, in all.
	DsackDups uint32   // dsack_dups [segments]: duplicates that the peer has reported, in all.
	SackHigh  wire.Seq // highest_sack [seq:snd]: end of the highest segment selectively acknowledged.
	ReordSeen uint32   // reord_seen [count]: how often reordering has been seen on this path.

	rate rateClock `trace:"-"`
}

// Flight counts what has been sent.
type Flight struct {
	PacketsOut   uint32 // packets_out [segments]: sent and not acknowledged.
	SackedOut    uint32 // sacked_out [segments]: of those, held by the peer out of order.
	LostOut      uint32 // lost_out [segments]: of those, believed lost.
	RetransOut   uint32 // retrans_out [segments]: of those, sent again and not yet acknowledged.
	TotalRetrans uint32 // total_retrans [segments]: retransmissions in all.
}

// Usage is how much of the congestion window is used.
type Usage struct {
	CwndUsed     uint32   // snd_cwnd_used [segments]: most in flight since cwnd was last judged.
	CwndLimited  bool     // is_cwnd_limited [bool]: cwnd stopped the sender in this round.
	MaxOut       uint32   // max_packets_out [segments]: most in flight in this round.
	CwndUsageSeq wire.Seq // cwnd_usage_seq [seq:snd]: end of this round.
}

// inFlight is Linux' estimate of what is in the network (tcp_packets_in_flight).
func (f *Flight) inFlight() uint32 { return f.PacketsOut - f.SackedOut - f.LostOut + f.RetransOut }

// InFlight is the number of segments believed to be in the network.
func (f *Flight) InFlight() uint32 { return f.inFlight() }

// leftOut are segments that have left the network, as far as is known (tcp_left_out).
func (f *Flight) leftOut() uint32 { return f.SackedOut + f.LostOut }

func (s *Sender) inReduction() bool { return s.CA == CWR || s.CA == Recovery }

const initCwnd = 10 // RFC 6928 (Linux: TCP_INIT_CWND)

// currentSsthresh is ssthresh, or three quarters of cwnd when that is more, so
// that a reduction begun is not lost (tcp_current_ssthresh).
func (s *Sender) currentSsthresh() uint32 {
	if s.CA == CWR || s.CA == Recovery {
		return s.Ssthresh
	}
	return max(s.Ssthresh, s.Cwnd/2+s.Cwnd/4)
}

func (s *Sender) inSlowStart() bool { return s.Cwnd < s.Ssthresh }

var slowStart = trace.Declare(trace.Rule{
	ID:    "cwnd.slow-start",
	Says:  "Below ssthresh every acknowledged segment lets cwnd grow by one: it doubles each round trip.",
	RFC:   trace.Cites("RFC 5681 §3.1", "RFC 3465"),
	Linux: "tcp_slow_start",
})

var congAvoid = trace.Declare(trace.Rule{
	ID:    "cwnd.avoidance",
	Says:  "Above ssthresh cwnd grows by one for every so many segments acknowledged: a full window of them with Reno, which is one more per round trip; CUBIC computes the number from its curve.",
	RFC:   trace.Cites("RFC 5681 §3.1", "RFC 9438 §4.4"),
	Linux: "tcp_cong_avoid_ai",
})

var cwndUnused = trace.Declare(trace.Rule{
	ID:    "cwnd.unused",
	Says:  "cwnd grows only when it was what limited the sender: otherwise nothing has been learnt about the network.",
	RFC:   trace.Cites("RFC 7661 §4.2"),
	Linux: "tcp_is_cwnd_limited",
})

// grow lets cwnd grow in slow start by n delivered segments, if it was what limited the
// sender. It returns how many are left for congestion avoidance.
func (s *Sender) grow(x *Ctx, n uint32) (left uint32) {
	if n == 0 || !x.When(cwndUnused, trace.Is("cwnd limited the sender in this round", s.cwndLimited())) {
		return 0
	}
	if s.inSlowStart() {
		return s.slowStart(x, n)
	}
	return n
}

// cwndLimited: would a larger cwnd have been used? (tcp_is_cwnd_limited)
func (s *Sender) cwndLimited() bool {
	return s.CwndLimited || (s.inSlowStart() && s.Cwnd < 2*s.MaxOut)
}

func (s *Sender) slowStart(x *Ctx, n uint32) (left uint32) {
	defer x.Enter(slowStart)()
	next := min(s.Cwnd+n, s.Ssthresh)
	left = n - (next - s.Cwnd)
	s.Cwnd = min(next, s.CwndClamp)
	return left
}

// avoid grows cwnd by one for each per segments (tcp_cong_avoid_ai).
func (s *Sender) avoid(x *Ctx, per, n uint32) {
	defer x.Enter(congAvoid)()
	if s.CwndCnt >= per {
		s.CwndCnt = 0
		s.Cwnd++
	}
	s.CwndCnt += n
	if s.CwndCnt >= per {
		d := s.CwndCnt / per
		s.CwndCnt -= d * per
		s.Cwnd += d
	}
	s.Cwnd = min(s.Cwnd, s.CwndClamp)
}

// used notes how much of cwnd is in use by a sender that has una and nxt, and reports
// whether all of it is (tcp_cwnd_validate).
func (s *Sender) used(x *Ctx, una, nxt wire.Seq, limited bool) (all bool) {
	if !una.Before(s.CwndUsageSeq) || limited || (!s.CwndLimited && s.PacketsOut > s.MaxOut) {
		s.CwndLimited = limited
		s.MaxOut = s.PacketsOut
		s.CwndUsageSeq = nxt
	}
	if s.cwndLimited() {
		s.CwndUsed = 0
		s.CwndStamp = x.Now
		return true
	}
	s.CwndUsed = max(s.CwndUsed, s.PacketsOut)
	return false
}

var cwndDecay = trace.Declare(trace.Rule{
	ID:    "cwnd.decay",
	Says:  "For a whole timeout the application has sent less than cwnd allows. What is not tested is not known: cwnd moves half-way to what was used.",
	RFC:   trace.Cites("RFC 7661 §4.4", "RFC 2861"),
	Linux: "tcp_cwnd_application_limited",
})

// applicationLimited lets a cwnd go that has not been used for a timeout
// (tcp_cwnd_application_limited).
func (s *Sender) applicationLimited(x *Ctx) {
	if s.CA == Open && !s.NoSpace {
		used := max(s.CwndUsed, s.initialCwnd(x))
		if used < s.Cwnd {
			defer x.Enter(cwndDecay)()
			s.Ssthresh = s.currentSsthresh()
			s.Cwnd = (s.Cwnd + used) / 2
		}
		s.CwndUsed = 0
	}
	s.CwndStamp = x.Now
}

var cwndRestart = trace.Declare(trace.Rule{
	ID:    "cwnd.restart",
	Says:  "Nothing has been sent for longer than a timeout. What cwnd knew about the network is stale, so it is halved for each timeout that passed, down to the initial window.",
	RFC:   trace.Cites("RFC 5681 §4.1", "RFC 2861"),
	Linux: "tcp_cwnd_restart",
})

// restartAfterIdle lowers cwnd when data is to be sent after a pause
// (tcp_slow_start_after_idle_check).
func (t *TCB) restartAfterIdle(x *Ctx) {
	if !x.Sys.SlowStartAfterIdle || t.cc().setsCwnd() || t.PacketsOut > 0 || t.LastSent == 0 {
		return
	}
	idle := x.Now.Sub(t.LastSent)
	if idle <= t.RTO {
		return
	}
	defer x.Enter(cwndRestart)()
	restart := min(t.initialCwnd(x), t.Cwnd)
	cwnd := t.Cwnd
	t.Ssthresh = t.currentSsthresh()
	for idle -= t.RTO; idle > 0 && cwnd > restart; idle -= t.RTO {
		cwnd /= 2
	}
	t.Cwnd = max(cwnd, restart)
	t.CwndStamp = x.Now
	t.CwndUsed = 0
}

// initialCwnd is the congestion window of a new connection (tcp_init_cwnd).
func (s *Sender) initialCwnd(x *Ctx) uint32 {
	if x.Sys.Route.InitCwnd > 0 {
		return min(x.Sys.Route.InitCwnd, s.CwndClamp)
	}
	return min(initCwnd, s.CwndClamp)
}

// markLost believes one segment lost; a copy of it in flight is lost as well
// (tcp_mark_skb_lost).
func (s *Sender) markLost(x *Ctx, k *Skb) {
	switch {
	case k.Sacked:
	case !k.Lost:
		k.Lost = true
		s.LostOut += uint32(k.Segs)
		s.Lost += uint32(k.Segs)
	case k.Retrans:
		k.Retrans = false
		s.RetransOut -= uint32(k.Segs)
		s.Lost += uint32(k.Segs)
		x.CountBy(TCPLostRetransmit, int(k.Segs))
	}
}

var reductionEnd = trace.Declare(trace.Rule{
	ID:    "cwnd.reduced",
	Says:  "The reduction is complete: cwnd is ssthresh now, and grows slowly from here.",
	RFC:   trace.Cites("RFC 9937 §5", "RFC 5681 §3.2"),
	Linux: "tcp_end_cwnd_reduction",
})

// endReduction ends an episode of reduction (tcp_end_cwnd_reduction).
func (t *TCB) endReduction(x *Ctx) {
	if !t.cc().setsCwnd() && t.Ssthresh < infSsthresh && (t.CA == CWR || t.UndoMarker != 0) {
		defer x.Enter(reductionEnd)()
		t.Cwnd = t.Ssthresh
		t.CwndStamp = x.Now
	}
}
