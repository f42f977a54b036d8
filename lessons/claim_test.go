package lessons

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"wirestep/engine/scene"
)

// Every claim's scene keeps what it expects, by the claim's number.
func TestClaims(t *testing.T) {
	all, err := Claims()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		t.Run(c.ID, func(t *testing.T) {
			for _, err := range c.Play() {
				t.Error(err)
			}
			if c.Lesson != "" {
				if _, ok := Get(c.Lesson); !ok {
					t.Errorf("lesson %q: there is none", c.Lesson)
				}
			}
		})
	}
}

// What a scene expects is not true anyway: where nobody calls anything and nobody
// interferes, each scene fails.
func TestClaimsCanFail(t *testing.T) {
	all, _ := Claims()
	world := []string{"host ", "link ", "box ", "rule ", "kernel ", "sysctl ", "offload ", "expect ", "seed "}
	for _, c := range all {
		if c.Scene == "" {
			continue
		}
		var idle strings.Builder
		for line := range strings.Lines(c.Scene) {
			if slices.ContainsFunc(world, func(w string) bool { return strings.HasPrefix(line, w) }) {
				idle.WriteString(line)
			}
		}
		f, err := scene.Parse(c.ID, idle.String())
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		if errs := scene.Check(c.ID, f); len(errs) == 0 {
			t.Errorf("%s: what it expects is true where nothing happens", c.ID)
		}
	}
}

// Most of what people say is looked at with both eyes: there are true claims and
// false ones, and each topic has some.
func TestClaimsOfEveryKind(t *testing.T) {
	all, _ := Claims()
	n := map[string]int{}
	for _, c := range all {
		n[c.Topic]++
		n[c.Verdict]++
		n[c.Source]++
	}
	for _, topic := range ClaimTopics {
		if n[topic] < 3 {
			t.Errorf("%d claims about %s, expected three at least", n[topic], topic)
		}
	}
	if n["holds"] < 20 || n["false"] < 20 || n["web"] < 20 {
		t.Errorf("%d hold, %d are false, %d are of the web; expected 20 of each", n["holds"], n["false"], n["web"])
	}
}

const goodClaim = `id: W99
topic: opening
claim:
  en: It is so.
  zh-CN: 就是这样
said: web
verdict: depends
is:
  en: It is not so.
  zh-CN: 不是这样。
on:
  en: the weather
  zh-CN: 天气
measured: wire
at: client.errno == ECONNREFUSED
scene: |
  host client 10.0.0.1
  host server 10.0.0.2
  link client server delay 20ms
  program client
    c = connect(server:80)
  expect end client.errno == ECONNREFUSED
`

// A mistake is told with its file, its line and what was expected.
func TestClaimMistakes(t *testing.T) {
	load := func(name, text string) error {
		_, err := loadClaims(fstest.MapFS{name: {Data: []byte(text)}}, ".", "claims")
		return err
	}
	if err := load("w99-weather.yaml", goodClaim); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, says string }{
		{"id: W99", "id: W98", `claims/w99-weather.yaml:1:5: id "W98" in w99-weather.yaml; expected a file called like t48-what-it-is-about.yaml`},
		{"topic: opening", "topic: weather", `:2:8: topic "weather"; expected one of opening`},
		{"  zh-CN: 就是这样\n", "", `:4:3: no text in zh-CN`},
		{"said: web", "said: notes", `:6:7: said "notes"; expected "notes 94" (the line), web or measured`},
		{"verdict: depends", "verdict: before", `:7:10: verdict "before"; expected holds, false, depends, or a kernel`},
		{"verdict: depends", "verdict: holds", `:12:3: on, with the verdict "holds"; expected it with depends alone`},
		{"It is not so.", "It is simply not so.", `:9:7: "simply"`},
		{"measured: wire", "measured: nowhere", `:14:11: measured "nowhere"; expected one of wire`},
		{"at: client.errno == ECONNREFUSED", "at: client.errno == ENOTHING", `:15:5: "client.errno == ENOTHING"`},
		{"at: client.errno == ECONNREFUSED\n", "", `a place is missing`},
		{"    c = connect(server:80)", "    c = conect(server:80)", `claims/w99-weather.yaml:21: `},
		{"  expect end client.errno == ECONNREFUSED\n", "", `the scene expects nothing`},
		{"said: web", "said: web\ngolden: nothing", `:7:9: golden beside scene; expected one of them`},
		{"topic: opening", "topic: opening\ncolour: red", `:3:1: there is no field "colour"`},
	} {
		text := strings.Replace(goodClaim, c.from, c.to, 1)
		if err := load("w99-weather.yaml", text); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q instead of %q: %v\nexpected %s", c.to, c.from, err, c.says)
		}
	}
	_, err := loadClaims(fstest.MapFS{"w99-one.yaml": {Data: []byte(goodClaim)}, "w99-two.yaml": {Data: []byte(goodClaim)}}, ".", "claims")
	if err == nil || !strings.Contains(err.Error(), "claims/w99-two.yaml:1: claims/w99-one.yaml has this id too") {
		t.Errorf("two with one id: %v", err)
	}
}

// An expectation that fails is told at its line in the claim's file, as wirestep
// check does.
func TestClaimThatFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), claimsDir)
	text := strings.Replace(goodClaim, "expect end client.errno == ECONNREFUSED", "expect end client.errno == ETIMEDOUT", 1)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "w99-weather.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	errs := Check(dir, nil)
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), "w99-weather.yaml:22: at 0.04 s this does not hold: client.errno == ETIMEDOUT") {
		t.Errorf("%v", errs)
	}
}
