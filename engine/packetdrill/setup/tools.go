package setup

import (
	"path"
	"strconv"
	"strings"
)

// setting1 are the commands that set something.
func (r *run) setting1(name string, w []string) bool {
	switch name {
	case "sysctl":
		r.sysctls(w[1:])
	case "ip":
		r.ip(w)
	case "ifconfig":
		r.attributes(w[min(len(w), 2):], strings.Join(w, " "), r.Link)
	case "tc", "ethtool":
		if r.Tool == nil || !r.Tool(w) {
			r.odd("%s", strings.Join(w, " "))
		}
		r.unknown()
	default:
		return false
	}
	return true
}

// sysctls reads: sysctl [-q] [-w] [-n] name=value … or name = value, or name.
func (r *run) sysctls(w []string) {
	bare := false
	for i := 0; i < len(w); i++ {
		if strings.HasPrefix(w[i], "-") {
			if bare = bare || strings.Contains(w[i], "n"); w[i] == "-p" {
				r.odd("sysctl %s", strings.Join(w, " "))
				return
			}
			continue
		}
		name, value, sets := strings.Cut(w[i], "=")
		if !sets && i+1 < len(w) && strings.HasPrefix(w[i+1], "=") { // name = value, name =value
			if value, sets = w[i+1][1:], true; value == "" && i+2 < len(w) {
				value = w[i+2]
				i++
			}
			i++
		}
		name = strings.TrimSpace(name)
		if sets {
			r.sysctl(name, strings.TrimSpace(value))
			continue
		}
		v, ok := r.setting(name)
		if !ok {
			r.unknown()
			r.odd("sysctl %s: no such setting", name)
			continue
		}
		if !bare {
			v = name + " = " + v
		}
		r.print(v + "\n")
	}
}

func (r *run) sysctl(name, value string) {
	name = strings.ReplaceAll(name, "/", ".")
	if err := r.Sysctl(name, value); err != nil {
		if _, known := r.setting(name); known {
			r.status = 1
		}
		r.odd("sysctl %s=%s: %v", name, value, err)
	}
}

// file handles a value written to a file under /proc/sys or /sys.
func (r *run) file(name, value string) {
	if n, is := strings.CutPrefix(name, "/proc/sys/"); is {
		r.sysctl(n, value)
		return
	}
	if n, is := strings.CutPrefix(name, "/sys/class/net/"); is {
		if _, attr, ok := strings.Cut(n, "/"); ok && r.Link(path.Base(attr), value) {
			return
		}
	}
	if !strings.HasPrefix(name, "/dev/") && !strings.HasPrefix(name, "/tmp/") {
		r.odd("echo %s > %s", value, name)
	}
}

// ip reads ip route …, ip link set … and ip tcp_metrics flush.
func (r *run) ip(w []string) {
	i := 1
	for i < len(w) && strings.HasPrefix(w[i], "-") {
		if i++; w[i-1] == "-n" || w[i-1] == "-netns" {
			i++
		}
	}
	what := strings.Join(w, " ")
	if i >= len(w) {
		return
	}
	verb := ""
	if i+1 < len(w) {
		verb = w[i+1]
	}
	shows := verb == "" || prefixOf(verb, "show", 1) || prefixOf(verb, "list", 1) || verb == "get"
	switch {
	case shows:
		r.unknown()
	case prefixOf(w[i], "route", 1):
		r.attributes(w[i+1:], what, r.Route)
	case prefixOf(w[i], "link", 1):
		if rest := w[i+1:]; len(rest) > 2 && rest[0] == "set" && !linkWords[rest[1]] { // the name of an interface
			w = append(w[:i+2:i+2], rest[2:]...)
		}
		r.attributes(w[i+1:], what, r.Link)
	case prefixOf(w[i], "tcp_metrics", 3):
		if r.Forget != nil && (prefixOf(verb, "flush", 1) || prefixOf(verb, "delete", 1)) {
			r.Forget()
		}
	case prefixOf(w[i], "neighbour", 1) || prefixOf(w[i], "neighbor", 1) || prefixOf(w[i], "address", 1):
	default:
		r.odd("%s", what)
	}
}

