package i18n

import (
	"encoding/json"
	"regexp"
	"slices"
	"testing"
)

var placeholder = regexp.MustCompile(`\{[a-zA-Z]+\}`)

func placeholders(t Text) []string {
	var all []string
	for _, s := range t {
		all = append(all, placeholder.FindAllString(s, -1)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Every language has every text, with the same names to fill in.
func TestCataloguesAgree(t *testing.T) {
	en := Keys(Default)
	for _, lang := range Languages {
		for key, text := range Keys(lang) {
			if _, ok := en[key]; !ok {
				t.Errorf("%s: %s is in no English catalogue", lang, key)
			}
			for form := range text {
				if form != "one" && form != "other" {
					t.Errorf("%s: %s has the plural form %q; expected one or other", lang, key, form)
				}
			}
		}
		for key, text := range en {
			other, ok := Keys(lang)[key]
			if !ok {
				t.Errorf("%s lacks %s", lang, key)
			} else if a, b := placeholders(text), placeholders(other); !slices.Equal(a, b) {
				t.Errorf("%s: %s fills in %v, in English %v", lang, key, b, a)
			}
		}
	}
}

// Chinese text is not ASCII in disguise: full-width punctuation after Chinese.
func TestChinesePunctuation(t *testing.T) {
	half := regexp.MustCompile(`\p{Han}[,;:!?]`)
	for key, text := range Keys("zh-CN") {
		if s := text["other"]; half.MatchString(s) {
			t.Errorf("%s: half-width punctuation after a Chinese character: %s", key, s)
		}
	}
}

func TestT(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{T("en", "home.minutes", "n", 1), "1 minute"},
		{T("en", "home.minutes", "n", 5), "5 minutes"},
		{T("zh-CN", "home.minutes", "n", 1), "1 分钟"},
		{T("fr", "nav.rules"), "Rules"},
		{T("en", "no.such.key"), "no.such.key"},
		{Match("zh-TW,zh;q=0.9,en;q=0.8"), "zh-CN"},
		{Match("fr, en;q=0.5, zh;q=0.4"), "en"},
		{Match(""), "en"},
		{Match("zh;q=x"), "en"},
		{Match("zh;q=0"), "en"},
		{Match("zh;q=0, fr"), "en"},
		{Match("de, zh-Hant-HK;q=0.3"), "zh-CN"},
		{Match("en;q=0.2, zh-Hans;q=0.9"), "zh-CN"},
		{Match("*"), "en"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestJSON(t *testing.T) {
	var m map[string]any
	if err := json.Unmarshal(JSON("en"), &m); err != nil {
		t.Fatal(err)
	}
	forms, _ := m["home.minutes"].(map[string]any)
	if m["nav.rules"] != "Rules" || forms["one"] != "{n} minute" {
		t.Errorf("got %v and %v", m["nav.rules"], m["home.minutes"])
	}
}
