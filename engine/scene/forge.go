package scene

import (
	"net/netip"
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/wire"
)

// readForge reads: client > server flags=R seq=1 [abs] [ack=1] ….
func readForge(l *line, op *engine.Op) {
	from := l.host()
	l.need(">")
	to := l.host()
	if l.err == nil && from == to {
		l.fail("a segment from %s to itself, expected two hosts", from.Name)
	}
	op.Link.From, op.Link.To = from.Name, to.Name
	op.Rel = true
	g := &op.Forge
	g.Src.Addr, g.Dst.Addr = from.Addr, to.Addr
	var seen []string
	for l.more() {
		key := l.word("a field such as flags=R")
		for _, s := range seen {
			if s == key {
				l.fail("%s stands here a second time, expected it once", key)
			}
		}
		seen = append(seen, key)
		switch key {
		case "abs":
			op.Rel = false
		case "sackok":
			g.Opts.Has |= wire.HasSackOK
		case "md5":
			g.Opts.Has |= wire.HasMD5
		case "badsum":
			g.BadSum = true
		case "fo", "foexp":
			l.fastOpen(key, g)
		default:
			l.need("=")
			if !l.many(key, op) {
				l.forgeField(key, g)
			}
		}
	}
	l.family(op, from, to)
	if l.err == nil && len(seen) == 0 {
		l.fail("%s, expected at least flags=…", l.here())
	}
}

const forgeFields = "flags, ecn, seq, abs, ack, win, urg, len, payload, mss, wscale, sackok, md5, tsval, tsecr, sack, fo, foexp, from, to, ttl, badsum, icmp, count, every or stride"

func (l *line) forgeField(key string, g *wire.Segment) {
	switch key {
	case "flags":
		g.Flags = each(l, "flags such as S, P. or R", wire.ParseFlags)
	case "ecn":
		g.ECN = each(l, "noecn, ect0, ect1 or ce", parseECN)
	case "seq":
		g.Seq = wire.Seq(l.wrap(key))
	case "ack":
		g.Ack = wire.Seq(l.wrap(key))
	case "win":
		g.Win = uint16(l.int("a window", 0, 65535))
	case "urg":
		g.Urg = uint16(l.int("an urgent pointer", 0, 65535))
	case "len":
		l.noPayload(g)
		g.Payload = wire.Pattern(0, int(l.int("a length", 0, maxSegment)))
	case "payload":
		l.noPayload(g)
		if g.Payload = l.text("the payload"); len(g.Payload) > maxSegment {
			l.fail("the payload has %d bytes, expected at most %d", len(g.Payload), maxSegment)
		}
	case "mss":
		g.Opts.Has |= wire.HasMSS
		g.Opts.MSS = uint16(l.int("a segment size", 0, 65535))
	case "wscale":
		g.Opts.Has |= wire.HasWScale
		g.Opts.WScale = uint8(l.int("a shift", 0, 255))
	case "tsval":
		g.Opts.Has |= wire.HasTS
		g.Opts.TSVal = uint32(l.int("a timestamp", 0, 1<<32-1))
	case "tsecr":
		g.Opts.Has |= wire.HasTS
		g.Opts.TSEcr = uint32(l.int("a timestamp", 0, 1<<32-1))
	case "sack":
		l.sack(g)
	case "from":
		g.Src = each(l, "an address and a port", l.endpoint)
	case "to":
		g.Dst = each(l, "an address and a port", l.endpoint)
	case "ttl":
		g.TTL = uint8(l.int("a number of hops", 1, 255))
	case "icmp":
		l.icmp(g)
	default:
		l.fail("%q is no field of a segment, expected %s", key, forgeFields)
	}
}

// many reads what makes a flood or a sweep out of a segment; false: key is not
// about that.
func (l *line) many(key string, op *engine.Op) bool {
	m := &op.Many
	switch key {
	case "count":
		m.Count = int(l.int("a number of segments", 1, maxForged))
	case "every":
		m.Every = l.span()
	case "stride":
		m.Stride = l.wrap(key)
	case "from":
		if !strings.Contains(l.peek(), "/") {
			return false
		}
		m.Net, m.Ports = l.pool()
		op.Forge.Src = wire.Endpoint{Addr: m.Net.Addr(), Port: m.Ports.Low}
	default:
		return false
	}
	return true
}

