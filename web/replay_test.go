package web

import (
	"strings"
	"testing"

	"wirestep/web/proto"
	"wirestep/web/session"
)

// deaf is a scene in which every SYN is lost: the client gives up after a while.
const deaf = `
scene "Deaf"
host client 10.0.0.1
host server 10.0.0.2
link client server delay 20ms
program client
  c = connect(server:80)
at 0s drop every SYN from client
`

// Whoever replays stands on the new branch as on the old one: at its end, at the same
// instant, where the same condition has come true as often; the page that only watches too.
func TestReplayStandsLikeBefore(t *testing.T) {
	retries := []string{"sysctl client net.ipv4.tcp_syn_retries = 2", "sysctl client net.ipv4.tcp_syn_linear_timeouts = 0"}
	for _, c := range []struct {
		name string
		go_  []proto.Command
		at   float64 // seconds
		end  bool
	}{
		{"at the end", []proto.Command{{T: "until", Cond: "false"}}, 7, true},
		{"at an instant", []proto.Command{{T: "step", N: 4}}, 1, false},
		{"by a condition", []proto.Command{{T: "until", Cond: "client.retransmits == 2"}}, 3, false},
		{"by a word, the third time", []proto.Command{{T: "until", Cond: "timer"}, {T: "until", Cond: "timer"}, {T: "until", Cond: "timer"}}, 7, false},
		{"at the start", nil, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, nil)
			id := s.create(withScene(deaf))
			p, other := s.join(id, ""), s.join(id, "")
			for _, cmd := range c.go_ {
				p.do(cmd)
			}
			p.do(proto.Command{T: "replay", Ops: retries, Text: "less patient"})
			if p.snap.Branch != 1 {
				t.Fatalf("on branch %d, expected the new one", p.snap.Branch)
			}
			at := func(x *tab) float64 { return float64(x.held[1][x.snap.N].At) / 1e9 }
			for x := other; x.snap.Branch != 1; {
				x.read()
			}
			for _, x := range []*tab{p, other} {
				if got := at(x); got != c.at || x.snap.End != c.end || c.at > 0 != (x.snap.N > 2) {
					t.Errorf("stands at %v s, event %d, end %v; expected %v s, end %v", got, x.snap.N, x.snap.End, c.at, c.end)
				}
			}
		})
	}
}

// A lesson that waits for a prediction does not show what follows.
func TestReplayDoesNotAnswerAQuestion(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(map[string]string{"lesson": "lost-syn"}), "")
	steps := s.library.lesson("lost-syn").Steps
	for steps[p.snap.Lesson.Step].ID != "knobs" {
		before := p.snap.Lesson.Step
		p.do(proto.Command{T: "lesson", Text: "next"})
		if p.cursor.Lesson != nil {
			p.snap.Lesson = p.cursor.Lesson
		}
		if p.snap.Lesson.Step <= before {
			t.Fatalf("step %d after %d", p.snap.Lesson.Step, before)
		}
	}
	p.do(proto.Command{T: "replay", Ops: []string{"sysctl client net.ipv4.tcp_syn_retries = 2", "sysctl client net.ipv4.tcp_syn_linear_timeouts = 0"}})
	for _, f := range p.held[p.snap.Branch] {
		if f.At > 0 {
			t.Fatalf("event %d at %d ns is shown", f.N, f.At)
		}
	}
}

// A changed text runs as a branch, with the moves made again; what was kept of the
// session runs both once more. A text with other hosts is refused.
func TestChangedTextIsABranch(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(deaf))
	p := s.join(id, "")
	p.do(proto.Command{T: "act", Op: "sysctl client net.ipv4.tcp_syn_retries = 2"})
	p.do(proto.Command{T: "until", Cond: "false"})
	changed := strings.Replace(deaf, "at 0s drop every SYN from client", "at 0s drop next SYN from client", 1)
	p.do(proto.Command{T: "replay", Scene: changed, Text: "changed"})
	if first := p.held[1][1]; p.snap.Branch != 1 || first.Kind != "act" || first.Name != `scene "Deaf"` || first.By != "you" {
		t.Fatalf("on branch %d, which begins with %+v", p.snap.Branch, first)
	}
	if second := p.held[1][2]; second.Name != "sysctl client net.ipv4.tcp_syn_retries = 2" {
		t.Errorf("the move made before is not made again, but %q", second.Name)
	}
	compared := p.do(proto.Command{T: "compare", Branches: []int32{0, 1}}).Compare
	if want := "Another text of the scene: "; len(compared.Rows) == 0 || !strings.HasPrefix(compared.Verdict, want) || len(compared.Alone) > 0 {
		t.Errorf("the verdict is %q, want %q", compared.Verdict, want)
	}
	_, doc, _ := s.get("/api/sessions/" + id + "/scene")
	if !strings.Contains(doc, `"texts":[{"b":1,"text":"`) || !strings.Contains(doc, "drop next SYN") {
		t.Errorf("the page is not told which text runs: %s", doc)
	}
	var here string
	s.hub.With(t.Context(), id, func(st *session.State) { here = whole(st) })
	if again := s.wholeOf(t, id); again != here {
		t.Errorf("rebuilt it is\n%s\nwas\n%s", again, here)
	}
	if copied := s.create(map[string]string{"scene": bundleOf(t, s, id)}); copied == "" {
		t.Error("its bundle does not open")
	}
	p.refused("scene-other", proto.Command{T: "replay", Scene: strings.Replace(deaf, "10.0.0.2", "10.0.0.3", 1)})
	p.refused("scene", proto.Command{T: "replay", Scene: "hots"})
}
