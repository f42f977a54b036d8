package session

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/middlebox"
	"wirestep/engine/netem"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/lessons"
	"wirestep/web/proto"
)

// This file and encode_packet.go turn values of the engine into messages of the
// stream. Nothing else knows both.

const maxPlanned = 64 // deadlines that a frame tells of

func (st *State) hello(token string, last int64) proto.Hello {
	sc := &st.File.Scenario
	h := proto.Hello{
		T: "hello", Proto: proto.Version, Client: token, LastID: last,
		Session: st.id, Kernel: sc.Kernel, Title: sc.Name, Counters: tcp.CounterNames, Schemas: EncodeSchemas(), Lesson: st.Lesson,
	}
	index := map[string]int{}
	for i, spec := range sc.Hosts {
		index[spec.Name] = i
		p := proto.Host{Name: spec.Name, Addrs: []string{spec.Addr.String()}, Procs: []string{}, Kernel: spec.Kernel}
		if spec.Addr6.IsValid() {
			p.Addrs = append(p.Addrs, spec.Addr6.String())
		}
		if spec.Box != nil {
			p.Kind = spec.Box.Kind.String()
		}
		for _, prog := range sc.Programs {
			if prog.Host == spec.Name {
				p.Procs = append(p.Procs, prog.Name)
			}
		}
		h.Hosts = append(h.Hosts, p)
	}
	for _, l := range sc.Links {
		h.Links = append(h.Links, proto.Link{From: index[l.From], To: index[l.To], Delay: int64(l.Delay)})
	}
	return h
}

func EncodeSchemas() []proto.Schema {
	var all []proto.Schema
	for _, s := range engine.Schemas() {
		p := proto.Schema{Name: s.Name, Fields: []proto.Field{}}
		for _, f := range s.Fields {
			p.Fields = append(p.Fields, proto.Field{Name: f.Name, Label: f.Label, Unit: string(f.Unit), Doc: f.Doc, Names: f.Names})
		}
		all = append(all, p)
	}
	return all
}

// off is the null that stands for a timer that is off.
func off(v int64) *int64 {
	if sim.Time(v) == sim.Never {
		return nil
	}
	return &v
}

// encodeWorld encodes everything at one place.
func encodeWorld(w *engine.World, sc *engine.Scenario) proto.World {
	p := proto.World{
		Now: int64(w.Now()), Subjects: []proto.Subject{}, Packets: []proto.Packet{},
		Sysctls: [][]proto.Sysctl{}, Counts: [][]int64{}, Procs: []proto.Proc{}, Rules: encodeRules(w),
	}
	for _, x := range w.Subjects() {
		p.Subjects = append(p.Subjects, encodeSubject(x, sc))
	}
	for _, x := range underWay(w) {
		p.Packets = append(p.Packets, *encodePacket(x))
	}
	for i, h := range w.Hosts() {
		p.Sysctls, p.Counts = append(p.Sysctls, []proto.Sysctl{}), append(p.Counts, []int64{})
		for j := range host.Sysctls {
			if !h.Kernel.Has(&host.Sysctls[j]) {
				continue
			}
			p.Sysctls[i] = append(p.Sysctls[i], proto.Sysctl{Name: host.Sysctls[j].Name, Value: h.Set.Values[j]})
		}
		for _, n := range h.MIB {
			p.Counts[i] = append(p.Counts[i], int64(n))
		}
		for j := range h.Procs {
			p.Procs = append(p.Procs, proto.Proc{Host: i, Name: h.Procs[j].Name, Blocked: h.Procs[j].Blocked(), Done: h.Procs[j].Done})
		}
	}
	return p
}

func encodeRules(w *engine.World) []proto.Standing {
	all := []proto.Standing{}
	for _, x := range w.Rules() {
		all = append(all, proto.Standing{N: x.N, Text: scene.FormatOp(x.Op), Hits: x.Hits})
	}
	return all
}

