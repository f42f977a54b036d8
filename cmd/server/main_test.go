package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"wirestep/web/load"
)

// The test's own binary is the server when it is started as one.
func TestMain(m *testing.M) {
	if os.Getenv("BE_THE_SERVER") == "1" {
		main()
	}
	os.Exit(m.Run())
}

// What was acknowledged before kill -9 is there afterwards, once, and no session differs from
// its replay. SOAK says how often it is killed.
func TestKilled(t *testing.T) {
	kills := 1 // with the race detector a server takes ten seconds to begin
	if n, err := strconv.Atoi(os.Getenv("SOAK")); err == nil {
		kills = n
	}
	t.Setenv("BE_THE_SERVER", "1")
	seed := uint64(time.Now().UnixNano())
	f, err := load.Kill(t.Context(), load.KillPlan{Server: []string{os.Args[0], "-addr", "127.0.0.1:0", "-data", t.TempDir()}, Kills: kills, Sessions: 8, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range f.Wrong {
		t.Errorf("seed %d: %s", seed, what)
	}
	if f.Kills != kills || f.Acknowledged < kills {
		t.Errorf("%d kills, %d commands acknowledged: the test tests nothing", f.Kills, f.Acknowledged)
	}
	t.Logf("%d kills, %d commands acknowledged, %d of them asked again; ready after %s", f.Kills, f.Acknowledged, f.Repeated, &f.Ready)
}

func noEnv(string) (string, bool) { return "", false }

// The program says where it is, is well, and ends when it is told to.
func TestRun(t *testing.T) {
	out, in := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	code := make(chan int, 1)
	var log strings.Builder
	env := func(name string) (string, bool) {
		return map[string]string{"WIRESTEP_SESSIONS": "7"}[name], name == "WIRESTEP_SESSIONS"
	}
	go func() {
		code <- Main{Env: env, Stdout: in, Stderr: &log}.Run(ctx, []string{"-addr", "127.0.0.1:0", "-data", t.TempDir()})
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "Wirestep is at http://127.0.0.1:") {
		t.Fatalf("it says %q, %v", line, err)
	}
	addr := strings.TrimSpace(strings.TrimPrefix(line, "Wirestep is at http://"))
	if got := (Main{Env: noEnv, Stdout: io.Discard, Stderr: io.Discard}).Run(t.Context(), []string{"-health", "-addr", addr}); got != 0 {
		t.Errorf("-health gives %d while it runs", got)
	}
	stop()
	if got := <-code; got != 0 {
		t.Errorf("it ended with %d: %s", got, log.String())
	}
	if got := (Main{Env: noEnv, Stdout: io.Discard, Stderr: io.Discard}).Run(t.Context(), []string{"-health", "-addr", addr}); got != 1 {
		t.Errorf("-health gives %d after it ended", got)
	}
}

func TestFlags(t *testing.T) {
	env := func(name string) (string, bool) {
		v, ok := map[string]string{"WIRESTEP_PER_ADDRESS": "7", "WIRESTEP_STEPS": "50", "WIRESTEP_IDLE": "1m"}[name]
		return v, ok
	}
	o, err := Main{Env: env, Stderr: io.Discard}.parse([]string{"-steps", "60", "-memory", "2GiB"})
	if err != nil || o.limits.PerAddress != 7 || o.limits.Steps != 60 || o.limits.Memory != 2<<30 || o.limits.Idle.Minutes() != 1 {
		t.Errorf("%+v, %v", o.limits, err)
	}
	for _, c := range []struct {
		args []string
		env  string
		says string
	}{
		{[]string{"-journal", "nats://x:1"}, "", "no NATS journal"},
		{[]string{"-journal", "bolt"}, "", "-data"},
		{[]string{"-addr", "nowhere"}, "", "nowhere"},
		{[]string{"extra"}, "", `"extra"`},
		{[]string{"-tls-cert", "cert.pem"}, "", "given together"},
		{[]string{"-tls-cert", "cert.pem", "-tls-key", "key.pem"}, "", "cert.pem"},
		{nil, "many", "WIRESTEP_SESSIONS"},
		{[]string{"-memory", "1 GiB"}, "", "such as 512MiB"},
		{[]string{"-memory", "1MiB"}, "", "64MiB"},
	} {
		var said strings.Builder
		env := func(name string) (string, bool) { return c.env, name == "WIRESTEP_SESSIONS" && c.env != "" }
		if code := (Main{Env: env, Stdout: io.Discard, Stderr: &said}).Run(t.Context(), c.args); code == 0 || !strings.Contains(said.String(), c.says) {
			t.Errorf("%v: %d %s", c.args, code, said.String())
		}
	}
}
