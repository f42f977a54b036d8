package session

import (
	"math"
	"net/netip"
	"strings"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
	"wirestep/web/proto"
)

const maxData = 64 // bytes of a payload that a page gets

func encodePacket(p *engine.Packet) *proto.Packet {
	s := &p.Seg
	return &proto.Packet{
		ID: int32(p.ID), From: int(p.From), To: int(p.To), Flow: int32(p.Flow), SentBy: int32(p.SentBy),
		Sent: int64(p.SentAt), Depart: int64(p.DepartAt), Arrive: off(int64(p.ArriveAt)),
		Kind: s.Kind().String(), Flags: s.Flags.String(), Seq: signed(p.RelSeq()), Ack: signed(p.RelAck()), Len: int32(len(s.Payload)), Win: int32(s.Win),
		Opts: p.Options(), AbsSeq: uint32(s.Seq), AbsAck: uint32(s.Ack), Src: endpoint(s.Src), Dst: endpoint(s.Dst), Data: latin(s.Payload),
		Retx: int(p.Retx), Copy: int32(p.CopyOf), Of: int32(p.Of), Forged: p.Forged, Bad: s.BadSum, Edited: p.Edited, Held: p.Held,
	}
}

// underWay lists the packets that are in flight or held, by number.
func underWay(w *engine.World) []*engine.Packet {
	flying := map[sim.PacketID]bool{}
	for _, p := range w.Planned(math.MaxInt32) {
		flying[p.Packet] = p.Kind == trace.Arrive
	}
	var all []*engine.Packet
	for id := sim.PacketID(1); id <= w.LastPacket(); id++ {
		if p := w.Packet(id); p != nil && (p.Held || flying[id]) {
			all = append(all, p)
		}
	}
	return all
}

// signed shows a number just below the initial one as -1, as a keepalive probe
// has it, and not as four billion.
func signed(s wire.Seq) int64 {
	const below = 1 << 20
	if uint32(s) > 1<<32-1-below {
		return int64(int32(s))
	}
	return int64(uint32(s))
}

// latin keeps the bytes of a payload as the characters with their numbers: JSON
// holds text, and a payload may be anything.
func latin(payload string) string {
	var b strings.Builder
	for i := range min(len(payload), maxData) {
		b.WriteRune(rune(payload[i]))
	}
	return b.String()
}

func endpoint(e wire.Endpoint) string {
	if !e.Addr.IsValid() {
		return ""
	}
	return netip.AddrPortFrom(e.Addr, e.Port).String()
}

// subjectName names a subject by its four-tuple; hosts and links have other names.
func subjectName(t wire.Tuple) string {
	local, remote := endpoint(t.Local), endpoint(t.Remote)
	if remote == "" || t.Remote.Port == 0 {
		return local
	}
	return local + " → " + remote
}

func encodeMade(id sim.SubjectID, h sim.HostID, m *trace.Made) *proto.Subject {
	p := proto.Subject{ID: int32(id), Schema: m.Schema.Name, Host: int(h), Flow: int32(m.Flow), Name: subjectName(m.Tuple)}
	if m.Values != nil {
		p.Values = encodeValues(m.Values)
	}
	return &p
}

// encodeEffect encodes what an event did; w is the world after it, before a
// packet as it was, for those that the event edited.
func encodeEffect(w *engine.World, x *trace.Effect, before func(sim.PacketID) *engine.Packet) proto.Effect {
	p := proto.Effect{Kind: x.Kind.String(), Span: x.Span, Host: int(x.Host)}
	switch x.Kind {
	case trace.Sent, trace.Copied:
		p.Packet = encodePacket(w.Packet(x.Packet))
		p.Packet.Arrive = off(x.At) // what happened to it in the same event is an effect of its own
	case trace.Lost, trace.Delivered, trace.Dropped:
		p.N = int32(x.Packet)
	case trace.Moved:
		p.N, p.Old, p.New = int32(x.Packet), off(x.Old), off(x.At)
	case trace.Edited:
		p.N, p.Packet = int32(x.Packet), encodePacket(w.Packet(x.Packet))
		if old := before(x.Packet); old != nil {
			p.Before = encodePacket(old)
		}
	case trace.Woke, trace.Returned:
		p.Name = w.Hosts()[x.Host].Procs[x.N].Name
		p.Text, p.Result, p.Errno = x.Text, x.Result, x.Errno
	case trace.Created, trace.Destroyed, trace.Named:
		if x.Made != nil {
			p.Subject = encodeMade(x.Subject, x.Host, x.Made)
		}
		if x.Before != nil {
			p.Text = subjectName(x.Before.Tuple)
		}
	}
	return p
}
