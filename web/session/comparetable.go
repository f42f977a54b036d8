package session

import (
	"math"
	"strconv"
	"strings"

	"wirestep/engine/outcome"
	"wirestep/engine/sim"
	"wirestep/web/proto"
)

// row puts one fact of all branches into words.
func (s *sayer) row(r *outcome.Row) proto.CompareRow {
	p := proto.CompareRow{Key: r.What.String(), Label: s.label(r), Same: !r.Differs, Short: r.Short, Diff: s.difference(r)}
	exact := s.alike(r)
	for _, v := range r.Values {
		p.Values = append(p.Values, proto.CompareValue{Text: s.valueIn(r, v, exact), Event: int32(v.Event)})
	}
	return p
}

// label says what a row is about.
func (s *sayer) label(r *outcome.Row) string {
	name := r.Name
	switch r.What {
	case outcome.Returned, outcome.ReturnedAt:
		name += "()"
		if r.Proc != "" && r.Proc != "app" {
			name = r.Proc + ": " + name
		}
		if r.Nth > 1 {
			name += " #" + strconv.Itoa(r.Nth)
		}
	}
	key := "row-" + r.What.String()
	switch {
	case r.What == outcome.Returned && r.Nth == 0:
		key = "row-succeed"
	case r.What == outcome.ReturnedAt && s.c.Verdict.Form == outcome.GivesUp && r.Name == "connect":
		key = "row-gives-up"
	case r.What == outcome.ReturnedAt && s.c.Verdict.Form == outcome.Connected && r.Name == "connect":
		key = "row-connected"
	}
	return s.t(key, "host", s.host(r.Host), "name", name)
}

// values are the two values of a row, with digits enough to tell them apart.
func (s *sayer) values(r *outcome.Row) (a, b string) {
	exact := s.alike(r)
	return s.valueIn(r, r.Values[0], exact), s.valueIn(r, r.Values[1], exact)
}

// alike: values that differ would look the same.
func (s *sayer) alike(r *outcome.Row) bool {
	for i := range r.Values[1:] {
		if r.Differs && s.value(r, r.Values[i]) == s.value(r, r.Values[i+1]) && r.Values[i] != r.Values[i+1] {
			return true
		}
	}
	return false
}

func (s *sayer) value(r *outcome.Row, v outcome.Value) string { return s.valueIn(r, v, false) }

func (s *sayer) valueIn(r *outcome.Row, v outcome.Value, exact bool) string {
	switch v.Kind {
	case outcome.Time:
		return s.time(v.At(), exact)
	case outcome.Bytes:
		return s.t("bytes", "n", group(v.N))
	case outcome.Number:
		if v.N == math.MaxInt32 { // ssthresh before the first loss
			return "∞"
		}
		return group(v.N)
	case outcome.Segments:
		return group(v.N)
	case outcome.Portion:
		return s.t("portion", "k", v.N, "of", v.Of)
	case outcome.Result:
		switch {
		case v.Text != "":
			return v.Text
		case r.Name == "read" || r.Name == "recv" || r.Name == "write" || r.Name == "send":
			return group(v.N)
		}
		return s.t("ok")
	case outcome.Pending:
		switch r.What {
		case outcome.TimeWaitEnd:
			return s.time(v.At(), exact)
		case outcome.Ends:
			return s.t("running", "time", s.time(v.At(), exact))
		case outcome.Acked:
			return s.t("not-all")
		}
		return s.t("waiting")
	}
	return "–"
}

// group separates thousands by a narrow space.
func group(n int64) string {
	text := strconv.FormatInt(n, 10)
	if len(text) < 5 {
		return text
	}
	var b strings.Builder
	for i, c := range text {
		if i > 0 && (len(text)-i)%3 == 0 {
			b.WriteRune('\u202f')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// difference says by how much two values differ.
func (s *sayer) difference(r *outcome.Row) string {
	if !r.Differs {
		return s.t("diff-same")
	}
	if len(r.Values) != 2 {
		return ""
	}
	a, b := r.Values[0], r.Values[1]
	if a.Kind != b.Kind || b.N == math.MaxInt32 || a.N == math.MaxInt32 {
		return ""
	}
	by, key := b.N-a.N, ""
	switch {
	case a.Kind == outcome.Time && by < 0:
		key = "diff-earlier"
	case a.Kind == outcome.Time:
		key = "diff-later"
	case a.Kind == outcome.Portion || a.Kind == outcome.Result || a.Kind == outcome.Pending || a.Kind == outcome.None || by == 0:
		return ""
	case by < 0:
		key = "diff-fewer"
	default:
		key = "diff-more"
	}
	if by < 0 {
		by = -by
	}
	if a.Kind == outcome.Time {
		return s.t(key, "by", s.time(sim.Time(by), false))
	}
	return s.t(key, "by", group(by))
}

// time writes an instant or a span in the unit that people would use, rounded to
// what can be read; exact: with every digit.
func (s *sayer) time(at sim.Time, exact bool) string {
	ns := int64(at)
	unit, name, digits := int64(sim.Second), "seconds", 3
	switch {
	case ns == 0:
		digits = 0
	case ns < int64(sim.Millisecond):
		unit, name, digits = int64(sim.Microsecond), "us", 1
	case ns < int64(sim.Second):
		unit, name, digits = int64(sim.Millisecond), "ms", 1
	case ns >= int64(10*sim.Second):
		digits = 2
	}
	if exact {
		digits = 9
	}
	return s.t("time-"+name, "n", decimal(ns, unit, digits))
}

// decimal divides, with so many digits at most and no zeros at the end.
func decimal(n, unit int64, digits int) string {
	step := unit
	for range digits {
		if step > 1 {
			step /= 10
		}
	}
	step = max(step, 1)
	n = (n + step/2) / step * step
	text := strconv.FormatInt(n/unit, 10)
	rest := strconv.FormatInt(unit+n%unit, 10)[1:]
	if rest = strings.TrimRight(rest, "0"); rest != "" {
		text += "." + rest
	}
	return text
}
