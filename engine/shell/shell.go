package shell

import (
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/sim"
)

// Answer is what a command line does.
type Answer struct {
	Text   string
	Failed bool        // the command's exit code is not 0
	Ahead  bool        // it tells when something will happen, or after how long
	Act    *engine.Op  // not nil: what is to be done; Text is what the command prints then
	More   []engine.Op // what is to be done after that, at the same instant
}

// MaxLine is the longest line that is read, in bytes.
const MaxLine = 1024

// maxOutput bounds what a command prints; a real one has no such bound.
const maxOutput = 256 << 10

// request is one command line and where it was typed.
type request struct {
	w    *engine.World
	h    *host.Host
	at   sim.HostID
	name string
	args []string
	out  strings.Builder

	ahead bool // it has printed a timer, or the length of one
}

// commands by name. It is read only.
var commands map[string]func(r *request) Answer

func init() {
	commands = map[string]func(r *request) Answer{
		"ss": runSS, "nstat": runNstat, "sysctl": runSysctl, "help": runHelp, "ip": runIP, "netstat": runNetstat, "cat": runCat,
		"tcpdump": runTcpdump, "conntrack": runConntrack, "dmesg": runDmesg, "ps": runPs, "hostname": runHostname, "uname": runUname,
		"iptables": runIptables, "kill": runKill, "reboot": runReboot, "poweroff": runPoweroff, "nc": runNc,
	}
}

// Run carries out one line on a host.
func Run(w *engine.World, hostName, line string) Answer {
	r := &request{w: w, at: -1}
	for i, h := range w.Hosts() {
		if h.Name == hostName {
			r.h, r.at = h, sim.HostID(i)
		}
	}
	if r.h == nil {
		return fail("no host is called " + hostName)
	}
	if len(line) > MaxLine {
		return fail("sh: line too long")
	}
	words, err := split(line)
	if err != "" {
		return fail(err)
	}
	if len(words) == 0 {
		return Answer{}
	}
	r.name, r.args = words[0], words[1:]
	if r.h.Off {
		return fail("Nobody answers: " + r.h.Name + " is switched off.")
	}
	run := commands[r.name]
	if run == nil {
		return fail("sh: 1: " + r.name + ": not found")
	}
	a := run(r)
	a.Ahead = r.ahead
	if len(a.Text) > maxOutput {
		cut := strings.LastIndexByte(a.Text[:maxOutput], '\n') + 1
		a.Text = a.Text[:cut] + "[cut here: a shell of this lab prints at most 256 KiB]\n"
	}
	return a
}

func fail(text string) Answer {
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return Answer{Text: text, Failed: true}
}

// said is the answer of a command that has printed what it has to say.
func (r *request) said() Answer { return Answer{Text: r.out.String()} }

func (r *request) print(parts ...string) {
	for _, p := range parts {
		r.out.WriteString(p)
	}
}

// split cuts a line into words as a shell does, quotes included. What a shell
// would do with more than one command is refused.
func split(line string) (words []string, err string) {
	var word strings.Builder
	open, quote := false, byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			open, quote = true, c
		case c == '\\' && i+1 < len(line):
			i++
			open = true
			word.WriteByte(line[i])
		case c == ' ' || c == '\t':
			if open {
				words = append(words, word.String())
				word.Reset()
				open = false
			}
		case strings.IndexByte("|;&<>`$\n\r", c) >= 0:
			return nil, "sh: " + string(c) + " is not understood here: one command a line, without pipes"
		case c == '#' && !open:
			i = len(line)
		default:
			open = true
			word.WriteByte(c)
		}
	}
	if quote != 0 {
		return nil, "sh: 1: Syntax error: Unterminated quoted string"
	}
	if open {
		words = append(words, word.String())
	}
	return words, ""
}

func runHelp(r *request) Answer {
	for _, line := range helpLines {
		r.print(line, "\n")
	}
	return r.said()
}

// options cuts off leading options: "-tan" is three. long maps --words to letters.
// It returns what is left, or the word that is no option.
func options(args []string, known string, long map[string]byte) (set string, rest []string, bad string) {
	var b strings.Builder
	for i, a := range args {
		switch {
		case a == "--":
			return b.String(), append(rest, args[i+1:]...), ""
		case strings.HasPrefix(a, "--"):
			c, ok := long[a[2:]]
			if !ok {
				return "", nil, a
			}
			b.WriteByte(c)
		case len(a) > 1 && a[0] == '-':
			for j := 1; j < len(a); j++ {
				if strings.IndexByte(known, a[j]) < 0 {
					return "", nil, "-" + a[j:j+1]
				}
				b.WriteByte(a[j])
			}
		default:
			rest = append(rest, a)
		}
	}
	return b.String(), rest, ""
}

// badOption is what getopt(3) says, and where help is.
func badOption(name, bad string) string {
	if strings.HasPrefix(bad, "--") {
		return name + ": unrecognized option '" + bad + "'\n"
	}
	return name + ": invalid option -- '" + bad[1:] + "'\n"
}
