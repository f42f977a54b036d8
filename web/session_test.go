package web

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"wirestep/web/journal"
	"wirestep/web/proto"
	"wirestep/web/session"
)

// Another process with the same journal has every acknowledged command, and
// knows which those were.
func TestRestart(t *testing.T) {
	first := open(t, nil)
	id := first.create(withScene(plain))
	p := first.join(id, "")
	p.do(proto.Command{T: "step", N: 7})
	p.do(proto.Command{T: "back", N: 4})
	p.do(proto.Command{T: "act", Op: "drop next DATA from client"})
	p.do(proto.Command{T: "step", N: 5})
	p.do(proto.Command{T: "label", Text: "dropped"})
	p.do(proto.Command{T: "replay", Ops: []string{"sysctl client net.ipv4.tcp_syn_retries = 2"}, Text: "less patient"})
	p.do(proto.Command{T: "step", N: 3})
	p.do(proto.Command{T: "branch", Branch: ptr(int32(1)), N: 6})
	_, bundle, _ := first.get("/api/sessions/" + id + "/bundle")
	_, trace, _ := first.get("/api/sessions/" + id + "/trace")

	second := open(t, func(c *Config) { c.Journal = first.kept })
	q := second.join(id, "?client="+p.Client)
	if q.cursor.Branch != 1 || q.cursor.N != 6 || q.LastID != p.id || q.snap.Branches[1].Label != "dropped" || len(q.snap.Branches) != 3 {
		t.Fatalf("cursor %+v, last %d of %d, branches %+v", q.cursor, q.LastID, p.id, q.snap.Branches)
	}
	if _, now, _ := second.get("/api/sessions/" + id + "/bundle"); now != bundle {
		t.Errorf("the bundle was\n%s\nand is\n%s", bundle, now)
	}
	if _, now, _ := second.get("/api/sessions/" + id + "/trace"); now != trace {
		t.Errorf("the trace was\n%s\nand is\n%s", trace, now)
	}
	copied := second.join(second.create(withScene(bundle)), "")
	if copied.cursor.Branch != 1 || copied.cursor.N != 6 {
		t.Errorf("a session from the bundle stands at %+v", copied.cursor)
	}
}

// Two servers that go on with one session cannot both win: the loser's pages
// come back to what is kept.
func TestTwoServersOneJournal(t *testing.T) {
	first := open(t, nil)
	id := first.create(withScene(plain))
	second := open(t, func(c *Config) { c.Journal = first.kept })
	a, b := first.join(id, ""), second.join(id, "")
	a.do(proto.Command{T: "act", Op: "drop next SYN from client"})
	b.send(proto.Command{T: "act", Op: "drop next FIN from client"})
	if bye, code := b.ended(); code != session.CloseRestart || bye.Why != "drain" {
		t.Fatalf("the loser heard %+v, code %d", bye, code)
	}
	again := second.join(id, "")
	if f := again.frames[1]; f.Rules == nil || len(f.Rules.New) != 1 || !strings.Contains(f.Rules.New[0].Text, "SYN") {
		t.Errorf("the loser came back to %+v", f)
	}
}

// What breaks in one session ends that one, and leaves what is needed to see why.
func TestBrokenSession(t *testing.T) {
	s := open(t, nil)
	id, other := s.create(withScene(plain)), s.create(withScene(plain))
	p := s.join(id, "")
	p.do(proto.Command{T: "step", N: 3})
	mark, err := json.Marshal(map[string]any{"b": 0, "n": 3, "broken": "SND.UNA > SND.NXT\n{\"t\":\"break\",\"op\":\"something odd\"}"})
	if err := errors.Join(err, s.kept.Mark(t.Context(), id, mark)); err != nil {
		t.Fatal(err)
	}
	s = open(t, func(c *Config) { c.Journal = s.kept })
	status, bundle, _ := s.get("/api/sessions/" + id + "/bundle")
	if status != http.StatusOK || !strings.Contains(bundle, "SND.UNA > SND.NXT") || !strings.Contains(bundle, "something odd") || !strings.Contains(bundle, "cursor branch 0 step 3") {
		t.Errorf("bundle: %d\n%s", status, bundle)
	}
	if status, page, _ := s.get("/lab/" + id); status != http.StatusGone || !strings.Contains(page, "/bundle") {
		t.Errorf("its page: %d", status)
	}
	if bye, _ := s.connect(id, "").ended(); bye.Why != "broken" {
		t.Errorf("coming back: %+v", bye)
	}
	s.join(other, "").do(proto.Command{T: "step"})
}

