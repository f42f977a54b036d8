package session

import (
	"wirestep/engine"
	"wirestep/engine/scene"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/web/proto"
)

// forecastSteps is how many events a look ahead makes before it is given up: a fraction of a second,
// and the same answer on every machine.
const forecastSteps = 5_000

// doForecast makes an intervention on a fork that is thrown away, and runs on until
// the segment that it puts on the wire, or changes, reaches its receiver. The answer
// is that event, as it would be; none: the segment does not arrive, or not in the
// time that a look ahead may take.
func (st *State) doForecast(_ *Subscriber, c proto.Command) (proto.Done, error) {
	op, err := scene.ParseOp(c.Op, &st.File.Scenario)
	if err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	b, err := st.branchOf(c)
	if err != nil {
		return proto.Done{}, err
	}
	t := st.T.Clone()
	if b != t.Branch() {
		if err := t.Switch(b, st.tipOf(b)); err != nil {
			return proto.Done{}, Cannot("op", "what", err.Error())
		}
	}
	at := t.World().Now()
	if c.At != nil {
		at = min(max(at, sim.Time(*c.At)), t.World().NextAt())
	}
	op.Many = engine.Many{} // of many, the first shows what becomes of it
	if _, err := t.Apply(op, at, "you"); err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	packet := op.Target.Packet
	if op.Kind == engine.OpForge {
		packet = t.World().LastPacket()
	}
	ahead := &State{id: st.id, hub: st.hub, record: st.record, T: t}
	return proto.Done{Ahead: ahead.arrival(packet)}, nil
}

// arrival runs on until a packet has arrived where it was going.
func (st *State) arrival(packet sim.PacketID) []proto.Frame {
	for range forecastSteps {
		e, ok := st.T.Step()
		if !ok {
			return nil
		}
		if e.Kind != trace.Arrive || e.Packet != packet {
			continue
		}
		if passed := st.passedOn(e, packet); passed != 0 {
			packet = passed
			continue
		}
		return st.decoded(st.T.Branch(), e.ID-1, e.ID)
	}
	return nil
}

// passedOn is the packet that a box makes of one that came in; 0: it went no further.
func (st *State) passedOn(e *trace.Event, packet sim.PacketID) sim.PacketID {
	for _, f := range e.Effects {
		if p := st.T.World().Packet(f.Packet); f.Kind == trace.Sent && p != nil && p.Of == packet {
			return p.ID
		}
	}
	return 0
}
