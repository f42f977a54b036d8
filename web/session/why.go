package session

import (
	"cmp"
	"fmt"

	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/web/proto"
)

// This file answers questions about what has happened: how it came about, what
// set a number, where something was the case.

// doWhy tells how an event came about; n absent: nothing has happened yet.
func (st *State) doWhy(_ *Subscriber, c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err == nil {
		err = Between("n", c.N, 0, int32(st.tipOf(b)))
	}
	if err != nil {
		return proto.Done{}, err
	}
	n := engine.StepNo(c.N)
	t := teller{st: st, b: b}
	why := proto.Why{Branch: int32(b), N: c.N, Links: []proto.Cause{}, LeadsTo: []proto.Cause{}}
	if n > 0 {
		chain, err := st.T.Why(b, n)
		if err != nil {
			return proto.Done{}, Cannot("op", "what", err.Error())
		}
		for i := range chain.Links {
			why.Links = append(why.Links, t.link(&chain.Links[i]))
		}
		why.Folded, why.Unchecked = chain.Folded, chain.Unchecked
		for _, k := range chain.LeadsTo {
			if b != st.T.Branch() || k <= st.T.N() { // what lies ahead is not told
				why.LeadsTo = append(why.LeadsTo, t.cause(k))
			}
		}
	}
	why.Silences = encodeSilences(st.worldAt(b, n))
	if v := st.veil(); v != nil {
		v.why(&why)
	}
	return proto.Done{Why: &why}, nil
}

// teller describes events of a branch.
type teller struct {
	st *State
	b  engine.BranchID
	w  *engine.World // at the tip: it knows every packet
}

func (t *teller) packet(id sim.PacketID) *engine.Packet {
	if id == 0 {
		return nil
	}
	if t.w == nil {
		t.w = t.st.worldAt(t.b, t.st.tipOf(t.b))
	}
	return t.w.Packet(id)
}

// cause describes an event.
func (t *teller) cause(n engine.StepNo) proto.Cause {
	e := t.st.T.Event(t.b, n)
	c := proto.Cause{N: int32(e.ID), At: int64(e.At), Host: int(e.Host), Kind: e.Kind.String(), Name: e.Name, From: -1, Root: e.Cause == 0}
	if e.Kind == trace.Act {
		c.By = "scene"
		if m := t.st.T.Move(t.b, n); m != nil {
			c.By, c.Name, c.Op = cmp.Or(m.By, "replay"), scene.NameOp(m.Op), m.Op.Kind.String()
		}
	}
	if p := t.packet(e.Packet); p != nil {
		c.Segment = p.Seg.Kind().String()
	}
	return c
}

var sures = [...]string{engine.Recorded: "recorded", engine.Checked: "checked", engine.Unchecked: "unchecked", engine.Anyway: "anyway"}

func (t *teller) link(l *engine.CauseLink) proto.Cause {
	c := t.cause(l.N)
	c.Of, c.Why, c.Sure, c.Root = int32(l.Of), string(l.Why), sures[l.Sure], l.Root
	if p := t.packet(l.Packet); p != nil {
		c.Packet, c.About, c.From = int32(l.Packet), p.Seg.Kind().String(), int(p.From)
	}
	if l.Rule != nil {
		c.Rule = l.Rule.ID
	}
	for _, n := range l.Instead {
		c.Instead = append(c.Instead, int32(n))
	}
	return c
}

func encodeLength(l trace.Length) proto.Length {
	def := &tcp.Hows[l.How]
	p := proto.Length{Subject: int32(l.Subject), Timer: tcp.TimerKind(l.Timer).String(), At: int64(l.At), How: def.Key, Terms: []proto.Term{}}
	for i, t := range def.Terms {
		p.Terms = append(p.Terms, proto.Term{Name: t.Name, Value: l.Terms[i], Unit: string(t.Unit)})
	}
	return p
}

var whos = [...]string{engine.WaitHost: "host", engine.WaitWire: "wire", engine.WaitProgram: "program"}

