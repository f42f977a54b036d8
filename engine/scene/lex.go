package scene

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one piece of a line: a word, a "string", or one of ( ) , = > by itself.
type token struct {
	text string
	str  bool    // it stood in quotes
	at   stretch // where it stands in the line
}

// lexError is a mistake in the letters of a line.
type lexError struct {
	at   stretch
	what string
}

func (e *lexError) Error() string { return e.what }

const marks = "(),=>"

// lex splits a line into tokens and its comment, which keeps its "#".
func lex(s string) (toks []token, comment string, err error) {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '#':
			return toks, strings.TrimRight("# "+strings.TrimSpace(s[i+1:]), " "), checkText(s)
		case c == '"':
			n := quoted(s[i:])
			if n == 0 {
				return nil, "", &lexError{stretch{i, len(s)}, `a string is not closed, expected another "`}
			}
			text, err := strconv.Unquote(s[i : i+n])
			if err != nil {
				return nil, "", &lexError{stretch{i, i + n}, fmt.Sprintf(`%s is not a string, expected one such as "hello\n"`, s[i:i+n])}
			}
			toks = append(toks, token{text, true, stretch{i, i + n}})
			i += n
		case strings.IndexByte(marks, c) >= 0:
			toks = append(toks, token{text: s[i : i+1], at: stretch{i, i + 1}})
			i++
		default:
			n := strings.IndexAny(s[i:], " \t#\""+marks)
			if n < 0 {
				n = len(s) - i
			}
			toks = append(toks, token{text: s[i : i+n], at: stretch{i, i + n}})
			i += n
		}
	}
	return toks, "", checkText(s)
}

// quoted is the length of the quoted string at the start of s, 0 when it has no end.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

func checkText(s string) error {
	if !utf8.ValidString(s) {
		return sayf("the line is not text, expected UTF-8")
	}
	for _, r := range s {
		if r != '\t' && unicode.IsControl(r) {
			return sayf("the line holds the control character %U, expected text", r)
		}
	}
	return nil
}

// body is a line without its comment.
func body(s string) string {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			if n := quoted(s[i:]); n > 0 {
				i += n - 1
			}
		case '#':
			return strings.TrimSpace(s[:i])
		}
	}
	return strings.TrimSpace(s)
}

// spaced writes tokens with the spaces that the formatter gives them.
func spaced(toks []token) string {
	var b strings.Builder
	depth := 0
	for i, t := range toks {
		text := t.text
		if t.str {
			text = strconv.Quote(text)
		}
		if i > 0 && gap(toks, i, depth) {
			b.WriteByte(' ')
		}
		if !t.str {
			switch text {
			case "(":
				depth++
			case ")":
				depth--
			}
		}
		b.WriteString(text)
	}
	return b.String()
}

// gap reports whether a space belongs before token i. An "=" stands alone where it
// assigns (second in the line, or after a sysctl's name), and is tight in field=1.
func gap(toks []token, i, depth int) bool {
	prev, cur := toks[i-1], toks[i]
	switch {
	case cur.str && prev.str:
		return true
	case !cur.str && strings.Contains(",():;", cur.text):
		return false
	case !prev.str && (prev.text == "(" || prev.text == "," && depth == 0):
		return false
	case !cur.str && cur.text == "=" && depth == 0:
		return assigns(toks, i)
	case !prev.str && prev.text == "=" && depth == 0:
		return assigns(toks, i-1)
	}
	return true
}

func assigns(toks []token, i int) bool {
	if toks[0].text == "rule" {
		return false // a firewall's
	}
	for j := range i {
		switch toks[j].text {
		case "forge", "edit", "filter":
			return false
		}
	}
	return true
}
