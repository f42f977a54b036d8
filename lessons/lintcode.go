package lessons

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"wirestep/engine/host"
)

// This file looks at numbers in code. A number in code is a literal: it stands in the
// scene, or in what is done, or it is what a setting is set to. A time or a count that
// comes out of the run is asked of it, in code as elsewhere.

var (
	keyRE     = regexp.MustCompile("^- `[a-z][a-z0-9-]*`") // of an answer
	inCodeRE  = regexp.MustCompile(`(?:^|[^\w.])\d`)       // that is no part of a name: not FIN_WAIT_1
	quantRE   = regexp.MustCompile(`^\d+(?:\.\d+)? ?(?:ns|us|ms|s|m|h)$`)
	wholeRE   = regexp.MustCompile(`^[0-9]+$`)
	settingRE = regexp.MustCompile(`^([a-z][a-z0-9_.]*) = `)
	callRE    = regexp.MustCompile(`^(?:[a-z] = )?([a-z_0-9]+)\(.*\)$`)
	formulaRE = regexp.MustCompile(`[a-z]{2,}_[a-z]|[a-z]{4,}`) // has a name in it: 2^(tcp_syn_retries + 1) - 1
)

// codeNumbers reports numbers in code that are no literal, in one line.
func (k *linter) codeNumbers(line string, at func(int) string, say func(string, string, ...any)) {
	for i, m := range codeRE.FindAllStringIndex(line, -1) {
		if i == 0 && keyRE.MatchString(line) {
			continue
		}
		code := line[m[0]+1 : m[1]-1]
		if !inCodeRE.MatchString(code) || k.literal(code, line) {
			continue
		}
		say(at(m[0]), "`%s` is a number in code, but no literal of the scene, of a move or of a setting; expected {=name} with name among the step's values, or {v %s} for a name", code, code)
	}
}

// literal reports whether code with a number in it is one that nobody has to ask for.
func (k *linter) literal(code, line string) bool {
	if k.written(code) {
		return true
	}
	if m := settingRE.FindStringSubmatch(code); m != nil {
		return host.FindSysctl(m[1]) >= 0 || k.written(m[1])
	}
	if m := callRE.FindStringSubmatch(code); m != nil {
		return slices.ContainsFunc(host.Shapes[:], func(s host.Shape) bool { return s.Name == m[1] })
	}
	switch {
	case wholeRE.MatchString(code):
		return namesSetting(line) || (code == "0" || code == "1") && namesCall(line)
	case quantRE.MatchString(code):
		return k.isDefault(code, line) || k.isPlace(code)
	}
	return formulaRE.MatchString(code)
}

// isPlace reports whether a step, a question or a drill stands at that instant: now >= 20.
func (k *linter) isPlace(code string) bool {
	ns, _, _ := instant(strings.ReplaceAll(code, " ", ""))
	for _, m := range nowRE.FindAllStringSubmatch(k.l.places(), -1) {
		if at, err := strconv.ParseFloat(m[1], 64); err == nil && int64(math.Round(at*1e9)) == ns {
			return true
		}
	}
	return false
}

var nowRE = regexp.MustCompile(`\bnow (?:>=?|<=?) ([0-9.]+)`)

// places are all that lesson.yaml says of places and conditions.
func (l *Lesson) places() string {
	var all []string
	ask := func(q *Question) {
		if q != nil {
			all = append(all, q.What, q.Until)
		}
	}
	for i := range l.Steps {
		s := &l.Steps[i]
		all = append(all, s.At.Text, s.Goal)
		ask(s.Predict)
		if s.Param != nil {
			ask(s.Param.Ask)
		}
	}
	for i := range l.Drills {
		all = append(all, l.Drills[i].At)
		ask(l.Drills[i].Ask)
	}
	return strings.Join(all, "\n")
}

// isDefault reports whether a time is the default of a setting that the line names.
func (k *linter) isDefault(code, line string) bool {
	for _, word := range settingWordRE.FindAllString(line, -1) {
		if i := host.FindSysctl(word); i >= 0 && (host.Sysctls[i].Default+"s" == code || host.Sysctls[i].Default+"ms" == code) {
			return true
		}
	}
	return false
}

// namesCall reports whether code in a line is the name of a call: read returns 0.
func namesCall(line string) bool {
	return slices.ContainsFunc(host.Shapes[:], func(s host.Shape) bool { return strings.Contains(line, "`"+s.Name) })
}

// namesSetting reports whether a line says which setting or socket option a number
// beside it belongs to.
func namesSetting(line string) bool {
	for _, word := range settingWordRE.FindAllString(line, -1) {
		if host.FindSysctl(word) >= 0 || slices.ContainsFunc(host.SocketOptions[:], func(o host.SocketOption) bool { return o.Name == word }) {
			return true
		}
	}
	return false
}

var settingWordRE = regexp.MustCompile(`[A-Za-z][A-Za-z0-9]*(?:[_.][A-Za-z0-9]+)+`)

// written reports whether code stands in the scene or in what is done, as it is.
func (k *linter) written(code string) bool {
	if k.literals == "" {
		k.literals = k.l.literals()
	}
	for from := 0; ; {
		i := strings.Index(k.literals[from:], code)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(k.literals[:i])
		after, _ := utf8.DecodeRuneInString(k.literals[i+len(code):])
		if !partOfNumber(before) && !partOfNumber(after) {
			return true
		}
		from = i + 1
	}
}

func partOfNumber(r rune) bool { return r >= '0' && r <= '9' || r == '.' || r >= 'a' && r <= 'z' }

// literals is everything in which an author may write a number: scenes, moves, ranges.
func (l *Lesson) literals() string {
	all := []string{l.source}
	for i := range l.Steps {
		s := &l.Steps[i]
		for _, m := range s.Do {
			all = append(all, m.Act, m.afterText)
			all = append(all, slices.Concat(m.Or, m.Replay)...)
		}
		if p := s.Param; p != nil {
			for _, a := range []*Axis{&p.Axis, p.Second} {
				if a != nil {
					all = append(all, a.From, a.To, a.Step)
					all = append(all, a.Set...)
				}
			}
			for _, m := range p.Do {
				all = append(all, m.Act, m.After)
			}
		}
		if s.Predict != nil {
			for _, b := range s.Predict.Beliefs {
				all = append(all, b.Replay...)
			}
		}
	}
	for i := range l.Drills {
		d := &l.Drills[i]
		all = append(all, d.scene)
		all = append(all, slices.Concat(d.Set, d.Do)...)
		for _, name := range sortedKeys(d.Vary) {
			all = append(all, d.Vary[name]...)
		}
	}
	return fmt.Sprintln(strings.Join(all, "\n"))
}
