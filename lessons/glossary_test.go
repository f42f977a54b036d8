package lessons

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// One word for one thing: the variants that docs/glossary.md lists do not occur where
// TCP is explained. (Elsewhere 服务器 may be the machine that Wirestep runs on, and 对方 a person.)
func TestGlossary(t *testing.T) {
	table, err := os.ReadFile("../docs/glossary.md")
	must(t, err)
	instead := map[string]string{}
	for line := range strings.Lines(string(table)) {
		cells := strings.Split(line, "|")
		if len(cells) < 5 || strings.HasPrefix(cells[1], "-") {
			continue
		}
		for word := range strings.SplitSeq(cells[3], ",") {
			if word = strings.TrimSpace(word); word != "" && word != "not" {
				instead[word] = strings.TrimSpace(cells[2])
			}
		}
	}
	if len(instead) < 20 {
		t.Fatalf("%d variants in the glossary", len(instead))
	}
	var files []string
	for _, pattern := range []string{
		"../i18n/rules.zh-CN.yaml", "../i18n/fields.zh-CN.yaml", "../i18n/sysctl.zh-CN.yaml", "../i18n/inspect.zh-CN.yaml",
		"claims/*.yaml", "sandbox/*.yaml", "puzzles/*.yaml", "stories/*.yaml", "inventory.yaml", "*/zh-CN.md",
		"../docs/example/*/*.yaml", "../docs/example/*/zh-CN.md", "../i18n/story.zh-CN.yaml",
	} {
		found, err := filepath.Glob(pattern)
		must(t, err)
		files = append(files, found...)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		must(t, err)
		n := 0
		for line := range strings.Lines(string(text)) {
			n++
			for word, better := range instead {
				if strings.Contains(line, word) {
					t.Errorf("%s:%d: %s; the glossary says %s", f, n, word, better)
				}
			}
		}
	}
}
