package lessons

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wirestep/engine/sim"
)

// Question is asked before the engine shows what comes.
type Question struct {
	Ask     string   `yaml:"ask"`  // a kind: see needs
	As      string   `yaml:"as"`   // how the answer is given: see asKinds
	Host    string   `yaml:"host"` // a host, or one of its connections: client#2
	What    string   `yaml:"what"` // a place (time-of), a segment (field, segment), an expression (value)
	Of      string   `yaml:"of"`   // count: KIND [from HOST]; cause: the place whose event is asked about
	Field   string   `yaml:"field"`
	Since   string   `yaml:"since"` // count: "start" or "" for here
	Until   string   `yaml:"until"` // a place: count, which, value
	Options []Option `yaml:"options"`
	Items   []Item   `yaml:"items"`   // order: what is to be put in order
	Beliefs []Belief `yaml:"beliefs"` // answers that people give, of which the engine computes what they are

	Unit      string `yaml:"unit"`      // number: what is counted or measured
	Tolerance string `yaml:"tolerance"` // number, axis: 10% or 0.1
	End       string `yaml:"end"`       // axis: where it ends
	Tick      string `yaml:"tick"`      // axis: the finest step
	Tries     int    `yaml:"tries"`
	Why       bool   `yaml:"why"` // which event caused it? is asked afterwards

	path string // in lesson.yaml
}

// Option is one answer that people give.
type Option struct {
	Key  string `yaml:"key"`
	Is   string `yaml:"is"`   // the engine's answer for which this option is right
	When string `yaml:"when"` // which: the condition under which it is
}

// Item is one event of those to be put in order.
type Item struct {
	Key  string `yaml:"key"`
	When string `yaml:"when"` // a place
}

// Belief is what somebody thinks who gives a certain answer: that answer, or the
// settings under which it would be right.
type Belief struct {
	Key    string   `yaml:"key"`
	Is     string   `yaml:"is"`
	Replay []string `yaml:"replay"`
}

// The ways to give an answer; choose is the one where there are options.
const (
	asChoose  = "choose"
	asNumber  = "number"
	asAxis    = "axis"
	asOrder   = "order"
	asSegment = "segment"
	asCause   = "cause"
)

// other is the key of the option that fits when no other does, right that of what
// is said to everybody in the end.
const (
	other     = "other"
	rightText = "right"
)

// Units in which a number may be asked for.
var Units = []string{"s", "ms", "us", "segments", "bytes", "connections", "times"}

// needs says what each kind of question takes: fields that have to be there,
// fields that may be, and how its answer may be given, the first when nothing is said.
var needs = map[string]struct {
	must, may []string
	as        []string
}{
	"next-segment": {nil, []string{"host"}, []string{asChoose}},
	"next-state":   {[]string{"host"}, nil, []string{asChoose}},
	"time-of":      {[]string{"what"}, nil, []string{asChoose, asNumber, asAxis}},
	"errno":        {[]string{"host"}, nil, []string{asChoose}},
	"count":        {[]string{"of", "until"}, []string{"since"}, []string{asChoose, asNumber}},
	"field":        {[]string{"what", "field"}, nil, []string{asChoose, asNumber}},
	"value":        {[]string{"what", "until"}, nil, []string{asChoose, asNumber}},
	"which":        {[]string{"until"}, nil, []string{asChoose}},
	"order":        {nil, nil, []string{asOrder}},
	"segment":      {[]string{"what"}, nil, []string{asSegment}},
	"cause":        {[]string{"of"}, nil, []string{asCause}},
}

// askKinds are the kinds of questions, as docs/lessons.md lists them.
var askKinds = []string{"next-segment", "next-state", "time-of", "errno", "count", "field", "which", "value", "order", "segment", "cause"}

var segmentFields = []string{"seq", "ack", "len", "win"}

// how says how the answer is given.
func (q *Question) how() string {
	n := needs[q.Ask]
	switch {
	case q.As != "":
		return q.As
	case len(n.as) > 0:
		return n.as[0]
	}
	return asChoose
}

// tries is how many answers one may give.
func (q *Question) tries() int {
	switch {
	case q.Tries > 0:
		return q.Tries
	case q.how() == asChoose:
		return 1
	}
	return 2
}

// shape reports a question with too little or too much.
func (q *Question) shape() error {
	need, ok := needs[q.Ask]
	if !ok {
		return fmt.Errorf("ask: %q%s; expected one of %s", q.Ask, meant(q.Ask, askKinds), strings.Join(askKinds, ", "))
	}
	for _, f := range []struct{ name, value string }{
		{"host", q.Host}, {"what", q.What}, {"of", q.Of}, {"field", q.Field}, {"since", q.Since}, {"until", q.Until},
	} {
		must := slices.Contains(need.must, f.name)
		if must && f.value == "" {
			return fmt.Errorf("ask: %s needs %q", q.Ask, f.name)
		}
		if !must && f.value != "" && !slices.Contains(need.may, f.name) {
			return fmt.Errorf("ask: %s takes no %q; expected %s", q.Ask, f.name, strings.Join(slices.Concat(need.must, need.may), ", "))
		}
	}
	if q.Since != "" && q.Since != "start" {
		return fmt.Errorf("since: %q; expected \"start\" or nothing", q.Since)
	}
	if q.Field != "" && !slices.Contains(segmentFields, q.Field) {
		return fmt.Errorf("field: %q%s; expected one of %s", q.Field, meant(q.Field, segmentFields), strings.Join(segmentFields, ", "))
	}
	if !slices.Contains(need.as, q.how()) {
		return fmt.Errorf("as: %q%s; expected one of %s for %s", q.As, meant(q.As, need.as), strings.Join(need.as, ", "), q.Ask)
	}
	return q.given()
}

