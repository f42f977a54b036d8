package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"wirestep/web/proto"
	"wirestep/web/session"
)

const plain = `
scene "Plain"
host client 10.0.0.1
host server 10.0.0.2
link client server delay 20ms
program server
  s = listen(:80, 128)
  c = accept(s)
  read(c, eof)
  close(c)
program client
  c = connect(server:80)
  write(c, 3000)
  close(c)
`

func ptr[T any](v T) *T { return &v }

// A scene runs to its end, a step at a time, without a gap.
func TestStepToTheEnd(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	if p.Proto != proto.Version || p.Title != "Plain" || len(p.Hosts) != 2 || p.Client == "" || len(p.Schemas) == 0 {
		t.Fatalf("hello: %+v", p.Hello)
	}
	for {
		m := p.ask(proto.Command{T: "step"})
		if m.T == "failed" {
			if m.Code != "end" {
				t.Fatalf("step: %s", m.raw)
			}
			break
		}
		if got := strings.Join(p.seen, " "); got != "frames done" {
			t.Fatalf("a step was told as %q", got)
		}
		if p.frames[p.cursor.N].N != p.cursor.N {
			t.Fatalf("the cursor is at %d, where no frame is", p.cursor.N)
		}
	}
	if p.cursor.N < 10 {
		t.Fatalf("ended after %d events", p.cursor.N)
	}
	sent := 0
	for _, f := range p.frames {
		for _, e := range f.Effects {
			if e.Kind == "sent" && e.Packet.Kind == "SYN" {
				sent++
			}
		}
	}
	if sent != 1 {
		t.Errorf("%d SYNs were sent, want 1", sent)
	}
}

// Back and seek move the cursor; events stay.
func TestBackAndSeek(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	p.do(proto.Command{T: "step", N: 8})
	p.do(proto.Command{T: "back", N: 3})
	if p.cursor.N != 5 || strings.Join(p.seen, " ") != "cursor done" {
		t.Fatalf("back: cursor %d, told as %v", p.cursor.N, p.seen)
	}
	p.do(proto.Command{T: "seek", N: 7})
	if p.cursor.N != 7 {
		t.Fatalf("seek: cursor %d", p.cursor.N)
	}
	p.do(proto.Command{T: "seek", N: 7})
	if strings.Join(p.seen, " ") != "done" {
		t.Fatalf("a seek to where one is: %v", p.seen)
	}
	p.do(proto.Command{T: "snapshot"})
	if strings.Join(p.seen, " ") != "snapshot done" || p.snap.Tip != 8 || len(p.snap.Frames) != 8 {
		t.Fatalf("a page that lacks something: %v, tip %d, %d frames", p.seen, p.snap.Tip, len(p.snap.Frames))
	}
	p.refused("range", proto.Command{T: "seek", N: 9})
	p.refused("branch", proto.Command{T: "seek", Branch: ptr(int32(4))})
	p.do(proto.Command{T: "seek", N: 0})
	p.refused("start", proto.Command{T: "back"})
}

// An act at the tip is one more frame; before the tip it makes a branch.
func TestAct(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	p.do(proto.Command{T: "until", Cond: "segment"})
	p.do(proto.Command{T: "act", Op: "drop next DATA from client"})
	if got := strings.Join(p.seen, " "); got != "frames done" {
		t.Fatalf("an act at the tip was told as %q", got)
	}
	act := p.frames[p.cursor.N]
	if act.Kind != "act" || act.By != "you" {
		t.Fatalf("the act is %+v", act)
	}
	p.do(proto.Command{T: "step", N: 3})
	p.do(proto.Command{T: "back", N: 2})
	p.do(proto.Command{T: "act", Op: "sysctl client net.ipv4.tcp_syn_retries = 2"})
	if got := strings.Join(p.seen, " "); got != "branches snapshot done" {
		t.Fatalf("an act before the tip was told as %q", got)
	}
	if p.snap.Branch != 1 || len(p.snap.Branches) != 2 {
		t.Fatalf("snapshot of branch %d of %d", p.snap.Branch, len(p.snap.Branches))
	}
	p.refused("op", proto.Command{T: "act", Op: "drop the bass"})
	d := p.do(proto.Command{T: "diff", Branch: ptr(int32(0)), To: 1})
	if d.Diff == nil || d.Diff.Left == nil || d.Diff.Right == nil {
		t.Fatalf("diff: %+v", d.Diff)
	}
}

