package web

import (
	"html"
	"net/url"
	"strings"
	"testing"

	"wirestep/i18n"
	"wirestep/lessons"
)

// A symptom leads to the stories about it.
func TestSymptomsLeadToStories(t *testing.T) {
	s := open(t, nil)
	_, page, _ := s.get("/symptoms")
	for _, id := range lessons.Symptoms {
		if !strings.Contains(page, `<details id="`+id+`"`) {
			t.Errorf("a story may name the symptom %s, which is not there", id)
		}
	}
	for _, x := range s.library.stories() {
		if !strings.Contains(page, `href="/stories/`+x.ID+`"`) {
			t.Errorf("no symptom leads to %s: %v", x.ID, x.Symptoms)
		}
	}
}

// Until the cause is named a page holds nothing that gives it away: no reason, no scene,
// no mark in an output, and not what the night teaches; whatever was looked at, and
// whatever else was named.
func TestStoriesGiveNothingAway(t *testing.T) {
	s := open(t, nil)
	for _, x := range s.library.stories() {
		q := url.Values{}
		for _, l := range x.Looks {
			q.Add("look", l.On+":"+l.Run)
		}
		for _, c := range x.Causes {
			if c.ID != x.Right {
				q.Set("try", c.ID+"|"+x.Cures[0])
			}
		}
		for _, lang := range i18n.Languages {
			secret := []string{lessons.Plain(x.Cause(x.Right).Why, lang), lessons.Plain(x.After, lang), "<mark>", `action="/lab"`, "\nhost "}
			_, told, _ := s.get("/stories/"+x.ID+"?give-up=1", "Accept-Language", lang)
			for _, text := range secret[:2] {
				if !strings.Contains(textOf(told), text) {
					t.Errorf("%s does not tell %q in the end", x.ID, text)
				}
			}
			for _, address := range []string{"", "?" + q.Encode()} {
				status, page, _ := s.get("/stories/"+x.ID+address, "Accept-Language", lang)
				if status != 200 {
					t.Fatalf("%s%s: %d", x.ID, address, status)
				}
				for _, text := range secret {
					if strings.Contains(textOf(page), text) || strings.Contains(page, text) {
						t.Errorf("%s%s gives away %q", x.ID, address, text)
					}
				}
			}
		}
	}
}

var tags = strings.NewReplacer("<code>", "", "</code>", "", "<strong>", "", "</strong>", "", "<em>", "", "</em>", "")

// textOf is a page with the marks within its sentences taken out.
func textOf(page string) string { return html.UnescapeString(tags.Replace(page)) }

// What a form adds becomes part of the address; each look is paid once, a change in vain
// costs as it was said, and the closed case opens in the lab as a branch of the night.
func TestStoryIsPlayed(t *testing.T) {
	s := open(t, nil)
	const at = "/stories/customers-cannot-get-in"
	status, _, h := s.get(at + "?on=web&line=nstat")
	next := h.Get("Location")
	if status != 303 || next != at+"?look=web%3Anstat#look-1" {
		t.Fatalf("a look: %d, %s", status, next)
	}
	_, _, h = s.get(at + "?look=web%3Anstat&on=web&line=++nstat")
	if got := h.Get("Location"); got != next {
		t.Errorf("the same look again: %s", got)
	}
	_, _, h = s.get(at + "?look=web%3Anstat&on=web&line=tcpdump+-c+3")
	_, page, _ := s.get(strings.Split(h.Get("Location"), "#")[0])
	if !strings.Contains(page, `<b class="mono">4</b>`) || !strings.Contains(page, "TcpExtListenDrops") {
		t.Error("a look for 1 and one for 3 minutes are not 4, or print nothing")
	}
	_, _, h = s.get(at + "?cause=accept&knob=typed&at=web&change=sysctl+-w+net.core.somaxconn%3D9000")
	next = h.Get("Location")
	if !strings.HasSuffix(next, "#answer") {
		t.Fatalf("a naming: %s", next)
	}
	_, page, _ = s.get(strings.Split(next, "#")[0])
	if !strings.Contains(page, `<b class="mono">5</b>`) || strings.Count(page, "not reached") != 2 || strings.Contains(page, "case closed") {
		t.Error("a change in vain is not said, or not paid")
	}
	_, page, _ = s.get(strings.Split(next, "#")[0] + "&try=flood%7Ccookies")
	_, after, found := strings.Cut(page, `<textarea name="scene" hidden>`)
	if !found || !strings.Contains(page, `data-story-solved="customers-cannot-get-in" data-minutes="5"`) {
		t.Fatal("the case is not closed")
	}
	text, _, _ := strings.Cut(after, "</textarea>")
	status, _, h = s.send("POST", "/lab", url.Values{"scene": {html.UnescapeString(text)}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	if status != 303 {
		t.Fatalf("the proof: %d", status)
	}
	if status, page, _ := s.get(strings.Split(h.Get("Location"), "#")[0]); status != 200 || !strings.Contains(page, "A SYN flood at the shop") {
		t.Errorf("the lab with the proof: %d", status)
	}
	for _, bad := range []string{"?on=mars&line=nstat", "?on=web&line=", "?cause=flood&knob=none", "?try=x", "?look=x&hint=-7&give-up="} {
		if status, _, _ := s.get(at + bad); status != 200 && status != 303 {
			t.Errorf("%s: %d", bad, status)
		}
	}
	if status, _, _ := s.get("/stories/none"); status != 404 {
		t.Errorf("no such story: %d", status)
	}
}
