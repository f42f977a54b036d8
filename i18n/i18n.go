// Package i18n holds every text that people read, in each language: one
// catalogue for the server's pages and for the browser, which fetches it as JSON.
//
//	i18n.T("en", "home.minutes", "n", 5)   →   "5 minutes"
//
// A text may hold {names}, filled from the pairs after the key. A text that
// depends on a number is a map of plural forms, chosen by the pair "n":
//
//	home.minutes: {one: "{n} minute", other: "{n} minutes"}
//
// The sentences of rules and fields stand in the engine, in English. Their
// translations are the catalogues rules.<lang>.yaml and fields.<lang>.yaml, each
// with the English that it translates, so that a stale one is found by a test.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"golang.org/x/text/language"
)

// Languages are the languages that have a catalogue, the default first.
var Languages = []string{"en", "zh-CN"}

// Default is the language of whoever asks for none that we have.
const Default = "en"

//go:embed *.yaml
var files embed.FS

// Text is one entry of a catalogue: the plural forms of a sentence. A sentence
// that does not depend on a number has the form "other" alone.
type Text map[string]string

// UnmarshalYAML takes a plain sentence or a map of plural forms.
func (t *Text) UnmarshalYAML(b []byte) error {
	var s string
	if yaml.Unmarshal(b, &s) == nil {
		*t = Text{"other": s}
		return nil
	}
	forms := map[string]string{}
	if err := yaml.Unmarshal(b, &forms); err != nil {
		return err
	}
	if forms["other"] == "" {
		return fmt.Errorf("a text with plural forms needs the form %q, found %v", "other", forms)
	}
	*t = forms
	return nil
}

// MarshalJSON writes a plain sentence as a string, plural forms as an object.
func (t Text) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t["other"])
	}
	return json.Marshal(map[string]string(t))
}

var catalogues, exports = load()

func load() (map[string]map[string]Text, map[string][]byte) {
	all, out := map[string]map[string]Text{}, map[string][]byte{}
	for _, lang := range Languages {
		texts := map[string]Text{}
		// Besides en.yaml, a part of the program may keep its texts in a file of
		// its own: lab.en.yaml.
		names, _ := files.ReadDir(".")
		for _, f := range names {
			part, isPart := strings.CutSuffix(f.Name(), "."+lang+".yaml")
			if f.Name() != lang+".yaml" && (!isPart || part == "rules" || part == "fields" || part == "mistakes" || part == lessonMistakesPart) {
				continue
			}
			src, err := files.ReadFile(f.Name())
			if err == nil {
				more := map[string]Text{}
				err = yaml.Unmarshal(src, &more)
				for k, t := range more {
					if _, twice := texts[k]; twice {
						err = fmt.Errorf("the key %s stands in another file too", k)
					}
					texts[k] = t
				}
			}
			if err != nil {
				panic(fmt.Sprintf("i18n: %s: %v", f.Name(), err)) // embedded: a mistake shows at start-up
			}
		}
		b, err := json.Marshal(texts)
		if err != nil {
			panic("i18n: " + err.Error())
		}
		all[lang], out[lang] = texts, b
	}
	return all, out
}

// Known reports whether lang has a catalogue.
func Known(lang string) bool { return catalogues[lang] != nil }

// JSON is the catalogue of a language as the browser takes it: each key with a
// string, or with an object of plural forms.
func JSON(lang string) []byte { return exports[lang] }

// Keys returns the catalogue of a language; it is not to be changed.
func Keys(lang string) map[string]Text { return catalogues[lang] }

// T returns a text. Args are pairs of a name and a value; the value of "n"
// chooses the plural form. A text that a language lacks is said in English, and
// an unknown key stands for itself, so that a slip is seen and nothing breaks.
func T(lang, key string, args ...any) string {
	t, ok := catalogues[lang][key]
	if !ok {
		lang = Default
		if t, ok = catalogues[Default][key]; !ok {
			return key
		}
	}
	s := t["other"]
	for i := 0; i+1 < len(args); i += 2 {
		if one := t["one"]; args[i] == "n" && one != "" && fmt.Sprint(args[i+1]) == "1" {
			s = one
		}
	}
	for i := 0; i+1 < len(args); i += 2 {
		s = strings.ReplaceAll(s, "{"+fmt.Sprint(args[i])+"}", fmt.Sprint(args[i+1]))
	}
	return s
}

var matcher = func() language.Matcher {
	var tags []language.Tag
	for _, l := range Languages {
		tags = append(tags, language.MustParse(l))
	}
	return language.NewMatcher(tags)
}()

// Match returns the best of our languages for a value of Accept-Language.
func Match(accept string) string {
	tags, weights, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return Default
	}
	var wanted []language.Tag
	for i, tag := range tags {
		if weights[i] > 0 { // RFC 9110, 12.4.2: a weight of 0 is "not acceptable"
			wanted = append(wanted, tag)
		}
	}
	if _, i, sure := matcher.Match(wanted...); sure != language.No {
		return Languages[i]
	}
	return Default
}