func encodeSubject(s engine.Subject, sc *engine.Scenario) proto.Subject {
	p := proto.Subject{ID: int32(s.ID), Schema: s.Schema.Name, Host: int(s.Host), Flow: int32(s.Flow), Name: subjectName(s.Tuple), Values: encodeValues(s.Values)}
	switch s.Schema {
	case host.Schema, middlebox.Schema:
		p.Name = sc.Hosts[s.Host].Name
	case netem.Schema: // they are numbered after the hosts, in the order of the scene
		l := &sc.Links[int(s.ID)-len(sc.Hosts)-1]
		p.Name = l.From + " → " + l.To
	}
	return p
}

func encodeValues(values []int64) []*int64 {
	all := make([]*int64, len(values))
	for i, v := range values {
		all[i] = off(v)
	}
	return all
}

func encodePlanned(w *engine.World) []proto.Planned {
	all := []proto.Planned{}
	for _, p := range w.Planned(maxPlanned) {
		all = append(all, proto.Planned{At: int64(p.At), Kind: p.Kind.String(), Host: int(p.Host), Subject: int32(p.Subject), Packet: int32(p.Packet), Name: p.Name})
	}
	return all
}

func encodeMove(b engine.BranchID, n engine.StepNo, m *engine.Intervention) proto.Left {
	return proto.Left{Branch: int32(b), N: int32(n), At: int64(m.At), Op: scene.NameOp(m.Op), By: m.By, Also: m.Also}
}

func encodeBranches(t *engine.Timeline) []proto.Branch {
	all := []proto.Branch{}
	for _, b := range t.Branches() {
		one := proto.Branch{ID: int32(b.ID), Parent: int32(b.Parent), Step: int32(b.Step), Label: b.Label, Tip: int32(b.Tip), End: b.End}
		for _, m := range b.Off {
			if was := t.Move(m.Branch, m.Step); was != nil {
				one.Off = append(one.Off, encodeMove(m.Branch, m.Step, was))
			}
		}
		all = append(all, one)
	}
	return all
}

// encodeFrame encodes an event of a scenario. w is the world right after it, move what somebody
// did if it is that, before a packet as it was before it.
func encodeFrame(sc *engine.Scenario, w *engine.World, e *trace.Event, move *engine.Intervention, before func(sim.PacketID) *engine.Packet) proto.Frame {
	f := encodeEvent(sc, w, e, move, before)
	f.Next = encodePlanned(w)
	return f
}

// encodeEvent is encodeFrame without what is scheduled after it.
func encodeEvent(sc *engine.Scenario, w *engine.World, e *trace.Event, move *engine.Intervention, before func(sim.PacketID) *engine.Packet) proto.Frame {
	f := proto.Frame{
		N: int32(e.ID), At: int64(e.At), Kind: e.Kind.String(), Host: int(e.Host), Subject: int32(e.Subject), Packet: int32(e.Packet),
		Name: e.Name, Cause: int32(e.Cause), Class: e.Class.String(), Spans: []proto.Span{},
	}
	switch {
	case e.Kind == trace.Act && move == nil:
		f.By = "scene"
	case e.Kind == trace.Act:
		f.By, f.Name = cmp.Or(move.By, "replay"), scene.NameOp(move.Op) // what a replay makes up has no text of its own
		f.Also = move.Also
	case e.Kind == trace.Call:
		f.Call = encodeCall(sc, e)
	}
	for _, s := range e.Spans {
		p := proto.Span{Rule: s.Rule.ID, Parent: s.Parent}
		if c := e.Check(s); c != nil {
			p.Check = &proto.Check{L: c.L, A: c.A, Op: c.Op.String(), R: c.R, B: c.B, Unit: string(c.Unit), OK: c.OK}
		}
		f.Spans = append(f.Spans, p)
	}
	for _, c := range e.Changes {
		f.Changes = append(f.Changes, proto.Change{Subject: int32(c.Subject), Field: c.Field, Span: c.Span, Old: off(c.Old), New: off(c.New)})
	}
	for i := range e.Effects {
		x := &e.Effects[i]
		if x.Kind == trace.Set {
			f.Sysctls = append(f.Sysctls, proto.SysctlChange{Host: int(x.Host), Name: x.Text, Old: x.Was, New: x.Is})
			continue
		}
		f.Effects = append(f.Effects, encodeEffect(w, x, before))
	}
	for _, c := range e.Counts {
		f.Counts = append(f.Counts, [4]int64{int64(c.Host), int64(c.Counter), int64(c.By), int64(c.Span)})
	}
	if e.Head >= 0 {
		f.Head = &e.Head
	}
	for _, l := range e.Lengths {
		f.Lengths = append(f.Lengths, encodeLength(l))
	}
	return f
}

