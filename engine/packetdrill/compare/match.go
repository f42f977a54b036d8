package compare

import (
	"strings"
	"wirestep/engine/packetdrill/script"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

// lookFurther is how far beyond its time a packet is looked for, to tell when it
// came instead.
const lookFurther = 200 * sim.Second

// Expect compares the next packet on the interface with a packet line.
func (c *Comparator) Expect(e *script.Event, lo, hi sim.Time) *Mismatch {
	k := e.Packet
	if k.UDP || k.ICMP != nil {
		return Failf("a packet of TCP", "this line; the host sends nothing else")
	}
	if e.When.Kind == script.Range || e.When.Kind == script.RelRange {
		for _, p := range c.peers {
			p.tsSlack += hi.Sub(lo)
		}
	}
	tol := c.Tolerance(hi, c.LastDue)
	if !c.await(k, hi.Add(tol)) {
		want := k.String()
		late := c.Now
		if c.await(k, late.Add(lookFurther)) {
			return mismatch(Late, want+c.by(e, hi), "nothing until %s: %s", c.Stamp(c.Out[0].At), c.Spell(&c.Out[0].Seg))
		}
		return mismatch(Missing, want+c.by(e, hi), "nothing")
	}
	seg, at := c.gather(k, hi.Add(tol))
	p := c.peerOf(&seg)
	c.learn(p, k, &seg)
	if f := c.compare(p, k, &seg); f != nil {
		f.Got += " at " + c.Stamp(at)
		return f
	}
	// A range is as wide as a slot of the kernel's timer wheel, and where in its slot
	// a timer is armed is chance: the engine's, which has no slots, may be early by one.
	early := lo.Add(-tol - hi.Sub(lo))
	if how := timely(at, early, hi.Add(tol)); how != Other && e.When.Kind != script.AnyTime {
		return mismatch(how, k.String()+c.by(e, hi), "it at %s", c.Stamp(at))
	}
	c.Now = max(c.Now, at)
	return nil
}

// timely tells what is wrong with an instant; Other: nothing.
func timely(at, from, to sim.Time) Kind {
	switch {
	case at < from:
		return Early
	case at > to:
		return Late
	}
	return Other
}

// by tells when a packet was due.
func (c *Comparator) by(e *script.Event, hi sim.Time) string {
	if e.When.Kind == script.AnyTime {
		return ""
	}
	return " by " + c.Stamp(hi)
}

// learn fixes how the numbers of a connection map, at its first SYN.
func (c *Comparator) learn(p *peer, k *script.Packet, s *wire.Segment) {
	if s.Flags.Has(wire.SYN) && k.Flags.Has(wire.SYN) {
		p.spoke(s, k.Seq, p.passive)
	}
	c.cur = p
}

// gather takes as many segments as make up the packet that the script expects: a
// kernel with segmentation offload hands them to its interface as one, and a
// script may write a burst as one line. As in packetdrill bytes count: a bare ACK
// in front of the data becomes part of the line, and a packet of another
// connection makes it begin anew. It returns the instant of the last one.
func (c *Comparator) gather(k *script.Packet, until sim.Time) (wire.Segment, sim.Time) {
	seg, at := c.Out[0].Seg, c.Out[0].At
	c.take()
	for len(seg.Payload) < k.Len && !c.Strict {
		if !c.await(k, max(until, at)) {
			break
		}
		next := &c.Out[0].Seg
		switch {
		case next.Src != seg.Src || next.Dst != seg.Dst, seg.Payload == "" && seg.Flags == wire.ACK && next.Seq == seg.Seq:
			seg = *next
		case follows(&seg, next, k.Len):
			seg.Payload += next.Payload
			seg.Flags = seg.Flags&^wire.PSH | next.Flags&(wire.PSH|wire.FIN)
			seg.Win = next.Win
		default:
			return seg, at
		}
		at = c.Out[0].At
		c.take()
	}
	return seg, at
}

// follows reports whether a segment goes on where another ends, within so many bytes.
func follows(s, next *wire.Segment, most int) bool {
	return s.Payload != "" && next.Seq == s.Seq+wire.Seq(len(s.Payload)) && next.Ack == s.Ack && len(next.Payload) > 0 &&
		!s.Flags.Has(wire.FIN) && next.Flags&(wire.SYN|wire.RST) == 0 && len(s.Payload)+len(next.Payload) <= most
}

// compare holds a packet of the engine against a packet line.
func (c *Comparator) compare(p *peer, k *script.Packet, s *wire.Segment) *Mismatch {
	seq, ack := p.out(s)
	if uint32(s.Seq) == k.Seq {
		seq = k.Seq // a RST without an ACK starts at 0, whoever sends it
	}
	same := s.Flags == k.Flags && seq == k.Seq && len(s.Payload) == k.Len
	same = same && (ack == k.Ack || !k.HasAck && !s.Flags.Has(wire.ACK))
	same = same && (k.Win < 0 || int(s.Win) == k.Win) && int(s.Urg) == max(k.Urg, 0)
	same = same && (k.TOS < 0 || int(s.TOS)|int(s.ECN) == k.TOS)
	same = same && (k.TTL < 0 || int(s.TTL) == k.TTL || s.TTL == 0 && k.TTL == 64)
	same = same && ecnMatches(k.ECN, s.ECN)
	opts := c.liveOptions(p, k, s)
	want := k.OptionBytes()
	if !k.AnyOpts {
		same = same && string(opts) == string(want)
	}
	if same {
		return nil
	}
	win := -1
	if k.Win >= 0 {
		win = int(s.Win)
	}
	ecn := ""
	if k.ECN != "" {
		ecn = s.ECN.String()
	}
	got := script.Spell(ecn, s.Flags, seq, len(s.Payload), s.Flags.Has(wire.ACK), ack, win, int(s.Urg), script.SpellOptions(opts))
	return &Mismatch{k.String(), got, Fields}
}

func ecnMatches(want string, e wire.ECN) bool {
	switch want {
	case "noecn":
		return e == wire.NotECT
	case "ect0":
		return e == wire.ECT0
	case "ect1":
		return e == wire.ECT1
	case "ect01":
		return e == wire.ECT0 || e == wire.ECT1
	case "ce":
		return e == wire.CE
	}
	return true
}

// liveOptions are the options of the engine's packet as bytes, with the
// timestamp as the script counts it.
func (c *Comparator) liveOptions(p *peer, k *script.Packet, s *wire.Segment) []byte {
	o := s.Opts
	if o.On(wire.HasTS) {
		o.TSVal -= p.tsShift
		for i := range k.Opts {
			if k.Opts[i].Kind != script.OptTS {
				continue
			}
			val, ecr := k.Opts[i].Nums[0], k.Opts[i].Nums[1]
			if c.Exact {
				o.TSVal = p.scriptTS(s.Opts.TSVal, val, c.Tolerance(c.Due, c.LastDue), sim.Millisecond)
				continue
			}
			o.TSVal = p.scriptTS(s.Opts.TSVal, val, c.Tolerance(c.Due, Epoch), c.TSTick)
			o.TSEcr = ecr // packetdrill does not look at it
		}
	}
	for i, blocks := 0, o.Blocks(); i < len(blocks); i++ {
		by := wire.Seq(p.theirs(s.Flags.Has(wire.SYN)))
		blocks[i].Start, blocks[i].End = blocks[i].Start-by, blocks[i].End-by
	}
	b := o.Bytes()
	if n := len(k.OptionBytes()); n < len(b) && strings.Trim(string(b[n:]), "\x00") == "" {
		b = b[:n] // padding
	}
	return b
}

// Spell spells a packet of the engine with the numbers of the script.
func (c *Comparator) Spell(s *wire.Segment) string {
	p := &peer{}
	for _, q := range c.peers {
		if q.local == s.Src && q.remote == s.Dst {
			p = q
		}
	}
	o := s.Opts
	if o.On(wire.HasTS) {
		o.TSVal -= p.tsShift
	}
	seq, ack := p.out(s)
	return script.Spell("", s.Flags, seq, len(s.Payload), s.Flags.Has(wire.ACK), ack, int(s.Win), int(s.Urg), script.SpellOptions(o.Bytes()))
}

// Arriving makes the packet that a packet line injects.
func (c *Comparator) Arriving(k *script.Packet) (wire.Segment, *Mismatch) {
	if k.UDP {
		return wire.Segment{}, Failf("a packet of TCP", "UDP, which is not modelled")
	}
	p := c.under()
	if k.ICMP != nil {
		return c.icmp(p, k)
	}
	s := wire.Segment{Src: p.remote, Dst: p.local, Flags: k.Flags, Payload: wire.Pattern(uint64(k.Seq), k.Len)}
	if k.From != 0 {
		s.Src.Port = k.From
	}
	if k.To != 0 {
		s.Dst.Port = k.To
	}
	syn := k.Flags.Has(wire.SYN)
	p.hears(k, p.passive)
	s.Seq = wire.Seq(k.Seq + p.theirs(syn))
	c.strange = false
	if c.fill(p, k, &s); c.strange && c.Echoes {
		return s, Failf("an echo of a timestamp that a line has asked for, or --tcp_ts_ecr_scaled", "%s", k.String())
	}
	return s, nil
}

func (c *Comparator) fill(p *peer, k *script.Packet, s *wire.Segment) {
	if k.HasAck {
		s.Ack = wire.Seq(k.Ack + p.ours(k.Flags.Has(wire.SYN)))
	}
	s.Win, s.Urg = uint16(max(k.Win, 0)), uint16(max(k.Urg, 0))
	switch k.ECN {
	case "ect0", "ect01":
		s.ECN = wire.ECT0
	case "ect1":
		s.ECN = wire.ECT1
	case "ce":
		s.ECN = wire.CE
	}
	s.TOS, s.TTL = uint8(max(k.TOS, 0))&^3, 255 // as packetdrill has it, if the line says nothing
	if k.TTL > 0 {
		s.TTL = uint8(k.TTL)
	}
	var b []byte
	for i := range k.Opts {
		b = k.Opts[i].Bytes(b, func(kind byte, i int, n uint32) uint32 {
			switch {
			case kind == script.OptTS && i == 1:
				live, sent := p.liveEcr(n)
				c.strange = c.strange || !sent && k.Flags.Has(wire.ACK) && !(c.Scaled && p.tsKnown)
				return live
			case kind == script.OptSack:
				return n + p.ours(k.Flags.Has(wire.SYN))
			}
			return n
		})
	}
	s.Opts = wire.ParseOptions(b)
}

// icmp makes an ICMP error about what the engine has sent.
func (c *Comparator) icmp(p *peer, k *script.Packet) (wire.Segment, *Mismatch) {
	m := k.ICMP
	v6 := c.Local.Is6()
	typ, code, err := m.Numbers(v6)
	if err != nil {
		return wire.Segment{}, Failf("an ICMP message that "+map[bool]string{false: "IPv4", true: "IPv6"}[v6]+" has", "%v", err)
	}
	s := wire.Segment{Src: p.local, Dst: p.remote, Flags: wire.ACK}
	s.ICMP = wire.ICMP{V6: v6, Set: true, Type: uint8(typ), Code: uint8(code), MTU: m.MTU, From: c.Remote}
	s.Seq = wire.Seq(k.Seq + p.isn)
	s.Payload = wire.Pattern(0, k.Len)
	if !m.Quoted {
		s.Seq, s.Payload = wire.Seq(p.isn+c.una), ""
		if c.Una != nil {
			if n, ok := c.Una(p.tuple()); ok {
				s.Seq = n
			}
		}
	}
	return s, nil
}

// take takes a packet off the interface for the line that is performed.
func (c *Comparator) take() {
	if c.Asked != nil {
		c.Asked(c.Out[0])
	}
	c.Out = c.Out[1:]
}
