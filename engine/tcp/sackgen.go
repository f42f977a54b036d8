package tcp

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// SackList is what the next acknowledgment has to report beside its number.
type SackList struct {
	Dsack wire.SackBlock    // a duplicate; empty: none
	Sacks [4]wire.SackBlock // what the out-of-order queue holds, latest first
	SackN uint8
}

var dsackSet = trace.Declare(trace.Rule{
	ID:    "sack.duplicate",
	Says:  "What came has been received before. The next ACK reports it in a D-SACK block, from which the sender learns that it repeated needlessly.",
	RFC:   trace.Cites("RFC 2883 §4"),
	Linux: "tcp_dsack_set",
})

// setDsack notes a duplicate for the next ACK (tcp_dsack_set).
func (c *Conn) setDsack(x *Ctx, start, end wire.Seq) {
	if !c.SackOK || !x.Sys.Dsack {
		return
	}
	x.Note(dsackSet)
	if start.Before(c.RcvNxt) {
		x.Count(TCPDSACKOldSent)
	} else {
		x.Count(TCPDSACKOfoSent)
	}
	c.Dsack = wire.SackBlock{Start: start, End: end}
}

// extendDsack lets the duplicate to be reported grow (tcp_dsack_extend).
func (c *Conn) extendDsack(x *Ctx, start, end wire.Seq) {
	if c.Dsack == (wire.SackBlock{}) {
		c.setDsack(x, start, end)
		return
	}
	extendBlock(&c.Dsack, start, end)
}

// extendBlock joins [start, end) to b if they touch (tcp_sack_extend).
func extendBlock(b *wire.SackBlock, start, end wire.Seq) bool {
	if start.After(b.End) || b.Start.After(end) {
		return false
	}
	if start.Before(b.Start) {
		b.Start = start
	}
	if end.After(b.End) {
		b.End = end
	}
	return true
}

// blocksExpected is how many SACK blocks an ACK may count on to have room for.
const blocksExpected = 2

// addSackBlock records what came out of order; the latest comes first (RFC 2018
// §4; tcp_sack_new_ofo_skb).
func (c *Conn) addSackBlock(x *Ctx, start, end wire.Seq) {
	if !c.SackOK {
		return
	}
	i := c.extend(start, end)
	if i >= blocksExpected {
		c.flushCompressed(x)
	}
	c.toFront(i, start, end)
}

// extend lets the first block grow that a range touches, and returns which one that is;
// SackN: none.
func (l *SackList) extend(start, end wire.Seq) int {
	for i := range int(l.SackN) {
		if extendBlock(&l.Sacks[i], start, end) {
			return i
		}
	}
	return int(l.SackN)
}

// toFront lets a block be the latest: one that has grown, or a new one.
func (l *SackList) toFront(i int, start, end wire.Seq) {
	if i < int(l.SackN) {
		for ; i > 0; i-- {
			l.Sacks[i], l.Sacks[i-1] = l.Sacks[i-1], l.Sacks[i]
		}
		l.coalesceSacks()
		return
	}
	n := min(i+1, len(l.Sacks))
	copy(l.Sacks[1:n], l.Sacks[:n-1])
	l.Sacks[0] = wire.SackBlock{Start: start, End: end}
	l.SackN = uint8(n)
}

// coalesceSacks removes blocks that the first has grown into (tcp_sack_maybe_coalesce).
func (l *SackList) coalesceSacks() {
	for i := 1; i < int(l.SackN); {
		if !extendBlock(&l.Sacks[0], l.Sacks[i].Start, l.Sacks[i].End) {
			i++
			continue
		}
		copy(l.Sacks[i:l.SackN-1], l.Sacks[i+1:l.SackN])
		l.SackN--
	}
}

// pruneSacks forgets blocks that are in order now (tcp_sack_remove). ofo is what still
// waits.
func (l *SackList) pruneSacks(ofo []Block, nxt wire.Seq) {
	if len(ofo) == 0 {
		l.SackN = 0
		return
	}
	for i := 0; i < int(l.SackN); {
		if nxt.Before(l.Sacks[i].Start) {
			i++
			continue
		}
		copy(l.Sacks[i:l.SackN-1], l.Sacks[i+1:l.SackN])
		l.SackN--
	}
}
