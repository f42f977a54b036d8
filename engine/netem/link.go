package netem

import (
	_ "embed"
	"unsafe"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

//go:embed link.go
var source string

// Schema describes the variables of a link.
var Schema = trace.NewSchema("link", Vars{}, source, map[string][]string{"Discipline": DisciplineNames})

// Vars are the properties of a link and what it remembers.
type Vars struct {
	Delay      sim.Duration // delay [duration]: time that a packet needs from one end to the other.
	Jitter     sim.Duration // jitter [duration]: added to it at random, from nothing up to this.
	Rate       uint64       // rate [count]: bits per second; 0 is infinitely fast.
	LossPPM    uint32       // loss [count]: so many of a million packets are lost.
	DupPPM     uint32       // duplicate [count]: so many of a million arrive twice.
	ReorderPPM uint32       // reorder [count]: so many of a million are not delayed and overtake the others.
	MarkPPM    uint32       // mark [count]: so many of a million are marked CE; what is not ECN-capable is lost instead.
	Queue      uint32       // queue [count]: packets that may wait for a slow rate; 0 is no limit.
	MTU        uint32       // mtu [bytes]: largest packet that the link takes.
	Disc       Discipline   // qdisc [state]: how the link chooses what leaves next and what is dropped.
	Target     sim.Duration // target [duration]: CoDel: how long a packet may wait. 0 is 5 ms.
	Interval   sim.Duration // interval [duration]: CoDel: for how long that may last. 0 is 100 ms.
	Quantum    uint32       // quantum [bytes]: fq_codel: what a flow may send in its turn. 0 is 1514.
	RedMin     uint32       // min [bytes]: RED: below this average length nothing is dropped.
	RedMax     uint32       // max [bytes]: RED: above this average length everything is.
	RedPPM     uint32       // probability [count]: RED: so many of a million are dropped just below that.
	ECN        bool         // ecn [bool]: what is ECN-capable is marked instead of dropped.
	NoECN      bool         // noecn [bool]: fq_codel: it is dropped like all else.
	Down       bool         // down [bool]: the cable is unplugged.
	FreeAt     sim.Time     // busy until [time]: when the packet being sent will have left.
	LastAt     sim.Time     // last arrival [time]: no later packet arrives before, unless it is reordered.
}

// Link is one direction of a cable.
type Link struct {
	Vars
	ID       sim.SubjectID
	From, To sim.HostID
	Rand     sim.Rand
	Backlog  Backlog // CoDel, fq_codel: what waits
	RED      redMemory
	Leaving  []sim.Time // when the packets that wait or are being sent will have left
}

// Clone returns a copy that shares nothing.
func (l *Link) Clone() *Link {
	n := *l
	n.Backlog = l.Backlog.Clone()
	n.Leaving = append(make([]sim.Time, 0, len(l.Leaving)), l.Leaving...)
	return &n
}

// Watch lets the recorder measure the link.
func (l *Link) Watch(r *trace.Recorder) { r.Watch(Schema, l.ID, unsafe.Pointer(&l.Vars)) }

// Values reads every variable, in the order of Schema.
func (l *Link) Values() []int64 { return Schema.Values(unsafe.Pointer(&l.Vars)) }

// Verdict is what a link does with a packet.
type Verdict struct {
	Lost           *trace.Rule // not nil: the packet never arrives, for this reason
	Depart, Arrive sim.Time
	Marked         bool        // it arrives with the mark CE
	By             *trace.Rule // under which it was marked
	Twice          bool        // a copy arrives as well
	Again          sim.Time    // when
}

var lossRandom = trace.Declare(trace.Rule{
	ID:      "link.loss",
	Says:    "The link loses this packet: its dice, seeded by the scene, fell that way.",
	Linux:   "netem_enqueue",
	Differs: "A model of a bad link, not a protocol: no RFC speaks of it.",
})

// Mark is the rule under which a packet is marked instead of lost.
var Mark = trace.Declare(trace.Rule{
	ID:      "link.mark",
	Says:    "The link is congested, so say its dice, and the packet is ECN-capable: it is marked CE and goes on, where another would be lost.",
	RFC:     trace.Cites("RFC 3168 §5", "RFC 7567 §3"),
	Linux:   "netem_enqueue",
	Differs: "A router marks by the length of its queue; this link marks by chance, as netem does with loss and ecn.",
})

var lossMark = trace.Declare(trace.Rule{
	ID:      "link.mark-lost",
	Says:    "The link is congested, so say its dice. The packet is not ECN-capable and cannot be marked: it is lost.",
	RFC:     trace.Cites("RFC 3168 §5"),
	Linux:   "netem_enqueue",
	Differs: "A router drops by the length of its queue; this link by chance.",
})

var lossQueue = trace.Declare(trace.Rule{
	ID:      "link.queue-full",
	Says:    "More packets wait for the slow link than its queue holds: this one is dropped at the end of the queue.",
	Linux:   "pfifo_enqueue",
	Differs: "A model of a device, not a protocol.",
})

var lossDown = trace.Declare(trace.Rule{
	ID:      "link.down",
	Says:    "The cable is unplugged: what is sent into it is gone.",
	Linux:   "dev_queue_xmit",
	Differs: "A model of a device, not a protocol.",
})

var lossBig = trace.Declare(trace.Rule{
	ID:    "link.too-big",
	Says:  "The packet is larger than the link takes, and it may not be cut into pieces.",
	RFC:   trace.Cites("RFC 1191 §4"),
	Linux: "ip_fragment",
})

// Admit takes a packet of so many bytes at an instant; each is what the largest frame
// has that it travels in; markable: it is ECN-capable.
func (l *Link) Admit(now sim.Time, bytes, each uint32, markable bool) Verdict {
	if rule := l.Refuses(each); rule != nil {
		return Verdict{Lost: rule}
	}
	marked := false
	if l.Disc == RED && l.RedMax > 0 {
		var rule *trace.Rule
		if rule, marked = l.red(now, l.backlog(now), markable); rule != nil {
			return Verdict{Lost: rule}
		}
	}
	for len(l.Leaving) > 0 && l.Leaving[0] <= now {
		l.Leaving = l.Leaving[1:]
	}
	if l.Queue > 0 && uint32(len(l.Leaving)) > l.Queue {
		return Verdict{Lost: lossQueue}
	}
	v := l.Launch(now, bytes, markable)
	if l.RED.idle = max(now, l.FreeAt); marked && v.Lost == nil {
		v.Marked, v.By = true, redMark
	}
	return v
}

// Refuses says why a packet never gets into the link: it is unplugged, or the packet is
// larger than it takes.
func (l *Link) Refuses(each uint32) *trace.Rule {
	switch {
	case l.Down:
		return lossDown
	case l.MTU > 0 && each > l.MTU:
		return lossBig
	}
	return nil
}

// backlog is what waits for a slow link, in bytes.
func (l *Link) backlog(now sim.Time) uint64 {
	if l.FreeAt <= now {
		return 0
	}
	return uint64(l.FreeAt.Sub(now)) * l.Rate / (8 * uint64(sim.Second))
}

// Launch sends a packet as soon as the link is free, and lets its dice fall.
func (l *Link) Launch(now sim.Time, bytes uint32, markable bool) Verdict {
	v := Verdict{Depart: now}
	if l.Rate > 0 {
		start := max(now, l.FreeAt)
		v.Depart = start.Add(sim.Duration(uint64(bytes) * 8 * uint64(sim.Second) / l.Rate))
		l.FreeAt = v.Depart
		l.Leaving = append(l.Leaving, v.Depart)
	}
	if l.Rand.Chance(l.LossPPM) {
		v.Lost = lossRandom
		return v
	}
	if l.Rand.Chance(l.MarkPPM) {
		if v.Marked, v.By = markable, Mark; !markable {
			v.Lost = lossMark
			return v
		}
	}
	v.Arrive = l.arrival(v.Depart)
	if l.Rand.Chance(l.DupPPM) {
		v.Twice, v.Again = true, l.arrival(v.Depart)
	}
	return v
}

// arrival draws when a packet that departs now arrives. A jitter alone never
// reorders; a reordered packet skips the delay.
func (l *Link) arrival(depart sim.Time) sim.Time {
	if l.Rand.Chance(l.ReorderPPM) {
		return depart
	}
	at := depart.Add(l.Delay)
	if l.Jitter > 0 {
		at = at.Add(sim.Duration(l.Rand.Below(uint64(l.Jitter))))
		at = max(at, l.LastAt)
	}
	l.LastAt = max(l.LastAt, at)
	return at
}
