package outcome

import (
	"fmt"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// Parting is the first event of the engine whose effect differs. What people did is
// left out: it is the change, and not what came of it.
type Parting struct {
	At    sim.Time // Never: they never part
	Sides []Side
}

// Side is what one branch does where they part.
type Side struct {
	Shared engine.StepNo // events up to this one are the same as everywhere
	Event  engine.StepNo // the first that is not; 0: nothing more happens
	Does   Doing
	Rule   *trace.Rule  // where the code went another way; nil: it cannot be told
	Check  *trace.Check // what was compared there
}

// Doing is the most visible thing that an event does.
type Doing struct {
	What  Deed
	Host  string
	Name  string // segment, state, timer or call
	Wait  sim.Duration
	Again bool   // the segment was sent before
	Field string // what differs of the segment, if both sides send one of the kind
	Value string
	Errno string // what a call returns; "": N
	N     int64
}

// Deed is what an event does.
type Deed string

// The deeds, most visible first.
const (
	DoesReturn  Deed = "returns"
	DoesSend    Deed = "sends"
	DoesDrop    Deed = "drops"
	DoesTurn    Deed = "turns"
	DoesSet     Deed = "sets"
	DoesWait    Deed = "waits"
	DoesReceive Deed = "receives"
	DoesIgnore  Deed = "ignores"
	DoesCall    Deed = "calls"
	DoesChange  Deed = "changes"
	DoesEnd     Deed = "ends"
	DoesFire    Deed = "fires"
)

// parting walks through all runs at once, past what people did.
func parting(runs []*Run) Parting {
	at := make([]engine.StepNo, len(runs)) // the last event that is the same
	names := make([]namer, len(runs))
	for {
		next := make([]*trace.Event, len(runs))
		alike := true
		sign := ""
		for i, r := range runs {
			n := at[i] + 1
			for r.byHand(n) {
				names[i].learn(r.event(n))
				n++
			}
			next[i] = r.event(n)
			if next[i] != nil {
				names[i].learn(next[i])
			}
			s := signature(r, &names[i], next[i])
			if i == 0 {
				sign = s
			}
			alike = alike && s == sign
		}
		if alike && next[0] == nil {
			return Parting{At: sim.Never}
		}
		if !alike {
			return parts(runs, at, next)
		}
		for i := range runs {
			at[i] = next[i].ID
		}
	}
}

// byHand: an event is what somebody did, or a call that somebody made a process make.
func (r *Run) byHand(n engine.StepNo) bool {
	e := r.event(n)
	if e == nil {
		return false
	}
	asked := r.event(e.Cause)
	return e.Kind == trace.Act || e.Kind == trace.Call && asked != nil && asked.Kind == trace.Act && strings.HasPrefix(asked.Name, "call ")
}

func parts(runs []*Run, at []engine.StepNo, next []*trace.Event) Parting {
	p := Parting{At: sim.Never}
	for _, e := range next {
		if e != nil {
			p.At = min(p.At, e.At)
		}
	}
	for i, r := range runs {
		s := Side{Shared: at[i], Does: Doing{What: DoesEnd}}
		if e := next[i]; e != nil {
			s.Event = e.ID
			j := (i + 1) % len(next)
			s.Does = deed(r, e, runs[j], next[j])
			s.Rule, s.Check = turnOff(e, next[j], kindOf(r, e) == kindOf(runs[j], next[j]))
		}
		p.Sides = append(p.Sides, s)
	}
	return p
}

// namer knows what kind of subject a number is.
type namer struct{ schema []*trace.Schema }

func (k *namer) learn(e *trace.Event) {
	for i := range e.Effects {
		f := &e.Effects[i]
		if f.Made == nil || f.Made.Schema == nil {
			continue
		}
		for int(f.Subject) >= len(k.schema) {
			k.schema = append(k.schema, nil)
		}
		k.schema[f.Subject] = f.Made.Schema
	}
}

func (k *namer) of(id sim.SubjectID) *trace.Schema {
	if int(id) >= len(k.schema) {
		return nil
	}
	return k.schema[id]
}

// seen are the variables, beside states and timers, that make an effect.
var seen = map[int]bool{
	tcp.TCBSchema.Field("Cwnd"): true, tcp.TCBSchema.Field("Ssthresh"): true, tcp.TCBSchema.Field("SynQ"): true,
	tcp.TCBSchema.Field("AcceptQ"): true, tcp.TCBSchema.Field("Err"): true,
}

// signature writes down what an event does that could be seen, without the numbers
// that shift when something was done before.
func signature(r *Run, k *namer, e *trace.Event) string {
	if e == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprint(&b, e.Kind, " ", e.At, " ", e.Host, " ", e.Name)
	if e.Packet != 0 {
		b.WriteString(packetText(r, e.Packet))
	}
	for i := range e.Effects {
		f := &e.Effects[i]
		rule := ""
		if f.Span >= 0 && int(f.Span) < len(e.Spans) {
			rule = e.Spans[f.Span].Rule.ID
		}
		if strings.HasPrefix(rule, "act.") {
			continue
		}
		switch f.Kind {
		case trace.Sent:
			fmt.Fprint(&b, " +", packetText(r, f.Packet), f.At)
		case trace.Lost, trace.Moved, trace.Edited:
			fmt.Fprint(&b, " ", f.Kind, packetText(r, f.Packet), f.At, rule)
		case trace.Dropped:
			fmt.Fprint(&b, " dropped ", rule)
		case trace.Returned:
			fmt.Fprint(&b, " = ", f.Result, f.Errno)
		case trace.Created, trace.Destroyed:
			fmt.Fprint(&b, " ", f.Kind, f.Made.Schema.Name)
		}
	}
	for _, g := range e.Changes {
		s := k.of(g.Subject)
		if s == nil || s == host.Schema {
			continue
		}
		u := s.Fields[g.Field].Unit
		if u == trace.UnitDeadline || s.Fields[g.Field].Name == "State" || s == tcp.TCBSchema && seen[int(g.Field)] {
			fmt.Fprint(&b, " ", s.Fields[g.Field].Name, g.New)
		}
	}
	return b.String()
}

func packetText(r *Run, id sim.PacketID) string {
	p := r.World.Packet(id)
	if p == nil {
		return ""
	}
	return fmt.Sprint(p.From, p.To, p.Seg.Flags, p.RelSeq(), p.RelAck(), len(p.Seg.Payload), p.Seg.Win, p.Options())
}

// deed says what is most visible of an event, of what the other does not do too.
func deed(r *Run, e *trace.Event, o *Run, other *trace.Event) Doing {
	d := Doing{Host: hostName(r, e.Host)}
	mine, theirs := sentBy(r, e), sentBy(o, other)
	switch ret := returnedBy(e); {
	case ret != nil && !alsoReturns(other, ret):
		d.What, d.Name, d.N, d.Errno = DoesReturn, "", ret.Result, ret.Errno
		d.Name, _ = spelled(e.Name)
		return d
	case mine != nil:
		d.What, d.Name, d.Again, d.Host = DoesSend, mine.Seg.Kind().String(), mine.Retx > 0, hostName(r, mine.From)
		if theirs == nil {
			return d
		}
		if w := rearmed(e); w > 0 && w != rearmed(other) && packetText(r, mine.ID) == packetText(o, theirs.ID) {
			d.What, d.Wait = DoesWait, w
			return d
		}
		if d.Field, d.Value = fieldApart(mine, theirs); d.Field == "" && mine.Seg.Kind() == theirs.Seg.Kind() {
			if g := setApart(e, other); g != nil {
				d.What, d.Name, d.N = DoesSet, tcp.TCBSchema.Fields[g.Field].Label, g.New
			}
		}
		return d
	}
	for i := range e.Effects {
		f := &e.Effects[i]
		if p := r.World.Packet(f.Packet); f.Kind == trace.Dropped && p != nil {
			d.What, d.Name = DoesDrop, p.Seg.Kind().String()
			return d
		}
	}
	return quiet(r, e, d)
}

// sentBy is the first segment that an event sends, or nil.
func sentBy(r *Run, e *trace.Event) *engine.Packet {
	if e == nil {
		return nil
	}
	for i := range e.Effects {
		if f := &e.Effects[i]; f.Kind == trace.Sent {
			return r.World.Packet(f.Packet)
		}
	}
	return nil
}

func returnedBy(e *trace.Event) *trace.Effect {
	for i := range e.Effects {
		if f := &e.Effects[i]; f.Kind == trace.Returned {
			return f
		}
	}
	return nil
}

// fieldApart names the first field in which two segments of one kind differ.
func fieldApart(a, b *engine.Packet) (field, value string) {
	switch {
	case a.Seg.Kind() != b.Seg.Kind():
		return "", ""
	case a.RelSeq() != b.RelSeq():
		return "seq", fmt.Sprint(uint32(a.RelSeq()))
	case a.RelAck() != b.RelAck():
		return "ack", fmt.Sprint(uint32(a.RelAck()))
	case len(a.Seg.Payload) != len(b.Seg.Payload):
		return "len", fmt.Sprint(len(a.Seg.Payload))
	case a.Seg.Win != b.Seg.Win:
		return "win", fmt.Sprint(a.Seg.Win)
	case a.Options() != b.Options():
		return "options", a.Options()
	}
	return "", ""
}

// setApart is the first change of cwnd or ssthresh that the other does not make alike.
func setApart(e, other *trace.Event) *trace.Change {
	for i := range e.Changes {
		g := &e.Changes[i]
		if int(g.Field) != fieldCwnd && int(g.Field) != fieldSsthresh {
			continue
		}
		alike := false
		for _, o := range other.Changes {
			alike = alike || o.Field == g.Field && o.New == g.New
		}
		if !alike {
			return g
		}
	}
	return nil
}

// quiet says what an event does that neither sends nor returns nor discards.
func quiet(r *Run, e *trace.Event, d Doing) Doing {
	for _, g := range e.Changes {
		if int(g.Field) == fieldState && g.New > 0 && g.New < int64(len(tcp.StateNames)) && e.Kind != trace.Call && isSocket(r, g.Subject) {
			d.What, d.Name = DoesTurn, tcp.StateNames[g.New]
			return d
		}
	}
	for i := range e.Effects {
		if f := &e.Effects[i]; f.Kind == trace.Destroyed && f.Made != nil && f.Made.Schema == tcp.TimeWaitSchema {
			d.What, d.Name = DoesTurn, tcp.Closed.String()
			return d
		}
	}
	switch e.Kind {
	case trace.Arrive:
		if d.What = DoesReceive; len(e.Changes) == 0 {
			d.What = DoesIgnore
		}
		if p := r.World.Packet(e.Packet); p != nil {
			d.Name = p.Seg.Kind().String()
		}
	case trace.Call:
		d.What = DoesCall
		d.Name, _ = spelled(e.Name)
	case trace.Timer:
		d.What, d.Name = DoesFire, e.Name
	default:
		d.What = DoesChange
	}
	return d
}

// isSocket: a field of this number is one of a socket.
func isSocket(r *Run, id sim.SubjectID) bool {
	for _, s := range r.World.Subjects() {
		if s.ID == id {
			return s.Schema == tcp.TCBSchema
		}
	}
	return true // it is gone: of what the number can be, only sockets are
}

func hostName(r *Run, h sim.HostID) string {
	if h < 0 {
		return ""
	}
	return r.World.Hosts()[h].Name
}

func alsoReturns(e *trace.Event, f *trace.Effect) bool {
	if e == nil {
		return false
	}
	for i := range e.Effects {
		if o := &e.Effects[i]; o.Kind == trace.Returned && o.Errno == f.Errno && o.Result == f.Result {
			return true
		}
	}
	return false
}

var fieldXmit = tcp.TCBSchema.Field("XmitAt")

// rearmed is for how long an event sets the transmit timer; 0: it does not.
func rearmed(e *trace.Event) sim.Duration {
	if e == nil {
		return 0
	}
	for i := len(e.Changes) - 1; i >= 0; i-- {
		if g := e.Changes[i]; int(g.Field) == fieldXmit && sim.Time(g.New) != sim.Never && g.New > int64(e.At) {
			return sim.Time(g.New).Sub(e.At)
		}
	}
	return 0
}

// turnOff finds where the code of two events first went different ways: the last
// comparison before, if its answer differs, else the first rule that only one obeys.
// alike: they are about segments of one kind, if they are arrivals.
func turnOff(e, other *trace.Event, alike bool) (*trace.Rule, *trace.Check) {
	if other == nil || e.Kind != other.Kind || e.Host != other.Host || e.Kind == trace.Arrive && !alike {
		return nil, nil
	}
	for i, s := range e.Spans {
		if i >= len(other.Spans) {
			return s.Rule, e.Check(s)
		}
		o := other.Spans[i]
		a, b := e.Check(s), other.Check(o)
		if s.Rule != o.Rule || a != nil && b != nil && a.OK != b.OK {
			return s.Rule, a
		}
	}
	return nil, nil
}

// kindOf is the kind of the segment that an event is about.
func kindOf(r *Run, e *trace.Event) wire.Kind {
	if e == nil || e.Packet == 0 {
		return wire.KindNone
	}
	return r.World.Packet(e.Packet).Seg.Kind()
}

// Mechanism is a rule that explains why the outcomes differ.
type Mechanism struct {
	Side int // -1: all sides came to it, with different answers
	Rule *trace.Rule
}

// Mechanisms says what can be told of why: the rules where they part, else the rule
// by which segments were discarded on one side only.
func (c *Comparison) Mechanisms() []Mechanism {
	var out []Mechanism
	p := &c.Parting
	for i := range p.Sides {
		s := &p.Sides[i]
		switch {
		case s.Rule == nil:
		case s.Check != nil && s.Rule == p.Sides[(i+1)%len(p.Sides)].Rule:
			return []Mechanism{{-1, s.Rule}}
		case s.Check == nil:
			out = append(out, Mechanism{i, s.Rule})
		}
	}
	if len(out) > 0 || len(c.Runs) != 2 {
		return out
	}
	for i := range c.Rows {
		r := &c.Rows[i]
		if !r.Differs || r.What != Dropped || r.Values[0].N != 0 && r.Values[1].N != 0 {
			continue
		}
		side := 0
		if r.Values[0].N == 0 {
			side = 1
		}
		for _, rule := range trace.Rules() {
			if rule.ID == r.Name {
				return []Mechanism{{side, rule}}
			}
		}
	}
	return nil
}
