package packetdrill

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"wirestep/engine/tcp"
)

// python runs the %{ code }% of a script. Starlark is Python without what could
// reach outside; the few forms that it lacks are rewritten first. Names that one
// piece of code makes are known to the next, as in the original, which runs all
// of them in one interpreter.
type python struct {
	names starlark.StringDict
	said  []string // what print() printed
	guard guard
	most  int // bytes of code of a stranger; 0: the code is the caller's
}

// maxCodeSteps stops a loop without end.
const maxCodeSteps = 1_000_000

var codeOptions = syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true}

// assertion is a failed assert.
type assertion struct{ cond, msg string }

func (a *assertion) Error() string {
	if a.msg == "" {
		return a.cond
	}
	return a.cond + ", got " + a.msg
}

// run executes code with the variables of a socket. The error of an assertion
// that fails is an *assertion.
func (p *python) run(code string, info []tcp.InfoField) error {
	text := rewrite(code)
	if p.most > 0 {
		if len(text) > p.most {
			return fmt.Errorf("%d bytes of code; at most %d may stand together here", len(text), p.most)
		}
		if err := p.guard.check(text); err != nil {
			return err
		}
	}
	env := starlark.StringDict{"True": starlark.True, "False": starlark.False}
	for _, name := range slices.Sorted(maps.Keys(consts)) {
		if strings.HasPrefix(name, "TCP") {
			env[name] = starlark.MakeInt64(consts[name])
		}
	}
	for _, f := range info {
		env[f.Name] = starlark.MakeInt64(f.Value)
	}
	for _, name := range slices.Sorted(maps.Keys(p.names)) {
		env[name] = p.names[name]
	}
	env["assert_"] = starlark.NewBuiltin("assert_", assertBuiltin)
	env["round"] = starlark.NewBuiltin("round", roundBuiltin)
	th := &starlark.Thread{Name: "code", Print: func(_ *starlark.Thread, s string) { p.said = append(p.said, s) }}
	th.SetMaxExecutionSteps(maxCodeSteps)
	globals, err := starlark.ExecFileOptions(&codeOptions, th, "code", text, env)
	if p.names == nil {
		p.names = starlark.StringDict{}
	}
	for _, name := range slices.Sorted(maps.Keys(globals)) {
		p.names[name] = globals[name]
	}
	if e, is := err.(*starlark.EvalError); is {
		if a, is := e.Unwrap().(*assertion); is {
			return a
		}
		return fmt.Errorf("%s", e.Msg)
	}
	return err
}

func assertBuiltin(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) < 2 {
		return nil, fmt.Errorf("assert without a condition")
	}
	if args[1].Truth() {
		return starlark.None, nil
	}
	text, _ := starlark.AsString(args[0])
	a := &assertion{cond: text}
	for i, m := range args[2:] {
		if i > 0 {
			a.msg += ", "
		}
		if s, is := starlark.AsString(m); is {
			a.msg += s
		} else {
			a.msg += m.String()
		}
	}
	return nil, a
}

func roundBuiltin(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("round without a number")
	}
	f, ok := starlark.AsFloat(args[0])
	if !ok {
		return nil, fmt.Errorf("round of %s; expected a number", args[0].Type())
	}
	if f < 0 {
		return starlark.MakeInt64(int64(f - 0.5)), nil
	}
	return starlark.MakeInt64(int64(f + 0.5)), nil
}

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
	importLine     = regexp.MustCompile(`^(import|from)\s`)
	chain          = regexp.MustCompile(`([\w.]+(?:\([^()]*\))?)\s*(<=|>=|<|>|==)\s*([\w.]+(?:\([^()]*\))?)\s*(<=|>=|<|>|==)\s*`)
	isWordOp       = regexp.MustCompile(`\bis not\b|\bis\b`)
	notEqual       = regexp.MustCompile(`<>`)
)

// rewriteLine rewrites the statements of one line.
func rewriteLine(line string) string {
	body := strings.TrimLeft(line, " ")
	indent := line[:len(line)-len(body)]
	if m := regexp.MustCompile(`^((?:if|elif|for|while|else)\b[^"']*?:)\s+(assert\b.*|print\b.*)$`).FindStringSubmatch(body); m != nil {
		return indent + operators(m[1]) + " " + rewriteLine(m[2])
	}
	parts := splitTop(body, ';')
	var out []string
	for _, s := range parts {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, statement(s))
		}
	}
	if len(out) == 0 {
		return line
	}
	return indent + strings.Join(out, "; ")
}

func statement(s string) string {
	switch {
	case strings.HasPrefix(s, "assert ") || strings.HasPrefix(s, "assert("):
		cond := strings.TrimSpace(strings.TrimPrefix(s, "assert"))
		parts := splitTop(cond, ',')
		args := operators(strings.TrimSpace(parts[0]))
		for _, m := range parts[1:] {
			args += "," + m
		}
		return "assert_(" + quote(strings.TrimSpace(parts[0])) + ", " + args + ")"
	case importLine.MatchString(s):
		return "pass"
	case printStatement.MatchString(s):
		return "print(" + printStatement.FindStringSubmatch(s)[1] + ")"
	}
	return operators(s)
}

// operators rewrites comparisons that Starlark does not have: a < b < c, is, <>.
func operators(s string) string {
	if strings.ContainsAny(s, `"'`) {
		return s
	}
	s = notEqual.ReplaceAllString(s, "!=")
	s = isWordOp.ReplaceAllStringFunc(s, func(op string) string {
		if op == "is" {
			return "=="
		}
		return "!="
	})
	for range 4 {
		n := chain.ReplaceAllString(s, "$1 $2 $3 and $3 $4 ")
		if n == s {
			break
		}
		s = n
	}
	return s
}
