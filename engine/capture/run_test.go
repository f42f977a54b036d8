package capture_test

import (
	"path/filepath"
	"strings"
	"testing"

	"wirestep/engine"
	"wirestep/engine/capture"
	"wirestep/engine/scene"
	"wirestep/engine/trace"
	"wirestep/i18n"
)

// english are the words of the command line.
var english = capture.Words{
	T:     func(key string, args ...any) string { return i18n.T(i18n.Default, key, args...) },
	Says:  func(r *trace.Rule) string { return r.Says },
	Check: scene.CheckText,
	Who:   func(by string) string { return by },
}

const told = `scene "told"
host client 10.0.0.1
host server 10.0.0.2
link client server delay 20ms
program server
  s = listen(:80, 16)
  c = accept(s)
  read(c, eof)
program client
  c = connect(server:80)
  write(c, 100)
  close(c)
at 0s drop 1st SYN-ACK from server
at 0s delay 1st DATA from client by 30ms
`

// A comment says who sent a packet because of what, by which rule, what decided,
// and what befell it.
func TestCommentsSayWhy(t *testing.T) {
	f, err := scene.Parse("told", told)
	if err != nil {
		t.Fatal(err)
	}
	tl, err := scene.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	tl.RunUntil(func(w *engine.World, e *trace.Event) bool {
		return e.Kind == trace.Call && strings.HasPrefix(e.Name, "close")
	}, 1000)
	n := tl.N()
	packets := capture.Run(tl, english)
	if tl.N() != n {
		t.Errorf("the timeline was moved from %d to %d", n, tl.N())
	}
	for i, want := range [][]string{
		{"Packet 1, SYN seq=0: sent by client in event", "client calls c = connect(server:80)", "connect(): the client chooses", "Arrived at server at 0.02 s"},
		{"Packet 2, SYN-ACK seq=0 ack=1: sent by server", "server receives SYN seq=0", "Decided by: ", ": no.", "Because of event", "drop 1st SYN-ACK"},
		{"Packet 3, SYN", "Sent once before.", "timer", "Because of event"},
	} {
		for _, w := range want {
			if !strings.Contains(packets[i].Comment, w) {
				t.Errorf("packet %d: %q is not in\n%s", i+1, w, packets[i].Comment)
			}
		}
	}
	last := packets[len(packets)-1].Comment
	if !strings.Contains(last, "Still on its way where the capture ends.") {
		t.Errorf("the last one:\n%s", last)
	}
	all := ""
	for _, p := range packets {
		all += p.Comment + "\n\n"
		if strings.Contains(p.Comment, "capture.") || strings.Contains(p.Comment, "{") {
			t.Errorf("a text is missing in\n%s", p.Comment)
		}
	}
	if !strings.Contains(all, "it will arrive at") {
		t.Errorf("nothing tells of the delay:\n%s", all)
	}
}

// An analyser shows each line as a comment of its own.
func TestCommentsArrive(t *testing.T) {
	needTshark(t)
	f, err := scene.Parse("told", told)
	if err != nil {
		t.Fatal(err)
	}
	tl, err := scene.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	tl.RunUntil(func(*engine.World, *trace.Event) bool { return false }, 1000)
	file := filepath.Join(t.TempDir(), "told.pcapng")
	packets := capture.Run(tl, english)
	write(t, file, &f.Scenario, packets)
	got := tshark(t, file, "frame.number == 2", "frame.comment")
	for _, line := range strings.Split(packets[1].Comment, "\n") {
		if !strings.Contains(got, line) {
			t.Errorf("%q is not in %q", line, got)
		}
	}
}
