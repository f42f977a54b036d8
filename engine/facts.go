package engine

import (
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// facts is what the events of a branch say of each packet, and who intervened: an
// index over what was recorded.
type facts struct {
	upTo StepNo
	acts []StepNo // interventions that no other event brought about
	took map[sim.PacketID][]fact
	ends map[sim.SubjectID]wire.Tuple // as last heard of
}

// fact is something that befell a packet.
type fact struct {
	event  StepNo
	kind   trace.EffectKind // Lost, Dropped, Moved, Edited, Copied
	packet sim.PacketID
	rule   *trace.Rule
	by     StepNo // the event that set up the standing rule which did it; 0: none
	act    bool   // event itself is an intervention
}

// factsOf brings the index of a branch up to its tip.
func (t *Timeline) factsOf(b BranchID) *facts {
	f := &t.futuresOf(b).facts
	if f.took == nil {
		f.took, f.ends = map[sim.PacketID][]fact{}, map[sim.SubjectID]wire.Tuple{}
	}
	for f.upTo < t.branches[b].info.Tip {
		list := t.stretch(b, f.upTo+1)
		for i := range list {
			f.take(&list[i])
		}
		f.upTo += StepNo(len(list))
	}
	return f
}

// stretch returns the recorded events of a branch from n on that stand together.
func (t *Timeline) stretch(b BranchID, n StepNo) []trace.Event {
	br, to := t.branches[b], t.branches[b].info.Tip
	for br.info.Parent >= 0 && n <= br.info.Step {
		to = min(to, br.info.Step)
		br = t.branches[br.info.Parent]
	}
	return br.events[n-br.info.Step-1 : to-br.info.Step]
}

func (f *facts) take(e *trace.Event) {
	if e.Kind == trace.Act && e.Cause == 0 {
		f.acts = append(f.acts, e.ID)
	}
	for i := range e.Effects {
		x := &e.Effects[i]
		if x.Made != nil && x.Made.Tuple.Remote.Port != 0 {
			f.ends[x.Subject] = x.Made.Tuple
		}
		switch x.Kind {
		case trace.Lost, trace.Dropped, trace.Moved, trace.Edited, trace.Copied:
			p := x.Packet
			n := fact{event: e.ID, kind: x.Kind, packet: p, by: x.By, act: e.Kind == trace.Act}
			if x.Span >= 0 && int(x.Span) < len(e.Spans) {
				n.rule = e.Spans[x.Span].Rule
			}
			f.took[p] = append(f.took[p], n)
		}
	}
}
