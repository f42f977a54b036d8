package trace

import "wirestep/engine/sim"

// Op is the comparison of a check.
type Op uint8

// The comparisons. Those on sequence numbers are circular; their operands are
// recorded relative to the initial sequence number, so they read as plain sums.
const (
	OpEQ Op = iota
	OpNE
	OpLT
	OpLE
	OpGT
	OpGE
	OpTrue // L alone: a flag or a condition with a name
)

var opNames = [...]string{"=", "≠", "<", "≤", ">", "≥", ""}

func (o Op) String() string { return opNames[o] }

// Check is a comparison that was executed: names, operands, answer.
type Check struct {
	L, R string // names as the reader knows them: "SND.UNA", "tcp_retries2"
	A, B int64
	Op   Op
	Unit Unit
	OK   bool
}

// Integer is what may be compared.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// Eq records a = b.
func Eq[T, S Integer](l string, a T, r string, b S) Check {
	return Check{L: l, A: int64(a), Op: OpEQ, R: r, B: int64(b), OK: int64(a) == int64(b)}
}

// Ne records a ≠ b.
func Ne[T, S Integer](l string, a T, r string, b S) Check {
	return Check{L: l, A: int64(a), Op: OpNE, R: r, B: int64(b), OK: int64(a) != int64(b)}
}

// Lt records a < b.
func Lt[T, S Integer](l string, a T, r string, b S) Check {
	return Check{L: l, A: int64(a), Op: OpLT, R: r, B: int64(b), OK: int64(a) < int64(b)}
}

// Le records a ≤ b.
func Le[T, S Integer](l string, a T, r string, b S) Check {
	return Check{L: l, A: int64(a), Op: OpLE, R: r, B: int64(b), OK: int64(a) <= int64(b)}
}

// Gt records a > b.
func Gt[T, S Integer](l string, a T, r string, b S) Check {
	return Check{L: l, A: int64(a), Op: OpGT, R: r, B: int64(b), OK: int64(a) > int64(b)}
}

// Ge records a ≥ b.
func Ge[T, S Integer](l string, a T, r string, b S) Check {
	return Check{L: l, A: int64(a), Op: OpGE, R: r, B: int64(b), OK: int64(a) >= int64(b)}
}

// Is records a condition that has a name of its own: "ACK flag set".
func Is(name string, ok bool) Check {
	c := Check{L: name, Op: OpTrue, OK: ok}
	if ok {
		c.A = 1
	}
	return c
}

// In returns the check with the unit of its operands.
func (c Check) In(u Unit) Check { c.Unit = u; return c }

// Dur records a comparison of spans of time.
func Dur(l string, a sim.Duration, op Op, r string, b sim.Duration) Check {
	c := Check{L: l, A: int64(a), Op: op, R: r, B: int64(b), Unit: UnitDuration}
	switch op {
	case OpLT:
		c.OK = a < b
	case OpLE:
		c.OK = a <= b
	case OpGT:
		c.OK = a > b
	case OpGE:
		c.OK = a >= b
	case OpNE:
		c.OK = a != b
	default:
		c.OK = a == b
	}
	return c
}
