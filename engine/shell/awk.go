package shell

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

// awk carries out what recipes write in it: patterns, print and printf of columns,
// counters in arrays, for (k in a), END. It has no loops but that over an array, so it
// always ends.
func awk(args []string, in *string) result {
	sep := ""
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		switch {
		case args[0] == "-F" && len(args) > 2:
			sep, args = args[1], args[2:]
		case strings.HasPrefix(args[0], "-F"):
			sep, args = args[0][2:], args[1:]
		default:
			return bad("awk: option " + args[0] + " is not understood here; expected -F and a separator")
		}
	}
	switch {
	case len(args) == 0:
		return bad("usage: awk [-F fs] 'prog'")
	case in == nil || len(args) > 1:
		return needsPipe("awk")
	}
	p := &awkParser{toks: awkLex(args[0])}
	rules := p.program()
	if p.err != "" {
		return bad("awk: " + p.err)
	}
	m := &awkRun{vars: map[string]string{}, arrays: map[string]*awkArray{}, sep: sep}
	m.all(rules, "BEGIN")
	for _, line := range linesOf(*in) {
		m.nr++
		m.load(line)
		m.all(rules, "")
	}
	m.all(rules, "END")
	return result{out: m.out.String()}
}

type awkArray struct {
	keys []string
	vals map[string]string
}

// awkRun is a program that runs.
type awkRun struct {
	vars   map[string]string
	arrays map[string]*awkArray
	line   string
	fields []string
	nr     int
	sep    string
	out    strings.Builder
}

func (m *awkRun) load(line string) {
	m.line = line
	switch {
	case m.sep == "" || m.sep == " ":
		m.fields = strings.Fields(line)
	case len(m.sep) == 1:
		m.fields = strings.Split(line, m.sep)
	default:
		if re, err := regexp.Compile(m.sep); err == nil {
			m.fields = re.Split(line, -1)
		}
	}
}

func (m *awkRun) array(name string) *awkArray {
	a := m.arrays[name]
	if a == nil {
		a = &awkArray{vals: map[string]string{}}
		m.arrays[name] = a
	}
	return a
}

// all applies the rules of one kind: BEGIN, END, or "" those of lines.
func (m *awkRun) all(rules []awkRule, when string) {
	for _, r := range rules {
		if r.when != when || r.pattern != nil && !truth(r.pattern(m)) {
			continue
		}
		if r.body == nil {
			m.out.WriteString(m.line + "\n")
			continue
		}
		r.body(m)
	}
}

func truth(v string) bool {
	n, err := strconv.ParseFloat(v, 64)
	return v != "" && (err != nil || n != 0)
}

// leading is the number that a text begins with.
func leading(s string) float64 {
	s = strings.TrimSpace(s)
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.' || i == 0 && (s[i] == '-' || s[i] == '+')) {
		i++
	}
	n, _ := strconv.ParseFloat(s[:i], 64)
	return n
}

func compareFloat(a, b float64) int { return cmp.Compare(a, b) }

func plain(n float64) string { return strconv.FormatFloat(n, 'g', 6, 64) }

// number writes a value as awk does: whole ones without a point.
func awkNumber(n float64) string {
	if n == float64(int64(n)) {
		return strconv.FormatInt(int64(n), 10)
	}
	return plain(n)
}

// compare compares as numbers if both look like some.
func compareAwk(a, b string) int {
	x, err1 := strconv.ParseFloat(strings.TrimSpace(a), 64)
	y, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	if err1 == nil && err2 == nil {
		return cmp.Compare(x, y)
	}
	return strings.Compare(a, b)
}

// printf writes with %s, %d, %f, %x and %%, with widths.
func (m *awkRun) printf(args []string) {
	f := args[0]
	args = args[1:]
	next := func() string {
		if len(args) == 0 {
			return ""
		}
		v := args[0]
		args = args[1:]
		return v
	}
	for i := 0; i < len(f); i++ {
		if f[i] != '%' {
			m.out.WriteByte(f[i])
			continue
		}
		j := i + 1
		for j < len(f) && strings.IndexByte("-+ 0123456789.", f[j]) >= 0 {
			j++
		}
		if j == len(f) {
			return
		}
		spec, text := f[i+1:j], ""
		width, digits, _ := strings.Cut(strings.TrimLeft(spec, "-+ "), ".")
		switch f[j] {
		case '%':
			text = "%"
		case 'd', 'i':
			text = strconv.FormatInt(int64(leading(next())), 10)
		case 'f', 'g':
			k, err := strconv.Atoi(digits)
			if err != nil {
				k = 6
			}
			text = strconv.FormatFloat(leading(next()), 'f', min(k, 20), 64)
		case 'x':
			text = strconv.FormatInt(int64(leading(next())), 16)
		default:
			text = next()
		}
		k, _ := strconv.Atoi(width)
		if k = min(k, 200); strings.HasPrefix(spec, "-") {
			text = pad(text, k)
		} else {
			text = padLeft(text, k)
		}
		m.out.WriteString(text)
		i = j
	}
}
