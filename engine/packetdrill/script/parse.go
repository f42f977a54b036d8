package script

import (
	"fmt"
	"strconv"
	"strings"

	"wirestep/engine/sim"
)

// maxScript limits the text of a script.
const maxScript = 1 << 20

type parser struct {
	file, src string
	toks      []token
	at        int
}

// Parse reads a script. file is the name that errors carry.
func Parse(file, src string, defines []Define) (*Script, error) {
	if len(src) > maxScript {
		return nil, &Error{file, 1, fmt.Sprintf("the script has %d bytes; expected at most %d", len(src), maxScript)}
	}
	toks, err := lex(file, src, defines)
	if err != nil {
		return nil, err
	}
	p := &parser{file: file, src: src, toks: toks}
	s := &Script{File: file}
	for p.peek().kind == tokOption {
		o, err := p.option()
		if err != nil {
			return nil, err
		}
		s.Options = append(s.Options, o)
		p.define(&o)
	}
	timed := 0
	for p.peek().kind != tokEnd {
		e, err := p.event()
		if err != nil {
			return nil, err
		}
		if e.When.Kind == Untimed && len(s.Events) > 0 && p.peek().kind != tokEnd {
			return nil, &Error{file, e.Line, "expected a time before a `command` that is neither the first line nor the last"}
		}
		if e.When.Kind != Untimed {
			timed++
		}
		s.Events = append(s.Events, e)
	}
	if timed == 0 {
		return nil, p.expected("a line with a time")
	}
	return s, nil
}

func (p *parser) peek() token { return p.toks[p.at] }
func (p *parser) peekAt(n int) token {
	return p.toks[min(p.at+n, len(p.toks)-1)]
}

func (p *parser) next() token {
	t := p.toks[p.at]
	if t.kind != tokEnd {
		p.at++
	}
	return t
}

func (p *parser) is(text string) bool {
	t := p.peek()
	return t.text == text && (t.kind == tokPunct || t.kind == tokWord)
}

func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.at++
		return true
	}
	return false
}

func (t token) String() string {
	switch t.kind {
	case tokEnd:
		return "the end of the script"
	case tokCommand:
		return "a `command`"
	case tokCode:
		return "%{ code }%"
	case tokString:
		return strconv.Quote(t.text)
	case tokOption:
		return "--" + t.text
	}
	return fmt.Sprintf("%q", t.text)
}

func (p *parser) expected(what string) error {
	t := p.peek()
	return &Error{p.file, t.line, fmt.Sprintf("expected %s, got %s", what, t)}
}

func (p *parser) expect(text string) error {
	if !p.accept(text) {
		return p.expected(fmt.Sprintf("%q", text))
	}
	return nil
}

// define puts the value that --define=NAME=VALUE gives into what follows.
func (p *parser) define(o *Option) {
	name, value, ok := strings.Cut(o.Value, "=")
	if !ok || o.Name != "define" && o.Name != "D" {
		return
	}
	kind, value := defined(value)
	for i := p.at; i < len(p.toks); i++ {
		if t := &p.toks[i]; t.kind == tokWord && t.text == name {
			t.kind, t.text = kind, value
		}
	}
}

func (p *parser) event() (Event, error) {
	first := p.peek()
	e := Event{Line: first.line}
	var err error
	if first.kind == tokCommand {
		e.When.Kind = Untimed
	} else if e.When, err = p.when(); err != nil {
		return e, err
	}
	t := p.peek()
	switch {
	case t.kind == tokCommand:
		e.Command = p.next().text
	case t.kind == tokCode:
		e.Code = p.next().text
	case p.is("<") || p.is(">"):
		e.Packet, err = p.packet()
	case t.kind == tokWord || t.kind == tokEllipsis:
		e.Call, err = p.call(&e.When)
	default:
		return e, p.expected("a packet, a system call, a `command` or %{ code }%")
	}
	if err != nil {
		return e, err
	}
	if k := e.When.Kind; (k == AnyTime || k == Range || k == RelRange) && (e.Packet == nil || e.Packet.In) {
		return e, &Error{p.file, first.line, "expected one instant: only a packet that goes out may have a range of times, or *"}
	}
	e.Text = strings.TrimSpace(p.src[first.from:p.toks[p.at-1].to])
	return e, nil
}

