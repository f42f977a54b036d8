package capture

import (
	"strconv"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/trace"
)

// Sent returns the packets that an event put on the wire; w is the world right
// after it.
func Sent(w *engine.World, e *trace.Event) (packets []Packet) {
	for i := range e.Effects {
		f := &e.Effects[i]
		if f.Kind != trace.Sent && f.Kind != trace.Copied {
			continue
		}
		p := w.Packet(f.Packet)
		packets = append(packets, Packet{At: p.SentAt, Host: p.From, Seg: p.Seg, Comment: comment(p)})
	}
	return packets
}

// comment tells of a packet what its bytes do not.
func comment(p *engine.Packet) string {
	s := "packet " + strconv.Itoa(int(p.ID)) + ", sent by event " + strconv.Itoa(int(p.SentBy))
	if p.CopyOf != 0 {
		s += ", a copy of packet " + strconv.Itoa(int(p.CopyOf))
	}
	if p.Forged {
		s += ", forged"
	}
	switch {
	case p.Held:
		s += ", held"
	case p.ArriveAt == sim.Never:
		s += ", lost"
	default:
		s += ", arrives at " + p.ArriveAt.Seconds() + " s"
	}
	return s
}
