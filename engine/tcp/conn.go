package tcp

import (
	"unsafe"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Conn is one socket: its control block and the queues beside it.
type Conn struct {
	TCB
	Flow  sim.FlowID
	Tuple wire.Tuple

	SendQueue
	RecvQueue
	SackList

	Parent   sim.SubjectID // the listener that it came from, until accept()
	handOver *TimeWait     // what replaces the socket after a timer; the host takes it
	armed    [5]Armed      // of the transmit, delayed-ACK, keepalive, SACK-compression and pacing timers
	Filed    Filed
	Stats    Stats
	late     sim.Duration // what the kernel's timers of this episode are late by, at least
	slot     int64        // ticks: the turn of its wheel at which the last of them fired
	IP       IPOptions
	Hold     PortHold
	NoPort   bool // IP_BIND_ADDRESS_NO_PORT: bind() to port 0 leaves the choice to connect()

	lastEcho uint32 // the echoed timestamp that the receiver's round trip was last taken from (rcv_rtt_last_tsecr)

	fast bool // the segment at hand is the one that header prediction waits for

	rsk       *Request      // Fast Open: what the connection began with, until the third segment; Clone copies it
	left      *FastOpenLeft // rsk is gone; the host tells the listener
	synCookie *Cookie       // what the SYN that leaves just now has for its Fast Open option
	FOKeys    []FastOpenKey // TCP_FASTOPEN_KEY; replaced whole, never written
	foResets  []sim.Time    // of a listener: until when resets hold places among the pending Fast Open connections
}

// IPOptions are what the application has set of the layer below.
type IPOptions struct {
	TTL               uint8  // IP_TTL; 0: 64
	MTUDiscover       uint8  // IP_MTU_DISCOVER, one more; 0: not set
	RecvErr           bool   // IP_RECVERR
	MinTTL            uint8  // IP_MINTTL: what has come further is not taken
	PortLow, PortHigh uint16 // IP_LOCAL_PORT_RANGE; 0: none
	Nonlocal          bool   // IP_FREEBIND or IP_TRANSPARENT: bind() takes any address
	Transparent       bool   // IP_TRANSPARENT: what is sent may come from any address
}

// Expires reports whether a segment has come further than IP_MINTTL lets it.
func (o *IPOptions) Expires(s *wire.Segment) bool {
	ttl := s.TTL
	if ttl == 0 {
		ttl = 64
	}
	return ttl < o.MinTTL
}

// Skb is one buffer of the send side: what became, or will become, one packet for
// the interface. With segmentation offload that may be several segments.
type Skb struct {
	Seq, End  wire.Seq
	Flags     wire.Flags // SYN, FIN, PSH, URG
	Data      string
	SentAt    sim.Time // last time
	FirstAt   sim.Time // first time
	Sent      uint16   // how often
	Sacked    bool     // the peer holds it out of order
	Lost      bool     // believed lost
	Retrans   bool     // the latest copy is a retransmission still in flight
	EverRetx  bool
	EOR       bool   // MSG_EOR: nothing is added to it or joined with it behind its end
	No        uint32 // which transmission the last was
	Rate      rateStamp
	Delivered uint32 // connection's Delivered when it was sent
	Segs      uint16 // segments that it counts for, once it is sent (tcp_skb_pcount)
	Size      uint16 // payload of each when they are several (tcp_gso_size)
	Joined    bool   // selectively acknowledged, and one buffer with the one before
	Judged    bool   // RACK has believed it lost since it was sent last, and looks at it no more (off tsorted_sent_queue)
}

// NewConn returns a closed socket with every timer off.
func NewConn(id sim.SubjectID) *Conn {
	c := &Conn{}
	c.ID = id
	c.State = Closed
	c.Timers, c.CompAt = noTimers, sim.Never
	c.MTU = 1500
	c.PeerMSS = 536
	c.PacingRate, c.PacingMax = ^uint64(0), ^uint64(0)
	c.MSS = 536
	return c
}

// Clone returns a copy that shares nothing that either may write.
func (c *Conn) Clone() *Conn {
	n := *c
	n.Rtx = append(make([]Skb, 0, len(c.Rtx)), c.Rtx...)
	n.Wq = append(make([]Skb, 0, len(c.Wq)), c.Wq...)
	n.Rcv = append(make([]Block, 0, len(c.Rcv)), c.Rcv...)
	n.Ofo = append(make([]Block, 0, len(c.Ofo)), c.Ofo...)
	if c.rsk != nil {
		q := *c.rsk
		n.rsk = &q
	}
	return &n
}

// Watch lets the recorder measure the socket.
func (c *Conn) Watch(x *Ctx) { x.Watch(TCBSchema, c.ID, unsafe.Pointer(&c.TCB)) }

// Made describes the socket to a reader of the trace.
func (c *Conn) Made() trace.Made {
	return trace.Made{Schema: TCBSchema, Flow: c.Flow, Tuple: c.Tuple, Values: c.Values()}
}

// Armed remembers which event set a deadline.
type Armed struct {
	At sim.Time
	By sim.EventID
}

// PortHold is how a socket holds its local port.
type PortHold uint8

// The holds.
const (
	HoldNone   PortHold = iota // not at all
	HoldAuto                   // connect() chose it, for one destination
	HoldBound                  // bind() or listen() chose it, for all; or a listener passed it on
	HoldLocked                 // bind() was told which: it is kept until close()
)

// Filed is what the tables of the host say of a subject. Only the host writes it.
type Filed struct {
	Epoch  uint32      // copies of the host that are older share the subject
	Event  sim.EventID // the last event that edited it
	Due    sim.Time    // earliest deadline
	Hash   uint64      // of the four-tuple; 0: cannot be found by one
	Port   uint16      // local port that is held; 0: none
	Orphan bool        // counted as one
	Gone   bool        // not in the tables any more
}

// NoteArmed notes which deadlines the event has set.
func (c *Conn) NoteArmed(ev sim.EventID) {
	for i, at := range [...]sim.Time{c.XmitAt, c.DelackAt, c.KeepAt, c.CompAt, c.PaceAt} {
		if at != c.armed[i].At {
			c.armed[i] = Armed{at, ev}
		}
	}
}

// ArmedBy is the event that set the deadline of a timer.
func (c *Conn) ArmedBy(k TimerKind) sim.EventID {
	switch k {
	case TimerDelack:
		return c.armed[1].By
	case TimerKeep:
		return c.armed[2].By
	case TimerComp:
		return c.armed[3].By
	case TimerPace:
		return c.armed[4].By
	}
	return c.armed[0].By
}

// Values reads every variable, in the order of TCBSchema.
func (c *Conn) Values() []int64 { return TCBSchema.Values(unsafe.Pointer(&c.TCB)) }

// Disarm takes a timer off, as if it had never been set.
func (t *TCB) Disarm(k TimerKind) {
	switch k {
	case TimerDelack:
		t.DelackAt = sim.Never
	case TimerKeep:
		t.KeepAt = sim.Never
	case TimerComp:
		t.CompAt = sim.Never
	case TimerPace:
		t.PaceAt = sim.Never
	default:
		t.stopXmit()
	}
}

// NextTimer returns the earliest deadline of the socket and what it is.
func (t *TCB) NextTimer() (sim.Time, TimerKind) {
	at, kind := t.XmitAt, t.XmitKind
	if t.DelackAt < at {
		at, kind = t.DelackAt, TimerDelack
	}
	if t.KeepAt < at {
		at, kind = t.KeepAt, TimerKeep
	}
	if t.CompAt < at {
		at, kind = t.CompAt, TimerComp
	}
	if t.PaceAt < at {
		at, kind = t.PaceAt, TimerPace
	}
	return at, kind
}

// TakeHandOver returns what replaces the socket after a timer, once.
func (c *Conn) TakeHandOver() *TimeWait {
	t := c.handOver
	c.handOver = nil
	return t
}

// setState moves the connection to a state (tcp_set_state).
func (l *Life) setState(x *Ctx, s State) {
	if s == Closed && (l.State == Established || l.State == CloseWait) {
		x.Count(EstabResets)
	}
	l.State = s
}

// InitBuffers gives a new socket its buffers (tcp_init_sock).
func (c *Conn) InitBuffers(sys *Sysctls) {
	c.RcvBuf, c.SndBuf = sys.RMem[1], sys.WMem[1]
	c.Scaling = scalingHalf
	c.CC = sys.CongestionControl
	c.Cwnd, c.CwndClamp, c.Ssthresh = initCwnd, ^uint32(0), infSsthresh
	c.RTOMax, c.RTOMin, c.DelackMax = sys.RTOMax, ceilJiffy(sys.RTOMin), delackMax
	c.setTimeout(min(max(sys.firstRTO(), c.RTOMin), c.RTOMax), HowInitial, dur(sys.firstRTO()))
	c.Reordering = sys.Reordering
}
