package trace

import (
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// Kind is what made an event happen.
type Kind uint8

// The kinds of event.
const (
	Arrive Kind = iota // a segment reaches a host
	Timer              // a deadline passes
	Call               // an application calls, or its blocked call returns
	Act                // a person intervenes
	Link               // a link changes by itself: a queue drains, a held segment is let go
)

var kindNames = [...]string{"arrive", "timer", "call", "act", "link"}

func (k Kind) String() string { return kindNames[k] }

// Event is one step of the world, with everything it did and why.
type Event struct {
	ID      sim.EventID
	At      sim.Time
	Kind    Kind
	Host    sim.HostID    // where it happens; -1 for the network
	Subject sim.SubjectID // the socket, request, TIME_WAIT entry or link it concerns; 0: none
	Packet  sim.PacketID  // Arrive: which; Act: the one acted upon
	Name    string        // Timer: its name ("rto"); Call: the call as written; Act: the operation as written
	Cause   sim.EventID   // the event before which this could not have happened; 0: the scene itself
	Head    int16         // the span that heads the event: the rule with the greatest consequence; -1: none has one
	Class   Class         // what that consequence is
	Spans   []Span
	Checks  []Check // the comparisons that ran; spans point at them
	Changes []Change
	Effects []Effect
	Counts  []Count
	Lengths []Length
}

// Length says where the length of a timer that the event set came from.
type Length struct {
	Subject sim.SubjectID
	Timer   uint8    // which: a number of the subject's kind
	How     uint8    // which sum: a number of the subject's kind
	At      sim.Time // when it fires
	Terms   [3]int64 // of the sum, in its order
}

// Span is one rule that applied. Spans are in order of opening.
type Span struct {
	Rule   *Rule
	Parent int16 // index of the span around it, or -1
	Asked  int16 // the span is a question: the number of its Check, counted from 1; 0: it is none
}

// Check returns the comparison that ran in a span of this event; nil: it asked nothing.
func (e *Event) Check(s Span) *Check {
	if s.Asked == 0 {
		return nil
	}
	return &e.Checks[s.Asked-1]
}

// Change is one variable that an event changed, measured.
type Change struct {
	Subject  sim.SubjectID
	Field    uint16 // index into the subject's schema
	Span     int16
	Old, New int64
}

// Count is a host counter that an event moved.
type Count struct {
	Host    sim.HostID
	Counter uint16 // index into the host's counter names
	Span    int16
	By      int32
}

// EffectKind is what an effect does.
type EffectKind uint8

// The effects.
const (
	Sent      EffectKind = iota // Packet leaves Host; it will arrive at At, unless something happens
	Lost                        // Packet will never arrive; the span's rule says who took it
	Delivered                   // Packet is taken from the network by Host
	Dropped                     // Packet, just delivered, is discarded; the span's rule says why
	Moved                       // Packet will now arrive at At instead of Old
	Copied                      // Packet is a copy of Packet Old
	Edited                      // Packet is not what was sent any more; see the packet's versions
	Woke                        // a blocked call of process N may go on
	Returned                    // the call of process N returned Result, with errno Errno
	Created                     // Subject comes into being with Values
	Destroyed                   // Subject is gone; it had Values
	Named                       // Subject has got another four-tuple: bound, connected
	Set                         // the sysctl Text of Host was Was and is Is
)

var effectNames = [...]string{"sent", "lost", "delivered", "dropped", "moved", "copied", "edited", "woke", "returned", "created", "destroyed", "named", "set"}

func (k EffectKind) String() string { return effectNames[k] }

// Effect is something that an event did beyond changing variables.
type Effect struct {
	Kind    EffectKind
	Span    int16
	Host    sim.HostID
	Packet  sim.PacketID
	Subject sim.SubjectID
	At, Old int64
	N       int32
	By      sim.EventID // the event that set up the standing rule which did this; 0: none did
	Result  int64
	Errno   string
	Text    string // Returned: bytes read, when the call reads
	Was, Is string // Set: the values
	Made    *Made  // Created, Destroyed, Named: the subject
	Before  *Made  // Named: as it was known before
}

// Made describes a subject that an effect is about.
type Made struct {
	Schema *Schema
	Flow   sim.FlowID
	Tuple  wire.Tuple
	Values []int64 // every field; not for Named
}
