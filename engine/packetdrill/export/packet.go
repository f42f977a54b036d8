package export

import (
	"slices"
	"strings"

	"wirestep/engine"
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/tcp"
	"wirestep/engine/trace"
	"wirestep/engine/wire"
)

// The packets of a connection, with the numbers and timestamps of a script.

// stampShift makes timestamps of a host small numbers.
type stampShift struct {
	known bool
	first uint32
}

const firstStamp = 1000

func (s *stampShift) of(n uint32) uint32 {
	if !s.known {
		s.known, s.first = true, n
	}
	return n - s.first + firstStamp
}

// arrived writes a packet that the script sends.
func (x *exporter) arrived(w *engine.World, ev *trace.Event, p *engine.Packet) {
	s := &p.Seg
	if s.ICMP.Set {
		x.icmp(ev, p)
		return
	}
	switch {
	case s.Src != x.remote || s.Dst != x.local:
		x.others++
		return
	case s.BadSum:
		x.comment("a packet with a wrong checksum arrived, and was discarded")
		return
	}
	if o := &s.Opts; o.On(wire.HasTS) && s.Flags.Has(wire.ACK) && !x.stamped[o.TSEcr] {
		if len(x.stamped) == 0 { // packetdrill has nothing to count the echo from
			q := *p
			q.Seg.Opts.Has &^= wire.HasTS
			x.comment("without its timestamps, which echo none of this connection")
			p = &q
		} else if x.scaled > 0 {
			x.out = slices.Insert(x.out, x.scaled, "--tcp_ts_ecr_scaled")
			x.scaled = 0
			if x.waiting != nil {
				x.waiting.at++
			}
		}
	}
	if !x.heard && (!x.active || s.Flags.Has(wire.SYN|wire.ACK)) {
		x.heard, x.irs = true, s.Seq
	}
	x.burst = x.burst || ev.At == x.came
	x.came = ev.At
	_, said, _ := x.numbers(p)
	x.asked, x.said = s.Ack, said
	x.line(ev.At, "< "+x.spell(p, &x.peer, &x.own))
}

// sent writes a packet that the host is to send.
func (x *exporter) sent(ev *trace.Event, p *engine.Packet) {
	s := &p.Seg
	if s.Src != x.local || s.Dst != x.remote || s.ICMP.Set {
		x.others++
		return
	}
	q := *p
	if q.Seg.ECN == wire.CE {
		q.Seg.ECN = wire.ECT0 // a queue on the way has marked it
	}
	if o := &q.Seg.Opts; o.On(wire.HasTS) {
		if x.stamped == nil {
			x.stamped = map[uint32]bool{}
		}
		x.stamped[o.TSVal] = true
	}
	if s.Flags.Has(wire.RST) && s.Seq == 0 && x.told {
		x.lack(ZeroRST, "")
	}
	x.told = x.told || s.Flags.Has(wire.SYN)
	x.active = x.active || !x.heard && s.Flags&(wire.SYN|wire.ACK) == wire.SYN
	text := "> " + x.spell(&q, &x.own, &x.peer)
	if ev.Kind == trace.Timer {
		x.late(ev, text)
		return
	}
	x.line(ev.At, text)
}

// cookie makes a Fast Open cookie that the host has given out one for the addresses of the
func (x *exporter) cookie(o *wire.Options) {
	for i := range int(x.h.Sys.FastOpenKeyN) {
		k := x.h.Sys.FastOpenKeys[i]
		if o.FOCookie == tcp.FastOpenCookie(k, x.remote.Addr, x.local.Addr).Val {
			local, remote := script.Ends(x.local.Addr.Is6())
			o.FOCookie = tcp.FastOpenCookie(k, remote, local).Val
			return
		}
	}
}

// numbers are those of a packet as the script has them, and what its SACK blocks count
// from. As in packetdrill each end's are as far from the first that it has named: of the
// host's that is its SYN, of the peer's the first packet of all to a listener, else the
// SYN-ACK.
func (x *exporter) numbers(p *engine.Packet) (seq, ack uint32, sack wire.Seq) {
	s := &p.Seg
	own := p.From == x.index || s.ICMP.Set // an ICMP error quotes the host
	of, other := p.BaseSeq, p.BaseAck
	mine, theirs := &of, &other
	if !own {
		mine, theirs = theirs, mine
	}
	if x.known && (s.Seq != 0 || !own || !s.Flags.Has(wire.RST)) {
		*mine = x.isn
	}
	if x.heard {
		*theirs = x.irs
	}
	if seq = uint32(s.Seq - of); s.Flags.Has(wire.ACK) {
		ack = uint32(s.Ack - other)
	}
	if own && !x.known && s.Flags&(wire.RST|wire.ACK) == wire.RST && s.Seq == x.asked {
		seq = x.said // as the segment has it that is refused
	}
	return seq, ack, other
}

// spell writes a packet with the numbers of the script.
func (x *exporter) spell(p *engine.Packet, val, ecr *stampShift) string {
	s := p.Seg
	o := s.Opts
	if o.On(wire.HasTS) {
		o.TSVal = val.of(o.TSVal)
		if o.TSEcr != 0 || ecr.known && ecr.first == 0 && p.From == x.index {
			o.TSEcr = ecr.of(o.TSEcr)
		}
	}
	if o.On(wire.HasFastOpen) && o.FOCookieN > 0 {
		x.cookie(&o)
	}
	seq, ack, base := x.numbers(p)
	for i := range o.Sack[:o.SackN] {
		o.Sack[i].Start -= base
		o.Sack[i].End -= base
	}
	ecn := ""
	if s.ECN != wire.NotECT {
		ecn = s.ECN.String()
	}
	opts := strings.TrimSuffix(script.SpellOptions(o.Bytes()), ",eol")
	return script.Spell(ecn, s.Flags, seq, len(s.Payload), s.Flags.Has(wire.ACK), ack, int(s.Win), int(s.Urg), opts)
}

// icmp writes an ICMP error that the script sends.
func (x *exporter) icmp(ev *trace.Event, p *engine.Packet) {
	s := &p.Seg
	if s.Src != x.local || s.Dst != x.remote {
		x.others++
		return
	}
	seq, _, _ := x.numbers(p)
	x.line(ev.At, "< "+script.SpellICMP(s, seq))
}
