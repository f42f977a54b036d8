package web

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"wirestep/engine/trace"
	"wirestep/web/proto"
)

func (s *site) search(q, lang string) (hrefs []string) {
	s.t.Helper()
	status, body, _ := s.get("/api/search?q=" + url.QueryEscape(q) + "&lang=" + lang)
	var all []struct{ Href, Title string }
	if err := json.Unmarshal([]byte(body), &all); status != 200 || err != nil {
		s.t.Fatalf("%q: %d %v", q, status, err)
	}
	for _, one := range all {
		hrefs = append(hrefs, one.Href)
	}
	return hrefs
}

// Everything is found by its name and by its words, in whichever language one types.
func TestSearch(t *testing.T) {
	s := open(t, nil)
	for q, want := range map[string]string{
		"lost syn": "/lessons/lost-syn", "三次握手": "/lessons/handshake", "syn flood": "/lab?scene=syn-flood", "半连接队列": "/sysctls#net.ipv4.tcp_syncookies",
		"tcp_syn_retries": "/sysctls#net.ipv4.tcp_syn_retries", "RFC 5961": "/rules#challenge.ack", "tcp_check_req": "/rules#syn-recv.duplicate-syn", "fast open cookie": "/sysctls#net.ipv4.tcp_fastopen_key",
	} {
		for _, lang := range []string{"en", "zh-CN"} {
			if got := s.search(q, lang); !slices.Contains(got, want) {
				t.Errorf("%s, %q: %v, expected %s among them", lang, q, got, want)
			}
		}
	}
	if got := s.search("tcp_syn_retries", "en"); got[0] != "/sysctls#net.ipv4.tcp_syn_retries" {
		t.Errorf("what is named so comes first, not %s", got[0])
	}
	for _, q := range []string{"", "   ", "xyzzy", strings.Repeat("a", 5000)} {
		if got := s.search(q, "en"); len(got) != 0 {
			t.Errorf("%.20q finds %v", q, got)
		}
	}
	if _, page, _ := s.get("/search?q=" + url.QueryEscape("<b>")); strings.Contains(page, "<b>") || !strings.Contains(page, "&lt;b&gt;") {
		t.Error("what is looked for is not shown as text")
	}
}

// Without scripts the reference narrows on the server: what does not match is hidden.
func TestReferenceNarrows(t *testing.T) {
	s := open(t, nil)
	for path, want := range map[string]string{"/rules?q=rfc1337": "time-wait.rfc1337", "/sysctls?q=" + url.QueryEscape("半连接队列"): "net.ipv4.tcp_syncookies"} {
		_, page, _ := s.get(path)
		shown := 0
		for _, a := range strings.Split(page, "<article ")[1:] {
			tag, _, _ := strings.Cut(a, ">")
			if strings.Contains(tag, " hidden") {
				continue
			}
			shown++
			if strings.Contains(tag, `id="`+want+`"`) {
				want = ""
			}
		}
		if want != "" || shown > 12 {
			t.Errorf("%s shows %d entries, without %s", path, shown, want)
		}
	}
}

// A link to a rule's scene opens at an event in which the rule applies;
// three rules in four have one.
func TestWhereRulesAreMet(t *testing.T) {
	s := open(t, nil)
	without, tried := 0, 0
	for i, r := range trace.Rules() {
		all := s.library.met()[r.ID]
		if len(all) == 0 {
			without++
		}
		at := slices.IndexFunc(all, func(m meeting) bool { return m.scene != nil && m.at > 0 })
		if at < 0 || i%9 != 0 {
			continue
		}
		tried++
		m := all[at]
		p := s.join(s.create(map[string]any{"sandbox": m.scene.Name, "n": int(m.at)}), "")
		if p.cursor.N != int32(m.at) || !strings.Contains(" "+rulesOf(p.frames[p.cursor.N])+" ", " "+r.ID+" ") {
			t.Errorf("%s: %s stands at %d, where %s apply", r.ID, m.href(), p.cursor.N, rulesOf(p.frames[p.cursor.N]))
		}
	}
	if without > 95 || tried < 20 { // the number without a scene may only shrink
		t.Errorf("%d of %d rules are met nowhere; %d links tried", without, len(trace.Rules()), tried)
	}
}

// A place that is no event is refused, one beyond the end is the end; both survive a
// restart.
func TestOpenAtAPlace(t *testing.T) {
	s := open(t, nil)
	if status, body, _ := s.send("POST", "/api/sessions", `{"sandbox":"plain","n":-1}`, "Content-Type", "application/json"); status != 422 {
		t.Errorf("%d %s", status, body)
	}
	id := s.create(map[string]any{"sandbox": "plain", "n": 5})
	if p := s.join(id, ""); p.cursor.N != 5 {
		t.Errorf("it stands at %d", p.cursor.N)
	}
	again := open(t, func(c *Config) { c.Journal = s.kept })
	p := again.join(id, "")
	if p.cursor.N != 5 {
		t.Errorf("after a restart it stands at %d", p.cursor.N)
	}
	p.do(proto.Command{T: "step"})
	if p := s.join(s.create(map[string]any{"sandbox": "plain", "n": 2999}), ""); p.cursor.N == 0 || p.cursor.N > 200 {
		t.Errorf("beyond the end it stands at %d", p.cursor.N)
	}
}
