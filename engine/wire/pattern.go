package wire

import "strings"

// PatternMax is how many bytes Pattern gives away for free.
const PatternMax = 64 << 10

// pattern is two turns of a pattern of PatternMax bytes, so that every stretch
// of that length is one slice of it. Each 16 bytes begin with the number of
// their place, modulo 64 KiB, in hexadecimal with a for 0 and p for 15: a reader
// of a capture sees where he is, and data delivered at the wrong place does not
// compare equal. Analysers take nothing of it for a message of the protocol that
// a port stands for: a colon would make headers of its lines, the digit 0 a
// message of LDAP or MQTT, and without line ends they would wait for one.
var pattern = func() string {
	const hex = "abcdefghijklmnop"
	var b strings.Builder
	b.Grow(2 * PatternMax)
	for i := 0; i < 2*PatternMax; i += 16 {
		b.Write([]byte{hex[i>>12&15], hex[i>>8&15], hex[i>>4&15], hex[i&15]})
		b.WriteString("ABCDEFGHIJK\n")
	}
	return b.String()
}()

// Pattern returns n bytes of the known pattern from offset off of a stream.
// Up to PatternMax bytes are a slice of one constant and cost nothing; for more
// than that take the data in chunks.
func Pattern(off uint64, n int) string {
	at := int(off % PatternMax)
	if n <= PatternMax {
		return pattern[at : at+n]
	}
	return pattern[at:at+PatternMax] + strings.Repeat(pattern[at:at+PatternMax], n/PatternMax)[:n-PatternMax]
}
