package web

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wirestep/web/journal/bolt"
	"wirestep/web/proto"
)

// openRoom gives a session's link for following a code, and returns the address for students.
func (s *site) openRoom(id, key string) (status int, url string) {
	s.t.Helper()
	status, body, _ := s.send("POST", "/api/rooms", `{"session":"`+id+`","key":"`+key+`"}`, "Content-Type", "application/json")
	var got struct{ URL string }
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		s.t.Fatal(err)
	}
	return status, got.URL
}

// given is the key in a link that is given away.
func given(link string) string { return strings.TrimPrefix(keyIn(link), "?key=") }

func TestRoom(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	boss := s.join(id, "")
	key := given(boss.link("follower"))
	status, url := s.openRoom(id, key)
	if status != http.StatusCreated || !strings.HasPrefix(url, "/r/") {
		t.Fatalf("%d to %q", status, url)
	}
	// In whatever way it is written, it leads to the session, by the link for following.
	for _, at := range []string{url, strings.ToUpper(url), strings.ToLower(url), url[:6] + "-" + url[6:]} {
		status, _, h := s.get(at)
		if status != http.StatusSeeOther || h.Get("Location") != "/lab/"+id+"?with="+key {
			t.Errorf("%s: %d to %q", at, status, h.Get("Location"))
		}
	}
	student := s.join(id, "?key="+key)
	if student.Role != "follower" {
		t.Errorf("a student is a %s", student.Role)
	}
	boss.do(proto.Command{T: "step", N: 3})
	student.refused("read-only", proto.Command{T: "step"})
	for _, at := range []string{url + "/screen", url + "/qr.svg", url} {
		if _, html, _ := s.get(at); strings.Contains(html, keyOf(id)) {
			t.Errorf("%s holds the key of the owner", at)
		}
	}
	if _, svg, h := s.get(url + "/qr.svg"); h.Get("Content-Type") != "image/svg+xml" || strings.Count(svg, "h1v1") < 200 {
		t.Errorf("a QR code of %d bytes, %s", len(svg), h.Get("Content-Type"))
	}
	boss.do(proto.Command{T: "share", Text: "follower", Off: true})
	if status, html, _ := s.get(url); status != http.StatusGone || !strings.Contains(html, "This class has ended") {
		t.Errorf("after the link was taken back: %d", status)
	}
}

// A room needs the link for following, and that alone.
func TestRoomOfWhat(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	boss := s.join(id, "")
	boss.link("follower")
	for name, key := range map[string]string{"no key": "", "a made up one": "aaaaaaaaaaaaaaaaaaaaaaaaaa", "the owner's": keyOf(id), "a driver's": given(boss.link("driver"))} {
		if status, _ := s.openRoom(id, key); status != http.StatusGone {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status, _ := s.openRoom("nobodyknows1", "x"); status != http.StatusNotFound {
		t.Errorf("a room of no session: %d", status)
	}
	for _, at := range []string{"/r/7KQ42N", "/r/x", "/r?code=7KQ-421", "/r/7KQ42N/screen", "/lab/room-7kq42n", "/api/sessions/room-7kq42n/bundle"} {
		if status, _, _ := s.get(at); status != http.StatusNotFound {
			t.Errorf("%s: %d", at, status)
		}
	}
	if status, _, h := s.get("/r?code=7kq%2042n"); status != http.StatusSeeOther || h.Get("Location") != "/r/7KQ42N" {
		t.Errorf("%d to %q", status, h.Get("Location"))
	}
}

func TestRoomSurvivesARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	var id, key, url string
	for round := range 2 {
		j, err := bolt.Open(path, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		s := open(t, func(c *Config) { c.Journal = j })
		if round == 0 {
			id = s.create(withScene(plain))
			boss := s.join(id, "")
			key = given(boss.link("follower"))
			_, url = s.openRoom(id, key)
		} else {
			if _, _, h := s.get(url); h.Get("Location") != "/lab/"+id+"?with="+key {
				t.Errorf("after a restart it leads to %q", h.Get("Location"))
			}
			if _, again := s.openRoom(id, key); again != url {
				t.Errorf("opened again it is %s, was %s", again, url)
			}
		}
		s.hub.Drain()
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