// pool reads addresses and ports: 10.9.0.0/16:1024-65535 or [fd09::]/64:1024.
func (l *line) pool() (p netip.Prefix, r engine.PortRange) {
	const want = "%q, expected a network and ports such as 10.9.0.0/16:1024-65535"
	w := l.word("a network and ports")
	i := strings.LastIndexByte(w, ':')
	if i < 0 {
		l.fail(want, w)
		return
	}
	p, err := netip.ParsePrefix(strings.NewReplacer("[", "", "]", "").Replace(w[:i]))
	a, b, two := strings.Cut(w[i+1:], "-")
	if !two {
		b = a
	}
	low, err1 := strconv.ParseUint(a, 10, 16)
	high, err2 := strconv.ParseUint(b, 10, 16)
	if err != nil || err1 != nil || err2 != nil || low < 1 || low > high || p.Addr().Is4In6() || p.Addr().IsMulticast() {
		l.fail(want, w)
		return
	}
	return p.Masked(), engine.PortRange{Low: uint16(low), High: uint16(high)}
}

// family lets both ends be of the family that one of them was given in.
func (l *line) family(op *engine.Op, from, to *engine.HostSpec) {
	g := &op.Forge
	if g.Src.Addr.Is4() && g.Dst.Addr.Is6() && g.Src.Port == 0 && from.Addr6.IsValid() {
		g.Src.Addr = from.Addr6
	}
	if g.Src.Addr.Is6() && g.Dst.Addr.Is4() && g.Dst.Port == 0 && to.Addr6.IsValid() {
		g.Dst.Addr = to.Addr6
	}
	g.ICMP.V6 = g.ICMP.Set && g.Src.Addr.Is6()
	if l.err == nil && g.Src.Addr.Is4() != g.Dst.Addr.Is4() {
		l.fail("a segment from %s to %s, expected two addresses of one family", g.Src.Addr, g.Dst.Addr)
	}
}

func parseECN(s string) (wire.ECN, error) {
	e, ok := wire.ParseECN(s)
	if !ok {
		return 0, sayf("%q is no ECN field, expected noecn, ect0, ect1 or ce", s)
	}
	return e, nil
}

// wrap reads a sequence number: one below 0 stands before the initial number.
func (l *line) wrap(what string) uint32 {
	return uint32(l.int("a number for "+what, -1<<31, 1<<32-1))
}

func (l *line) noPayload(g *wire.Segment) {
	if g.Payload != "" {
		l.fail("both len and payload, expected one of them")
	}
}

// endpoint wants both halves: what is left out altogether means the flow's own.
func (l *line) endpoint(s string) (wire.Endpoint, error) {
	e, _, err := parseEndpoint(s, l.sc)
	if err == nil && (!e.Addr.IsValid() || e.Port == 0) {
		err = sayf("%q is incomplete, expected an address and a port such as 10.0.0.9:1234", s)
	}
	return e, err
}

// sack reads up to four blocks: sack=1001:2001/3001:4001.
func (l *line) sack(g *wire.Segment) {
	g.Opts.Has |= wire.HasSack
	w := l.word("blocks such as 1001:2001")
	for _, part := range strings.Split(w, "/") {
		a, b, ok := strings.Cut(part, ":")
		start, err1 := strconv.ParseUint(a, 10, 32)
		end, err2 := strconv.ParseUint(b, 10, 32)
		if !ok || err1 != nil || err2 != nil || g.Opts.SackN == 4 {
			l.fail("%q, expected one to four blocks such as 1001:2001/3001:4001", w)
			return
		}
		g.Opts.Sack[g.Opts.SackN] = wire.SackBlock{Start: wire.Seq(start), End: wire.Seq(end)}
		g.Opts.SackN++
	}
}