func TestForkReplayLabel(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	p.do(proto.Command{T: "step", N: 5})
	p.do(proto.Command{T: "fork", Text: " what   if "})
	if p.snap.Branch != 1 || p.snap.Branches[1].Label != "what if" {
		t.Fatalf("fork: %+v", p.snap.Branches)
	}
	p.do(proto.Command{T: "label", Branch: ptr(int32(0)), Text: "as it was"})
	if strings.Join(p.seen, " ") != "branches done" {
		t.Fatalf("label was told as %v", p.seen)
	}
	p.do(proto.Command{T: "replay", Ops: []string{"sysctl client net.ipv4.tcp_syn_retries = 2"}, Text: "less patient"})
	if p.snap.Branch != 2 {
		t.Fatalf("replay: on branch %d", p.snap.Branch)
	}
	p.refused("text-long", proto.Command{T: "label", Text: strings.Repeat("x", 81)})
	p.do(proto.Command{T: "branch", Branch: ptr(int32(0)), N: 2})
	if p.cursor.Branch != 0 || p.cursor.N != 2 {
		t.Fatalf("branch: %+v", p.cursor)
	}
}

func TestUntilFramesInspect(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	d := p.do(proto.Command{T: "until", Cond: "client.state == ESTABLISHED"})
	if d.Found == nil || !*d.Found {
		t.Fatal("the client was never ESTABLISHED")
	}
	p.refused("cond", proto.Command{T: "until", Cond: "client.mood == 1"})
	d = p.do(proto.Command{T: "until", Cond: "now > 1000"})
	if d.Found == nil || *d.Found {
		t.Fatal("what is never true was found")
	}
	p.do(proto.Command{T: "frames", N: 2, To: 4})
	if strings.Join(p.seen, " ") != "frames done" {
		t.Fatalf("frames: %v", p.seen)
	}
	p.refused("range", proto.Command{T: "frames", N: 2, To: 1 << 20})
	if d := p.do(proto.Command{T: "inspect", N: 3}); d.Inspect == nil || d.Inspect.N != 3 {
		t.Fatalf("inspect: %+v", d.Inspect)
	}
	p.refused("unknown", proto.Command{T: "dance"})
	p.refused("no-player", proto.Command{T: "lesson", Text: "next"})
}

// A command line that looks leaves everything as it is; one that acts is an event.
func TestShell(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	p.do(proto.Command{T: "until", Cond: "client.state == ESTABLISHED"})
	at := p.cursor.N
	d := p.do(proto.Command{T: "shell", Host: "client", Line: "ss -tn"})
	if d.Shell == nil || d.Shell.Failed || !strings.Contains(d.Shell.Text, "\nESTAB ") || p.cursor.N != at {
		t.Fatalf("ss: %+v, cursor %d", d.Shell, p.cursor.N)
	}
	if d := p.do(proto.Command{T: "shell", Host: "client", Line: "ss -tn", N: 1}); strings.Contains(d.Shell.Text, "ESTAB") || p.cursor.N != at {
		t.Fatalf("ss at step 1: %+v, cursor %d", d.Shell, p.cursor.N)
	}
	d = p.do(proto.Command{T: "shell", Host: "client", Line: "sysctl -w net.ipv4.tcp_fin_timeout=30"})
	if !d.Shell.Acted || d.Shell.Text != "net.ipv4.tcp_fin_timeout = 30\n" || p.cursor.N != at+1 {
		t.Fatalf("sysctl -w: %+v, cursor %d", d.Shell, p.cursor.N)
	}
	if f := p.frames[at+1]; len(f.Sysctls) != 1 || f.Sysctls[0].New != "30" || f.Name != "sysctl client net.ipv4.tcp_fin_timeout = 30" {
		t.Fatalf("what sysctl -w did: %+v", f)
	}
	for _, line := range []string{"sysctl -w net.ipv4.tcp_fin_timeout=x", "dance", "ss > out.txt"} {
		if d := p.do(proto.Command{T: "shell", Host: "client", Line: line}); !d.Shell.Failed || d.Shell.Acted || p.cursor.N != at+1 {
			t.Fatalf("%s: %+v, cursor %d", line, d.Shell, p.cursor.N)
		}
	}
	p.refused("range", proto.Command{T: "shell", Host: "client", Line: "ss", N: 1 << 20})
}

// A command that comes twice is done once and answered twice, over a broken
// connection too.
func TestNothingIsDoneTwice(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	p := s.join(id, "")
	first := p.ask(proto.Command{T: "step", ID: 1})
	again := p.ask(proto.Command{T: "step", ID: 1})
	if string(first.raw) != string(again.raw) || p.cursor.N != 1 {
		t.Fatalf("first %s, again %s, cursor at %d", first.raw, again.raw, p.cursor.N)
	}
	no := p.ask(proto.Command{T: "seek", N: 99, ID: 2})
	if same := p.ask(proto.Command{T: "seek", N: 99, ID: 2}); string(no.raw) != string(same.raw) {
		t.Fatalf("refused as %s, then as %s", no.raw, same.raw)
	}
	p.do(proto.Command{T: "step", ID: 3})
	p.sock.Drop()

	q := s.join(id, "?client="+p.Client+"&branch=0&have=2")
	if q.LastID != 3 || q.Client != p.Client || q.cursor.N != 2 {
		t.Fatalf("after the break: last %d, cursor %d", q.LastID, q.cursor.N)
	}
	if q.snap.T != "" {
		t.Error("a page that holds everything got a snapshot")
	}
	q.ask(proto.Command{T: "step", ID: 3})
	if q.cursor.N != 2 {
		t.Fatalf("the repeated step was done again: cursor %d", q.cursor.N)
	}
	q.do(proto.Command{T: "step", ID: 4})
}

