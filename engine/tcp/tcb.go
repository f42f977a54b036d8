package tcp

import (
	_ "embed"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

//go:embed tcb.go
var tcbSource string

// TCBSchema describes the variables of a socket.
var TCBSchema = trace.NewSchema("tcb", TCB{}, tcbSource, map[string][]string{
	"State": StateNames, "CAState": CAStateNames, "TimerKind": TimerNames, "Errno": errnoLabels(), "Limit": LimitNames, "ECNMode": ECNModeNames, "Congestion": CongestionNames, "BBRMode": BBRModeNames,
})

// TCB is the transmission control block of one socket: every number that decides
// what it does. It is flat: copying it copies the socket's mind, and == compares
// two of them. The comments are read by users.
type TCB struct {
	State State // state [state]: where the connection is in its life.
	Err   Errno // sk_err [state]: the error that the next call on the socket will report.
	Soft  Errno // sk_err_soft [state]: an error heard on the way that only a give-up will report.
	Shut  uint8 // sk_shutdown [flags]: 1 no more reading, 2 no more writing.
	Dead  bool  // SOCK_DEAD [bool]: the application has closed the descriptor: an orphan.

	ISS       wire.Seq // ISS [seq:snd]: initial send sequence number; the diagram counts from here.
	SndUna    wire.Seq // SND.UNA [seq:snd]: oldest sequence number not acknowledged.
	SndNxt    wire.Seq // SND.NXT [seq:snd]: next sequence number to be sent.
	SndMax    wire.Seq // write_seq [seq:snd]: end of what the application has written, and of our FIN.
	SndWnd    uint32   // SND.WND [bytes]: window that the peer offers, scaled.
	SndWl1    wire.Seq // SND.WL1 [seq:rcv]: sequence number of the segment that last set the window.
	MaxWnd    uint32   // max_window [bytes]: largest window that the peer ever offered.
	PushedSeq wire.Seq // pushed_seq [seq:snd]: end of the last buffer that was marked PSH.
	SndUp     wire.Seq // SND.UP [seq:snd]: send urgent pointer.
	SndSml    wire.Seq // snd_sml [seq:snd]: end of the last small segment sent (Minshall).

	IRS       wire.Seq // IRS [seq:rcv]: initial receive sequence number.
	RcvNxt    wire.Seq // RCV.NXT [seq:rcv]: next sequence number expected.
	RcvWup    wire.Seq // rcv_wup [seq:rcv]: RCV.NXT when a window was last advertised.
	RcvWnd    uint32   // RCV.WND [bytes]: window that we offer, counted from rcv_wup.
	RcvMaxEnd wire.Seq // rcv_mwnd_seq [seq:rcv]: right edge of the largest window ever offered.
	Copied    wire.Seq // copied_seq [seq:rcv]: next byte that the application will read.
	RcvFin    bool     // FIN received [bool]: the peer's FIN has been taken in order.

	MSS         uint16   // mss_cache [bytes]: payload of a full segment, options already taken off.
	AdvMSS      uint16   // advmss [bytes]: the MSS that we announce.
	PeerMSS     uint16   // mss_clamp [bytes]: the MSS that the peer announced (536 if it did not).
	UserMSS     uint16   // user_mss [bytes]: TCP_MAXSEG set by the application; 0 if it did not.
	MTU         uint32   // pmtu [bytes]: largest packet that the path takes.
	MTUProbing  bool     // icsk_mtup.enabled [bool]: the largest packet that the path takes is searched for.
	MTUHigh     uint32   // search_high [bytes]: no larger packet gets through.
	MTULow      uint32   // search_low [bytes]: packets of this size are believed to get through.
	MTUProbe    uint32   // probe_size [bytes]: size of the packet that is being tried; 0: none is.
	MTUProbeSeq wire.Seq // probe_seq_start [seq:snd]: where the probe begins.
	MTUProbeEnd wire.Seq // probe_seq_end [seq:snd]: where the probe ends.
	MTUProbeAt  sim.Time // probe_timestamp [time]: when the search began.

	WScale    uint8    // snd_wscale [shift]: left shift for windows that the peer sends.
	RcvWScale uint8    // rcv_wscale [shift]: right shift for windows that we send.
	WScaleOK  bool     // wscale_ok [bool]: both ends offered window scaling.
	SackOK    bool     // sack_ok [bool]: both ends offered selective acknowledgments.
	TSOK      bool     // tstamp_ok [bool]: both ends offered timestamps.
	TSRecent  uint32   // TS.Recent [count]: timestamp to echo, also the bar for PAWS.
	TSStamp   sim.Time // ts_recent_stamp [time]: when TS.Recent was taken.
	LastAck   wire.Seq // Last.ACK.sent [seq:rcv]: acknowledgment number last sent.
	TSOffset  uint32   // tsoffset [count]: secret added to the clock in our timestamps.

	SRTT     uint32       // srtt_us [count]: smoothed round-trip time, eighths of a microsecond unit as Linux keeps it (8 × µs).
	MDev     uint32       // mdev_us [count]: medium deviation, 4 × µs.
	MDevMax  uint32       // mdev_max_us [count]: largest deviation in this round trip, 4 × µs.
	RTTVar   uint32       // rttvar_us [count]: the deviation that RTO uses, 4 × µs.
	RTTSeq   wire.Seq     // rtt_seq [seq:snd]: rttvar may shrink when this is acknowledged.
	MinRTT   sim.Duration // min_rtt [duration]: smallest round-trip time seen lately.
	LastRTT  sim.Duration // rtt sample [duration]: the latest measured round-trip time.
	RTO      sim.Duration // RTO [duration]: retransmission timeout, doubled by back-off.
	Backoff  uint8        // backoff [count]: how often RTO or the probe interval has been doubled.
	Retries  uint8        // retransmits [count]: timeouts since the last progress.
	RetStamp sim.Time     // retrans_stamp [time]: when the first retransmission of this episode left; 0: none.

	CA            CAState  // ca_state [state]: what the congestion machinery believes.
	Cwnd          uint32   // cwnd [segments]: congestion window.
	CwndCnt       uint32   // snd_cwnd_cnt [segments]: acknowledged segments on the way to the next growth.
	CwndClamp     uint32   // snd_cwnd_clamp [segments]: cwnd never goes above.
	Ssthresh      uint32   // ssthresh [segments]: slow start ends here; 2147483647 is infinity.
	PriorSsthresh uint32   // prior_ssthresh [segments]: ssthresh to return to if the reduction was a mistake.
	PriorCwnd     uint32   // prior_cwnd [segments]: cwnd before the reduction.
	HighSeq       wire.Seq // high_seq [seq:snd]: SND.NXT when the present episode began.
	PacketsOut    uint32   // packets_out [segments]: sent and not acknowledged.
	SackedOut     uint32   // sacked_out [segments]: of those, held by the peer out of order.
	LostOut       uint32   // lost_out [segments]: of those, believed lost.
	RetransOut    uint32   // retrans_out [segments]: of those, sent again and not yet acknowledged.
	TotalRetrans  uint32   // total_retrans [segments]: retransmissions in all.
	UndoMarker    wire.Seq // undo_marker [seq:snd]: SND.UNA when the episode began; 0 when it cannot be undone.
	UndoRetrans   int32    // undo_retrans [segments]: retransmissions that may still prove needless; -1: cannot be undone.
	Reordering    uint32   // reordering [segments]: how far segments may overtake each other.
	CwndUsed      uint32   // snd_cwnd_used [segments]: most in flight since cwnd was last judged.
	CwndLimited   bool     // is_cwnd_limited [bool]: cwnd stopped the sender in this round.
	MaxOut        uint32   // max_packets_out [segments]: most in flight in this round.
	CwndUsageSeq  wire.Seq // cwnd_usage_seq [seq:snd]: end of this round.
	LastSent      sim.Time // lsndtime [time]: when data was last sent.
	WStamp        sim.Time // tcp_wstamp_ns [time]: when the last segment left, or may leave where the sender is paced.
	PacingRate    uint64   // sk_pacing_rate [count]: bytes a second that the sender would pace to; all ones: no rate is known.
	PacingMax     uint64   // sk_max_pacing_rate [count]: bytes a second, SO_MAX_PACING_RATE; all ones: no limit.
	Paced         bool     // sk_pacing_status [bool]: segments leave one after the other, at the pacing rate.
	NotsentLowat  uint32   // notsent_lowat [bytes]: unsent data up to which a writer is let in; 0: tcp_notsent_lowat.
	LastAckAt     sim.Time // rcv_tstamp [time]: when the last acknowledgment came.
	Delivered     uint32   // delivered [segments]: segments that the peer has, in all.
	AppLimited    uint32   // app_limited [segments]: delivered when the last segment before a lack of data has arrived; 0: data never lacked.
	NoSpace       bool     // SOCK_NOSPACE [bool]: a writer waits for room in the send buffer.
	Limit         Limit    // limited by [state]: what stopped the sender when it last looked.

	CwndStamp         sim.Time     // snd_cwnd_stamp [time]: when cwnd was last known to be used or right.
	Lost              uint32       // lost [segments]: segments ever marked lost, in all.
	DsackDups         uint32       // dsack_dups [segments]: duplicates that the peer has reported, in all.
	SackHigh          wire.Seq     // highest_sack [seq:snd]: end of the highest segment selectively acknowledged.
	ReordSeen         uint32       // reord_seen [count]: how often reordering has been seen on this path.
	RackAt            sim.Time     // rack.mstamp [time]: when the latest segment known to have arrived was sent.
	RackNo            uint32       // rack transmission [count]: which transmission that was, counted from the first.
	RackEnd           wire.Seq     // rack.end_seq [seq:snd]: its end: parts of one packet are ordered by it.
	XmitNo            uint32       // transmissions [count]: segments with sequence numbers sent so far.
	RackRTT           sim.Duration // rack.rtt_us [duration]: its round-trip time.
	RackAdvanced      bool         // rack.advanced [bool]: something new has arrived since losses were last looked for.
	RackDsack         bool         // rack.dsack_seen [bool]: a duplicate was reported in this round trip.
	RackSteps         uint8        // rack.reo_wnd_steps [count]: width of the reordering window in quarters of the smallest round trip.
	RackPersist       uint8        // rack.reo_wnd_persist [count]: recoveries for which that width is kept.
	RackLastDelivered uint32       // rack.last_delivered [segments]: delivered when the width was last changed.
	CC                Congestion   // congestion control [state]: what decides how cwnd grows and shrinks.
	CCSet             bool         // ca_setsockopt [bool]: the application chose it by TCP_CONGESTION.
	CubicCnt          uint32       // cubic cnt [segments]: acknowledged segments for each growth of cwnd.
	CubicMax          uint32       // cubic last_max_cwnd [segments]: cwnd at the last reduction.
	CubicLastCwnd     uint32       // cubic last_cwnd [segments]: cwnd when the curve was last computed.
	CubicLastAt       sim.Time     // cubic last_time [count]: when that was, in ticks of 4 ms.
	CubicOrigin       uint32       // cubic origin_point [segments]: plateau of the curve.
	CubicK            uint32       // cubic K [count]: time to the plateau, in 1/1024 s.
	CubicDelayMin     sim.Duration // cubic delay_min [duration]: smallest round trip seen.
	CubicEpoch        sim.Time     // cubic epoch_start [count]: start of the curve, in ticks of 4 ms; 0: none.
	CubicAckCnt       uint32       // cubic ack_cnt [segments]: acknowledged since the Reno estimate last grew.
	CubicRenoCwnd     uint32       // cubic tcp_cwnd [segments]: what Reno would have.
	HystartFound      bool         // hystart found [bool]: the end of slow start has been found.
	HystartEnd        wire.Seq     // hystart end_seq [seq:snd]: end of this round.
	HystartRound      sim.Time     // hystart round_start [time]: when this round began; 0: never.
	HystartLast       sim.Time     // hystart last_ack [time]: the last ACK of the train.
	HystartRTT        sim.Duration // hystart curr_rtt [duration]: smallest round trip of this round.
	HystartCnt        uint8        // hystart sample_cnt [count]: samples in this round.

	ECN         ECNMode // ecn mode [state]: what is agreed about congestion marks.
	QueueCWR    bool    // ECN_QUEUE_CWR [bool]: the next new data tells the peer that cwnd was reduced.
	DemandCWR   bool    // ECN_DEMAND_CWR [bool]: a mark came; ACKs echo it until the peer says CWR.
	ECNSeen     bool    // ECN_SEEN [bool]: the peer has sent ECN-capable packets.
	DeliveredCE uint32  // delivered_ce [segments]: segments that the peer has and that came marked, in all.
	ReceivedCE  uint32  // received_ce [segments]: packets that came marked, where Accurate ECN counts them.
	TOS         uint8   // tos [flags]: traffic class of what is sent, without the two bits of ECN.

	BBRMode       BBRMode      // bbr mode [state]: what BBR is doing.
	BBRBw         uint32       // bbr bw [count]: bandwidth of the bottleneck, segments per microsecond times 2^24.
	BBRMinRTT     sim.Duration // bbr min_rtt_us [duration]: shortest round trip of the last ten seconds.
	BBRMinRTTAt   sim.Time     // bbr min_rtt_stamp [time]: when it was seen.
	BBRPacingGain uint32       // bbr pacing_gain [count]: 256ths of the bandwidth that are paced to.
	BBRCwndGain   uint32       // bbr cwnd_gain [count]: 256ths of bandwidth times round trip that cwnd aims at.
	BBRRounds     uint32       // bbr rtt_cnt [count]: round trips so far.
	BBRPhase      uint8        // bbr cycle_idx [count]: phase of PROBE_BW, 0 to 7.
	BBRFullBw     uint32       // bbr full_bw [count]: bandwidth that has to be exceeded by a quarter, or the pipe is full.
	BBRFullCnt    uint8        // bbr full_bw_cnt [count]: round trips in which it was not.
	BBRFull       bool         // bbr full_bw_reached [bool]: the pipe has been filled.
	BBRPriorCwnd  uint32       // bbr prior_cwnd [segments]: cwnd to return to after recovery or PROBE_RTT.
	BBRConserve   bool         // bbr packet_conservation [bool]: as much is sent as is delivered.
	BBRIdle       bool         // bbr idle_restart [bool]: the application has sent again after a pause.
	BBRPoliced    bool         // bbr lt_use_bw [bool]: a policer seems to limit the rate.

	PrrDelivered uint32   // prr_delivered [segments]: delivered since recovery began.
	PrrOut       uint32   // prr_out [segments]: sent since recovery began.
	Frto         bool     // frto [bool]: this timeout may yet prove spurious.
	TLPHigh      wire.Seq // tlp_high_seq [seq:snd]: SND.NXT at the time of the probe; 0: no probe is out.
	TLPRetrans   bool     // tlp_retrans [bool]: the probe was a retransmission.

	XmitKind TimerKind // icsk_pending [state]: what the transmit timer will do.
	XmitAt   sim.Time  // transmit timer [timer]: when it fires.
	DelackAt sim.Time  // delayed-ACK timer [timer]: when a waiting ACK leaves at the latest.
	PaceAt   sim.Time  // pacing timer [timer]: when the next segment may leave.
	KeepAt   sim.Time  // keepalive timer [timer]: next keepalive probe, or end of FIN_WAIT_2.

	AckPending  uint8        // ack.pending [flags]: 1 an ACK is due, 2 the timer runs, 4 data was pushed, 8 pushed twice, 16 at once, 32 for want of memory.
	Quick       uint8        // ack.quick [count]: ACKs that will still be sent at once.
	Pingpong    uint8        // ack.pingpong [count]: how much the connection looks like question and answer.
	ATO         sim.Duration // ack.ato [duration]: the delay of an ACK.
	LastRecv    sim.Time     // lrcvtime [time]: when data last came.
	RcvMSS      uint16       // rcv_mss [bytes]: what the peer's full segments seem to carry.
	LastSeg     uint16       // last_seg_size [bytes]: size of the last smaller segment, to be believed when it comes again.
	DupAckCnt   uint8        // dup_ack_counter [count]: duplicate ACKs sent in a row.
	CompSeq     wire.Seq     // compressed_ack_rcv_nxt [seq:rcv]: RCV.NXT while those duplicate ACKs are counted.
	CompAcks    uint8        // compressed_ack [count]: ACKs saved since the last one left.
	CompAt      sim.Time     // compressed_ack_timer [timer]: when an ACK for them leaves.
	LastOOW     sim.Time     // last_oow_ack_time [time]: when an ACK for an unacceptable segment was last sent; 0: never.
	ChallengeAt sim.Time     // challenge_timestamp [time]: when the last challenge ACK left.

	RcvBuf      uint32   // sk_rcvbuf [bytes]: room for received segments with their overhead.
	RcvBufLock  bool     // SOCK_RCVBUF_LOCK [bool]: the application fixed the receive buffer.
	RMem        uint32   // sk_rmem_alloc [bytes]: room in use.
	Forward     int32    // sk_forward_alloc [bytes]: rest of the pages set aside for what was written and what came in.
	FastPath    bool     // pred_flags [bool]: the next segment in order may take the fast path.
	Scaling     uint8    // scaling_ratio [count]: 256ths of the buffer that payload may fill.
	WindowClamp uint32   // window_clamp [bytes]: no larger window is offered.
	RcvSsthresh uint32   // rcv_ssthresh [bytes]: present ceiling of the offered window.
	RcvQSpace   uint32   // rcvq_space.space [bytes]: what the application read per round trip.
	RcvQSeq     wire.Seq // rcvq_space.seq [seq:rcv]: copied_seq when that was last measured.
	RcvQAt      sim.Time // rcvq_space.time [time]: when that was last measured.
	RcvRTT      uint32   // rcv_rtt_est [count]: receiver's own estimate of the round trip, 8 × µs.
	RcvRTTSeq   wire.Seq // rcv_rtt_est.seq [seq:rcv]: end of the window whose filling is timed.
	RcvRTTAt    sim.Time // rcv_rtt_est.time [time]: when that window was offered.
	SndBuf      uint32   // sk_sndbuf [bytes]: room for written segments with their overhead.
	SndBufLock  bool     // SOCK_SNDBUF_LOCK [bool]: the application fixed the send buffer.
	WMem        uint32   // sk_wmem_queued [bytes]: room in use.
	InQueue     uint32   // receive queue [bytes]: in order, not yet read.
	OfoBytes    uint32   // out-of-order queue [bytes]: waiting for a hole to be filled.
	UrgSeq      wire.Seq // urg_seq [seq:rcv]: where the urgent byte is.
	UrgState    uint8    // urg_data [state]: 0 none, 1 announced, 2 here, 3 read.
	UrgByte     uint8    // urgent byte [count]: what it is.
	OOBInline   bool     // SO_OOBINLINE [bool]: the urgent byte stays in the stream.
	RcvLowat    uint32   // SO_RCVLOWAT [bytes]: a reader is not woken for less.

	NoDelay     bool         // TCP_NODELAY [bool]: Nagle's algorithm is off.
	ThinLinear  bool         // TCP_THIN_LINEAR_TIMEOUTS [bool]: timeouts of a stream with little in flight are not doubled.
	Cork        bool         // TCP_CORK [bool]: partial segments are held back.
	Linger      bool         // SO_LINGER [bool]: close() waits, or resets.
	LingerT     sim.Duration // l_linger [duration]: how long close() may wait.
	Linger2     int32        // TCP_LINGER2 [count]: seconds in FIN_WAIT_2; 0: tcp_fin_timeout; negative: none.
	SynCnt      uint8        // TCP_SYNCNT [count]: SYN retransmissions; 0: tcp_syn_retries.
	RTOMax      sim.Duration // icsk_rto_max [duration]: timeouts do not grow beyond this; TCP_RTO_MAX_MS, or tcp_rto_max_ms when the socket was made.
	RTOMin      sim.Duration // icsk_rto_min [duration]: the deviation in a timeout counts for no less; TCP_RTO_MIN_US, or tcp_rto_min_us when the socket was made.
	DelackMax   sim.Duration // icsk_delack_max [duration]: an ACK is delayed no longer; TCP_DELACK_MAX_US.
	UserTO      sim.Duration // TCP_USER_TIMEOUT [duration]: give up after this long without progress; 0: no limit.
	KeepOn      bool         // SO_KEEPALIVE [bool]: idle connections are probed.
	KeepIdle    sim.Duration // TCP_KEEPIDLE [duration]: idle time before the first probe; 0: tcp_keepalive_time.
	KeepIntvl   sim.Duration // TCP_KEEPINTVL [duration]: between probes; 0: tcp_keepalive_intvl.
	KeepCnt     uint8        // TCP_KEEPCNT [count]: probes before giving up; 0: tcp_keepalive_probes.
	DeferAccept uint8        // TCP_DEFER_ACCEPT [count]: SYN-ACK retransmissions for which a bare ACK is ignored.
	ProbesOut   uint8        // probes_out [count]: window or keepalive probes since the last answer.
	ProbesAt    sim.Time     // probes_tstamp [time]: when the first of them left; 0: none.
	ReuseAddr   bool         // SO_REUSEADDR [bool]: the port may be shared with sockets that are not listening.
	ReusePort   bool         // SO_REUSEPORT [bool]: several listeners may share the port.

	Backlog   uint32   // sk_max_ack_backlog [count]: limit of the accept queue: min(backlog, somaxconn).
	AcceptQ   uint32   // sk_ack_backlog [count]: established connections that wait for accept().
	SynQ      uint32   // SYN queue [count]: half-open requests.
	SynQYoung uint32   // young [count]: half-open requests whose SYN-ACK was sent only once.
	Overflow  sim.Time // synq_overflow_ts [time]: when a SYN cookie was last sent, to the second; 0: never.
	Warned    bool     // synflood_warned [bool]: the kernel has logged that this port is being flooded.

	FOMax        uint32 // fastopenq.max_qlen [count]: connections made by their SYN that may wait for their third segment; 0: none are made.
	FOQ          uint32 // fastopenq.qlen [count]: those that wait, and those whose reset is not forgotten.
	FOConnect    bool   // fastopen_connect [bool]: TCP_FASTOPEN_CONNECT: connect() leaves the SYN to the first write.
	WritePending bool   // sk_write_pending [bool]: a call waits for the connection to write: its data will bring the third segment.
	FODefer      bool   // defer_connect [bool]: connect() has returned, the SYN has not been sent.
	FONoCookie   bool   // fastopen_no_cookie [bool]: TCP_FASTOPEN_NO_COOKIE: data goes, or is taken, without a cookie.
	FOChild      bool   // syn_fastopen_child [bool]: the connection was made by its SYN.
	FOFail       uint8  // fastopen_client_fail [count]: why Fast Open failed: 1 no cookie, 2 data not acknowledged, 3 SYN retransmitted.
	SynFO        bool   // syn_fastopen [bool]: the SYN had a Fast Open option.
	SynFOExp     bool   // syn_fastopen_exp [bool]: the Fast Open option of the SYN was the experimental one.
	SynFOCh      bool   // syn_fastopen_ch [bool]: Fast Open is tried again after a black hole.
	SynData      bool   // syn_data [bool]: the SYN carried data.
	SynDataAcked bool   // syn_data_acked [bool]: data that came with a SYN was taken.

	BytesSent  uint64 // bytes_sent [bytes]: payload sent, retransmissions included.
	BytesAcked uint64 // bytes_acked [bytes]: payload that the peer acknowledged.
	BytesRcvd  uint64 // bytes_received [bytes]: payload taken in order; the FIN counts as one.
	SegsOut    uint32 // segs_out [segments]: segments sent.
	SegsIn     uint32 // segs_in [segments]: segments received.
}
