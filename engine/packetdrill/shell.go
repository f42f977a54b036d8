package packetdrill

import (
	"path"
	"strconv"
	"strings"

	"wirestep/engine/sim"
)

// ReadFile gives the text of a file that a script names; nil: there is none.
type ReadFile func(name string) ([]byte, error)

// shell reads shell commands for the settings that they make. Nothing is run.
type shell struct {
	read   ReadFile
	dir    string
	depth  int
	rounds int
	failed bool // the last command did
	vars   []Define
	sysctl func(name, value string) error
	route  func(attr, value string) bool
	link   func(attr, value string) bool
	forget func()                 // the memory of earlier connections
	known  func(name string) bool // whether there is a setting; nil: nobody knows
	odd    func(text string)      // what was not understood
	sleep  func(d sim.Duration)
}

// run reads a command, which may have many lines.
func (s *shell) run(text string) {
	text = strings.ReplaceAll(text, "\\\n", " ")
	s.list(splitCommands(text))
}

// expand replaces $NAME and ${NAME}.
func (s *shell) expand(w string) string {
	for _, d := range s.vars {
		w = strings.ReplaceAll(strings.ReplaceAll(w, "${"+d.Name+"}", d.Value), "$"+d.Name, d.Value)
	}
	return w
}

func (s *shell) command(w []string) {
	for len(w) > 0 && (w[0] == "sudo" || w[0] == "command" || w[0] == "exec" || w[0] == "{" || w[0] == "}") {
		w = w[1:]
	}
	if len(w) > 4 && w[0] == "ip" && w[1] == "netns" && w[2] == "exec" {
		w = w[4:]
	}
	if len(w) == 0 {
		return
	}
	w = w[:len(w):len(w)]
	switch name := path.Base(w[0]); {
	case name == "sysctl":
		s.sysctls(w[1:])
	case name == "echo" || name == "printf":
		s.echo(w)
	case name == "sleep" && len(w) == 2 && s.sleep != nil:
		if f, err := strconv.ParseFloat(strings.TrimSuffix(w[1], "s"), 64); err == nil && f >= 0 && f < 1e6 {
			s.sleep(sim.Duration(f*1e6) * sim.Microsecond)
		}
	case name == "ip" && len(w) > 2:
		s.ip(w)
	case name == "tc" && len(w) > 1 && plainQdisc(w): // packets leave at once, as without it
	case name == "tc", name == "ethtool":
		s.odd(strings.Join(w, " ") + " (no queueing discipline is modelled: packets leave at once)")
	case name == "export" && len(w) > 1 && strings.Contains(w[1], "="):
		s.command(w[1:])
	case name == "test" || name == "[" || name == "[[":
		s.failed = !s.test(w[1:])
	case name == "false":
		s.failed = true
	case harmless[name]:
	case (name == "source" || name == "." || name == "sh" || name == "bash") && len(w) > 1:
		s.source(w[1], w[2:])
	case strings.Contains(w[0], "/") || strings.HasSuffix(name, ".sh") || strings.HasSuffix(name, ".py"):
		s.program(w)
	case strings.Contains(w[0], "=") && len(w) == 1:
		n, v, _ := strings.Cut(w[0], "=")
		s.vars = append([]Define{{n, v}}, s.vars...)
	default:
		s.odd(strings.Join(w, " "))
	}
}

// sysctls reads: sysctl [-q] [-w] name=value … or name = value.
func (s *shell) sysctls(w []string) {
	joined := strings.ReplaceAll(strings.Join(w, "\x00"), "\x00=\x00", "=")
	for _, a := range strings.Split(joined, "\x00") {
		if strings.HasPrefix(a, "-") || strings.HasPrefix(a, ">") || strings.HasPrefix(a, "2>") || strings.HasPrefix(a, "/dev/") {
			continue
		}
		name, value, ok := strings.Cut(a, "=")
		if !ok {
			s.odd("sysctl " + a)
			continue
		}
		s.set(strings.TrimSpace(name), strings.TrimSpace(value))
	}
}

