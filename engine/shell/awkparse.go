package shell

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

type (
	awkExpr func(m *awkRun) string
	awkStmt func(m *awkRun)
	awkRule struct {
		when    string
		pattern awkExpr
		body    awkStmt
	}
)

// awkTok is a token: w a word, n a number, s a string, r a regular expression, else itself.
type awkTok struct {
	kind byte
	text string
}

// awkLex cuts a program into tokens.
func awkLex(s string) (all []awkTok) {
	word := func(c byte) bool {
		return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
	}
	for i := 0; i < len(s); {
		c := s[i]
		j := i + 1
		switch {
		case c == ' ' || c == '\t':
		case c == '\n':
			all = append(all, awkTok{';', ";"})
		case c == '"' || c == '/' && awkWantsRegexp(all):
			for j < len(s) && s[j] != c {
				if s[j] == '\\' {
					j++
				}
				j++
			}
			text := s[i+1 : min(j, len(s))]
			if c == '"' {
				all = append(all, awkTok{'s', strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\"`, `"`, `\\`, `\`).Replace(text)})
			} else {
				all = append(all, awkTok{'r', strings.ReplaceAll(text, `\/`, "/")})
			}
			j++
		case c >= '0' && c <= '9' || c == '.':
			for j < len(s) && (s[j] >= '0' && s[j] <= '9' || s[j] == '.') {
				j++
			}
			all = append(all, awkTok{'n', s[i:j]})
		case word(c):
			for j < len(s) && word(s[j]) {
				j++
			}
			all = append(all, awkTok{'w', s[i:j]})
		default:
			if j < len(s) && slices.Contains([]string{"++", "--", "+=", "-=", "==", "!=", "<=", ">=", "&&", "||", "!~"}, s[i:j+1]) {
				j++
			}
			all = append(all, awkTok{'o', s[i:j]})
		}
		i = j
	}
	for i := range all {
		if all[i].text == ";" && all[i].kind != 's' {
			all[i].kind = 'o'
		}
	}
	return all
}

// awkWantsRegexp: a / here begins a regular expression and is no division.
func awkWantsRegexp(before []awkTok) bool {
	if len(before) == 0 {
		return true
	}
	t := before[len(before)-1]
	return t.kind == 'o' && t.text != ")" && t.text != "]"
}

// awkParser makes functions of a program.
type awkParser struct {
	toks  []awkTok
	i     int
	depth int
	err   string
}

func (p *awkParser) peek() awkTok {
	if p.i < len(p.toks) && p.err == "" {
		return p.toks[p.i]
	}
	return awkTok{}
}

func (p *awkParser) take(op string) bool {
	if t := p.peek(); t.kind != 's' && t.kind != 'r' && t.text == op && op != "" {
		p.i++
		return true
	}
	return false
}

func (p *awkParser) need(op string) {
	if !p.take(op) && p.err == "" {
		p.err = "syntax error at " + strconv.Quote(p.peek().text) + ": expected " + op + ". This awk knows patterns, print, printf, counters, if, for (k in a) and END"
	}
}

func (p *awkParser) program() (rules []awkRule) {
	for p.err == "" && p.i < len(p.toks) {
		if p.take(";") {
			continue
		}
		var r awkRule
		switch {
		case p.take("BEGIN"):
			r.when = "BEGIN"
		case p.take("END"):
			r.when = "END"
		case p.peek().text != "{":
			r.pattern = p.expr(0)
		}
		if p.peek().text == "{" {
			r.body = p.block()
		} else if r.when != "" {
			p.need("{")
		}
		rules = append(rules, r)
	}
	return rules
}

func (p *awkParser) block() awkStmt {
	p.need("{")
	var list []awkStmt
	for p.err == "" && !p.take("}") {
		if p.i >= len(p.toks) {
			p.need("}")
		}
		if !p.take(";") {
			list = append(list, p.stmt())
		}
	}
	return func(m *awkRun) {
		for _, s := range list {
			s(m)
		}
	}
}

func (p *awkParser) stmt() awkStmt {
	if p.depth++; p.depth > 40 {
		p.err = "the program is nested too deeply"
		return nil
	}
	defer func() { p.depth-- }()
	switch {
	case p.peek().text == "{":
		return p.block()
	case p.take("print"):
		args := p.list()
		return func(m *awkRun) {
			var parts []string
			for _, a := range args {
				parts = append(parts, a(m))
			}
			if len(args) == 0 {
				parts = []string{m.line}
			}
			m.out.WriteString(strings.Join(parts, " ") + "\n")
		}
	case p.take("printf"):
		args := p.list()
		if len(args) == 0 && p.err == "" {
			p.err = "printf wants a format"
		}
		return func(m *awkRun) {
			var parts []string
			for _, a := range args {
				parts = append(parts, a(m))
			}
			m.printf(parts)
		}
	case p.take("if"):
		p.need("(")
		cond := p.expr(0)
		p.need(")")
		then := p.stmt()
		return func(m *awkRun) {
			if truth(cond(m)) {
				then(m)
			}
		}
	case p.take("for"):
		p.need("(")
		key := p.peek().text
		p.i++
		p.need("in")
		arr := p.peek().text
		p.i++
		p.need(")")
		body := p.stmt()
		return func(m *awkRun) {
			for _, k := range slices.Clone(m.array(arr).keys) {
				m.vars[key] = k
				body(m)
			}
		}
	case p.take("next"), p.take("exit"):
		p.err = "next and exit are not understood here"
	}
	e := p.expr(0)
	return func(m *awkRun) { e(m) }
}

// list reads what print prints.
func (p *awkParser) list() (args []awkExpr) {
	paren := p.take("(")
	for p.err == "" && p.i < len(p.toks) && p.peek().text != ";" && p.peek().text != "}" {
		args = append(args, p.expr(0))
		if !p.take(",") {
			break
		}
	}
	if paren {
		p.need(")")
	}
	return args
}

var awkLevels = [][]string{{"||"}, {"&&"}, {"~", "!~"}, {"==", "!=", "<", ">", "<=", ">="}, {" "}, {"+", "-"}, {"*", "/", "%"}}

// expr reads an expression of a level of precedence or above.
func (p *awkParser) expr(level int) awkExpr {
	if p.depth++; p.depth > 60 {
		p.err = "the expression is nested too deeply"
	}
	defer func() { p.depth-- }()
	if level == len(awkLevels) {
		return p.unary()
	}
	left := p.expr(level + 1)
	for p.err == "" {
		op := p.peek().text
		k := p.peek().kind
		switch {
		case awkLevels[level][0] == " " && (k == 'n' || k == 's' || k == 'w' && op != "in" || k == 'o' && (op == "$" || op == "(")):
			a, b := left, p.expr(level+1)
			left = func(m *awkRun) string { return a(m) + b(m) }
		case k == 'o' && slices.Contains(awkLevels[level], op):
			p.i++
			left = awkBinary(op, left, p.expr(level+1))
		default:
			return left
		}
	}
	return left
}

func yes(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func awkBinary(op string, a, b awkExpr) awkExpr {
	return func(m *awkRun) string {
		x := a(m)
		if op == "||" && truth(x) || op == "&&" && !truth(x) {
			return yes(op == "||")
		}
		y := b(m)
		switch c := compareAwk(x, y); op {
		case "||", "&&":
			return yes(truth(y))
		case "==":
			return yes(c == 0)
		case "!=":
			return yes(c != 0)
		case "<":
			return yes(c < 0)
		case ">":
			return yes(c > 0)
		case "<=":
			return yes(c <= 0)
		case ">=":
			return yes(c >= 0)
		case "~", "!~":
			re, err := regexp.Compile(y)
			return yes(err == nil && re.MatchString(x) == (op == "~"))
		}
		u, v := leading(x), leading(y)
		switch op {
		case "+":
			return awkNumber(u + v)
		case "-":
			return awkNumber(u - v)
		case "*":
			return awkNumber(u * v)
		case "%":
			if int64(v) == 0 {
				return "0"
			}
			return awkNumber(float64(int64(u) % int64(v)))
		}
		if v == 0 {
			return "0"
		}
		return awkNumber(u / v)
	}
}

func (p *awkParser) unary() awkExpr {
	switch {
	case p.take("!"):
		e := p.unary()
		return func(m *awkRun) string { return yes(!truth(e(m))) }
	case p.take("-"):
		e := p.unary()
		return func(m *awkRun) string { return awkNumber(-leading(e(m))) }
	case p.take("++"):
		get, set := p.place()
		return func(m *awkRun) string { v := awkNumber(leading(get(m)) + 1); set(m, v); return v }
	}
	return p.primary()
}

func (p *awkParser) primary() awkExpr {
	t := p.peek()
	switch t.kind {
	case 'n':
		p.i++
		return func(*awkRun) string { return t.text }
	case 's':
		p.i++
		return func(*awkRun) string { return t.text }
	case 'r':
		p.i++
		re, err := regexp.Compile(t.text)
		if err != nil {
			p.err = err.Error()
		}
		if before := p.i - 2; before >= 0 && (p.toks[before].text == "~" || p.toks[before].text == "!~") {
			return func(*awkRun) string { return t.text }
		}
		return func(m *awkRun) string { return yes(re.MatchString(m.line)) }
	}
	if p.take("(") {
		e := p.expr(0)
		p.need(")")
		return e
	}
	if p.take("$") {
		e := p.primary()
		return func(m *awkRun) string {
			n := int(leading(e(m)))
			switch {
			case n == 0:
				return m.line
			case n < 0 || n > len(m.fields):
				return ""
			}
			return m.fields[n-1]
		}
	}
	if t.kind != 'w' {
		p.need("an expression")
		return func(*awkRun) string { return "" }
	}
	if t.text == "length" {
		p.i++
		return func(m *awkRun) string { return strconv.Itoa(len(m.line)) }
	}
	get, set := p.place()
	switch {
	case p.take("++"):
		return func(m *awkRun) string { v := awkNumber(leading(get(m))); set(m, awkNumber(leading(v)+1)); return v }
	case p.take("+="), p.take("-="):
		minus := p.toks[p.i-1].text == "-="
		e := p.expr(0)
		return func(m *awkRun) string {
			d := leading(e(m))
			if minus {
				d = -d
			}
			v := awkNumber(leading(get(m)) + d)
			set(m, v)
			return v
		}
	case p.take("="):
		e := p.expr(0)
		return func(m *awkRun) string { v := e(m); set(m, v); return v }
	}
	return get
}

// place reads a variable, or an element of an array.
func (p *awkParser) place() (get awkExpr, set func(*awkRun, string)) {
	name := p.peek().text
	p.i++
	if p.take("[") {
		key := p.expr(0)
		p.need("]")
		return func(m *awkRun) string { return m.array(name).vals[key(m)] }, func(m *awkRun, v string) {
			a, k := m.array(name), key(m)
			if _, ok := a.vals[k]; !ok {
				a.keys = append(a.keys, k)
			}
			a.vals[k] = v
		}
	}
	switch name {
	case "NR", "FNR":
		get = func(m *awkRun) string { return strconv.Itoa(m.nr) }
	case "NF":
		get = func(m *awkRun) string { return strconv.Itoa(len(m.fields)) }
	default:
		get = func(m *awkRun) string { return m.vars[name] }
	}
	return get, func(m *awkRun, v string) {
		if name == "FS" {
			m.sep = v
		}
		m.vars[name] = v
	}
}
