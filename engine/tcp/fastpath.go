package tcp

import "wirestep/engine/wire"

// Linux predicts the header of the next segment: what carries nothing but data in
// order, or an ACK, is handled on a shorter path. That is meant to be invisible,
// and nearly is: data is taken before its ACK is looked at, and even if that ACK is
// no good; an ACK that says nothing new is not looked at at all; and the receive
// buffer may be exceeded by what was set aside for it (tcp_rcv_established).

// checkFastPath allows the fast path, if nothing speaks against it (tcp_fast_path_check).
func (t *TCB) checkFastPath(ofo []Block) {
	if len(ofo) == 0 && t.RcvWnd > 0 && t.RMem < t.RcvBuf && t.UrgState == 0 {
		t.FastPath = true
	}
}

// predicted reports whether the segment takes the fast path.
func (c *Conn) predicted(s *wire.Segment) bool {
	if !c.FastPath || c.ECN == ECNAcc || c.State != Established || s.Flags&^wire.PSH != wire.ACK || uint32(s.Win) != c.SndWnd>>c.WScale ||
		s.Seq != c.RcvNxt || s.Ack.After(c.SndNxt) || uint32(s.Opts.Len()) != c.optionLen() {
		return false
	}
	if c.TSOK && (s.Opts.Has != wire.HasTS || int32(s.Opts.TSVal-c.TSRecent) < 0) {
		return false
	}
	if len(s.Payload) == 0 {
		return true
	}
	b := hold(s)
	return int32(b.Cost) <= c.Forward && !s.End().After(c.RcvNxt+wire.Seq(c.receiveWindow()))
}

// fastPath handles a segment whose header was predicted.
func (c *Conn) fastPath(x *Ctx, s *wire.Segment) {
	c.replaceTSRecent(x, s, c.RcvWup)
	if len(s.Payload) == 0 {
		c.ack(x, s)
		c.dataSndCheck(x)
		c.lastEcho = s.Opts.TSEcr
		return
	}
	c.measureEcho(x, s)
	x.Count(TCPHPHits)
	c.takeInOrder(x, s)
	if s.Ack != c.SndUna {
		c.ack(x, s)
		c.dataSndCheck(x)
		if c.AckPending&ackSched == 0 {
			return
		}
	} else {
		c.SndWl1 = s.Seq
	}
	c.ackSndCheck(x)
}
