package kernel

import (
	"time"

	"wirestep/engine/wire"
)

// actKind is what a step of a random script does.
type actKind uint8

const (
	actInject actKind = iota
	actCall
	actCheck
	actICMP      // an error about the oldest segment that is not acknowledged
	actPeer      // the peer takes what was sent, and acknowledges it
	actCheckSend // as actCheck, with the variables of a sender
)

// act is one step of a random script, before it is played: what depends on the
// kernel's answers is said by what it is, so that a step can be left out.
type act struct {
	wait time.Duration // after the step before
	kind actKind
	call string // socket calls by name, with n; one with a %d in it is made as it stands, on the connection
	n    int

	flags wire.Flags
	off   int32   // of the sequence number from the next one in order
	size  int     // bytes of data
	ack   ackKind // what is acknowledged
	plus  int32   // added to it
	win   uint16
	age   int32 // how old the timestamp is, in milliseconds
	noTS  bool
	urg   uint16
	code  uint8 // of an ICMP error: which kind of unreachable
	opts  wire.Options
	peer  peerAct
}

// ackKind is what a segment acknowledges.
type ackKind uint8

const (
	ackAll  ackKind = iota // everything that was sent
	ackNone                // nothing beyond what was acknowledged before
	ackHalf                // the middle of what is outstanding
)

// plan is a random script.
type plan struct {
	seed   uint64
	area   string
	active bool // the kernel calls connect()
	ts     bool // the peer uses timestamps, if the kernel does
	ip6    bool
	sys    [][2]string
	before []string // calls on the first socket, before it listens or connects
	gso    bool
	wins   bool // windows are compared on every segment
	acts   []act
	rtt    time.Duration // of a path on which the kernel sends
}

// without is the plan less some of its steps.
func (p *plan) without(from, to int) *plan {
	q := *p
	q.acts = append(append([]act(nil), p.acts[:from]...), p.acts[to:]...)
	if from < len(q.acts) { // the steps after it stay where they were
		for _, a := range p.acts[from:to] {
			q.acts[from].wait += a.wait
		}
	}
	return &q
}
