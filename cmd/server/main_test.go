package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"wirestep/web"
	"wirestep/web/proto"
)

// The test's own binary is the server when it is started as one.
func TestMain(m *testing.M) {
	if os.Getenv("BE_THE_SERVER") == "1" {
		main()
	}
	os.Exit(m.Run())
}

// begin starts the server as a process of its own and returns it and its address.
func begin(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	c := exec.Command(os.Args[0], "-addr", "127.0.0.1:0", "-data", dir)
	c.Env = append(os.Environ(), "BE_THE_SERVER=1")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return c, strings.TrimSpace(line[strings.Index(line, "http://")+len("http://"):])
}

// steps sends steps with these ids and waits until each is acknowledged.
func steps(t *testing.T, sock *web.Socket, from, to int64) {
	t.Helper()
	for id := from; id <= to; id++ {
		b, _ := json.Marshal(proto.Command{T: "step", ID: id})
		if err := sock.Write(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	for {
		b, err := sock.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, fmt.Appendf(nil, `{"t":"done","id":%d}`, to)) {
			return
		}
	}
}

// What was acknowledged before kill -9 is there afterwards.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	server, addr := begin(t, dir)
	r, err := http.Post("http://"+addr+"/api/sessions", "application/json", strings.NewReader(`{"sandbox":"plain"}`))
	if err != nil {
		t.Fatal(err)
	}
	var made struct{ ID, Stream string }
	if err := json.NewDecoder(r.Body).Decode(&made); err != nil || made.ID == "" {
		t.Fatal(r.Status, err)
	}
	r.Body.Close()
	sock, err := web.Dial(t.Context(), "ws://"+addr+made.Stream, "")
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Drop()
	steps(t, sock, 1, 12)
	if err := server.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	server.Wait()

	_, addr = begin(t, dir)
	began := time.Now()
	r, err = http.Get("http://" + addr + "/api/sessions/" + made.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var now struct{ N int }
	if err := json.NewDecoder(r.Body).Decode(&now); err != nil || now.N != 12 {
		t.Errorf("%s: it stood at 12 and stands at %d, %v", r.Status, now.N, err)
	}
	t.Logf("it was there again after %s", time.Since(began))
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
