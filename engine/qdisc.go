package engine

import "wirestep/engine/sim"

// QdiscKinds are the queueing disciplines that an interface may be given, under tc's names.
var QdiscKinds = []string{"netem", "tbf", "pfifo", "bfifo", "codel", "fq_codel", "red"}

// qdisc is what somebody has given an interface.
type qdisc struct {
	kind string
	spec LinkSpec
	has  LinkField
}

// setQdisc gives the interface another discipline, or none.
func (c *cable) setQdisc(op *Op) {
	if c.qdisc == nil {
		c.bare = c.Vars
	}
	c.qdisc = nil
	if op.Qdisc != "" {
		c.qdisc = &qdisc{op.Qdisc, op.Link, op.LinkHas}
	}
	c.overlay()
}

// overlay works out what the cable and the discipline do together: delays add up, the
// lower rate counts, and a packet has to escape both losses.
func (c *cable) overlay() {
	v, was := c.bare, c.Vars
	v.Down, v.FreeAt, v.LastAt, v.MTU = was.Down, was.FreeAt, was.LastAt, was.MTU
	if q := c.qdisc; q != nil {
		s := q.spec
		s.Delay, s.Jitter = v.Delay+s.Delay, v.Jitter+s.Jitter
		s.LossPPM = both(v.LossPPM, s.LossPPM)
		s.DupPPM, s.ReorderPPM, s.MarkPPM = both(v.DupPPM, s.DupPPM), both(v.ReorderPPM, s.ReorderPPM), both(v.MarkPPM, s.MarkPPM)
		if v.Rate > 0 && (s.Rate == 0 || v.Rate < s.Rate) {
			s.Rate = v.Rate
		}
		if q.has&LinkQueue == 0 {
			s.Queue = v.Queue
		}
		if q.has&LinkDisc == 0 {
			s.Disc = v.Disc
		}
		setLink(&v, &s, ^LinkField(0)&^LinkMTU)
	}
	c.Vars = v
}

func both(a, b uint32) uint32 {
	return uint32(maxPPM - uint64(maxPPM-a)*uint64(maxPPM-b)/maxPPM)
}

// Qdisc is what somebody has given the interface of a host towards another: its kind,
// "" for none, and its properties.
func (w *World) Qdisc(from, to sim.HostID) (kind string, spec LinkSpec, has LinkField) {
	for _, c := range w.cables {
		if c.From == from && c.To == to && c.qdisc != nil {
			return c.qdisc.kind, c.qdisc.spec, c.qdisc.has
		}
	}
	return "", LinkSpec{}, 0
}

// Waiting is what waits to be sent into a link: packets and bytes, and what its queue has
// dropped so far.
func (w *World) Waiting(from, to sim.HostID) (packets, bytes uint32, dropped, marked uint64) {
	for _, c := range w.cables {
		if c.From != from || c.To != to || c.ID == 0 {
			continue
		}
		b := &c.Backlog
		packets, bytes, dropped, marked = b.Packets, b.Bytes, b.Dropped, b.Marked
		for _, at := range c.Leaving {
			if at > w.now {
				packets++
			}
		}
	}
	return packets, bytes, dropped, marked
}