// fastOpen reads the Fast Open option: a cookie after "=", or none to ask for one.
func (l *line) fastOpen(key string, g *wire.Segment) {
	cookie := "ask"
	if l.take("=") {
		cookie = l.word("a cookie such as 0123456789abcdef")
	}
	l.blame(l.i-1, g.Opts.SetFastOpen(cookie))
	g.Opts.FOExp = key == "foexp"
}

// icmp reads type/code[/mtu]: the segment is then an error about one that the
// receiver sent.
func (l *line) icmp(g *wire.Segment) {
	w := l.word("a type and a code such as 3/1")
	parts := strings.Split(w, "/")
	var n [3]uint64
	for i, s := range parts {
		v, err := strconv.ParseUint(s, 10, 16)
		if err != nil || i > 2 || i < 2 && v > 255 || len(parts) < 2 {
			l.fail("%q, expected type/code or type/code/mtu such as 3/1 or 3/4/1400", w)
			return
		}
		n[i] = v
	}
	g.ICMP = wire.ICMP{Set: true, V6: g.Src.Addr.Is6(), Type: uint8(n[0]), Code: uint8(n[1]), MTU: uint32(n[2])}
}

// How an edit spells its value.
var editFields = [...]struct {
	name string
	low  int64
	high int64
	sign bool // a value with a sign is added
}{
	{"seq", -1 << 31, 1<<32 - 1, true},
	{"ack", -1 << 31, 1<<32 - 1, true},
	{"win", -65535, 65535, true},
	{"urg", 0, 65535, false},
	{"mss", 0, 65535, false},
	{"wscale", 0, 255, false},
	{"sackok", 0, 1, false},
	{"fo", 0, 0, false},
	{"tsval", -1 << 31, 1<<32 - 1, true},
	{"tsecr", -1 << 31, 1<<32 - 1, true},
	{"sport", 0, 65535, false},
	{"dport", 0, 65535, false},
	{"ecn", 0, 0, false},
	{"flags", 0, 0, false},
	{"src", 0, 0, false},
	{"dst", 0, 0, false},
	{"payload", 0, 0, false},
}

// readEdit reads: TARGET seq=+100 win=0 ….
func readEdit(l *line, op *engine.Op) {
	op.Target = l.target()
	for l.more() {
		e := engine.Edit{Field: l.word("a field such as win=0")}
		for _, o := range op.Edits {
			if o.Field == e.Field {
				l.fail("%s stands here a second time, expected it once", e.Field)
			}
		}
		l.need("=")
		e.Value = l.editValue(e.Field)
		op.Edits = append(op.Edits, e)
	}
	if l.err == nil && len(op.Edits) == 0 {
		l.fail("%s, expected what changes, such as win=0", l.here())
	}
}

func (l *line) editValue(field string) string {
	for _, f := range editFields {
		if f.name != field {
			continue
		}
		switch field {
		case "payload":
			return l.text("the payload")
		case "fo":
			return each(l, "a cookie, ask or none", func(s string) (string, error) {
				var o wire.Options
				return s, o.SetFastOpen(s)
			})
		case "ecn":
			return each(l, "noecn, ect0, ect1 or ce", parseECN).String()
		case "flags":
			return each(l, "flags such as S, P. or R", wire.ParseFlags).String()
		case "src", "dst":
			return each(l, "an address", l.address)
		}
		return l.editNumber(field, f.low, f.high, f.sign)
	}
	var names []string
	for _, f := range editFields {
		names = append(names, f.name)
	}
	l.fail("%q is no field to edit, expected %s", field, oneOf(names))
	return ""
}

func (l *line) editNumber(field string, low, high int64, sign bool) string {
	w := l.word("a number")
	digits := strings.TrimLeft(w, "+-")
	if l.err != nil {
		return ""
	}
	v, err := strconv.ParseInt(strings.TrimPrefix(w, "+"), 10, 64)
	if err != nil || len(w)-len(digits) > 1 || v < low || v > high || len(w) != len(digits) && !sign {
		l.fail("%s=%s, expected a number from %d to %d", field, w, low, high)
	}
	return w
}

func (l *line) address(s string) (string, error) {
	if h := hostNamed(l.sc, s); h != nil {
		return h.Addr.String(), nil
	}
	a, err := parseAddr(s)
	return a.String(), err
}
