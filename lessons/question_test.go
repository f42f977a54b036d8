package lessons

import "testing"

func TestAnInstantFitsWhenItRoundsToTheDigitsWritten(t *testing.T) {
	q := &Question{Ask: "time-of"}
	for _, tc := range []struct {
		is, answer string
		want       bool
	}{
		{"1s", "1000000000ns", true},
		{"1s", "1040000000ns", true},
		{"7s", "7499999999ns", true},
		{"7s", "7500000000ns", false},
		{"1.06s", "1060000000ns", true},
		{"1.06s", "1066000000ns", false},
		{"60ms", "60000000ns", true},
		{"60ms", "61000000ns", false},
		{"10m", "600120000000ns", true},
		{"never", "never", true},
		{"never", "1000000000ns", false},
		{"1s", "never", false},
	} {
		if got := q.fits(tc.is, tc.answer); got != tc.want {
			t.Errorf("%s fits %s: %t", tc.is, tc.answer, got)
		}
	}
}

func TestExactlyOneOptionIsRight(t *testing.T) {
	q := &Question{Ask: "count", Options: []Option{{Key: "a", Is: "3"}, {Key: "b", Is: "4"}}}
	if k, err := q.right("4"); k != "b" || err != nil {
		t.Error(k, err)
	}
	if k, err := q.right("5"); err == nil {
		t.Error("5 fits", k)
	}
	q.Options = append(q.Options, Option{Key: other})
	if k, err := q.right("5"); k != other || err != nil {
		t.Error(k, err)
	}
	q.Options[0].Is = "4"
	if k, err := q.right("4"); err == nil {
		t.Error("two options fit, and", k, "was taken")
	}
}

func TestPlaces(t *testing.T) {
	for _, tc := range []struct {
		text string
		kind PlaceKind
		seg  Selector
		ok   bool
	}{
		{"start", AtStart, Selector{}, true},
		{"end", AtEnd, Selector{}, true},
		{"1st SYN sent", AtSent, Selector{Kind: "SYN", Nth: 1}, true},
		{"2nd SYN-ACK from server sent", AtSent, Selector{Kind: "SYN-ACK", From: "server", Nth: 2}, true},
		{"3rd segment arrives", AtArrives, Selector{Kind: "segment", Nth: 3}, true},
		{"11th DATA from client lost", AtLost, Selector{Kind: "DATA", From: "client", Nth: 11}, true},
		{"first server.eof", AtFirst, Selector{}, true},
		{"now > 3", AtCond, Selector{}, true},
		{"0th SYN sent", 0, Selector{}, false},
		{"", 0, Selector{}, false},
	} {
		p, err := ParsePlace(tc.text)
		if (err == nil) != tc.ok || tc.ok && (p.Kind != tc.kind || p.Seg != tc.seg) {
			t.Errorf("%q: %+v, %v", tc.text, p, err)
		}
	}
}
