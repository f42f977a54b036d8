package web

import (
	"strings"
	"testing"

	"wirestep/i18n"
	"wirestep/web/session"
)

func TestOutputsAreExplainedLineByLine(t *testing.T) {
	text := "LISTEN 129 128 0.0.0.0:80 0.0.0.0:*\nTcpExtListenOverflows  333  0.0\nnet.core.somaxconn = 128\nnet.ipv4.tcp_syncookies = 1\n" +
		"ESTAB 0 28960 10.0.0.1:443 10.0.0.2:51234\n\t cubic rto:204 cwnd:10 timer:(on,188ms,0)\nhello\nnet.ipv4.no_such_thing = 3\n"
	for _, lang := range i18n.Languages {
		lines, more := explain(lang, text)
		if len(lines) != 8 || more != 0 {
			t.Fatalf("%d lines, %d more", len(lines), more)
		}
		words := func(i int) string {
			var all []string
			for _, s := range lines[i].Says {
				all = append(all, s.Word)
				if strings.HasPrefix(s.Text, "explain.") || s.Text == "" {
					t.Errorf("%s: %q has no words: %q", lang, s.Word, s.Text)
				}
			}
			return strings.Join(all, " ")
		}
		for i, want := range []string{"LISTEN 129/128", "TcpExtListenOverflows", "net.core.somaxconn 128", "net.ipv4.tcp_syncookies", "ESTAB 0/28960", "rto:204 cwnd:10 timer:(on,188ms,0)", "", "net.ipv4.no_such_thing"} {
			if got := words(i); got != want {
				t.Errorf("%s: line %d is read as %q, want %q", lang, i+1, got, want)
			}
		}
		if scene := sceneOf(lines); !strings.Contains(scene, "sysctl server net.core.somaxconn = 128\n") {
			t.Errorf("the scene lacks the setting: %s", scene)
		} else if _, err := session.Begin(session.Opening{Scene: scene}, DefaultLimits.Limits); err != nil {
			t.Errorf("the scene with the settings is none: %v", err)
		}
	}
	if lines, more := explain("en", strings.Repeat("x\n", maxExplained+7)); len(lines) != maxExplained || more != 7 {
		t.Errorf("a long text: %d lines, %d more", len(lines), more)
	}
}

// Every symptom has words and leads somewhere, and its page can be read without scripts.
func TestSymptomsLeadSomewhere(t *testing.T) {
	s := open(t, nil)
	for _, lang := range i18n.Languages {
		for i := range symptoms {
			if v := s.library.symptom(lang, &symptoms[i]); len(v.Links) == 0 || strings.HasPrefix(v.Title, "symptom.") || strings.HasPrefix(v.Why, "symptom.") {
				t.Errorf("%s: %+v", lang, v)
			}
		}
	}
	status, body, _ := s.send("POST", "/symptoms", "text=TcpExtListenDrops+5", "Content-Type", "application/x-www-form-urlencoded", "Origin", s.URL)
	if status != 200 || !strings.Contains(body, "TcpExtListenDrops") || !strings.Contains(body, "<dt>") {
		t.Errorf("pasted: %d %.300s", status, body)
	}
}
