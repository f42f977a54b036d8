package web

import (
	"encoding/json"
	"strings"
	"testing"

	"wirestep/lessons"
	"wirestep/web/proto"
)

// A lesson, its drill and a puzzle that somebody wrote in a folder by docs/lessons.md are
// played as those that are built in.
func TestAFolderOfOnesOwn(t *testing.T) {
	s := open(t, func(c *Config) { c.Lessons = "../docs/example" })
	t.Cleanup(func() { _ = lessons.Beside("") })
	l := s.library.lesson("far-server")
	if l == nil {
		t.Fatal("it is not there")
	}
	if _, body, _ := s.get("/?lang=zh-CN"); !strings.Contains(body, `href="/lessons/far-server"`) || !strings.Contains(body, "远方的服务端") {
		t.Error("the home page does not list it")
	}
	s.playThrough(t, l)

	status, body, _ := s.get("/api/strips/far-server/turn")
	if status != 200 || !strings.Contains(body, `"answer":"80ms"`) || !strings.Contains(body, `"answer":"800ms"`) {
		t.Errorf("its strip: %d %s", status, body)
	}
	_, body, _ = s.get("/api/drills/far-server/how-long?seed=3&lang=en")
	var q struct {
		Values []struct{ Name, Value string }
	}
	if err := json.Unmarshal([]byte(body), &q); err != nil || len(q.Values) != 1 {
		t.Fatalf("its drill: %v %s", err, body)
	}
	right := map[string]string{"10ms": "40", "25ms": "100", "40ms": "160", "60ms": "240", "90ms": "360"}[q.Values[0].Value]
	status, body, _ = s.send("POST", "/api/drills/far-server/how-long?lang=en", `{"seed":3,"answer":"`+right+`"}`, "Content-Type", "application/json")
	if status != 200 || !strings.Contains(body, `"verdict":"right"`) {
		t.Errorf("%s is not right: %d %s", right, status, body)
	}

	if _, body, _ = s.get("/puzzles"); !strings.Contains(body, "late-answer") {
		t.Error("the puzzle is not listed")
	}
	p := s.join(s.create(map[string]string{"sandbox": "puzzle-late-answer"}), "")
	p.do(proto.Command{T: "act", Op: "drop next SYN from client"})
	p.do(proto.Command{T: "until", Cond: "false"})
	if d := p.do(proto.Command{T: "puzzle"}).Puzzle; d.Moves != 1 || d.Solved == 0 {
		t.Errorf("it is not solved: %+v", d)
	}
}
