package lessons

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// This file reads answers that people construct. They come as text: "7" or "7,5" for a
// number, "3.2s" or "never" for a place on the axis, "a,b,c" for an order, the number of
// a packet, the number of an event.

// amount is an answer that can be near another: a number in the question's own unit,
// nanoseconds for a time, or never.
type amount struct {
	n     float64
	never bool
}

var numberRE = regexp.MustCompile(`^(-?\d{1,15}(?:[.,]\d{1,9})?) ?([a-z]*)$`)

// parse reads an answer to a question that wants a number or a time.
func (q *Question) parse(s string) (amount, error) {
	s = strings.TrimSpace(s)
	if s == "never" && q.Ask == "time-of" {
		return amount{never: true}, nil
	}
	m := numberRE.FindStringSubmatch(s)
	if m == nil {
		return amount{}, fmt.Errorf("%q is not a number; expected one such as %s", s, q.example())
	}
	n, err := strconv.ParseFloat(strings.Replace(m[1], ",", ".", 1), 64)
	if err != nil {
		return amount{}, fmt.Errorf("%q is not a number; expected one such as %s", s, q.example())
	}
	unit := m[2]
	if unit == "" {
		unit = q.Unit
		if q.how() == asAxis {
			unit = "s"
		}
	}
	if q.Ask == "time-of" {
		worth, ok := map[string]float64{"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9}[unit]
		if !ok {
			return amount{}, fmt.Errorf("%q is no time; expected one such as %s", s, q.example())
		}
		return amount{n: n * worth}, nil
	}
	if unit != q.Unit {
		return amount{}, fmt.Errorf("%q: expected a number of %s", s, q.Unit)
	}
	return amount{n: n}, nil
}

func (q *Question) example() string {
	if q.how() == asAxis {
		return "3.2s, or never"
	}
	return "7"
}

// tolerance reads how far from the truth is still right: a share, or a number.
func tolerance(s string) (share, flat float64, ok bool) {
	if s == "" {
		return 0, 0, true
	}
	num, isShare := strings.CutSuffix(s, "%")
	n, err := strconv.ParseFloat(num, 64)
	if err != nil || n < 0 || isShare && n > 50 {
		return 0, 0, false
	}
	if isShare {
		return n / 100, 0, true
	}
	return 0, n, true
}
