package shell

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// filters are the commands that change what comes through a pipe. It is read only.
var filters map[string]func(args []string, in *string) result

func init() {
	filters = map[string]func(args []string, in *string) result{
		"grep": grep, "egrep": egrep, "fgrep": fgrep, "head": head, "tail": tail, "wc": wc, "sort": sortLines, "uniq": uniq, "awk": awk, "cut": cut,
		"tr": tr, "column": column0, "less": pager, "more": pager,
		"echo": echo, "true": func([]string, *string) result { return result{} }, ":": func([]string, *string) result { return result{} },
		"false": func([]string, *string) result { return result{failed: true} },
		"sleep": func([]string, *string) result {
			return bad("sleep: time does not pass in this shell; step on in the diagram instead")
		},
	}
}

func needsPipe(name string) result {
	return bad(name + ": there are no files here; expected something in a pipe before it")
}

func linesOf(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

func joined(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return strings.Join(list, "\n") + "\n"
}

func pager(_ []string, in *string) result {
	if in == nil {
		return needsPipe("less")
	}
	return result{out: *in}
}

func echo(args []string, _ *string) result {
	end := "\n"
	if len(args) > 0 && args[0] == "-n" {
		end, args = "", args[1:]
	}
	return result{out: strings.Join(args, " ") + end}
}

func egrep(args []string, in *string) result { return grep(append([]string{"-E"}, args...), in) }
func fgrep(args []string, in *string) result { return grep(append([]string{"-F"}, args...), in) }

// flagsOf reads single letters, and the values of those in valued.
func flagsOf(args []string, known, valued string) (set string, values map[byte]string, rest []string, bad string) {
	values = map[byte]string{}
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			return set, values, append(rest, args[i+1:]...), ""
		}
		if len(a) < 2 || a[0] != '-' || a[1] == '-' || strings.Trim(a[1:], "0123456789") == "" && !strings.Contains(known, a[1:2]) {
			if strings.HasPrefix(a, "--") {
				if a = strings.TrimPrefix(a, "--color"); a == "" || strings.HasPrefix(a, "=") {
					continue
				}
				return set, values, rest, args[i]
			}
			rest = append(rest, a)
			continue
		}
		for j := 1; j < len(a); j++ {
			switch {
			case strings.IndexByte(valued, a[j]) >= 0:
				if j+1 < len(a) {
					values[a[j]] = a[j+1:]
				} else if i++; i < len(args) {
					values[a[j]] = args[i]
				} else {
					return set, values, rest, "-" + a[j:j+1] + " (it wants an argument)"
				}
				set += a[j : j+1]
				j = len(a)
			case strings.IndexByte(known, a[j]) < 0:
				return set, values, rest, "-" + a[j:j+1]
			default:
				set += a[j : j+1]
			}
		}
	}
	return set, values, rest, ""
}

func grep(args []string, in *string) result {
	set, values, rest, wrong := flagsOf(args, "EFivcnwxoqhPs", "eABC")
	on := func(c string) bool { return strings.Contains(set, c) }
	switch {
	case wrong != "":
		return bad("grep: option " + wrong + " is not understood here; expected -E -F -i -v -c -n -w -x -o -q -e -A -B -C")
	case !on("e") && len(rest) == 0:
		return bad("Usage: grep [OPTION]... PATTERN")
	case in == nil || len(rest) > 1 || on("e") && len(rest) > 0:
		return needsPipe("grep")
	}
	p := values['e']
	if !on("e") {
		p = rest[0]
	}
	switch {
	case on("F"):
		p = regexp.QuoteMeta(p)
	case !on("E") && !on("P"):
		p = basic(p)
	}
	if on("w") {
		p = `\b(?:` + p + `)\b`
	}
	if on("x") {
		p = `^(?:` + p + `)$`
	}
	if on("i") {
		p = "(?i)" + p
	}
	re, err := regexp.Compile(p)
	if err != nil {
		return bad("grep: " + err.Error())
	}
	return grepLines(re, linesOf(*in), on, around(values))
}

// around is how many lines before and after a match are shown.
func around(values map[byte]string) (n [2]int) {
	for c, places := range [...][]int{'A': {1}, 'B': {0}, 'C': {0, 1}} {
		if v, ok := values[byte(c)]; ok {
			k, _ := strconv.Atoi(v)
			for _, p := range places {
				n[p] = max(k, 0)
			}
		}
	}
	return n
}

