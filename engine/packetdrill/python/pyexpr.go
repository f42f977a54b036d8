package python

import (
	"regexp"
	"strings"
)

// Expressions of Python that Starlark does not have are rewritten: comparisons in
// a chain, is, <>, **, f-strings, and widths in formats.

// pyItem is a piece of an expression: a name, a number, a text, a bracket with
// what is in it, an operator.
type pyItem struct {
	text string
	kind byte // p: what has a value, o: an operator or a word that joins, b: a blank
}

var pyWords = map[string]bool{"and": true, "or": true, "not": true, "if": true, "else": true, "elif": true, "for": true, "in": true, "is": true,
	"lambda": true, "return": true, "while": true, "def": true, "pass": true, "break": true, "continue": true}

// expression rewrites an expression, or a statement made of one.
func expression(s string) string {
	items, _ := pyItems(s, 0)
	return joinItems(items)
}

// pyItems cuts a text into pieces, up to the bracket that closes it.
func pyItems(s string, i int) ([]pyItem, int) {
	var out []pyItem
	add := func(text string, kind byte) {
		if n := len(out); kind == 'p' && n > 0 && out[n-1].kind == 'p' {
			out[n-1].text += text // a call, an index, texts beside each other
			return
		}
		out = append(out, pyItem{text, kind})
	}
	for i < len(s) {
		c := s[i]
		switch {
		case c == ')' || c == ']' || c == '}':
			return out, i
		case c == '(' || c == '[' || c == '{':
			in, end := pyItems(s, i+1)
			shut := ""
			if end < len(s) {
				shut = s[end : end+1]
			}
			add(string(c)+joinItems(in)+shut, 'p')
			i = min(end+1, len(s))
		case c == '#':
			return out, len(s)
		case c == '"' || c == '\'':
			n := textEnd(s, i)
			add(pyText(s[i:n], false), 'p')
			i = n
		case isWord(c) || c == '.':
			n := i
			for n < len(s) && (isWord(s[n]) || s[n] == '.' || (s[n] == '-' || s[n] == '+') && isDigit(c) && (s[n-1] == 'e' || s[n-1] == 'E') && !strings.HasPrefix(s[i:], "0x")) {
				n++
			}
			word := s[i:n]
			if n < len(s) && (s[n] == '"' || s[n] == '\'') && len(word) <= 2 { // f"…", r"…"
				end := textEnd(s, n)
				add(pyText(s[n:end], strings.ContainsAny(word, "fF")), 'p')
				i = end
				continue
			}
			kind := byte('p')
			if pyWords[word] {
				kind = 'o'
			}
			add(word, kind)
			i = n
		case c == ' ':
			add(" ", 'b')
			i++
		default:
			n := 1
			for _, op := range []string{"**", "<=", ">=", "==", "!=", "<>", "//", "<<", ">>"} {
				if strings.HasPrefix(s[i:], op) {
					n = 2
				}
			}
			op := s[i : i+n]
			if op == "<>" {
				op = "!="
			}
			add(op, 'o')
			i += n
		}
	}
	return out, i
}

// textEnd is the place after a text that begins at i.
func textEnd(s string, i int) int {
	q := s[i : i+1]
	if strings.HasPrefix(s[i:], strings.Repeat(q, 3)) {
		if n := strings.Index(s[i+3:], strings.Repeat(q, 3)); n >= 0 {
			return i + 3 + n + 3
		}
		return len(s)
	}
	for n := i + 1; n < len(s); n++ {
		switch s[n] {
		case '\\':
			n++
		case q[0]:
			return n + 1
		}
	}
	return len(s)
}

var (
	percentFormat = regexp.MustCompile(`%[-+ #0]*[0-9]*(?:\.[0-9]+)?[lh]*([dsrxXofeEgGci])`)
	braceFormat   = regexp.MustCompile(`\{(\w*):[^{}]*\}`)
	fField        = regexp.MustCompile(`\{([^{}!:]+)(?:![rsa])?(?::[^{}]*)?\}`)
)

