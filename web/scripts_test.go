package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"wirestep/i18n"
)

func (s *site) script(text, lang string) (int, string) {
	status, html, _ := s.send("POST", "/scripts", url.Values{"script": {text}}.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Accept-Language", lang)
	return status, html
}

var failing = strings.Replace(exampleScript, "ack 101\n", "ack 90\n", 1)

// The form works without scripts, in each language: every line has its mark.
func TestScriptPasses(t *testing.T) {
	s := open(t, nil)
	for _, lang := range i18n.Languages {
		status, html := s.script(strings.ReplaceAll(exampleScript, "\n", "\r\n"), lang)
		if status != http.StatusOK || !strings.Contains(html, `data-verdict="ok"`) || strings.Count(html, `data-state="ok"`) != 10 {
			t.Errorf("%s: %d %s", lang, status, html)
		}
		for _, part := range []string{"<svg", "P. 1:101(100) ack 1", "<details>", "100.03 ms", i18n.T(lang, "scripts.pass", "n", 10), i18n.T(lang, "scripts.state-ok"), `aria-current="page"`} {
			if !strings.Contains(html, part) {
				t.Errorf("%s lacks %s", lang, part)
			}
		}
		if m := inline.FindString(html); m != "" {
			t.Errorf("inline code: %s", m)
		}
		if key := wordless.FindString(html); key != "" {
			t.Errorf("%s looks like a text without words", key)
		}
	}
}

func TestScriptFails(t *testing.T) {
	s := open(t, nil)
	status, html := s.script("`sysctl -q net.ipv4.tcp_no_such=1`\n"+failing, "en")
	if status != http.StatusOK || !strings.Contains(html, `data-verdict="fail"`) || strings.Count(html, `data-state="fail"`) != 1 || strings.Count(html, `data-state="not-run"`) != 1 {
		t.Errorf("%d %s", status, html)
	}
	for _, part := range []string{"Failed at line 11", "<code>. 1:1(0) ack 90</code>", "<code>. 1:1(0) ack 101 at 0.100040</code>", "tcp_no_such", "line 11 fails here", "✗ line 11: . 1:1(0) ack 101"} {
		if !strings.Contains(html, part) {
			t.Errorf("lacks %s", part)
		}
	}
}

func TestScriptThatIsNone(t *testing.T) {
	s := open(t, nil)
	status, html := s.script("// a comment\n+0 < <b> 0:0(0)\n", "en")
	if status != http.StatusUnprocessableEntity || !strings.Contains(html, `role="alert"`) || !strings.Contains(html, "script.pkt:2: ") || strings.Contains(html, "<b>") {
		t.Errorf("%d %s", status, html)
	}
	for _, c := range []struct {
		name, text string
	}{{"a long script", strings.Repeat("// long\n", maxScript/8+1)}, {"a long request", strings.Repeat("x", maxBody)}} {
		if status, html := s.script(c.text, "en"); status != http.StatusRequestEntityTooLarge || !strings.Contains(html, "<h1") {
			t.Errorf("%s: %d", c.name, status)
		}
	}
	if status, _, _ := s.send("POST", "/scripts", "script=x", "Content-Type", "application/x-www-form-urlencoded", "Origin", "http://evil.example"); status != http.StatusForbidden {
		t.Errorf("from another site: %d", status)
	}
}

func TestScriptsOfPrograms(t *testing.T) {
	s := open(t, nil)
	post := func(text string) (int, string) {
		b, _ := json.Marshal(map[string]string{"script": text})
		status, answer, _ := s.send("POST", "/api/scripts", string(b))
		return status, answer
	}
	var v struct {
		OK      bool
		Failure string
		Lines   []lineVerdict
		Packets []packetSeen
	}
	status, answer := post(failing)
	if err := json.Unmarshal([]byte(answer), &v); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	if v.OK || v.Failure != "script.pkt:10: expected . 1:1(0) ack 90, got . 1:1(0) ack 101 at 0.100040" || len(v.Lines) != 9 || v.Lines[8].OK || len(v.Packets) != 5 {
		t.Errorf("%+v", v)
	}
	for _, c := range []struct {
		text   string
		status int
		has    string
	}{
		{"+0 < what", 422, `"where":"script.pkt:1"`},
		{strings.Repeat(" ", maxScript+1), 413, `"code":"script-large"`},
	} {
		if status, answer := post(c.text); status != c.status || !strings.Contains(answer, c.has) {
			t.Errorf("%.20q: %d %s", c.text, status, answer)
		}
	}
	if status, answer, _ := s.send("POST", "/api/scripts", "{"); status != http.StatusBadRequest {
		t.Errorf("%d %s", status, answer)
	}
}

// What a script may cost is bounded, whatever it says.
func TestScriptsAreBounded(t *testing.T) {
	s := open(t, nil)
	set := "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 bind(3, ..., ...) = 0\n+0 listen(3, 1) = 0\n" +
		"+0 < S 0:0(0) win 65535 <mss 1000,sackOK,nop,nop,nop,wscale 14>\n+0 > S. 0:0(0) ack 1 <...>\n+0 < . 1:1(0) ack 1 win 65535\n+0 accept(3, ..., ...) = 4\n"
	fill := func(line string) string { return set + strings.Repeat(line, (maxScript-len(set))/len(line)) }
	for name, text := range map[string]string{
		"brackets": "0 f(" + strings.Repeat("[", maxScript-10),
		"code":     fill("+0 %{ while True: pass }%\n"),
		"asserts":  fill("+0 %{ assert 1 }%\n"),
		"writes":   fill("+0 write(4, ..., 60000000) = 1\n"),
		"segments": fill("+0 < . 9:1000009(1000000) ack 1 win 9\n"),
		"waits":    fill("+900 < . 1:1(0) ack 1 win 9\n"),
		"commands": fill("`sysctl -q a=1`\n"),
		"options":  fill("+0 setsockopt(4, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0\n"),
	} {
		began := time.Now()
		if status, _ := s.script(text, "en"); status >= 500 {
			t.Errorf("%s: %d", name, status)
		}
		// They take seconds; on a machine that is busy with other things, many times that.
		if took := time.Since(began); took > 3*time.Minute {
			t.Errorf("%s took %v", name, took)
		} else {
			t.Logf("%s took %v", name, took)
		}
	}
}

// A file takes the place of the text.
func TestScriptFromAFile(t *testing.T) {
	s := open(t, nil)
	body := "--b\r\nContent-Disposition: form-data; name=\"script\"\r\n\r\n0 fork() = 3\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.pkt\"\r\nContent-Type: text/plain\r\n\r\n" +
		"0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n\r\n--b--\r\n"
	status, html, _ := s.send("POST", "/scripts", body, "Content-Type", "multipart/form-data; boundary=b")
	if status != http.StatusOK || !strings.Contains(html, `data-verdict="ok"`) || strings.Contains(html, "fork") {
		t.Errorf("%d %.400s", status, html)
	}
}
