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
	set, rest, bad := "", []string{}, ""
	dev, count := "", -1
	for i := 0; i < len(r.args); i++ {
		a := r.args[i]
		if (a == "-i" || a == "-c") && i+1 == len(r.args) {
			return fail("tcpdump: option requires an argument -- '" + a[1:] + "'\n" + tcpdumpUsage)
		}
		switch a {
		case "-i":
			i++
			dev = r.args[i]
		case "-c":
			i++
			n, err := strconv.Atoi(r.args[i])
			if err != nil || n < 1 {
				return fail("tcpdump: invalid packet count " + r.args[i])
			}
			count = n
		default:
			rest = append(rest, a)
		}
	}
	if set, rest, bad = options(rest, "nStlq", nil); bad != "" {
		return fail(badOption("tcpdump", bad) + tcpdumpUsage)
	}
	want, ok := dumpFilter(rest)
	if !ok {
		return fail("tcpdump: can't parse filter expression: syntax error")
	}
	found := dev == "" || dev == "any"
	var all []*engine.Packet
	for _, d := range r.devices() {
		if dev == "any" || d.name == dev || dev == "" && d.name == "eth0" {
			found = true
			all = append(all, r.seen(d)...)
		}
	}
	if !found {
		return fail("tcpdump: " + dev + ": No such device exists\n(No such device exists)")
	}
	slices.SortStableFunc(all, func(a, b *engine.Packet) int { return int(r.when(a) - r.when(b)) })
	met := map[wire.Tuple]bool{}
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
		r.print(dumpLine(r.when(p), p, relative && !strings.Contains(set, "S")), "\n")
		count--
	}
	return r.said()
}

const tcpdumpUsage = `Usage: tcpdump [-nS] [ -i interface ] [ -c count ] [ tcp | port N | host ADDRESS … and … ]
       It prints what the interface has seen so far.
`

// dumpFilter reads what little of tcpdump's language is understood.
func dumpFilter(words []string) (func(*engine.Packet) bool, bool) {
	var all []func(*engine.Packet) bool
	for i := 0; i < len(words); i++ {
		switch w := words[i]; {
		case w == "and":
		case w == "tcp":
			all = append(all, func(p *engine.Packet) bool { return !p.Seg.ICMP.Set })
		case w == "icmp":
			all = append(all, func(p *engine.Packet) bool { return p.Seg.ICMP.Set })
		case (w == "port" || w == "host") && i+1 < len(words):
			i++
			v := words[i]
			port, err := strconv.ParseUint(v, 10, 16)
			if w == "port" && err != nil {
				return nil, false
			}
			all = append(all, func(p *engine.Packet) bool {
				s := &p.Seg
				if w == "host" {
					return s.Src.Addr.String() == v || s.Dst.Addr.String() == v
				}
				return s.Src.Port == uint16(port) || s.Dst.Port == uint16(port)
			})
		default:
			return nil, false
		}
	}
	return func(p *engine.Packet) bool {
		return !slices.ContainsFunc(all, func(f func(*engine.Packet) bool) bool { return !f(p) })
	}, true
}

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
