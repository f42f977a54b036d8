package shell

import (
	"regexp"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
)

func runSysctl(r *request) Answer {
	args, pattern := r.args, ""
	for i := 0; i < len(args); i++ { // -r takes the next word
		if a := args[i]; strings.HasPrefix(a, "-") && strings.HasSuffix(a, "r") && !strings.HasPrefix(a, "--") && i+1 < len(args) {
			pattern = args[i+1]
			args = append(append([]string(nil), args[:i+1]...), args[i+2:]...)
			break
		}
	}
	set, names, bad := options(args, "aAXnNweqr", map[string]byte{"all": 'a', "values": 'n', "names": 'N', "write": 'w', "ignore": 'e', "quiet": 'q'})
	on := func(c string) bool { return strings.ContainsAny(set, c) }
	switch {
	case bad != "":
		return fail(badOption("sysctl", bad) + sysctlUsage)
	case on("aAX"):
		return r.allSysctls(pattern, on("n"), on("N"))
	case len(names) == 0 && on("w"):
		return fail("sysctl: no variables specified\nTry `sysctl --help' for more information.")
	case len(names) == 0:
		return fail(sysctlUsage)
	}
	var a Answer
	for _, n := range names {
		one := r.sysctl(n, set)
		a.Text += one.Text
		a.Failed = a.Failed || one.Failed
		if one.Act != nil && a.Act != nil {
			a.More = append(a.More, *one.Act)
		} else if one.Act != nil {
			a.Act = one.Act
		}
	}
	if a.Failed {
		a.Act, a.More = nil, nil // a line that fails in part changes nothing here
	}
	return a
}

// sysctl reads or writes one variable.
func (r *request) sysctl(word, set string) Answer {
	name, value, write := strings.Cut(word, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if strings.Contains(set, "w") && !write {
		return fail("sysctl: command line(0): invalid syntax, continuing...")
	}
	i := r.findSysctl(name)
	if i < 0 {
		if strings.Contains(set, "e") {
			return Answer{}
		}
		return fail("sysctl: cannot stat /proc/sys/" + strings.ReplaceAll(name, ".", "/") + ": No such file or directory")
	}
	name = host.Sysctls[i].Name
	if !write {
		return Answer{Text: sysctlLine(name, inProc(r.h.Set.Values[i]), strings.Contains(set, "n"), strings.Contains(set, "N"))}
	}
	if host.Sysctls[i].ReadOnly {
		return fail(`sysctl: setting key "` + name + `": Invalid argument`)
	}
	if r.h.Kernel.Check(name, value) != nil {
		why := "Invalid argument"
		if name == "net.ipv4.tcp_congestion_control" {
			why = "No such file or directory"
		}
		return fail(`sysctl: setting key "` + name + `": ` + why)
	}
	a := Answer{Act: &engine.Op{Kind: engine.OpSysctl, Host: r.h.Name, Set: engine.Setting{Name: name, Value: value}}}
	if !strings.Contains(set, "q") {
		a.Text = sysctlLine(name, value, strings.Contains(set, "n"), strings.Contains(set, "N"))
	}
	return a
}

// findSysctl finds a variable by its whole name, with dots or slashes.
func (r *request) findSysctl(name string) int {
	name = strings.ReplaceAll(name, "/", ".")
	for i := range host.Sysctls {
		if host.Sysctls[i].Name == name && r.h.Kernel.Has(&host.Sysctls[i]) {
			return i
		}
	}
	return -1
}

func (r *request) allSysctls(pattern string, values, names bool) Answer {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return fail("sysctl: regular expression " + pattern + " is not understood")
	}
	for i := range host.Sysctls {
		if r.h.Kernel.Has(&host.Sysctls[i]) && re.MatchString(host.Sysctls[i].Name) {
			r.print(sysctlLine(host.Sysctls[i].Name, inProc(r.h.Set.Values[i]), values, names))
		}
	}
	return r.said()
}

// inProc is a value as /proc has it: several numbers stand apart by tabs.
func inProc(value string) string { return strings.ReplaceAll(value, " ", "\t") }

func sysctlLine(name, value string, bare, names bool) string {
	switch {
	case names:
		return name + "\n"
	case bare:
		return value + "\n"
	}
	return name + " = " + value + "\n"
}
