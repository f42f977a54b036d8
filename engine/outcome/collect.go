package outcome

import (
	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// collector reads the events of one run into facts.
type collector struct {
	r     *Run
	facts facts
	calls []call
	subj  []subject // by number
	ends  []dataEnd // by sender, in the order in which they began to send data
	endOf map[sender]int
}

// subject is what is known of a socket, a request or an entry.
type subject struct {
	schema *trace.Schema
	host   sim.HostID
	flow   sim.FlowID
	iss    wire.Seq
	state  tcp.State
}

type sender struct {
	host sim.HostID
	flow sim.FlowID
}

// dataEnd is how far a connection's data goes, and how far it is acknowledged.
type dataEnd struct {
	sender
	end   uint32 // relative
	bytes int64
	acks  []ackAt
}

type ackAt struct {
	una uint32
	n   engine.StepNo
}

var (
	fieldState    = tcp.TCBSchema.Field("State")
	fieldISS      = tcp.TCBSchema.Field("ISS")
	fieldUna      = tcp.TCBSchema.Field("SndUna")
	fieldCwnd     = tcp.TCBSchema.Field("Cwnd")
	fieldSsthresh = tcp.TCBSchema.Field("Ssthresh")

	fieldEntryState = tcp.TimeWaitSchema.Field("State")
)

// peaks are the variables whose largest value is a fact.
var peaks = [...]int{tcp.TCBSchema.Field("SynQ"), tcp.TCBSchema.Field("AcceptQ"), tcp.TCBSchema.Field("OfoBytes"), fieldCwnd}

func collect(r *Run) *collector {
	c := &collector{r: r, endOf: map[sender]int{}}
	for i := range r.Events {
		e := &r.Events[i]
		for j := range e.Effects {
			c.effect(e, &e.Effects[j])
		}
		for j := range e.Changes {
			c.change(e, &e.Changes[j])
		}
		for _, n := range e.Counts {
			c.facts.add(Fact{What: Count, Host: c.host(n.Host), Name: engine.Counters()[n.Counter]}, Number, int64(n.By), e.ID)
		}
	}
	c.acknowledged()
	c.atEnd()
	return c
}

// host names a host; the network has no name.
func (c *collector) host(h sim.HostID) string {
	if h < 0 {
		return ""
	}
	return c.r.World.Hosts()[h].Name
}

func (c *collector) subject(id sim.SubjectID) *subject {
	for int(id) >= len(c.subj) {
		c.subj = append(c.subj, subject{})
	}
	return &c.subj[id]
}

func (c *collector) effect(e *trace.Event, f *trace.Effect) {
	rule := ""
	if f.Span >= 0 && int(f.Span) < len(e.Spans) {
		rule = e.Spans[f.Span].Rule.ID
	}
	switch f.Kind {
	case trace.Sent:
		c.sent(e, f.Packet)
	case trace.Lost:
		c.facts.add(Fact{What: Lost, Name: rule}, Segments, 1, e.ID)
	case trace.Dropped:
		c.facts.add(Fact{What: Dropped, Host: c.host(f.Host), Name: rule}, Segments, 1, e.ID)
	case trace.Returned:
		c.returned(e, f)
	case trace.Created, trace.Named:
		c.made(e, f)
	case trace.Destroyed:
		if s := c.subject(f.Subject); s.schema == tcp.TimeWaitSchema && s.state == tcp.TimeWaitState {
			c.facts.set(Fact{What: TimeWaitEnd, Host: c.host(f.Host)}, Value{Kind: Time, N: int64(e.At), Event: e.ID})
		}
	}
}

// sent counts a segment. What a box passes on was counted where it came from, and
// what somebody forged is nobody's.
func (c *collector) sent(e *trace.Event, id sim.PacketID) {
	p := c.r.World.Packet(id)
	if p == nil || p.Forged || p.Of != 0 {
		return
	}
	k := Fact{What: Sent, Host: c.host(p.From), Name: p.Seg.Kind().String()}
	c.facts.add(k, Segments, int64(p.Seg.Segs()), e.ID)
	if p.Retx > 0 {
		k.What = Again
		c.facts.add(k, Segments, int64(p.Seg.Segs()), e.ID)
	}
	if len(p.Seg.Payload) == 0 {
		return
	}
	s := sender{p.From, p.Flow}
	i, ok := c.endOf[s]
	if !ok {
		i = len(c.ends)
		c.endOf[s] = i
		c.ends = append(c.ends, dataEnd{sender: s})
	}
	d, from := &c.ends[i], uint32(p.RelSeq())
	if p.Seg.Flags.Has(wire.SYN) {
		from++
	}
	if to := from + uint32(len(p.Seg.Payload)); int32(to-d.end) > 0 {
		d.bytes += int64(min(to-d.end, uint32(len(p.Seg.Payload))))
		d.end = to
	}
}

func (c *collector) made(e *trace.Event, f *trace.Effect) {
	s := c.subject(f.Subject)
	s.host = f.Host
	if f.Made == nil {
		return
	}
	s.flow = f.Made.Flow
	if f.Kind == trace.Named {
		return
	}
	s.schema = f.Made.Schema
	switch s.schema {
	case tcp.TCBSchema:
		s.iss = wire.Seq(f.Made.Values[fieldISS])
		c.began(e, f)
		c.turn(e, s, tcp.State(f.Made.Values[fieldState]))
	case tcp.TimeWaitSchema:
		c.waits(e, s, tcp.State(f.Made.Values[fieldEntryState]))
	}
}

// began notes what a socket begins with.
func (c *collector) began(e *trace.Event, f *trace.Effect) {
	for _, field := range [...]int{fieldCwnd, fieldSsthresh} {
		k := Fact{What: Last, Host: c.host(f.Host), Name: tcp.TCBSchema.Fields[field].Label}
		c.facts.set(k, Value{Kind: Number, N: f.Made.Values[field], Event: e.ID})
	}
	k := Fact{What: Peak, Host: c.host(f.Host), Name: tcp.TCBSchema.Fields[fieldCwnd].Label}
	c.facts.most(k, Number, f.Made.Values[fieldCwnd], e.ID)
}

// waits notes the state of an entry: what begins in FIN_WAIT_2 may come to TIME_WAIT.
func (c *collector) waits(e *trace.Event, s *subject, state tcp.State) {
	if state == tcp.TimeWaitState && s.state != state {
		c.facts.add(Fact{What: TimeWaits, Host: c.host(s.host)}, Number, 1, e.ID)
	}
	s.state = state
}

// turn notes that a socket is in another state.
func (c *collector) turn(e *trace.Event, s *subject, state tcp.State) {
	if state == tcp.Established && s.state != tcp.Established {
		c.facts.add(Fact{What: Opened, Host: c.host(s.host)}, Number, 1, e.ID)
	}
	s.state = state
}

func (c *collector) change(e *trace.Event, g *trace.Change) {
	s := c.subject(g.Subject)
	field := int(g.Field)
	if s.schema == tcp.TimeWaitSchema && field == fieldEntryState {
		c.waits(e, s, tcp.State(g.New))
	}
	if s.schema != tcp.TCBSchema {
		return
	}
	switch field {
	case fieldState:
		c.turn(e, s, tcp.State(g.New))
	case fieldISS:
		s.iss = wire.Seq(g.New)
	case fieldUna:
		if i, ok := c.endOf[sender{s.host, s.flow}]; ok {
			c.ends[i].acks = append(c.ends[i].acks, ackAt{uint32(wire.Seq(g.New) - s.iss), e.ID})
		}
	}
	for _, p := range peaks {
		if p == field {
			c.facts.most(Fact{What: Peak, Host: c.host(s.host), Name: tcp.TCBSchema.Fields[p].Label}, Number, g.New, e.ID)
		}
	}
	if field == fieldCwnd || field == fieldSsthresh {
		c.facts.set(Fact{What: Last, Host: c.host(s.host), Name: tcp.TCBSchema.Fields[field].Label}, Value{Kind: Number, N: g.New, Event: e.ID})
	}
}

// acknowledged finds when all data of each host was acknowledged.
func (c *collector) acknowledged() {
	for i := range c.ends {
		d := &c.ends[i]
		k := Fact{What: Acked, Host: c.host(d.host)}
		v := Value{Kind: Pending}
		for _, a := range d.acks {
			if int32(a.una-d.end) >= 0 {
				v = Value{Kind: Time, N: int64(c.r.event(a.n).At), Event: a.n}
				break
			}
		}
		switch old := c.facts.get(k); {
		case old.Kind == Pending: // some other connection's data is not
		case v.Kind == Pending || v.N > old.N:
			c.facts.set(k, v)
		}
	}
}
