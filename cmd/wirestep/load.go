package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"wirestep/web/load"
)

// putLoad puts a server on this machine under load and prints how long people would
// have waited: wirestep load.
func putLoad(e env, args []string) int {
	p := load.Plan{}
	fs := flags("load")
	seconds := fs.Float64("seconds", 10, "")
	fs.StringVar(&p.URL, "url", "http://127.0.0.1:8080", "")
	fs.IntVar(&p.Sessions, "sessions", 1, "")
	fs.IntVar(&p.Followers, "followers", 0, "")
	fs.IntVar(&p.Idle, "idle", 0, "")
	fs.IntVar(&p.Hogs, "hogs", 0, "")
	fs.Float64Var(&p.Rate, "rate", 1, "")
	k := load.KillPlan{}
	fs.IntVar(&k.Kills, "kills", 0, "")
	server := fs.String("server", "", "")
	fs.Uint64Var(&k.Seed, "seed", 1, "")
	rest, code := parse(e, fs, args)
	p.For = time.Duration(*seconds * float64(time.Second))
	switch {
	case code >= 0:
		return code
	case len(rest) > 0:
		return misused(e, "load", fmt.Sprintf("%q, expected flags only", rest[0]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if k.Kills != 0 {
		k.Server, k.Sessions = strings.Fields(*server), p.Sessions
		return killServer(ctx, e, k)
	}
	if err := p.Check(); err != nil {
		return misused(e, "load", err.Error())
	}
	f, err := load.Run(ctx, p)
	if err != nil {
		fmt.Fprintln(e.err, "load:", err)
		return 1
	}
	fmt.Fprintf(e.out, "sessions=%d followers=%d idle=%d hogs=%d seconds=%g acknowledged=%d refused=%d lost=%d behind=%d gone=%d longest_runs=%d\n",
		p.Sessions, p.Followers, p.Idle, p.Hogs, *seconds, f.Acknowledged, f.Refused, f.Lost, f.LeftBehind, f.Gone, f.Hogged)
	for _, w := range []struct {
		what  string
		waits *load.Waits
	}{{"step", &f.Step}, {"follower", &f.Follower}, {"open", &f.Open}} {
		if w.waits.At(1) > 0 {
			fmt.Fprintf(e.out, "%-8s %s\n", w.what, w.waits)
		}
	}
	u := f.Server
	fmt.Fprintf(e.out, "server   cpu_s=%.2f resident_mb=%.0f sessions_in_memory=%d sockets=%d sent_mb=%.1f\n", u.CPU.Seconds(), float64(u.Memory)/1e6, u.InMemory, u.Socket, float64(u.Sent)/1e6)
	if f.Lost+f.LeftBehind+f.Gone > 0 {
		return 1
	}
	return 0
}

// killServer kills a server while people use it, and says whether anything that was acknowledged is lost.
func killServer(ctx context.Context, e env, k load.KillPlan) int {
	if err := k.Check(); err != nil {
		return misused(e, "load", err.Error())
	}
	f, err := load.Kill(ctx, k)
	if err != nil {
		fmt.Fprintln(e.err, "load:", err)
		return 1
	}
	fmt.Fprintf(e.out, "kills=%d sessions=%d seed=%d acknowledged=%d asked_again=%d wrong=%d\nready    %s\n", f.Kills, k.Sessions, k.Seed, f.Acknowledged, f.Repeated, len(f.Wrong), &f.Ready)
	for _, what := range f.Wrong {
		fmt.Fprintln(e.out, what)
	}
	return min(1, len(f.Wrong))
}
