package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Buffers are the two buffers of a socket, and what fills them.
type Buffers struct {
	RcvBuf      uint32   // sk_rcvbuf [bytes]: room for received segments with their overhead.
	RcvBufLock  bool     // SOCK_RCVBUF_LOCK [bool]: the application fixed the receive buffer.
	RMem        uint32   // sk_rmem_alloc [bytes]: room in use.
	Forward     int32    // sk_forward_alloc [bytes]: rest of the pages set aside for what was written and what came in.
	FastPath    bool     // pred_flags [bool]: the next segment in order may take the fast path.
	Scaling     uint8    // scaling_ratio [count]: 256ths of the buffer that payload may fill.
	WindowClamp uint32   // window_clamp [bytes]: no larger window is offered.
	RcvSsthresh uint32   // rcv_ssthresh [bytes]: present ceiling of the offered window.
	RcvQSpace   uint32   // rcvq_space.space [bytes]: what the application read per round trip.
	RcvQSeq     wire.Seq // rcvq_space.seq [seq:rcv]: copied_seq when that was last measured.
	RcvQAt      sim.Time // rcvq_space.time [time]: when that was last measured.
	RcvRTT      uint32   // rcv_rtt_est [count]: receiver's own estimate of the round trip, 8 × µs.
	RcvRTTSeq   wire.Seq // rcv_rtt_est.seq [seq:rcv]: end of the window whose filling is timed.
	RcvRTTAt    sim.Time // rcv_rtt_est.time [time]: when that window was offered.
	SndBuf      uint32   // sk_sndbuf [bytes]: room for written segments with their overhead.
	SndBufLock  bool     // SOCK_SNDBUF_LOCK [bool]: the application fixed the send buffer.
	WMem        uint32   // sk_wmem_queued [bytes]: room in use.
	InQueue     uint32   // receive queue [bytes]: in order, not yet read.
	OfoBytes    uint32   // out-of-order queue [bytes]: waiting for a hole to be filled.
}

// Block is one buffer of the receive side: what came in one segment, or in
// several that were copied into one buffer.
type Block struct {
	Seq, End wire.Seq // End counts the FIN
	Data     string
	FIN      bool
	Cut      bool   // the beginning was read, or had been received before
	Cost     uint32 // buffer space that it takes (truesize)
	Room     uint32 // bytes that could still be copied behind the data (skb_tailroom)
	No       uint32 // how many came out of order before it
	Pages    uint32 // of the cost, pages that could be handed to another buffer
}

// RecvQueue is what the receiver holds.
type RecvQueue struct {
	Rcv []Block // received in order, not read yet
	Ofo []Block // received above a gap, in order
}

const (
	skbInfo   = 320 // what stands at the end of each data area
	skbSelf   = 256 // the descriptor
	skbPad    = 64  // kept free before the headers
	smallHead = 576 // Linux: small data areas come from a cache of their own (skb_small_head)
	memPage   = 4096
)

// skbSpace is the data area that the kernel's allocator has for so many bytes,
// and the descriptor beside it.
//
// Simplified: as for a packet that comes through a TUN device, with the constants
// of the kernel that was measured; drivers and builds differ.
func skbSpace(bytes uint32) (cost, room uint32) {
	need := (bytes+63)&^63 + skbInfo
	size := uint32(smallHead)
	if need > smallHead {
		for size = 1024; size < need; size *= 2 {
		}
	}
	return size + skbSelf, size - skbInfo - bytes
}

// hold makes a buffer of a segment as it came: its headers stay in front.
func hold(s *wire.Segment) Block {
	headers := ipHeaderLen(s.Tuple()) + tcpHeader + uint32(s.Opts.Len())
	b := Block{Seq: s.Seq, End: s.End(), Data: s.Payload, FIN: s.Flags.Has(wire.FIN)}
	if s.Flags.Has(wire.SYN) {
		b.Seq++
	}
	n := uint32(len(s.Payload))
	if b.Cost, b.Room = skbSpace(skbPad + headers + n); skbPad+headers+n >= memPage { // Linux: only the headers in the data area
		b.Pages = (n + memPage - 1) / memPage * memPage
		b.Cost, _ = skbSpace(skbPad + headers)
		b.Cost, b.Room = b.Cost+b.Pages, 0
	}
	return b
}

// charge takes buffer space, uncharge gives it back (skb_set_owner_r, sock_rfree).
func (b *Buffers) charge(cost uint32) {
	b.RMem += cost
	b.Forward -= int32(cost)
}

func (b *Buffers) uncharge(cost uint32) {
	b.RMem -= cost
	b.giveBack(cost)
}

// chargeWrite takes room in the send buffer, unchargeWrite gives it back. The pages are
// those of received segments too: what a write has left of its last one, the next small
// segment may use (sk_wmem_schedule, sk_mem_charge; sk_mem_uncharge).
func (b *Buffers) chargeWrite(cost uint32) {
	b.WMem += cost
	b.reserve(cost)
	b.Forward -= int32(cost)
}

