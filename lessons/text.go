package lessons

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// reader turns one Markdown file into a Text.
type reader struct {
	file  string
	src   []byte
	out   Text
	step  *StepText // the section that is being read, nil before the first
	sec   string    // the part of it: "" for the body, a level, "do", "ask", "goal", "after"
	links []link
	uses  []use
	errs  []error

	values bool // {=name} stands for a number of the run
}

// use is a value of the run that a text asks for.
type use struct {
	step  int // or which drill; -1: in no step
	drill bool
	name  string
	sec   string // "label": in the words of an answer, "why": beside them
	key   string // of that answer
	line  string
}

// link is a reference that can be checked only when everything is loaded.
type link struct {
	kind, to string
	line     string
}

var (
	headRE  = regexp.MustCompile(`^([a-z][a-z0-9-]*): *(\S.*)$`)
	drillRE = regexp.MustCompile(`^drill ([a-z][a-z0-9-]*)$`)
)

// parts are the sections of a step beside the levels, and those before the first step.
var (
	parts = []string{"do", "ask", "hints", "param", "goal", "after"}
	front = []string{"belief", "afterwards"}
)

// parseText reads a lesson's text in one language. Every error has the shape
// "file:line: what is wrong".
func parseText(file string, src []byte) (*Text, *reader, []error) {
	d := &reader{file: file, src: src, values: true}
	doc := goldmark.DefaultParser().Parse(text.NewReader(src))
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			d.heading(h)
		} else {
			d.body(n)
		}
	}
	if d.out.Title == "" {
		d.errs = append(d.errs, fmt.Errorf("%s:1:1: no title; expected a first line such as \"# Shake hands\"", file))
	}
	return &d.out, d, d.errs
}

func (d *reader) heading(h *ast.Heading) {
	s := strings.TrimSpace(string(h.Lines().Value(d.src)))
	switch {
	case h.Level == 1 && d.out.Title == "" && d.step == nil:
		d.out.Title = s
	case h.Level == 2 && drillRE.MatchString(s):
		id := drillRE.FindStringSubmatch(s)[1]
		d.out.Drills = append(d.out.Drills, StepText{ID: id, at: d.place(h), has: map[string]string{"ask": d.place(h)}})
		d.step, d.sec = &d.out.Drills[len(d.out.Drills)-1], "ask"
	case h.Level == 2:
		m := headRE.FindStringSubmatch(s)
		if m == nil {
			d.errorAt(h, "heading %q; expected \"## id: Title\", or \"## drill ID\"", s)
			m = []string{"", "", s}
		}
		if len(d.out.Drills) > 0 {
			d.errorAt(h, "a step after a drill; expected the drills at the end")
		}
		d.out.Steps = append(d.out.Steps, StepText{ID: m[1], Title: m[2], at: d.place(h), has: map[string]string{}})
		d.step, d.sec = &d.out.Steps[len(d.out.Steps)-1], ""
	case h.Level == 3 && d.step == nil && slices.Contains(front, s):
		d.sec = s
	case h.Level == 3 && d.step != nil && len(d.out.Drills) == 0 && (slices.Contains(Levels, s) || slices.Contains(parts, s)):
		if at, twice := d.step.has[s]; twice {
			d.errorAt(h, "a second section %q in this step; the first is at %s", s, at)
		}
		d.step.has[s], d.sec = d.place(h), s
	case h.Level == 3 && d.step == nil:
		d.errorAt(h, "section %q%s; expected \"### belief\" or \"### afterwards\" before the first step", s, meant(s, front))
	case h.Level == 3 && len(d.out.Drills) == 0:
		known := slices.Concat(Levels, parts)
		d.errorAt(h, "section %q%s; expected one of %s", s, meant(s, known), strings.Join(known, ", "))
	default:
		d.errorAt(h, "heading %q; expected one \"# Title\", then \"## id: Title\" a step with its sections, then \"## drill ID\"", s)
	}
}