// Everybody sees what one does, and who comes late lands where it is.
func TestManyPages(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	a, b := s.join(id, ""), s.join(id, "")
	a.do(proto.Command{T: "step", N: 6})
	for b.cursor.N != 6 {
		b.read()
	}
	late := s.join(id, "")
	if late.cursor.N != 6 || len(late.frames) != 6 {
		t.Fatalf("late: cursor %d, %d frames", late.cursor.N, len(late.frames))
	}
	x, _ := json.Marshal(b.frames)
	y, _ := json.Marshal(late.frames)
	if string(x) != string(y) {
		t.Error("who watched and who came late hold different frames")
	}
	missing := s.join(id, "?branch=0&have=4")
	if missing.snap.T != "" || len(missing.frames) != 2 {
		t.Errorf("a page that holds 4 of 6 got %d frames", len(missing.frames))
	}
}

const bulk = `
scene "Bulk"
host client 10.0.0.1
host server 10.0.0.2
link client server delay 20ms rate 1gbit
program server
  s = listen(:80, 128)
  c = accept(s)
  read(c, eof)
  close(c)
program client
  c = connect(server:80)
  write(c, 8000000)
  close(c)
`

// A page that does not read loses its queue, not its place.
func TestLaggingPageGetsASnapshot(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(bulk))
	slow, fast := s.join(id, ""), s.join(id, "")
	for s.metrics.lagged.Load() == 0 && fast.cursor.N < 15_000 {
		fast.do(proto.Command{T: "step", N: 400})
		if m := s.behind(id); m {
			break
		}
	}
	want := fast.cursor.N
	for slow.cursor.N != want {
		slow.read()
	}
	for n := max(slow.snap.Base, 0) + 1; n <= want && n <= slow.snap.Base+2000; n++ {
		if slow.frames[n].N != n {
			t.Fatalf("frame %d is missing", n)
		}
	}
	if s.metrics.lagged.Load() == 0 {
		t.Error("the slow page was never behind: the test tests nothing")
	}
}

// behind reports whether a page of a session has lost its queue.
func (s *site) behind(id string) bool {
	some := false
	s.hub.With(s.t.Context(), id, func(st *session.State) {
		some = st.Behind() > 0
	})
	return some
}

// What is no command ends the connection, with words.
func TestMalformedMessages(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	for what, text := range map[string]string{
		"no JSON": "step", "no object": "[]", "two": `{"t":"step","id":1}{}`, "no name": `{"id":1}`,
		"wrong type": `{"t":"step","id":"one"}`, "too long": `{"t":"act","op":"` + strings.Repeat("x", maxMessage) + `"}`,
	} {
		p := s.join(id, "")
		p.write(text)
		if bye, code := p.ended(); code != session.ClosePolicy || bye.Why != "protocol" || bye.Text == "" {
			t.Errorf("%s: code %d, bye %+v", what, code, bye)
		}
	}
	p := s.join(id, "")
	if m := p.ask(proto.Command{T: "step", ID: -1}); m.Code != "id" {
		t.Errorf("an id below 1: %s", m.raw)
	}
}

func TestCommandsHaveARate(t *testing.T) {
	s := open(t, nil)
	p := s.join(s.create(withScene(plain)), "")
	n := 6 * s.conf.Limits.Commands
	for range n {
		p.send(proto.Command{T: "seek"})
	}
	refused := 0
	for answered := 0; answered < n; {
		m := p.read()
		if m.T == "failed" && m.Code == "rate" {
			refused++
		}
		if m.T == "failed" || m.T == "done" {
			answered++
		}
	}
	if refused == 0 || refused == n {
		t.Errorf("%d of %d were refused", refused, n)
	}
}

func TestStreamOfNoSession(t *testing.T) {
	s := open(t, nil)
	if bye, code := s.connect("nosuch", "").ended(); code != session.CloseDone || bye.Why != "expired" {
		t.Errorf("code %d, bye %+v", code, bye)
	}
	if _, err := Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+"/stream/x", "http://evil.example"); err == nil {
		t.Error("a page of another site opened a stream")
	}
	if status, _, _ := s.get("/stream/x"); status != http.StatusUpgradeRequired {
		t.Errorf("without an upgrade: %d", status)
	}
}

func FuzzDecodeCommand(f *testing.F) {
	for _, s := range []string{`{"t":"step","id":1}`, `{"t":"act","id":2,"op":"drop packet 1","at":5}`, `{}`, `[`, `{"t":"x","branch":null}`, `{"t":"step","n":1e99}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := session.DecodeCommand(b)
		if err == nil && c.T == "" {
			t.Error("a command without a name")
		}
	})
}
