package scene

import (
	"fmt"
	"strings"
)

// said is a message with what it is made of, so that it can be said in another
// language too.
type said struct {
	format string
	args   []any
	text   string
}

func sayf(format string, args ...any) *said { return &said{format, args, fmt.Sprintf(format, args...)} }

func (s *said) Error() string { return s.text }

// Phrases finds a message, or a part of one, in another language. In it {1} stands
// for the first of what the English format fills in.
type Phrases func(english string) (text string, ok bool)

// sayParts makes a message of its parts: those with a blank at an end are words, the
// others are filled in.
func sayParts(parts []string) *said {
	var format strings.Builder
	var args []any
	for _, p := range parts {
		if strings.TrimSpace(p) != p {
			format.WriteString(strings.ReplaceAll(p, "%", "%%"))
			continue
		}
		format.WriteString("%s")
		args = append(args, p)
	}
	return &said{format.String(), args, strings.Join(parts, "")}
}

// in says a message with the phrases of a language; false: it has no words for it.
func (s *said) in(find Phrases) (string, bool) {
	text, ok := find(s.format)
	if !ok {
		return s.Error(), false
	}
	for i, verb := range verbsOf(s.format) {
		if i >= len(s.args) {
			break
		}
		text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i+1), fillIn(verb, s.args[i], find))
	}
	return text, true
}

// fillIn formats an argument; what is itself a phrase is said in the language too.
func fillIn(verb string, arg any, find Phrases) string {
	if s, ok := arg.(*said); ok {
		text, _ := s.in(find)
		return text
	}
	if s, ok := arg.(string); ok && verb == "%s" {
		if text, ok := find(s); ok {
			return text
		}
		or, known := find("%s or %s")
		if i := strings.LastIndex(s, " or "); known && i > 0 {
			first := strings.Split(s[:i], ", ")
			comma, _ := find("%s, %s")
			list := first[0]
			for _, more := range first[1:] {
				list = strings.NewReplacer("{1}", list, "{2}", more).Replace(comma)
			}
			return strings.NewReplacer("{1}", list, "{2}", s[i+4:]).Replace(or)
		}
	}
	return fmt.Sprintf(verb, arg)
}

// verbsOf are the verbs of a format, in their order.
func verbsOf(format string) (all []string) {
	for i := 0; i+1 < len(format); i++ {
		if format[i] != '%' {
			continue
		}
		if i++; format[i] != '%' {
			all = append(all, "%"+format[i:i+1])
		}
	}
	return all
}

// In says what is wrong in a language; false: only English has words for it.
func (m *Mistake) In(find Phrases) (string, bool) {
	if m.said == nil {
		return m.Text, false
	}
	return m.said.in(find)
}
