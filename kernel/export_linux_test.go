package kernel

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wirestep/engine/packetdrill"
	"wirestep/engine/packetdrill/export"
	"wirestep/engine/packetdrill/script"
	"wirestep/engine/scene"
)

const goldenScenes = "../engine/testdata/golden/*.scene"

// mostOfOne are the connections of one host that are looked at: a flood has hundreds.
const mostOfOne = 3

// exported are the golden scenes, from the side of each host that saw a segment.
func exported(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob(goldenScenes)
	if err != nil || len(files) < 50 {
		t.Fatalf("%d golden scenes, %v", len(files), err)
	}
	out := map[string]string{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f, err := scene.Parse(file, string(b))
		if err != nil {
			t.Fatal(err)
		}
		tl, err := scene.Load(f)
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, ok := tl.Step(); !ok {
				break
			}
		}
		for _, h := range tl.World().Hosts() {
			if tl.World().Box(h.Index) != nil {
				continue
			}
			for i := range mostOfOne {
				name := strings.TrimSuffix(filepath.Base(file), ".scene") + "-" + h.Name
				if i > 0 {
					name += fmt.Sprintf("-%d", i+1)
				}
				s, err := export.Connection(tl, tl.Branch(), tl.N(), h.Name, i+1)
				if s != nil && (strings.Contains(s.Text, " > ") || strings.Contains(s.Text, " < ")) {
					out[name+".pkt"] = s.Text
				}
				if s != nil && i+1 == s.Of {
					break
				}
				var none *export.NoConnection
				if errors.As(err, &none) {
					break
				}
			}
		}
	}
	return out
}

// onEngineToo are the exported scripts that pass on the engine. Not all can: a
// script knows one connection, one kernel, no firewall and no restart, and lets
// the program in between segments that arrive at one instant.
func onEngineToo(t *testing.T) (pass map[string]string, all int) {
	t.Helper()
	pass = map[string]string{}
	scripts := exported(t)
	for _, name := range slices.Sorted(maps.Keys(scripts)) {
		if r := packetdrill.Run(name, scripts[name], packetdrill.Config{Exact: true}); r.OK {
			pass[name] = scripts[name]
		} else {
			t.Log(r.Failure())
		}
	}
	return pass, len(scripts)
}

// A script that was made of what happened passes where it happened.
func TestExportedScenesOnTheEngine(t *testing.T) {
	pass, all := onEngineToo(t)
	if 10*len(pass) < 9*all {
		t.Errorf("%d of %d exported scripts pass; expected nine in ten", len(pass), all)
	}
	for _, name := range []string{"four-waves-client", "four-waves-server", "syn-lost-once-client", "third-ack-lost-data-server",
		"rst-exact-server", "receive-timeout-client", "send-timeout-client", "disconnect-client-2", "overlap-server", "routes-client", "offload-changed-client", "reuseport-group-server-3", "fast-open-server", "rto-backoff-client", "linger-zero-server", "path-mtu-client", "zero-window-server"} {
		if pass[name+".pkt"] == "" {
			t.Errorf("%s does not pass", name)
		}
	}
}

// brief is how long an exported script may last that is played here; the others
// are for wirestep kernel.
const brief = 1200 * time.Millisecond

// And where Linux is to be had, it does the same, but for one in twenty.
func TestExportedScenesOnTheKernel(t *testing.T) {
	t.Parallel()
	needsKernel(t)
	dir := t.TempDir()
	var files []string
	pass, _ := onEngineToo(t)
	for _, name := range slices.Sorted(maps.Keys(pass)) {
		sc, err := script.Parse(name, pass[name], nil)
		if err != nil {
			t.Fatal(err)
		}
		if lasts(sc) > brief {
			continue
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(pass[name]), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	differ, unplayed := 0, 0
	Sources(Read(files), func(v *Verdict) {
		switch {
		case busy(v):
			unplayed++
		case v.Err != nil:
			differ++
			t.Log(v.Err)
		}
	})
	if len(files) < 60 || 20*differ > len(files) {
		t.Errorf("%d of %d exported scripts differ on the kernel", differ, len(files))
	}
	if unplayed > 0 {
		skip(t, fmt.Sprintf("the machine is too busy to ask the kernel about %d of %d exported scripts", unplayed, len(files)))
	}
}

// What no script can hold is refused, with the reason; where only a line shows it, with the line.
func TestRefusedExports(t *testing.T) {
	for _, c := range []struct {
		scene, host string
		which       int
		code        string
		line        bool
	}{
		{"loopback-segments", "a", 1, export.Itself, false},
		{"time-wait-reuse", "client", 2, export.Before, false},
		{"fast-open", "client", 2, export.Cookie, false},
		{"rst-in-window-old", "client", 1, export.Kernel, false},
		{"syn-lost-always", "server", 1, export.Silent, false},
		{"syn-recv-other-syn", "server", 1, export.ZeroRST, false},
		{"accept-queue-full", "server", 3, export.Others, true},
		{"offload-changed", "server", 1, export.Instant, true},
	} {
		file := "../engine/testdata/golden/" + c.scene + ".scene"
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		f, err := scene.Parse(file, string(b))
		if err != nil {
			t.Fatal(err)
		}
		tl, err := scene.Load(f)
		if err != nil {
			t.Fatal(err)
		}
		for ok := true; ok; {
			_, ok = tl.Step()
		}
		_, err = export.Connection(tl, tl.Branch(), tl.N(), c.host, c.which)
		var why *export.Refusal
		if !errors.As(err, &why) || why.Why[0].Code != c.code || c.line != (why.Line > 0) {
			t.Errorf("%s, connection %d of %s: %v; expected a refusal for %s, with a line: %v", c.scene, c.which, c.host, err, c.code, c.line)
		}
	}
}
