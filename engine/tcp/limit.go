package tcp

// Limit is what kept the sender from sending more when it last tried: the
// decision that was executed, not a guess made afterwards.
type Limit uint8

// The reasons, in the order in which the sender asks.
const (
	LimitNone   Limit = iota // nothing was tried yet
	LimitApp                 // everything written has been sent
	LimitCwnd                // the congestion window is full
	LimitRwnd                // the peer's window is full
	LimitNagle               // a small segment waits for an ACK
	LimitCork                // TCP_CORK or MSG_MORE holds a partial segment
	LimitPacing              // the next segment's time has not come
	LimitTimer               // waiting for a retransmission to be answered
	LimitTSQ                 // enough is queued in the interface
	LimitDefer               // an ACK will soon allow a larger packet (segmentation offload)
)

// LimitNames holds the name of each limit, by number.
var LimitNames = []string{"", "application", "cwnd", "rwnd", "Nagle", "cork", "pacing", "timer", "device", "offload"}

func (l Limit) String() string { return LimitNames[l] }
