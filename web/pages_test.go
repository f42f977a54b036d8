package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"wirestep/engine/packetdrill"
	"wirestep/i18n"
	"wirestep/web/proto"
)

// everyPage lists the addresses of a server's pages.
func (s *site) everyPage() []string {
	all := []string{"/", "/r", "/claims", "/claims?q=tcp_syn_retries&verdict=false", "/rules", "/scripts", "/sysctls", "/lab/" + s.create(withScene(plain)), "/nothing/here"}
	for _, l := range s.library.lessons() {
		all = append(all, "/lessons/"+l.Slug)
	}
	all = append(all, "/stories")
	for _, x := range s.library.stories() {
		all = append(all, "/stories/"+x.ID, "/stories/"+x.ID+"?give-up=1")
	}
	for _, b := range s.library.scenes {
		all = append(all, "/lab?scene="+b.Name)
	}
	return all
}

var (
	inline = regexp.MustCompile(`<script(?:[^>]*[^/>])?>[^<]|<style|\sstyle=|\son[a-z]+=`)
	// a key of the catalogue that has no words stands for itself
	wordless = regexp.MustCompile(`>(?:home|nav|claims|lab|event|error|scripts|sysctls|chapter|level|failure)\.[a-z-]+<`)
	heading  = regexp.MustCompile(`(?s)<h1[^>]*>\s*([^<]+)`)
)

// Every page, in each language, is guarded by the policy and reads without
// scripts: it has a language, a title, one heading, and no inline code.
func TestEveryPage(t *testing.T) {
	s := open(t, nil)
	for i, path := range s.everyPage() {
		for _, lang := range some(i18n.Languages, 2, i) {
			status, html, h := s.get(path, "Accept-Language", lang)
			if want := http.StatusOK; status != want && path != "/nothing/here" {
				t.Errorf("%s: %d", path, status)
			}
			csp := h.Get("Content-Security-Policy")
			for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'self'", "require-trusted-types-for 'script'"} {
				if !strings.Contains(csp, part) {
					t.Errorf("%s: the policy %q lacks %s", path, csp, part)
				}
			}
			if !strings.Contains(html, `<html lang="`+lang+`"`) {
				t.Errorf("%s is not in %s", path, lang)
			}
			if n := len(heading.FindAllString(html, -1)); n != 1 {
				t.Errorf("%s has %d headings of the first rank", path, n)
			}
			if m := inline.FindString(html); m != "" {
				t.Errorf("%s has inline code: %s", path, m)
			}
			if lang == "zh-CN" && !regexp.MustCompile(`\p{Han}`).MatchString(html) {
				t.Errorf("%s in Chinese has no Chinese", path)
			}
			if key := wordless.FindString(html); key != "" {
				t.Errorf("%s (%s): %s looks like a text without words", path, lang, key)
			}
		}
	}
}

// The lab says what happens before any script runs.
func TestLabReadsWithoutScripts(t *testing.T) {
	s := open(t, nil)
	for _, path := range s.everyPage() {
		if !strings.HasPrefix(path, "/lessons/") && !strings.HasPrefix(path, "/lab?") {
			continue
		}
		_, html, _ := s.get(path)
		for _, part := range []string{`id="lab"`, "<svg", "<title>", "SYN seq=0", `<ol class="events">`, "receives SYN seq=0", `href="/rules#`, "<pre"} {
			if !strings.Contains(html, part) {
				t.Errorf("%s lacks %s", path, part)
			}
		}
	}
}

func TestLanguageIsRemembered(t *testing.T) {
	s := open(t, nil)
	_, _, h := s.get("/?lang=zh-CN")
	cookie := h.Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "lang=zh-CN;") {
		t.Fatalf("cookie %q", cookie)
	}
	if _, html, _ := s.get("/rules", "Cookie", strings.Split(cookie, ";")[0]); !strings.Contains(html, `<html lang="zh-CN"`) {
		t.Error("the cookie is not obeyed")
	}
}