// body puts one block where it belongs.
func (d *reader) body(n ast.Node) {
	if d.step == nil {
		if b, ok := d.block(n); ok {
			to := map[string]*[]Block{"": &d.out.Summary, "belief": &d.out.Belief, "afterwards": &d.out.Afterwards}[d.sec]
			*to = append(*to, b)
		}
		return
	}
	if l, ok := n.(*ast.List); ok && d.sec == "ask" {
		d.options(l)
		return
	}
	b, ok := d.block(n)
	if !ok {
		return
	}
	s := d.step
	switch d.sec {
	case "do":
		s.Do = append(s.Do, b)
	case "ask":
		s.Ask = append(s.Ask, b)
	case "hints":
		if b.OL == nil {
			d.errorAt(n, "hints; expected an ordered list, from least to most: \"1. …\"")
		}
		s.Hints = append(s.Hints, b.OL...)
	case "param":
		s.Param = append(s.Param, b)
	case "goal":
		s.Goal = append(s.Goal, b)
	case "after":
		s.After = append(s.After, b)
	default:
		b.Level = d.sec
		s.Body = append(s.Body, b)
	}
}

func (d *reader) block(n ast.Node) (Block, bool) {
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		return Block{P: d.spans(n)}, true
	case *ast.List:
		var items [][]Span
		for it := n.FirstChild(); it != nil; it = it.NextSibling() {
			first := it.FirstChild()
			if first == nil || first.NextSibling() != nil || first.Kind() == ast.KindList {
				d.errorAt(it, "a list item of other than one paragraph")
				continue
			}
			items = append(items, d.spans(first))
		}
		if n.IsOrdered() {
			return Block{OL: items}, true
		}
		return Block{UL: items}, true
	}
	d.errorAt(n, "%s is not part of a lesson's text (docs/lessons.md lists what is)", n.Kind())
	return Block{}, false
}

// options reads the answers of a question: `key` words, then why. What an answer is
// is told only when the question is decided, and so are the values in it.
func (d *reader) options(l *ast.List) {
	for it := l.FirstChild(); it != nil; it = it.NextSibling() {
		first := it.FirstChild()
		if first == nil {
			d.errorAt(l, "an empty option")
			continue
		}
		from := len(d.uses)
		d.sec = "label"
		spans := d.spans(first)
		d.sec = "ask"
		if len(spans) < 2 || spans[0].Code == "" {
			d.errorAt(first, "an option; expected \"- `key` words\" and, after an empty line, why")
			continue
		}
		o := OptionText{Key: spans[0].Code, Label: spans[1:], at: d.place(first)}
		o.Label[0].T = strings.TrimLeft(o.Label[0].T, " ")
		if o.Label[0] == (Span{}) { // there was but a space between the key and a word in code
			o.Label = o.Label[1:]
		}
		d.sec = "why"
		for b := first.NextSibling(); b != nil; b = b.NextSibling() {
			if bl, ok := d.block(b); ok {
				o.Why = append(o.Why, bl)
			}
		}
		d.sec = "ask"
		for i := range d.uses[from:] {
			d.uses[from+i].key = o.Key
		}
		d.step.Options = append(d.step.Options, o)
	}
}

// place is the line of a node and the column of its first letter: "12:3".
func (d *reader) place(n ast.Node) string { return d.placeOf(d.offset(n)) }

func (d *reader) placeOf(at int) string {
	line := bytes.LastIndexByte(d.src[:at], '\n') + 1
	return fmt.Sprintf("%d:%d", 1+bytes.Count(d.src[:at], []byte("\n")), 1+utf8.RuneCount(d.src[line:at]))
}

// offset is where a node begins, or the nearest thing inside or around it of which
// that is known: the parser keeps positions of blocks and of text only.
func (d *reader) offset(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		at := -1
		_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
			if t, ok := c.(*ast.Text); ok {
				at = t.Segment.Start
			} else if c.Type() == ast.TypeBlock && c.Lines() != nil && c.Lines().Len() > 0 {
				at = c.Lines().At(0).Start
			}
			if at >= 0 {
				return ast.WalkStop, nil
			}
			return ast.WalkContinue, nil
		})
		if at >= 0 {
			return min(at, len(d.src))
		}
	}
	return 0
}
