package netem

import (
	"math/bits"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// codel is what CoDel remembers of one queue (RFC 8289 §5.1).
type codel struct {
	above    sim.Time // when the wait has been above target for an interval; 0: it is below
	next     sim.Time // when to drop next
	count    uint32   // drops since it began
	last     uint32
	dropping bool
}

var codelDrop = trace.Declare(trace.Rule{
	ID: "codel.drop",
	Says: "Packets have waited here longer than the target for a whole interval, so a queue stands that nobody needs: the first one is dropped, and " +
		"the next after an interval divided by the square root of the drops, until the wait is short again.",
	RFC:   trace.Cites("RFC 8289 §5.4"),
	Linux: "codel_dequeue",
})

var codelMark = trace.Declare(trace.Rule{
	ID:    "codel.mark",
	Says:  "Packets have waited here longer than the target for a whole interval. This one is ECN-capable: it is marked CE instead of dropped.",
	RFC:   trace.Cites("RFC 8289 §5.4", "RFC 3168 §5"),
	Linux: "codel_dequeue",
})

const maxPacket = 1514 // bytes: as long as so little waits there is no queue

// law is when to drop next: an interval divided by the square root of the drops.
func (l *Link) law(from sim.Time, count uint32) sim.Time {
	root := isqrt(uint64(count) << 32) // 16 bits behind the point
	return from.Add(sim.Duration(uint64(l.interval()) << 16 / root))
}

// isqrt is the whole part of the square root.
func isqrt(n uint64) uint64 {
	root := uint64(0)
	for bit := uint64(1) << ((bits.Len64(n|1) - 1) &^ 1); bit != 0; bit >>= 2 {
		if n >= root+bit {
			n -= root + bit
			root = root>>1 + bit
		} else {
			root >>= 1
		}
	}
	return root
}

func (l *Link) interval() sim.Duration {
	if l.Interval == 0 {
		return DefaultInterval
	}
	return l.Interval
}

func (l *Link) target() sim.Duration {
	if l.Target == 0 {
		return DefaultTarget
	}
	return l.Target
}

// head takes the first packet of a queue, and says whether it has waited too long for
// too long (dodequeue).
func (l *Link) head(q *queue, now sim.Time) (p Waiting, some, late bool) {
	if len(q.list) == 0 {
		q.codel.above = 0
		return p, false, false
	}
	p = l.Backlog.pop(q)
	switch {
	case now.Sub(p.At) < l.target() || q.bytes <= maxPacket:
		q.codel.above = 0
	case q.codel.above == 0:
		q.codel.above = now.Add(l.interval())
	default:
		late = now >= q.codel.above
	}
	return p, true, late
}

// codelNext takes what leaves a queue next (codel_dequeue).
func (l *Link) codelNext(q *queue, now sim.Time) (p Waiting, gone []Gone, ok bool) {
	c := &q.codel
	p, ok, late := l.head(q, now)
	if !ok {
		c.dropping = false
		return p, nil, false
	}
	strike := func() (marked bool) {
		if l.marks() && p.Markable {
			gone = append(gone, Gone{p.ID, codelMark, true})
			l.Backlog.Marked++
			return true
		}
		gone = append(gone, Gone{p.ID, codelDrop, false})
		l.Backlog.Dropped++
		p, ok, late = l.head(q, now)
		return false
	}
	if c.dropping {
		if !late {
			c.dropping = false
		}
		for c.dropping && now >= c.next {
			c.count++
			marked := strike()
			if marked {
				c.next = l.law(c.next, c.count)
				break
			}
			if !late {
				c.dropping = false
			} else {
				c.next = l.law(c.next, c.count)
			}
		}
		return p, gone, ok
	}
	if !late {
		return p, nil, ok
	}
	strike()
	c.dropping = true
	fresh := c.count - c.last
	c.count = 1
	if fresh > 1 && now.Sub(c.next) < 16*l.interval() {
		c.count = fresh
	}
	c.last, c.next = c.count, l.law(now, c.count)
	return p, gone, ok
}

// marks reports whether ECN-capable packets are marked: fq_codel does unless told
// otherwise.
func (l *Link) marks() bool { return l.ECN || l.Disc == FQCoDel && !l.NoECN }
