// Command wirestep is the author's tool: it runs, checks, formats and measures
// scenes from a terminal.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"wirestep/kernel"
)

// env is where a command reads and writes.
type env struct {
	in       io.Reader
	out, err io.Writer
}

// command is one subcommand. Its exit code is 0 for yes, 1 for no, 2 for a
// question that was not understood.
type command struct {
	name, args, does string
	run              func(e env, args []string) int
}

var commands []command

func init() { // the commands name the table in their usage
	commands = []command{
		{"run", "SCENE [-until COND] [-format compact|json|explain|tcpdump|pkt] [-host NAME [-conn N]] [-pcapng FILE] [-shell HOST \"ss -tan\"]", "run a scene and print what happened, or what a tool prints on a host in the end", runScene},
		{"find", "SCENE -to \"CONDITION\" [-moves drop,delay,dup,hold,call,sysctl] [-on client->server]… [-call \"client: close(c)\"]… [-sysctl \"HOST NAME = VALUE\"]… [-max 2] [-all] [-json] [-events N] [-future N]",
			"find the shortest interventions that make a condition true, or prove that there are none", findWay},
		{"drill", "FILE.pkt… [-v] [-D NAME=VALUE]… [-ip ipv4|ipv6|mapped]", "run packetdrill scripts on the engine", drill},
		{"check", "[PATH…]", "load, lint and play lessons and scenes; . when no path is given", check},
		{"kernel", "FILE… [-v] [-report FILE] [-random N -seed S]", "run packetdrill scripts, scenes and claims on the Linux underneath (root; own namespaces)", askKernel},
		{"bench", "[-bytes N] [-loss P] [-explain]", "time one bulk transfer in virtual time", bench},
		{"load", "[-url http://127.0.0.1:8080] [-sessions 1] [-followers 0] [-idle 0] [-hogs 0] [-rate 1] [-seconds 10]; or -kills N -server \"bin/server -data DIR\" [-sessions 1] [-seed 1]", "put a server on this machine under load and print how long people would have waited; or kill it again and again, and look whether anything is lost", putLoad},
		{"fmt", "[-l] [FILE…]", "format scenes in place; without a file, from input to output", format},
	}
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "kernel" {
		kernel.Punctual()
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is main without the process around it.
func run(args []string, in io.Reader, out, err io.Writer) int {
	e := env{in, out, err}
	if len(args) == 0 {
		usage(err)
		return 2
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(e, args[1:])
		}
	}
	if args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		usage(out)
		return 0
	}
	fmt.Fprintf(err, "wirestep: no command is called %q\n\n", args[0])
	usage(err)
	return 2
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "usage:")
	for _, c := range commands {
		fmt.Fprintf(w, "  wirestep %-6s %s\n  %16s%s\n", c.name, c.args, "", c.does)
	}
}

// flags makes the flag set of a command.
func flags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	return fs
}

// parse reads flags that may stand before and after the other arguments, and
// returns those. A code other than -1 ends the command.
func parse(e env, fs *flag.FlagSet, args []string) (rest []string, code int) {
	for {
		err := fs.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			usageOf(e.out, fs.Name())
			return nil, 0
		}
		if err != nil {
			return nil, misused(e, fs.Name(), err.Error())
		}
		if fs.NArg() == 0 {
			return rest, -1
		}
		rest = append(rest, fs.Arg(0))
		args = fs.Args()[1:]
	}
}

// misused says what was wrong with the command line, and what would be right.
func misused(e env, name, why string) int {
	fmt.Fprintf(e.err, "wirestep %s: %s\n", name, why)
	usageOf(e.err, name)
	return 2
}

func usageOf(w io.Writer, name string) {
	for _, c := range commands {
		if c.name == name {
			fmt.Fprintf(w, "usage: wirestep %s %s\n", c.name, c.args)
		}
	}
}
