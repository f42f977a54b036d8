package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// SendQueue is what the sender holds: written bytes that wait for their turn, and
// copies of what has left until it is acknowledged. Which of these are lost, or held by
// the peer, stands on each; how many they are, in Flight.
type SendQueue struct {
	Rtx []Skb // sent, not cumulatively acknowledged, in order
	Wq  []Skb // written, not sent yet, in order
}

// books are the accounts in which a buffer of the send queue stands.
type books struct {
	*Buffers
	*Flight
	sackOK bool
}

func (t *TCB) books() books { return books{&t.Buffers, &t.Flight, t.SackOK} }

// idle: nothing is to be sent or acknowledged.
func (q *SendQueue) idle() bool { return len(q.Rtx) == 0 && len(q.Wq) == 0 }

func (q *SendQueue) anyRetransDone(out uint32) bool {
	return out > 0 || (len(q.Rtx) > 0 && q.Rtx[0].EverRetx)
}

// growHead fills a buffer up to so many bytes from the one behind it, so that no
// small packet leaves while more waits (tcp_grow_skb).
func (q *SendQueue) growHead(size uint32, b *Buffers) {
	if len(q.Wq) < 2 || q.Wq[0].EOR || uint32(len(q.Wq[0].Data)) >= size {
		return
	}
	k, next := &q.Wq[0], &q.Wq[1]
	n := min(int(size)-len(k.Data), len(next.Data))
	if n == 0 {
		return // Linux: a FIN behind the data follows by itself
	}
	k.Data += next.Data[:n]
	k.End += wire.Seq(n)
	next.Data, next.Seq = next.Data[n:], next.Seq+wire.Seq(n)
	if next.Data == "" {
		k.Flags |= next.Flags
		k.End, k.EOR = next.End, next.EOR
		b.unchargeWrite(skbWriteCost(0))
		copy(q.Wq[1:], q.Wq[2:])
		q.Wq = q.Wq[:len(q.Wq)-1]
	}
}

// takeWq takes the first unsent buffer, or its first n bytes when it has more, as
// segments of mss bytes (tso_fragment).
func (q *SendQueue) takeWq(n, mss uint32, b *Buffers) Skb {
	k := &q.Wq[0]
	if uint32(len(k.Data)) > n {
		head := k.cut(n)
		head.count(mss)
		b.chargeWrite(skbWriteCost(0))
		return head
	}
	head := *k
	q.Wq = pop(q.Wq)
	head.count(mss)
	return head
}

// free gives back the room of an acknowledged buffer; next is the place of the one
// behind it, which keeps the descriptor when both are one.
func (q *SendQueue) free(k *Skb, next int, b *Buffers) {
	cost := skbWriteCost(len(k.Data))
	if k.Joined || next < len(q.Rtx) && q.Rtx[next].Joined {
		cost = uint32(len(k.Data))
	}
	if !k.Joined && next < len(q.Rtx) {
		q.Rtx[next].Joined = false
	}
	b.unchargeWrite(min(b.WMem, cost))
}

// splitRtx cuts a sent buffer after n bytes, each part in segments of mss bytes
// (tcp_fragment).
func (q *SendQueue) splitRtx(i int, n, mss uint32, b books) {
	q.Rtx = append(q.Rtx, Skb{})
	copy(q.Rtx[i+1:], q.Rtx[i:])
	k, rest := &q.Rtx[i], &q.Rtx[i+1]
	was := uint32(k.Segs)
	*k = rest.cut(n)
	rest.Joined = false
	b.chargeWrite(skbWriteCost(0))
	b.adjust(k, k.count(mss)+rest.count(mss)-was)
}

// adjust adds n, which may be negative, to the counts in which a sent buffer is
// (tcp_adjust_pcount).
func (b books) adjust(k *Skb, n uint32) {
	if n == 0 {
		return
	}
	b.PacketsOut += n
	if k.Sacked {
		b.SackedOut += n
	}
	if k.Lost {
		b.LostOut += n
	}
	if k.Retrans {
		b.RetransOut += n
	}
	if !b.sackOK && int32(n) < 0 {
		b.SackedOut -= min(b.SackedOut, -n)
	}
}

