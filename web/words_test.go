package web

import (
	"testing"

	"wirestep/engine"
	"wirestep/engine/trace"
	"wirestep/i18n"
)

// Every rule and every variable is said in Chinese, and what is said translates
// the English that stands in the engine now. `go run ./i18n/cmd/missing -write`
// makes places for new ones.
func TestEngineIsTranslated(t *testing.T) {
	rules := i18n.Rules("zh-CN")
	left := len(rules)
	for _, r := range trace.Rules() {
		x, ok := rules[r.ID]
		if ok {
			left--
		}
		check(t, "rule "+r.ID, r.Says, x.En, x.Zh)
		if r.Differs != "" || x.DiffersEn != "" {
			check(t, "difference of rule "+r.ID, r.Differs, x.DiffersEn, x.DiffersZh)
		}
	}
	if left != 0 {
		t.Errorf("i18n/rules.zh-CN.yaml has %d rules that the engine does not have", left)
	}
	fields := i18n.Fields("zh-CN")
	left = len(fields)
	for _, s := range engine.Schemas() {
		for _, f := range s.Fields {
			key := s.Name + "." + f.Name
			x, ok := fields[key]
			if ok {
				left--
			}
			check(t, "variable "+key, f.Doc, x.En, x.Zh)
		}
	}
	if left != 0 {
		t.Errorf("i18n/fields.zh-CN.yaml has %d variables that the engine does not have", left)
	}
}

func check(t *testing.T, what, now, then, said string) {
	t.Helper()
	switch {
	case said == "":
		t.Errorf("%s is not translated: %q", what, now)
	case now != then:
		t.Errorf("%s has changed since it was translated: from %q to %q", what, then, now)
	}
}
