package web

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wirestep/i18n"
)

// What the engine compares has a name in each language, unless that is the name of a
// variable or a setting.
func TestOperandsHaveNames(t *testing.T) {
	var files []string
	for _, dir := range []string{"../engine", "../engine/tcp", "../engine/host", "../engine/netem", "../engine/middlebox"} {
		list, _ := filepath.Glob(dir + "/*.go")
		files = append(files, list...)
	}
	check := regexp.MustCompile(`trace\.(Eq|Ne|Lt|Le|Gt|Ge|Is|Dur)\(.*`)
	literal := regexp.MustCompile(`"[^"]*"`)
	word := regexp.MustCompile(`^[a-z]{2,}$`)
	said := map[string]bool{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range check.FindAllString(string(text), -1) {
			for _, q := range literal.FindAllString(call, -1) {
				s, _ := strconv.Unquote(q)
				said[s] = true
			}
		}
	}
	keys := map[string]bool{}
	for k := range i18n.Keys("zh-CN") {
		if of, is := strings.CutPrefix(k, "operand."); is {
			keys[of] = true
			if !said[of] {
				t.Errorf("the engine compares nothing called %q", of)
			}
		}
	}
	for s := range said {
		all := strings.Fields(s)
		if len(all) > 1 && slices.ContainsFunc(all, word.MatchString) && !keys[s] {
			t.Errorf("%q has no name in Chinese: expected operand.%s in operands.zh-CN.yaml", s, s)
		}
	}
	if len(said) < 80 || len(keys) < 40 {
		t.Errorf("%d names in the source, %d in the catalogue; expected more", len(said), len(keys))
	}
}
