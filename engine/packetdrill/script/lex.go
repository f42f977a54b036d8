package script

import (
	"fmt"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokInt
	tokFloat
	tokWord
	tokString
	tokCommand // `…`
	tokCode    // %{ … }%
	tokOption  // --name
	tokEllipsis
	tokPunct
)

type token struct {
	kind     tokenKind
	text     string // strings and commands: what is between the quotes
	line     int
	from, to int // place in the source
}

// lexer cuts the text of a script into tokens.
type lexer struct {
	file, src string
	at, line  int
	out       []token
	defines   []Define
}

// Define replaces a word of the script: -D NAME=VALUE.
type Define struct{ Name, Value string }

func (l *lexer) fail(format string, a ...any) error {
	return &Error{l.file, l.line, fmt.Sprintf(format, a...)}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isWord(c byte) bool {
	return isDigit(c) || c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// lex returns the tokens of a script, the last of which is tokEnd.
func lex(file, src string, defines []Define) ([]token, error) {
	l := &lexer{file: file, src: src, line: 1, defines: defines}
	for {
		if err := l.space(); err != nil {
			return nil, err
		}
		if l.at >= len(l.src) {
			l.out = append(l.out, token{kind: tokEnd, line: l.line, from: l.at, to: l.at})
			return l.out, nil
		}
		if err := l.next(); err != nil {
			return nil, err
		}
	}
}

func (l *lexer) rest() string { return l.src[l.at:] }

// space passes over blanks and comments.
func (l *lexer) space() error {
	for l.at < len(l.src) {
		r := l.rest()
		switch {
		case r[0] == '\n':
			l.line++
			l.at++
		case r[0] == ' ' || r[0] == '\t' || r[0] == '\r':
			l.at++
		case strings.HasPrefix(r, "//"):
			n := strings.IndexByte(r, '\n')
			if n < 0 {
				n = len(r)
			}
			l.at += n
		case strings.HasPrefix(r, "/*"):
			n := strings.Index(r[2:], "*/")
			if n < 0 {
				return l.fail("this comment does not end; expected */")
			}
			l.line += strings.Count(r[:n+4], "\n")
			l.at += n + 4
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) add(k tokenKind, text string, n int) {
	l.out = append(l.out, token{k, text, l.line, l.at, l.at + n})
	l.line += strings.Count(l.src[l.at:l.at+n], "\n")
	l.at += n
}

func (l *lexer) next() error {
	r := l.rest()
	switch {
	case strings.HasPrefix(r, "..."):
		l.add(tokEllipsis, "...", 3)
	case strings.HasPrefix(r, "%{"):
		n := strings.Index(r, "}%")
		if n < 0 {
			return l.fail("this code does not end; expected }%%")
		}
		l.add(tokCode, r[2:n], n+2)
	case r[0] == '"' || r[0] == '`':
		return l.quoted(r)
	case strings.HasPrefix(r, "--") && len(r) > 2 && isWord(r[2]):
		n := 2
		for n < len(r) && isWord(r[n]) {
			n++
		}
		l.add(tokOption, r[2:n], n)
	case isWord(r[0]), r[0] == '.' && len(r) > 1 && isDigit(r[1]), r[0] == '-' && l.signs(r):
		l.wordOrNumber(r)
	default:
		l.add(tokPunct, r[:1], 1)
	}
	return nil
}

// signs reports whether a '-' belongs to the number after it.
func (l *lexer) signs(r string) bool {
	return len(r) > 1 && (isDigit(r[1]) || r[1] == '.' && len(r) > 2 && isDigit(r[2]))
}

func (l *lexer) wordOrNumber(r string) {
	n := 0
	if r[0] == '-' {
		n = 1
	}
	start := n
	for n < len(r) && isWord(r[n]) {
		n++
	}
	digits := true
	for i := start; i < n; i++ {
		digits = digits && isDigit(r[i])
	}
	if digits && n+1 < len(r) && r[n] == '.' && isDigit(r[n+1]) {
		for n++; n < len(r) && isDigit(r[n]); n++ {
		}
		l.add(tokFloat, r[:n], n)
		return
	}
	if digits {
		l.add(tokInt, r[:n], n)
		return
	}
	word := r[:n]
	for _, d := range l.defines {
		if d.Name == word {
			l.define(d.Value, n)
			return
		}
	}
	l.add(tokWord, word, n)
}

// define puts the value of a defined word in its place.
func (l *lexer) define(value string, n int) {
	k, value := defined(value)
	l.add(k, value, n)
}

// defined says what the value of a defined word stands for.
func defined(value string) (tokenKind, string) {
	if n, err := strconv.ParseInt(value, 0, 64); err == nil {
		return tokInt, strconv.FormatInt(n, 10)
	}
	if len(value) >= 2 && value[0] == value[len(value)-1] {
		switch value[0] {
		case '"':
			return tokString, Unescape(value[1 : len(value)-1])
		case '`':
			return tokCommand, value[1 : len(value)-1]
		}
	}
	return tokWord, value
}

// quoted reads a string or a shell command. In a string a backslash escapes.
func (l *lexer) quoted(r string) error {
	q := r[0]
	n := 1
	for n < len(r) && r[n] != q {
		if r[n] == '\\' && n+1 < len(r) {
			n++
		}
		n++
	}
	if n >= len(r) {
		return l.fail("expected a closing %c, got the end of the script", q)
	}
	text := r[1:n]
	if q == '`' {
		l.add(tokCommand, strings.ReplaceAll(text, "\\`", "`"), n+1)
		return nil
	}
	l.add(tokString, Unescape(text), n+1)
	return nil
}

// unescape reads the escapes of a string in C: \n, \x2f, \0, \101.
func Unescape(text string) string {
	if !strings.Contains(text, "\\") {
		return text
	}
	var out []byte
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out = append(out, text[i])
			continue
		}
		i++
		base, most, from := 8, 3, i
		if text[i] == 'x' {
			base, most, from = 16, 2, i+1
		}
		to := from
		for to < len(text) && to-from < most && strings.IndexByte("0123456789abcdefABCDEF"[:base+6*(base/16)], text[to]) >= 0 {
			to++
		}
		if n, err := strconv.ParseUint(text[from:to], base, 16); err == nil {
			out = append(out, byte(n))
			i = to - 1
		} else if at := strings.IndexByte("abfnrtv", text[i]); at >= 0 {
			out = append(out, "\a\b\f\n\r\t\v"[at])
		} else {
			out = append(out, text[i])
		}
	}
	return string(out)
}
