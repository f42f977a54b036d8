package script

// Value works out an argument that is a number, a constant or a sum of such.
func (e *Expr) Value() (int64, bool) {
	switch e.Kind {
	case Number:
		return e.Num, true
	case Word:
		n, ok := consts[e.Text]
		return n, ok
	case Apply:
		switch e.Text {
		case "htons", "htonl", "ntohs", "ntohl":
			if len(e.List) == 1 {
				return e.List[0].Value()
			}
		}
	case Array:
		if len(e.List) == 1 {
			return e.List[0].Value()
		}
	case Binary:
		a, ok1 := e.List[0].Value()
		b, ok2 := e.List[1].Value()
		if !ok1 || !ok2 {
			return 0, false
		}
		return arith(e.Text, a, b)
	}
	return 0, false
}

func arith(op string, a, b int64) (int64, bool) {
	switch op {
	case "|":
		return a | b, true
	case "&":
		return a & b, true
	case "+":
		return a + b, true
	case "-":
		return a - b, true
	case "*":
		return a * b, true
	case "/":
		if b != 0 {
			return a / b, true
		}
	case "~":
		return ^b, true
	}
	return 0, false
}

// Constant returns the word of an argument, or "".
func (e *Expr) Constant() string {
	if e.Kind == Word {
		return e.Text
	}
	return ""
}

// String spells the expression as in a script.
func (e *Expr) String() string {
	join := func(open, shut string) string {
		s := open
		for i, x := range e.List {
			if i > 0 {
				s += ", "
			}
			if e.Kind == Struct && e.Names[i] != "" {
				s += e.Names[i] + "="
			}
			s += x.String()
		}
		return s + shut
	}
	switch e.Kind {
	case Number:
		if e.Text != "" {
			return e.Text
		}
		return itoa(int(e.Num))
	case Word:
		return e.Text
	case Text:
		if e.Open {
			return quote(e.Text) + "..."
		}
		return quote(e.Text)
	case Binary:
		return e.List[0].String() + e.Text + e.List[1].String()
	case Array:
		return join("[", "]")
	case Struct:
		return join("{", "}")
	case Apply:
		return join(e.Text+"(", ")")
	}
	return "..."
}
