package script

import (
	"encoding/hex"
	"strconv"
	"strings"

	"wirestep/engine/sim"
	"wirestep/engine/wire"
)

func quote(s string) string { return strconv.Quote(s) }

// Seconds prints an instant with six decimals, as scripts have them.
func Seconds(d sim.Duration) string {
	neg := ""
	if d < 0 {
		neg, d = "-", -d
	}
	us := int64((d + sim.Microsecond/2) / sim.Microsecond)
	frac := strconv.FormatInt(us%1_000_000+1_000_000, 10)[1:]
	return neg + strconv.FormatInt(us/1_000_000, 10) + "." + frac
}

// SpellOptions spells option bytes as a script does.
func SpellOptions(b []byte) string {
	var items []string
	for i := 0; i < len(b); {
		kind, n := b[i], 1
		if kind != OptNOP && kind != OptEOL {
			if i+1 >= len(b) || b[i+1] < 2 || i+int(b[i+1]) > len(b) {
				items = append(items, "malformed "+strconv.Itoa(int(kind)))
				break
			}
			n = int(b[i+1])
		}
		items = append(items, spellOption(kind, b[i:i+n]))
		i += n
	}
	return strings.Join(items, ",")
}

func spellOption(kind byte, b []byte) string {
	if kind == OptNOP {
		return "nop"
	}
	if kind == OptEOL {
		return "eol"
	}
	o := wire.ParseOptions(b)
	text := o.String()
	if o.Has == 0 {
		return "kind " + strconv.Itoa(int(kind)) + " " + hex.EncodeToString(b[2:])
	}
	for strings.HasPrefix(text, "nop,") { // the padding that the layout puts before it
		text = text[len("nop,"):]
	}
	for strings.HasSuffix(text, ",nop") {
		text = strings.TrimSuffix(text, ",nop")
	}
	return text
}

// spellFlags writes flags with the point of an ACK behind the others, as packetdrill
// wants them.
func spellFlags(f wire.Flags) string {
	text := f.String()
	if f.Has(wire.ACK) && !strings.HasSuffix(text, ".") && strings.Trim(text, "SFRPUEWA.") == "" {
		text = strings.Replace(text, ".", "", 1) + "."
	}
	return text
}

// Spell writes a packet with the numbers of a script. win tells whether the
// window is said.
func Spell(ecn string, f wire.Flags, seq uint32, length int, hasAck bool, ack uint32, win, urg int, opts string) string {
	var b strings.Builder
	if ecn != "" {
		b.WriteString("[" + ecn + "] ")
	}
	b.WriteString(spellFlags(f))
	b.WriteString(" " + u32(seq) + ":" + u32(seq+uint32(length)) + "(" + strconv.Itoa(length) + ")")
	if hasAck {
		b.WriteString(" ack " + u32(ack))
	}
	if win >= 0 {
		b.WriteString(" win " + strconv.Itoa(win))
	}
	if urg > 0 {
		b.WriteString(" urg " + strconv.Itoa(urg))
	}
	if opts != "" {
		b.WriteString(" <" + opts + ">")
	}
	return b.String()
}

func u32(n uint32) string { return strconv.FormatUint(uint64(n), 10) }

// SpellSegment spells a segment as a script does, once the numbers in it are the
// script's. win tells whether the window is said.
func SpellSegment(s *wire.Segment, win bool) string {
	w := -1
	if win {
		w = int(s.Win)
	}
	return Spell("", s.Flags, uint32(s.Seq), len(s.Payload), s.Flags.Has(wire.ACK), uint32(s.Ack), w, int(s.Urg), SpellOptions(s.Opts.Bytes()))
}

// String spells what a packet line says.
func (k *Packet) String() string {
	opts := ""
	if k.AnyOpts {
		opts = "..."
	} else if len(k.Opts) > 0 {
		opts = SpellOptions(k.OptionBytes())
	}
	return Spell(k.ECN, k.Flags, k.Seq, k.Len, k.HasAck, k.Ack, k.Win, k.Urg, opts)
}