// pyText rewrites a text: formats without widths; f-strings as a format and what
// goes into it.
func pyText(s string, f bool) string {
	if !f {
		return braceFormat.ReplaceAllString(percentFormat.ReplaceAllString(s, "%$1"), "{$1}")
	}
	var args []string
	s = fField.ReplaceAllStringFunc(strings.ReplaceAll(s, "%", "%%"), func(m string) string {
		args = append(args, "("+expression(strings.TrimSuffix(strings.TrimSpace(fField.FindStringSubmatch(m)[1]), "="))+")")
		return "%s"
	})
	s = strings.NewReplacer("{{", "{", "}}", "}").Replace(s)
	if len(args) == 0 {
		return strings.ReplaceAll(s, "%%", "%")
	}
	return "(" + s + " % (" + strings.Join(args, ", ") + ",))"
}

// joinItems writes pieces down again, with what Starlark lacks replaced.
func joinItems(items []pyItem) string {
	items = powers(identities(items))
	var out strings.Builder
	from := 0
	for i := 0; i <= len(items); i++ {
		if i == len(items) || joins(items[i]) {
			out.WriteString(chained(items[from:i]))
			if i < len(items) {
				out.WriteString(items[i].text)
			}
			from = i + 1
		}
	}
	return out.String()
}

// joins reports whether a piece stands between comparisons, not in one.
func joins(it pyItem) bool {
	switch it.text {
	case "and", "or", "not", "if", "else", "elif", "for", "lambda", "return", "while", "def", ",", ":", "=":
		return it.kind == 'o'
	}
	return false
}

func compares(it pyItem) bool {
	switch it.text {
	case "<", ">", "<=", ">=", "==", "!=":
		return it.kind == 'o'
	}
	return false
}

// chained rewrites a < b < c as (a < b and b < c).
func chained(items []pyItem) string {
	var parts, ops []string
	text := ""
	for _, it := range items {
		if compares(it) {
			parts, ops = append(parts, text), append(ops, it.text)
			text = ""
			continue
		}
		text += it.text
	}
	parts = append(parts, text)
	if len(ops) < 2 {
		text = parts[0]
		for i, op := range ops {
			text += op + parts[i+1]
		}
		return text
	}
	var pairs []string
	for i, op := range ops {
		pairs = append(pairs, strings.TrimSpace(parts[i])+" "+op+" "+strings.TrimSpace(parts[i+1]))
	}
	lead := text[:0]
	if strings.HasPrefix(parts[0], " ") {
		lead = " "
	}
	return lead + "(" + strings.Join(pairs, " and ") + ") "
}

// identities rewrites is and is not.
func identities(items []pyItem) []pyItem {
	var out []pyItem
	for i := 0; i < len(items); i++ {
		it := items[i]
		if it.kind == 'o' && it.text == "is" {
			it.text = "=="
			if i+2 < len(items) && items[i+1].kind == 'b' && items[i+2].text == "not" {
				it.text = "!="
				i += 2
			}
		}
		out = append(out, it)
	}
	return out
}

// powers rewrites a ** b as pow(a, b).
func powers(items []pyItem) []pyItem {
	for i := len(items) - 1; i >= 0; i-- {
		if items[i].kind != 'o' || items[i].text != "**" {
			continue
		}
		l, r := i-1, i+1
		for l >= 0 && items[l].kind == 'b' {
			l--
		}
		for r < len(items) && (items[r].kind == 'b' || items[r].text == "-") {
			r++
		}
		if l < 0 || r >= len(items) || items[l].kind != 'p' || items[r].kind != 'p' {
			continue
		}
		exp := ""
		for _, it := range items[i+1 : r+1] {
			exp += it.text
		}
		whole := pyItem{"pow(" + items[l].text + ", " + strings.TrimSpace(exp) + ")", 'p'}
		items = append(append(append([]pyItem{}, items[:l]...), whole), items[r+1:]...)
		i = l
	}
	return items
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isWord(c byte) bool {
	return isDigit(c) || c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
