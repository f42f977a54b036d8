package web

import (
	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/web/proto"
)

const maxData = 64 // bytes of a payload that a page gets

func unitOf(w *engine.World, id sim.SubjectID, field uint16) trace.Unit {
	for _, s := range w.Subjects() {
		if s.ID == id {
			return s.Schema.Fields[field].Unit
		}
	}
	return trace.UnitNone
}

func encodePacket(w *engine.World, x *engine.Packet) *proto.Packet {
	s := &x.Seg
	return &proto.Packet{
		ID: int32(x.ID), From: int(x.From), To: int(x.To), Sent: int64(x.SentAt), Arrive: off(int64(x.ArriveAt)),
		Kind: s.Kind().String(), Flags: s.Flags.String(), Seq: int64(s.Seq), Ack: int64(s.Ack), Len: int32(len(s.Payload)), Win: int32(s.Win),
	}
}

func encodeEffect(w *engine.World, x trace.Effect) proto.Effect {
	p := proto.Effect{Kind: x.Kind.String(), Span: x.Span, Host: int(x.Host)}
	switch x.Kind {
	case trace.Sent, trace.Copied:
		p.Packet = encodePacket(w, w.Packet(x.Packet))
	default:
		p.N = int32(x.Packet)
	}
	return p
}
