package tcp

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Segmentation offload: an interface that cuts large packets into segments by
// itself is handed several at once. The host then decides, acknowledges and
// repeats in these larger units, as a capture on it shows. An interface that takes
// one segment (gso_max_segs 1) is the same code with buffers of one segment.

const (
	gsoHeadroom   = 193 // Linux: MAX_TCP_HEADER + 1, which the largest packet leaves for its headers
	pacingShift   = 10  // Linux: sk_pacing_shift: a packet holds about a millisecond of data
	maxCwndAtOnce = 2   // Linux: no packet takes more than half of cwnd
)

// gsoSize is the largest payload that the interface takes at once (sk_gso_max_size).
func gsoSize(sys *Sysctls) uint32 { return max(sys.GSOMaxSize, gsoHeadroom+1) - gsoHeadroom }

// tsoSegs is how many segments one packet may have now (tcp_tso_segs): what leaves in
// about a millisecond at the pacing rate, more on a short path, and at least
// tcp_min_tso_segs.
func (t *TCB) tsoSegs(x *Ctx, mss uint32) uint32 {
	if x.Sys.GSOMaxSegs <= 1 {
		return 1
	}
	most := uint64(gsoSize(x.Sys))
	bytes := t.PacingRate >> pacingShift
	if t.MinRTT > 0 {
		bytes = min(bytes, most) + most>>min(uint64(t.MinRTT/sim.Microsecond)>>x.Sys.TSORTTLog, 63)
	}
	bytes = min(bytes, most)
	return min(max(uint32(bytes)/mss, t.cc().minTSO(x.Sys, &t.Sender)), x.Sys.GSOMaxSegs)
}

// sizeGoal is how much the application's bytes are gathered in one buffer
// (tcp_xmit_size_goal): whole segments, as much as the interface takes, but not more
// than half of the largest window.
func (c *Conn) sizeGoal(x *Ctx, mss uint32) uint32 {
	if x.Sys.GSOMaxSegs <= 1 {
		return mss
	}
	segs := min(c.halfWindow(gsoSize(x.Sys), c.optionLen())/mss, x.Sys.GSOMaxSegs)
	return max(segs*mss, mss)
}

// halfWindow keeps a size to half of the largest window ever offered
// (tcp_bound_to_half_wnd).
func (q *SendSeq) halfWindow(size uint32, opts uint32) uint32 {
	cut := q.MaxWnd
	if cut > defaultMSS {
		cut /= 2
	}
	if cut > 0 && size > cut {
		return max(cut, 68-tcpHeader-opts)
	}
	return size
}

// count works out how many segments of mss bytes a buffer is (tcp_set_skb_tso_segs).
func (k *Skb) count(mss uint32) uint32 {
	n := uint32(len(k.Data))
	if n <= mss {
		k.Segs, k.Size = 1, 0
		return 1
	}
	n = (n + mss - 1) / mss
	k.Segs, k.Size = uint16(n), uint16(mss)
	return n
}

// cut takes the first n bytes off a buffer. What ends the data stays with its end
// (tcp_fragment).
func (k *Skb) cut(n uint32) (head Skb) {
	head = *k
	head.Data, k.Data = k.Data[:n], k.Data[n:]
	head.End = k.Seq + wire.Seq(n)
	k.Seq = head.End
	head.Flags &^= wire.FIN | wire.PSH
	head.EOR = false
	return head
}

// splitPoint is how much of a buffer of several segments may leave: whole segments
// within both windows, and a last partial one only where Nagle allows it
// (tcp_mss_split_point).
func (c *Conn) splitPoint(k *Skb, mss, segs uint32, push pushKind) uint32 {
	window, most := uint32(c.sndEnd()-k.Seq), mss*segs
	if most <= window && len(c.Wq) > 1 {
		return most
	}
	need := min(uint32(len(k.Data)), window)
	if most <= need {
		return most
	}
	if rest := need % mss; rest > 0 && push == pushNagle && (c.Cork || !c.NoDelay && c.PacketsOut > 0 && c.smallOut()) {
		return need - rest
	}
	return need
}

var sendDefer = trace.Declare(trace.Rule{
	ID: "send.defer",
	Says: "Only a part of what waits could leave, and an acknowledgment that allows more is due within a millisecond: " +
		"the sender waits, so that the interface gets one large packet instead of many small ones.",
	RFC:     trace.Cites("RFC 9293 §3.8.6.2.1"),
	Linux:   "tcp_tso_should_defer",
	Differs: "No RFC knows segmentation offload; the waiting is the sender's side of avoiding silly windows.",
})

// deferTSO decides whether a buffer of several segments waits for a larger part of
// the windows (tcp_tso_should_defer).
func (c *Conn) deferTSO(x *Ctx, k *Skb, most uint32) (limit Limit) {
	if c.CA >= Recovery || x.Now.Sub(c.WStamp) > sim.Millisecond || len(c.Rtx) == 0 {
		return LimitNone
	}
	mss, size := uint32(c.MSS), uint32(len(k.Data))
	wnd, cong := uint32(c.sndEnd()-k.Seq), (c.Cwnd-c.inFlight())*mss
	room := min(wnd, cong)
	if room >= most*mss || len(c.Wq) > 1 && room >= size {
		return LimitNone
	}
	if div := x.Sys.TSOWinDivisor; div > 0 {
		if room >= min(c.SndWnd, c.Cwnd*mss)/div {
			return LimitNone
		}
	} else if room > 3*mss {
		return LimitNone
	}
	due := c.Rtx[0].SentAt.Add(c.srttExact()).Sub(x.Now)
	soon := due <= min(c.srttExact()/2, sim.Millisecond)
	switch {
	case cong < wnd && cong <= size:
		limit = LimitCwnd
	case cong >= wnd && wnd <= size:
		limit = LimitRwnd
	case k.Flags.Has(wire.FIN):
		return LimitNone
	default:
		limit = LimitDefer
	}
	if !x.When(sendDefer, trace.Is("an ACK is due within a millisecond", soon)) {
		return LimitNone
	}
	return limit
}