// The form works without scripts; what is wrong is said above it.
func TestPaste(t *testing.T) {
	s := open(t, nil)
	form := func(text string) (int, string, http.Header) {
		return s.send("POST", "/lab", url.Values{"scene": {text}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	}
	status, _, h := form(plain)
	if status != http.StatusSeeOther || !strings.HasPrefix(h.Get("Location"), "/lab/") {
		t.Fatalf("%d to %q", status, h.Get("Location"))
	}
	if status, html, _ := s.get(h.Get("Location")); status != http.StatusOK || !strings.Contains(html, "Plain") {
		t.Errorf("the session's page: %d", status)
	}
	status, html, _ := form("host <b>")
	if status != http.StatusUnprocessableEntity || !strings.Contains(html, `role="alert"`) || !strings.Contains(html, "host &lt;b&gt;") || !strings.Contains(html, "scene:1") {
		t.Errorf("a wrong scene: %d", status)
	}
	if status, _, _ := form(""); status != http.StatusBadRequest {
		t.Errorf("nothing: %d", status)
	}
}

func TestCreateSaysWhatIsWrong(t *testing.T) {
	s := open(t, func(c *Config) { c.Limits.Requests = 1000 })
	for _, c := range []struct {
		body         string
		status       int
		code, where  string
		header, text string
	}{
		{"", 400, "body", "", "", ""},
		{"{", 400, "body", "", "", ""},
		{`{"scene":5}`, 400, "body", "", "", ""},
		{`{"scene":"host a 10.0.0.1"} x`, 400, "body", "", "", ""},
		{`{}`, 400, "body-one", "", "", ""},
		{`{"scene":"x","lesson":"y"}`, 400, "body-one", "", "", ""},
		{`{"lesson":"nope"}`, 404, "no-lesson", "", "", "nope"},
		{`{"sandbox":"nope"}`, 404, "no-scene", "", "", "nope"},
		{`{"scene":"host a 10.0.0.1\nhots b"}`, 422, "scene", "scene:2", "", "hots"},
		{`{"scene":"` + strings.Repeat("#", maxBody) + `"}`, 413, "body-large", "", "", "307200"},
		{`{"lesson":"nope"}`, 404, "no-lesson", "", "zh-CN", "没有"},
	} {
		status, text, h := s.send("POST", "/api/sessions", c.body, "Accept-Language", c.header)
		var e struct{ Code, Text, Where string }
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			t.Fatalf("%.60s: %v: %s", c.body, err, text)
		}
		if status != c.status || e.Code != c.code || e.Where != c.where || !strings.Contains(e.Text, c.text) {
			t.Errorf("%.60s: %d %+v", c.body, status, e)
		}
		if h.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%.60s: %s", c.body, h.Get("Content-Type"))
		}
	}
	if status, text, _ := s.send("POST", "/api/sessions", `{"lesson":"x"}`, "Origin", "http://evil.example"); status != http.StatusForbidden || !strings.Contains(text, `"origin"`) {
		t.Errorf("from another site: %d %s", status, text)
	}
	if status, text, _ := s.send("DELETE", "/api/sessions", ""); status != http.StatusMethodNotAllowed || !strings.Contains(text, `"method"`) {
		t.Errorf("DELETE: %d %s", status, text)
	}
}

func TestRequestsHaveARate(t *testing.T) {
	s := open(t, func(c *Config) { c.Limits.Requests = 3 })
	for range 3 {
		s.create(withScene(plain))
	}
	if status, text, _ := s.send("POST", "/api/sessions", "{}"); status != http.StatusTooManyRequests || !strings.Contains(text, "many-requests") {
		t.Errorf("%d %s", status, text)
	}
}

func TestAddressesOfASession(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	p := s.join(id, "")
	for range 30 {
		p.send(proto.Command{T: "step"})
	}
	p.ask(proto.Command{T: "step"})
	for path, want := range map[string]struct{ kind, has string }{
		"":                {"application/json; charset=utf-8", `"title":"Plain"`},
		"/bundle":         {"text/plain; charset=utf-8", "cursor branch 0 step"},
		"/trace":          {"text/plain; charset=utf-8", "SYN"},
		"/capture.pcapng": {"application/x-pcapng", "\x0a\x0d\x0d\x0a"},
		"/script.pkt":     {"text/plain; charset=utf-8", "> S 0:0(0) win"},
		"/diagram.svg":    {"image/svg+xml", "SYN-ACK seq=0"},
	} {
		status, text, h := s.get("/api/sessions/" + id + path)
		if status != http.StatusOK || h.Get("Content-Type") != want.kind || !strings.Contains(text, want.has) {
			t.Errorf("%s: %d %s %.200q", path, status, h.Get("Content-Type"), text)
		}
		if status, text, _ := s.get("/api/sessions/nosuch" + path); status != http.StatusNotFound || !strings.Contains(text, "no-session") {
			t.Errorf("%s of no session: %d %s", path, status, text)
		}
	}
}

// The comments in a capture are in the reader's language.
func TestCaptureSpeaksTheLanguage(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	s.join(id, "").do(proto.Command{T: "step", N: 6})
	for lang, want := range map[string]string{"en": "sent by client in event", "zh-CN": "由 client 在事件"} {
		if _, file, _ := s.get("/api/sessions/" + id + "/capture.pcapng?lang=" + lang); !strings.Contains(file, want) {
			t.Errorf("%s: %q is in no comment", lang, want)
		}
	}
}

// The script of a session is of one host; a host that is not there is said.
func TestScriptOfASession(t *testing.T) {
	s := open(t, nil)
	id := s.create(withScene(plain))
	p := s.join(id, "")
	for range 30 {
		p.ask(proto.Command{T: "step"})
	}
	status, text, _ := s.get("/api/sessions/" + id + "/script.pkt?host=server")
	if status != http.StatusOK || !strings.Contains(text, "listen(3") {
		t.Errorf("%d %.300s", status, text)
	}
	if r := packetdrill.Run("x.pkt", text, packetdrill.Config{Exact: true}); !r.OK {
		t.Error(r.Failure())
	}
	if status, text, _ := s.get("/api/sessions/" + id + "/script.pkt?host=nobody"); status != http.StatusNotFound || !strings.Contains(text, "no-host") {
		t.Errorf("%d %s", status, text)
	}
}

func TestOtherAddresses(t *testing.T) {
	s := open(t, nil)
	for path, has := range map[string]string{
		"/healthz": "ok", "/readyz": "ready", "/metrics": "wirestep_sessions 0", "/api/rules": `"says"`, "/api/rules?lang=zh-CN": `"says"`,
		"/i18n/zh-CN.json": "课程", "/api/demo": `"snapshot"`, "/api/fields?lang=zh-CN": "{",
	} {
		if status, text, _ := s.get(path); status != http.StatusOK || !strings.Contains(text, has) {
			t.Errorf("%s: %d %.200s", path, status, text)
		}
	}
	for _, path := range []string{"/i18n/xx.json", "/api/nothing", "/api/lessons/none", "/static/none.js", "/static/../embed.go"} {
		if status, _, _ := s.get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}