// encodeCall reads the line that a process carried out; nil for one that only waits.
func encodeCall(sc *engine.Scenario, e *trace.Event) *proto.Call {
	op, err := scene.ParseOp("call "+sc.Hosts[e.Host].Name+": "+e.Name, sc)
	if in := &op.Call; err == nil && in.Kind == host.InstrCall {
		_, args, _ := strings.Cut(scene.FormatInstr(*in), "(")
		return &proto.Call{Var: in.Var, Name: in.Name, Args: strings.TrimSuffix(args, ")")}
	}
	return nil
}

func encodeQueues(w *engine.World) []proto.Queue {
	all := []proto.Queue{}
	for _, q := range w.Queues() {
		p := proto.Queue{Host: int(q.Host), Subject: int32(q.Subject), Name: q.Kind.String(), Limit: int64(q.Limit), First: int(q.First), Items: []proto.QueueItem{}}
		for _, i := range q.Items {
			p.Items = append(p.Items, queueItem(i))
		}
		all = append(all, p)
	}
	return all
}

func queueItem(i engine.QueueItem) proto.QueueItem {
	p := proto.QueueItem{From: i.From, To: i.To, Subject: int32(i.Subject), Port: int(i.Port), Tries: int(i.Tries)}
	if i.Peer.Port != 0 {
		p.Peer = netip.AddrPortFrom(i.Peer.Addr, i.Peer.Port).String()
	}
	if i.Until != 0 {
		p.Until = off(int64(i.Until))
	}
	for _, m := range []struct {
		on   bool
		word string
	}{{i.Lost, "lost"}, {i.Sack, "sacked"}, {i.Again, "again"}, {i.FIN, "fin"}} {
		if m.on {
			p.Marks = append(p.Marks, m.word)
		}
	}
	return p
}

func encodeLesson(s lessons.Status) *proto.Lesson {
	out := &proto.Lesson{
		Slug: s.Slug, Level: s.Level, Step: s.Step, Steps: s.Steps, Done: s.Done, Away: s.Away, Asked: s.Asked, Lacks: s.Lacks, Hints: s.Hints,
		Tried: s.Tried, Choice: s.Choice, Right: s.Right, Verdict: s.Verdict, Belief: s.Belief, Candidates: steps(s.Candidates),
	}
	for i, made := range s.Made {
		if made {
			out.Made = append(out.Made, i+1)
		}
	}
	if s.Cause != nil {
		out.Cause = &proto.WhyAsked{Of: int32(s.Cause.Of), Candidates: steps(s.Cause.Candidates), Choice: int32(s.Cause.Choice), Right: steps(s.Cause.Right)}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Values)) {
		out.Values = append(out.Values, proto.LessonValue{Name: name, Text: s.Values[name]})
	}
	for _, id := range slices.Sorted(maps.Keys(s.Branches)) {
		out.Branches = append(out.Branches, proto.LessonBranch{Step: id, Branch: int32(s.Branches[id])})
	}
	return out
}

func steps(in []engine.StepNo) (out []int32) {
	for _, n := range in {
		out = append(out, int32(n))
	}
	return out
}
