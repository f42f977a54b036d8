package engine

import (
	"wirestep/engine/netem"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Links of which the queue decides about a packet when it leaves (CoDel, fq_codel): a
// packet waits there without an instant of arrival, and the link is an event of its own
// each time it is free.

var leaves = trace.Declare(trace.Rule{
	ID:      "link.leaves",
	Says:    "The link is free again and takes the packet whose turn it is: only now it is known when that arrives.",
	RFC:     trace.Cites("RFC 8290 §4.2"),
	Linux:   "__qdisc_run",
	Differs: "A model of a device, not a protocol.",
})

// enqueue puts a packet before a link. An idle link takes it at once.
func (w *World) enqueue(rec *trace.Recorder, c *cable, p *Packet) {
	each := frameSize(&p.Seg)
	p.DepartAt, p.ArriveAt = w.now, sim.Never
	made := w.sent.add(p)
	rec.Effect(trace.Effect{Kind: trace.Sent, Host: p.From, Packet: made.ID, At: int64(sim.Never), N: made.sort()})
	kind := w.count(made)
	if rule := c.Refuses(each); rule != nil && w.spare != made.ID {
		w.lose(rec, made.ID, rule)
	} else {
		flow := wire.Tuple{Local: p.Seg.Src, Remote: p.Seg.Dst}.Hash()
		w.gone(rec, c.Take(netem.Waiting{ID: made.ID, At: w.now, Bytes: packetSize(&p.Seg), Flow: flow, Markable: p.Seg.ECN != wire.NotECT}))
	}
	w.applyRules(rec, made.ID, kind, p.From)
	if c.FreeAt <= w.now {
		w.launch(rec, c)
	}
}

// gone tells what became of packets that a queue dropped or marked.
func (w *World) gone(rec *trace.Recorder, list []netem.Gone) {
	for _, g := range list {
		switch {
		case g.Marked:
			w.mark(rec, g.ID, g.Rule)
		case g.ID == w.spare: // in a future in which it is spared it goes on beside the queue
			w.fly(rec, g.ID)
		default:
			w.lose(rec, g.ID, g.Rule)
		}
	}
}

// fly lets a packet arrive as if the link were free.
func (w *World) fly(rec *trace.Recorder, id sim.PacketID) {
	p := w.sent.get(id)
	for _, c := range w.cables {
		if c.From == p.From && c.To == p.To {
			at := w.now.Add(c.Delay)
			c.insert(flight{at, id})
			w.moved(rec, w.sent.edit(id), at)
			return
		}
	}
}

// launch sends what is next in the queue of a link. It returns which packet that was.
func (w *World) launch(rec *trace.Recorder, c *cable) sim.PacketID {
	next, gone, ok := c.Next(w.now)
	w.gone(rec, gone)
	if !ok {
		return 0
	}
	defer rec.Enter(leaves)()
	c.Watch(rec)
	v := c.Launch(w.now, next.Bytes, next.Markable)
	p := w.sent.edit(next.ID)
	if p.DepartAt = v.Depart; v.Lost != nil && w.spare != next.ID {
		w.lose(rec, next.ID, v.Lost)
		return next.ID
	}
	at := v.Arrive
	if v.Lost != nil {
		at = v.Depart.Add(c.Delay)
	}
	c.insert(flight{at, next.ID})
	w.moved(rec, p, at)
	if v.Marked {
		w.mark(rec, next.ID, v.By)
	}
	if v.Twice {
		w.copyPacket(rec, c, next.ID, v.Again)
	}
	return next.ID
}

// QueueEvent is the name of the event at which a link takes the next packet.
const QueueEvent = "queue"

// drain is the event at which a link is free again.
func (w *World) drain(rec *trace.Recorder, c *cable) {
	w.begin(rec, trace.Event{Kind: trace.Link, Name: QueueEvent, Cause: w.sentBy(c)}, -1)
	if id := w.launch(rec, c); id != 0 {
		rec.Event.Cause = w.sent.get(id).SentBy
	}
}

// sentBy is the event that has put into the queue of a link what waits longest there.
func (w *World) sentBy(c *cable) sim.EventID {
	for _, id := range c.Backlog.All() {
		return w.sent.get(id).SentBy
	}
	return 0
}

// waits finds the link before which a packet waits, or nil.
func (w *World) waits(id sim.PacketID) *cable {
	for _, c := range w.cables {
		if c.Backlog.Packets > 0 && c.Backlog.Has(id) {
			return c
		}
	}
	return nil
}

// leaveQueue takes a packet out of the queue in which it waits, as if the link were free for it:
// what is to be held or delayed is on its way then.
func (w *World) leaveQueue(id sim.PacketID) {
	if c := w.waits(id); c != nil {
		c.Backlog.Remove(id)
		at := w.now.Add(c.Delay)
		c.insert(flight{at, id})
		w.sent.edit(id).ArriveAt = at
	}
}
