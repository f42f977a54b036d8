package tcp

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

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
	n := int(c.SackN)
	for i := range n {
		if !extendBlock(&c.Sacks[i], start, end) {
			continue
		}
		if i >= blocksExpected {
			c.flushCompressed(x)
		}
		for ; i > 0; i-- {
			c.Sacks[i], c.Sacks[i-1] = c.Sacks[i-1], c.Sacks[i]
		}
		c.coalesceSacks()
		return
	}
	if n >= blocksExpected {
		c.flushCompressed(x)
	}
	n = min(n+1, len(c.Sacks))
	copy(c.Sacks[1:n], c.Sacks[:n-1])
	c.Sacks[0] = wire.SackBlock{Start: start, End: end}
	c.SackN = uint8(n)
}

// coalesceSacks removes blocks that the first has grown into (tcp_sack_maybe_coalesce).
func (c *Conn) coalesceSacks() {
	for i := 1; i < int(c.SackN); {
		if !extendBlock(&c.Sacks[0], c.Sacks[i].Start, c.Sacks[i].End) {
			i++
			continue
		}
		copy(c.Sacks[i:c.SackN-1], c.Sacks[i+1:c.SackN])
		c.SackN--
	}
}

// pruneSacks forgets blocks that are in order now (tcp_sack_remove).
func (c *Conn) pruneSacks() {
	if len(c.Ofo) == 0 {
		c.SackN = 0
		return
	}
	for i := 0; i < int(c.SackN); {
		if c.RcvNxt.Before(c.Sacks[i].Start) {
			i++
			continue
		}
		copy(c.Sacks[i:c.SackN-1], c.Sacks[i+1:c.SackN])
		c.SackN--
	}
}
