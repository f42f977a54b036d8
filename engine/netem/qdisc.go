package netem

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Discipline is how a link chooses what leaves next, and what is dropped.
type Discipline uint8

// The disciplines, under the names of tc.
const (
	FIFO    Discipline = iota // first come, first served; what finds the queue full is dropped
	CoDel                     // RFC 8289
	FQCoDel                   // RFC 8290
	RED                       // RFC 2309
)

// DisciplineNames holds the name of each, by number.
var DisciplineNames = []string{"fifo", "codel", "fq_codel", "red"}

func (d Discipline) String() string { return DisciplineNames[d] }

// What a discipline has when nobody says otherwise (tc-codel, tc-fq_codel, tc-red).
const (
	DefaultTarget   = 5 * sim.Millisecond
	DefaultInterval = 100 * sim.Millisecond
	DefaultQuantum  = 1514
	flowQueues      = 1024
	codelLimit      = 1000
	fqCodelLimit    = 10240
)

// Waiting is a packet in a queue.
type Waiting struct {
	ID       sim.PacketID
	At       sim.Time // when it came
	Bytes    uint32
	Flow     uint64 // a hash of its ends
	Markable bool
}

// Gone is what became of a packet that a queue did not let wait, or leave, as it was.
type Gone struct {
	ID     sim.PacketID
	Rule   *trace.Rule
	Marked bool // it goes on, marked
}

// queue is a list of packets with CoDel's memory.
type queue struct {
	list  []Waiting
	bytes uint32
	codel codel

	id     uint64 // of a flow: which bucket
	credit int64
	listed bool
}

// Backlog is what waits before a link whose discipline looks at what leaves.
type Backlog struct {
	flows    []*queue // CoDel: one; FQCoDel: those that have sent, in the order in which they began
	new, old []uint64 // FQCoDel: whose turn is next
	Packets  uint32
	Bytes    uint32
	Dropped  uint64
	Marked   uint64
}

// Clone returns a copy that shares nothing.
func (b *Backlog) Clone() Backlog {
	n := *b
	n.flows = make([]*queue, len(b.flows))
	for i, q := range b.flows {
		own := *q
		own.list = append(make([]Waiting, 0, len(q.list)), q.list...)
		n.flows[i] = &own
	}
	n.new, n.old = append([]uint64(nil), b.new...), append([]uint64(nil), b.old...)
	return n
}

// Queues reports whether packets wait before the link until it takes them one by one.
func (l *Link) Queues() bool {
	return l.Rate > 0 && (l.Disc == CoDel || l.Disc == FQCoDel)
}

func (b *Backlog) find(id uint64) *queue {
	for _, q := range b.flows {
		if q.id == id {
			return q
		}
	}
	q := &queue{id: id}
	b.flows = append(b.flows, q)
	return q
}

var lossFattest = trace.Declare(trace.Rule{
	ID:      "fq-codel.full",
	Says:    "More packets wait than the queue holds: the first of the flow that has most bytes waiting is dropped, whoever came last.",
	RFC:     trace.Cites("RFC 8290 §4.1.1"),
	Linux:   "fq_codel_drop",
	Differs: "Linux drops up to 64 packets of that flow at once.",
})

// Take puts a packet into the queue. It returns what that has cost, if anything.
func (l *Link) Take(p Waiting) (gone []Gone) {
	b := &l.Backlog
	limit := l.Queue
	id := uint64(0)
	if l.Disc == FQCoDel {
		id = p.Flow % flowQueues
	}
	if limit == 0 {
		limit = codelLimit
		if l.Disc == FQCoDel {
			limit = fqCodelLimit
		}
	}
	if l.Disc == CoDel && b.Packets >= limit {
		b.Dropped++
		return []Gone{{ID: p.ID, Rule: lossQueue}}
	}
	q := b.find(id)
	q.list = append(q.list, p)
	q.bytes += p.Bytes
	b.Packets, b.Bytes = b.Packets+1, b.Bytes+p.Bytes
	if l.Disc == FQCoDel && !q.listed {
		q.listed, q.credit = true, int64(l.quantum())
		b.new = append(b.new, q.id)
	}
	if b.Packets > limit {
		fat := b.flows[0]
		for _, o := range b.flows {
			if o.bytes > fat.bytes {
				fat = o
			}
		}
		gone = append(gone, Gone{ID: b.pop(fat).ID, Rule: lossFattest})
		b.Dropped++
	}
	return gone
}

func (l *Link) quantum() uint32 {
	if l.Quantum == 0 {
		return DefaultQuantum
	}
	return l.Quantum
}

// pop takes the first packet of a queue.
func (b *Backlog) pop(q *queue) Waiting {
	p := q.list[0]
	q.list = q.list[1:]
	q.bytes -= p.Bytes
	b.Packets, b.Bytes = b.Packets-1, b.Bytes-p.Bytes
	return p
}

// Next takes the packet that leaves now; ok: there is one. Others may be dropped or
// marked on the way.
func (l *Link) Next(now sim.Time) (p Waiting, gone []Gone, ok bool) {
	b := &l.Backlog
	if l.Disc != FQCoDel {
		if len(b.flows) == 0 {
			return p, nil, false
		}
		return l.codelNext(b.flows[0], now)
	}
	for len(b.new)+len(b.old) > 0 {
		list := &b.old
		if len(b.new) > 0 {
			list = &b.new
		}
		fresh := len(b.new) > 0
		q := b.find((*list)[0])
		if q.credit <= 0 {
			q.credit += int64(l.quantum())
			*list = (*list)[1:]
			b.old = append(b.old, q.id)
			continue
		}
		var more []Gone
		p, more, ok = l.codelNext(q, now)
		gone = append(gone, more...)
		if ok {
			q.credit -= int64(p.Bytes)
			return p, gone, true
		}
		*list = (*list)[1:]
		if fresh && len(b.old) > 0 { // RFC 8290 §4.2: it may not come back to the front at once
			b.old = append(b.old, q.id)
		} else {
			q.listed = false
		}
	}
	return p, gone, false
}

// Remove takes a packet out of the queue. It reports whether it was there.
func (b *Backlog) Remove(id sim.PacketID) (Waiting, bool) {
	for _, q := range b.flows {
		for i, p := range q.list {
			if p.ID == id {
				q.list = append(q.list[:i:i], q.list[i+1:]...)
				q.bytes -= p.Bytes
				b.Packets, b.Bytes = b.Packets-1, b.Bytes-p.Bytes
				return p, true
			}
		}
	}
	return Waiting{}, false
}

// Has reports whether a packet waits.
func (b *Backlog) Has(id sim.PacketID) bool {
	for _, q := range b.flows {
		for _, p := range q.list {
			if p.ID == id {
				return true
			}
		}
	}
	return false
}

// All lists what waits, by flow.
func (b *Backlog) All() (all []sim.PacketID) {
	for _, q := range b.flows {
		for _, p := range q.list {
			all = append(all, p.ID)
		}
	}
	return all
}
