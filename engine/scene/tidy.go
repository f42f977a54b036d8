package scene

import (
	"strings"

	"wirestep/engine/host"
)

// Tidy formats a text and keeps its comments, its order and its groups: spaces
// become what Format would write, blocks are indented, empty lines are thinned to
// one. A text with mistakes is refused.
func Tidy(file, text string) (string, error) {
	if _, err := Parse(file, text); err != nil {
		return "", err
	}
	w := &writer{}
	p := &parser{f: &File{}}
	depth, block, empty := 0, false, false
	for _, raw := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		toks, comment, _ := lex(raw)
		marked := len(toks) == 0 && comment != ""
		if len(toks) == 0 && !marked {
			empty = true
			continue
		}
		if empty {
			w.gap()
		}
		empty = false
		indent := 0
		if len(toks) > 0 {
			switch read := p.statement(toks) != nil; {
			case read && toks[0].text != "step":
				depth, block = 0, toks[0].text == "program" || toks[0].text == "branch"
			default:
				self, after := indents(flowKind(toks))
				indent = depth + 1 + self
				depth += after
			}
		} else if block {
			indent = depth + 1
		}
		if indent == 0 && marked && w.Len() > 0 {
			block = false
		}
		w.line(strings.Repeat("  ", max(indent, 0)), tidyLine(toks, raw, comment))
	}
	return strings.TrimRight(w.String(), "\n") + "\n", nil
}

func tidyLine(toks []token, raw, comment string) string {
	if len(toks) == 0 {
		return comment
	}
	s := tidyStatement(toks, raw)
	if comment != "" {
		s += "  " + comment
	}
	return s
}

// tidyStatement leaves a condition as it was written.
func tidyStatement(toks []token, raw string) string {
	if flowKind(toks) != host.InstrCall {
		return FormatInstr((&line{toks: toks}).instr())
	}
	if toks[0].text != "expect" || len(toks) < 2 {
		return spaced(toks)
	}
	words := 2
	if toks[1].text == "at" {
		words = 3
	}
	return spaced(toks[:min(words, len(toks))]) + " " + afterWords(body(raw), words)
}

// flowKind is the kind of a line of a program that makes no call, else InstrCall.
func flowKind(toks []token) host.InstrKind {
	var in host.Instr
	(&line{toks: toks}).flow(&in)
	return in.Kind
}
