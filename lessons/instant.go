package lessons

import (
	"strconv"
	"strings"

	"wirestep/engine/sim"
)

// spellTime writes an instant exactly, in the unit in which it is a number of at least
// one: 3s, 87.3888ms.
func spellTime(ns int64) string {
	sign := ""
	if ns < 0 {
		sign, ns = "-", -ns
	}
	for _, u := range []struct {
		name  string
		worth sim.Duration
	}{{"s", sim.Second}, {"ms", sim.Millisecond}, {"us", sim.Microsecond}} {
		if whole, rest := ns/int64(u.worth), ns%int64(u.worth); whole > 0 {
			s := sign + strconv.FormatInt(whole, 10)
			if rest > 0 {
				digits := strconv.FormatInt(int64(u.worth)+rest, 10)[1:] // with its zeros in front
				s += "." + strings.TrimRight(digits, "0")
			}
			return s + u.name
		}
	}
	if ns == 0 {
		return "0s"
	}
	return sign + strconv.FormatInt(ns, 10) + "ns"
}

// withSpace writes a number and its unit as a text does: 40 ms.
func withSpace(s string) string {
	if m := instantRE.FindStringSubmatch(s); m != nil {
		return strings.TrimSuffix(s, m[3]) + " " + m[3]
	}
	return s
}
