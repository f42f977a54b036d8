package kernel

import (
	"fmt"
	"time"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/sim"
	"wirestep/engine/tcp"
	"wirestep/engine/wire"
)

func errnoOf(p *host.Proc) string {
	if p.Errno == tcp.OK {
		return ""
	}
	return p.Errno.String()
}

// line spells a segment that was seen: flags, relative numbers, window, options.
func (l *lab) line(x *seen) string {
	return fmt.Sprintf("%9.6f %s > %s", x.at.Seconds(), l.hosts[x.host].spec.Name, spellSeen(&x.seg, x.seq, x.ack))
}

// spellSeen spells a segment with relative numbers; timestamps are only there or
// not, because each host's clock has its own beginning.
func spellSeen(s *wire.Segment, seq, ack wire.Seq) string {
	n := *s
	n.Opts.TSVal, n.Opts.TSEcr, n.BadSum = 0, 0, false // what happens to it on the wire is no matter of the host
	return n.Format(seq, ack)
}

// compare holds what each host has sent against what the engine's hosts have,
// and returns the first difference.
func (l *lab) compare(w *engine.World, horizon time.Duration) string {
	first, text := time.Duration(1<<62), ""
	for h := range l.hosts {
		if at, d := l.compareHost(w, h, horizon); d != "" && at < first {
			first, text = at, d
		}
	}
	return text
}

func (l *lab) compareHost(w *engine.World, h int, horizon time.Duration) (time.Duration, string) {
	var mine []*seen
	for i := range l.seen {
		if l.seen[i].host == h && l.hostAt(l.seen[i].seg.Dst) >= 0 { // the engine's network does not carry what leads nowhere
			mine = append(mine, &l.seen[i])
		}
	}
	name, n := l.hosts[h].spec.Name, 0
	for id := sim.PacketID(1); id <= w.LastPacket(); id++ {
		p := w.Packet(id)
		if int(p.From) != h || p.Forged || p.CopyOf != 0 || int(p.To) == h {
			continue
		}
		at := time.Duration(p.SentAt)
		want := spellSeen(&p.Seg, p.BaseSeq, p.BaseAck)
		late := max(2*coarse(at), at/16) + 8*time.Millisecond // one timer after another may be late
		if n >= len(mine) {
			if at+2*late > horizon {
				return 0, "" // it may still come
			}
			return at, fmt.Sprintf("segment %d of %s: engine %s at %.6f, kernel nothing", n+1, name, want, at.Seconds())
		}
		x := mine[n]
		n++
		got := spellSeen(&x.seg, x.seq, x.ack)
		if got != want {
			return min(at, x.at), fmt.Sprintf("segment %d of %s: engine %s at %.6f, kernel %s at %.6f", n, name, want, at.Seconds(), got, x.at.Seconds())
		}
		if off := x.at - at; off > late || off < -late {
			return min(at, x.at), fmt.Sprintf("segment %d of %s: %s: engine at %.6f, kernel at %.6f", n, name, want, at.Seconds(), x.at.Seconds())
		}
	}
	if n < len(mine) {
		x := mine[n]
		return x.at, fmt.Sprintf("segment %d of %s: engine nothing, kernel %s at %.6f", n+1, name, spellSeen(&x.seg, x.seq, x.ack), x.at.Seconds())
	}
	return 0, ""
}
