package engine

import (
	"wirestep/engine/host"
	"wirestep/engine/middlebox"
	"wirestep/engine/netem"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// standing is a rule for segments yet to be sent, or many forged ones under way.
type standing struct {
	n    int
	op   Op // shared, never written
	hits int
	at   sim.Time    // Forge: when the next one goes
	by   sim.EventID // the event that set it up
}

// Standing is a rule for segments to come, as others see it.
type Standing struct {
	N    int
	Op   Op
	Hits int
}

// Rules lists the rules for segments to come.
func (w *World) Rules() []Standing {
	var out []Standing
	for _, r := range w.rules {
		out = append(out, Standing{r.n, r.op, r.hits})
	}
	return out
}

var noRoute = trace.Declare(trace.Rule{
	ID:      "link.no-route",
	Says:    "No route leads from this host to that address: it lies in no network of its own, and there is no router. The packet goes nowhere.",
	Linux:   "ip_route_output_flow",
	Differs: "A real host would not have taken the SYN that it answers here.",
})

// transmit hands the segments of an event to the network.
func (w *World) transmit(x *host.Ctx, h int) {
	for i := 0; i < len(x.Out); i++ { // a rejected segment adds its answer
		o := &x.Out[i]
		was := x.Recorder.Span()
		if x.On {
			was = x.SetSpan(o.Span)
		}
		p := Packet{Seg: o.Seg, From: sim.HostID(h), Retx: o.Retx}
		if o.Asked || w.hosts[h].LetsOut(x, &p.Seg) {
			w.send(x.Recorder, &p)
		}
		if x.On {
			x.SetSpan(was)
		}
	}
	x.Out = x.Out[:0]
}

// send puts a packet on the cable towards its destination.
func (w *World) send(rec *trace.Recorder, p *Packet) {
	c, hop := w.wayTo(p.From, middlebox.Dest(&p.Seg))
	bits := 0
	if c != nil && hop == middlebox.Dest(&p.Seg) {
		bits = netBits(hop)
	}
	if c == nil || w.hosts[p.From].Barred(middlebox.Dest(&p.Seg), bits) != tcp.OK {
		rec.Note(noRoute)
		return
	}
	if c.From == c.To || w.knows(rec, c, hop, p) {
		w.put(rec, c, p)
	}
}

// put puts a packet on a cable and lets the standing rules have their say.
func (w *World) put(rec *trace.Recorder, c *cable, p *Packet) {
	p.To, p.SentBy, p.SentAt = c.To, w.step, w.now
	if p.Of != 0 {
		w.learnAgain(p)
	} else {
		p.BaseSeq, p.BaseAck = w.bases(p)
		p.Flow = w.flowOf(p)
	}
	if c.ID != 0 {
		c.Watch(rec)
	}
	if c.Queues() {
		w.enqueue(rec, c, p)
		return
	}
	v := c.Admit(w.now, packetSize(&p.Seg), frameSize(&p.Seg), p.Seg.ECN != wire.NotECT)
	p.DepartAt, p.ArriveAt = v.Depart, v.Arrive
	if v.Lost != nil && w.spare == w.sent.n+1 {
		v = netem.Verdict{Depart: max(v.Depart, w.now), Arrive: max(v.Depart, w.now).Add(c.Delay)}
		p.DepartAt, p.ArriveAt = v.Depart, v.Arrive
	}
	if v.Lost != nil {
		p.ArriveAt = sim.Never
	}
	made := w.sent.add(p)
	rec.Effect(trace.Effect{Kind: trace.Sent, Host: p.From, Packet: made.ID, At: int64(p.ArriveAt), N: made.sort()})
	kind := w.count(made)
	if v.Lost != nil {
		w.lose(rec, made.ID, v.Lost)
	} else {
		c.insert(flight{v.Arrive, made.ID})
		if v.Marked {
			w.mark(rec, made.ID, v.By)
		}
		if v.Twice {
			w.copyPacket(rec, c, made.ID, v.Again)
		}
	}
	w.applyRules(rec, made.ID, kind, p.From)
}

// count counts a packet among those of its kind that its host has sent.
func (w *World) count(p *Packet) wire.Kind {
	kind := p.Seg.Kind()
	w.kinds[int(p.From)*kindSlots+int(kind)]++
	w.kinds[int(p.From)*kindSlots+kindSlots-1]++
	return kind
}

// lose tells that a packet will never arrive.
func (w *World) lose(rec *trace.Recorder, id sim.PacketID, rule *trace.Rule) {
	w.sent.edit(id).ArriveAt = sim.Never
	if rec.On {
		defer rec.Enter(rule)()
		rec.Effect(trace.Effect{Kind: trace.Lost, Host: -1, Packet: id})
	}
}

// mark sets the mark of congestion on a packet under way.
func (w *World) mark(rec *trace.Recorder, id sim.PacketID, rule *trace.Rule) {
	p := w.sent.edit(id)
	p.Seg.ECN, p.Edited = wire.CE, true
	if rec.On {
		defer rec.Enter(rule)()
		rec.Effect(trace.Effect{Kind: trace.Edited, Host: -1, Packet: id})
	}
}

// copyPacket lets a copy of a packet arrive as well.
func (w *World) copyPacket(rec *trace.Recorder, c *cable, of sim.PacketID, at sim.Time) {
	p := *w.sent.get(of)
	p.CopyOf, p.ArriveAt = of, at
	made := w.sent.add(&p)
	rec.Effect(trace.Effect{Kind: trace.Copied, Host: p.From, Packet: made.ID, Old: int64(of), At: int64(at)})
	c.insert(flight{at, made.ID})
}

// insert keeps what is on its way in order of arrival, then of number.
func (c *cable) insert(f flight) {
	i := len(c.flight)
	for i > 0 && (c.flight[i-1].at > f.at || (c.flight[i-1].at == f.at && c.flight[i-1].id > f.id)) {
		i--
	}
	c.flight = append(c.flight, f)
	if i < len(c.flight)-1 {
		copy(c.flight[i+1:], c.flight[i:])
		c.flight[i] = f
	}
}

// packetSize is what a packet takes on the wire, with the IP header of each segment.
func packetSize(s *wire.Segment) uint32 {
	return uint32(len(s.Payload)) + uint32(s.Segs())*s.Headers()
}

// frameSize is what the largest segment of a packet takes, IP header included.
func frameSize(s *wire.Segment) uint32 { return uint32(s.Each()) + s.Headers() }

const maxISNs = 8192

// bases returns the numbers relative to which a segment is shown: those of the
// connection that sent it or, of a forged one, of the connection that it is meant
// for; else what the last SYN said, as tcpdump does. A RST in answer to a segment
// without ACK has the number 0, which is nobody's.
func (w *World) bases(p *Packet) (seq, ack wire.Seq) {
	s := &p.Seg
	var known bool
	if p.Forged {
		ack, seq, known = w.initials(p.To, wire.Tuple{Local: s.Dst, Remote: s.Src})
	} else {
		seq, ack, known = w.initials(p.From, wire.Tuple{Local: s.Src, Remote: s.Dst})
	}
	if s.Flags.Has(wire.SYN) && !s.ICMP.Set && !(known && p.Forged) { // a Fast Open connection is known before its SYN-ACK
		w.learn(s.Src, s.Dst, s.Seq)
	}
	if !known {
		seq, ack = w.base(s.Src, s.Dst), w.base(s.Dst, s.Src)
	}
	if s.Seq == 0 && s.Flags.Has(wire.RST|wire.ACK) {
		seq = 0
	}
	return seq, ack
}

// learnAgain keeps what a SYN says about a connection under the ends that it has
// after a box; on its way a packet keeps the numbers relative to which it is shown.
func (w *World) learnAgain(p *Packet) {
	if p.Seg.Flags.Has(wire.SYN) && !p.Seg.ICMP.Set {
		w.learn(p.Seg.Src, p.Seg.Dst, p.Seg.Seq)
	}
}

// initials returns the initial numbers of a connection of a host once it knows both.
func (w *World) initials(at sim.HostID, t wire.Tuple) (iss, irs wire.Seq, ok bool) {
	if c := w.hosts[at].Open(t); c != nil && (c.State == tcp.SynRecv || c.State.Synchronized()) {
		return c.ISS, c.IRS, true
	}
	return 0, 0, false
}

// known returns the place of what is known of one end towards another, or -1.
func (w *World) known(src, dst wire.Endpoint) int {
	h := wire.Tuple{Local: src, Remote: dst}.Hash()
	for k, ok := w.isnOf.Next(sim.Key{By: h}); ok && k.By == h; k, ok = w.isnOf.Next(sim.Key{By: h, ID: k.ID + 1}) {
		if n := w.isns[int(k.ID)-w.forgot]; n.src == src && n.dst == dst {
			return int(k.ID) - w.forgot
		}
	}
	return -1
}

func (w *World) learn(src, dst wire.Endpoint, base wire.Seq) {
	if i := w.known(src, dst); i >= 0 {
		w.isns[i] = &isn{src, dst, base}
		return
	}
	if len(w.isns) >= maxISNs {
		old := w.isns[0]
		w.isnOf.Delete(sim.Key{By: wire.Tuple{Local: old.src, Remote: old.dst}.Hash(), ID: uint64(w.forgot)})
		w.isns = w.isns[1:]
		w.forgot++
	}
	w.isnOf.Insert(sim.Key{By: wire.Tuple{Local: src, Remote: dst}.Hash(), ID: uint64(w.forgot + len(w.isns))})
	w.isns = append(w.isns, &isn{src, dst, base})
}

func (w *World) base(src, dst wire.Endpoint) wire.Seq {
	if i := w.known(src, dst); i >= 0 {
		return w.isns[i].base
	}
	return 0
}

// flowOf is the flow of the connection that sent a packet.
func (w *World) flowOf(p *Packet) sim.FlowID {
	return w.hosts[p.From].FlowOf(wire.Tuple{Local: p.Seg.Src, Remote: p.Seg.Dst})
}

var byRule = trace.Declare(trace.Rule{
	ID:      "act.standing",
	Says:    "A rule that was set up before meets this segment.",
	Linux:   "nft_do_chain",
	Differs: "Somebody at the wire, not a protocol.",
})

// applyRules lets each standing rule that fits a new packet act on it.
func (w *World) applyRules(rec *trace.Recorder, id sim.PacketID, k wire.Kind, from sim.HostID) {
	for i := 0; i < len(w.rules); i++ {
		r := &w.rules[i]
		if r.op.Kind == OpForge || !w.matches(&r.op.Target, k, from) {
			continue
		}
		r.hits++
		op, by := r.op, r.by
		once := op.Target.Nth == -1
		if id != w.spare {
			w.byRule(rec, &op, id, by)
		}
		if once {
			w.rules = append(w.rules[:i:i], w.rules[i+1:]...)
			i--
		}
	}
}

func (w *World) byRule(rec *trace.Recorder, op *Op, id sim.PacketID, by sim.EventID) {
	defer rec.Enter(byRule)()
	n := len(rec.Event.Effects)
	_ = w.onPacket(rec, op, id) // a rule that finds its packet gone already has nothing to do
	for ; n < len(rec.Event.Effects); n++ {
		rec.Event.Effects[n].By = by
	}
}

// matches reports whether a packet that was just counted is meant by a target.
func (w *World) matches(t *Target, k wire.Kind, from sim.HostID) bool {
	if t.From != "" && w.hosts[from].Name != t.From || t.From == "" && w.boxes[from] != nil {
		return false // what a box passes on has been met before: it is meant only by the name of the box
	}
	if !t.Any && t.Kind != k {
		return false
	}
	if t.Nth <= 0 {
		return true
	}
	slot := int(k)
	if t.Any {
		slot = kindSlots - 1
	}
	n := 0
	for h := range w.hosts {
		if t.From == "" && w.boxes[h] == nil || w.hosts[h].Name == t.From {
			n += w.kinds[h*kindSlots+slot]
		}
	}
	return n == t.Nth
}