func encodeSilences(w *engine.World) []proto.Silence {
	all := []proto.Silence{}
	for _, s := range w.Silences() {
		p := proto.Silence{Name: subjectName(s.Tuple), Lines: []proto.Waiting{}, Ends: off(int64(s.Ends))}
		for _, l := range s.Lines {
			x := proto.Waiting{Who: whos[l.Is], Host: int(l.Host), For: l.For, Limit: l.Limit, Timer: l.Timer, At: off(int64(l.At)),
				Packet: int32(l.Packet), Call: l.Call, Subject: int32(l.Of)}
			if q := w.Packet(l.Packet); q != nil {
				x.Segment = q.Seg.Kind().String()
			}
			if l.Is == engine.WaitProgram {
				x.Proc = w.Hosts()[l.Host].Procs[l.Proc].Name
			}
			p.Lines = append(p.Lines, x)
		}
		all = append(all, p)
	}
	return all
}

const maxFields = 8 // variables that make up one number

// doHistory tells which events set a number.
func (st *State) doHistory(_ *Subscriber, c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err == nil {
		err = Between("n", c.N, 0, int32(st.tipOf(b)))
	}
	if err == nil && c.Number == nil {
		err = Cannot("op", "what", "history without a number, expected a variable, a counter or a setting")
	}
	if err == nil && c.Number != nil && c.Number.Counter != nil {
		err = Between("counter", int32(*c.Number.Counter), 0, int32(len(tcp.CounterNames)-1))
	}
	if err == nil && c.Number != nil {
		err = Between("fields", int32(len(c.Number.Fields)), 0, maxFields)
	}
	if err != nil {
		return proto.Done{}, err
	}
	x := engine.Number{Subject: sim.SubjectID(c.Number.Subject), Fields: c.Number.Fields, Host: sim.HostID(c.Number.Host), Counter: -1, Sysctl: c.Number.Sysctl}
	if c.Number.Counter != nil {
		x.Counter = *c.Number.Counter
	}
	found, err := st.T.History(b, engine.StepNo(c.N), &x)
	if c.Number.Queue != "" {
		found, err = st.entered(b, c)
	}
	if err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	t := teller{st: st, b: b}
	h := proto.History{Branch: int32(b), N: c.N, Changes: []proto.NumberChange{}, More: found.More}
	for i := range found.Changes {
		d := &found.Changes[i]
		e := proto.NumberChange{Cause: t.cause(d.N), Field: d.Field, Old: off(d.Old), New: off(d.New), Made: d.Made, Was: d.Was, Is: d.Is}
		if d.Length != nil {
			l := encodeLength(*d.Length)
			e.Length = &l
		}
		h.Changes = append(h.Changes, e)
	}
	return proto.Done{History: &h}, nil
}

// entered is the history of a place in a queue.
func (st *State) entered(b engine.BranchID, c proto.Command) (engine.History, error) {
	kind, ok := engine.ParseQueueKind(c.Number.Queue)
	if !ok {
		return engine.History{}, fmt.Errorf("queue %.40q; expected one that inspect names", c.Number.Queue)
	}
	return st.T.Entered(b, engine.StepNo(c.N), &engine.Place{Host: sim.HostID(c.Number.Host), Subject: sim.SubjectID(c.Number.Subject), Kind: kind, Number: c.Number.Place})
}

// doSearch finds where a condition came true, in every branch.
func (st *State) doSearch(_ *Subscriber, c proto.Command) (proto.Done, error) {
	found, err := scene.Search(st.T, c.Cond)
	if err != nil {
		return proto.Done{}, Cannot("cond", "what", err.Error())
	}
	s := proto.Search{Places: []proto.Place{}, Searched: found.Searched, More: found.More}
	tellers := map[engine.BranchID]*teller{}
	for _, p := range found.Places {
		if tellers[p.Branch] == nil {
			tellers[p.Branch] = &teller{st: st, b: p.Branch}
		}
		s.Places = append(s.Places, proto.Place{Branch: int32(p.Branch), Cause: tellers[p.Branch].cause(p.N)})
	}
	return proto.Done{Search: &s}, nil
}
