package web

import (
	"strings"
	"testing"

	"wirestep/i18n"
	"wirestep/templates"
)

// What a script expected and got is said in the language of the page; only what
// is in the spelling of scripts is left as it is.
func TestScriptsSayWhatFailedInBothLanguages(t *testing.T) {
	for _, c := range []struct{ text, zh string }{
		{"nothing", "什么都没有"},
		{"S. 0:0(0) ack 1 by 1.500000", "最晚 1.500000 发出 S. 0:0(0) ack 1"},
		{"nothing until 3.000000: . 1:1(0) ack 1", "直到 3.000000 才有：. 1:1(0) ack 1"},
		{"read() to return", "read() 返回"},
		{"it to wait for ever", "一直不返回"},
		{"read() = 100", "read() = 100"},
		{"-1 ECONNRESET", "-1 ECONNRESET"},
	} {
		said := func(lang string) string {
			return drillWords(templates.Page{Lang: lang, T: func(key string, args ...any) string { return i18n.T(lang, key, args...) }}, c.text)
		}
		if got := said("en"); got != c.text {
			t.Errorf("%q is said as %q in English", c.text, got)
		}
		if got := said("zh-CN"); got != c.zh {
			t.Errorf("%q is said as %q, expected %q", c.text, got, c.zh)
		}
	}
	for _, s := range drillSentences {
		if got := i18n.T("zh-CN", s.key); got == s.key || strings.Contains(got, "modelled") {
			t.Errorf("%s has no Chinese text: %q", s.key, got)
		}
	}
}
