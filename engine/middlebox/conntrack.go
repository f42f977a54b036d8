package middlebox

import (
	"net/netip"

	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// kind is how conntrack sorts segments.
type kind uint8

const (
	aSYN kind = iota
	aSYNACK
	aFIN
	anACK
	aRST
	bare // none of these flags
)

func kindOf(s *wire.Segment) kind {
	switch f := s.Flags; {
	case f.Has(wire.RST):
		return aRST
	case f.Has(wire.SYN | wire.ACK):
		return aSYNACK
	case f.Has(wire.SYN):
		return aSYN
	case f.Has(wire.FIN):
		return aFIN
	case f.Has(wire.ACK):
		return anACK
	}
	return bare
}

// What becomes of a flow when a segment cannot belong to it, and when it says
// nothing new.
const (
	invalid State = 254
	ignored State = 255
)

// next holds the transitions: by direction and kind, for each state from None to
// SynSent2. Measured on Linux 6.18 (testdata/transitions.tsv).
var next = [2][5][10]State{
	orig: {
		aSYN:    {SynSent, SynSent, ignored, ignored, ignored, ignored, ignored, SynSent, SynSent, SynSent2},
		aSYNACK: {invalid, invalid, SynRecv, invalid, invalid, invalid, invalid, invalid, invalid, SynRecv},
		aFIN:    {invalid, invalid, FinWait, FinWait, LastAck, LastAck, LastAck, TimeWait, Close, invalid},
		anACK:   {Established, invalid, Established, Established, CloseWait, CloseWait, TimeWait, TimeWait, Close, invalid},
		aRST:    {invalid, Close, Close, Close, Close, Close, Close, Close, Close, Close},
	},
	reply: {
		aSYN:    {invalid, SynSent2, invalid, invalid, invalid, invalid, invalid, SynSent, invalid, SynSent2},
		aSYNACK: {invalid, SynRecv, ignored, ignored, ignored, ignored, ignored, ignored, ignored, SynRecv},
		aFIN:    {invalid, invalid, FinWait, FinWait, LastAck, LastAck, LastAck, TimeWait, Close, invalid},
		anACK:   {invalid, ignored, SynRecv, Established, CloseWait, CloseWait, TimeWait, TimeWait, Close, ignored},
		aRST:    {invalid, Close, Close, Close, Close, Close, Close, Close, Close, Close},
	},
}

var flowNew = trace.Declare(trace.Rule{
	ID:      "conntrack.new",
	Says:    "A segment of no known flow opens one: the box remembers both directions, so that it will know the answer.",
	Linux:   "tcp_new",
	Differs: "No part of TCP: RFC 9293 knows only the two ends.",
})

var flowKnown = trace.Declare(trace.Rule{
	ID:      "conntrack.known",
	Says:    "The segment belongs to a known flow. The box guesses from its flags what the two ends are doing, and how long it should remember them.",
	Linux:   "nf_conntrack_tcp_packet",
	Differs: "The box sees segments, not states.",
})

var flowLoose = trace.Declare(trace.Rule{
	ID:      "conntrack.loose",
	Says:    "The box meets a connection in its middle, perhaps because it has forgotten it, and takes it up as established: nf_conntrack_tcp_loose.",
	Linux:   "tcp_new",
	Differs: "RFC 5382 lets a NAT do so or not.",
})

var flowInvalid = trace.Declare(trace.Rule{
	ID:      "conntrack.invalid",
	Says:    "The segment can neither open a flow nor belong to a known one: INVALID. It keeps its addresses as they are; a rule may drop it.",
	Linux:   "nf_conntrack_tcp_packet",
	Differs: "RFC 5382 §4.3 leaves it to the box.",
})

var flowExpired = trace.Declare(trace.Rule{
	ID:      "conntrack.expired",
	Says:    "Nothing came in time: the entry is forgotten. The two ends are not told, and may believe in their connection for hours.",
	RFC:     trace.Cites("RFC 5382 §5"),
	Linux:   "nf_ct_gc_expired",
	Differs: "RFC 5382 asks for 2 hours and 4 minutes at least; Linux waits 5 days, many boxes much less. Entries go when the next packet comes.",
})

var flowGone = trace.Declare(trace.Rule{
	ID:      "conntrack.refused",
	Says:    "A RST before any answer: there will be no connection, and the entry goes at once.",
	Linux:   "nf_conntrack_tcp_packet",
	Differs: "No part of TCP.",
})

var flowReopened = trace.Declare(trace.Rule{
	ID:      "conntrack.reopened",
	Says:    "A SYN for a flow that has ended: the old entry goes, and the segment is looked at as if it were the first.",
	Linux:   "nf_conntrack_tcp_packet",
	Differs: "No part of TCP.",
})

var tableFull = trace.Declare(trace.Rule{
	ID:      "conntrack.full",
	Says:    "The table is full, and every entry in it is ASSURED: a new flow is not let in. Its packets vanish without a word.",
	Linux:   "nf_conntrack_alloc",
	Drops:   true,
	Differs: "No part of TCP. The kernel logs: nf_conntrack: table full, dropping packet.",
})

var tableEvicts = trace.Declare(trace.Rule{
	ID:      "conntrack.evicted",
	Says:    "The table is full: an entry that is not ASSURED makes room for a new one.",
	Linux:   "early_drop",
	Differs: "No part of TCP. Linux looks for one in a few places of its hash table; here it is the oldest.",
})

// track finds the flow of a packet, or opens one. Without a flow and with Forward
// the packet is INVALID, and goes on as it is.
func (b *Box) track(x *Ctx, s *wire.Segment, mine func(netip.Addr) bool) (*Flow, direction, Verdict) {
	b.expire(x)
	if s.ICMP.Set {
		return b.related(s)
	}
	k := kindOf(s)
	f, dir := b.lookup(wire.Tuple{Local: s.Src, Remote: s.Dst})
	if f != nil && k == aSYN && f.reopens(dir) {
		b.forget(x, f, flowReopened)
		f = nil
	}
	if f == nil {
		return b.open(x, s, k, mine)
	}
	f = b.edit(f)
	f.Watch(x)
	if k == bare {
		return b.invalid(x)
	}
	n := next[dir][k][f.State]
	switch {
	case n == invalid:
		return b.invalid(x)
	case n == ignored && k == aSYNACK && f.last == aSYN && f.lastDir != dir && s.Ack == f.lastEnd && f.State != SynRecv:
		n = SynRecv // it answers a SYN that was let through unbelieved: the two ends are in step, and the box was not
	case n == ignored || n == SynSent && f.State > SynSent && f.State != SynSent2:
		f.last, f.lastDir, f.lastEnd = k, dir, s.End()
		return f, dir, Forward
	}
	if k == aRST && n == Close {
		if x.When(rstBelow, trace.Is("below what was acknowledged", !b.IgnoreRST && f.below(s, dir))) {
			return b.invalid(x)
		}
		n = f.reset(x, s, dir)
	}
	switch f.window(x, s, dir) {
	case outside:
		if !b.Liberal {
			x.Note(flowInvalid)
			x.Says = CtInvalid
			return nil, orig, Forward
		}
	case oldNews:
		return f, dir, Forward
	}
	if k == aRST && !f.Replied {
		b.forget(x, f, flowGone)
		return f, dir, Forward
	}
	f.move(x, s, dir, k, n, b)
	return f, dir, Forward
}

// invalid says that conntrack can make nothing of a packet: it goes on as it is.
func (b *Box) invalid(x *Ctx) (*Flow, direction, Verdict) {
	x.Note(flowInvalid)
	x.Says = CtInvalid
	return nil, orig, Forward
}

// edit returns a flow to be written to: the box's own.
func (b *Box) edit(f *Flow) *Flow {
	if f.epoch == b.epoch {
		return f
	}
	own := *f
	own.epoch, b.written = b.epoch, true
	for i := range b.Flows {
		if b.Flows[i] == f {
			b.Flows[i] = &own
		}
	}
	return &own
}

// move brings a flow into its next state.
func (f *Flow) move(x *Ctx, s *wire.Segment, dir direction, k kind, n State, b *Box) {
	defer x.Enter(flowKnown)()
	f.Assured = f.Assured || f.Replied && n == Established && (f.State == SynRecv || f.State == Established)
	f.closing = f.closing || n == FinWait
	f.State = n
	f.seen(s, dir, k)
	f.ExpireAt = x.Now.Add(f.timeout(b))
	f.Replied = f.Replied || dir == reply
}

// reopens reports whether a SYN may begin the flow anew.
func (f *Flow) reopens(dir direction) bool {
	if f.State == TimeWait {
		return true
	}
	return f.State == Close && dir == orig && (f.closing || f.last == aRST && f.lastDir == dir)
}

// lookup finds a flow by a tuple as it comes in.
func (b *Box) lookup(t wire.Tuple) (*Flow, direction) {
	for _, f := range b.Flows {
		switch t {
		case f.Orig:
			return f, orig
		case f.Reply:
			return f, reply
		}
	}
	return nil, orig
}

// open makes an entry for a segment of no known flow (init_conntrack).
func (b *Box) open(x *Ctx, s *wire.Segment, k kind, mine func(netip.Addr) bool) (*Flow, direction, Verdict) {
	n := invalid
	if k != bare {
		n = next[orig][k][None]
	}
	virtual := b.Kind == Balancer && s.Dst == b.Conf.Virtual
	if mine(s.Dst.Addr) && !virtual {
		return nil, orig, Forward // for the box itself: none of the table's business here
	}
	if n == invalid || n == Established && !b.Loose {
		return b.invalid(x)
	}
	if uint32(len(b.Flows)) >= b.Max && !b.evict(x) {
		return nil, orig, b.drop(x, tableFull)
	}
	f := &Flow{Orig: wire.Tuple{Local: s.Src, Remote: s.Dst}, Reply: wire.Tuple{Local: s.Dst, Remote: s.Src}}
	if v := b.choose(x, f); v != Forward {
		return nil, orig, v
	}
	rule := flowNew
	if n == Established {
		rule = flowLoose
	}
	defer x.Enter(rule)()
	f.ID, f.State, f.epoch, b.written = x.newID(), n, b.epoch, true
	if k == aSYN {
		f.begin(s, orig)
	} else {
		f.pickUp(s)
	}
	f.seen(s, orig, k)
	f.ExpireAt = x.Now.Add(f.timeout(b))
	b.Flows = append(b.Flows, f)
	b.Entries++
	m := f.Made()
	x.Effect(trace.Effect{Kind: trace.Created, Host: x.Host, Subject: f.ID, Made: &m})
	return f, orig, Forward
}

// related finds the flow that an ICMP error speaks of. It quotes a segment as it
// was on that side of the box.
func (b *Box) related(s *wire.Segment) (*Flow, direction, Verdict) {
	f, dir := b.lookup(wire.Tuple{Local: s.Dst, Remote: s.Src})
	return f, dir, Forward
}

// forget removes an entry.
func (b *Box) forget(x *Ctx, f *Flow, rule *trace.Rule) {
	defer x.Enter(rule)()
	for i := range b.Flows {
		if b.Flows[i] == f {
			b.Flows = append(b.Flows[:i:i], b.Flows[i+1:]...)
			b.Entries--
			break
		}
	}
	x.Unwatch(f.ID)
	m := f.Made()
	x.Effect(trace.Effect{Kind: trace.Destroyed, Host: x.Host, Subject: f.ID, Made: &m})
}

var flowsLost = trace.Declare(trace.Rule{
	ID:      "conntrack.lost",
	Says:    "The box has lost its memory, and the table with it. Connections that went through it will meet a box that knows nothing of them.",
	Linux:   "nf_conntrack_cleanup_net_list",
	Differs: "No part of TCP.",
})

var flowDeleted = trace.Declare(trace.Rule{
	ID:      "conntrack.deleted",
	Says:    "Somebody has deleted the entry (conntrack -D). The two ends are not told.",
	Linux:   "ctnetlink_del_conntrack",
	Differs: "No part of TCP.",
})

// Flush forgets every flow because somebody says so.
func (b *Box) Flush(x *Ctx) {
	for len(b.Flows) > 0 {
		b.drops(x, b.Flows[len(b.Flows)-1])
	}
}

// Delete forgets the flow with these ends, as the side sees it that began.
func (b *Box) Delete(x *Ctx, t wire.Tuple) {
	for _, f := range b.Flows {
		if f.Orig == t {
			b.drops(x, f)
			return
		}
	}
}

func (b *Box) drops(x *Ctx, f *Flow) {
	if b.ID != 0 {
		b.Watch(x)
	}
	b.forget(x, f, flowDeleted)
}

// Lose forgets every flow: the power is gone.
func (b *Box) Lose(x *Ctx) {
	if b.ID != 0 {
		b.Watch(x)
	}
	for len(b.Flows) > 0 {
		b.forget(x, b.Flows[len(b.Flows)-1], flowsLost)
	}
}

// expire forgets what nothing was heard of in time.
func (b *Box) expire(x *Ctx) {
	for i := 0; i < len(b.Flows); {
		if f := b.Flows[i]; f.ExpireAt <= x.Now {
			b.forget(x, f, flowExpired)
		} else {
			i++
		}
	}
}

// evict makes room for one entry.
func (b *Box) evict(x *Ctx) bool {
	for _, f := range b.Flows {
		if !f.Assured {
			b.forget(x, f, tableEvicts)
			return true
		}
	}
	return false
}

// NewTracker is the conntrack of a host that passes nothing on.
func NewTracker(name string, seed uint64) *Box {
	return New(0, name, &Config{Kind: Firewall, Table: DefaultTable}, seed)
}

// Track looks at a packet of the host itself, and says what conntrack says of it.
func (b *Box) Track(x *Ctx, s *wire.Segment) CtState {
	came := *s
	f, _, v := b.track(x, s, func(netip.Addr) bool { return false })
	if v == Drop {
		return CtInvalid
	}
	return f.stateOf(&came)
}

// Unconfirmed forgets a flow of which the first packet went no further.
func (b *Box) Unconfirmed(x *Ctx, s *wire.Segment) {
	if f, _ := b.lookup(wire.Tuple{Local: s.Src, Remote: s.Dst}); f != nil && f.Packets == 1 && !f.Replied {
		b.forget(x, f, flowUnconfirmed)
	}
}
