package lessons

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

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
	errs  []error

	values bool // {=name} stands for a number of the run
}

// link is a reference that can be checked only when everything is loaded.
type link struct {
	kind, to string
	line     int
}

var headRE = regexp.MustCompile(`^([a-z][a-z0-9-]*): *(\S.*)$`)

var parts = []string{"do", "ask", "goal", "after"}

// parseText reads a lesson's text in one language. Every error has the shape
// "file:line: what is wrong".
func parseText(file string, src []byte) (*Text, []link, []error) {
	d := &reader{file: file, src: src}
	doc := goldmark.DefaultParser().Parse(text.NewReader(src))
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			d.heading(h)
		} else {
			d.body(n)
		}
	}
	if d.out.Title == "" {
		d.errs = append(d.errs, fmt.Errorf("%s:1: no title; expected a first line such as \"# Shake hands\"", file))
	}
	return &d.out, d.links, d.errs
}

func (d *reader) heading(h *ast.Heading) {
	s := strings.TrimSpace(string(h.Lines().Value(d.src)))
	switch {
	case h.Level == 1 && d.out.Title == "" && d.step == nil:
		d.out.Title = s
	case h.Level == 2:
		m := headRE.FindStringSubmatch(s)
		if m == nil {
			d.errorAt(h, "heading %q; expected \"## id: Title\"", s)
			m = []string{"", "", s}
		}
		d.out.Steps = append(d.out.Steps, StepText{ID: m[1], Title: m[2], line: d.line(h), has: map[string]int{}})
		d.step, d.sec = &d.out.Steps[len(d.out.Steps)-1], ""
	case h.Level == 3 && d.step != nil && (slices.Contains(Levels, s) || slices.Contains(parts, s)):
		if line, twice := d.step.has[s]; twice {
			d.errorAt(h, "a second section %q in this step; the first is in line %d", s, line)
		}
		d.step.has[s], d.sec = d.line(h), s
	default:
		d.errorAt(h, "heading %q; expected one \"# Title\", then \"## id: Title\" a step, and in it \"### story\", \"student\", \"engineer\", \"do\", \"ask\", \"goal\" or \"after\"", s)
	}
}

// body puts one block where it belongs.
func (d *reader) body(n ast.Node) {
	if d.step == nil {
		if b, ok := d.block(n); ok {
			d.out.Summary = append(d.out.Summary, b)
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

// options reads the answers of a question: `key` words, then why.
func (d *reader) options(l *ast.List) {
	for it := l.FirstChild(); it != nil; it = it.NextSibling() {
		first := it.FirstChild()
		if first == nil {
			d.errorAt(l, "an empty option")
			continue
		}
		spans := d.spans(first)
		if len(spans) < 2 || spans[0].Code == "" {
			d.errorAt(first, "an option; expected \"- `key` words\" and, after an empty line, why")
			continue
		}
		o := OptionText{Key: spans[0].Code, Label: spans[1:]}
		o.Label[0].T = strings.TrimLeft(o.Label[0].T, " ")
		if o.Label[0] == (Span{}) { // there was but a space between the key and a word in code
			o.Label = o.Label[1:]
		}
		for b := first.NextSibling(); b != nil; b = b.NextSibling() {
			if bl, ok := d.block(b); ok {
				o.Why = append(o.Why, bl)
			}
		}
		if len(o.Why) == 0 {
			d.errorAt(first, "option %q does not say why", o.Key)
		}
		d.step.Options = append(d.step.Options, o)
	}
}

// line is the line of a node, or of the nearest thing inside or around it that
// has one: the parser keeps positions of blocks and of text only.
func (d *reader) line(n ast.Node) int {
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
			return 1 + bytes.Count(d.src[:at], []byte("\n"))
		}
	}
	return 1
}