func (b *Buffers) unchargeWrite(cost uint32) {
	b.WMem -= cost
	b.giveBack(cost)
}

// giveBack returns whole pages that nobody uses (sk_mem_reclaim).
func (b *Buffers) giveBack(cost uint32) {
	if b.Forward += int32(cost); b.Forward >= memPage {
		b.Forward %= memPage
	}
}

// reserve sets pages aside for a buffer (__sk_mem_schedule).
func (b *Buffers) reserve(cost uint32) {
	if more := int32(cost) - b.Forward; more > 0 {
		b.Forward += (more + memPage - 1) / memPage * memPage
	}
}

// join copies b behind a, if it follows directly and there is room in a's buffer,
// or hands its pages over: the rest of its own is free then (tcp_try_coalesce).
func (a *Block) join(x *Ctx, b *Block) bool {
	n := uint32(len(b.Data))
	if a.End != b.Seq || b.Cut || b.Pages == 0 && n > a.Room {
		return false
	}
	a.Data += b.Data
	a.Cost, a.Pages = a.Cost+b.Pages, a.Pages+b.Pages
	if a.Room -= min(n, a.Room); b.Pages > 0 {
		a.Room = 0
	}
	a.End, a.FIN = b.End, a.FIN || b.FIN
	x.Count(TCPRcvCoalesce)
	return true
}

var memFull = trace.Declare(trace.Rule{
	ID: "rcvbuf.full",
	Says: "The receive buffer is full: each segment takes more memory than its payload, and many small ones fill it before the window does. " +
		"The kernel makes room before it takes another.",
	RFC:   trace.Cites("RFC 9293 §3.8.6"),
	Linux: "tcp_prune_queue",
})

var memCollapse = trace.Declare(trace.Rule{
	ID:    "rcvbuf.collapse",
	Says:  "What lies in the queues is copied together into few well filled buffers. No byte is lost, only overhead.",
	RFC:   trace.Cites("RFC 9293 §3.8.6"),
	Linux: "tcp_collapse",
})

var memPrune = trace.Declare(trace.Rule{
	ID: "rcvbuf.prune",
	Says: "Still no room: the last segments that wait out of order are thrown away, although they were reported in SACK blocks. " +
		"The sender has to be able to send them again.",
	RFC:   trace.Cites("RFC 2018 §8"),
	Linux: "tcp_prune_ofo_queue",
})

// makeRoom asks whether a segment may be queued, and makes room for it if it can
// (tcp_try_rmem_schedule, tcp_prune_queue).
func (c *Conn) makeRoom(x *Ctx, in *Block) bool {
	return c.RMem <= c.RcvBuf || c.prune(x, in)
}

func (c *Conn) prune(x *Ctx, in *Block) bool {
	x.When(memFull, trace.Gt("sk_rmem_alloc", c.RMem, "sk_rcvbuf", c.RcvBuf).In(trace.UnitBytes))
	x.Count(PruneCalled)
	c.clampWindow(x, &c.Delack, c.AdvMSS)
	if c.RMem <= c.RcvBuf {
		return true
	}
	c.collapseQueues(x, &c.Buffers, &c.RecvSeq)
	if c.RMem <= c.RcvBuf {
		return true
	}
	c.pruneOutOfOrder(x, in)
	if c.RMem <= c.RcvBuf {
		return true
	}
	x.Count(RcvPruned)
	c.FastPath = false
	return false
}

// clampWindow lets the buffer grow to what is used already, as far as it may, and
// else the window shrink (tcp_clamp_window).
func (b *Buffers) clampWindow(x *Ctx, d *Delack, adv uint16) {
	defer x.Enter(memFull)()
	d.Quick = 0
	if most := x.Sys.RMem[2]; b.RcvBuf < most && !b.RcvBufLock {
		b.RcvBuf = min(b.RMem, most)
	}
	if b.RMem > b.RcvBuf {
		b.RcvSsthresh = min(b.WindowClamp, 2*uint32(adv))
	}
}

// collapseQueues collapses each run of the out-of-order queue, unless it is a
// single small buffer, and the receive queue (tcp_collapse_ofo_queue).
func (q *RecvQueue) collapseQueues(x *Ctx, m *Buffers, s *RecvSeq) {
	defer x.Enter(memCollapse)()
	tiny := uint32(0)
	for from := 0; from < len(q.Ofo); {
		start, end, cost := q.Ofo[from].Seq, q.Ofo[from].End, q.Ofo[from].Cost
		to := from + 1
		for ; to < len(q.Ofo) && !q.Ofo[to].Seq.After(end); to++ {
			cost += q.Ofo[to].Cost
			end = wire.MaxSeq(end, q.Ofo[to].End)
		}
		if to-from == 1 && end-start < memPage-skbInfo {
			if tiny += cost; tiny > m.RcvBuf>>3 {
				break
			}
			from = to
			continue
		}
		n := len(q.Ofo)
		q.Ofo = m.collapse(x, q.Ofo, from, to, start, end)
		from = to + len(q.Ofo) - n
	}
	m.OfoBytes = 0
	for i := range q.Ofo {
		m.OfoBytes += uint32(len(q.Ofo[i].Data))
	}
	if len(q.Rcv) > 0 {
		q.Rcv = m.collapse(x, q.Rcv, 0, len(q.Rcv), s.Copied, s.RcvNxt)
	}
}

