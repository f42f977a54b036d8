package session

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"wirestep/web/journal"
	"wirestep/web/proto"
)

const (
	bundles   = 50
	asBrowser = "WIRESTEP_STREAMS" // set: print what pages are sent, and be nothing else
)

// played are the commands that each bundle is played with; some of them are refused by
// some scenes, which is an answer like any other.
var played = []proto.Command{
	{T: "step", N: 25}, {T: "act", Op: "drop next DATA from client"}, {T: "step", N: 60}, {T: "back", N: 40},
	{T: "act", Op: "sysctl server net.ipv4.tcp_sack = 0"}, {T: "until", Cond: "timer"}, {T: "fork", Text: "another"}, {T: "step", N: 30},
	{T: "inspect"}, {T: "why", N: 3}, {T: "diff", To: 1}, {T: "compare", Branches: []int32{0, 1}}, {T: "snapshot"},
}

// sent is all that a page is sent while a scene is played, and the bundle of it.
func sent(t *testing.T, id, text string) []byte {
	t.Helper()
	kept := journal.NewMemory(time.Now)
	o := Opening{Scene: text, Owner: hashKey("key")}
	if err := kept.Create(t.Context(), id, journal.Record{Entries: [][]byte{encodeEntry(entry{Opening: &o})}}); err != nil {
		t.Fatal(err)
	}
	h, w := quiet(kept), NewSubscriber("page0001", "en", "key")
	var all bytes.Buffer
	ask := func(f func(*State)) {
		if err := h.With(t.Context(), id, f); err != nil {
			t.Fatal(err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, m := range w.take() {
			all.Write(append(m, '\n'))
		}
	}
	ask(func(st *State) { st.Join(w, -1, -1) })
	for i, c := range played {
		c.ID = int64(i + 1)
		ask(func(st *State) { st.CarryOut(w, c) })
	}
	r, err := h.Bundle(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	all.WriteString(r.Bundle())
	h.Drain()
	return all.Bytes()
}

// streams has a line for each of the bundles: what of it is sent, as a sum.
func streams(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	found := 0
	for _, dir := range []string{"../../lessons/sandbox", "../../engine/testdata/golden"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.scene"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if found == bundles {
				break
			}
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			b := sent(t, fmt.Sprintf("bundle%06d", found), string(text))
			fmt.Fprintf(&out, "%s %d %x\n", filepath.Base(f), len(b), sha256.Sum256(b))
			found++
		}
	}
	if found < bundles {
		t.Fatalf("%d scenes, expected %d", found, bundles)
	}
	return out.String()
}

// A session is the same in a browser: this package builds for it, and what it sends
// there is what a server sends, byte by byte.
func TestSameBytesInABrowser(t *testing.T) {
	if os.Getenv(asBrowser) != "" {
		fmt.Print(streams(t))
		return
	}
	file := filepath.Join(t.TempDir(), "session.wasm")
	build := exec.Command("go", "test", "-c", "-o", file, ".")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=-trimpath")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("it does not build for js/wasm: %v\n%s", err, out)
	}
	node, err := exec.LookPath("node")
	if errors.Is(err, exec.ErrNotFound) {
		t.Log("built for js/wasm and NOT RUN: there is no node here")
		return
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command(node, "--stack-size=8192", filepath.Join(strings.TrimSpace(string(goroot)), "lib/wasm/wasm_exec_node.js"), file, "-test.run=^"+t.Name()+"$")
	run.Env = []string{"PATH=" + os.Getenv("PATH"), asBrowser + "=1"} // the rest may be more than the Go runtime takes there
	there, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("under Node: %v\n%s", err, there)
	}
	here := strings.Split(streams(t), "\n")
	for i, line := range strings.Split(string(there), "\n")[:bundles] {
		if line != here[i] {
			t.Errorf("on %s/%s a page is sent\n%s\nin a browser\n%s", runtime.GOOS, runtime.GOARCH, here[i], line)
		}
	}
}
