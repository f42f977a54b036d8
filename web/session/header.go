package session

import (
	"encoding/hex"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
	"wirestep/web/proto"
)

// doHeader shows a packet byte by byte, as it is after event n, beside the one that
// it repeats, copies, or was before somebody changed it.
func (st *State) doHeader(_ *Subscriber, c proto.Command) (proto.Done, error) {
	b, err := st.branchOf(c)
	if err == nil {
		err = Between("n", c.N, 0, int32(st.tipOf(b)))
	}
	if err != nil {
		return proto.Done{}, err
	}
	w := st.worldAt(b, engine.StepNo(c.N))
	p := w.Packet(sim.PacketID(c.Packet))
	if err := Between("packet", c.Packet, 1, int32(w.LastPacket())); err != nil || p == nil {
		return proto.Done{}, Cannot("range", "name", "packet", "value", c.Packet, "min", 1, "max", int32(w.LastPacket()))
	}
	h, err := encodeHeader(p)
	if err != nil {
		return proto.Done{}, Cannot("op", "what", err.Error())
	}
	other, how := st.before(b, w, p)
	if q := w.Packet(sim.PacketID(c.To)); c.To != 0 && q != nil {
		other, how = q, "chosen"
	}
	if other != nil {
		if h.Against, err = encodeHeader(other); err != nil {
			return proto.Done{}, Cannot("op", "what", err.Error())
		}
		h.How = how
	}
	return proto.Done{Header: h}, nil
}

// before finds what a packet is to be compared with, and why.
func (st *State) before(b engine.BranchID, w *engine.World, p *engine.Packet) (*engine.Packet, string) {
	if sent := st.worldAt(b, p.SentBy).Packet(p.ID); sent != nil && sent.Seg != p.Seg {
		return sent, "edited"
	}
	if p.CopyOf != 0 {
		return w.Packet(p.CopyOf), "copy"
	}
	if p.Of != 0 {
		return w.Packet(p.Of), "hop"
	}
	if p.Seg.Len() == 0 || p.Seg.ICMP.Set {
		return nil, ""
	}
	for id := p.ID - 1; id > 0; id-- {
		q := w.Packet(id)
		if q != nil && q.From == p.From && q.Seg.Tuple() == p.Seg.Tuple() && q.Seg.Seq == p.Seg.Seq && q.Seg.Len() > 0 && !q.Seg.ICMP.Set {
			return q, "repeats"
		}
	}
	return nil, ""
}

// encodeHeader lays a packet out and names its fields.
func encodeHeader(p *engine.Packet) (*proto.Header, error) {
	b, err := wire.Encode(&p.Seg)
	if err != nil {
		return nil, err
	}
	h := &proto.Header{Packet: int32(p.ID), Size: len(b), Segs: p.Seg.Segs()}
	show := len(b)
	for _, f := range wire.Fields(b) {
		one := proto.HeaderField{Name: f.Name, Part: string(f.Part), At: f.At, Bits: f.Bits, Value: int64(f.Value), Wrong: string(f.Wrong), Right: int64(f.Right)}
		switch rel := int64(0); f.Name {
		case "seq":
			rel = signed(wire.Seq(f.Value) - p.BaseSeq)
			one.Rel = &rel
		case "ack":
			if p.Seg.Flags.Has(wire.ACK) {
				rel = signed(wire.Seq(f.Value) - p.BaseAck)
				one.Rel = &rel
			}
		case "sack-left", "sack-right":
			rel = signed(wire.Seq(f.Value) - p.BaseAck)
			one.Rel = &rel
		}
		if f.Name == "payload" {
			show = min(show, f.At/8+maxData)
		}
		h.Fields = append(h.Fields, one)
	}
	h.Hex = hex.EncodeToString(b[:show])
	return h, nil
}
