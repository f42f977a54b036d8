// Command server is the web server of Wirestep.
//
//	go run ./cmd/server                       sessions in memory
//	go run ./cmd/server -data /var/lib/wirestep   sessions survive a restart
//	server -health                            exit 0 if the server at -addr is well
//
// Every flag can be given as an environment variable too: -per-address is
// WIRESTEP_PER_ADDRESS. A flag wins over its variable.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"wirestep/web"
	"wirestep/web/journal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(Main{Env: os.LookupEnv, Stdout: os.Stdout, Stderr: os.Stderr}.Run(ctx, os.Args[1:]))
}

// Main is the program, with what it takes from its surroundings.
type Main struct {
	Env            func(string) (string, bool)
	Stdout, Stderr io.Writer
}

// options are the flags.
type options struct {
	addr, data, journal string
	lessons             string
	ancestors, origins  string
	header              string
	cert, key           string
	debug, health       bool
	limits              web.Limits
}

// Run runs the program until ctx ends and returns its exit code.
func (m Main) Run(ctx context.Context, args []string) int {
	o, err := m.parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(m.Stderr, "server:", err)
		return 2
	case o.health:
		err = health(ctx, o)
	default:
		err = m.serve(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(m.Stderr, "server:", err)
		return 1
	}
	return 0
}

func (m Main) parse(args []string) (options, error) {
	o := options{limits: web.DefaultLimits}
	f := flag.NewFlagSet("server", flag.ContinueOnError)
	f.SetOutput(m.Stderr)
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "address to listen on")
	f.StringVar(&o.data, "data", "", "directory for sessions; without one they are kept in memory")
	f.StringVar(&o.journal, "journal", "", "where sessions are kept: memory, bolt (needs -data); default bolt with -data, else memory")
	f.StringVar(&o.lessons, "lessons", "", "folder of lessons beside those that are built in (docs/lessons.md); what changes in it is read again")
	f.StringVar(&o.ancestors, "frame-ancestors", "'self'", "who may show our pages in a frame: sources as Content-Security-Policy takes them")
	f.StringVar(&o.origins, "origins", "", "hosts besides our own whose pages may open streams, with commas between")
	f.StringVar(&o.header, "address-header", "", "header in which a proxy before this server tells the client's address, such as X-Forwarded-For")
	f.StringVar(&o.cert, "tls-cert", "", "certificate in PEM: serve https instead of http; needs -tls-key; files that are renewed are read again")
	f.StringVar(&o.key, "tls-key", "", "its key in PEM")
	f.BoolVar(&o.debug, "debug", false, "log every request")
	f.BoolVar(&o.health, "health", false, "ask the server at -addr whether it is well, and exit")
	f.IntVar(&o.limits.Sessions, "sessions", o.limits.Sessions, "sessions that run at once")
	f.IntVar(&o.limits.PerAddress, "per-address", o.limits.PerAddress, "of them, how many from one address")
	f.IntVar(&o.limits.Sockets, "sockets", o.limits.Sockets, "pages on one session that may move it")
	f.IntVar(&o.limits.Followers, "followers", o.limits.Followers, "pages on one session that only look")
	f.IntVar(&o.limits.Steps, "steps", o.limits.Steps, "events of one branch")
	f.IntVar(&o.limits.Commands, "commands", o.limits.Commands, "commands a second from one page")
	f.IntVar(&o.limits.Requests, "requests", o.limits.Requests, "new sessions a minute from one address")
	f.DurationVar(&o.limits.Idle, "idle", o.limits.Idle, "a session that nobody looks at leaves memory after this")
	f.DurationVar(&o.limits.Keep, "keep", o.limits.Keep, "a session that nobody used is removed after this; in memory after a day at most")
	f.Var((*size)(&o.limits.Memory), "memory", "what the process may hold, such as 512MiB or 4GiB, about: beyond it the least used sessions go back to their journal, and come back when asked; 0: no limit")
	var wrong error
	f.VisitAll(func(g *flag.Flag) {
		name := "WIRESTEP_" + strings.ToUpper(strings.ReplaceAll(g.Name, "-", "_"))
		g.Usage += " [" + name + "]"
		if v, ok := m.Env(name); ok {
			if err := g.Value.Set(v); err != nil {
				wrong = fmt.Errorf("%s: %q: %w", name, v, err)
			}
		}
	})
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("%q is no flag; -help lists them", f.Arg(0))
	}
	return o, wrong
}

func (m Main) serve(ctx context.Context, o options) error {
	level := slog.LevelInfo
	if o.debug {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(m.Stderr, &slog.HandlerOptions{Level: level}))
	certificate, err := openPair(o.cert, o.key)
	if err != nil {
		return err
	}
	j, err := openJournal(o.journal, o.data)
	if err != nil {
		return err
	}
	defer j.Close()
	if _, here := j.(*journal.Memory); here {
		o.limits.Keep = min(o.limits.Keep, 24*time.Hour) // memory is dearer than disk
	}
	if o.limits.Memory > 0 {
		debug.SetMemoryLimit(o.limits.Memory / 10 * 8) // the collector works before it is reached
	}
	conf := web.Config{Journal: j, Lessons: o.lessons, Limits: o.limits, FrameAncestors: o.ancestors, AddressHeader: o.header, Log: log}
	if o.origins != "" {
		conf.Origins = strings.Split(o.origins, ",")
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", o.addr)
	if err != nil {
		return err
	}
	scheme := "http"
	if certificate != nil {
		scheme, l = "https", certificate.over(l)
	}
	fmt.Fprintf(m.Stdout, "Wirestep is at %s://%s\n", scheme, l.Addr())
	return web.New(conf).Serve(ctx, l)
}
