package middlebox

import (
	_ "embed"
	"unsafe"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

//go:embed flow.go
var flowSource string

// State is what conntrack believes of a connection. It has seen both directions,
// but not what either end made of it.
type State uint8

// The states, under conntrack's names.
const (
	None State = iota
	SynSent
	SynRecv
	Established
	FinWait
	CloseWait
	LastAck
	TimeWait
	Close
	SynSent2 // both sides have sent a SYN
)

// StateNames holds the name of each state, by number.
var StateNames = []string{"NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2"}

func (s State) String() string { return StateNames[s] }

// FlowSchema describes the variables of a flow.
var FlowSchema = trace.NewSchema("conntrack", FlowVars{}, flowSource, map[string][]string{"State": StateNames})

// FlowVars are the numbers of one entry of the table.
type FlowVars struct {
	State    State    // state [state]: what conntrack believes of the connection.
	ExpireAt sim.Time // timeout [time]: when the entry is forgotten if nothing comes before.
	Replied  bool     // SEEN_REPLY [bool]: the other side has answered.
	Assured  bool     // ASSURED [bool]: the connection was complete: a full table keeps it.
	Packets  uint32   // packets [count]: segments from the side that began.
	Replies  uint32   // reply packets [count]: segments from the other side.
}

// Flow is one entry of the table: a connection by the ends that each side sees.
type Flow struct {
	FlowVars
	ID    sim.SubjectID
	Orig  wire.Tuple // Local is who began; as its packets come in
	Reply wire.Tuple // Local is who answers; as its packets come in

	sides    [2]side     // by direction
	liberal  bool        // whatever lies outside the windows is let through
	end, ack [2]wire.Seq // by direction: end of what was sent, highest number acknowledged
	last     kind        // the latest segment
	lastDir  direction
	lastEnd  wire.Seq
	closing  bool // a FIN was let through: a SYN may open it anew
	epoch    uint32
}

// direction is which side a segment comes from.
type direction uint8

const (
	orig direction = iota
	reply
)

// Watch lets the recorder measure the flow.
func (f *Flow) Watch(x *Ctx) { x.Watch(FlowSchema, f.ID, unsafe.Pointer(&f.FlowVars)) }

// Values reads every variable, in the order of FlowSchema.
func (f *Flow) Values() []int64 { return FlowSchema.Values(unsafe.Pointer(&f.FlowVars)) }

// Made describes the flow to a reader of the trace.
func (f *Flow) Made() trace.Made {
	return trace.Made{Schema: FlowSchema, Tuple: f.Orig, Values: f.Values()}
}

// Timeouts are how long a flow is remembered in each state, but for Established. That
// of None is for a connection whose data nobody acknowledges
// (nf_conntrack_tcp_timeout_unacknowledged).
type Timeouts [SynSent2 + 1]sim.Duration

// DefaultTimeouts are Linux'.
var DefaultTimeouts = Timeouts{
	None: 300 * sim.Second, SynSent: 120 * sim.Second, SynRecv: 60 * sim.Second, FinWait: 120 * sim.Second, CloseWait: 60 * sim.Second,
	LastAck: 30 * sim.Second, TimeWait: 120 * sim.Second, Close: 10 * sim.Second, SynSent2: 120 * sim.Second,
}

// timeout is how long the flow is remembered from now on (nf_conntrack_tcp_packet).
func (f *Flow) timeout(b *Box) sim.Duration {
	d := b.Timeouts[f.State]
	if f.State == Established {
		d = b.Established
	}
	if f.State == Established && (!f.Replied || f.end[orig].After(f.ack[reply]) || f.end[reply].After(f.ack[orig])) {
		d = min(d, b.Timeouts[None])
	}
	return d
}

// seen keeps the numbers of a segment.
func (f *Flow) seen(s *wire.Segment, dir direction, k kind) {
	if end := s.End(); f.end[dir] == 0 || end.After(f.end[dir]) {
		f.end[dir] = end
	}
	if s.Flags.Has(wire.ACK) && (f.ack[dir] == 0 || s.Ack.After(f.ack[dir])) {
		f.ack[dir] = s.Ack
	}
	if f.last, f.lastDir, f.lastEnd = k, dir, s.End(); dir == orig {
		f.Packets++
	} else {
		f.Replies++
	}
}
