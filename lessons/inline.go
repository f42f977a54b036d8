package lessons

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"wirestep/engine/wire"
)

// linkPrefix says where the targets of links lead. There is no way to write
// any other address, so a text can never send a reader elsewhere.
var linkPrefix = map[string]string{
	"rule":   "/rules#",
	"sysctl": "/sysctls#",
	"lesson": "/lessons/",
	"claim":  "/claims#",
	"scene":  "/lab?scene=",
	"rfc":    "https://www.rfc-editor.org/rfc/rfc",
}

var linkRE = regexp.MustCompile(`^(rule|sysctl|lesson|claim|scene|rfc):([A-Za-z0-9][A-Za-z0-9._#-]*)$`)

// spans converts the inline children of a block.
func (d *reader) spans(parent ast.Node) []Span {
	var out []Span
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		out = d.inline(out, n)
	}
	var whole []Span
	for _, s := range out {
		if s.T == "" {
			whole = append(whole, s)
		} else {
			whole = d.braces(whole, s.T, parent)
		}
	}
	return whole
}

func (d *reader) inline(out []Span, n ast.Node) []Span {
	switch n := n.(type) {
	case *ast.Text:
		out = addText(out, string(util.UnescapePunctuations(n.Segment.Value(d.src))))
		if n.HardLineBreak() {
			d.errorAt(n, "a hard line break; start a new paragraph instead")
		} else if n.SoftLineBreak() && n.NextSibling() != nil {
			out = addText(out, "\n")
		}
	case *ast.CodeSpan:
		out = append(out, Span{Code: d.raw(n)})
	case *ast.Emphasis:
		if n.Level == 2 {
			out = append(out, Span{B: d.raw(n)})
		} else {
			out = append(out, Span{I: d.raw(n)})
		}
	case *ast.Link:
		out = append(out, Span{A: d.raw(n), Href: d.href(n)})
	default:
		d.errorAt(n, "%s is not part of a lesson's text (docs/lessons.md lists what is)", n.Kind())
	}
	return out
}

// addText appends text, joined to the text before it: the parser cuts text at
// every character that could have meant something.
func addText(out []Span, s string) []Span {
	if n := len(out); n > 0 && out[n-1].T != "" {
		out[n-1].T += s
		return out
	}
	if s == "" {
		return out
	}
	return append(out, Span{T: s})
}

// raw is the text inside emphasis, code or a link, which hold nothing else.
func (d *reader) raw(parent ast.Node) string {
	var b strings.Builder
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch t := n.(type) {
		case *ast.Text:
			b.Write(util.UnescapePunctuations(t.Segment.Value(d.src)))
			if t.SoftLineBreak() {
				b.WriteByte('\n')
			}
		case *ast.String:
			b.Write(t.Value)
		default:
			d.errorAt(n, "%s inside %s", n.Kind(), parent.Kind())
		}
	}
	if b.Len() == 0 {
		d.errorAt(parent, "an empty %s", parent.Kind())
	}
	return joinLines(b.String())
}

func (d *reader) href(n *ast.Link) string {
	dest := string(n.Destination)
	m := linkRE.FindStringSubmatch(dest)
	if m == nil {
		d.errorAt(n, "link to %q; expected rule:ID, sysctl:NAME, lesson:SLUG, claim:T46, scene:NAME or rfc:NUMBER#section-N", dest)
		return ""
	}
	d.links = append(d.links, link{kind: m[1], to: m[2], line: d.place(n)})
	return linkPrefix[m[1]] + m[2]
}

// braces cuts {SYN} and {key N} out of running text.
func (d *reader) braces(out []Span, s string, at ast.Node) []Span {
	s = joinLines(s)
	for {
		i := strings.IndexAny(s, "{}")
		if i < 0 {
			return addText(out, s)
		}
		j := strings.IndexByte(s[i:], '}')
		if s[i] == '}' || j < 0 {
			d.errorAt(at, "a brace without its partner")
			return out
		}
		out = addText(out, s[:i])
		word := s[i+1 : i+j]
		if name, ok := strings.CutPrefix(word, "="); ok && name != "" && d.values {
			out = append(out, Span{Value: name})
			d.use(name, at)
		} else if len(d.out.Drills) > 0 && nameRE.MatchString(word) {
			out = append(out, Span{Value: word})
			d.use(word, at)
		} else if version, ok := strings.CutPrefix(word, "v "); ok && version != "" {
			out = addText(out, version)
		} else if key, ok := strings.CutPrefix(word, "key "); ok && key != "" {
			out = append(out, Span{Kbd: key})
		} else if _, ok := wire.ParseKind(word); ok {
			out = append(out, Span{Kind: word})
		} else {
			d.errorIn(at, "{"+word+"}", "{%s}; expected a kind of segment such as {SYN-ACK}, {key N}, {=value} or {v 4.12}", word)
		}
		s = s[i+j+1:]
	}
}

// joinLines turns line breaks into spaces, and into nothing where Chinese
// continues: there a line break in the source is no space.
func joinLines(s string) string {
	for {
		i := strings.IndexByte(s, '\n')
		if i < 0 {
			return s
		}
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+1:])
		gap := " "
		if isWide(before) && isWide(after) {
			gap = ""
		}
		s = s[:i] + gap + s[i+1:]
	}
}

func isWide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff60 || r == '“' || r == '”' || r == '—' || r == '…'
}

// errorAt notes something wrong at the line of n.
func (d *reader) errorAt(n ast.Node, format string, args ...any) {
	d.errs = append(d.errs, fmt.Errorf("%s:%s: %s", d.file, d.place(n), fmt.Sprintf(format, args...)))
}

// errorIn notes something wrong about a word in n.
func (d *reader) errorIn(n ast.Node, word, format string, args ...any) {
	d.errs = append(d.errs, fmt.Errorf("%s:%s: %s", d.file, d.placeIn(n, word), fmt.Sprintf(format, args...)))
}

// placeIn is where a word stands in n, or where n does.
func (d *reader) placeIn(n ast.Node, word string) string {
	at := d.offset(n)
	return d.placeOf(at + max(0, bytes.Index(d.src[at:], []byte(word))))
}

// use notes that a value of the run is asked for.
func (d *reader) use(name string, at ast.Node) {
	u := len(d.out.Steps) - 1
	if len(d.out.Drills) > 0 {
		u = len(d.out.Drills) - 1
	}
	d.uses = append(d.uses, use{step: u, drill: len(d.out.Drills) > 0, name: name, sec: d.sec, line: d.placeIn(at, name+"}")})
}
