package compare

import "wirestep/engine/packetdrill/script"

import "wirestep/engine/wire"

// seqMap maps the sequence numbers of a script to those of a connection, as
// packetdrill does. In a packet with SYN the peer's numbers are absolute, and the
// host's are as far from its initial one as the script says. In any other packet
// both are relative: 1 is the first byte, whatever the SYNs said.
type seqMap struct {
	known bool   // a SYN of the host has been asked for
	isn   uint32 // the host's initial number
	said  uint32 // what the script calls it
	heard bool   // the peer has spoken
	irs   uint32 // the peer's initial number
}

// ours is what lies between the host's number in a script and that on the wire.
func (m *seqMap) ours(syn bool) uint32 {
	if syn {
		return m.isn - m.said
	}
	return m.isn
}

// theirs is the same for the peer's.
func (m *seqMap) theirs(syn bool) uint32 {
	if syn {
		return 0
	}
	return m.irs
}

// out are the numbers of a packet of the host, as the script counts them.
func (m *seqMap) out(s *wire.Segment) (seq, ack uint32) {
	syn := s.Flags.Has(wire.SYN)
	if ack = uint32(s.Ack); s.Flags.Has(wire.ACK) {
		ack -= m.theirs(syn)
	}
	return uint32(s.Seq) - m.ours(syn), ack
}

// spoke takes the host's initial number from a SYN that a line has asked for: of a
// passive connection the first, of an active one each until it is answered. A
// SYN-ACK that does not fit the first begins a second connection of the same
// four-tuple, which packetdrill does not have.
func (m *seqMap) spoke(s *wire.Segment, said uint32, passive bool) {
	seq := uint32(s.Seq)
	if passive && m.known && seq-m.isn != said-m.said && s.Flags.Has(wire.ACK) {
		m.irs, m.known = uint32(s.Ack)-1, false
	}
	if !m.known || !passive && !m.heard {
		m.known, m.isn, m.said = true, seq, said
	}
}

// hears takes the peer's initial number: of a passive connection from whatever
// comes first, of an active one from the first SYN-ACK.
func (m *seqMap) hears(k *script.Packet, passive bool) {
	if !m.heard && (passive || k.Flags.Has(wire.SYN|wire.ACK)) {
		m.heard, m.irs = true, k.Seq
	}
}
