package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"wirestep/web/journal"
	"wirestep/web/proto"
)

// some is all of a list. With the race detector, under which each takes ten times
// as long and which looks at how goroutines meet, not at what is said, it is every
// kth, from another one on for each turn: make test runs this package without it, too.
func some[T any](list []T, k, turn int) []T {
	if !raced {
		return list
	}
	var few []T
	for i := turn % k; i < len(list); i += k {
		few = append(few, list[i])
	}
	return few
}

// site is a real server on a real socket.
type site struct {
	t testing.TB
	*Server
	URL  string
	kept journal.Journal
}

func open(t testing.TB, change func(*Config)) *site {
	t.Helper()
	conf := Config{Journal: journal.NewMemory(time.Now), Limits: DefaultLimits}
	if change != nil {
		change(&conf)
	}
	s := New(conf)
	h := httptest.NewServer(s)
	t.Cleanup(func() {
		s.hub.Drain()
		h.Close()
		s.streams.Wait()
	})
	return &site{t, s, h.URL, conf.Journal}
}

// get returns the status and the body of an answer.
func (s *site) get(path string, header ...string) (int, string, http.Header) {
	s.t.Helper()
	return s.send(http.MethodGet, path, "", header...)
}

func (s *site) send(method, path, body string, header ...string) (int, string, http.Header) {
	s.t.Helper()
	r, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := c.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.StatusCode, string(b), a.Header
}

// create begins a session and returns its id.
func (s *site) create(body any) string {
	s.t.Helper()
	b, _ := json.Marshal(body)
	status, answer, _ := s.send(http.MethodPost, "/api/sessions", string(b), "Content-Type", "application/json")
	var v struct{ ID, Stream string }
	if err := json.Unmarshal([]byte(answer), &v); status != http.StatusCreated || err != nil {
		s.t.Fatalf("create: %d %s", status, answer)
	}
	_, key, _ := strings.Cut(v.Stream, "?key=")
	ownerKeys.Store(v.ID, key)
	return v.ID
}

// ownerKeys are the keys of the sessions that tests made: a browser keeps them,
// whichever server it talks to.
var ownerKeys sync.Map

func keyOf(id string) string {
	key, _ := ownerKeys.Load(id)
	s, _ := key.(string)
	return s
}

func withScene(text string) map[string]string { return map[string]string{"scene": text} }

// tab is a page with a stream: it keeps what a page keeps.
type tab struct {
	t    testing.TB
	sock *Socket
	ctx  context.Context
	id   int64
	proto.Hello
	snap   proto.Snapshot
	seen   []string              // names of messages since the last call
	frames map[int32]proto.Frame // of the branch at the cursor
	bases  map[int32]int32
	held   map[int32]map[int32]proto.Frame // by branch
	cursor proto.Cursor
	people proto.People
	lost   []int // how many were, each time it was told
}

// message is any message of the server.
type message struct {
	T  string `json:"t"`
	ID int64  `json:"id"`
	proto.Failed
	raw []byte
}

// connect opens a stream: as the owner, unless the query has another key.
func (s *site) connect(id, query string) *tab {
	s.t.Helper()
	if !strings.Contains(query, "key=") {
		query = "?key=" + keyOf(id) + strings.Replace(query, "?", "&", 1)
	}
	// Longer than any test takes on a busy machine: it ends one that waits for what never comes.
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	sock, err := Dial(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+"/stream/"+id+query, s.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { sock.Drop(); cancel() })
	p := &tab{t: s.t, sock: sock, ctx: ctx, bases: map[int32]int32{}, held: map[int32]map[int32]proto.Frame{}}
	return p
}

// join connects and reads hello and what follows it.
func (s *site) join(id, query string) *tab {
	s.t.Helper()
	p := s.connect(id, query)
	if m := p.read(); m.T != "hello" {
		s.t.Fatalf("first message is %s", m.raw)
	}
	p.id = p.LastID
	for p.cursor.T == "" && p.snap.T == "" {
		p.read()
	}
	p.seen = nil
	return p
}