// given reports what does not go with the way in which the answer is given.
func (q *Question) given() error {
	as := q.how()
	for _, f := range []struct {
		name string
		is   bool
		as   []string
	}{
		{"options", q.Options != nil, []string{asChoose}},
		{"items", q.Items != nil, []string{asOrder}},
		{"beliefs", q.Beliefs != nil, []string{asNumber, asAxis}},
		{"unit", q.Unit != "", []string{asNumber}},
		{"tolerance", q.Tolerance != "", []string{asNumber, asAxis}},
		{"end", q.End != "", []string{asAxis}},
		{"tick", q.Tick != "", []string{asAxis}},
	} {
		if f.is && !slices.Contains(f.as, as) {
			return fmt.Errorf("%s: an answer given as %s takes none; expected it with %s", f.name, as, strings.Join(f.as, " or "))
		}
	}
	switch as {
	case asNumber:
		if !slices.Contains(Units, q.Unit) {
			return fmt.Errorf("unit: %q%s; expected one of %s", q.Unit, meant(q.Unit, Units), strings.Join(Units, ", "))
		}
		if isTime := slices.Contains(timeUnits, q.Unit); q.Ask == "time-of" && !isTime {
			return fmt.Errorf("unit: %q for a time; expected s, ms or us", q.Unit)
		}
	case asAxis:
		if _, _, ok := instant(q.End); !ok {
			return fmt.Errorf("end: %q; expected where the axis ends, such as 10s", q.End)
		}
		if _, _, ok := instant(q.Tick); !ok {
			return fmt.Errorf("tick: %q; expected the finest step of the axis, such as 100ms", q.Tick)
		}
	case asOrder:
		if n := len(q.Items); n < 3 || n > 6 {
			return fmt.Errorf("items: %d; expected 3 to 6", n)
		}
	}
	if _, _, ok := tolerance(q.Tolerance); !ok {
		return fmt.Errorf("tolerance: %q; expected a share such as 10%% or a number such as 0.1", q.Tolerance)
	}
	if q.Tries < 0 || q.Tries > 3 {
		return fmt.Errorf("tries: %d; expected 1 to 3", q.Tries)
	}
	return nil
}

var timeUnits = []string{"s", "ms", "us"}

var answerRE = map[string]*regexp.Regexp{
	"next-segment": regexp.MustCompile(`^((SYN-ACK|SYN|ACK|FIN|RST|DATA) from [A-Za-z][A-Za-z0-9_-]*|nothing)$`),
	"next-state":   regexp.MustCompile(`^([A-Z][A-Z0-9_]*|same)$`),
	"time-of":      regexp.MustCompile(`^(\d+(\.\d+)?(us|ms|s|m)|never)$`),
	"errno":        regexp.MustCompile(`^(E[A-Z0-9]+|none)$`),
	"count":        regexp.MustCompile(`^\d+$`),
	"field":        regexp.MustCompile(`^-?\d+$`),
	"value":        regexp.MustCompile(`^\S+$`),
}

// shapeOf says in words what answerRE asks for.
var shapeOf = map[string]string{
	"next-segment": "a segment and its sender, such as \"ACK from server\", or nothing",
	"next-state":   "a state such as TIME_WAIT, or same",
	"time-of":      "an instant since the start, such as 1.5s, or never",
	"errno":        "an errno such as ETIMEDOUT, or none",
	"count":        "a whole number",
	"field":        "a whole number",
	"value":        "a number or a word",
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
		return fmt.Errorf("is: %q is no answer to %s; expected %s", o.Is, q.Ask, shapeOf[q.Ask])
	case q.Ask == "errno" && o.Is != "none" && !slices.Contains(errnos, o.Is):
		return fmt.Errorf("is: %q is no errno%s; expected one of %s", o.Is, meant(o.Is, errnos), strings.Join(errnos, ", "))
	case q.Ask == "next-state" && o.Is != "same" && !slices.Contains(states, o.Is):
		return fmt.Errorf("is: %q is no state%s; expected one of %s", o.Is, meant(o.Is, states), strings.Join(states, ", "))
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

// right returns the key of the one option that fits the engine's answer; of an answer
// that is constructed, the answer.
func (q *Question) right(answer string) (string, error) {
	if q.how() != asChoose {
		return answer, nil
	}
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
		return "", fmt.Errorf("the engine answers %q; no option fits, expected one that says so", answer)
	}
	if len(keys) > 1 {
		return "", fmt.Errorf("the engine answers %q; options %s fit, expected one", answer, strings.Join(keys, " and "))
	}
	return keys[0], nil
}
