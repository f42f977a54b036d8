package web

import (
	"crypto/rand"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wirestep/web/journal"
	"wirestep/web/proto"
	"wirestep/web/session"
)

// What the table says is what the stream does: each command is given by each
// role on a real socket, and refused by a code that says why.
func TestRolesOnTheStream(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	boss := s.join(id, "")
	boss.do(proto.Command{T: "step", N: 5})
	pages := [...]*tab{
		session.Follower: s.join(id, keyIn(boss.link("follower"))),
		session.Driver:   s.join(id, keyIn(boss.link("driver"))),
		session.Owner:    boss,
	}
	bare := s.join(id, "?key=")
	for _, name := range session.CommandNames() {
		for r := session.Follower; r <= session.Owner; r++ {
			p := pages[r]
			if p.Role != r.String() {
				t.Fatalf("a page with the key of a %s is a %s", r, p.Role)
			}
			m := p.ask(proto.Command{T: name, Text: "x", N: 3, To: 4, Op: "x", Cond: "x", Host: "client", Line: "ss"})
			if refused := m.Code == "read-only" || m.Code == "owner-only"; refused == session.May(r, name) {
				t.Errorf("%q of a %s: %s", name, r, m.raw)
			}
		}
		if m := bare.ask(proto.Command{T: name, N: 3, To: 4, Host: "client", Line: "ss"}); (m.Code == "read-only") == session.May(session.Follower, name) {
			t.Errorf("%q without a key: %s", name, m.raw)
		}
	}
	pages[session.Follower].refused("read-only", proto.Command{T: "shell", Host: "client", Line: "sysctl -w net.ipv4.tcp_sack=0"})
	pages[session.Driver].refused("owner-only", proto.Command{T: "share", Text: "driver"})
	boss.refused("share", proto.Command{T: "share", Text: "owner"})
	boss.refused("share", proto.Command{T: "share", Text: "king"})
}

// link shares, and returns the address to give away.
func (p *tab) link(role string) string {
	p.t.Helper()
	return p.do(proto.Command{T: "share", Text: role}).Link
}

// keyIn is the query of a stream for a link.
func keyIn(link string) string {
	_, key, _ := strings.Cut(link, "?with=")
	return "?key=" + key
}

// Following shows every move and who made it, and moves nothing.
func TestFollowing(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	boss := s.join(id, "")
	one, two := s.join(id, keyIn(boss.link("follower"))), s.join(id, keyIn(boss.link("driver")))
	if one.Person != 1 || two.Person != 2 {
		t.Fatalf("guests are %d and %d", one.Person, two.Person)
	}
	boss.do(proto.Command{T: "step", N: 4})
	one.refused("read-only", proto.Command{T: "step"})
	if one.cursor.N != 4 || one.cursor.By != 0 || one.cursor.Did != "step" {
		t.Errorf("the follower sees %+v", one.cursor)
	}
	two.do(proto.Command{T: "name", Text: " Ann   B\u200b\n"})
	two.do(proto.Command{T: "act", Op: "drop next DATA from client"})
	if f := two.frames[5]; f.By != "guest 2" {
		t.Errorf("the act is by %q", f.By)
	}
	boss.do(proto.Command{T: "inspect", N: 1})
	if boss.cursor.N != 5 || boss.cursor.By != 2 || boss.cursor.Did != "act" {
		t.Errorf("the owner sees %+v", boss.cursor)
	}
	want := []proto.Person{{N: 0, Role: "owner"}, {N: 1, Role: "follower"}, {N: 2, Role: "driver", Name: "Ann B"}}
	if !slices.Equal(boss.people.People, want) || !slices.Equal(boss.people.Shared, []string{"follower", "driver"}) {
		t.Errorf("the owner sees %+v", boss.people)
	}
	two.refused("text-long", proto.Command{T: "name", Text: strings.Repeat("ab", 24)})
	two.sock.Drop()
	s.waitFor(func() bool { return s.metrics.sockets.Load() == 2 })
	boss.do(proto.Command{T: "inspect", N: 1})
	if len(boss.people.People) != 2 {
		t.Errorf("after one has gone: %+v", boss.people)
	}
}

// A link is the same as long as it holds. Taken back, it sends those away who
// came by it, opens nothing any more, and the next one is another.
func TestLinksAreTakenBack(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	boss := s.join(id, "")
	follow, together := boss.link("follower"), boss.link("driver")
	if again := boss.link("follower"); again != follow || follow == together {
		t.Errorf("links: %s, %s, %s", follow, again, together)
	}
	one, two := s.join(id, keyIn(follow)), s.join(id, keyIn(together))
	boss.do(proto.Command{T: "share", Text: "follower", Off: true})
	if bye, code := one.ended(); code != session.ClosePolicy || bye.Why != "ended" {
		t.Errorf("the follower heard %+v, code %d", bye, code)
	}
	if bye, code := s.connect(id, keyIn(follow)).ended(); code != session.ClosePolicy || bye.Why != "key" {
		t.Errorf("coming back: %+v, code %d", bye, code)
	}
	two.do(proto.Command{T: "step"})
	boss.do(proto.Command{T: "share", Text: "follower", Off: true})
	if next := boss.link("follower"); next == follow {
		t.Error("the next link is the one that was taken back")
	}
	if n := s.metrics.Forged.Load(); n != 1 {
		t.Errorf("%d keys were refused, want 1", n)
	}
}

