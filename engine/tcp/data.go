package tcp

import (
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

var dataTake = trace.Declare(trace.Rule{
	ID:    "data.take",
	Says:  "The segment starts exactly where the last one ended: its bytes go to the receive queue, and RCV.NXT moves up.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4"),
	Linux: "tcp_data_queue",
})

var dataDuplicate = trace.Declare(trace.Rule{
	ID:    "data.duplicate",
	Says:  "Everything in the segment has been received before. It is discarded, and an ACK with a D-SACK block says so at once: the sender repeats needlessly.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4", "RFC 2883 §4"),
	Linux: "tcp_data_queue",
	Drops: true,
})

var dataZeroWindow = trace.Declare(trace.Rule{
	ID:      "data.zero-window",
	Says:    "The window is closed, so there is no room for these bytes. They are discarded, and an ACK repeats that the window is closed.",
	RFC:     trace.Cites("RFC 9293 §3.10.7.4"),
	Linux:   "tcp_data_queue",
	Drops:   true,
	Refuses: true,
})

// dataQueue takes the text and the FIN of an acceptable segment (tcp_data_queue).
func (c *Conn) dataQueue(x *Ctx, s *wire.Segment) *TimeWait {
	seq, end := s.Seq, s.End()
	if seq == end {
		return nil
	}
	c.Dsack = wire.SackBlock{} // Linux: a duplicate that no ACK has told of by now is forgotten
	if s.Flags.Has(wire.SYN) { // the SYN-ACK of a simultaneous open
		seq++
	}
	if seq.AtMost(c.RcvNxt) && end.After(c.RcvNxt) {
		if seq.Before(c.RcvNxt) {
			c.setDsack(x, seq, c.RcvNxt)
		}
		bareFin := seq == c.RcvNxt && len(s.Payload) == 0 // Linux: a FIN needs no room
		if c.receiveWindow() == 0 && !bareFin {
			x.Count(TCPZeroWindowDrop)
			c.Stats.drop(x, dataZeroWindow)
			c.outOfWindow(x)
			return nil
		}
		return c.takeInOrder(x, s)
	}
	if !end.After(c.RcvNxt) {
		x.Count(DelayedACKLost)
		c.setDsack(x, s.Seq, end)
		if s.Flags.Has(wire.SYN) {
			x.Note(dataDuplicate) // a SYN-ACK whose acknowledgment was good
		} else {
			c.Stats.drop(x, dataDuplicate)
		}
		c.outOfWindow(x)
		return nil
	}
	if !seq.Before(c.RcvNxt + wire.Seq(c.receiveWindow())) { // Linux: exactly at the edge; what begins above is gone by now
		c.Stats.drop(x, seqUnacceptable)
		c.outOfWindow(x)
		return nil
	}
	c.queueOutOfOrder(x, s)
	return nil
}

func (c *Conn) outOfWindow(x *Ctx) {
	c.enterQuickAck(x, maxQuickAcks, c.RcvWnd)
	c.AckPending |= ackSched
}

var dataNoRoom = trace.Declare(trace.Rule{
	ID: "data.no-room",
	Says: "Nothing that could be done has made room, so the segment is discarded. In order, an ACK with a closed window says so at once; " +
		"out of order nobody is told.",
	RFC:     trace.Cites("RFC 9293 §3.10.7.4"),
	Linux:   "tcp_try_rmem_schedule",
	Drops:   true,
	Refuses: true,
})

// takeInOrder appends what is new in the segment, then whatever was waiting for
// it (tcp_queue_rcv, tcp_ofo_queue).
func (c *Conn) takeInOrder(x *Ctx, s *wire.Segment) *TimeWait {
	b := hold(s)
	if !c.fast && !c.makeRoom(x, &b) {
		c.AckPending |= ackSched | ackAtOnce | ackNoMem
		if len(c.Rcv) > 0 && len(b.Data) > 0 {
			x.Count(TCPRcvQDrop)
			c.Stats.drop(x, dataNoRoom)
			return nil
		}
		// Linux: the first segment, and a FIN, are taken all the same
	}
	defer x.Enter(dataTake)()
	c.reserve(b.Cost)
	if c.queueInOrder(x, b) {
		c.charge(b.Pages)
	} else {
		c.charge(b.Cost)
	}
	if len(s.Payload) > 0 {
		c.dataRecv(x, s, &b)
	}
	var tw *TimeWait
	if s.Flags.Has(wire.FIN) {
		tw = c.fin(x)
	}
	if len(c.Ofo) > 0 && tw == nil && c.State != Closed {
		if t := c.drainOutOfOrder(x); t != nil {
			tw = t
		}
		if len(c.Ofo) == 0 {
			c.AckPending |= ackSched | ackAtOnce // RFC 5681 §4.2: a gap has been filled
		}
	}
	c.pruneSacks(c.Ofo, c.RcvNxt)
	if !c.fast {
		c.checkFastPath(c.Ofo)
	}
	return tw
}

