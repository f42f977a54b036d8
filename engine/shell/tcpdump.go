package shell

import (
	"slices"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// maxSeen is how many packets back tcpdump and ip -s link look.
const maxSeen = 5000

// seen lists the packets that went over an interface until now, in order; a packet
// that was lost on its way was seen only by who sent it.
func (r *request) seen(d device) (all []*engine.Packet) {
	now := r.w.Now()
	for id := max(r.w.LastPacket()-maxSeen, 0) + 1; id <= r.w.LastPacket(); id++ {
		p := r.w.Packet(id)
		if p == nil {
			continue
		}
		out := p.From == r.at && p.To == d.peer && p.DepartAt <= now && p.CopyOf == 0
		in := p.To == r.at && p.From == d.peer && p.ArriveAt <= now && !p.Held && d.peer != r.at
		if out || in {
			all = append(all, p)
		}
	}
	slices.SortStableFunc(all, func(a, b *engine.Packet) int { return int(r.when(a) - r.when(b)) })
	return all
}

// when is the instant at which this host saw a packet.
func (r *request) when(p *engine.Packet) sim.Time {
	if p.From == r.at {
		return p.DepartAt
	}
	return p.ArriveAt
}

func runTcpdump(r *request) Answer {
	set, values, rest, bad := flagsOf(r.args, "nStlqUpvNK", "icsBWCGrwF")
	switch {
	case bad != "":
		return fail("tcpdump: option " + bad + " is not understood here\n" + tcpdumpUsage)
	case strings.ContainsAny(set, "wrFWCG"):
		return fail("tcpdump: there are no files here; the lab's Export menu writes a capture")
	}
	dev, count := values['i'], -1
	if v, ok := values['c']; ok {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 {
			return fail("tcpdump: invalid packet count " + v)
		}
		count = n
	}
	want, ok := dumpFilter(rest)
	if !ok {
		return fail("tcpdump: can't parse filter expression: syntax error")
	}
	found := dev == "" || dev == "any"
	var all []*engine.Packet
	devs := r.devices()
	if dev == "lo" || dev == "any" || len(devs) == 0 {
		devs = append(devs, device{name: "lo", peer: r.at})
	}
	for _, d := range devs {
		if dev == "any" || d.name == dev || dev == "" && (d.name == "eth0" || len(devs) == 1) {
			found = true
			all = append(all, r.seen(d)...)
		}
	}
	if !found {
		return fail("tcpdump: " + dev + ": No such device exists\n(No such device exists)")
	}
	slices.SortStableFunc(all, func(a, b *engine.Packet) int { return int(r.when(a) - r.when(b)) })
	met, last := map[wire.Tuple]bool{}, sim.Time(-1)
	for _, p := range all {
		if count == 0 || !want(p) {
			continue
		}
		// tcpdump counts from the first segment with an ACK that it sees of a connection.
		t, back := p.Seg.Tuple(), wire.Tuple{Local: p.Seg.Src, Remote: p.Seg.Dst}
		relative := p.Seg.Flags.Has(wire.ACK) && !p.Seg.Flags.Has(wire.SYN) && met[t]
		if p.Seg.Flags.Has(wire.ACK) {
			met[t], met[back] = true, true
		}
		line := dumpLine(r.when(p), p, relative && !strings.Contains(set, "S"))
		if n := strings.Count(set, "t"); n > 0 {
			line = stamp(n, r.when(p), last) + line[strings.IndexByte(line, ' ')+1:]
		}
		last = r.when(p)
		r.print(line, "\n")
		count--
	}
	return r.said()
}

// stamp is the time before a line: -t none, -tt seconds, -ttt since the line before (last; negative: there is none).
func stamp(n int, at, last sim.Time) string {
	us := int64(at) / int64(sim.Microsecond)
	switch n {
	case 1:
		return ""
	case 3:
		if us -= int64(last) / int64(sim.Microsecond); last < 0 {
			us = 0
		}
		return " 00:" + digits(us/60_000_000, 2) + ":" + digits(us/1_000_000%60, 2) + "." + digits(us%1_000_000, 6) + " "
	}
	return strconv.FormatInt(us/1_000_000, 10) + "." + digits(us%1_000_000, 6) + " "
}

const tcpdumpUsage = `Usage: tcpdump [-nnSttttv] [ -i interface ] [ -c count ] [ expression ]
       expression: tcp, icmp, ip, ip6, [src|dst] host A, net A/N, [src|dst] port N, portrange N-M, less N, greater N,
       tcp[tcpflags] & (tcp-syn|tcp-fin) != 0; and, or, not, ( )
       It prints what the interface has seen so far.
`

// dumpLine writes a packet as tcpdump -n does.
func dumpLine(at sim.Time, p *engine.Packet, relative bool) string {
	s := &p.Seg
	us := int64(at) / int64(sim.Microsecond)
	secs := us / 1_000_000
	line := digits(secs/3600, 2) + ":" + digits(secs/60%60, 2) + ":" + digits(secs%60, 2) + "." + digits(us%1_000_000, 6)
	ip := " IP "
	if s.Src.Addr.Is6() {
		ip = " IP6 "
	}
	if s.ICMP.Set {
		return line + ip + s.Dst.Addr.String() + " > " + s.Src.Addr.String() + ": ICMP " + strings.TrimPrefix(s.Format(p.BaseSeq, p.BaseAck), "icmp ")
	}
	flags := s.Flags.String()
	if flags == "-" {
		flags = "none"
	}
	line += ip + dotted(s.Src) + " > " + dotted(s.Dst) + ": Flags [" + flags + "]"
	seq, ack, base := s.Seq, s.Ack, wire.Seq(0)
	if relative {
		seq, ack, base = p.RelSeq(), p.RelAck(), p.BaseAck
	}
	if s.BadSum {
		line += ", cksum (incorrect)"
	}
	if n := len(s.Payload); n > 0 {
		line += ", seq " + number(seq) + ":" + number(seq+wire.Seq(n))
	} else if s.Flags&(wire.SYN|wire.FIN|wire.RST) != 0 {
		line += ", seq " + number(seq)
	}
	if s.Flags.Has(wire.ACK) {
		line += ", ack " + number(ack)
	}
	line += ", win " + strconv.Itoa(int(s.Win))
	if o := s.Opts.Relative(base); o != "" {
		line += ", options [" + o + "]"
	}
	line += ", length " + strconv.Itoa(len(s.Payload))
	if len(s.Payload) > 0 && (s.Src.Port == 80 || s.Dst.Port == 80) {
		line += ": HTTP"
	}
	return line
}

func number(q wire.Seq) string { return strconv.FormatUint(uint64(q), 10) }

func dotted(e wire.Endpoint) string { return e.Addr.String() + "." + strconv.Itoa(int(e.Port)) }
