package wire

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// flagLetters are the letters of tcpdump, in the order of the header's bits.
const flagLetters = "FSRP.UEWA"

// flagOrder is the order in which they are printed.
var flagOrder = [...]Flags{FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, AE}

// String spells the flags as tcpdump and packetdrill do: "S", "S.", "FP.",
// "SEW"; without any flag "-".
func (f Flags) String() string {
	var b [len(flagOrder)]byte
	n := 0
	for i, bit := range flagOrder {
		if f.Has(bit) {
			b[n] = flagLetters[i]
			n++
		}
	}
	if n == 0 {
		return "-"
	}
	return string(b[:n])
}

var letterFlags = map[rune]Flags{'F': FIN, 'S': SYN, 'R': RST, 'P': PSH, '.': ACK, 'U': URG, 'E': ECE, 'W': CWR, 'A': AE}

// ParseFlags reads the letters in any order. A digit 0 to 7 sets the three ECN
// bits as the counter that Accurate ECN makes of them. "-" and "none" are no flags.
func ParseFlags(s string) (Flags, error) {
	if s == "-" || s == "none" {
		return 0, nil
	}
	var f Flags
	for _, c := range s {
		bit, ok := letterFlags[c]
		if !ok && c >= '0' && c <= '7' {
			bit, ok = Flags(c-'0')*ECE, true
			// ECE, CWR and AE are neighbours, the lowest bit of the counter first.
		}
		if !ok {
			return 0, fmt.Errorf("flags %q: no flag %q; expected letters of %s, or -", s, c, flagLetters)
		}
		f |= bit
	}
	if s == "" {
		return 0, fmt.Errorf("flags: nothing; expected letters of %s, or -", flagLetters)
	}
	return f, nil
}

// Format spells the segment as packetdrill does, with sequence numbers less
// relSeq and acknowledgement numbers, also those in SACK blocks, less relAck:
//
//	S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 2 ecr 1,nop,wscale 7>
//
// As there, the second number counts the payload only. With the sender's initial
// sequence number as relSeq and the receiver's as relAck a SYN is at 0.
func (s *Segment) Format(relSeq, relAck Seq) string {
	var b strings.Builder
	if s.ICMP.Set {
		b.WriteString(s.ICMP.text())
		fmt.Fprintf(&b, " [%d:%d(%d)]", uint32(s.Seq-relSeq), uint32(s.Seq-relSeq)+uint32(len(s.Payload)), len(s.Payload))
		return b.String()
	}
	if s.ECN != NotECT {
		b.WriteString("[" + s.ECN.String() + "] ")
	}
	from := s.Seq - relSeq
	fmt.Fprintf(&b, "%s %d:%d(%d)", s.Flags, from, from+Seq(len(s.Payload)), len(s.Payload))
	if s.Flags.Has(ACK) {
		b.WriteString(" ack " + dec(uint32(s.Ack-relAck)))
	}
	b.WriteString(" win " + dec(uint32(s.Win)))
	if s.Flags.Has(URG) {
		b.WriteString(" urg " + dec(uint32(s.Urg)))
	}
	if o := s.Opts.text(relAck); o != "" {
		b.WriteString(" <" + o + ">")
	}
	if s.BadSum {
		b.WriteString(" bad checksum")
	}
	return b.String()
}

var ecnNames = [...]string{"noecn", "ect1", "ect0", "ce"}

func (e ECN) String() string { return ecnNames[e&3] }

// ParseECN returns the code point with this name.
func ParseECN(s string) (ECN, bool) {
	for i, n := range ecnNames {
		if n == s {
			return ECN(i), true
		}
	}
	return 0, false
}

// icmpNames are packetdrill's words for the errors that concern TCP.
var icmpNames = map[[3]uint8]string{
	{4, 3, 0}: "unreachable net", {4, 3, 1}: "unreachable host", {4, 3, 2}: "unreachable protocol",
	{4, 3, 3}: "unreachable port", {4, 3, 4}: "unreachable frag_needed", {4, 3, 5}: "unreachable source_route_failed",
	{4, 3, 13}: "unreachable admin_prohibited", {4, 11, 0}: "time_exceeded ttl", {4, 4, 0}: "source_quench",
	{6, 1, 0}: "unreachable no_route", {6, 1, 1}: "unreachable admin_prohibited", {6, 1, 3}: "unreachable addr",
	{6, 1, 4}: "unreachable port", {6, 2, 0}: "packet_too_big", {6, 3, 0}: "time_exceeded hop_limit",
}

func (i ICMP) text() string {
	family := uint8(4)
	if i.V6 {
		family = 6
	}
	name, ok := icmpNames[[3]uint8{family, i.Type, i.Code}]
	if !ok {
		name = fmt.Sprintf("type %d code %d", i.Type, i.Code)
	}
	if i.MTU != 0 {
		name += " mtu " + dec(i.MTU)
	}
	return "icmp " + name
}

// String spells the options as packetdrill does, with the padding that Linux
// puts between them: "mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7".
func (o *Options) String() string { return o.text(0) }

// Relative spells the options with SACK blocks counted from rel.
func (o *Options) Relative(rel Seq) string { return o.text(rel) }

// text is String with the edges of SACK blocks relative to rel. It prints what
// append lays out, so that the text cannot tell another story than the bytes.
func (o *Options) text(rel Seq) string {
	var items []string
	for kind, v := range walkOptions(o.append(nil)) {
		items = append(items, optionText(kind, v, rel))
	}
	return strings.Join(items, ",")
}

func optionText(kind byte, v []byte, rel Seq) string {
	one := parseOptions(append([]byte{kind, byte(2 + len(v))}, v...))
	switch {
	case kind == kindNOP:
		return "nop"
	case one.On(HasMSS):
		return "mss " + dec(uint32(one.MSS))
	case one.On(HasWScale):
		return "wscale " + dec(uint32(one.WScale))
	case one.On(HasSackOK):
		return "sackOK"
	case one.On(HasTS):
		return "TS val " + dec(one.TSVal) + " ecr " + dec(one.TSEcr)
	case one.On(HasSack):
		s := "sack"
		for _, k := range one.Blocks() {
			s += " " + dec(uint32(k.Start-rel)) + ":" + dec(uint32(k.End-rel))
		}
		return s
	case one.On(HasFastOpen):
		name := "FO"
		if one.FOExp {
			name = "FOEXP"
		}
		return strings.TrimSuffix(name+" "+hex.EncodeToString(one.FOCookie[:one.FOCookieN]), " ")
	case one.On(HasMD5):
		return "md5"
	case one.On(HasAccECN):
		return accECNText(one.ECN)
	case kind == kindExp && len(v) >= 2:
		return fmt.Sprintf("exp-%04x 0x%s", binary.BigEndian.Uint16(v), hex.EncodeToString(v[2:]))
	}
	return fmt.Sprintf("unknown-%d 0x%s", kind, hex.EncodeToString(v))
}

func accECNText(e AccECN) string {
	parts := [3]string{"e0b " + dec(e.B0), "ceb " + dec(e.CE), "e1b " + dec(e.B1)}
	if e.Order == 1 {
		parts[0], parts[2] = parts[2], parts[0]
	}
	return strings.Join(append([]string{"ECN"}, parts[:e.N]...), " ")
}

func dec(n uint32) string { return strconv.FormatUint(uint64(n), 10) }
