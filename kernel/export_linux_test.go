package kernel

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wirestep/engine/packetdrill"
	"wirestep/engine/scene"
)

const goldenScenes = "../engine/testdata/golden/*.scene"

// unlike are hosts of golden scenes whose script cannot say what happened.
var unlike = map[string]string{
	"cwnd-decay-client.pkt":            "a writer is let in between segments that arrive at one instant",
	"cwnd-decay-server.pkt":            "a reader is let in between segments that arrive at one instant",
	"zero-window-client.pkt":           "a writer is let in between segments that arrive at one instant",
	"fast-open-server.pkt":             "a cookie belongs to the host that made it",
	"syn-recv-other-syn-client.pkt":    "two connections of one four-tuple",
	"syn-recv-other-syn-server.pkt":    "two connections of one four-tuple",
	"path-mtu-client.pkt":              "", // on the kernel: what leaves because of an ICMP message has the timestamp of the moment before
	"listener-shut-down-client.pkt":    "", // on the kernel: the RST comes a moment after the last line
	"wrong-ack-in-syn-sent-client.pkt": "",
}

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
			text, err := packetdrill.Export(tl, tl.Branch(), tl.N(), h.Name)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(text, " > ") || strings.Contains(text, " < ") {
				out[strings.TrimSuffix(filepath.Base(file), ".scene")+"-"+h.Name+".pkt"] = text
			}
		}
	}
	return out
}

// A script that was made of what happened passes where it happened.
func TestExportedScenesOnTheEngine(t *testing.T) {
	passed := 0
	for name, text := range exported(t) {
		r := packetdrill.Run(name, text, packetdrill.Config{Exact: true})
		switch {
		case r.OK:
			passed++
		case unlike[name] == "":
			t.Error(r.Failure())
		}
	}
	if passed < 150 {
		t.Errorf("%d exported scripts pass; expected 150 at least", passed)
	}
}

// brief is how long an exported script may last that is played here; the others
// are for wirestep kernel.
const brief = 1200 * time.Millisecond

// And where Linux is to be had, it does the same.
func TestExportedScenesOnTheKernel(t *testing.T) {
	if err := Check(); err != nil {
		mustRefuse(t, err.Error())
		return
	}
	dir := t.TempDir()
	var files []string
	for name, text := range exported(t) {
		sc, err := packetdrill.Parse(name, text, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, not := unlike[name]; not || lasts(sc) > brief {
			continue
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	if len(files) < 60 {
		t.Fatalf("%d scripts are brief; expected 60 at least", len(files))
	}
	differ := 0
	Files(files, func(v *Verdict) {
		if v.Err != nil {
			differ++
			t.Log(fmt.Sprint(v.Err))
		}
	})
	if differ > len(files)/50 {
		t.Errorf("%d of %d exported scripts differ on the kernel", differ, len(files))
	}
}
