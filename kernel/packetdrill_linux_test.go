package kernel

import (
	"bytes"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"wirestep/engine/packetdrill/script"
)

// packetdrillVariable names the variable that says where packetdrill is. What is written
// in its language is then run by it too, on the kernel underneath.
const packetdrillVariable = "WIRESTEP_PACKETDRILL"

// unread is how packetdrill begins to complain of a script that it cannot read.
var unread = []string{"parse error", "semantic error", "unknown symbol", "invalid"}

// original runs a script in packetdrill, in a network namespace of its own. It returns
// what it said, "" if the script passes.
func original(binary, file string) string {
	ctx, stop := context.WithTimeout(context.Background(), 2*Longest)
	defer stop()
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	args := append([]string{"-c", `ip link set lo up; exec "$0" "$@"`, binary}, addresses(string(text))...)
	cmd := exec.CommandContext(ctx, "sh", append(args, filepath.Base(file))...)
	cmd.Dir = filepath.Dir(file)
	cmd.WaitDelay = time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	out, err := cmd.CombinedOutput()
	if err == nil {
		return ""
	}
	if out = bytes.TrimSpace(out); len(out) == 0 {
		return err.Error()
	}
	return string(out)
}

// originals runs scripts in packetdrill, four at a time: most of them wait.
func originals(t *testing.T, files []string) (unreadable, failed int) {
	t.Helper()
	binary := os.Getenv(packetdrillVariable)
	if binary == "" {
		skip(t, packetdrillVariable+" does not name packetdrill")
	}
	needsKernel(t)
	said := make([]string, len(files))
	var wg sync.WaitGroup
	gate := make(chan bool, 4)
	for i, f := range files {
		wg.Go(func() {
			gate <- true
			defer func() { <-gate }()
			for range 2 { // a busy machine is late
				if said[i] = original(binary, f); said[i] == "" {
					return
				}
			}
		})
	}
	wg.Wait()
	for i, f := range files {
		if said[i] == "" {
			continue
		}
		failed++
		if slices.ContainsFunc(unread, func(w string) bool { return strings.Contains(said[i], w) }) {
			unreadable++
		}
		t.Logf("%s: %s", f, strings.ReplaceAll(said[i], "\n", " "))
	}
	return unreadable, failed
}

// Scripts that are made of what happened are scripts to packetdrill too.
func TestExportedScenesInPacketdrill(t *testing.T) {
	dir := t.TempDir()
	var files []string
	pass, _ := onEngineToo(t)
	for _, name := range slices.Sorted(maps.Keys(pass)) {
		if sc, err := script.Parse(name, pass[name], nil); err != nil || lasts(sc) > Longest {
			continue
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(pass[name]), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	unreadable, failed := originals(t, files)
	t.Logf("%d of %d are read, %d pass", len(files)-unreadable, len(files), len(files)-failed)
	if unreadable > 0 || 20*failed > len(files) {
		t.Errorf("packetdrill cannot read %d of %d exported scripts, and %d do not pass; expected all and one in twenty", unreadable, len(files), failed)
	}
}

// addresses are those of the engine: a Fast Open cookie depends on them.
func addresses(text string) []string {
	if strings.Contains(text, "--ip_version=ipv6\n") {
		return []string{"--local_ip=fd3d:a0b:17d6::1", "--gateway_ip=fd3d:a0b:17d6:8888::1", "--remote_ip=fd3d:fa7b:d17d::1/64"}
	}
	return []string{"--local_ip=192.168.0.1", "--gateway_ip=192.168.0.2", "--remote_ip=192.0.2.1/24"}
}

const (
	ownScripts = "../engine/packetdrill/testdata"
	excused    = ownScripts + "/not-packetdrill.txt"
)

// excuses are the scripts that packetdrill cannot run.
func excuses(t *testing.T) map[string]bool {
	t.Helper()
	b, err := os.ReadFile(excused)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, l := range strings.Split(string(b), "\n") {
		reason, names, ok := strings.Cut(l, ": ")
		if strings.HasPrefix(l, "#") || !ok || reason == "" {
			continue
		}
		for _, name := range strings.Fields(names) {
			file := filepath.Join(ownScripts, name+".pkt")
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %v", excused, err)
			}
			out[file] = true
		}
	}
	return out
}

// What is excused is there, so that the list can only be true.
func TestExcusedFromPacketdrill(t *testing.T) {
	if n := len(excuses(t)); n < 20 || n > 40 {
		t.Errorf("%d scripts are excused from packetdrill; expected 20 to 40", n)
	}
}

// The project's own scripts are written in packetdrill's language.
func TestOwnScriptsInPacketdrill(t *testing.T) {
	excused := excuses(t)
	all, _ := filepath.Glob(ownScripts + "/*.pkt")
	more, _ := filepath.Glob(ownScripts + "/*/*.pkt")
	var files []string
	for _, file := range append(all, more...) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if sc, err := script.Parse(file, string(b), script.DefaultsFor("", string(b))); err == nil && !excused[file] && lasts(sc) <= Longest {
			files = append(files, file)
		}
	}
	unreadable, failed := originals(t, files)
	t.Logf("%d of %d are read, %d pass; %d are excused", len(files)-unreadable, len(files), len(files)-failed, len(excused))
	if unreadable > 0 || 20*failed > len(files) {
		t.Errorf("packetdrill cannot read %d of %d of our scripts, and %d do not pass; expected all and one in twenty", unreadable, len(files), failed)
	}
}
