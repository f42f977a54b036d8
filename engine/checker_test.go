package engine_test

import (
	"fmt"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// checker looks at a world after every step and knows nothing of how it works:
// it has its own books of what was written, sent, delivered and lost.
type checker struct {
	streams map[stream]string       // everything that one end ever writes
	fate    map[sim.PacketID]string // of every packet
	reads   map[stream]int          // bytes that the application has got
	last    sim.Time
}

// stream is one direction of a connection: a writer and the port of the server.
type stream struct {
	host string
	port uint16
}

func newChecker() *checker {
	return &checker{streams: map[stream]string{}, fate: map[sim.PacketID]string{}, reads: map[stream]int{}}
}

// event checks one step; the error says what is broken.
func (k *checker) event(w *engine.World, e *trace.Event) error {
	if e.At < k.last || w.Now() != e.At {
		return fmt.Errorf("time went from %d to %d, and the world is at %d", k.last, e.At, w.Now())
	}
	k.last = e.At
	if err := k.packets(w, e); err != nil {
		return err
	}
	for _, h := range w.Hosts() {
		orphans := uint32(0)
		for _, c := range h.Live {
			if c.Dead {
				orphans++
			}
			if err := k.conn(w, h.Name, c); err != nil {
				return fmt.Errorf("socket %d of %s in %s: %w", c.ID, h.Name, c.State, err)
			}
		}
		if h.Conns != uint32(len(h.Live)) || h.Requests != uint32(len(h.Reqs)) || h.TimeWait != uint32(len(h.TWs)) || h.Orphans != orphans {
			return fmt.Errorf("%s counts %+v sockets, it has %d, %d orphans, %d requests, %d entries", h.Name, h.Vars, len(h.Live), orphans, len(h.Reqs), len(h.TWs))
		}
	}
	for _, h := range w.Hosts() {
		first, timers := sim.Never, 0
		see := func(at sim.Time) {
			if first = min(first, at); at != sim.Never {
				timers++
			}
		}
		for _, c := range h.Live {
			see(c.XmitAt)
			see(c.DelackAt)
			see(c.KeepAt)
			see(c.CompAt)
		}
		for _, q := range h.Reqs {
			see(q.SynAckAt)
		}
		for _, t := range h.TWs {
			see(t.ExpireAt)
		}
		if n := len(h.Deadlines()); n != timers {
			return fmt.Errorf("%s lists %d timers, it has %d", h.Name, n, timers)
		}
		if d := h.NextTimer(); d.At != first {
			return fmt.Errorf("the next timer of %s is at %d, and it has one at %d", h.Name, d.At, first)
		}
	}
	for _, p := range w.Planned(1000) {
		if p.At < w.Now() {
			return fmt.Errorf("%s %s is planned for %d, and it is %d", p.Kind, p.Name, p.At, w.Now())
		}
	}
	return nil
}

// packets keeps the books of the network: what was sent is delivered once, lost,
// or still somewhere.
func (k *checker) packets(w *engine.World, e *trace.Event) error {
	move := func(id sim.PacketID, from, to string) error {
		if k.fate[id] != from {
			return fmt.Errorf("packet %d is %s and becomes %s", id, k.fate[id], to)
		}
		k.fate[id] = to
		return nil
	}
	for i := range e.Effects {
		var err error
		switch f := &e.Effects[i]; f.Kind {
		case trace.Sent, trace.Copied:
			err = move(f.Packet, "", "here")
		case trace.Lost:
			err = move(f.Packet, "here", "lost")
		case trace.Delivered:
			err = move(f.Packet, "here", "delivered")
		}
		if err != nil {
			return err
		}
	}
	n := 0
	for id := sim.PacketID(1); id <= w.LastPacket(); id++ {
		if k.fate[id] == "" {
			return fmt.Errorf("packet %d came from nowhere", id)
		}
		if k.fate[id] == "here" && !w.Packet(id).Held {
			n++
		}
	}
	flying := 0
	for _, p := range w.Planned(1 << 20) {
		if p.Kind == trace.Arrive {
			if flying++; k.fate[p.Packet] != "here" {
				return fmt.Errorf("packet %d is on its way and %s", p.Packet, k.fate[p.Packet])
			}
		}
	}
	if flying != n {
		return fmt.Errorf("%d packets are on their way, the books say %d", flying, n)
	}
	return nil
}

func (k *checker) conn(w *engine.World, h string, c *tcp.Conn) error {
	if c.State == tcp.Closed || c.State == tcp.Listen {
		if c.XmitAt != sim.Never || c.DelackAt != sim.Never || c.KeepAt != sim.Never {
			return fmt.Errorf("a timer runs: %d %d %d", c.XmitAt, c.DelackAt, c.KeepAt)
		}
		return nil
	}
	if (c.XmitKind == tcp.NoTimer) != (c.XmitAt == sim.Never) {
		return fmt.Errorf("the transmit timer is %s, at %d", c.XmitKind, c.XmitAt)
	}
	if c.PacketsOut > 0 && c.XmitAt == sim.Never {
		return fmt.Errorf("%d segments are out, and no timer runs", c.PacketsOut)
	}
	if c.SndUna.After(c.SndNxt) || c.SndNxt.After(c.SndMax) || c.Cwnd == 0 || c.RTO <= 0 {
		return fmt.Errorf("SND.UNA %d SND.NXT %d write_seq %d cwnd %d RTO %d", c.SndUna, c.SndNxt, c.SndMax, c.Cwnd, c.RTO)
	}
	if err := sendQueues(c); err != nil {
		return err
	}
	if err := receiveQueues(c); err != nil {
		return err
	}
	return k.content(h, c)
}

// sendQueues: the queues tile SND.UNA to write_seq, and the counts are those of
// the marks.
func sendQueues(c *tcp.Conn) error {
	var out, sacked, lost, retrans uint32
	at := c.SndUna
	for i, b := range c.Rtx {
		if i > 0 && b.Seq != at || i == 0 && b.Seq.After(at) || !b.End.After(b.Seq) {
			return fmt.Errorf("buffer %d of the retransmission queue is %d to %d, expected from %d", i, b.Seq-c.ISS, b.End-c.ISS, at-c.ISS)
		}
		at = b.End
		n := uint32(b.Segs)
		if each := int(b.Size); b.Size == 0 && n != 1 || b.Size > 0 && int(n) != (len(b.Data)+each-1)/each {
			return fmt.Errorf("buffer %d counts for %d segments of %d bytes, it holds %d", i, n, b.Size, len(b.Data))
		}
		out, sacked, lost, retrans = out+n, sacked+n*one2(b.Sacked), lost+n*one2(b.Lost), retrans+n*one2(b.Retrans)
		if b.Sacked && (b.Lost || b.Retrans) {
			return fmt.Errorf("buffer %d is marked %+v", i, b)
		}
	}
	if len(c.Rtx) > 0 && at != c.SndNxt || len(c.Rtx) == 0 && c.SndUna != c.SndNxt {
		return fmt.Errorf("the retransmission queue ends at %d, SND.NXT is %d", at-c.ISS, c.SndNxt-c.ISS)
	}
	at = c.SndNxt
	for i, b := range c.Wq {
		if b.Seq != at {
			return fmt.Errorf("buffer %d of the send queue starts at %d, expected %d", i, b.Seq-c.ISS, at-c.ISS)
		}
		at = b.End
	}
	if at != c.SndMax {
		return fmt.Errorf("the send queue ends at %d, write_seq is %d", at-c.ISS, c.SndMax-c.ISS)
	}
	reno := !c.SackOK // then sacked_out counts duplicate ACKs
	if c.PacketsOut != out || !reno && c.SackedOut != sacked || c.LostOut != lost || c.RetransOut != retrans || c.SackedOut+c.LostOut > c.PacketsOut {
		return fmt.Errorf("packets_out %d sacked %d lost %d retrans %d, the queue has %d, %d, %d, %d",
			c.PacketsOut, c.SackedOut, c.LostOut, c.RetransOut, out, sacked, lost, retrans)
	}
	return nil
}

func one2(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// receiveQueues: what is in order ends at RCV.NXT, what is not lies above it in
// order, and the room it takes is counted.
func receiveQueues(c *tcp.Conn) error {
	var bytes, ofo int
	var cost uint32
	for i := range c.Rcv {
		bytes += len(c.Rcv[i].Data)
		cost += c.Rcv[i].Cost
	}
	low, top := c.RcvNxt, c.RcvNxt
	for i := range c.Ofo {
		b := &c.Ofo[i]
		if b.Seq.Before(low) || !b.End.After(c.RcvNxt) { // they may overlap, as in Linux
			return fmt.Errorf("block %d of the out-of-order queue is %d to %d, after %d to %d", i, b.Seq-c.IRS, b.End-c.IRS, low-c.IRS, top-c.IRS)
		}
		low, top = b.Seq, b.End
		ofo += len(b.Data)
		cost += b.Cost
	}
	if bytes != int(c.InQueue) || ofo != int(c.OfoBytes) || cost != c.RMem {
		return fmt.Errorf("in queue %d out of order %d memory %d, the queues have %d, %d, %d", c.InQueue, c.OfoBytes, c.RMem, bytes, ofo, cost)
	}
	if n := len(c.Rcv); n > 0 && c.Rcv[n-1].End != c.RcvNxt {
		return fmt.Errorf("the receive queue ends at %d, RCV.NXT is %d", c.Rcv[n-1].End-c.IRS, c.RcvNxt-c.IRS)
	}
	return nil
}

// content compares everything that is queued with what was written at that place.
func (k *checker) content(h string, c *tcp.Conn) error {
	mine, theirs, ok := k.ends(h, c.Tuple)
	if !ok {
		return nil
	}
	check := func(what, data string, at wire.Seq, s stream) error {
		whole := k.streams[s]
		from := int(int32(at)) - 1
		if data != "" && (from < 0 || from+len(data) > len(whole) || whole[from:from+len(data)] != data) {
			return fmt.Errorf("%s holds %d bytes at %d that are not what %s wrote there", what, len(data), from, s.host)
		}
		return nil
	}
	for _, q := range [][]tcp.Skb{c.Rtx, c.Wq} {
		for _, b := range q {
			if err := check("a send queue", b.Data, b.Seq-c.ISS, mine); err != nil {
				return err
			}
		}
	}
	for _, b := range c.Rcv {
		if err := check("the receive queue", b.Data, b.Seq-c.IRS, theirs); err != nil {
			return err
		}
	}
	for _, b := range c.Ofo {
		if err := check("the out-of-order queue", b.Data, b.Seq-c.IRS, theirs); err != nil {
			return err
		}
	}
	if n := int(c.RcvNxt-c.IRS) - 1; c.State.Synchronized() && n > len(k.streams[theirs])+1 {
		return fmt.Errorf("%d bytes were received of %d", n, len(k.streams[theirs]))
	}
	return nil
}

// ends names the two directions of a connection, its own first.
func (k *checker) ends(h string, t wire.Tuple) (mine, theirs stream, ok bool) {
	port, other := t.Remote.Port, "server"
	if h == "server" {
		port, other = t.Local.Port, "client"
	}
	mine, theirs = stream{h, port}, stream{other, port}
	_, a := k.streams[mine]
	_, b := k.streams[theirs]
	return mine, theirs, a && b
}
