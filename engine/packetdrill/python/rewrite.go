package python

import (
	"regexp"
	"strconv"
	"strings"
)

// rewrite turns the Python that scripts use into Starlark.
func rewrite(code string) string {
	lines := joinLines(strings.Split(dedent(code), "\n"))
	for i, line := range lines {
		lines[i] = rewriteLine(line)
	}
	return strings.Join(lines, "\n") + "\n"
}

// dedent takes away the margin that all lines share.
func dedent(code string) string {
	lines := strings.Split(strings.ReplaceAll(code, "\t", "        "), "\n")
	if len(lines) > 0 {
		lines[0] = strings.TrimLeft(lines[0], " ")
	}
	margin := -1
	for _, l := range lines[1:] {
		if t := strings.TrimLeft(l, " "); t != "" && (margin < 0 || len(l)-len(t) < margin) {
			margin = len(l) - len(t)
		}
	}
	for i := 1; i < len(lines); i++ {
		lines[i] = strings.TrimRight(lines[i][min(max(margin, 0), len(lines[i])):], " \r")
	}
	return strings.Join(lines, "\n")
}

// joinLines makes one line of an assert that goes on over several.
func joinLines(lines []string) []string {
	var out []string
	for _, l := range lines {
		if n := len(out); n > 0 && (depthOf(out[n-1]) > 0 || strings.HasSuffix(out[n-1], "\\")) {
			out[n-1] = strings.TrimSuffix(out[n-1], "\\") + " " + strings.TrimSpace(l)
			continue
		}
		out = append(out, l)
	}
	return out
}

// depthOf counts the brackets that a text leaves open.
func depthOf(s string) int {
	d := 0
	scan(s, func(i, depth int) bool { d = depth; return true })
	return d
}

// scan walks over a text outside strings and comments; depth counts brackets
// after the character at i.
func scan(s string, f func(i, depth int) bool) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\'', '"':
			for i++; i < len(s) && s[i] != c; i++ {
				if s[i] == '\\' {
					i++
				}
			}
			continue
		case '#':
			return
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
		if !f(i, depth) {
			return
		}
	}
}

// splitTop cuts a text at a character outside brackets and strings.
func splitTop(s string, sep byte) []string {
	var out []string
	from := 0
	scan(s, func(i, depth int) bool {
		if depth == 0 && s[i] == sep {
			out = append(out, s[from:i])
			from = i + 1
		}
		return true
	})
	return append(out, s[from:])
}

var (
	printStatement = regexp.MustCompile(`^print\s+([^(=].*)$`)
	importLine     = regexp.MustCompile(`^(import|from|global|nonlocal)\s`)
	compound       = regexp.MustCompile(`^(if|elif|else|for|while|def)\b`)
)

// rewriteLine rewrites the statements of one line.
func rewriteLine(line string) string {
	body := strings.TrimLeft(line, " ")
	indent := line[:len(line)-len(body)]
	if compound.MatchString(body) {
		if head := splitTop(body, ':'); len(head) > 1 {
			rest := body[len(head[0])+1:]
			if strings.TrimSpace(rest) == "" || strings.TrimSpace(rest)[0] == '#' {
				return indent + expression(head[0]) + ":"
			}
			return indent + expression(head[0]) + ": " + rewriteLine(strings.TrimSpace(rest))
		}
	}
	var out []string
	for _, s := range splitTop(body, ';') {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, statement(s))
		}
	}
	if len(out) == 0 {
		return line
	}
	return indent + strings.Join(out, "; ")
}

// statement rewrites a simple one. The message of an assertion is only worked out
// when the condition does not hold, as in Python.
func statement(s string) string {
	switch {
	case strings.HasPrefix(s, "assert ") || strings.HasPrefix(s, "assert("):
		cond := strings.TrimSpace(strings.TrimPrefix(s, "assert"))
		parts := splitTop(cond, ',')
		args := strconv.Quote(strings.TrimSpace(parts[0]))
		for _, m := range parts[1:] {
			args += ", " + expression(strings.TrimSpace(m))
		}
		return "(" + expression(strings.TrimSpace(parts[0])) + ") or assert_(" + args + ")"
	case importLine.MatchString(s):
		return "pass"
	case printStatement.MatchString(s):
		return "print(" + expression(printStatement.FindStringSubmatch(s)[1]) + ")"
	}
	return expression(s)
}