// when reads the time of an event.
func (p *parser) when() (When, error) {
	var w When
	if p.accept("*") {
		w.Kind = AnyTime
		return w, nil
	}
	rel := p.accept("+")
	d, err := p.seconds()
	if err != nil {
		return w, err
	}
	w.From, w.To = d, d
	if rel {
		w.Kind = Relative
	}
	if !p.accept("~") {
		return w, nil
	}
	w.Kind = Range
	if rel {
		w.Kind = RelRange
	}
	if rel {
		if err := p.expect("+"); err != nil {
			return w, err
		}
	}
	t := p.peek()
	if w.To, err = p.seconds(); err == nil && w.To < w.From {
		err = &Error{p.file, t.line, fmt.Sprintf("a range that ends at %s, before it begins; expected a later time", t.text)}
	}
	return w, err
}

// seconds reads a number of seconds, exact to the nanosecond.
func (p *parser) seconds() (sim.Duration, error) {
	t := p.peek()
	if t.kind != tokInt && t.kind != tokFloat {
		return 0, p.expected("a time")
	}
	p.next()
	if strings.HasPrefix(t.text, "-") {
		return 0, &Error{p.file, t.line, "the time " + t.text + "; expected none below 0"}
	}
	whole, frac, _ := strings.Cut(t.text, ".")
	if whole == "" {
		whole = "0"
	}
	if len(frac) > 9 {
		frac = frac[:9]
	}
	frac += strings.Repeat("0", 9-len(frac))
	s, err1 := strconv.ParseInt(whole, 10, 64)
	ns, err2 := strconv.ParseInt(frac, 10, 64)
	if err1 != nil || err2 != nil || s > 1_000_000 {
		return 0, &Error{p.file, t.line, fmt.Sprintf("%q is not a time; expected at most 1000000 s", t.text)}
	}
	return sim.Duration(s)*sim.Second + sim.Duration(ns), nil
}

// decimal reads a number from 0 to most, written without a base.
func (p *parser) decimal(what string, most int64) (int64, error) {
	t := p.peek()
	n, ok := parseInt(t)
	if !ok || t.kind != tokInt {
		return 0, p.expected(what)
	}
	return p.bounded(what, n, most)
}

// hexadecimal reads a number from 0 to most, written as 0x….
func (p *parser) hexadecimal(what string, most int64) (int64, error) {
	t := p.peek()
	n, ok := parseInt(t)
	if !ok || t.kind != tokWord {
		return 0, p.expected(what + " as 0x…")
	}
	return p.bounded(what, n, most)
}

func (p *parser) bounded(what string, n, most int64) (int64, error) {
	if t := p.next(); n < 0 || n > most {
		return 0, &Error{p.file, t.line, fmt.Sprintf("%s: expected %s from 0 to %d", t.text, what, most)}
	}
	return n, nil
}

// The greatest numbers of so many bits.
const (
	max8  = 1<<8 - 1
	max16 = 1<<16 - 1
	max24 = 1<<24 - 1
	max32 = 1<<32 - 1
)

func parseInt(t token) (int64, bool) {
	if t.kind != tokInt && t.kind != tokWord {
		return 0, false
	}
	if h, is := strings.CutPrefix(t.text, "0x"); is {
		n, err := strconv.ParseUint(h, 16, 64)
		return int64(n), err == nil
	}
	if t.kind == tokWord {
		return 0, false
	}
	n, err := strconv.ParseInt(t.text, 10, 64)
	return n, err == nil
}
