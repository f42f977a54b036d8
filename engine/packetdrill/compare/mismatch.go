package compare

import "fmt"

// Kind is how something differs from what a line expects.
type Kind uint8

// The kinds.
const (
	Other   Kind = iota // it is not about a packet, or the line cannot be done
	Missing             // nothing came
	Late
	Early
	Fields // another packet came
)

// Mismatch says why a line does not hold.
type Mismatch struct {
	Expected, Got string
	Kind          Kind
}

// Failf is a mismatch that is not about a packet.
func Failf(expected, format string, a ...any) *Mismatch {
	return mismatch(Other, expected, format, a...)
}

func mismatch(kind Kind, expected, format string, a ...any) *Mismatch {
	return &Mismatch{expected, fmt.Sprintf(format, a...), kind}
}
