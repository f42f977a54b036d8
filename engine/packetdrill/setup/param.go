package setup

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

func itoa64(n int64) string { return strconv.FormatInt(n, 10) }

// parameter is ${NAME}, with what stands behind the name.
func (r *run) parameter(p *syntax.ParamExp) string {
	if p.Param == nil || p.Excl || p.Index != nil || p.Names != 0 {
		r.odd("%s: not read", spelled(&syntax.Word{Parts: []syntax.WordPart{p}}))
		return ""
	}
	value := r.variable(p.Param.Value)
	text := ""
	if value != nil {
		text = *value
	}
	switch {
	case p.Length:
		return itoa(len(text))
	case p.Slice != nil:
		return r.slice(p.Slice, text)
	case p.Repl != nil:
		return replace(text, r.pattern(p.Repl.Orig), r.word(p.Repl.With), p.Repl.All)
	case p.Exp != nil:
		return r.expansion(p, value, text)
	}
	return text
}

// variable is the value of a name or a special parameter; nil: it has none.
func (r *run) variable(name string) *string {
	known := func(s string) *string { return &s }
	switch name {
	case "#":
		return known(itoa(len(r.args)))
	case "?":
		return known(itoa(r.status))
	case "*", "@":
		return known(strings.Join(r.args, " "))
	case "$", "!", "PPID", "RANDOM":
		r.missing = true
		return known("1")
	case "0":
		return known("sh")
	}
	if n, err := strconv.Atoi(name); err == nil {
		if n >= 1 && n <= len(r.args) {
			return &r.args[n-1]
		}
		return nil
	}
	return r.get(name)
}

func (r *run) slice(s *syntax.Slice, text string) string {
	from, n := r.arithm(s.Offset), int64(len(text))
	if from < 0 {
		from += n
	}
	from = min(max(from, 0), n)
	to := n
	if s.Length != nil {
		if to = r.arithm(s.Length); to < 0 {
			to += n
		} else {
			to += from
		}
	}
	return text[from:max(from, min(to, n))]
}

// replace puts another text where a pattern is found.
func replace(text, pattern, with string, all bool) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		end := -1
		for j := len(text); j > i; j-- {
			if matches(pattern, text[i:j]) {
				end = j
				break
			}
		}
		if end < 0 {
			b.WriteByte(text[i])
			i++
			continue
		}
		b.WriteString(with)
		if i = end; !all {
			b.WriteString(text[i:])
			break
		}
	}
	return b.String()
}

// expansion is ${NAME:-word} and its kin.
func (r *run) expansion(p *syntax.ParamExp, value *string, text string) string {
	op := p.Exp.Op
	empty := value == nil
	switch op {
	case syntax.DefaultUnsetOrNull, syntax.AssignUnsetOrNull, syntax.AlternateUnsetOrNull, syntax.ErrorUnsetOrNull:
		empty = text == ""
	}
	switch op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		if empty {
			return r.word(p.Exp.Word)
		}
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if empty {
			text = r.word(p.Exp.Word)
			r.set(p.Param.Value, text)
		}
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		if empty {
			return ""
		}
		return r.word(p.Exp.Word)
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		if empty {
			r.status, r.leave = 2, leaveAll
		}
	case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		return trimmed(text, r.pattern(p.Exp.Word), op)
	case syntax.UpperAll:
		return strings.ToUpper(text)
	case syntax.LowerAll:
		return strings.ToLower(text)
	default:
		r.odd("%s: not read", spelled(&syntax.Word{Parts: []syntax.WordPart{p}}))
	}
	return text
}

// trimmed takes the least or the most that a pattern matches off an end of a text.
func trimmed(text, pattern string, op syntax.ParExpOperator) string {
	for i := range len(text) + 1 {
		n := i
		if op == syntax.RemLargePrefix || op == syntax.RemLargeSuffix {
			n = len(text) - i
		}
		if op == syntax.RemSmallPrefix || op == syntax.RemLargePrefix {
			if matches(pattern, text[:n]) {
				return text[n:]
			}
		} else if matches(pattern, text[len(text)-n:]) {
			return text[:len(text)-n]
		}
	}
	return text
}
