package shell

import (
	"strconv"
	"strings"

	"wirestep/engine"
	"wirestep/engine/host"
	"wirestep/engine/sim"
)

// act is the answer of a command that does something.
func (r *request) act(op engine.Op) Answer {
	op.Host = r.h.Name
	return Answer{Text: r.out.String(), Act: &op}
}

// actAll is the answer of a command that does several things, or nothing.
func (r *request) actAll(acts []engine.Op) Answer {
	if len(acts) == 0 {
		return r.said()
	}
	for i := range acts {
		acts[i].Host = r.h.Name
	}
	return Answer{Text: r.out.String(), Act: &acts[0], More: acts[1:]}
}

// killSockets closes the sockets that ss -K has found, as many as one command may.
func (r *request) killSockets(list []sock) Answer {
	var op engine.Op
	op.Kind = engine.OpDestroy
	for _, s := range list {
		if len(op.Tuples) < maxKilled {
			op.Tuples = append(op.Tuples, s.tuple)
		}
	}
	if len(op.Tuples) == 0 {
		return r.said()
	}
	return r.act(op)
}

const maxKilled = 64

func runKill(r *request) Answer {
	args := r.args
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		switch strings.TrimPrefix(strings.ToUpper(args[0][1:]), "SIG") {
		case "9", "15", "KILL", "TERM":
			args = args[1:]
		default:
			return fail("kill: unknown signal " + args[0][1:] + "\n" + killUsage)
		}
	}
	if len(args) != 1 {
		return fail(killUsage)
	}
	pid, err := strconv.Atoi(args[0])
	if err != nil {
		return fail("kill: failed to parse argument: '" + args[0] + "'")
	}
	i := pid - firstPID
	if i < 0 || i >= len(r.h.Procs) || r.h.Procs[i].Done && len(r.h.Procs[i].Vars) == 0 {
		return fail("kill: (" + args[0] + "): No such process")
	}
	in := host.Instr{Name: "kill", Text: "kill()"}
	return r.act(engine.Op{Kind: engine.OpCall, Proc: r.h.Procs[i].Name, Call: in})
}

const killUsage = `
Usage:
 kill [-TERM | -KILL] <pid>
`

func runReboot(r *request) Answer { return r.act(engine.Op{Kind: engine.OpReboot}) }

func runPoweroff(r *request) Answer { return r.act(engine.Op{Kind: engine.OpPowerOff}) }

// freeName is a name that no process has.
func (r *request) freeName(name string) string {
	for n, try := 2, name; ; n++ {
		if r.h.Proc(try) < 0 {
			return try
		}
		try = name + "-" + strconv.Itoa(n)
	}
}

// ps lists the processes, those that are over left out.
func runPs(r *request) Answer {
	r.print("    PID TTY          TIME CMD\n")
	for i := range r.h.Procs {
		if p := &r.h.Procs[i]; !p.Done {
			r.print(padLeft(strconv.Itoa(pidOf(i)), 7), " ?        00:00:00 ", p.Name, "\n")
		}
	}
	return r.said()
}

func runHostname(r *request) Answer {
	if len(r.args) == 1 && r.args[0] == "-I" {
		for _, a := range r.h.Addrs {
			r.print(a.String(), " ")
		}
		r.print("\n")
		return r.said()
	}
	r.print(r.h.Name, "\n")
	return r.said()
}

func runUname(r *request) Answer {
	v := r.h.Kernel.Version.String()
	switch strings.Join(r.args, " ") {
	case "":
		r.print("Linux\n")
	case "-r":
		r.print(v, "\n")
	case "-a":
		r.print("Linux ", r.h.Name, " ", v, " #1 SMP x86_64 GNU/Linux\n")
	default:
		return fail("uname: extra operand '" + r.args[0] + "'\nTry 'uname --help' for more information.")
	}
	return r.said()
}

// runDmesg prints what the kernel has logged, with the time since the host was started.
func runDmesg(r *request) Answer {
	for _, l := range r.h.Log {
		us := int64(l.At.Sub(r.h.BootAt) / sim.Microsecond)
		r.print("[", padLeft(strconv.FormatInt(us/1_000_000, 10)+"."+digits(us%1_000_000, 6), 12), "] ", l.Text, "\n")
	}
	return r.said()
}

// digits writes a number with leading zeros.
func digits(n int64, width int) string {
	s := strconv.FormatInt(n, 10)
	return strings.Repeat("0", max(width-len(s), 0)) + s
}
