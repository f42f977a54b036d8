package setup

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// test works out what stands between [ and ]: -o binds least, then -a, then !.
func (r *run) test(w []string) bool {
	if i := lastOf(w, "-o"); i > 0 {
		return r.test(w[:i]) || r.test(w[i+1:])
	}
	if i := lastOf(w, "-a"); i > 0 {
		return r.test(w[:i]) && r.test(w[i+1:])
	}
	switch {
	case len(w) == 3 && isBinary(w[1]):
		return r.compare(w[0], w[1], w[2])
	case len(w) > 1 && w[0] == "!":
		return !r.test(w[1:])
	case len(w) > 2 && w[0] == "(" && w[len(w)-1] == ")":
		return r.test(w[1 : len(w)-1])
	case len(w) == 0:
		return false
	case len(w) == 1:
		return w[0] != ""
	case len(w) == 2:
		return r.unaryTest(w[0], w[1])
	}
	r.odd("[ %s ]", strings.Join(w, " "))
	return true
}

func lastOf(w []string, op string) int {
	for i := len(w) - 2; i > 0; i-- {
		if w[i] == op && !(len(w) == 3 && isBinary(op)) {
			return i
		}
	}
	return -1
}

func isBinary(op string) bool {
	switch op {
	case "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge":
		return true
	}
	return false
}

func (r *run) compare(a, op, b string) bool {
	switch op {
	case "=", "==":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case ">":
		return a > b
	}
	x, errX := strconv.ParseInt(strings.TrimSpace(a), 10, 64)
	y, errY := strconv.ParseInt(strings.TrimSpace(b), 10, 64)
	if errX != nil || errY != nil {
		r.status = 2
		return false
	}
	switch op {
	case "-eq":
		return x == y
	case "-ne":
		return x != y
	case "-lt":
		return x < y
	case "-le":
		return x <= y
	case "-gt":
		return x > y
	}
	return x >= y
}

func (r *run) unaryTest(op, a string) bool {
	switch op {
	case "!":
		return a == ""
	case "-n":
		return a != ""
	case "-z":
		return a == ""
	case "-v":
		return r.get(a) != nil
	case "-e", "-f", "-r", "-w", "-s", "-x", "-d":
		return r.exists(a)
	case "-t":
		return false
	}
	r.odd("[ %s %s ]", op, a)
	return true
}

// exists reports whether there is a setting or a file beside the script. Of any other
// file nothing is known: it is taken to be there.
func (r *run) exists(name string) bool {
	if n, is := strings.CutPrefix(name, "/proc/sys/"); is && r.Get != nil {
		_, ok := r.setting(n)
		return ok || strings.HasSuffix(name, "/")
	}
	if r.Read == nil || strings.HasPrefix(name, "/") {
		return true
	}
	_, err := r.Read(r.place(name))
	return err == nil
}

// tests works out what stands between [[ and ]].
func (r *run) tests(x syntax.TestExpr) (yes bool) {
	r.deeper("[[ … ]]", func() { yes = r.extended(x) })
	return yes
}

func (r *run) extended(x syntax.TestExpr) bool {
	switch x := x.(type) {
	case *syntax.Word:
		return r.word(x) != ""
	case *syntax.ParenTest:
		return r.tests(x.X)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			return !r.tests(x.X)
		}
		if w, is := x.X.(*syntax.Word); is {
			return r.unaryTest(x.Op.String(), r.word(w))
		}
	case *syntax.BinaryTest:
		switch x.Op {
		case syntax.AndTest:
			return r.tests(x.X) && r.tests(x.Y)
		case syntax.OrTest:
			return r.tests(x.X) || r.tests(x.Y)
		}
		a, isA := x.X.(*syntax.Word)
		b, isB := x.Y.(*syntax.Word)
		if !isA || !isB {
			break
		}
		switch x.Op {
		case syntax.TsMatch, syntax.TsMatchShort:
			return matches(r.pattern(b), r.word(a))
		case syntax.TsNoMatch:
			return !matches(r.pattern(b), r.word(a))
		}
		if op := x.Op.String(); isBinary(op) {
			return r.compare(r.word(a), op, r.word(b))
		}
	}
	r.odd("[[ … ]] with an operator that is not read")
	return true
}
