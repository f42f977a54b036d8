package packetdrill

import (
	"strconv"
	"strings"
)

// maxDepth limits how deep arguments may nest.
const maxDepth = 20

// call reads: [...end] name(arguments) = result [errno (text)] [(note)].
func (p *parser) call(w *When) (*Call, error) {
	if p.peek().kind == tokEllipsis {
		p.next()
		w.Blocks = true
		w.EndRel = p.accept("+")
		end, err := p.seconds()
		if err != nil {
			return nil, err
		}
		w.End = end
	}
	if p.peek().kind != tokWord {
		return nil, p.expected("the name of a system call")
	}
	c := &Call{Name: p.next().text}
	args, err := p.list("(", ")", 0)
	if err != nil {
		return nil, err
	}
	c.Args = args
	if err := p.expect("="); err != nil {
		return nil, err
	}
	if c.Result, err = p.expr(0); err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind == tokWord && len(t.text) > 1 && t.text[0] == 'E' {
		c.Errno = p.next().text
	}
	for p.is("(") {
		n, err := p.note()
		if err != nil {
			return nil, err
		}
		c.Note += n
	}
	return c, nil
}

// note reads a text in parentheses.
func (p *parser) note() (string, error) {
	from := p.next().to
	depth := 1
	for {
		t := p.next()
		switch {
		case t.kind == tokEnd:
			return "", p.expected("\")\"")
		case t.kind == tokPunct && t.text == "(":
			depth++
		case t.kind == tokPunct && t.text == ")":
			if depth--; depth == 0 {
				return strings.TrimSpace(p.src[from:t.from]), nil
			}
		}
	}
}

// list reads expressions between two brackets, with commas between them.
func (p *parser) list(open, shut string, depth int) ([]*Expr, error) {
	if err := p.expect(open); err != nil {
		return nil, err
	}
	var out []*Expr
	for !p.accept(shut) {
		e, err := p.expr(depth + 1)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
		if !p.accept(",") && !p.is(shut) {
			return nil, p.expected("\",\" or " + strconv.Quote(shut))
		}
	}
	return out, nil
}

// expr reads operands with operators between them; | and & bind alike, as
// scripts only ever use one of them at a time.
func (p *parser) expr(depth int) (*Expr, error) {
	e, err := p.operand(depth)
	if err != nil {
		return nil, err
	}
	for {
		op := p.peek()
		if op.kind != tokPunct || !strings.Contains("|&", op.text) {
			return e, nil
		}
		p.next()
		r, err := p.operand(depth)
		if err != nil {
			return nil, err
		}
		e = &Expr{Kind: Binary, Text: op.text, List: []*Expr{e, r}}
	}
}

func (p *parser) operand(depth int) (*Expr, error) {
	if depth > maxDepth {
		return nil, p.expected("fewer brackets inside each other")
	}
	t := p.peek()
	if n, ok := parseInt(t); ok {
		p.next()
		return &Expr{Kind: Number, Num: n, Text: t.text}, nil
	}
	switch {
	case t.kind == tokEllipsis:
		p.next()
		return &Expr{Kind: AnyValue}, nil
	case t.kind == tokString:
		e := &Expr{Kind: Text}
		for p.peek().kind == tokString { // pieces beside each other are one
			e.Text += p.next().text
		}
		if p.peek().kind == tokEllipsis {
			p.next()
			e.Open = true
		}
		return e, nil
	case t.kind == tokWord:
		p.next()
		if !p.is("(") {
			return &Expr{Kind: Word, Text: t.text}, nil
		}
		args, err := p.list("(", ")", depth)
		return &Expr{Kind: Apply, Text: t.text, List: args}, err
	case p.is("["):
		l, err := p.list("[", "]", depth)
		return &Expr{Kind: Array, List: l}, err
	case p.is("{"):
		return p.structure(depth)
	case p.accept("("):
		e, err := p.expr(depth + 1)
		if err == nil {
			err = p.expect(")")
		}
		return e, err
	case p.accept("~"), p.accept("-"):
		op := p.toks[p.at-1].text
		e, err := p.operand(depth + 1)
		return &Expr{Kind: Binary, Text: op, List: []*Expr{{Kind: Number}, e}}, err
	case t.kind == tokFloat:
		p.next()
		return &Expr{Kind: Word, Text: t.text}, nil
	}
	return nil, p.expected("an argument")
}

// structure reads {name=value, name(count)=value, value, …}.
func (p *parser) structure(depth int) (*Expr, error) {
	e := &Expr{Kind: Struct}
	p.next()
	for !p.accept("}") {
		name, err := p.fieldName(depth)
		if err != nil {
			return nil, err
		}
		v, err := p.expr(depth + 1)
		if err != nil {
			return nil, err
		}
		e.List, e.Names = append(e.List, v), append(e.Names, name)
		if !p.accept(",") && !p.is("}") {
			return nil, p.expected("\",\" or \"}\"")
		}
	}
	return e, nil
}

// fieldName reads name= or name(…)=; without one it reads nothing.
func (p *parser) fieldName(depth int) (string, error) {
	t := p.peek()
	if t.kind != tokWord {
		return "", nil
	}
	was := p.at
	p.next()
	if p.is("(") {
		if _, err := p.list("(", ")", depth+1); err != nil {
			return "", err
		}
	}
	if p.accept("=") {
		return t.text, nil
	}
	p.at = was
	return "", nil
}
