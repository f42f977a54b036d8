package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Ctx is all that an endpoint can touch while it handles one event.
type Ctx struct {
	*trace.Recorder
	Now  sim.Time
	Tick sim.Duration // what passes between two looks at the clock in one event: 0 in virtual time
	Sys  *Sysctls
	Rand *sim.Rand
	MIB  *MIB
	Mem  *Memory
	Host sim.HostID

	RouteMTU uint32         // largest packet on the route of the connection at hand; 0: as its socket has it
	Waits    []wire.Segment // what still waits in the host for a neighbour
	Busy     bool           // the caller of the socket at hand still holds it
	Gate     Gate           // asked about each; nil: everything may go
	Out      []Outgoing     // segments to be sent, in order
}

// Gate is what a host has between TCP and its interfaces: the chain OUTPUT, and its routes.
type Gate interface {
	// Lets reports whether a segment may leave the host. What it refuses is gone, and TCP knows
	// (ip_local_out: EPERM; __ip_queue_xmit: EHOSTUNREACH).
	Lets(s *wire.Segment) bool
	// Routed says why no route leads from a segment's source to its destination.
	Routed(t wire.Tuple) Errno
}

// Outgoing is a segment handed to the network, with the span that decided it.
type Outgoing struct {
	Seg   wire.Segment
	Span  int16
	Retx  uint16 // how often the same was sent before
	Asked bool   // Gate has let it out
}

// Send hands a segment to the network. false: the queue of the interface is full
// (NET_XMIT_DROP), or the host does not let it out, and the segment is gone; it is counted all
// the same.
func (x *Ctx) Send(s wire.Segment, retx uint16) bool {
	if s.Flags.Has(wire.RST) {
		x.Count(OutRsts)
	}
	if retx == 0 || s.Flags.Has(wire.SYN|wire.ACK) { // Linux: retransmissions are counted apart
		x.CountBy(OutSegs, s.Segs())
	}
	if x.Sys.refuses(&s) || x.Gate != nil && !x.Gate.Lets(&s) {
		return false
	}
	x.Out = append(x.Out, Outgoing{Seg: s, Span: x.Span(), Retx: retx, Asked: true})
	return true
}

// refuses: a packet is longer than what the interface's queue has room for.
func (s *Sysctls) refuses(p *wire.Segment) bool {
	return s.TxLimit > 0 && uint32(len(p.Payload))+uint32(p.Segs())*p.Headers() >= s.TxLimit
}

// crowded: what the interface refuses finds its queue full. Otherwise a rule of the host, or
// that it has no route, kept the segment.
func (s *Sysctls) crowded() bool { return s.TxLimit > 0 }

// Count moves a counter by one.
func (x *Ctx) Count(c Counter) { x.CountBy(c, 1) }

// CountBy moves a counter.
func (x *Ctx) CountBy(c Counter, by int) {
	x.MIB[c] += uint64(by)
	x.Recorder.Count(x.Host, uint16(c), int32(by))
}

// Drop says that the segment at hand is discarded, and under which rule.
func (x *Ctx) Drop(rule *trace.Rule) {
	if x.On {
		defer x.Enter(rule)()
		x.Effect(trace.Effect{Kind: trace.Dropped, Host: x.Host, Packet: x.Event.Packet})
	}
}

// jiffy is the tick of a kernel built with HZ=250, which 6.18 was measured on:
// retransmission timeouts are whole ticks.
const jiffy = 4 * sim.Millisecond

// ceilJiffy rounds a span up to whole ticks, as usecs_to_jiffies does.
func ceilJiffy(d sim.Duration) sim.Duration {
	return (d + jiffy - 1) / jiffy * jiffy
}

// ticks is the span between two instants as a clock of whole ticks has it.
func ticks(from, to sim.Time) sim.Duration {
	return sim.Duration(to/sim.Time(jiffy)-from/sim.Time(jiffy)) * jiffy
}

// tsClock is the clock of timestamps: milliseconds (RFC 7323 §5.4; Linux: tcp_time_stamp_ms).
func (x *Ctx) tsClock() uint32 { return uint32(x.Now / sim.Time(sim.Millisecond)) }