func TestLimits(t *testing.T) {
	s := open(t, func(c *Config) { c.Limits.PerAddress, c.Limits.Sockets, c.Limits.Steps = 2, 1, 5 })
	id := s.create(withScene(plain))
	p := s.join(id, "")
	if bye, code := s.connect(id, "").ended(); code != session.ClosePolicy || bye.Why != "busy" || !strings.Contains(bye.Text, "1") {
		t.Errorf("one socket too many: %d %+v", code, bye)
	}
	p.do(proto.Command{T: "step", N: 5})
	p.refused("limit", proto.Command{T: "step"})
	s.create(withScene(plain))
	if status, text, h := s.send("POST", "/api/sessions", `{"scene":"x"}`); status != http.StatusTooManyRequests || !strings.Contains(text, "many-from-address") || h.Get("Retry-After") == "" {
		t.Errorf("one session too many from here: %d %s", status, text)
	}
}

// Behind a proxy, the limit is per client as the proxy saw it, whatever the
// client says of itself.
func TestLimitBehindAProxy(t *testing.T) {
	s := open(t, func(c *Config) { c.Limits.PerAddress, c.AddressHeader = 1, "X-Forwarded-For" })
	for _, c := range []struct {
		from string
		want int
	}{{"9.9.9.9", 201}, {"8.8.8.8", 201}, {"1.2.3.4, 9.9.9.9", 429}} {
		if status, _, _ := s.send("POST", "/api/sessions", `{"scene":"host a 10.0.0.1"}`, "X-Forwarded-For", c.from); status != c.want {
			t.Errorf("from %s: %d, want %d", c.from, status, c.want)
		}
	}
}

// When there is no room, a session that nobody looks at makes some, and is there
// again when it is asked for.
func TestIdleSessionsMakeRoom(t *testing.T) {
	s := open(t, func(c *Config) { c.Limits.Sessions = 1 })
	first := s.create(withScene(plain))
	p := s.join(first, "")
	if status, text, _ := s.send("POST", "/api/sessions", `{"scene":"host a 10.0.0.1"}`); status != http.StatusServiceUnavailable || !strings.Contains(text, "many-sessions") {
		t.Fatalf("while somebody looks: %d %s", status, text)
	}
	p.do(proto.Command{T: "step", N: 4})
	p.sock.Drop()
	s.waitFor(func() bool { return s.metrics.sockets.Load() == 0 })
	s.create(withScene(plain))
	if status, text, _ := s.get("/api/sessions/" + first); status != http.StatusOK || !strings.Contains(text, `"n":4`) {
		t.Errorf("the first again: %d %s", status, text)
	}
	if n := s.hub.Count(); n != 1 {
		t.Errorf("%d sessions in memory", n)
	}
}

// waitFor asks until it is so; the test's own time limit ends it otherwise.
func (s *site) waitFor(so func() bool) {
	for !so() {
		s.get("/healthz")
	}
}

// A server that is told to stop says so, finishes, and loses nothing.
func TestDrain(t *testing.T) {
	kept := journal.NewMemory(time.Now)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	server := New(Config{Journal: kept})
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	s := &site{t, server, "http://" + l.Addr().String(), kept}
	id := s.create(withScene(plain))
	p := s.join(id, "")
	p.do(proto.Command{T: "step", N: 2})
	stop()
	if bye, code := p.ended(); code != session.CloseRestart || bye.Why != "drain" {
		t.Errorf("code %d, bye %+v", code, bye)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	again := open(t, func(c *Config) { c.Journal = kept })
	if q := again.join(id, "?client="+p.Client); q.cursor.N != 2 || q.LastID != 1 {
		t.Errorf("after the restart: cursor %d, last %d", q.cursor.N, q.LastID)
	}
}
