package engine

import (
	"net/netip"
	"slices"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Neighbours: whom a host knows on a link (ARP, and neighbour discovery of IPv6).
//
// Simplified: an answer takes no time and is not drawn, so that only who does not
// answer is noticed. Hosts that were on when the scene began have met before: their
// entries are STALE.

// NUD is the state of a neighbour entry.
type NUD uint8

// The states, under Linux' names.
const (
	NudNone NUD = iota
	NudIncomplete
	NudReachable
	NudStale
	NudDelay
	NudProbe
	NudFailed
)

// NUDNames holds the name of each state, by number, as `ip neigh` prints it.
var NUDNames = []string{"NONE", "INCOMPLETE", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED"}

func (n NUD) String() string { return NUDNames[n] }

// neighbour is an entry of the table that a host has for one link.
type neighbour struct {
	addr      netip.Addr
	state     NUD
	since     sim.Time // when it came into this state
	confirmed sim.Time // when the neighbour was last known to hear us
	used      sim.Time
	look      sim.Time // until then nothing changes by itself
	asks      uint8
	askAt     sim.Time // INCOMPLETE: when to ask again, or to give up
	by        sim.EventID
	waiting   []Packet // what waits for the answer
}

const (
	maxWaiting    = 101  // packets: Linux keeps 212,992 bytes, as many small ones
	maxNeighbours = 1024 // net.ipv4.neigh.default.gc_thresh3
	wheelSlot     = 128 * sim.Millisecond
)

var neighAsk = trace.Declare(trace.Rule{
	ID: "neigh.ask",
	Says: "Nobody knows the link address that belongs to this address, and whoever has it does not answer the question (ARP). " +
		"The packet waits in the host; the question is asked mcast_solicit times, retrans_time_ms apart.",
	RFC:     trace.Cites("RFC 826", "RFC 1122 §2.3.2.2"),
	Linux:   "neigh_resolve_output",
	Differs: "The questions are not drawn, and an answer takes no time here.",
})

var neighAges = trace.Declare(trace.Rule{
	ID: "neigh.silent",
	Says: "No connection has got on by this neighbour for delay_first_probe_time, so it was asked (ARP) whether it is still there, ucast_solicit times. " +
		"As long as it may answer, packets leave for the address that is known.",
	RFC:     trace.Cites("RFC 1122 §2.3.2.1", "RFC 4861 §7.3.3"),
	Linux:   "neigh_timer_handler",
	Differs: "The questions are not drawn.",
})

var neighFull = trace.Declare(trace.Rule{
	ID:    "neigh.queue-full",
	Says:  "Too much waits for this neighbour's link address already: the packet is dropped.",
	RFC:   trace.Cites("RFC 1122 §2.3.2.2"),
	Linux: "__neigh_event_send",
})

var neighFailed = trace.Declare(trace.Rule{
	ID: "neigh.failed",
	Says: "Nobody has answered: the neighbour cannot be reached. Each packet that waited is answered with an ICMP error, host unreachable: " +
		"one of the host's own by its own stack, over its loopback.",
	RFC:   trace.Cites("RFC 1122 §2.3.2.2", "RFC 1812 §5.3.1"),
	Linux: "neigh_invalidate",
})

var neighFound = trace.Declare(trace.Rule{
	ID:    "neigh.found",
	Says:  "The neighbour has answered at last: what waited leaves now.",
	RFC:   trace.Cites("RFC 826"),
	Linux: "neigh_update",
})

// hop returns the entry of an address on a cable, or nil.
func (c *cable) hop(a netip.Addr) *neighbour {
	for i := range c.hops {
		if c.hops[i].addr == a {
			return &c.hops[i]
		}
	}
	return nil
}

// meet makes an entry for an address. Of a host that was there when the scene began
// the link address is known from before.
func (w *World) meet(c *cable, a netip.Addr) *neighbour {
	if len(c.hops) >= maxNeighbours {
		if c.hops[0].state == NudIncomplete {
			w.asked--
		}
		c.hops = c.hops[1:]
	}
	n := neighbour{addr: a, askAt: sim.Never, look: sim.Never}
	peer, own := w.hosts[c.To], w.hosts[c.From]
	if peer.Has(a) && own.BootAt == 0 && w.goneSince(c, a) > 0 {
		n.state = NudStale
	}
	c.hops = append(c.hops, n)
	return &c.hops[len(c.hops)-1]
}

// goneSince is since when the neighbour with an address cannot answer; Never: it can.
func (w *World) goneSince(c *cable, a netip.Addr) sim.Time {
	peer, gone := w.hosts[c.To], sim.Never
	if !peer.Has(a) {
		return 0
	}
	if peer.Off {
		gone = peer.OffAt
	}
	if !c.Down {
		return gone
	}
	for _, o := range w.cables { // a cable is gone in both directions; what is lost in one is no cable
		if o.From == c.To && o.To == c.From {
			if !o.Down {
				return gone
			}
			return min(gone, max(c.downAt, o.downAt))
		}
	}
	return gone
}

// age lets an entry become what time has made of it (neigh_timer_handler). It reports
// whether the neighbour has been asked and has not answered.
func (w *World) age(c *cable, n *neighbour) (silent bool) {
	sys := &w.hosts[c.From].Sys
	for n.look <= w.now {
		at := n.look
		switch n.state {
		case NudReachable:
			if due := n.confirmed.Add(sys.NeighReachable); due > at {
				n.look = due
				continue
			}
			if n.state, n.since, n.look = NudStale, at, sim.Never; n.used.Add(sys.NeighDelay) > at {
				n.state, n.look = NudDelay, at.Add(sys.NeighDelay+wheelSlot)
			}
		case NudDelay:
			if n.confirmed.Add(sys.NeighDelay) >= at { // Linux: the timer of some seconds is late by its wheel, so this is not a tie
				n.become(NudReachable, at, n.confirmed.Add(sys.NeighReachable))
			} else {
				n.become(NudProbe, at, at)
				silent = true
			}
		case NudProbe:
			last := n.since.Add(sim.Duration(sys.NeighUnicast) * sys.NeighRetrans)
			switch {
			case w.goneSince(c, n.addr) > n.since:
				n.confirmed = n.since
				n.become(NudReachable, n.since, n.confirmed.Add(sys.NeighReachable))
				silent = false
			case at < last:
				n.look = last
			default:
				n.become(NudFailed, last, sim.Never)
				silent = true
			}
		default:
			n.look = sim.Never
		}
	}
	return silent
}

func (n *neighbour) become(s NUD, at, look sim.Time) { n.state, n.since, n.look = s, at, look }

// knows reports whether the link address that a packet needs is known. If not, the
// packet waits, and the question is asked (neigh_resolve_output).
func (w *World) knows(rec *trace.Recorder, c *cable, a netip.Addr, p *Packet) bool {
	n := c.hop(a)
	if n == nil {
		n = w.meet(c, a)
	}
	if n.look <= w.now && w.age(c, n) {
		rec.Note(neighAges)
	}
	sys := &w.hosts[c.From].Sys
	switch n.state {
	case NudReachable, NudDelay, NudProbe:
		n.used = w.now
		return true
	case NudStale:
		n.used = w.now
		n.become(NudDelay, w.now, w.now.Add(sys.NeighDelay+wheelSlot))
		return true
	case NudNone, NudFailed:
		if w.goneSince(c, a) == sim.Never {
			n.used, n.confirmed = w.now, w.now
			n.become(NudReachable, w.now, w.now.Add(sys.NeighReachable))
			return true
		}
		n.become(NudIncomplete, w.now, sim.Never)
		n.asks, n.askAt, n.by = 1, w.now.Add(sys.NeighRetrans), w.step
		w.asked++
	}
	if len(n.waiting) >= maxWaiting {
		rec.Note(neighFull)
		return false
	}
	rec.Note(neighAsk)
	n.waiting = append(n.waiting[:len(n.waiting):len(n.waiting)], *p)
	return false
}

// asking returns the entry of a cable of which the next question is due first.
func (c *cable) asking() *neighbour {
	var first *neighbour
	for i := range c.hops {
		if n := &c.hops[i]; n.state == NudIncomplete && (first == nil || n.askAt < first.askAt) {
			first = n
		}
	}
	return first
}

// NeighbourTimer is the name of the event at which a question is asked again.
const NeighbourTimer = "neighbour"

// ask asks again, or gives up.
func (w *World) ask(rec *trace.Recorder, c *cable) {
	n := c.asking()
	x := w.begin(rec, trace.Event{Kind: trace.Timer, Name: NeighbourTimer, Cause: n.by}, int(c.From))
	sys := &w.hosts[c.From].Sys
	switch {
	case w.goneSince(c, n.addr) == sim.Never:
		defer x.Enter(neighFound)()
		w.asked--
		waiting := n.waiting
		n.waiting, n.askAt, n.used, n.confirmed = nil, sim.Never, w.now, w.now
		n.become(NudReachable, w.now, w.now.Add(sys.NeighReachable))
		for i := range waiting {
			w.put(rec, c, &waiting[i])
		}
	case n.asks < sys.NeighAsks:
		n.asks, n.askAt, n.by = n.asks+1, w.now.Add(sys.NeighRetrans), w.step
		x.Note(neighAsk)
	default:
		w.giveUp(x, c, n)
	}
	w.finish(x, int(c.From))
}

// giveUp tells the senders of what waited that there is no way (ipv4_link_failure).
func (w *World) giveUp(x *host.Ctx, c *cable, n *neighbour) {
	defer x.Enter(neighFailed)()
	w.asked--
	waiting := n.waiting
	n.waiting, n.askAt = nil, sim.Never
	n.become(NudFailed, w.now, sim.Never)
	h := w.hosts[c.From]
	for i := range waiting {
		s := &waiting[i].Seg
		if came := w.sent.get(waiting[i].Of); came != nil {
			s = &came.Seg // as it was before the box translated it
		}
		if s.ICMP.Set {
			continue
		}
		m := wire.ICMP{Set: true, Type: 3, Code: 1, From: w.addrOf(h, s.Src.Addr)}
		if s.Src.Addr.Is6() {
			m.V6, m.Type, m.Code = true, 1, 3
		}
		if !h.MayTell(x, s.Src.Addr, m) {
			continue
		}
		w.send(x.Recorder, &Packet{Seg: wire.Segment{Src: s.Src, Dst: s.Dst, Seq: s.Seq, TTL: 64, ICMP: m}, From: c.From})
	}
}

// addrOf is the address of a host under which it speaks to another.
func (w *World) addrOf(h *host.Host, to netip.Addr) netip.Addr {
	for _, a := range h.Addrs {
		if a.Is4() == to.Is4() {
			return a
		}
	}
	return netip.Addr{}
}

// heard notes that a neighbour has let a connection get on: it is there
// (dst_confirm).
func (w *World) heard(at sim.HostID, from netip.Addr) {
	c, hop := w.wayTo(at, from)
	if c == nil {
		return
	}
	if n := c.hop(hop); n != nil && n.state >= NudReachable && n.state != NudFailed {
		if n.look <= w.now {
			w.age(c, n)
		}
		n.confirmed = w.now
	}
}

// stuck lists what waits in a host for the answer of a neighbour: it is not sent
// again as long as it does.
func (w *World) stuck(at sim.HostID) (all []wire.Segment) {
	if w.asked == 0 {
		return nil
	}
	for _, c := range w.cables {
		for i := range c.hops {
			if c.From == at {
				for j := range c.hops[i].waiting {
					all = append(all, c.hops[i].waiting[j].Seg)
				}
			}
		}
	}
	return all
}

// Neighbour is an entry of a host's table, as others see it.
type Neighbour struct {
	Addr netip.Addr
	Peer sim.HostID // on the link to this host
	Own  bool       // the address is that host's
	NUD  NUD
	Used sim.Time
	Conf sim.Time
	At   sim.Time // when it came into its state
	Asks uint8
}

// Neighbours lists whom a host knows on its links.
func (w *World) Neighbours(at sim.HostID) (all []Neighbour) {
	for _, c := range w.cables {
		if c.From != at || c.To == at {
			continue
		}
		for _, n := range c.hops {
			w.age(c, &n) // of the copy
			all = append(all, Neighbour{n.addr, c.To, w.hosts[c.To].Has(n.addr), n.state, n.used, n.confirmed, n.since, n.asks})
		}
	}
	return all
}

// forgetNeighbours empties the table of a host that is started anew.
func (w *World) forgetNeighbours(at sim.HostID) {
	for _, c := range w.cables {
		if c.From != at {
			continue
		}
		for i := range c.hops {
			if c.hops[i].state == NudIncomplete {
				w.asked--
			}
		}
		c.hops = nil
	}
}

func cloneHops(list []neighbour) []neighbour {
	if len(list) == 0 {
		return nil
	}
	n := slices.Clone(list)
	for i := range n {
		n[i].waiting = slices.Clip(n[i].waiting)
	}
	return n
}