// collapse copies q[from:to], which holds the bytes from start to end, into as few
// buffers of a page as will do, beginning with the first that wastes room. What
// carries a FIN is left as it is (tcp_collapse).
func (m *Buffers) collapse(x *Ctx, q []Block, from, to int, start, end wire.Seq) []Block {
	i := from
	for ; i < to; i++ {
		b := &q[i]
		if !start.Before(b.End) { // nothing new in it
			m.release(x, b)
			q = append(q[:i:i], q[i+1:]...)
			i, to = i-1, to-1
			continue
		}
		bloated := m.winFromSpace(int64(b.Cost)) > int64(len(b.Data)) || b.Cut || b.Seq.Before(start)
		if !b.FIN && bloated || i+1 < to && b.End != q[i+1].Seq {
			break
		}
		start = b.End
	}
	if i == to || q[i].FIN {
		return q
	}
	out := append(make([]Block, 0, len(q)), q[:i]...)
	for i < to && !q[i].FIN && start.Before(end) {
		most := min(uint32(memPage-skbInfo), uint32(end-start))
		n := Block{Seq: start, End: start}
		n.Cost, n.Room = skbSpace(most)
		n.Room += most
		m.charge(n.Cost)
		for i < to && !q[i].FIN && n.Room > 0 && uint32(n.End-n.Seq) < most {
			b := &q[i]
			if start.Before(b.End) {
				data := b.Data[min(uint32(start-b.Seq), uint32(len(b.Data))):]
				data = data[:min(uint32(len(data)), most-uint32(n.End-n.Seq))]
				n.Data += data
				n.Room -= uint32(len(data))
				start += wire.Seq(len(data))
				n.End = start
			}
			if !start.Before(b.End) {
				m.release(x, b)
				i++
			}
		}
		out = append(out, n)
	}
	return append(out, q[i:]...)
}

func (m *Buffers) release(x *Ctx, b *Block) {
	m.uncharge(b.Cost)
	x.Count(TCPRcvCollapsed)
}

// pruneOutOfOrder throws away what lies highest out of order, an eighth of the
// buffer at a time, but nothing below the segment at hand (tcp_prune_ofo_queue).
func (c *Conn) pruneOutOfOrder(x *Ctx, in *Block) {
	goal, pruned := int64(c.RcvBuf>>3), false
	for n := len(c.Ofo); n > 0; n = len(c.Ofo) {
		last := &c.Ofo[n-1]
		if in.Seq.After(last.Seq) {
			break
		}
		if !pruned {
			defer x.Enter(memPrune)()
			pruned = true
		}
		goal -= int64(last.Cost)
		c.dropBlock(n-1, &c.Buffers)
		if n == 1 || goal <= 0 {
			if c.RMem <= c.RcvBuf {
				break
			}
			goal = int64(c.RcvBuf >> 3)
		}
	}
	if pruned {
		x.Count(OfoPruned)
		c.SackN, c.Dsack = 0, wire.SackBlock{} // Linux: what it told of is not kept any more
	}
}

// MemInfo is SO_MEMINFO (sk_get_meminfo), under the names of the kernel's header.
//
// Simplified: the interface has always taken what was sent, nothing waits in a
// backlog, and no memory of options is counted.
func (c *Conn) MemInfo() []InfoField {
	return []InfoField{
		{"SK_MEMINFO_RMEM_ALLOC", int64(c.RMem)}, {"SK_MEMINFO_RCVBUF", int64(c.RcvBuf)}, {"SK_MEMINFO_WMEM_ALLOC", 0},
		{"SK_MEMINFO_SNDBUF", int64(c.SndBuf)}, {"SK_MEMINFO_FWD_ALLOC", int64(c.Forward)}, {"SK_MEMINFO_WMEM_QUEUED", int64(c.WMem)},
		{"SK_MEMINFO_OPTMEM", 0}, {"SK_MEMINFO_BACKLOG", 0}, {"SK_MEMINFO_DROPS", int64(c.Stats.Drops)},
	}
}

// drop discards the segment at hand, and counts it (tcp_drop_reason).
func (t *Stats) drop(x *Ctx, rule *trace.Rule) {
	t.Drops++
	x.Drop(rule)
}
