package lessons

import (
	"fmt"
	"math"
	"regexp"
	"slices"
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

// read checks that an answer is one that could be given, and writes it one way.
func (q *Question) read(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch q.how() {
	case asNumber:
		if q.Ask == "value" && wordRE.MatchString(s) {
			return s, nil
		}
		_, err := q.parse(s)
		return s, err
	case asAxis:
		_, err := q.parse(s)
		return s, err
	case asOrder:
		given, keys := strings.Split(s, ","), q.keys()
		keys = keys[:len(keys)-1]
		if sorted := slices.Sorted(slices.Values(given)); !slices.Equal(sorted, slices.Sorted(slices.Values(keys))) {
			return "", fmt.Errorf("answer %q; expected each of %s once, joined by commas", s, strings.Join(keys, ","))
		}
		return s, nil
	case asSegment, asCause:
		if n, err := strconv.Atoi(s); err != nil || n < 1 {
			return "", fmt.Errorf("answer %q; expected a number", s)
		}
		return s, nil
	}
	for _, o := range q.Options {
		if o.Key == s {
			return s, nil
		}
	}
	return "", fmt.Errorf("answer %q; expected the key of an option: %s", s, strings.Join(q.keys(), ", "))
}

// Guess is an answer that can be given, right or wrong.
func (q *Question) Guess() string {
	switch q.how() {
	case asOrder:
		return strings.Join(q.keys()[:len(q.Items)], ",")
	case asChoose:
		return q.Options[0].Key
	}
	return "1"
}

var wordRE = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_ -]{0,40}$`)

// meets reports whether a number or a mark is as good as the engine's answer.
func (q *Question) meets(given, answer string) bool {
	if q.how() != asNumber && q.how() != asAxis {
		return false
	}
	a, err := q.parse(given)
	b, ok := q.truth(answer)
	if err != nil || !ok {
		return strings.EqualFold(given, answer)
	}
	if a.never || b.never {
		return a.never == b.never
	}
	share, flat, _ := tolerance(q.Tolerance)
	least := flat * q.worth()
	switch {
	case q.Tolerance != "":
	case q.how() == asAxis:
		tick, _, _ := instant(q.Tick)
		least = float64(tick)
	case q.Ask == "time-of":
		least = lastDigit(given) * q.worth() / 2 // right to the digits that were typed
	}
	return math.Abs(a.n-b.n) <= max(least, share*math.Abs(b.n))+1e-9
}

// near reports whether an answer is within a tenth of the engine's.
func (q *Question) near(given, answer string) bool {
	a, err := q.parse(given)
	b, ok := q.truth(answer)
	return err == nil && ok && !a.never && !b.never && math.Abs(a.n-b.n) <= 0.1*math.Abs(b.n)
}

// truth reads an answer of the engine as one reads a person's.
func (q *Question) truth(answer string) (amount, bool) {
	if answer == "never" {
		return amount{never: true}, true
	}
	if q.Ask == "time-of" {
		ns, _, ok := instant(answer)
		if !ok { // a belief, written as people give an answer
			a, err := q.parse(answer)
			return a, err == nil
		}
		return amount{n: float64(ns)}, true
	}
	if a, err := q.parse(answer); err == nil {
		return a, true
	}
	n, err := strconv.ParseFloat(answer, 64)
	return amount{n: n}, err == nil
}

// worth is what one of the question's unit is, in what amounts are counted in.
func (q *Question) worth() float64 {
	if q.Ask != "time-of" {
		return 1
	}
	unit := q.Unit
	if q.how() == asAxis {
		unit = "s"
	}
	return map[string]float64{"us": 1e3, "ms": 1e6, "s": 1e9}[unit]
}

// lastDigit is what the last digit of a number is worth: 0.1 of 3.2.
func lastDigit(s string) float64 {
	m := numberRE.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return 0
	}
	_, after, _ := strings.Cut(strings.Replace(m[1], ",", ".", 1), ".")
	return math.Pow(10, -float64(len(after)))
}