func TestForgedKeys(t *testing.T) {
	s := open(t, nil)
	id, other := s.create(withScene(plain)), s.create(withScene(plain))
	for _, key := range []string{"x", strings.ToLower(rand.Text()), keyOf(other), strings.Repeat("a", 5000), keyOf(id)[:len(keyOf(id))-1], strings.ToUpper(keyOf(id))} {
		if bye, code := s.connect(id, "?key="+key).ended(); code != session.ClosePolicy || bye.Why != "key" || bye.Text == "" {
			t.Errorf("key %.30q: %+v, code %d", key, bye, code)
		}
	}
	r, err := s.kept.Read(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if all := string(slices.Concat(r.Entries...)) + string(r.Mark); strings.Contains(all, keyOf(id)) {
		t.Error("the journal holds the key itself")
	}
	for _, path := range []string{"/lab/" + id, "/api/sessions/" + id, "/api/sessions/" + id + "/bundle"} {
		if status, text, _ := s.get(path); status != http.StatusOK || strings.Contains(text, keyOf(id)) {
			t.Errorf("%s: %d, or it tells the key", path, status)
		}
	}
}

// A restart keeps who may do what, which links hold, and how guests are numbered.
func TestRestartKeepsRoles(t *testing.T) {
	first := open(t, nil)
	id := first.create(withScene(plain))
	boss := first.join(id, "")
	follow, together := boss.link("follower"), boss.link("driver")
	one, two := first.join(id, keyIn(follow)), first.join(id, keyIn(together))
	two.do(proto.Command{T: "name", Text: "小明"})
	boss.do(proto.Command{T: "share", Text: "follower", Off: true})

	second := open(t, func(c *Config) { c.Journal = first.kept })
	again := second.join(id, keyIn(together)+"&client="+two.Client)
	if again.Role != "driver" || again.Person != 2 {
		t.Errorf("the driver is %q, guest %d", again.Role, again.Person)
	}
	again.do(proto.Command{T: "step"})
	if bye, _ := second.connect(id, keyIn(follow)+"&client="+one.Client).ended(); bye.Why != "key" {
		t.Errorf("the link that was taken back: %+v", bye)
	}
	back := second.join(id, "?client="+boss.Client)
	if back.Role != "owner" || back.link("driver") != together {
		t.Errorf("the owner is %q; links %s and %s", back.Role, back.link("driver"), together)
	}
	if len(back.people.People) != 2 || back.people.People[1].Name != "小明" {
		t.Errorf("here are %+v", back.people)
	}
	if new := second.join(id, keyIn(back.link("follower"))); new.Person != 3 {
		t.Errorf("the next guest is %d, want 3", new.Person)
	}
}

// A copy is what the original is, at the place asked for, and from then on its own.
func TestCopy(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	p := s.join(id, "")
	p.do(proto.Command{T: "step", N: 9})
	p.do(proto.Command{T: "back", N: 4})
	p.do(proto.Command{T: "act", Op: "drop next DATA from client"})
	p.do(proto.Command{T: "step", N: 3})
	p.do(proto.Command{T: "label", Text: "dropped"})
	link := p.link("driver")
	bundle := func(id string) string { _, b, _ := s.get("/api/sessions/" + id + "/bundle"); return b }
	trace := func(id string) string { _, b, _ := s.get("/api/sessions/" + id + "/trace"); return b }

	same := s.create(map[string]any{"copy": id})
	if bundle(same) != bundle(id) || trace(same) != trace(id) || trace(id) == "" {
		t.Errorf("the copy's bundle is\n%s\nwant\n%s", bundle(same), bundle(id))
	}
	c := s.join(same, "")
	if c.Role != "owner" || len(c.people.Shared) != 0 || c.Person != 0 {
		t.Errorf("the copier is %q, guest %d; shared: %v", c.Role, c.Person, c.people.Shared)
	}
	if bye, _ := s.connect(same, "?key="+keyOf(id)).ended(); bye.Why != "key" {
		t.Errorf("the original's key opens the copy: %+v", bye)
	}
	if bye, _ := s.connect(same, keyIn(link)).ended(); bye.Why != "key" {
		t.Errorf("the original's link opens the copy: %+v", bye)
	}
	before, at := trace(id), p.cursor
	c.do(proto.Command{T: "act", Op: "drop next FIN from client"})
	c.do(proto.Command{T: "until", Cond: "false"})
	p.do(proto.Command{T: "inspect", N: 1})
	if trace(id) != before || p.cursor != at {
		t.Error("what was done in the copy moved the original")
	}
	for _, want := range []struct{ Branch, N int32 }{{0, 2}, {0, 9}, {1, 5}, {1, 0}} {
		there := s.join(s.create(map[string]any{"copy": id, "branch": want.Branch, "n": want.N}), "")
		if there.cursor.Branch != want.Branch || there.cursor.N != want.N || len(there.snap.Branches) != 2 {
			t.Errorf("a copy at %+v stands at %+v", want, there.cursor)
		}
	}
	end := s.join(s.create(map[string]any{"copy": id, "branch": 0, "n": 19_000}), "")
	if end.cursor.N <= 9 || !end.snap.End || end.cursor.N != end.snap.Tip {
		t.Errorf("a copy beyond the end stands at %d of %d", end.cursor.N, end.snap.Tip)
	}
}

// A copy of a lesson stands in its step, with what was answered.
func TestCopyOfALesson(t *testing.T) {
	s := open(t, nil)
	id := s.create(map[string]string{"lesson": "handshake"})
	p := s.join(id, "")
	for range 3 {
		p.ask(proto.Command{T: "lesson", Text: "next"})
	}
	c := s.join(s.create(map[string]any{"copy": id}), "")
	if c.Lesson != p.Lesson || c.cursor.Lesson == nil || !reflect.DeepEqual(c.cursor.Lesson, p.cursor.Lesson) || c.cursor.Lesson.Step == 0 {
		t.Errorf("the copy's lesson is %+v, want %+v", c.cursor.Lesson, p.cursor.Lesson)
	}
}

func TestCopiesAreRefused(t *testing.T) {
	s := open(t, func(c *Config) { c.Limits.PerAddress = 3 })
	id := s.create(withScene(plain))
	for body, want := range map[string]string{
		`{"copy":"nothinghere"}`:                  "no-session",
		`{"copy":"` + id + `","scene":"x"}`:       "body-one",
		`{"copy":"` + id + `","branch":1}`:        "body",
		`{"copy":"` + id + `","branch":7,"n":0}`:  "branch",
		`{"copy":"` + id + `","branch":-1,"n":0}`: "branch",
		`{"copy":"` + id + `","n":-1}`:            "range",
		`{"copy":"` + id + `","n":20001}`:         "range",
		`{"copy":"` + id + `","n":"two"}`:         "body",
	} {
		if status, text, _ := s.send("POST", "/api/sessions", body); status < 400 || status >= 500 || !strings.Contains(text, `"code":"`+want+`"`) {
			t.Errorf("%s: %d %s, want %s", body, status, text, want)
		}
	}
	s.create(map[string]any{"copy": id})
	s.create(map[string]any{"copy": id})
	if status, text, _ := s.send("POST", "/api/sessions", `{"copy":"`+id+`"}`); status != http.StatusTooManyRequests || !strings.Contains(text, "many-from-address") {
		t.Errorf("a copy too many: %d %s", status, text)
	}
}

// A session from before there were keys has no owner: whoever opens it gets a copy.
func TestSessionWithoutOwner(t *testing.T) {
	s := open(t, nil)
	r := journal.Record{Entries: [][]byte{[]byte(`{"open":{"scene":` + strconv.Quote(plain) + `}}`)}}
	if err := s.kept.Create(t.Context(), "fromlongago1", r); err != nil {
		t.Fatal(err)
	}
	if p := s.join("fromlongago1", "?key="); p.Role != "follower" {
		t.Errorf("without a key one is a %s", p.Role)
	}
	if bye, _ := s.connect("fromlongago1", "?key=x").ended(); bye.Why != "key" {
		t.Errorf("with a key: %+v", bye)
	}
	if p := s.join(s.create(map[string]any{"copy": "fromlongago1"}), ""); p.Role != "owner" {
		t.Errorf("of a copy one is a %s", p.Role)
	}
}

// A form makes a session whose key stands where only its browser reads it.
func TestFormKeepsItsKeyBehindTheHash(t *testing.T) {
	s := open(t, nil)
	status, _, h := s.send("POST", "/lab", "sandbox=plain", "Content-Type", "application/x-www-form-urlencoded")
	path, key, ok := strings.Cut(h.Get("Location"), "#own=")
	if status != http.StatusSeeOther || !ok {
		t.Fatalf("%d to %q", status, h.Get("Location"))
	}
	if p := s.join(strings.TrimPrefix(path, "/lab/"), "?key="+key); p.Role != "owner" {
		t.Errorf("who sent the form is a %s", p.Role)
	}
}
