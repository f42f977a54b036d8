package wire

import "net/netip"

// Part says to which part of a packet a field belongs.
type Part string

// The parts of a packet.
const (
	PartIP     Part = "ip"
	PartTCP    Part = "tcp"
	PartOption Part = "option"
	PartICMP   Part = "icmp"
	PartQuote  Part = "quote" // the start of the packet that an ICMP error is about
	PartData   Part = "data"
)

// Field is one field of a packet, by where it stands.
type Field struct {
	Name  string // "seq"; of an option's kind and length: the option's name
	Part  Part
	At    int    // its first bit, counted from the start of the packet
	Bits  int    // how long it is
	Value uint64 // of fields of up to 64 bits
	Wrong Wrong
	Right uint64 // of a wrong checksum: what it would have to be
}

// Wrong is what is the matter with a field; "": nothing.
type Wrong string

// What can be wrong.
const (
	WrongChecksum Wrong = "checksum"
	WrongLength   Wrong = "length"  // a length that cannot be true: reading ends here
	WrongSize     Wrong = "size"    // an option of a length that its kind cannot have: passed over
	WrongKind     Wrong = "unknown" // an option that nobody here knows: passed over
	WrongCut      Wrong = "cut"     // the packet ends within it
	WrongProtocol Wrong = "protocol"
)

// column is one field of a fixed header. The fields of a header follow each other
// without a gap, in the order of its diagram.
type column struct {
	name string
	bits int
}

// The fixed headers (RFC 791 §3.1 and RFC 2474 §3, RFC 8200 §3, RFC 9293 §3.1, RFC 792).
var (
	ipv4Columns = []column{
		{"version", 4}, {"ihl", 4}, {"dscp", 6}, {"ecn", 2}, {"total-length", 16}, {"identification", 16}, {"ip-flags", 3}, {"fragment-offset", 13},
		{"ttl", 8}, {"protocol", 8}, {"ip-checksum", 16}, {"src", 32}, {"dst", 32},
	}
	ipv6Columns = []column{
		{"version", 4}, {"dscp", 6}, {"ecn", 2}, {"flow-label", 20}, {"payload-length", 16}, {"protocol", 8}, {"ttl", 8}, {"src", 128}, {"dst", 128},
	}
	tcpColumns = []column{
		{"sport", 16}, {"dport", 16}, {"seq", 32}, {"ack", 32}, {"offset", 4}, {"reserved", 3}, {"flags", 9}, {"win", 16}, {"checksum", 16}, {"urg", 16},
	}
	icmpColumns = []column{{"icmp-type", 8}, {"icmp-code", 8}, {"checksum", 16}, {"icmp-rest", 32}}
)

// Fields takes a packet apart, as a receiver would, into fields that cover every
// bit of it once. What cannot be read is one field that says why.
func Fields(b []byte) []Field {
	r := &reading{b: b, quoted: false}
	r.packet(len(b))
	return r.all
}

// reading is a packet while it is taken apart.
type reading struct {
	b      []byte
	at     int // bits read
	quoted bool
	all    []Field
}

func (r *reading) part(p Part) Part {
	if r.quoted {
		return PartQuote
	}
	return p
}

// take reads the next field; one that the packet ends within is cut.
func (r *reading) take(p Part, name string, bits int) *Field {
	f := Field{Name: name, Part: r.part(p), At: r.at, Bits: bits}
	if left := len(r.b)*8 - r.at; bits > left {
		f.Bits, f.Wrong = left, WrongCut
	}
	if f.Bits <= 64 {
		for i := range f.Bits {
			bit := r.at + i
			f.Value = f.Value<<1 | uint64(r.b[bit/8]>>(7-bit%8)&1)
		}
	}
	r.at += f.Bits
	if f.Bits == 0 {
		return &Field{Wrong: WrongCut}
	}
	r.all = append(r.all, f)
	return &r.all[len(r.all)-1]
}

func (r *reading) columns(p Part, cols []column) {
	for _, c := range cols {
		r.take(p, c.name, c.bits)
	}
}

// rest makes one field of everything up to a byte.
func (r *reading) rest(p Part, name string, end int, wrong Wrong) {
	if bits := end*8 - r.at; bits > 0 {
		r.take(p, name, bits).Wrong = wrong
	}
}

// find returns a field that has been read, by its name, the latest first.
func (r *reading) find(name string) *Field {
	for i := len(r.all) - 1; i >= 0; i-- {
		if r.all[i].Name == name {
			return &r.all[i]
		}
	}
	return &Field{}
}

// packet reads an IP packet that ends at a byte.
func (r *reading) packet(end int) {
	start := r.at / 8
	if start >= end {
		return
	}
	if r.b[start]>>4 == 6 {
		r.columns(PartIP, ipv6Columns)
	} else {
		r.columns(PartIP, ipv4Columns)
		if more := start + int(r.find("ihl").Value)*4; more > r.at/8 && more <= end {
			r.rest(PartIP, "ip-options", more, "")
		}
		if head := r.b[start:min(r.at/8, end)]; len(head) >= ipv4Len && Checksum(0, head) != 0 {
			r.wrongSum("ip-checksum", head, 10, 0)
		}
	}
	switch r.find("protocol").Value {
	case protoTCP:
		r.segment(start, end)
	case protoICMP, protoICMPv6:
		r.columns(PartICMP, icmpColumns)
		if !r.quoted {
			r.quoted = true
			r.packet(end)
		}
	default:
		r.rest(PartData, "payload", end, WrongProtocol)
	}
}

