package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"wirestep/web/proto"
	"wirestep/web/session"
)

// Each drill asks without giving the answer away, and judges: a draw is the same for whoever has its seed.
func TestDrillsAskAndJudge(t *testing.T) {
	s := open(t, nil)
	for _, l := range s.library.lessons() {
		for i := range l.Drills {
			d := &l.Drills[i]
			path := "/api/drills/" + l.Slug + "/" + d.ID
			status, body, _ := s.get(path + "?seed=7&lang=en")
			var q struct {
				Ask struct {
					Replies, Right any
				}
				Run struct{ Snapshot proto.Snapshot }
			}
			if err := json.Unmarshal([]byte(body), &q); status != 200 || err != nil {
				t.Errorf("%s: %d %.200s", path, status, body)
				continue
			}
			if snap := q.Run.Snapshot; q.Ask.Replies != nil || q.Ask.Right != nil || snap.End || len(snap.Next) > 0 || snap.Tip != snap.N || snap.Veil == nil {
				t.Errorf("%s tells the answer: %.300s", path, body)
			}
			if _, again, _ := s.get(path + "?seed=7&lang=en"); again != body {
				t.Errorf("%s: another question with the same seed", path)
			}
			status, body, _ = s.send("POST", path+"?lang=zh-CN", fmt.Sprintf(`{"seed":7,"answer":%q}`, d.Ask.Guess()), "Content-Type", "application/json")
			var j struct {
				Scene string
				Why   int
			}
			json.Unmarshal([]byte(body), &j)
			if _, err := session.Begin(session.Opening{Scene: j.Scene}, DefaultLimits.Limits); err != nil || j.Why <= 0 {
				t.Errorf("%s: its run, at event %d, is none for the lab: %v", path, j.Why, err)
			}
			if status != 200 || !strings.Contains(body, `"verdict":"`) || !strings.Contains(body, `"scene":"`) {
				t.Errorf("%s: judged %d %.200s", path, status, body)
			}
		}
	}
}

// What a page may not ask is refused in words.
func TestLearningIsRefusedInWords(t *testing.T) {
	s := open(t, nil)
	for path, code := range map[string]string{
		"/api/drills/handshake/nothing?seed=1":      "no-drill",
		"/api/drills/nowhere/nothing?seed=1":        "no-lesson",
		"/api/strips/handshake/nothing":             "no-strip",
		"/api/strips/handshake/nothing/run?value=1": "no-strip",
		"/api/drills/handshake/nothing?seed=x":      "no-drill",
	} {
		status, body, _ := s.get(path)
		if status != 404 || !strings.Contains(body, `"code":"`+code+`"`) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}
