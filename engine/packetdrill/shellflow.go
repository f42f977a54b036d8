package packetdrill

import (
	"path"
	"slices"
	"strings"
)

// The flow of a shell: what depends on what, if, for, and tests. Nothing is run, so
// a condition that cannot be known is taken to hold.

// shellCommand is a command of a shell, and what stands before it: && or ||, if
// it depends on the one before; | if it reads what that wrote.
type shellCommand struct {
	words []string
	after string
}

// splitCommands cuts shell text into commands, and those into words: quotes keep
// blanks together; ; & | and the end of a line end a command. A redirection is a
// word of its own.
func splitCommands(text string) []shellCommand {
	var all []shellCommand
	after := ""
	var words []string
	word, in := "", false
	flush := func() {
		if in {
			words = append(words, word)
		}
		word, in = "", false
	}
	end := func() {
		flush()
		if len(words) > 0 {
			all = append(all, shellCommand{words, after})
			after = ""
		}
		words = nil
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\'' || c == '"':
			n := strings.IndexByte(text[i+1:], c)
			if n < 0 {
				n = len(text) - i - 1
			}
			word += text[i+1 : i+1+n]
			in = true
			i += n + 1
		case c == '#' && !in:
			n := strings.IndexByte(text[i:], '\n')
			if n < 0 {
				n = len(text) - i
			}
			i += n - 1
		case c == '\n' || c == ';':
			end()
			after = ""
		case c == '<' && strings.HasPrefix(text[i:], "<<") && !strings.HasPrefix(text[i:], "<<<"):
			flush()
			i += skipHere(text[i:])
		case c == '|' || c == '&' && !strings.HasSuffix(word, ">"):
			end()
			after = string(c)
			if i+1 < len(text) && text[i+1] == c {
				after += string(c)
				i++
			}
		case c == ' ' || c == '\t' || c == '\r':
			flush()
		case c == '>':
			if word != "" && word != "1" && word != "2" && word != ">" {
				flush()
			}
			word += ">"
			in = true
			if i+1 < len(text) && text[i+1] != '>' && text[i+1] != '&' {
				flush()
			}
		default:
			word += string(c)
			in = true
		}
	}
	end()
	return all
}

// skipHere is how much of a text that begins with << a here-document takes, less
// the end of its first line.
func skipHere(text string) int {
	line, rest, _ := strings.Cut(text, "\n")
	mark := strings.Trim(strings.TrimLeft(line, "<- "), `'"\ `)
	if at := strings.Index("\n"+rest, "\n"+mark); mark != "" && at >= 0 {
		return len(line) + at + len(mark)
	}
	return len(line) - 1
}

// harmless are commands that set nothing which a segment shows.
var harmless = wordSet("set true : nstat ss fi done exit return export unset local shift trap wait echo cat grep egrep awk sed head tail wc cut tr sort ls " +
	"rm mkdir touch chmod cp mv sync modprobe ulimit date kill sleep ps sysctl_restore dmesg logger ping hostname uname which type read printf ")

func wordSet(text string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(text) {
		m[w] = true
	}
	return m
}

// plainQdisc reports whether tc only names a queueing discipline that lets packets
// leave as they come.
func plainQdisc(w []string) bool {
	plain := wordSet("pfifo pfifo_fast bfifo noqueue fq fq_codel mq")
	return w[1] == "qdisc" && !slices.ContainsFunc(w, func(x string) bool { return x == "netem" || x == "tbf" || x == "htb" || x == "cake" }) &&
		(slices.Contains(w, "del") || slices.ContainsFunc(w, func(x string) bool { return plain[x] }))
}