// queueInOrder moves RCV.NXT over a segment that begins there, or before. It
// reports whether the segment was joined to the one before it.
func (c *Conn) queueInOrder(x *Ctx, b Block) (joined bool) {
	news := uint32(b.End - c.RcvNxt)
	c.BytesRcvd += uint64(news)
	if b.FIN {
		news--
	}
	c.InQueue += news
	if n := len(c.Rcv); n > 0 && c.Rcv[n-1].join(x, &b) {
		joined = true
	} else {
		if skip := uint32(c.RcvNxt - b.Seq); skip > 0 {
			b.Data = b.Data[min(skip, uint32(len(b.Data))):]
			b.Seq, b.Cut = c.RcvNxt, true
		}
		c.Rcv = append(c.Rcv, b)
	}
	c.RcvNxt = b.End
	return joined
}

var finTake = trace.Declare(trace.Rule{
	ID: "close.fin-received",
	Says: "The peer's FIN is next in order: it will send no more. Readers get end of file once they have read what came before; " +
		"this side may still send.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4", "RFC 9293 §3.6"),
	Linux: "tcp_fin",
})

var finBoth = trace.Declare(trace.Rule{
	ID:    "close.simultaneous",
	Says:  "The peer's FIN comes before the acknowledgment of our own: both sides closed at the same time. CLOSING waits for that acknowledgment.",
	RFC:   trace.Cites("RFC 9293 §3.6", "RFC 9293 §3.10.7.4"),
	Linux: "tcp_fin",
})

// fin takes the peer's FIN (tcp_fin).
func (c *Conn) fin(x *Ctx) *TimeWait {
	defer x.Enter(finTake)()
	c.AckPending |= ackSched
	c.RcvFin = true
	c.Shut |= shutRead
	var tw *TimeWait
	switch c.State {
	case SynRecv, Established:
		c.setState(x, CloseWait)
		c.Pingpong = x.Sys.PingpongThresh // Linux: the answer is likely to be our own FIN, so the ACK waits for it
	case FinWait1:
		defer x.Enter(finBoth)()
		c.sendAck(x)
		c.setState(x, Closing)
	case FinWait2:
		c.sendAck(x)
		tw = c.timeWait(x, TimeWaitState, 0)
	}
	// Linux: nothing can follow the FIN, and no SACK block is owed any more, not
	// even that of a duplicate in the same segment; an ACK above has still told of it.
	for i := range c.Ofo {
		c.uncharge(c.Ofo[i].Cost)
	}
	c.Ofo = nil
	c.OfoBytes = 0
	c.SackN = 0
	c.Dsack = wire.SackBlock{}
	return tw
}

var ofoTake = trace.Declare(trace.Rule{
	ID: "data.out-of-order",
	Says: "Bytes before these are still missing. The segment is kept in the out-of-order queue, and an ACK at once names the gap: " +
		"a duplicate acknowledgment number, with a SACK block for what has come.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4", "RFC 2018 §4", "RFC 5681 §4.2"),
	Linux: "tcp_data_queue_ofo",
})

var ofoDuplicate = trace.Declare(trace.Rule{
	ID:    "data.out-of-order-duplicate",
	Says:  "All of this already waits in the out-of-order queue.",
	RFC:   trace.Cites("RFC 2883 §4"),
	Linux: "tcp_data_queue_ofo",
	Drops: true,
})

// queueOutOfOrder keeps a segment that lies above a gap (tcp_data_queue_ofo).
func (c *Conn) queueOutOfOrder(x *Ctx, s *wire.Segment) {
	b := hold(s)
	if !c.makeRoom(x, &b) {
		x.Count(TCPOFODrop)
		c.Stats.drop(x, dataNoRoom)
		return
	}
	defer x.Enter(ofoTake)()
	c.ecnData(x, s, &c.Delack, c.RcvWnd)
	c.reserve(b.Cost)
	c.measureRcvMSS(s, &b) // Linux: since 6.17 also out of order
	c.FastPath = false
	c.AckPending |= ackSched
	x.Count(TCPOFOQueue)
	c.Stats.OutOfOrder++
	if c.placeOutOfOrder(x, b) {
		c.OfoBytes += uint32(len(b.Data))
	}
	c.addSackBlock(x, b.Seq, b.End)
	if c.Parent == 0 && !c.Dead { // Linux: not before accept(), nor for an orphan
		c.growRcvBuf(x, c.RcvQSpace, &c.Buffers, c.RcvNxt)
	}
}

