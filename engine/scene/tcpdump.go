package scene

import (
	"strconv"
	"strings"

	"wirestep/engine/sim"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// tcpdump writes the packets that an event sent, a line each, as tcpdump -S
// without -S would: relative numbers, its flags and its order.
func tcpdump(w lens, e *trace.Event) string {
	var b strings.Builder
	for i := range e.Effects {
		f := &e.Effects[i]
		if f.Kind != trace.Sent && f.Kind != trace.Copied {
			continue
		}
		p := w.packet(f.Packet)
		b.WriteString(clock(e.At) + " " + tcpdumpLine(&p) + "\n")
	}
	return b.String()
}

// clock writes an instant with the six digits that tcpdump gives it.
func clock(t sim.Time) string {
	us := int64(t) / int64(sim.Microsecond)
	return strconv.FormatInt(us/1_000_000, 10) + "." + strconv.FormatInt(us%1_000_000+1_000_000, 10)[1:]
}

func tcpdumpLine(p *packet) string {
	s := &p.seg
	ip := "IP "
	if s.Src.Addr.Is6() {
		ip = "IP6 "
	}
	if s.ICMP.Set {
		return ip + s.Src.Addr.String() + " > " + s.Dst.Addr.String() + ": " + p.String()
	}
	flags := s.Flags.String()
	if flags == "-" {
		flags = "none"
	}
	line := ip + dotted(s.Src) + " > " + dotted(s.Dst) + ": Flags [" + flags + "]"
	if s.BadSum {
		line += ", bad cksum"
	}
	if n := len(s.Payload); n > 0 || s.Flags&(wire.SYN|wire.FIN|wire.RST) != 0 {
		from := uint64(s.Seq - p.relSeq)
		line += ", seq " + strconv.FormatUint(from, 10)
		if n > 0 {
			line += ":" + strconv.FormatUint(uint64(uint32(from)+uint32(n)), 10)
		}
	}
	if s.Flags.Has(wire.ACK) {
		line += ", ack " + strconv.FormatUint(uint64(s.Ack-p.relAck), 10)
	}
	line += ", win " + strconv.Itoa(int(s.Win))
	if s.Flags.Has(wire.URG) {
		line += ", urg " + strconv.Itoa(int(s.Urg))
	}
	if o := s.Opts.Relative(p.relAck); o != "" {
		line += ", options [" + o + "]"
	}
	return line + ", length " + strconv.Itoa(len(s.Payload))
}

func dotted(e wire.Endpoint) string { return e.Addr.String() + "." + strconv.Itoa(int(e.Port)) }
