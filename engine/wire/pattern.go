package wire

import "strings"

// PatternMax is how many bytes Pattern gives away for free.
const PatternMax = 64 << 10

// pattern is two turns of a pattern of PatternMax bytes, so that every stretch
// of that length is one slice of it. Each 16 bytes begin with the number of
// their place, modulo 64 KiB: a reader of a capture sees where he is, and data
// delivered at the wrong place does not compare equal.
var pattern = func() string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	b.Grow(2 * PatternMax)
	for i := 0; i < 2*PatternMax; i += 16 {
		b.Write([]byte{hex[i>>12&15], hex[i>>8&15], hex[i>>4&15], hex[i&15]})
		b.WriteString(":abcdefghij\n")
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
