package script

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wirestep/engine/packetdrill/setup"
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
	if p.peek().kind == tokWord {
		if c.Errno = p.next().text; !p.is("(") {
			return nil, p.expected("what " + c.Errno + " means in parentheses")
		}
		if c.Note, err = p.note(); err != nil {
			return nil, err
		}
	}
	if p.is("(") {
		c.Note, err = p.note()
	}
	return c, err
}

// note reads words in parentheses.
func (p *parser) note() (string, error) {
	from := p.next().to
	for n := 0; ; n++ {
		t := p.peek()
		switch {
		case t.kind == tokWord && (!reserved[t.text] || n == 0 && t.text == "flags"):
			p.next()
		case n > 0 && p.accept(")"):
			return strings.TrimSpace(p.src[from:t.from]), nil
		default:
			return "", p.expected("a note of plain words")
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
		if err := p.comma(shut); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// comma passes over the comma between two items of a list, if it is not at its end.
func (p *parser) comma(shut string) error {
	switch {
	case p.is(shut):
		return nil
	case !p.accept(","):
		return p.expected("\",\" or " + strconv.Quote(shut))
	case p.is(shut):
		return p.expected("something behind the \",\"")
	}
	return nil
}

// expr reads operands with | between them.
func (p *parser) expr(depth int) (*Expr, error) {
	e, err := p.operand(depth)
	if err != nil {
		return nil, err
	}
	for {
		op := p.peek()
		if op.kind != tokPunct || op.text != "|" {
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
		if p.is("(") {
			return p.apply(t, depth)
		}
		if reserved[t.text] {
			p.at--
			return nil, p.expected("an argument, which no word of the language is")
		}
		return &Expr{Kind: Word, Text: t.text}, nil
	case p.is("["):
		l, err := p.list("[", "]", depth)
		return &Expr{Kind: Array, List: l}, err
	case p.is("{"):
		return p.structure(depth)
	}
	return nil, p.expected("an argument")
}

// apply reads htons(80) and inet_addr("…"), which stand in addresses.
func (p *parser) apply(name token, depth int) (*Expr, error) {
	if name.text != "htons" && name.text != "inet_addr" && name.text != "inet6_addr" {
		p.at--
		return nil, &Error{p.file, name.line, name.text + "(): expected a number, a constant, htons(), inet_addr() or inet6_addr()"}
	}
	args, err := p.list("(", ")", depth)
	if err == nil && len(args) != 1 {
		err = &Error{p.file, name.line, name.text + "(): expected one argument"}
	}
	return &Expr{Kind: Apply, Text: name.text, List: args}, err
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
		if err := p.comma("}"); err != nil {
			return nil, err
		}
	}
	return e, p.shape(e)
}

// shapes are the structures whose fields have names, in the order in which they stand.
var shapes = strings.Split("sa_family sin_port sin_addr;msg_name msg_iov msg_flags;msg_name msg_iov msg_flags msg_control;cmsg_level cmsg_type cmsg_data;"+
	"scm_sec scm_nsec;ee_errno ee_origin ee_type ee_code ee_info ee_data;fd events;fd events revents;events fd;events ptr;events u32;events u64;onoff linger", ";")

// reserved are the words of packetdrill's language that cannot stand for a value, or in a note.
var reserved = setup.Words("sa_family sin_port sin_addr msg_name msg_iov msg_flags msg_control cmsg_data cmsg_level cmsg_type ee_errno ee_origin ee_type ee_code " +
	"ee_info ee_data scm_sec scm_nsec fd u32 u64 ptr events revents onoff linger htons ipv4 ipv6 icmp udp GREv0 gre raw sum off key seq none checksum present " +
	"encap psp spi mpls label tc ttl inet_addr inet6_addr ack eol ecr mss mtu nop sack sackOK md5 TS FO FOEXP ECN e0b e1b ceb tos flowlabel flags Flags val win " +
	"urg wscale ect01 ect0 ect1 noecn ce id")

// shape refuses a structure that packetdrill cannot read.
func (p *parser) shape(e *Expr) error {
	names := strings.Join(e.Names, " ")
	if !slices.ContainsFunc(e.Names, func(n string) bool { return reserved[n] }) || slices.Contains(shapes, names) {
		return nil
	}
	return &Error{p.file, p.toks[p.at-1].line, fmt.Sprintf("{%s}: expected the fields of one of these, in this order: %s",
		strings.Join(e.Names, ", "), "{"+strings.ReplaceAll(strings.Join(shapes, "}, {"), " ", ", ")+"}")}
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