// read takes one message and keeps what it brings.
func (p *tab) read() message {
	p.t.Helper()
	b, err := p.sock.Read(p.ctx)
	if err != nil {
		p.t.Fatalf("read: %v", err)
	}
	var m message
	p.decode(b, &m)
	m.raw = b
	p.seen = append(p.seen, m.T)
	switch m.T {
	case "hello":
		p.decode(b, &p.Hello)
	case "snapshot":
		p.snap = proto.Snapshot{}
		p.decode(b, &p.snap)
		p.bases[p.snap.Branch], p.held[p.snap.Branch] = p.snap.Base, map[int32]proto.Frame{}
		p.take(p.snap.Branch, p.snap.Base+1, p.snap.Frames)
		p.cursor = proto.Cursor{T: "cursor", Branch: p.snap.Branch, N: p.snap.N, Lesson: p.snap.Lesson}
	case "frames":
		var f proto.Frames
		p.decode(b, &f)
		p.take(f.Branch, f.From, f.Frames)
		if f.Cursor != nil {
			p.cursor = *f.Cursor
		}
	case "people":
		p.people = proto.People{}
		p.decode(b, &p.people)
	case "lost":
		var m proto.Lost
		p.decode(b, &m)
		p.lost = append(p.lost, m.N)
	case "cursor":
		p.cursor = proto.Cursor{}
		p.decode(b, &p.cursor)
	}
	p.frames = p.held[p.cursor.Branch]
	return m
}

// take keeps frames of a branch, which come in order.
func (p *tab) take(branch, from int32, frames []proto.Frame) {
	p.t.Helper()
	if p.held[branch] == nil {
		p.held[branch] = map[int32]proto.Frame{}
	}
	for i, f := range frames {
		if f.N != from+int32(i) {
			p.t.Fatalf("frame %d stands at place %d of frames from %d", f.N, i, from)
		}
		p.held[branch][f.N] = f
	}
}

func (p *tab) decode(b []byte, v any) {
	p.t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(v); err != nil {
		p.t.Fatalf("%v in %.300s", err, b)
	}
}

// write sends bytes as they are.
func (p *tab) write(s string) {
	p.t.Helper()
	if err := p.sock.Write(p.ctx, []byte(s)); err != nil {
		p.t.Fatal(err)
	}
}

// send sends a command and does not wait.
func (p *tab) send(c proto.Command) int64 {
	p.t.Helper()
	if c.ID == 0 {
		p.id++
		c.ID = p.id
	}
	b, _ := json.Marshal(c)
	p.write(string(b))
	return c.ID
}

// ask sends a command and reads up to its answer.
func (p *tab) ask(c proto.Command) message {
	p.t.Helper()
	p.seen = nil
	id := p.send(c)
	for {
		if m := p.read(); (m.T == "done" || m.T == "failed") && m.ID == id {
			return m
		}
	}
}

// do is ask for what must be done.
func (p *tab) do(c proto.Command) proto.Done {
	p.t.Helper()
	m := p.ask(c)
	var d proto.Done
	if p.decode(m.raw, &d); m.T != "done" {
		p.t.Fatalf("%+v: %s", c, m.raw)
	}
	return d
}

// refused is ask for what must be refused, with this code.
func (p *tab) refused(code string, c proto.Command) {
	p.t.Helper()
	if m := p.ask(c); m.T != "failed" || m.Code != code {
		p.t.Errorf("%+v: got %s, want failed %q", c, m.raw, code)
	}
}

// ended reads to the end of the connection and returns the last word and the code.
func (p *tab) ended() (proto.Bye, int) {
	p.t.Helper()
	var bye proto.Bye
	for {
		b, err := p.sock.Read(p.ctx)
		if err != nil {
			return bye, CloseCode(err)
		}
		if strings.Contains(string(b), `"t":"bye"`) {
			p.decode(b, &bye)
		}
	}
}