// placeOutOfOrder finds the place of a segment and sorts out what it overlaps. It
// reports whether it is kept.
func (c *Conn) placeOutOfOrder(x *Ctx, b Block) bool {
	i := len(c.Ofo)
	for i > 0 && c.Ofo[i-1].Seq.After(b.Seq) {
		i--
	}
	b.No = c.Stats.OutOfOrder
	// Linux: what is again here can also be joined to the segment before it, if the tree is
	// asked there first. Simplified: that is where the older of the two is.
	if i > 1 && c.Ofo[i-2].No < c.Ofo[i-1].No && c.Ofo[i-2].join(x, &b) {
		c.growOutOfOrder(x, &b, true)
		c.charge(b.Pages)
		return true
	}
	if i > 0 {
		prev := &c.Ofo[i-1]
		switch {
		case !b.Seq.Before(prev.End):
			if prev.join(x, &b) {
				c.growOutOfOrder(x, &b, true)
				c.charge(b.Pages)
				return true
			}
		case !b.End.After(prev.End):
			x.Count(TCPOFOMerge)
			c.setDsack(x, b.Seq, b.End)
			c.Stats.drop(x, ofoDuplicate)
			return false
		case b.Seq.After(prev.Seq):
			c.setDsack(x, b.Seq, prev.End)
		default:
			x.Count(TCPOFOMerge)
			c.extendDsack(x, prev.Seq, prev.End)
			c.dropBlock(i-1, &c.Buffers)
			i--
		}
	}
	for i < len(c.Ofo) && b.End.After(c.Ofo[i].Seq) {
		next := &c.Ofo[i]
		if b.End.Before(next.End) {
			c.extendDsack(x, next.Seq, b.End)
			break
		}
		c.extendDsack(x, next.Seq, next.End)
		x.Count(TCPOFOMerge)
		c.dropBlock(i, &c.Buffers)
	}
	c.Ofo = append(c.Ofo, Block{})
	copy(c.Ofo[i+1:], c.Ofo[i:])
	c.Ofo[i] = b
	c.growOutOfOrder(x, &b, false) // Linux: before the segment is charged to the buffer
	c.charge(b.Cost)
	return true
}

// growOutOfOrder lets the window grow, but only with SACK: without it the window
// stays, so that the sender takes the ACK for a duplicate.
func (c *Conn) growOutOfOrder(x *Ctx, b *Block, joined bool) {
	if !c.SackOK {
		return
	}
	cost := b.Cost
	if joined && (b.Pages > 0 || b.Data == "") {
		cost = b.Pages // Linux: a data area that holds no data is given back
	}
	c.growWindow(x, len(b.Data), cost, &c.Delack, c.AdvMSS)
}

func (q *RecvQueue) dropBlock(i int, b *Buffers) {
	b.OfoBytes -= uint32(len(q.Ofo[i].Data))
	b.uncharge(q.Ofo[i].Cost)
	q.Ofo = append(q.Ofo[:i:i], q.Ofo[i+1:]...)
}

var ofoDrain = trace.Declare(trace.Rule{
	ID:    "data.gap-filled",
	Says:  "The gap is filled: what waited in the out-of-order queue follows in order, and one acknowledgment covers it all.",
	RFC:   trace.Cites("RFC 9293 §3.10.7.4", "RFC 5681 §4.2"),
	Linux: "tcp_ofo_queue",
})

// drainOutOfOrder moves what has become in order (tcp_ofo_queue).
func (c *Conn) drainOutOfOrder(x *Ctx) *TimeWait {
	if c.Ofo[0].Seq.After(c.RcvNxt) {
		return nil
	}
	defer x.Enter(ofoDrain)()
	high := c.RcvNxt
	for len(c.Ofo) > 0 && c.Ofo[0].Seq.AtMost(c.RcvNxt) {
		b := c.Ofo[0]
		if b.Seq.Before(high) {
			top := high
			if b.End.Before(top) {
				top = b.End
			}
			c.extendDsack(x, b.Seq, top)
		}
		c.OfoBytes -= uint32(len(b.Data))
		if c.Ofo = c.Ofo[1:]; len(c.Ofo) == 0 {
			c.Ofo = nil
		}
		if !b.End.After(c.RcvNxt) {
			c.uncharge(b.Cost)
			continue
		}
		if c.queueInOrder(x, b) {
			c.uncharge(b.Cost - b.Pages)
		}
		if b.FIN {
			return c.fin(x)
		}
	}
	return nil
}
