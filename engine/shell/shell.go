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
		"iptables": runIptables, "kill": runKill, "tc": runTc, "ethtool": runEthtool, "ifconfig": runIfconfig, "arp": runArp, "ping": runPing, "ip6tables": runIP6tables, "reboot": runReboot, "poweroff": runPoweroff, "nc": runNc,
	}
}

// Run carries out one line on a host.
func Run(w *engine.World, hostName, line string) Answer { return RunWith(w, hostName, line, nil) }

// RunWith carries out one line on a host that has files besides those of /proc, by their names.
func RunWith(w *engine.World, hostName, line string, files map[string]string) Answer {
	s := &script{w: w, name: hostName, files: files}
	h := s.request("", nil).h
	switch {
	case h == nil:
		return fail("no host is called " + hostName)
	case len(line) > MaxLine:
		return fail("sh: line too long")
	case h.Off:
		return fail("Nobody answers: " + h.Name + " is switched off.")
	}
	r := s.text(line)
	a := Answer{Text: r.out, Failed: r.failed, Ahead: s.ahead}
	if len(s.ops) > 0 {
		a.Act, a.More = &s.ops[0], s.ops[1:]
	}
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
