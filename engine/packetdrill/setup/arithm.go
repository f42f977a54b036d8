package setup

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// arithm works out $(( … )), with 64 bits as a shell does.
func (r *run) arithm(x syntax.ArithmExpr) (n int64) {
	r.deeper("$(( … ))", func() { n = r.sum(x) })
	return n
}

func (r *run) sum(x syntax.ArithmExpr) int64 {
	switch x := x.(type) {
	case *syntax.Word:
		return r.numberOf(r.word(x))
	case *syntax.ParenArithm:
		return r.arithm(x.X)
	case *syntax.UnaryArithm:
		return r.unary(x)
	case *syntax.BinaryArithm:
		switch x.Op {
		case syntax.TernQuest:
			if y, is := x.Y.(*syntax.BinaryArithm); is {
				if r.arithm(x.X) != 0 {
					return r.arithm(y.X)
				}
				return r.arithm(y.Y)
			}
		case syntax.AndArit:
			return int64(number(r.arithm(x.X) != 0 && r.arithm(x.Y) != 0))
		case syntax.OrArit:
			return int64(number(r.arithm(x.X) != 0 || r.arithm(x.Y) != 0))
		}
		if to, is := x.X.(*syntax.Word); is {
			if op, assigns := assignOps[x.Op]; assigns {
				n := r.arithm(x.Y)
				if x.Op != syntax.Assgn {
					n = r.binaryOp(op, r.numberOf(to.Lit()), n)
				}
				r.set(to.Lit(), itoa64(n))
				return n
			}
		}
		return r.binaryOp(x.Op, r.arithm(x.X), r.arithm(x.Y))
	}
	r.odd("arithmetic that is not read")
	return 0
}

// assignOps are the operators that assign, and what each does first.
var assignOps = map[syntax.BinAritOperator]syntax.BinAritOperator{
	syntax.Assgn: syntax.Assgn, syntax.AddAssgn: syntax.Add, syntax.SubAssgn: syntax.Sub, syntax.MulAssgn: syntax.Mul, syntax.QuoAssgn: syntax.Quo,
	syntax.RemAssgn: syntax.Rem, syntax.AndAssgn: syntax.And, syntax.OrAssgn: syntax.Or, syntax.XorAssgn: syntax.Xor,
	syntax.ShlAssgn: syntax.Shl, syntax.ShrAssgn: syntax.Shr,
}

// numberOf is a number, or that of a variable.
func (r *run) numberOf(text string) int64 {
	text = strings.TrimSpace(text)
	for range maxDepth {
		v, is := r.vars[text]
		if !is {
			break
		}
		text = strings.TrimSpace(v)
	}
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return n
	}
	if text != "" && (text[0] < 'A' || strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") != "") {
		r.odd("%q in arithmetic; expected a number", text)
	}
	return 0
}

func (r *run) unary(x *syntax.UnaryArithm) int64 {
	n := r.arithm(x.X)
	switch x.Op {
	case syntax.Not:
		return int64(number(n == 0))
	case syntax.BitNegation:
		return ^n
	case syntax.Minus:
		return -n
	case syntax.Inc, syntax.Dec:
		to := n + 1
		if x.Op == syntax.Dec {
			to = n - 1
		}
		if w, is := x.X.(*syntax.Word); is {
			r.set(w.Lit(), itoa64(to))
		}
		if x.Post {
			return n
		}
		return to
	}
	return n
}

func (r *run) binaryOp(op syntax.BinAritOperator, a, b int64) int64 {
	is := func(yes bool) int64 { return int64(number(yes)) }
	switch op {
	case syntax.Add:
		return a + b
	case syntax.Sub:
		return a - b
	case syntax.Mul:
		return a * b
	case syntax.Quo, syntax.Rem:
		if b == 0 {
			r.odd("a division by 0")
			r.status = 1
			return 0
		}
		if op == syntax.Quo {
			return a / b
		}
		return a % b
	case syntax.Pow:
		n := int64(1)
		for range min(max(b, 0), 64) {
			n *= a
		}
		return n
	case syntax.Eql:
		return is(a == b)
	case syntax.Neq:
		return is(a != b)
	case syntax.Gtr:
		return is(a > b)
	case syntax.Lss:
		return is(a < b)
	case syntax.Geq:
		return is(a >= b)
	case syntax.Leq:
		return is(a <= b)
	case syntax.And:
		return a & b
	case syntax.Or:
		return a | b
	case syntax.Xor:
		return a ^ b
	case syntax.Shl:
		return a << (b & 63)
	case syntax.Shr:
		return a >> (b & 63)
	case syntax.Comma:
		return b
	}
	r.odd("an operator of arithmetic that is not read: %s", op)
	return 0
}
