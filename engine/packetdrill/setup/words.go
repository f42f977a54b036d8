package setup

import (
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

func copyVars(to, from map[string]string) { maps.Copy(to, from) }

func sorted(m map[string]*string) []string { return slices.Sorted(maps.Keys(m)) }

func (r *run) set(name, value string) {
	if len(value) <= maxWord {
		r.vars[name] = value
	}
}

func (r *run) get(name string) *string {
	if v, ok := r.vars[name]; ok {
		return &v
	}
	return nil
}

// assign is NAME=VALUE and NAME+=VALUE.
func (r *run) assign(a *syntax.Assign) {
	value := ""
	switch {
	case a.Array != nil || a.Index != nil:
		r.odd("%s (an array)", spelled(a))
		return
	case a.Value != nil:
		value = r.word(a.Value)
	}
	if a.Append {
		value = r.vars[a.Name.Value] + value
	}
	r.set(a.Name.Value, value)
}

// piece is a part of a word: what was quoted is not split and matches only itself.
type piece struct {
	text   string
	quoted bool
	split  bool // at blanks: it was expanded outside of quotes
	many   bool // "$@": each a word of its own
	list   []string
}

// word expands a word that is not split.
func (r *run) word(w *syntax.Word) string {
	var b strings.Builder
	for _, p := range r.pieces(w) {
		if p.many {
			b.WriteString(strings.Join(p.list, " "))
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// pattern expands a word to a pattern, in which what was quoted stands for itself.
func (r *run) pattern(w *syntax.Word) string {
	var b strings.Builder
	for _, p := range r.pieces(w) {
		for _, c := range p.text {
			if p.quoted && strings.ContainsRune(`*?[]\`, c) {
				b.WriteByte('\\')
			}
			b.WriteRune(c)
		}
	}
	return b.String()
}

// words expands words, and splits them at blanks where they were not quoted.
func (r *run) words(list []*syntax.Word) (out []string) {
	for _, w := range list {
		cur, open := "", false
		flush := func() {
			if open {
				out = append(out, cur)
			}
			cur, open = "", false
		}
		for _, p := range r.pieces(w) {
			switch {
			case p.many:
				for i, v := range p.list {
					if i > 0 {
						flush()
					}
					cur, open = cur+v, true
				}
			case p.split:
				rest := p.text
				for rest != "" {
					at := strings.IndexAny(rest, " \t\n")
					if at < 0 {
						cur, open = cur+rest, true
						break
					}
					if at > 0 {
						cur, open = cur+rest[:at], true
					}
					flush()
					rest = rest[at+1:]
				}
			default:
				cur, open = cur+p.text, open || p.text != "" || p.quoted
			}
		}
		if flush(); len(out) > maxSteps {
			return out[:maxSteps]
		}
	}
	return out
}

func (r *run) pieces(w *syntax.Word) (out []piece) {
	if w == nil {
		return nil
	}
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			out = append(out, literal(p.Value)...)
		case *syntax.SglQuoted:
			text := p.Value
			if p.Dollar {
				text = escaped(text)
			}
			out = append(out, piece{text: text, quoted: true})
		case *syntax.DblQuoted:
			out = append(out, piece{quoted: true})
			for _, q := range p.Parts {
				if l, is := q.(*syntax.Lit); is {
					out = append(out, piece{text: unescape(l.Value, "$`\"\\\n"), quoted: true})
					continue
				}
				x := r.expanded(q, true)
				x.quoted, x.split = true, false
				out = append(out, x)
			}
		default:
			x := r.expanded(p, false)
			x.split = !x.many
			out = append(out, x)
		}
	}
	return out
}

// literal takes the backslashes out of a word; what followed one was quoted by it.
func literal(text string) (out []piece) {
	for {
		at := strings.IndexByte(text, '\\')
		if at < 0 || at+1 >= len(text) {
			return append(out, piece{text: text})
		}
		out = append(out, piece{text: text[:at]})
		if text[at+1] != '\n' {
			out = append(out, piece{text: text[at+1 : at+2], quoted: true})
		}
		text = text[at+2:]
	}
}

// unescape takes a backslash out in front of the characters that it may quote.
func unescape(text, quotes string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && strings.IndexByte(quotes, text[i+1]) >= 0 {
			if i++; text[i] == '\n' {
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// escaped reads \n, \t and the like, as printf and $'…' do.
func escaped(text string) string {
	return strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\r`, "\r", `\\`, `\`, `\'`, `'`, `\"`, `"`, `\c`, "").Replace(text)
}

// expanded is what $NAME, $(command) or $((sum)) stands for.
func (r *run) expanded(p syntax.WordPart, quoted bool) piece {
	switch p := p.(type) {
	case *syntax.ParamExp:
		if p.Param != nil && (p.Param.Value == "@" || p.Param.Value == "*" && !quoted) && p.Exp == nil && !p.Length {
			return piece{many: true, list: r.args}
		}
		return piece{text: r.parameter(p)}
	case *syntax.CmdSubst:
		text, known := "", true
		r.deeper("$( … )", func() {
			text, known = r.capture(func() { r.subshell(func() { r.stmts(p.Stmts) }) })
		})
		if !known {
			r.missing = true
			r.odd("%s: what it prints is not known", spelled(&syntax.Word{Parts: []syntax.WordPart{p}}))
		}
		return piece{text: strings.TrimRight(text, "\n")}
	case *syntax.ArithmExp:
		return piece{text: itoa64(r.arithm(p.X))}
	}
	r.odd("%s: not read", spelled(&syntax.Word{Parts: []syntax.WordPart{p}}))
	return piece{}
}

// matches holds a text against a pattern of *, ?, [set] and \quoted.
func matches(pattern, text string) bool {
	star, from := -1, 0
	p, t := 0, 0
	for t < len(text) {
		if p < len(pattern) && pattern[p] == '*' {
			star, from = p, t
			p++
			continue
		}
		if n, ok := one(pattern[p:], text[t]); ok {
			p, t = p+n, t+1
			continue
		}
		if star < 0 {
			return false
		}
		from++
		p, t = star+1, from
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// one matches a single character, and tells how much of the pattern that took.
func one(pattern string, c byte) (int, bool) {
	switch {
	case pattern == "":
		return 0, false
	case pattern[0] == '?':
		return 1, true
	case pattern[0] == '\\' && len(pattern) > 1:
		return 2, pattern[1] == c
	case pattern[0] == '[':
		end := strings.IndexByte(pattern[1:], ']')
		if end < 0 {
			break
		}
		set := pattern[1 : 1+end]
		not := strings.HasPrefix(set, "!") || strings.HasPrefix(set, "^")
		if not {
			set = set[1:]
		}
		in := false
		for i := 0; i < len(set); i++ {
			if i+2 < len(set) && set[i+1] == '-' {
				in = in || set[i] <= c && c <= set[i+2]
				i += 2
				continue
			}
			in = in || set[i] == c
		}
		return end + 2, in != not
	}
	return 1, pattern[0] == c
}