// linkWords may stand first behind ip link set.
var linkWords = Words("dev group up down mtu txqueuelen gso_max_segs gso_max_size gso_ipv4_max_size gro_max_size gro_ipv4_max_size multicast arp")

// prefixOf: a word is short for another, with at least so many letters.
func prefixOf(short, word string, least int) bool {
	return len(short) >= least && strings.HasPrefix(word, short)
}

// attributes hands pairs of words on; the words that only say what is changed
// are known.
func (r *run) attributes(w []string, what string, set func(attr, value string) bool) {
	known, odd := false, false
	for i := 0; i < len(w); i++ {
		switch w[i] {
		case "change", "replace", "add", "append", "set", "del", "default":
		case "up":
			known = true
		case "dev", "via", "src", "proto", "scope", "metric", "table", "type":
			i++
		default:
			if w[i] == "" || strings.ContainsAny(w[i], "/:") || w[i][0] >= '0' && w[i][0] <= '9' {
				continue // an address
			}
			switch {
			case i+2 < len(w) && w[i+1] == "lock":
				odd = !set(w[i]+" lock", w[i+2]) || odd
				known = true
				i += 2
			case i+1 < len(w) && set(w[i], w[i+1]):
				known = true
				i++
			default:
				odd = true
			}
		}
	}
	if odd || !known {
		r.odd("%s", what)
	}
}

// program handles a file that is run: arguments that name files under /proc are
// settings, as a helper script would make them; the file itself is read too.
func (r *run) program(w []string) {
	known := false
	for _, a := range w[1:] {
		if name, value, ok := strings.Cut(a, "="); ok && strings.HasPrefix(name, "/") {
			r.file(name, value)
			known = true
		}
	}
	if !known {
		r.sourced(append([]string{"sh"}, w...))
	}
}

// sourced carries out a file that a script runs or sources, or the text behind -c.
func (r *run) sourced(w []string) {
	args := w[1:]
	inline := false
	for len(args) > 0 && w[0] != "." && w[0] != "source" && strings.HasPrefix(args[0], "-") {
		inline, args = inline || strings.Contains(args[0], "c"), args[1:]
	}
	if len(args) == 0 {
		r.odd("%s", strings.Join(w, " "))
		return
	}
	text, name := args[0], args[0]
	if !inline {
		if r.Read == nil {
			r.odd("%s", name)
			return
		}
		b, err := r.Read(r.place(name))
		if err != nil {
			r.odd("%s: cannot be read", name)
			return
		}
		text = string(b)
	}
	read := func() {
		was := r.args
		if len(args) > 1 || w[0] != "." && w[0] != "source" {
			r.args = args[1:]
		}
		r.text(text)
		r.args = was
	}
	r.deeper(name, func() {
		if w[0] == "." || w[0] == "source" {
			read()
		} else {
			r.subshell(read)
		}
	})
	if r.leave == leaveFunction {
		r.leave = goOn
	}
}

// Qdisc is what tc qdisc says of the queue of an interface.
type Qdisc struct {
	Verb  string // add, replace, change or del
	Kind  string // pfifo, fq …; "": none is named
	Limit int    // -1: not given
}

// ReadQdisc reads the words of tc qdisc; ok is false where they say more than that.
func ReadQdisc(w []string) (q Qdisc, ok bool) {
	q.Limit = -1
	for len(w) > 1 && strings.HasPrefix(w[1], "-") {
		w = w[1:]
	}
	if len(w) < 3 || w[0] != "tc" || !prefixOf(w[1], "qdisc", 1) {
		return q, false
	}
	q.Verb = w[2]
	for i := 3; i < len(w); i++ {
		switch {
		case w[i] == "root":
		case w[i] == "dev" || w[i] == "handle" || w[i] == "parent":
			i++
		case q.Kind == "":
			q.Kind = w[i]
		case w[i] == "limit" && i+1 < len(w):
			n, err := strconv.ParseUint(strings.TrimRight(w[i+1], "pb"), 10, 31)
			if err != nil {
				return q, false
			}
			q.Limit = int(n)
			i++
		default:
			return q, false
		}
	}
	return q, true
}
