package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestCheckTellsWhereAndWhat(t *testing.T) {
	s := open(t, nil)
	var got struct {
		Mistakes []mistakeJSON `json:"mistakes"`
	}
	ask := func(text string) int {
		body, _ := json.Marshal(map[string]string{"scene": text})
		status, answer, _ := s.send(http.MethodPost, "/api/check", string(body), "Content-Type", "application/json")
		got.Mistakes = nil
		if err := json.Unmarshal([]byte(answer), &got); err != nil {
			t.Fatal(err, answer)
		}
		return status
	}
	if code := ask("host client 10.0.0.1\nlink client nobody\nexpect ever client.stat == 1\n"); code != 200 || len(got.Mistakes) != 1 {
		t.Fatalf("%d, %+v", code, got)
	}
	m := got.Mistakes[0]
	if m.Line != 2 || m.Column != 13 || m.End != 19 || m.What != `no host is called "nobody"` || m.Expected != "client" {
		t.Errorf("%+v", m)
	}
	if ask("host client 10.0.0.1\nexpect ever client.stat == 1\n"); len(got.Mistakes) != 1 || got.Mistakes[0].Line != 2 || got.Mistakes[0].Column == 0 {
		t.Errorf("a condition: %+v", got)
	}
	if code := ask("host client 10.0.0.1\n"); code != 200 || got.Mistakes == nil || len(got.Mistakes) != 0 {
		t.Errorf("nothing is wrong: %d, %+v", code, got)
	}
	if status, _, _ := s.send(http.MethodPost, "/api/check", "{"); status != http.StatusBadRequest {
		t.Errorf("half a body: %d", status)
	}
}

func TestSceneWordsComeFromTheParser(t *testing.T) {
	s := open(t, nil)
	_, answer, _ := s.get("/api/scene-words?lang=zh-CN")
	var w wordsJSON
	if err := json.Unmarshal([]byte(answer), &w); err != nil {
		t.Fatal(err)
	}
	for _, x := range w.Settings {
		if x.Name == "net.ipv4.tcp_syn_retries" {
			if x.Default != "6" || x.Takes != "1 to 127" || strings.HasPrefix(x.About, "sysctl.") || x.About == "" {
				t.Errorf("%+v", x)
			}
			return
		}
	}
	t.Errorf("%d settings, none of them tcp_syn_retries", len(w.Settings))
}
