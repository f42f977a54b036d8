package tcp

import (
	"wirestep/engine/sim"
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
