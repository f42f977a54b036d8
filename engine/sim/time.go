package sim

import "strconv"

// Time is an instant of virtual time, in nanoseconds since the scene began.
type Time int64

// Duration is a span of virtual time, in nanoseconds.
type Duration int64

// Never is the deadline of a timer that is off.
const Never Time = 1<<63 - 1

// The usual spans.
const (
	Nanosecond  Duration = 1
	Microsecond          = 1000 * Nanosecond
	Millisecond          = 1000 * Microsecond
	Second               = 1000 * Millisecond
	Minute               = 60 * Second
)

// Add returns the instant d after t; Never stays Never.
func (t Time) Add(d Duration) Time {
	if t == Never {
		return Never
	}
	return t + Time(d)
}

// Sub returns the span from u to t.
func (t Time) Sub(u Time) Duration { return Duration(t - u) }

// Seconds prints t as seconds with the digits it needs: "0", "0.02", "1.0295".
// It is exact: two different instants never print alike.
func (t Time) Seconds() string {
	if t == Never {
		return "never"
	}
	return Duration(t).Seconds()
}

// Seconds prints d as seconds with the digits it needs.
func (d Duration) Seconds() string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	whole := strconv.FormatInt(int64(d/Second), 10)
	frac := strconv.FormatInt(int64(d%Second)+int64(Second), 10)[1:]
	for len(frac) > 0 && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	if frac == "" {
		return sign + whole
	}
	return sign + whole + "." + frac
}
