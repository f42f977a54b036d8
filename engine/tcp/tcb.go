package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// TCBSchema describes the variables of a socket.
var TCBSchema = trace.NewSchema("tcb", TCB{}, groups(), map[string][]string{
	"State": StateNames, "CAState": CAStateNames, "TimerKind": TimerNames, "Errno": errnoLabels(), "Limit": LimitNames, "ECNMode": ECNModeNames, "Congestion": CongestionNames, "BBRMode": BBRModeNames,
})

// TCB is the transmission control block of one socket: every number that decides
// what it does. It is flat: copying it copies the socket's mind, and == compares
// two of them. The comments are read by users.
type TCB struct {
	Life
	SendSeq
	RecvSeq
	Sizes
	Agreed
	Sender
	Rack  Rack
	CC    Congestion // congestion control [state]: what decides how cwnd grows and shrinks.
	CCSet bool       // ca_setsockopt [bool]: the application chose it by TCP_CONGESTION.
	Cubic CubicControl
	Marks
	BBR        BBRControl
	Prr        PRR
	Frto       bool     // frto [bool]: this timeout may yet prove spurious.
	TLPHigh    wire.Seq // tlp_high_seq [seq:snd]: SND.NXT at the time of the probe; 0: no probe is out.
	TLPRetrans bool     // tlp_retrans [bool]: the probe was a retransmission.
	Timers
	Delack
	Buffers
	Urgency
	RcvLowat uint32 // SO_RCVLOWAT [bytes]: a reader is not woken for less.
	Options
	Backlogs
	FastOpen
	Totals
}

// Life is where a socket is in its life, and what of it has ended.
type Life struct {
	ID    sim.SubjectID `trace:"-"` // the subject that it is to a recorder
	State State         // state [state]: where the connection is in its life.
	Err   Errno         // sk_err [state]: the error that the next call on the socket will report.
	Soft  Errno         // sk_err_soft [state]: an error heard on the way that only a give-up will report.
	Shut  uint8         // sk_shutdown [flags]: 1 no more reading, 2 no more writing.
	Dead  bool          // SOCK_DEAD [bool]: the application has closed the descriptor: an orphan.
}

// SendSeq are the send sequence variables (RFC 9293 §3.3.1).
type SendSeq struct {
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
}

// RecvSeq are the receive sequence variables (RFC 9293 §3.3.1).
type RecvSeq struct {
	IRS       wire.Seq // IRS [seq:rcv]: initial receive sequence number.
	RcvNxt    wire.Seq // RCV.NXT [seq:rcv]: next sequence number expected.
	RcvWup    wire.Seq // rcv_wup [seq:rcv]: RCV.NXT when a window was last advertised.
	RcvWnd    uint32   // RCV.WND [bytes]: window that we offer, counted from rcv_wup.
	RcvMaxEnd wire.Seq // rcv_mwnd_seq [seq:rcv]: right edge of the largest window ever offered.
	Copied    wire.Seq // copied_seq [seq:rcv]: next byte that the application will read.
	RcvFin    bool     // FIN received [bool]: the peer's FIN has been taken in order.
}

// Agreed are the options that the two ends have agreed on, and their state.
type Agreed struct {
	WScale    uint8    // snd_wscale [shift]: left shift for windows that the peer sends.
	RcvWScale uint8    // rcv_wscale [shift]: right shift for windows that we send.
	WScaleOK  bool     // wscale_ok [bool]: both ends offered window scaling.
	SackOK    bool     // sack_ok [bool]: both ends offered selective acknowledgments.
	TSOK      bool     // tstamp_ok [bool]: both ends offered timestamps.
	TSRecent  uint32   // TS.Recent [count]: timestamp to echo, also the bar for PAWS.
	TSStamp   sim.Time // ts_recent_stamp [time]: when TS.Recent was taken.
	LastAck   wire.Seq // Last.ACK.sent [seq:rcv]: acknowledgment number last sent.
	TSOffset  uint32   // tsoffset [count]: secret added to the clock in our timestamps.
}

// Options are what the application has asked for, and the probes that are part of it.
type Options struct {
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
}

// Totals are what TCP_INFO counts.
type Totals struct {
	BytesSent  uint64 // bytes_sent [bytes]: payload sent, retransmissions included.
	BytesAcked uint64 // bytes_acked [bytes]: payload that the peer acknowledged.
	BytesRcvd  uint64 // bytes_received [bytes]: payload taken in order; the FIN counts as one.
	SegsOut    uint32 // segs_out [segments]: segments sent.
	SegsIn     uint32 // segs_in [segments]: segments received.
}
