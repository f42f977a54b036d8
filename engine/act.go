package engine

import (
	"fmt"

	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Refusal is why an intervention was refused; nothing has changed then.
type Refusal struct{ Text string }

func (r *Refusal) Error() string { return r.Text }

func refuse(format string, a ...any) error { return &Refusal{fmt.Sprintf(format, a...)} }

// ErrGone is in the chain of a refusal because a packet is not in the network.
type ErrGone struct {
	Packet sim.PacketID
	SentBy StepNo // the step after which it was on its way
}

func (e *ErrGone) Error() string {
	return fmt.Sprintf("packet %d is not on its way any more; it was after event %d", e.Packet, e.SentBy)
}

// actRules say what each intervention is, in the words of the trace.
var actRules = [...]*trace.Rule{
	OpDrop:      act("act.drop", "The segment is taken off the wire: it will never arrive. Neither side is told."),
	OpDelay:     act("act.delay", "The segment is slowed down: it arrives later than it would have, perhaps after others that were sent after it."),
	OpHold:      act("act.hold", "The segment is held back on the wire until it is released."),
	OpRelease:   act("act.release", "The held segment goes on its way from where it was stopped."),
	OpDuplicate: act("act.duplicate", "The segment is doubled: a second copy arrives as well."),
	OpCorrupt:   act("act.corrupt", "A bit of the segment is turned over: its checksum no longer matches."),
	OpEdit:      act("act.edit", "The segment is changed on its way, and its checksum is made to fit."),
	OpForge:     act("act.forge", "A segment is put on the wire that no connection has sent."),
	OpSysctl:    act("act.sysctl", "A setting of the host is changed. What is under way keeps what it has begun with, as in the kernel."),
	OpCall:      act("act.call", "The application is made to call."),
	OpUnplug:    act("act.unplug", "The cable is unplugged. Everything on it is lost, and so is everything sent into it."),
	OpPlug:      act("act.plug", "The cable is plugged in again. Nobody is told: only the next segment will show it."),
	OpLink:      act("act.link", "The properties of the link are changed; what is on its way already is not affected."),
	OpForget:    act("act.forget", "A standing rule is taken back."),
	OpReboot:    act("act.reboot", "Somebody restarts the host."),
	OpPowerOff:  act("act.power-off", "Somebody pulls the plug of the host."),
	OpPowerOn:   act("act.power-on", "Somebody switches the host on."),
	OpDestroy:   act("act.destroy", "Somebody ends sockets from outside, as ss -K does."),
	OpFilter:    act("act.filter", "The firewall is changed: it will judge the segments that are still to come."),
	OpStart:     act("act.start", "Somebody starts a process on the host."),
	OpOffload:   act("act.offload", "The segmentation offload of the interface is changed: what is handed to it from now on is cut by the new measure."),
	OpQdisc:     act("act.qdisc", "The interface gets a queueing discipline, on top of what the cable does: it delays, loses, slows down or queues what leaves from now on."),
	OpRoute:     act("act.route", "The routes of the host are changed: connections that begin from now on go by them."),
	OpMetrics:   act("act.metrics", "What the host remembers of its peers is forgotten: nobody is proven any more, and connections begin as with strangers."),
	OpConntrack: act("act.conntrack", "Entries of the table of flows are deleted: the next packet of such a flow meets a box that knows nothing of it."),
	OpScene:     act("act.scene", "The text of the scene was changed: everything begins as it says now."),
	OpLater:     act("act.later", "Something is planned for later."),
}

var standingSet = act("act.rule", "A standing rule is set up: it will act on segments that are still to be sent.")

func act(id, says string) *trace.Rule {
	return trace.Declare(trace.Rule{ID: id, Says: says, Linux: "netem", Differs: "A person's hand, not a protocol."})
}

// Check says why an intervention could not be made now; nil: it can.
func (w *World) Check(op *Op) error {
	if err := op.valid(); err != nil {
		return err
	}
	switch op.Kind {
	case OpDrop, OpDelay, OpHold, OpDuplicate, OpCorrupt, OpEdit, OpRelease:
		return w.checkTarget(op)
	case OpSysctl:
		h := w.hostNamed(op.Host)
		if h < 0 {
			return refuse("no host is named %q", op.Host)
		}
		return w.hosts[h].Kernel.Check(op.Set.Name, op.Set.Value)
	case OpCall:
		h := w.hostNamed(op.Host)
		if h < 0 {
			return refuse("no host is named %q", op.Host)
		}
		if w.hosts[h].Off {
			return refuse("%s is switched off", op.Host)
		}
		if op.Proc != "" && w.hosts[h].Proc(op.Proc) < 0 {
			return refuse("no process of %s is named %q", op.Host, op.Proc)
		}
		if len(w.hosts[h].Procs) > 0 && len(w.hosts[h].Procs[w.procOf(op)].Queue) >= maxQueuedCalls {
			return refuse("%s has %d calls waiting; expected fewer before another", op.Host, maxQueuedCalls)
		}
	case OpForge, OpUnplug, OpPlug, OpLink, OpQdisc:
		if len(w.cablesOf(op)) == 0 {
			return refuse("no cable leads from %s to %s", op.Link.From, op.Link.To)
		}
		if op.Kind == OpForge && op.Many.Count > 1 && len(w.rules) >= maxRules {
			return refuse("%d standing rules are set up; expected fewer before another", maxRules)
		}
	case OpReboot, OpPowerOff, OpPowerOn, OpDestroy, OpFilter, OpStart, OpOffload:
		return w.checkLife(op)
	case OpRoute, OpMetrics, OpConntrack:
		return w.checkTables(op)
	case OpScene:
		return w.checkScene(op)
	case OpForget:
		for _, r := range w.rules {
			if r.n == op.Rule {
				return nil
			}
		}
		return refuse("no standing rule has the number %d", op.Rule)
	case OpLater:
		if len(w.later) >= maxPlanned {
			return refuse("%d interventions are planned; expected fewer before another", maxPlanned)
		}
	}
	return nil
}

const (
	maxQueuedCalls = 64
	maxPlanned     = 1000
	maxRules       = 100
)

func (w *World) checkTarget(op *Op) error {
	t := &op.Target
	if t.Packet == 0 {
		if op.Kind == OpRelease {
			return refuse("release takes a packet that is held, by its number")
		}
		if len(w.rules) >= maxRules {
			return refuse("%d standing rules are set up; expected fewer before another", maxRules)
		}
		if t.From != "" && w.hostNamed(t.From) < 0 {
			return refuse("no host is named %q", t.From)
		}
		return nil
	}
	p := w.sent.get(t.Packet)
	if p == nil {
		return refuse("packet %d has not been sent; the latest is %d", t.Packet, w.sent.n)
	}
	_, i, held := w.find(t.Packet)
	if i < 0 && w.waits(t.Packet) == nil {
		return &ErrGone{t.Packet, p.SentBy}
	}
	switch {
	case op.Kind == OpRelease && !held:
		return refuse("packet %d is not held", t.Packet)
	case op.Kind == OpHold && held:
		return refuse("packet %d is held already", t.Packet)
	case op.Kind == OpDelay && held:
		return refuse("packet %d is held; release it first", t.Packet)
	case op.Kind == OpCorrupt && p.Seg.BadSum:
		return refuse("packet %d is corrupt already", t.Packet)
	case op.Kind == OpEdit:
		s := p.Seg
		return EditSegment(&s, p.BaseSeq, p.BaseAck, op.Edits)
	}
	return nil
}

// find looks for a packet in the network: its cable and its place there.
func (w *World) find(id sim.PacketID) (c *cable, i int, held bool) {
	for _, c := range w.cables {
		for i := range c.flight {
			if c.flight[i].id == id {
				return c, i, false
			}
		}
		for i := range c.held {
			if c.held[i].id == id {
				return c, i, true
			}
		}
	}
	return nil, -1, false
}

func (w *World) cablesOf(op *Op) []*cable {
	from, to := w.hostNamed(op.Link.From), w.hostNamed(op.Link.To)
	if from < 0 || to < 0 {
		return nil
	}
	if op.Kind == OpForge {
		if i := w.routes.next[int(from)*w.routes.n+int(to)]; i >= 0 && from != to {
			return w.cables[i : i+1] // the first of the way, if there are boxes between
		}
		return nil
	}
	var out []*cable
	for _, c := range w.cables {
		if c.ID == 0 {
			continue
		}
		if (c.From == from && c.To == to) || (op.Both && c.From == to && c.To == from) {
			out = append(out, c)
		}
	}
	return out
}

func (w *World) procOf(op *Op) int {
	h := w.hosts[w.hostNamed(op.Host)]
	if op.Proc == "" {
		return 0
	}
	return h.Proc(op.Proc)
}

// Act makes an intervention at an instant: one event. It must have been checked.
func (w *World) Act(rec *trace.Recorder, op *Op, at sim.Time) { w.act(rec, op, at, 0) }

// act is Act, of which cause is the event that planned it.
func (w *World) act(rec *trace.Recorder, op *Op, at sim.Time, cause sim.EventID) {
	w.now = max(w.now, at)
	h := -1
	if op.Host != "" {
		h = int(w.hostNamed(op.Host))
	}
	x := w.begin(rec, trace.Event{Kind: trace.Act, Packet: op.Target.Packet, Name: op.Text, Cause: cause}, h)
	w.perform(x, op)
	if h >= 0 {
		w.transmit(x, h)
	}
	for i := range w.hosts {
		w.hosts[i].Finish(x)
	}
}

// actPlanned makes the intervention that is planned next. One that has become
// impossible is an event without an effect.
func (w *World) actPlanned(rec *trace.Recorder) {
	s := w.takePlanned()
	if w.Check(&s.Op) != nil {
		x := w.begin(rec, trace.Event{Kind: trace.Act, Name: s.Op.Text, Cause: s.by}, -1)
		x.Note(actIdle)
		return
	}
	w.act(rec, &s.Op, s.At, s.by)
}

// takePlanned takes what is planned next off the plan.
func (w *World) takePlanned() (s Scheduled) {
	if w.planAt < len(w.plan) && (len(w.later) == 0 || w.plan[w.planAt].At <= w.later[0].At) {
		s = w.plan[w.planAt]
		w.planAt++
		return s
	}
	s = w.later[0]
	w.later = w.later[1:]
	return s
}

var actIdle = act("act.nothing", "What was planned for this instant is not possible any more: nothing changes.")

func (w *World) perform(x *host.Ctx, op *Op) {
	rec := x.Recorder
	if op.Kind <= OpEdit && op.Target.Packet == 0 && op.Kind != OpRelease {
		defer x.Enter(standingSet)()
		w.nrule++
		w.rules = append(w.rules, standing{n: w.nrule, op: *op, by: w.step})
		return
	}
	if op.Kind <= OpEdit {
		_ = w.onPacket(rec, op, op.Target.Packet)
		return
	}
	defer x.Enter(actRules[op.Kind])()
	switch op.Kind {
	case OpForge:
		w.forge(rec, op, 0)
		if op.Many.Count > 1 {
			w.startFlood(op)
		}
	case OpSysctl:
		h := w.hosts[w.hostNamed(op.Host)]
		i := host.FindSysctl(op.Set.Name)
		was := h.Set.Values[i]
		_ = h.SetSysctl(op.Set.Name, op.Set.Value)
		if b := w.conntrack(h.Index); b != nil {
			h.Tune(b, op.Set.Name)
		}
		rec.Effect(trace.Effect{Kind: trace.Set, Host: h.Index, Text: host.Sysctls[i].Name, Was: was, Is: h.Set.Values[i]})
	case OpCall:
		h := w.hosts[w.hostNamed(op.Host)]
		if len(h.Procs) == 0 {
			h.AddProc("app", nil)
		}
		h.Ask(x, w.procOf(op), op.Call)
	case OpReboot, OpPowerOff, OpPowerOn, OpDestroy, OpFilter, OpStart, OpOffload:
		w.live(x, op)
	case OpQdisc:
		for _, c := range w.cablesOf(op) {
			c.Watch(rec)
			c.setQdisc(op)
		}
	case OpRoute, OpMetrics, OpConntrack:
		w.changeTable(x, op)
	case OpScene:
		w.beginAs(x, op.Scene)
	case OpUnplug, OpPlug, OpLink:
		for _, c := range w.cablesOf(op) {
			w.changeCable(rec, c, op)
		}
	case OpForget:
		for i := range w.rules {
			if w.rules[i].n == op.Rule {
				w.rules = append(w.rules[:i:i], w.rules[i+1:]...)
				break
			}
		}
	case OpLater:
		i := len(w.later)
		for i > 0 && w.later[i-1].At > op.When {
			i--
		}
		w.later = append(w.later[:i:i], append([]Scheduled{{At: max(op.When, w.now), Op: *op.Then, by: w.step}}, w.later[i:]...)...)
	}
}

func (w *World) changeCable(rec *trace.Recorder, c *cable, op *Op) {
	c.Watch(rec)
	switch op.Kind {
	case OpUnplug:
		if !c.Down {
			c.downAt = w.now
		}
		c.Down = true
		for _, f := range c.flight {
			w.lose(rec, f.id, actRules[OpUnplug])
		}
		for _, f := range c.held {
			w.lose(rec, f.id, actRules[OpUnplug])
		}
		for _, id := range c.Backlog.All() {
			c.Backlog.Remove(id)
			w.lose(rec, id, actRules[OpUnplug])
		}
		c.flight, c.held = nil, nil
	case OpPlug:
		c.Down = false
	case OpLink:
		if c.qdisc == nil {
			setLink(&c.Vars, &op.Link, op.LinkHas)
			return
		}
		setLink(&c.bare, &op.Link, op.LinkHas)
		c.overlay()
	}
}

// onPacket makes an intervention on one packet in the network.
func (w *World) onPacket(rec *trace.Recorder, op *Op, id sim.PacketID) error {
	if w.waits(id) != nil && (op.Kind == OpCorrupt || op.Kind == OpEdit) {
		return w.inQueue(rec, op, id)
	}
	w.leaveQueue(id)
	c, i, held := w.find(id)
	if i < 0 {
		return &ErrGone{id, w.sent.get(id).SentBy}
	}
	defer rec.Enter(actRules[op.Kind])()
	p := w.sent.edit(id)
	switch op.Kind {
	case OpDrop:
		c.take(i, held)
		p.ArriveAt = sim.Never
		rec.Effect(trace.Effect{Kind: trace.Lost, Host: -1, Packet: id})
	case OpDelay:
		w.move(rec, c, i, held, p, p.ArriveAt.Add(op.By))
	case OpHold:
		f := c.take(i, held)
		c.held = append(c.held, flight{sim.Time(f.at.Sub(w.now)), id})
		p.Held = true
		w.moved(rec, p, sim.Never)
	case OpRelease:
		f := c.take(i, held)
		p.Held = false
		at := w.now.Add(sim.Duration(f.at))
		c.insert(flight{at, id})
		w.moved(rec, p, at)
	case OpDuplicate:
		at := p.ArriveAt
		if held {
			at = w.now
		}
		w.copyPacket(rec, c, id, at.Add(op.By))
	case OpCorrupt:
		p.Seg.BadSum = true
		rec.Effect(trace.Effect{Kind: trace.Edited, Host: -1, Packet: id})
	case OpEdit:
		if err := EditSegment(&p.Seg, p.BaseSeq, p.BaseAck, op.Edits); err != nil {
			return err
		}
		p.Edited = true
		rec.Effect(trace.Effect{Kind: trace.Edited, Host: -1, Packet: id})
	}
	return nil
}

// inQueue changes a packet that waits before a link.
func (w *World) inQueue(rec *trace.Recorder, op *Op, id sim.PacketID) error {
	defer rec.Enter(actRules[op.Kind])()
	p := w.sent.edit(id)
	if op.Kind == OpCorrupt {
		p.Seg.BadSum = true
	} else if err := EditSegment(&p.Seg, p.BaseSeq, p.BaseAck, op.Edits); err != nil {
		return err
	} else {
		p.Edited = true
	}
	rec.Effect(trace.Effect{Kind: trace.Edited, Host: -1, Packet: id})
	return nil
}

func (w *World) move(rec *trace.Recorder, c *cable, i int, held bool, p *Packet, at sim.Time) {
	c.take(i, held)
	c.insert(flight{at, p.ID})
	w.moved(rec, p, at)
}

func (w *World) moved(rec *trace.Recorder, p *Packet, at sim.Time) {
	rec.Effect(trace.Effect{Kind: trace.Moved, Host: -1, Packet: p.ID, Old: int64(p.ArriveAt), At: int64(at)})
	p.ArriveAt = at
}

// take removes a packet from where it is.
func (c *cable) take(i int, held bool) flight {
	if held {
		f := c.held[i]
		c.held = append(c.held[:i:i], c.held[i+1:]...)
		return f
	}
	f := c.flight[i]
	c.flight = append(c.flight[:i:i], c.flight[i+1:]...)
	return f
}

// forge puts a segment on the cable that nobody has sent: the i-th of many.
func (w *World) forge(rec *trace.Recorder, op *Op, i int) {
	c := w.cablesOf(op)[0]
	s := op.Many.Segment(op.Forge, i)
	w.fillForged(&s, op, c)
	w.put(rec, c, &Packet{Seg: s, From: c.From, Forged: true})
}
