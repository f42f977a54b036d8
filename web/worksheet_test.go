package web

import (
	"html"
	"strings"
	"testing"

	"wirestep/lessons"
)

// A worksheet holds nothing that the engine answers: no reason beside an answer, no reply
// to a belief, no number of the run. Its key has an answer to every question.
func TestWorksheetsHoldNoAnswer(t *testing.T) {
	s := open(t, nil)
	all, err := lessons.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		for _, lang := range lessons.Langs {
			_, sheet, _ := s.get("/lessons/" + l.Slug + "/worksheet?lang=" + lang)
			d := l.Doc(lang)
			if !strings.Contains(html.UnescapeString(sheet), d.Title) {
				t.Fatalf("%s in %s: no worksheet", l.Slug, lang)
			}
			for i, step := range d.Steps {
				if step.Ask == nil || !l.Steps[i].Has(paperLevel) {
					continue
				}
				secret := append([]lessons.Block{}, step.Ask.Right...)
				secret = append(secret, step.After...)
				for _, o := range step.Ask.Options {
					secret = append(secret, o.Why...)
				}
				for _, b := range step.Ask.Replies {
					secret = append(secret, b.Text...)
				}
				for _, b := range secret {
					for _, sp := range b.P {
						if x := strings.TrimSpace(sp.T); len(x) > 30 && strings.Contains(html.UnescapeString(sheet), x) {
							t.Errorf("%s %s in %s: the worksheet says %q", l.Slug, step.ID, lang, x)
						}
					}
				}
			}
			if strings.Contains(sheet, "✓") || strings.Contains(sheet, "sheet-why\">\n<p") {
				t.Errorf("%s in %s: the worksheet marks an answer", l.Slug, lang)
			}
		}
	}
}

// The key is made by playing the lesson: it says what the engine answers.
func TestKeysAreMadeByTheEngine(t *testing.T) {
	s := open(t, nil)
	for path, want := range map[string][]string{
		"/lessons/window-closes/key":         {"<strong>308 ms</strong>", "<strong>2896 bytes</strong>"},
		"/lessons/handshake/key":             {"✓", ">4</span>", ">150ms</b><span class=\"cell\">450ms</span>"},
		"/lessons/four-waves/key?lang=zh-CN": {"<strong>2 个报文段</strong>", "第 7 号包"},
		"/lessons/nothing/key":               {"nothing"},
		"/teach":                             {"/lessons/handshake/worksheet", "/lessons/handshake/key"},
	} {
		_, page, _ := s.get(path)
		for _, x := range want {
			if !strings.Contains(page, x) {
				t.Errorf("%s does not say %q", path, x)
			}
		}
	}
}