// list goes through commands in order.
func (s *shell) list(all []shellCommand) {
	var ifs []bool // of each if around: whether this branch is gone through
	taken := []bool{}
	for i := 0; i < len(all); i++ {
		c := all[i]
		w := c.words
		if len(w) > 1 && (w[0] == "then" || w[0] == "do" || w[0] == "else") {
			c.words = w[1:]
			if w[0] == "else" {
				ifs, taken = otherwise(ifs, taken)
			}
			w = c.words
		}
		off := slices.Contains(ifs, false)
		switch w[0] {
		case "if":
			on := !off && s.holds(w[1:])
			ifs, taken = append(ifs, on), append(taken, on)
			continue
		case "elif":
			if n := len(ifs); n > 0 {
				ifs[n-1] = !taken[n-1] && s.holds(w[1:])
				taken[n-1] = taken[n-1] || ifs[n-1]
			}
			continue
		case "else":
			ifs, taken = otherwise(ifs, taken)
			continue
		case "fi":
			if n := len(ifs); n > 0 {
				ifs, taken = ifs[:n-1], taken[:n-1]
			}
			continue
		case "then", "do":
			continue
		case "for":
			end := loopEnd(all, i)
			if !off {
				s.loop(w, all[i+1:min(end, len(all))])
			}
			i = end
			continue
		}
		if off || c.after == "&&" && s.failed || c.after == "||" && !s.failed || c.after == "|" && harmless[path.Base(w[0])] {
			continue
		}
		s.failed = false
		words := make([]string, len(w))
		for j := range w {
			words[j] = s.expand(w[j])
		}
		s.command(words)
	}
}

func otherwise(ifs, taken []bool) ([]bool, []bool) {
	if n := len(ifs); n > 0 {
		ifs[n-1] = !taken[n-1]
	}
	return ifs, taken
}

// loopEnd is the place of the done that belongs to a for.
func loopEnd(all []shellCommand, at int) int {
	depth := 0
	for i := at; i < len(all); i++ {
		switch all[i].words[0] {
		case "for", "while", "until":
			depth++
		case "done":
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(all)
}

// maxRounds limits the rounds of a loop.
const maxRounds = 100

// loop goes through for NAME in WORD …; do … done.
func (s *shell) loop(w []string, body []shellCommand) {
	if len(w) < 4 || w[2] != "in" {
		s.odd(strings.Join(w, " "))
		return
	}
	if s.depth++; s.depth > maxSourced {
		return
	}
	was := s.vars
	for _, value := range strings.Fields(s.expand(strings.Join(w[3:], " "))) {
		if s.rounds++; s.rounds > maxRounds {
			break
		}
		s.vars = append([]Define{{w[1], value}}, was...)
		s.list(body)
	}
	s.vars = was
	s.depth--
}

// holds tells whether the command after if succeeds.
func (s *shell) holds(w []string) bool {
	if len(w) > 0 && w[0] == "!" {
		return !s.holds(w[1:])
	}
	if len(w) > 1 && (w[0] == "[" || w[0] == "[[" || w[0] == "test") {
		words := make([]string, len(w)-1)
		for i := range words {
			words[i] = s.expand(w[i+1])
		}
		return s.test(words)
	}
	return true
}

// test works out [ A = B ], [ -f FILE ], [ -n A ] and [ -z A ].
func (s *shell) test(w []string) bool {
	w = slices.DeleteFunc(slices.Clone(w), func(x string) bool { return x == "]" || x == "]]" })
	switch {
	case len(w) > 0 && w[0] == "!":
		return !s.test(w[1:])
	case len(w) == 3 && (w[1] == "=" || w[1] == "=="):
		return w[0] == w[2]
	case len(w) == 3 && w[1] == "!=":
		return w[0] != w[2]
	case len(w) == 2 && w[0] == "-n":
		return w[1] != ""
	case len(w) == 2 && w[0] == "-z":
		return w[1] == ""
	case len(w) == 2 && strings.HasPrefix(w[1], "/proc/sys/") && s.known != nil:
		return s.known(strings.ReplaceAll(strings.TrimPrefix(w[1], "/proc/sys/"), "/", "."))
	}
	return true
}
