package engine

import (
	"cmp"
	"net/netip"

	"wirestep/engine/host"
	"wirestep/engine/middlebox"
	"wirestep/engine/netem"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// World is everything at one instant. Its future is a function of its contents
// and of what people do to it. Everybody but the engine only reads it.
type World struct {
	now    sim.Time
	step   StepNo
	hosts  []*host.Host
	boxes  []*middlebox.Box // by host: nil for one that passes nothing on
	routes *routes          // shared, never written
	cables []*cable
	asked  int // neighbours that have not answered yet
	ids    sim.SubjectID
	sent   ledger
	isns   []*isn    // each is replaced, not changed
	isnOf  sim.Index // where in isns, by hash of the two ends
	forgot int       // how many isns were forgotten
	kinds  []int     // how many segments of each kind each host has sent
	rules  []standing
	nrule  int
	plan   []Scheduled  // what the author planned, in order of time; shared, never written
	later  []Scheduled  // what people planned
	planAt int          // how much of plan is done
	spare  sim.PacketID // in a future to compare with: this one is neither lost nor met by a rule

	ctx host.Ctx // for the event at hand
}

// cable is a link with what is on its way, in order of arrival.
type cable struct {
	netem.Link
	flight []flight
	held   []flight // At is how much of the way was left
	hops   []neighbour
	downAt sim.Time   // when it was unplugged
	qdisc  *qdisc     // of the interface that sends into it; replaced whole
	bare   netem.Vars // without that
}

type flight struct {
	at sim.Time
	id sim.PacketID
}

// isn is the first number that a host used towards another in a connection.
type isn struct {
	src, dst wire.Endpoint
	base     wire.Seq
}

// NewWorld builds the world of a scenario at time 0, before its first event.
func NewWorld(s *Scenario) *World {
	w := &World{plan: s.Script}
	for i := range s.Hosts {
		spec := &s.Hosts[i]
		w.ids++
		addrs := []netip.Addr{spec.Addr}
		if spec.Addr6.IsValid() {
			addrs = append(addrs, spec.Addr6)
		}
		h := host.New(w.ids, sim.HostID(i), spec.Name, addrs, s.Seed, host.FindProfile(cmp.Or(spec.Kernel, s.Kernel)))
		if o := spec.Offload; o.Segs > 0 {
			h.Offload(o.Segs, o.Size)
		}
		for _, set := range spec.Sysctls {
			_ = h.SetSysctl(set.Name, set.Value) // Validate has refused what this would
		}
		h.In, h.Out = middlebox.NewChain(spec.Filter), middlebox.NewChain(spec.Output)
		h.Filtered()
		w.hosts = append(w.hosts, h)
	}
	for i := range s.Links {
		spec := &s.Links[i]
		w.ids++
		c := &cable{Link: netem.Link{ID: w.ids, From: w.hostNamed(spec.From), To: w.hostNamed(spec.To),
			Rand: sim.Derive(s.Seed, "link "+spec.From+" "+spec.To)}}
		setLink(&c.Vars, spec, ^LinkField(0))
		w.cables = append(w.cables, c)
	}
	for i := range w.hosts {
		w.cables = append(w.cables, &cable{Link: netem.Link{From: sim.HostID(i), To: sim.HostID(i)}})
		w.cables[len(w.cables)-1].MTU = loopbackMTU
	}
	for i := range s.Programs {
		p := &s.Programs[i]
		w.hosts[w.hostNamed(p.Host)].AddProc(p.Name, p.Lines)
	}
	w.boxes = make([]*middlebox.Box, len(w.hosts))
	for i := range s.Hosts {
		if conf := s.Hosts[i].Box; conf != nil {
			w.ids++
			w.boxes[i] = middlebox.New(w.ids, s.Hosts[i].Name, conf, s.Seed)
		}
	}
	for i := range s.Hosts {
		w.tune(sim.HostID(i), s.Hosts[i].Sysctls)
	}
	w.routes = newRoutes(s, w)
	w.kinds = make([]int, len(w.hosts)*kindSlots)
	return w
}

const (
	kindSlots   = 16
	loopbackMTU = 65536
)

// tune gives a box the settings of its conntrack, and its host what the box was made
// with.
func (w *World) tune(at sim.HostID, set []Setting) {
	h, b := w.hosts[at], w.conntrack(at)
	if b == nil {
		return
	}
	for _, s := range set {
		h.Tune(b, s.Name)
	}
	h.Tuned(b)
}

// Conntrack is the table of flows of a box, or of a host whose rules ask for one, or nil.
func (w *World) Conntrack(at sim.HostID) *middlebox.Box { return w.conntrack(at) }

// conntrack is the table of flows of a box, or of a host whose rules ask for one; nil:
// there is none.
func (w *World) conntrack(at sim.HostID) *middlebox.Box {
	if b := w.boxes[at]; b != nil {
		return b
	}
	return w.hosts[at].Track
}

func setLink(v *netem.Vars, s *LinkSpec, has LinkField) {
	set := func(f LinkField, do func()) {
		if has&f != 0 {
			do()
		}
	}
	set(LinkDelay, func() { v.Delay = s.Delay })
	set(LinkJitter, func() { v.Jitter = s.Jitter })
	set(LinkRate, func() { v.Rate = s.Rate })
	set(LinkLoss, func() { v.LossPPM = s.LossPPM })
	set(LinkDup, func() { v.DupPPM = s.DupPPM })
	set(LinkReorder, func() { v.ReorderPPM = s.ReorderPPM })
	set(LinkMark, func() { v.MarkPPM = s.MarkPPM })
	set(LinkQueue, func() { v.Queue = s.Queue })
	set(LinkDisc, func() { v.Disc = s.Disc })
	set(LinkTarget, func() { v.Target = s.Target })
	set(LinkInterval, func() { v.Interval = s.Interval })
	set(LinkQuantum, func() { v.Quantum = s.Quantum })
	set(LinkMin, func() { v.RedMin = s.RedMin })
	set(LinkMax, func() { v.RedMax = s.RedMax })
	set(LinkProb, func() { v.RedPPM = s.RedPPM })
	set(LinkECN, func() { v.ECN, v.NoECN = s.ECN, s.NoECN })
	set(LinkMTU, func() {
		if v.MTU = s.MTU; v.MTU == 0 {
			v.MTU = 1500
		}
	})
}

// Clone returns a copy that shares nothing that either may write.
func (w *World) Clone() *World {
	n := *w
	n.hosts = make([]*host.Host, len(w.hosts))
	for i, h := range w.hosts {
		n.hosts[i] = h.Clone()
	}
	n.boxes = make([]*middlebox.Box, len(w.boxes))
	for i, b := range w.boxes {
		if b != nil {
			n.boxes[i] = b.Clone()
		}
	}
	n.cables = make([]*cable, len(w.cables))
	for i, c := range w.cables {
		n.cables[i] = &cable{Link: *c.Link.Clone(), flight: copyOf(c.flight), held: copyOf(c.held), hops: cloneHops(c.hops), downAt: c.downAt, qdisc: c.qdisc, bare: c.bare}
	}
	n.sent = w.sent.clone()
	n.isns, n.isnOf = copyOf(w.isns), w.isnOf.Clone()
	n.kinds = copyOf(w.kinds)
	n.rules = copyOf(w.rules)
	n.later = copyOf(w.later)
	n.ctx = host.Ctx{}
	return &n
}

func copyOf[T any](s []T) []T { return append(make([]T, 0, len(s)), s...) }

func (w *World) hostNamed(name string) sim.HostID {
	for i, h := range w.hosts {
		if h.Name == name {
			return sim.HostID(i)
		}
	}
	return -1
}

// class orders events of the same instant: people first, then what arrives, then
// what applications do about it, and timers last, so that a timer never fires for
// want of something that came in time. One timer comes before arrivals: that of a
// SYN-ACK. A SYN that is sent again at the same instant was let go by a timer of
// the same length, set one way earlier, and in Linux both fire with the same tick.
type class uint8

const (
	classAct class = iota
	classArrive
	classDrain // a link is free again
	classCall
	classTimer
	classAsk // a neighbour is asked again
	classNone
)

// next is what happens first.
type next struct {
	at    sim.Time
	class class
	host  int
	cable int
	proc  int
	timer host.Deadline
	flood *standing // many forged segments, whose turn it is
}

func (w *World) next() next {
	n := next{at: sim.Never, class: classNone}
	if s := w.nextPlanned(); s != nil {
		n.at, n.class = s.At, classAct
	}
	if r := w.nextFlood(); r != nil && r.at < n.at {
		n = next{at: r.at, class: classAct, flood: r}
	}
	best := sim.PacketID(0)
	for i, c := range w.cables {
		if len(c.flight) == 0 {
			continue
		}
		f := c.flight[0]
		if f.at < n.at || (f.at == n.at && (n.class > classArrive || (n.class == classArrive && f.id < best))) {
			n, best = next{at: f.at, class: classArrive, cable: i}, f.id
		}
	}
	for i, c := range w.cables {
		if c.Backlog.Packets > 0 && (c.FreeAt < n.at || c.FreeAt == n.at && n.class > classDrain) {
			n = next{at: c.FreeAt, class: classDrain, cable: i}
		}
	}
	for i, h := range w.hosts {
		if at, p := h.NextCall(); at < n.at || (at == n.at && n.class > classCall) {
			if p >= 0 {
				n = next{at: at, class: classCall, host: i, proc: p}
			}
		}
	}
	for i, h := range w.hosts {
		d := h.NextTimer()
		if d.At < n.at || (d.At == n.at && n.class == classArrive && d.Kind == tcp.TimerSynAck) {
			n = next{at: d.At, class: classTimer, host: i, timer: d}
		}
	}
	for i, c := range w.cables {
		if w.asked == 0 {
			break
		}
		if q := c.asking(); q != nil && q.askAt < n.at {
			n = next{at: q.askAt, class: classAsk, cable: i}
		}
	}
	return n
}

// nextPlanned returns the intervention that is planned next, or nil.
func (w *World) nextPlanned() *Scheduled {
	var s *Scheduled
	if w.planAt < len(w.plan) {
		s = &w.plan[w.planAt]
	}
	if len(w.later) > 0 && (s == nil || w.later[0].At < s.At) {
		s = &w.later[0]
	}
	return s
}

// NextAt is the instant of the next event, or sim.Never.
func (w *World) NextAt() sim.Time { return w.next().at }

// Step makes the next event happen. It reports false when nothing is scheduled.
func (w *World) Step(rec *trace.Recorder) bool {
	n := w.next()
	if n.class == classNone || n.at == sim.Never {
		return false
	}
	w.now = max(w.now, n.at)
	switch n.class {
	case classAct:
		if n.flood != nil {
			w.flood(rec, n.flood)
		} else {
			w.actPlanned(rec)
		}
	case classArrive:
		w.arrive(rec, w.cables[n.cable])
	case classCall:
		w.call(rec, n)
	case classTimer:
		w.timer(rec, n)
	case classDrain:
		w.drain(rec, w.cables[n.cable])
	case classAsk:
		w.ask(rec, w.cables[n.cable])
	}
	return true
}

// begin opens an event on a host; -1 is the network.
func (w *World) begin(rec *trace.Recorder, e trace.Event, h int) *host.Ctx {
	w.step++
	e.ID, e.At, e.Host = w.step, w.now, sim.HostID(h)
	rec.Begin(e)
	x := &w.ctx
	out := x.Out[:0]
	*x = host.Ctx{IDs: &w.ids}
	x.Recorder, x.Now, x.Host, x.Out = rec, w.now, sim.HostID(h), out
	if h >= 0 {
		x.Net, x.Waits = w, w.stuck(sim.HostID(h))
		x.Sys, x.MIB, x.Mem, x.Rand = &w.hosts[h].Sys, &w.hosts[h].MIB, &w.hosts[h].Mem, &w.hosts[h].Rand
		w.hosts[h].GateOn(x)
	}
	return x
}

// finish sends what the event sent and lets the host draw its consequences.
func (w *World) finish(x *host.Ctx, h int) {
	w.transmit(x, h)
	w.hosts[h].Finish(x)
}

func (w *World) arrive(rec *trace.Recorder, c *cable) {
	f := c.flight[0]
	if c.flight = c.flight[1:]; len(c.flight) == 0 {
		c.flight = nil
	}
	p := w.sent.get(f.id)
	seg := p.Seg
	x := w.begin(rec, trace.Event{Kind: trace.Arrive, Packet: f.id, Cause: p.SentBy}, int(c.To))
	x.Effect(trace.Effect{Kind: trace.Delivered, Host: c.To, Packet: f.id})
	h := w.hosts[c.To]
	x.Spared = f.id == w.spare
	switch {
	case x.Spared && w.boxes[c.To] != nil && !h.Has(seg.Dst.Addr):
		w.send(rec, &Packet{Seg: seg, From: c.To, Of: p.ID, Retx: p.Retx, BaseSeq: p.BaseSeq, BaseAck: p.BaseAck})
	case w.boxes[c.To] == nil || h.Off || !w.through(x, *p):
		h.OnSegment(x, &seg)
	}
	if x.Heard.IsValid() {
		w.heard(c.To, x.Heard)
	}
	w.finish(x, int(c.To))
}

func (w *World) call(rec *trace.Recorder, n next) {
	h := w.hosts[n.host]
	x := w.begin(rec, trace.Event{Kind: trace.Call, Cause: h.Procs[n.proc].By}, n.host)
	h.Run(x, n.proc)
	w.finish(x, n.host)
}

func (w *World) timer(rec *trace.Recorder, n next) {
	h := w.hosts[n.host]
	x := w.begin(rec, trace.Event{Kind: trace.Timer, Name: n.timer.Kind.String(), Cause: h.ArmedBy(n.timer)}, n.host)
	h.OnTimer(x, n.timer)
	w.finish(x, n.host)
}

// Forget makes the world keep only its latest packets: for long runs that nobody
// looks back on.
func (w *World) Forget() { w.sent.drop = true }

// Now is the instant of the last event.
func (w *World) Now() sim.Time { return w.now }

// N is how many events have happened.
func (w *World) N() StepNo { return w.step }

// Hosts are the hosts, in the order of the scene.
func (w *World) Hosts() []*host.Host { return w.hosts }

// Box returns the box that a host is, or nil.
func (w *World) Box(h sim.HostID) *middlebox.Box { return w.boxes[h] }

// Packet returns any packet ever sent, as it is now, or nil.
func (w *World) Packet(id sim.PacketID) *Packet { return w.sent.get(id) }

// LastPacket is the number of the latest packet.
func (w *World) LastPacket() sim.PacketID { return w.sent.n }

// SentOf is how many segments of a kind a host has sent, as standing rules count them.
func (w *World) SentOf(h sim.HostID, k wire.Kind) int { return w.kinds[int(h)*kindSlots+int(k)] }

// Subject is something whose variables are watched.
type Subject struct {
	ID     sim.SubjectID
	Schema *trace.Schema
	Host   sim.HostID // -1: a link
	Flow   sim.FlowID
	Tuple  wire.Tuple
	Values []int64
}

// Subjects lists everything that is watched, in a fixed order.
func (w *World) Subjects() []Subject {
	var out []Subject
	for i, h := range w.hosts {
		at := sim.HostID(i)
		out = append(out, Subject{ID: h.ID, Schema: host.Schema, Host: at, Values: h.Values()})
		for _, c := range h.Live {
			out = append(out, Subject{c.ID, tcp.TCBSchema, at, c.Flow, c.Tuple, c.Values()})
		}
		for _, q := range h.Reqs {
			out = append(out, Subject{q.ID, tcp.RequestSchema, at, q.Flow, q.Tuple, q.Values()})
		}
		for _, t := range h.TWs {
			out = append(out, Subject{t.ID, tcp.TimeWaitSchema, at, t.Flow, t.Tuple, t.Values()})
		}
	}
	for i := range w.hosts {
		b := w.conntrack(sim.HostID(i))
		if b == nil {
			continue
		}
		if b.ID != 0 {
			out = append(out, Subject{ID: b.ID, Schema: middlebox.Schema, Host: sim.HostID(i), Values: b.Values()})
		}
		for _, f := range b.Flows {
			out = append(out, Subject{ID: f.ID, Schema: middlebox.FlowSchema, Host: sim.HostID(i), Tuple: f.Orig, Values: f.Values()})
		}
	}
	for _, c := range w.cables {
		if c.ID != 0 {
			out = append(out, Subject{ID: c.ID, Schema: netem.Schema, Host: -1, Values: c.Values()})
		}
	}
	return out
}

// Schemas lists the kinds of subject.
func Schemas() []*trace.Schema {
	return []*trace.Schema{host.Schema, tcp.TCBSchema, tcp.RequestSchema, tcp.TimeWaitSchema, netem.Schema, middlebox.Schema, middlebox.FlowSchema}
}