func grepLines(re *regexp.Regexp, lines []string, on func(string) bool, near [2]int) result {
	var out []string
	n, last := 0, -1
	label := func(i int) string {
		if on("n") {
			return strconv.Itoa(i+1) + ":"
		}
		return ""
	}
	for i, line := range lines {
		if re.MatchString(line) == on("v") {
			continue
		}
		n++
		if on("o") && !on("v") {
			for _, m := range re.FindAllString(line, -1) {
				if m != "" {
					out = append(out, label(i)+m)
				}
			}
			continue
		}
		for j := max(last+1, i-near[0]); j <= min(i+near[1], len(lines)-1); j++ {
			out = append(out, label(j)+lines[j])
			last = j
		}
	}
	switch {
	case on("q"):
		return result{failed: n == 0}
	case on("c"):
		return result{strconv.Itoa(n) + "\n", n == 0}
	}
	return result{joined(out), n == 0}
}

// basic turns a basic regular expression into an extended one.
func basic(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\' && i+1 < len(p) && strings.IndexByte("(){}+?|", p[i+1]) >= 0:
			i++
			b.WriteByte(p[i])
		case c == '\\' && i+1 < len(p):
			b.WriteString(p[i : i+2])
			i++
		case strings.IndexByte("(){}+?|", c) >= 0:
			b.WriteString(`\` + p[i:i+1])
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// count reads -n N, -N and +N of head and tail.
func countArg(name string, args []string) (n int, from bool, wrong string) {
	n = 10
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "-n" && i+1 < len(args):
			i++
			a = args[i]
		case strings.HasPrefix(a, "-n"):
			a = a[2:]
		case strings.HasPrefix(a, "-"):
			a = a[1:]
		}
		k, err := strconv.Atoi(strings.TrimPrefix(a, "+"))
		if err != nil {
			return 0, false, name + ": " + args[i] + " is not understood here; expected -n and a number"
		}
		n, from = k, strings.HasPrefix(a, "+")
	}
	return n, from, ""
}

func head(args []string, in *string) result {
	n, _, wrong := countArg("head", args)
	if wrong != "" {
		return bad(wrong)
	}
	if in == nil {
		return needsPipe("head")
	}
	l := linesOf(*in)
	if n < 0 {
		n = max(len(l)+n, 0)
	}
	return result{out: joined(l[:min(n, len(l))])}
}

func tail(args []string, in *string) result {
	n, from, wrong := countArg("tail", args)
	if wrong != "" {
		return bad(wrong)
	}
	if in == nil {
		return needsPipe("tail")
	}
	l := linesOf(*in)
	if from {
		return result{out: joined(l[min(max(n-1, 0), len(l)):])}
	}
	if n < 0 {
		n = -n
	}
	return result{out: joined(l[max(len(l)-n, 0):])}
}

func wc(args []string, in *string) result {
	set, _, rest, wrong := flagsOf(args, "lwcm", "")
	if wrong != "" || len(rest) > 0 {
		return bad("wc: " + wrong + strings.Join(rest, " ") + " is not understood here; expected -l, -w or -c")
	}
	if in == nil {
		return needsPipe("wc")
	}
	n := map[byte]int{'l': strings.Count(*in, "\n"), 'w': len(strings.Fields(*in)), 'c': len(*in), 'm': utf8.RuneCountInString(*in)}
	if set == "" {
		s := ""
		for _, c := range "lwc" {
			s += padLeft(strconv.Itoa(n[byte(c)]), 7) + " "
		}
		return result{out: strings.TrimRight(s, " ") + "\n"}
	}
	var parts []string
	for _, c := range "lwmc" {
		if strings.ContainsRune(set, c) {
			parts = append(parts, strconv.Itoa(n[byte(c)]))
		}
	}
	return result{out: strings.Join(parts, " ") + "\n"}
}

func uniq(args []string, in *string) result {
	set, _, rest, wrong := flagsOf(args, "cdui", "")
	if wrong != "" || len(rest) > 0 {
		return bad("uniq: " + wrong + strings.Join(rest, " ") + " is not understood here; expected -c, -d, -u or -i")
	}
	if in == nil {
		return needsPipe("uniq")
	}
	var out []string
	l := linesOf(*in)
	for i := 0; i < len(l); {
		j := i + 1
		for j < len(l) && (l[j] == l[i] || strings.Contains(set, "i") && strings.EqualFold(l[j], l[i])) {
			j++
		}
		if n := j - i; (!strings.Contains(set, "d") || n > 1) && (!strings.Contains(set, "u") || n == 1) {
			line := l[i]
			if strings.Contains(set, "c") {
				line = padLeft(strconv.Itoa(n), 7) + " " + line
			}
			out = append(out, line)
		}
		i = j
	}
	return result{out: joined(out)}
}

func sortLines(args []string, in *string) result {
	set, values, rest, wrong := flagsOf(args, "nrufbhVs", "kt")
	if wrong != "" || len(rest) > 0 {
		return bad("sort: " + wrong + strings.Join(rest, " ") + " is not understood here; expected -n, -r, -u, -f, -k N or -t C")
	}
	if in == nil {
		return needsPipe("sort")
	}
	on := func(c string) bool { return strings.Contains(set, c) }
	key, numeric, reverse := 0, on("n") || on("h"), on("r")
	if k := values['k']; k != "" {
		num := strings.TrimRight(strings.SplitN(k, ",", 2)[0], "nrbfh")
		key, _ = strconv.Atoi(strings.SplitN(num, ".", 2)[0])
		numeric, reverse = numeric || strings.Contains(k, "n"), reverse || strings.Contains(k, "r")
	}
	field := func(s string) string {
		f := strings.Fields(s)
		if sep := values['t']; sep != "" {
			f = strings.Split(s, sep)
		}
		switch {
		case key == 0:
			return s
		case key > len(f):
			return ""
		}
		return strings.Join(f[key-1:], " ")
	}
	l := linesOf(*in)
	slices.SortStableFunc(l, func(a, b string) int {
		c := 0
		if x, y := field(a), field(b); numeric {
			c = compareFloat(leading(x), leading(y))
		} else if on("f") {
			c = strings.Compare(strings.ToLower(x), strings.ToLower(y))
		} else {
			c = strings.Compare(x, y)
		}
		if c == 0 {
			c = strings.Compare(a, b)
		}
		if reverse {
			return -c
		}
		return c
	})
	if on("u") {
		l = slices.Compact(l)
	}
	return result{out: joined(l)}
}

func cut(args []string, in *string) result {
	_, values, rest, wrong := flagsOf(args, "s", "dfc")
	if wrong != "" || len(rest) > 0 || values['f'] == "" && values['c'] == "" {
		return bad("cut: expected -d C -f LIST, or -c LIST, with something in a pipe before it")
	}
	if in == nil {
		return needsPipe("cut")
	}
	sep := values['d']
	if sep == "" {
		sep = "\t"
	}
	var out []string
	for _, line := range linesOf(*in) {
		list, glue, want := strings.Split(line, sep), sep, values['f']
		if values['c'] != "" {
			list, glue, want = strings.Split(line, ""), "", values['c']
		} else if len(list) == 1 {
			out = append(out, line)
			continue
		}
		var keep []string
		for i, f := range list {
			if inList(want, i+1) {
				keep = append(keep, f)
			}
		}
		out = append(out, strings.Join(keep, glue))
	}
	return result{out: joined(out)}
}

// inList: 1,3-5,7- names n.
func inList(list string, n int) bool {
	for _, p := range strings.Split(list, ",") {
		a, b, two := strings.Cut(p, "-")
		lo, _ := strconv.Atoi(a)
		hi, err := strconv.Atoi(b)
		switch {
		case !two:
			hi = lo
		case err != nil:
			hi = 1 << 30
		}
		if n >= lo && n <= hi {
			return true
		}
	}
	return false
}

func tr(args []string, in *string) result {
	if in == nil {
		return needsPipe("tr")
	}
	unq := strings.NewReplacer(`\n`, "\n", `\t`, "\t")
	switch {
	case len(args) == 2 && args[0] == "-d":
		return result{out: strings.Map(func(c rune) rune {
			if strings.ContainsRune(unq.Replace(args[1]), c) {
				return -1
			}
			return c
		}, *in)}
	case len(args) == 2 && args[0] == "-s":
		out := *in
		for _, c := range unq.Replace(args[1]) {
			for strings.Contains(out, string(c)+string(c)) {
				out = strings.ReplaceAll(out, string(c)+string(c), string(c))
			}
		}
		return result{out: out}
	case len(args) == 2 && len(unq.Replace(args[0])) == 1 && len(unq.Replace(args[1])) == 1:
		return result{out: strings.ReplaceAll(*in, unq.Replace(args[0]), unq.Replace(args[1]))}
	}
	return bad("tr: expected -d SET, -s SET, or two characters")
}

// column0 is column -t.
func column0(args []string, in *string) result {
	if in == nil || len(args) != 1 || args[0] != "-t" {
		return bad("column: expected -t, and something in a pipe before it")
	}
	var rows [][]string
	var width []int
	for _, l := range linesOf(*in) {
		f := strings.Fields(l)
		for i, c := range f {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], len(c))
		}
		rows = append(rows, f)
	}
	var out []string
	for _, f := range rows {
		line := ""
		for i, c := range f {
			line += pad(c, width[i]+2)
		}
		out = append(out, strings.TrimRight(line, " "))
	}
	return result{out: joined(out)}
}