// recount works out anew how many segments a sent buffer counts for, after the MSS
// has changed.
func (b books) recount(k *Skb, mss uint32) {
	was := uint32(k.Segs)
	b.adjust(k, k.count(mss)-was)
}

// trimHead forgets the part of a buffer that has been acknowledged (tcp_trim_head).
func (k *Skb) trimHead(to wire.Seq, b *Buffers) {
	n := to.Minus(k.Seq)
	if k.Flags.Has(wire.SYN) && n > 0 {
		k.Flags &^= wire.SYN
		k.Seq++
		n--
	}
	n = min(n, int32(len(k.Data)))
	k.Data = k.Data[n:]
	k.Seq += wire.Seq(n)
	b.unchargeWrite(uint32(n))
	if k.Segs > 1 {
		k.count(uint32(k.Size))
	}
}

// partAcked takes the whole segments that an acknowledgment covers off the buffer in
// which it ends, and returns how many they were (tcp_tso_acked).
func (k *Skb) partAcked(una wire.Seq, b *Buffers) uint32 {
	if k.Segs == 1 || !una.After(k.Seq) {
		return 0
	}
	was := uint32(k.Segs)
	k.trimHead(una, b)
	return was - uint32(k.Segs)
}

// splitAtBlock cuts a buffer of several segments where a block begins or ends in it,
// between segments (tcp_match_skb_to_sack). It reports whether its first part is covered.
func (q *SendQueue) splitAtBlock(i int, b wire.SackBlock, acc books) (in bool) {
	k := &q.Rtx[i]
	mss := uint32(k.Size)
	n := uint32(0)
	if in = !k.Seq.Before(b.Start); in {
		n = uint32(b.End-k.Seq) / mss * mss
	} else {
		n = max((uint32(b.Start-k.Seq)+mss-1)/mss*mss, mss)
	}
	if n == 0 || n >= uint32(len(k.Data)) {
		return in && n > 0
	}
	q.splitRtx(i, n, mss, acc)
	return in
}

// canShift: a buffer that is about to be marked may be joined to the one before, which
// the peer holds already. Linux keeps no more buffers than there are holes
// (tcp_shift_skb_data).
func (q *SendQueue) canShift(i int, dup bool, una wire.Seq) bool {
	if i == 0 || !dup && q.Rtx[i].Retrans && !q.Rtx[i].Lost {
		return false
	}
	prev, k := &q.Rtx[i-1], &q.Rtx[i]
	return prev.Sacked && !prev.Retrans && k.End.After(una) && prev.each() == k.each() && len(k.Data) > 0 && int(prev.Segs)+int(k.Segs) <= 65535
}

// joinSacked notes that a buffer has become a part of the one before, and gives back the
// room of its descriptor (tcp_shifted_skb).
//
// Simplified: the buffers stay apart; nothing else would show that they are one.
func (k *Skb) joinSacked(b *Buffers) {
	k.Joined = true
	b.unchargeWrite(skbWriteCost(0))
}

// markPush asks the peer to hand everything so far to its application (tcp_mark_push).
func (q *SendQueue) markPush(s *SendSeq) {
	if n := len(q.Wq); n > 0 {
		q.Wq[n-1].Flags |= wire.PSH
		s.PushedSeq = s.SndMax
	}
}

// rtoDelta is what is left of the timeout of the oldest segment, negative when that
// is past (tcp_rto_delta_us).
func (q *SendQueue) rtoDelta(x *Ctx, rto sim.Duration) sim.Duration {
	if len(q.Rtx) == 0 {
		return rto
	}
	return q.Rtx[0].SentAt.Add(rto).Sub(x.Now)
}

// clampToUser shortens a timeout so that TCP_USER_TIMEOUT is noticed in time
// (tcp_clamp_rto_to_user_timeout).
func (q *SendQueue) clampToUser(x *Ctx, d, user sim.Duration, start sim.Time) sim.Duration {
	if user == 0 || len(q.Rtx) == 0 {
		return d
	}
	if start == 0 {
		start = q.Rtx[0].FirstAt
	}
	return min(d, max(user-since(x, start), sim.Millisecond))
}
