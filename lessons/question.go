package lessons

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wirestep/engine/sim"
)

// needs says what each kind of question takes: fields that have to be there,
// and fields that may be.
var needs = map[string]struct{ must, may []string }{
	"next-segment": {nil, []string{"host"}},
	"next-state":   {[]string{"host"}, nil},
	"time-of":      {[]string{"what"}, nil},
	"errno":        {[]string{"host"}, nil},
	"count":        {[]string{"of", "until"}, []string{"since"}},
	"field":        {[]string{"what", "field"}, nil},
	"which":        {[]string{"until"}, nil},
}

var segmentFields = []string{"seq", "ack", "len", "win"}

// shape reports a question with too little or too much.
func (q *Question) shape() error {
	need, ok := needs[q.Ask]
	if !ok {
		return fmt.Errorf("ask: %q; expected next-segment, next-state, time-of, errno, count, field or which", q.Ask)
	}
	for _, f := range []struct{ name, value string }{
		{"host", q.Host}, {"what", q.What}, {"of", q.Of}, {"field", q.Field}, {"since", q.Since}, {"until", q.Until},
	} {
		must := slices.Contains(need.must, f.name)
		if must && f.value == "" {
			return fmt.Errorf("ask: %s needs %q", q.Ask, f.name)
		}
		if !must && f.value != "" && !slices.Contains(need.may, f.name) {
			return fmt.Errorf("ask: %s takes no %q", q.Ask, f.name)
		}
	}
	if q.Since != "" && q.Since != "start" {
		return fmt.Errorf("since: %q; expected \"start\" or nothing", q.Since)
	}
	if q.Field != "" && !slices.Contains(segmentFields, q.Field) {
		return fmt.Errorf("field: %q; expected one of %s", q.Field, strings.Join(segmentFields, ", "))
	}
	return nil
}

var answerRE = map[string]*regexp.Regexp{
	"next-segment": regexp.MustCompile(`^((SYN-ACK|SYN|ACK|FIN|RST|DATA) from [A-Za-z][A-Za-z0-9_-]*|nothing)$`),
	"next-state":   regexp.MustCompile(`^([A-Z][A-Z0-9_]*|same)$`),
	"time-of":      regexp.MustCompile(`^(\d+(\.\d+)?(us|ms|s|m)|never)$`),
	"errno":        regexp.MustCompile(`^(E[A-Z0-9]+|none)$`),
	"count":        regexp.MustCompile(`^\d+$`),
	"field":        regexp.MustCompile(`^-?\d+$`),
}

// optionShape reports an option that no answer could ever fit.
func (q *Question) optionShape(o Option) error {
	switch {
	case q.Ask == "which" && o.Is != "":
		return fmt.Errorf("is: %q; a question \"which\" takes conditions: when", o.Is)
	case q.Ask == "which":
		if o.When == "" && o.Key != other {
			return fmt.Errorf("no condition")
		}
	case o.When != "":
		return fmt.Errorf("when: only a question \"which\" takes conditions")
	case o.Is == "" && o.Key == other:
	case answerRE[q.Ask] != nil && !answerRE[q.Ask].MatchString(o.Is):
		return fmt.Errorf("is: %q is no answer to %s; expected the shape %s", o.Is, q.Ask, answerRE[q.Ask])
	}
	return nil
}

// fits reports whether an option written as is means the engine's answer: the
// same word, or an instant that rounds to the digits written.
func (q *Question) fits(is, answer string) bool {
	if q.Ask != "time-of" || is == "never" || answer == "never" {
		return is == answer
	}
	want, unit, ok := instant(is)
	got, _, ok2 := instant(answer)
	return ok && ok2 && got >= want-unit/2 && got < want+unit/2+unit%2
}

var instantRE = regexp.MustCompile(`^(\d+)(?:\.(\d+))?(ns|us|ms|s|m)$`)

// instant reads a time, and the worth of its last digit.
func instant(s string) (at, last int64, ok bool) {
	m := instantRE.FindStringSubmatch(s)
	if m == nil {
		return 0, 0, false
	}
	unit := map[string]sim.Duration{"ns": sim.Nanosecond, "us": sim.Microsecond, "ms": sim.Millisecond, "s": sim.Second, "m": sim.Minute}[m[3]]
	last = int64(unit)
	for range m[2] {
		if last%10 != 0 {
			return 0, 0, false
		}
		last /= 10
	}
	n, err := strconv.ParseInt(m[1]+m[2], 10, 64)
	if err != nil || n > (1<<62)/int64(unit) {
		return 0, 0, false
	}
	return n * last, last, true
}

// right returns the key of the one option that fits the engine's answer.
func (q *Question) right(answer string) (string, error) {
	var keys []string
	for _, o := range q.Options {
		if o.Is != "" && q.fits(o.Is, answer) {
			keys = append(keys, o.Key)
		}
	}
	return q.only(keys, answer)
}

// only returns the single key, or that of the option for everything else.
func (q *Question) only(keys []string, answer string) (string, error) {
	if len(keys) == 0 {
		for _, o := range q.Options {
			if o.Key == other && o.Is == "" && o.When == "" {
				return other, nil
			}
		}
		return "", fmt.Errorf("the engine answers %q; no option fits", answer)
	}
	if len(keys) > 1 {
		return "", fmt.Errorf("the engine answers %q; options %s fit", answer, strings.Join(keys, " and "))
	}
	return keys[0], nil
}