func (s *shell) set(name, value string) {
	if err := s.sysctl(strings.ReplaceAll(name, "/", "."), value); err != nil {
		s.failed = true
		s.odd("sysctl " + name + "=" + value + ": " + err.Error())
	}
}

// file handles a value written to a file under /proc/sys or /sys.
func (s *shell) file(name, value string) {
	if n, is := strings.CutPrefix(name, "/proc/sys/"); is {
		s.set(n, value)
		return
	}
	if n, is := strings.CutPrefix(name, "/sys/class/net/"); is {
		if _, attr, ok := strings.Cut(n, "/"); ok && s.link(attr, value) {
			return
		}
	}
	if name != "/dev/null" {
		s.odd("echo " + value + " > " + name)
	}
}

func (s *shell) echo(w []string) {
	var value []string
	for i := 1; i < len(w); i++ {
		switch {
		case w[i] == ">" || w[i] == ">>" || w[i] == "1>":
			if i+1 < len(w) {
				s.file(w[i+1], strings.Join(value, " "))
			}
			return
		case i == 1 && (w[i] == "-n" || w[i] == "-e"):
		default:
			value = append(value, w[i])
		}
	}
}

// ip reads ip route … and ip link set ….
func (s *shell) ip(w []string) {
	i := 1
	for i < len(w) && strings.HasPrefix(w[i], "-") {
		i++
	}
	what := strings.Join(w, " ")
	switch {
	case i >= len(w):
		return
	case strings.HasPrefix("route", w[i]):
		s.attributes(w[i+1:], what, s.route)
	case strings.HasPrefix("link", w[i]):
		s.attributes(w[i+1:], what, s.link)
	case strings.HasPrefix("tcp_metrics", w[i]) && len(w[i]) > 2 && i+1 < len(w):
		if s.forget != nil && (strings.HasPrefix("flush", w[i+1]) || strings.HasPrefix("delete", w[i+1])) {
			s.forget()
		}
	case w[i] == "neigh" || w[i] == "addr" || w[i] == "address":
	default:
		s.odd(what)
	}
}

// attributes hands pairs of words on; the words that only say what is changed
// are known.
func (s *shell) attributes(w []string, what string, set func(attr, value string) bool) {
	known := false
	for i := 0; i < len(w); i++ {
		switch w[i] {
		case "change", "replace", "add", "append", "set", "up", "del", "get", "default":
		case "dev", "via", "src", "proto", "scope", "metric", "table":
			i++
		default:
			if w[i] == "" || strings.ContainsAny(w[i], "/:") || isDigit(w[i][0]) {
				continue // an address
			}
			if i+2 < len(w) && w[i+1] == "lock" {
				known = set(w[i]+" lock", w[i+2]) || known
				i += 2
			} else if i+1 < len(w) && set(w[i], w[i+1]) {
				known = true
				i++
			}
		}
	}
	if !known {
		s.odd(what)
	}
}

// program handles a file that is run: arguments that name files under /proc are
// settings, as a helper script would make them; the file itself is read too.
func (s *shell) program(w []string) {
	known := false
	for _, a := range w[1:] {
		if name, value, ok := strings.Cut(a, "="); ok && strings.HasPrefix(name, "/") {
			s.file(name, value)
			known = true
		}
	}
	if !known {
		s.source(w[0], w[1:])
	}
}

const maxSourced = 8

// source reads a shell file that a script runs or sources.
func (s *shell) source(name string, args []string) {
	base := path.Clean(path.Join(s.dir, name))
	if path.IsAbs(name) {
		base = name
	}
	if s.read == nil || s.depth >= maxSourced {
		s.odd(name)
		return
	}
	b, err := s.read(base)
	if err != nil {
		s.odd(name + ": cannot be read")
		return
	}
	inner := *s
	inner.depth++
	for i, a := range args {
		inner.vars = append(inner.vars[:len(inner.vars):len(inner.vars)], Define{strconv.Itoa(i + 1), a})
	}
	inner.run(string(b))
	s.vars = inner.vars
}