// segment reads a TCP segment, whose IP header begins at ip.
func (r *reading) segment(ip, end int) {
	start := r.at / 8
	r.columns(PartTCP, tcpColumns)
	head := start + int(r.find("offset").Value)*4
	switch {
	case r.at/8-start < tcpLen: // cut short
	case head < start+tcpLen || head > end && !r.quoted:
		r.find("offset").Wrong = WrongLength
	default:
		r.options(min(head, end))
	}
	if !r.quoted {
		if t := r.b[start:end]; len(t) >= tcpLen {
			src, dst := addresses(r.b[ip:])
			if pseudo := PseudoSum(src, dst, protoTCP, len(t)); Checksum(pseudo, t) != 0 {
				r.wrongSum("checksum", t, 16, pseudo)
			}
		}
	}
	r.rest(PartData, "payload", end, "")
}

// wrongSum marks a checksum at a byte of a header, with what it would have to be.
func (r *reading) wrongSum(name string, over []byte, at int, start uint32) {
	blank := append([]byte(nil), over...)
	blank[at], blank[at+1] = 0, 0
	f := r.find(name)
	f.Wrong, f.Right = WrongChecksum, uint64(Checksum(start, blank))
}

func addresses(ip []byte) (src, dst netip.Addr) {
	if ip[0]>>4 == 6 {
		return netip.AddrFrom16([16]byte(ip[8:])), netip.AddrFrom16([16]byte(ip[24:]))
	}
	return netip.AddrFrom4([4]byte(ip[12:])), netip.AddrFrom4([4]byte(ip[16:]))
}

// optionShapes are the options that are known: of how many bytes their value is, and
// its fields. An option whose value repeats a pattern has the pattern's fields.
var optionShapes = map[byte]struct {
	name   string
	fields []column
	many   bool // the fields come again and again
	least  int  // the least and most bytes of the value
	most   int
}{
	kindMSS:      {"mss", []column{{"mss-value", 16}}, false, 2, 2},
	kindWScale:   {"wscale", []column{{"wscale-value", 8}}, false, 1, 1},
	kindSackOK:   {"sackok", nil, false, 0, 0},
	kindSack:     {"sack", []column{{"sack-left", 32}, {"sack-right", 32}}, true, 8, 32},
	kindTS:       {"ts", []column{{"tsval", 32}, {"tsecr", 32}}, false, 8, 8},
	kindMD5:      {"md5", []column{{"digest", 128}}, false, 16, 16},
	kindFastOpen: {"fastopen", nil, false, 0, 16},
	kindAccECN0:  {"accecn0", []column{{"accecn-counter", 24}}, true, 0, 9},
	kindAccECN1:  {"accecn1", []column{{"accecn-counter", 24}}, true, 0, 9},
	kindExp:      {"experiment", []column{{"magic", 16}}, false, 2, 38},
}

// options reads the options, which end before a byte.
func (r *reading) options(end int) {
	for r.at/8 < min(end, len(r.b)) {
		at := r.at / 8
		kind := r.b[at]
		if kind == kindEOL {
			r.take(PartOption, "eol", 8)
			r.rest(PartOption, "padding", min(end, len(r.b)), "")
			return
		}
		if kind == kindNOP {
			r.take(PartOption, "nop", 8)
			continue
		}
		if at+1 >= len(r.b) || r.b[at+1] < 2 || at+int(r.b[at+1]) > end {
			r.rest(PartOption, "unreadable", min(end, len(r.b)), WrongLength)
			return
		}
		r.option(kind, at+int(r.b[at+1]))
	}
}

// option reads one option that ends before a byte.
func (r *reading) option(kind byte, end int) {
	shape, known := optionShapes[kind]
	size := end - r.at/8 - 2
	end = min(end, len(r.b))
	switch {
	case !known:
		r.take(PartOption, "unknown", 16).Wrong = WrongKind
		r.rest(PartOption, "raw", end, "")
	case size < shape.least || size > shape.most || shape.many && len(shape.fields) > 0 && size*8%width(shape.fields) != 0:
		r.take(PartOption, shape.name, 16).Wrong = WrongSize
		r.rest(PartOption, "raw", end, "")
	default:
		r.take(PartOption, shape.name, 16)
		for first := true; r.at/8 < end && (first || shape.many); first = false {
			r.columns(PartOption, shape.fields)
		}
		r.rest(PartOption, optionTail(kind), end, "")
	}
}

// optionTail is what stands in an option behind its numbers.
func optionTail(kind byte) string {
	if kind == kindFastOpen || kind == kindExp {
		return "cookie"
	}
	return "raw"
}

func width(cols []column) (bits int) {
	for _, c := range cols {
		bits += c.bits
	}
	return bits
}
