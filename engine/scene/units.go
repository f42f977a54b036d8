package scene

import (
	"strconv"
	"strings"

	"wirestep/engine/sim"
)

type unit struct {
	name string
	size int64
}

// From small to large: a value is written in the largest unit that leaves no 0 before its point.
var (
	spans = []unit{{"ns", 1}, {"us", 1000}, {"ms", 1000_000}, {"s", 1000_000_000}, {"m", 60_000_000_000}}
	rates = []unit{{"bit", 1}, {"kbit", 1000}, {"mbit", 1000_000}, {"gbit", 1000_000_000}}
	parts = []unit{{"%", 10_000}} // of a million
)

// quantity reads a decimal number with a unit, exactly.
func quantity(s string, units []unit) (int64, bool) {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
		i++
	}
	for _, u := range units {
		if u.name != s[i:] {
			continue
		}
		whole, frac, point := strings.Cut(s[:i], ".")
		if whole == "" || point && frac == "" || len(whole) > 12 || len(frac) > 12 {
			return 0, false
		}
		v, err := strconv.ParseInt(whole, 10, 64)
		if err != nil || v > (1<<62)/u.size {
			return 0, false
		}
		v *= u.size
		size := u.size
		for _, c := range strings.TrimRight(frac, "0") {
			if size%10 != 0 {
				return 0, false
			}
			size /= 10
			v += int64(c-'0') * size
		}
		return v, true
	}
	return 0, false
}

// written writes v in a unit, with a decimal fraction where one is needed.
func written(v int64, u unit) string {
	s := strconv.FormatInt(v/u.size, 10)
	if rest := v % u.size; rest != 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(rest+u.size, 10)[1:], "0")
	}
	return s + u.name
}

func parseSpan(s string) (sim.Duration, error) {
	v, ok := quantity(s, spans)
	switch {
	case !ok:
		return 0, sayf("%q is not a time, expected one such as 20ms, 1.5s or 2m", s)
	case v > int64(maxSpan):
		return 0, sayf("%s is too long, expected at most %s", s, formatSpan(maxSpan))
	}
	return sim.Duration(v), nil
}

func formatSpan(d sim.Duration) string {
	if d == 0 {
		return "0s"
	}
	if d >= sim.Minute && d%sim.Minute == 0 {
		return strconv.FormatInt(int64(d/sim.Minute), 10) + "m"
	}
	i := 3
	for i > 0 && int64(d) < spans[i].size {
		i--
	}
	return written(int64(d), spans[i])
}

func formatAt(t sim.Time) string { return sim.Duration(t).Seconds() + "s" }

func parseRate(s string) (uint64, error) {
	v, ok := quantity(s, rates)
	if !ok || v == 0 || v > maxRate {
		return 0, sayf("%q is not a rate, expected one such as 64kbit, 100mbit or 1.5gbit, up to 1000gbit", s)
	}
	return uint64(v), nil
}

func formatRate(r uint64) string {
	i := len(rates) - 1
	for i > 0 && int64(r) < rates[i].size {
		i--
	}
	return written(int64(r), rates[i])
}

func parsePart(s string) (uint32, error) {
	v, ok := quantity(s, parts)
	if !ok || v > 1_000_000 {
		return 0, sayf("%q is not a share, expected one such as 1%% or 0.05%%, up to 100%%", s)
	}
	return uint32(v), nil
}

func formatPart(ppm uint32) string { return written(int64(ppm), parts[0]) }

// ordinal writes 1st, 2nd, 3rd, 11th.
func ordinal(n int) string {
	s := strconv.Itoa(n)
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			return s + "st"
		case 2:
			return s + "nd"
		case 3:
			return s + "rd"
		}
	}
	return s + "th"
}

func parseOrdinal(s string) (int, bool) {
	for _, end := range [...]string{"st", "nd", "rd", "th"} {
		if digits, ok := strings.CutSuffix(s, end); ok {
			n, err := strconv.Atoi(digits)
			return n, err == nil && n > 0 && n <= maxLoop
		}
	}
	return 0, false
}
